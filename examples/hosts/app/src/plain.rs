//! The same app without a framework: a function for Tower's `service_fn`.

use std::convert::Infallible;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, VARY},
};
use http_body_util::Full;

/// # Errors
///
/// Never fails.
pub async fn answer<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    let is = |method, path| *request.method() == method && request.uri().path() == path;
    Ok(if is(Method::GET, "/") {
        with(HeaderName::from_static("x-request-id"), "1", "hello")
    } else if is(Method::OPTIONS, "/") {
        with(ALLOW, "GET", "")
    } else if is(Method::PUT, "/items") {
        text(StatusCode::OK, "stored")
    } else if is(Method::DELETE, "/items") {
        text(StatusCode::OK, "deleted")
    } else if is(Method::GET, "/vary") {
        with(VARY, "accept-encoding", "compressed or not")
    } else if is(Method::GET, "/own") {
        with(ACCESS_CONTROL_ALLOW_ORIGIN, "*", "for everybody")
    } else if is(Method::GET, "/error") {
        text(StatusCode::INTERNAL_SERVER_ERROR, "broken")
    } else {
        text(StatusCode::NOT_FOUND, "")
    })
}

fn with(name: HeaderName, value: &'static str, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = text(StatusCode::OK, body);
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

fn text(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response
}
