//! Opens the port of an example. With a copy of an example, copy this file too, or replace the call with
//! `TcpListener::bind("127.0.0.1:3000").await?`.

use std::{env, error::Error, fmt, net::Ipv4Addr};

use tokio::net::TcpListener;

/// Listens on `PORT`, on this machine only. 0 stands for any free port.
///
/// Default: 3000, also if `PORT` is empty.
pub(crate) async fn on_port() -> Result<TcpListener, CannotListen> {
    on_port_plus(0).await
}

/// Listens on the port `offset` above that of [`on_port`].
pub(crate) async fn on_port_plus(offset: u16) -> Result<TcpListener, CannotListen> {
    let text = env::var_os("PORT").unwrap_or_default();
    let first: Option<u16> = match text.to_string_lossy() {
        text if text.is_empty() => Some(3000),
        text => text.parse().ok(),
    };
    let port = match first {
        None => {
            let rule = "a port is a number from 0 to 65535; write PORT=3000";
            return Err(CannotListen(format!("PORT {text:?}: {rule}")));
        }
        Some(0) => 0,
        Some(first) => first.saturating_add(offset),
    };
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        let remedy = "set PORT to another port, such as PORT=4000";
        CannotListen(format!("cannot listen on port {port}: {error}; {remedy}"))
    })
}

/// Prints as a sentence, also if `main` returns it.
pub(crate) struct CannotListen(String);

impl Error for CannotListen {}

impl fmt::Display for CannotListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CannotListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
