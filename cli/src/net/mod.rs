//! Sends requests as they are written: raw paths, repeated header lines, `OPTIONS *`.

use std::{fmt, time::Duration};

mod client;
mod connection;
mod send;
mod tls;

pub use client::{Address, Client, Settings, Version};
pub use send::{Sender, send_all};
pub use tls::{Trust, TrustOptions};

/// The start of a body is enough to recognize a program.
const BODY_KEPT: usize = 1024;
/// A longer body is not read to its end: the connection is closed.
const BODY_READ: usize = 64 * 1024;

/// The reason why a request has no answer. `Display` prints a sentence.
#[derive(Debug, Clone)]
pub struct NetError {
    /// The host and the port.
    peer: String,
    kind: NetErrorKind,
}

#[derive(Debug, Clone)]
enum NetErrorKind {
    Name(String),
    Refused,
    Connect(String),
    Timeout(Duration),
    Tls(String),
    /// The server does not speak HTTP/2.
    NoHttp2,
    Http(String),
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peer = &self.peer;
        match &self.kind {
            NetErrorKind::Name(error) => write!(f, "there is no address for {peer}: {error}"),
            NetErrorKind::Refused => {
                write!(f, "{peer} refuses connections; check that the server is running there")
            }
            NetErrorKind::Connect(error) => write!(f, "cannot connect to {peer}: {error}"),
            NetErrorKind::Timeout(time) => {
                write!(f, "{peer} does not answer within {} s", time.as_secs_f64())
            }
            NetErrorKind::Tls(error) => write!(
                f,
                "no TLS connection to {peer}: {error}; for a certificate of your own, pass its \
                 authority with `--cacert`"
            ),
            NetErrorKind::NoHttp2 => {
                write!(f, "{peer} does not speak HTTP/2; leave `--http2` out")
            }
            NetErrorKind::Http(error) => write!(f, "the answer of {peer} is not HTTP: {error}"),
        }
    }
}
