//! Ports on loopback, on IPv4 and IPv6 alike.

use std::{
    io,
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

    pub(crate) fn into_listeners(self) -> Vec<TcpListener> {
        self.listeners
    }
}

/// Binds `wanted`, or a free port where that one cannot be had.
pub(crate) async fn bind(wanted: u16) -> io::Result<Port> {
    const ATTEMPTS: usize = 20;
    let mut bound = bind_exactly(wanted).await;
    for _ in 0..ATTEMPTS {
        if bound.is_ok() {
            break;
        }
        bound = bind_exactly(0).await;
    }
    bound
}

/// Browsers take `localhost` to be either address, so somebody else must not have the other one.
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
