//! One connection: sends a request, and reads the answer.

use std::time::Duration;

use http::{
    HeaderMap, HeaderValue, Request, Response, Uri,
    header::{HOST, USER_AGENT},
    uri::{Authority, PathAndQuery, Scheme},
};
use http_body_util::{BodyExt, Empty};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::{http1, http2},
};
use tokio::time::timeout;

use super::{BODY_KEPT, BODY_READ};

pub struct Connection {
    sender: Sender,
    authority: String,
    scheme: &'static str,
    /// A body was not read to its end.
    is_spent: bool,
}

enum Sender {
    Http1(http1::SendRequest<Empty<Bytes>>),
    Http2(http2::SendRequest<Empty<Bytes>>),
}

impl Connection {
    pub fn http1(sender: http1::SendRequest<Empty<Bytes>>, authority: String) -> Self {
        Self { sender: Sender::Http1(sender), authority, scheme: "", is_spent: false }
    }

    pub fn http2(
        sender: http2::SendRequest<Empty<Bytes>>,
        scheme: &'static str,
        authority: String,
    ) -> Self {
        Self { sender: Sender::Http2(sender), authority, scheme, is_spent: false }
    }

    pub fn is_http2(&self) -> bool {
        matches!(self.sender, Sender::Http2(_))
    }

    /// Whether another request can be sent.
    pub fn is_open(&self) -> bool {
        !self.is_spent
            && match &self.sender {
                Sender::Http1(sender) => !sender.is_closed(),
                Sender::Http2(sender) => !sender.is_closed(),
            }
    }

    pub async fn send(&mut self, request: &Request<()>) -> hyper::Result<Response<Vec<u8>>> {
        let mut sent = Request::new(Empty::new());
        *sent.method_mut() = request.method().clone();
        *sent.headers_mut() = request.headers().clone();
        sent.headers_mut().entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let response = match &mut self.sender {
            Sender::Http1(sender) => {
                *sent.uri_mut() = path.parse().unwrap_or_default();
                with_host(sent.headers_mut(), &self.authority);
                sender.ready().await?;
                sender.send_request(sent).await?
            }
            Sender::Http2(sender) => {
                *sent.uri_mut() = absolute(self.scheme, &self.authority, path);
                sender.ready().await?;
                sender.send_request(sent).await?
            }
        };
        let (parts, body) = response.into_parts();
        let (body, is_whole) = start_of(body).await;
        self.is_spent |= !is_whole && !self.is_http2();
        Ok(Response::from_parts(parts, body))
    }
}

/// The longest wait for the next part of a body.
const PAUSE: Duration = Duration::from_millis(500);
const AGENT: &str = concat!("corsac/", env!("CARGO_PKG_VERSION"));

/// Puts `Host` first, as clients do.
fn with_host(headers: &mut HeaderMap, authority: &str) {
    let Ok(host) = HeaderValue::try_from(authority) else { return };
    let others = std::mem::take(headers);
    headers.insert(HOST, host);
    let mut last = None;
    for (name, value) in others {
        if let Some(name) = name {
            last = Some(name);
        }
        if let Some(name) = last.as_ref().filter(|name| **name != HOST) {
            headers.append(name.clone(), value);
        }
    }
}

/// A URI for the pseudo headers of HTTP/2, with a path as it is written, or `*`.
fn absolute(scheme: &str, authority: &str, path: &str) -> Uri {
    let mut parts = http::uri::Parts::default();
    parts.scheme = Scheme::try_from(scheme).ok();
    parts.authority = Authority::try_from(authority).ok();
    parts.path_and_query = PathAndQuery::try_from(path).ok();
    Uri::from_parts(parts).unwrap_or_default()
}

/// Reads the start of a body, and whether that was all. A stream of events has no end.
async fn start_of(mut body: Incoming) -> (Vec<u8>, bool) {
    let (mut start, mut len) = (Vec::new(), 0);
    loop {
        let frame = match timeout(PAUSE, body.frame()).await {
            Ok(None) => return (start, true),
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) | Err(_) => return (start, false),
        };
        let Ok(data) = frame.into_data() else { continue };
        len += data.len();
        let room = BODY_KEPT.saturating_sub(start.len());
        start.extend_from_slice(&data[..data.len().min(room)]);
        if len > BODY_READ {
            return (start, false);
        }
    }
}
