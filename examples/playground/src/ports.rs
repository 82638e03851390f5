//! Ports on the loopback interface, for IPv4 and IPv6.

use std::{
    env, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::net::TcpListener;

/// One port number, on every loopback address that this machine has.
pub(crate) struct Port {
    number: u16,
    listeners: Vec<TcpListener>,
}

impl Port {
    pub(crate) fn number(&self) -> u16 {
        self.number
    }

    /// Returns the URL of this port with `host`, as browsers write an origin.
    pub(crate) fn url(&self, host: &str) -> String {
        match self.number {
            // Browsers leave out the default port of http.
            80 => format!("http://{host}"),
            number => format!("http://{host}:{number}"),
        }
    }

    pub(crate) fn into_listeners(self) -> Vec<TcpListener> {
        self.listeners
    }
}

/// Reads `PORT`: the first of the ports. 0 stands for any free port.
///
/// Default: 3000, also if `PORT` is empty.
pub(crate) fn first() -> Result<u16, String> {
    let text = env::var_os("PORT").unwrap_or_default();
    match text.to_string_lossy() {
        text if text.is_empty() => Ok(3000),
        text => text.parse().map_err(|_| {
            format!("PORT {text:?}: a port is a number from 0 to 65535; write PORT=3000")
        }),
    }
}

/// Binds `wanted`, or a free port if another program has that one.
pub(crate) async fn bind(wanted: u16) -> Result<Port, String> {
    const ATTEMPTS: usize = 20;
    let mut bound = bind_exactly(wanted).await;
    for _ in 0..ATTEMPTS {
        match &bound {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => bound = bind_exactly(0).await,
            _ => break,
        }
    }
    bound.map_err(|error| {
        format!(
            "cannot listen on port {wanted}: {error}; set PORT to another port, such as PORT=3000"
        )
    })
}

/// Browsers use either address for `localhost`, so both must belong to this program.
async fn bind_exactly(wanted: u16) -> io::Result<Port> {
    let first = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, wanted))).await?;
    let number = first.local_addr()?.port();
    let mut listeners = vec![first];
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, number))).await {
        Ok(second) => listeners.push(second),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
        // A machine without IPv6.
        Err(_) => {}
    }
    Ok(Port { number, listeners })
}
