//! Clients: hyper's, over HTTP/1 and HTTP/2, and bytes on a socket where a library would tidy up.

use std::{
    future::Future,
    io::{Read, Write},
    net::SocketAddr,
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, Method, Request, Response, StatusCode, Uri,
    header::{self, HeaderValue},
    request::Builder,
};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

/// A test that waits forever tells nothing.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("nothing came")
}

/// One connection: what is sent through it proves that it is still alive.
pub(crate) struct Client {
    address: SocketAddr,
    sender: Sender,
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    pub(crate) async fn http1(address: SocketAddr) -> Self {
        let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (sender, connection) = http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        Self { address, sender: Sender::Http1(sender) }
    }

    /// Without TLS, by prior knowledge.
    pub(crate) async fn http2(address: SocketAddr) -> Self {
        let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        Self { address, sender: Sender::Http2(sender) }
    }

    /// The response as it comes, its body unread.
    pub(crate) async fn stream(&mut self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        self.try_stream(request).await.unwrap()
    }

    /// An error if the server sends no response.
    async fn try_stream(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().unwrap().clone();
        match &mut self.sender {
            Sender::Http1(sender) => {
                parts.uri = Uri::from(path);
                let host = || HeaderValue::try_from(self.address.to_string()).unwrap();
                parts.headers.entry(header::HOST).or_insert_with(host);
                sender.ready().await.unwrap();
                soon(sender.send_request(Request::from_parts(parts, body))).await
            }
            Sender::Http2(sender) => {
                let authority = self.address.to_string();
                let uri = Uri::builder().scheme("http").authority(authority).path_and_query(path);
                parts.uri = uri.build().unwrap();
                sender.ready().await.unwrap();
                soon(sender.send_request(Request::from_parts(parts, body))).await
            }
        }
    }

    pub(crate) async fn send_body(&mut self, request: Builder, body: &'static str) -> Answer {
        let response = self.stream(request.body(Full::from(body)).unwrap()).await;
        let (parts, body) = response.into_parts();
        let body = soon(body.collect()).await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn send(&mut self, request: Builder) -> Answer {
        self.send_body(request, "").await
    }

    /// Sends a request to which the server sends no response.
    pub(crate) async fn send_in_vain(&mut self, request: Builder) {
        let outcome = self.try_stream(request.body(Full::default()).unwrap()).await;
        assert!(outcome.is_err(), "{outcome:?}");
    }
}

impl Answer {
    /// All that CORS has to do with: `Access-Control-*` and `Vary`, line by line, sorted.
    pub(crate) fn cors(&self) -> Vec<String> {
        cors_lines(&self.headers)
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: u16, cors: &[&str]) -> &Self {
        assert_eq!((self.status.as_u16(), self.cors()), (status, owned(cors)), "{self:?}");
        self
    }
}

pub(crate) fn cors_lines(headers: &HeaderMap) -> Vec<String> {
    let is_cors = |name: &str| name.starts_with("access-control-") || name == "vary";
    let lines = headers.iter().filter(|(name, _)| is_cors(name.as_str()));
    let mut lines: Vec<_> =
        lines.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// A request from a page of `origin`.
pub(crate) fn from(origin: &str, method: Method, path: &str) -> Builder {
    Request::builder().method(method).uri(path).header(header::ORIGIN, origin)
}

/// The preflight of a request with this method and an `authorization` header.
pub(crate) fn preflight(origin: &str, method: &str, path: &str) -> Builder {
    from(origin, Method::OPTIONS, path)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization")
}

/// Sends these bytes, and reads until the text holds `until` or the server hangs up.
pub(crate) async fn raw(address: SocketAddr, request: String, until: &'static str) -> String {
    let exchange = move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.contains(until) {
            match stream.read(&mut buffer).unwrap() {
                0 => break,
                read => text.push_str(std::str::from_utf8(&buffer[..read]).unwrap()),
            }
        }
        text
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}
