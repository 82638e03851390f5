//! The proxy in front of a service: the headers that it changes before the service gets a request.

use axum::{
    extract::{Extension, Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderName, HeaderValue, Uri,
    header::HOST,
    uri::{Authority, Scheme},
};

#[derive(Debug, Clone, Copy)]
pub enum Proxy {
    /// The browser reaches the service directly.
    None,
    /// Cuts the port off `Host`, as `proxy_set_header Host $host` of nginx does.
    CutsPort,
    /// Does the same, but passes on the scheme and the host of the URL.
    Forwards,
}

const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

pub async fn pass(
    State(proxy): State<Proxy>,
    Extension(scheme): Extension<Scheme>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(asked) = asked_host(&request) else { return next.run(request).await };
    match proxy {
        Proxy::None => {}
        Proxy::CutsPort => set_host(&mut request, asked.host()),
        Proxy::Forwards => {
            set_host(&mut request, asked.host());
            set(&mut request, X_FORWARDED_HOST, asked.as_str());
            set(&mut request, X_FORWARDED_PROTO, scheme.as_str());
        }
    }
    next.run(request).await
}

/// Of the URI over HTTP/2, else of `Host`.
fn asked_host(request: &Request) -> Option<Authority> {
    let host = || request.headers().get(HOST)?.to_str().ok()?.parse().ok();
    request.uri().authority().cloned().or_else(host)
}

/// Proxies talk to services over HTTP/1.1, whose URI is a path.
fn set_host(request: &mut Request, host: &str) {
    if let Some(path) = request.uri().path_and_query().cloned() {
        *request.uri_mut() = Uri::from(path);
    }
    set(request, HOST, host);
}

fn set(request: &mut Request, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        request.headers_mut().insert(name, value);
    }
}
