//! Forwards requests to the service, and its responses to the client.

use std::net::SocketAddr;

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version,
    header::{CONNECTION, CONTENT_TYPE, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};
use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use hyper::{
    body::{Bytes, Incoming},
    upgrade::{OnUpgrade, on},
};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;

use super::Upstream;
use crate::policy_file::Policies;

pub type Body = BoxBody<Bytes, hyper::Error>;

pub struct Forward {
    upstream: Upstream,
    policies: Policies,
    quiet: bool,
}

impl Forward {
    pub fn new(upstream: Upstream, policies: Policies, quiet: bool) -> Self {
        Self { upstream, policies, quiet }
    }

    pub async fn send(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let path = request.uri().path().to_owned();
        // RFC 9110, "Upgrade": a WebSocket.
        let protocol = upgrade_of(request.headers());
        let client = protocol.is_some().then(|| on(&mut request));
        // RFC 9112, "Request Target": a proxy can get the whole URL, and a service gets the path.
        let target = request.uri().path_and_query().cloned();
        *request.uri_mut() = target.map(Uri::from).unwrap_or_default();
        *request.version_mut() = Version::HTTP_11;
        self.rewrite(request.headers_mut(), peer, protocol.as_ref());
        let mut response = match self.upstream.send(request).await {
            Ok(response) => response,
            Err(error) => return self.failed(&error),
        };
        let service = on(&mut response);
        let switched = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        let protocol = upgrade_of(response.headers()).filter(|_| switched);
        remove_hop_by_hop(response.headers_mut());
        if let Some(protocol) = &protocol {
            add_upgrade(response.headers_mut(), protocol);
        }
        if let (Some(client), Some(_)) = (client, protocol) {
            tokio::spawn(connect(client, service));
        }
        // Exported files make a proxy do the same, except on paths without a policy.
        if self.policies.get(&path).is_some() {
            remove_cors(response.headers_mut());
        }
        response.map(BodyExt::boxed)
    }

    /// Removes the headers that concern the connection of the client, and adds those of a proxy.
    fn rewrite(&self, headers: &mut HeaderMap, peer: SocketAddr, upgrade: Option<&HeaderValue>) {
        remove_hop_by_hop(headers);
        if let Some(protocol) = upgrade {
            add_upgrade(headers, protocol);
        }
        let host = headers.insert(HOST, self.upstream.host());
        if let Some(host) = host {
            headers.insert(HeaderName::from_static("x-forwarded-host"), host);
        }
        let proto = HeaderValue::from_static("http");
        headers.insert(HeaderName::from_static("x-forwarded-proto"), proto);
        if let Ok(address) = HeaderValue::try_from(peer.ip().to_string()) {
            headers.append(HeaderName::from_static("x-forwarded-for"), address);
        }
    }

    /// RFC 9110, "502 Bad Gateway".
    fn failed(&self, reason: &str) -> Response<Body> {
        if !self.quiet {
            anstream::eprintln!("{}: {reason}", self.upstream);
        }
        let text = format!("corsac serve: {}: {reason}\n", self.upstream);
        let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed();
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, text);
        response
    }
}

pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed()
}

/// Returns the protocol that a message wants to switch to.
fn upgrade_of(headers: &HeaderMap) -> Option<HeaderValue> {
    let options = headers.get_all(CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let mut options = options.flat_map(|line| line.split(','));
    let wants = options.any(|option| option.trim().eq_ignore_ascii_case("upgrade"));
    headers.get(UPGRADE).filter(|_| wants).cloned()
}

fn add_upgrade(headers: &mut HeaderMap, protocol: &HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol.clone());
}

/// RFC 9110, "Connection": these headers concern one connection alone.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let options = headers.get_all(CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let named: Vec<HeaderName> = options
        .flat_map(|line| line.split(','))
        .filter_map(|option| option.trim().parse().ok())
        .collect();
    let known = [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
    let others = ["keep-alive", "proxy-connection"].map(HeaderName::from_static);
    for name in named.into_iter().chain(known).chain(others) {
        headers.remove(name);
    }
}

fn remove_cors(headers: &mut HeaderMap) {
    let names = headers.keys().filter(|name| name.as_str().starts_with("access-control-"));
    for name in names.cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
}

/// Copies the bytes of both sides until one of them ends.
async fn connect(client: OnUpgrade, service: OnUpgrade) {
    let (Ok(client), Ok(service)) = tokio::join!(client, service) else { return };
    // Both sides see how the connection ends.
    _ = copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(service)).await;
}
