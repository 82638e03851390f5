//! Opens connections to one server.

use std::{io, time::Duration};

use http::Uri;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

use super::{
    NetError, NetErrorKind,
    connection::Connection,
    tls::{self, Trust},
};

/// The options for connections.
#[derive(Debug, Clone)]
pub struct Settings {
    pub version: Version,
    /// The address to connect to, in place of that of the URL.
    pub connect_to: Option<Address>,
    pub trust: Trust,
    pub timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The one that the server prefers.
    Any,
    Http1,
    Http2,
}

/// A host with its port, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: Option<u16>,
}

/// Connects to the host of one URL.
pub struct Client {
    /// As in the URL.
    authority: String,
    name: String,
    host: String,
    port: u16,
    is_https: bool,
    pub version: Version,
    tls: Option<tls::Configs>,
    pub timeout: Duration,
}

/// A connection, with TLS or without.
pub type Stream = Box<dyn ReadWrite>;

pub trait ReadWrite: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> ReadWrite for T {}

impl Client {
    /// Fails if the certificates to trust cannot be read.
    pub fn new(url: &Uri, settings: &Settings) -> Result<Self, String> {
        let is_https = url.scheme_str().is_some_and(|it| it.eq_ignore_ascii_case("https"));
        let name = url.host().unwrap_or_default();
        let name = name.trim_start_matches('[').trim_end_matches(']').to_owned();
        let own = url.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let (host, port) = match &settings.connect_to {
            Some(to) => (to.host.clone(), to.port.unwrap_or(own)),
            None => (name.clone(), own),
        };
        let tls = if is_https { Some(tls::Configs::new(&settings.trust)?) } else { None };
        let authority = url.authority().map(ToString::to_string).unwrap_or_default();
        let Settings { version, timeout, .. } = *settings;
        Ok(Self { authority, name, host, port, is_https, version, tls, timeout })
    }

    /// Opens a connection. `is_http1` asks for HTTP/1.1, whatever the settings say.
    pub async fn connect(&self, is_http1: bool) -> Result<Connection, NetError> {
        match timeout(self.timeout, self.open(is_http1)).await {
            Ok(connection) => connection,
            Err(_) => Err(self.error(NetErrorKind::Timeout(self.timeout))),
        }
    }

    pub(super) fn error(&self, kind: NetErrorKind) -> NetError {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        NetError { peer: format!("{host}:{}", self.port), kind }
    }

    async fn open(&self, is_http1: bool) -> Result<Connection, NetError> {
        let version = if is_http1 { Version::Http1 } else { self.version };
        let (stream, is_http2) = self.open_stream(version).await?;
        self.handshake(stream, is_http2).await
    }

    /// Opens a connection for HTTP/1.1, on which the caller makes the handshake.
    pub async fn stream(&self) -> Result<Stream, NetError> {
        match timeout(self.timeout, self.open_stream(Version::Http1)).await {
            Ok(opened) => opened.map(|(stream, _)| stream),
            Err(_) => Err(self.error(NetErrorKind::Timeout(self.timeout))),
        }
    }

    /// Returns a stream, and whether its other end expects HTTP/2.
    async fn open_stream(&self, version: Version) -> Result<(Stream, bool), NetError> {
        let stream = self.tcp().await?;
        // Small requests that wait for their answers.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return Ok((Box::new(stream), version == Version::Http2));
        };
        let name = ServerName::try_from(self.name.clone())
            .map_err(|error| self.error(NetErrorKind::Tls(error.to_string())))?;
        let connector = TlsConnector::from(tls.of(version));
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(|error| self.error(NetErrorKind::Tls(tls::sentence(&error))))?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        if version == Version::Http2 && !is_http2 {
            return Err(self.error(NetErrorKind::NoHttp2));
        }
        Ok((Box::new(stream), is_http2))
    }

    async fn tcp(&self) -> Result<TcpStream, NetError> {
        let addresses = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let addresses =
            addresses.map_err(|error| self.error(NetErrorKind::Name(error.to_string())))?;
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        // `localhost` has two addresses, and servers listen on one of them.
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(self.error(match last.kind() {
            io::ErrorKind::ConnectionRefused => NetErrorKind::Refused,
            _ => NetErrorKind::Connect(last.to_string()),
        }))
    }

    async fn handshake(&self, stream: Stream, is_http2: bool) -> Result<Connection, NetError> {
        let io = TokioIo::new(stream);
        let failed = |error: hyper::Error| self.error(NetErrorKind::Http(error.to_string()));
        if is_http2 {
            let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), io);
            let (sender, connection) = handshake.await.map_err(failed)?;
            tokio::spawn(connection);
            Ok(Connection::http2(sender, self.scheme(), self.authority.clone()))
        } else {
            let mut builder = hyper::client::conn::http1::Builder::new();
            // As browsers write them.
            builder.title_case_headers(true);
            let (sender, connection) = builder.handshake(io).await.map_err(failed)?;
            tokio::spawn(connection);
            Ok(Connection::http1(sender, self.authority.clone()))
        }
    }

    fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }
}

impl std::str::FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error =
            || format!("{text:?} is not a host; write one such as 127.0.0.1 or 127.0.0.1:8080");
        let authority: http::uri::Authority = text.parse().map_err(|_| error())?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let has_port = text.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
        if host.is_empty() || text.contains('@') || (has_port && authority.port_u16().is_none()) {
            return Err(error());
        }
        Ok(Self { host, port: authority.port_u16() })
    }
}

/// As `curl --connect-to` reads it.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let port = self.port.map(|port| port.to_string()).unwrap_or_default();
        match &self.host {
            host if host.contains(':') => write!(f, "[{host}]:{port}"),
            host => write!(f, "{host}:{port}"),
        }
    }
}
