//! Servers as functions.

use corsac::{CorsLayer, Policy};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

pub(super) type Answer = Response<Vec<u8>>;

/// The policy of most tests: credentials, two origins, and subdomains.
pub(super) fn strict() -> Policy {
    CorsLayer::builder()
        .allow_origins([
            "https://app.example.com",
            "https://admin.example.org:8443",
            "https://*.example.net",
        ])
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["authorization", "content-type"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(std::time::Duration::from_secs(600))
        .build_policy()
        .unwrap()
}

/// The app: one page, that does not know of CORS.
pub(super) fn app(request: &Request<()>) -> Answer {
    let mut response = Response::new(b"[]".to_vec());
    let path = request.uri().path();
    *response.status_mut() = if path != "/users" && path != "*" {
        StatusCode::NOT_FOUND
    } else if *request.method() == Method::OPTIONS {
        response.headers_mut().insert("allow", HeaderValue::from_static("GET, HEAD, PUT"));
        StatusCode::METHOD_NOT_ALLOWED
    } else if request.headers().contains_key("if-none-match") {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-request-id", HeaderValue::from_static("7"));
    response
}

/// The app behind a layer that follows the policy.
pub(super) fn correct(policy: &Policy, request: &Request<()>) -> Answer {
    let decision = policy.evaluate_request(request);
    let mut response = match decision.status() {
        Some(status) => with_status(status),
        None => app(request),
    };
    decision.apply(response.headers_mut());
    response
}

pub(super) fn with_status(status: StatusCode) -> Answer {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

pub(super) fn header<'r>(request: &'r Request<()>, name: &str) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

pub(super) fn set(response: &mut Answer, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    response.headers_mut().insert(HeaderName::from_static(name), value);
}

pub(super) fn is_preflight(request: &Request<()>) -> bool {
    *request.method() == Method::OPTIONS
        && header(request, "access-control-request-method").is_some()
}

pub(super) fn strip(headers: &mut HeaderMap) {
    let names: Vec<HeaderName> = headers.keys().cloned().collect();
    for name in names.iter().filter(|name| name.as_str().starts_with("access-control-")) {
        headers.remove(name);
    }
}
