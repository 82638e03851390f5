//! A service without a framework. Its future is not `Send`, like that of a JavaScript promise, and its
//! body, `worker::Body`, has no `Default`.

use std::time::Duration;

use corsac::CorsLayer;
use http::{
    HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, VARY},
};
use tower::{Layer, Service, service_fn};
use worker::{Body, Delay, Error, HttpRequest, HttpResponse, Result};

pub fn service(
    cors: CorsLayer,
) -> impl Service<HttpRequest, Response = Response<Body>, Error = Error> {
    cors.answer_body(|_, _| Body::empty()).layer(service_fn(app))
}

async fn app(request: HttpRequest) -> Result<HttpResponse> {
    // A promise, as from KV or from another Worker.
    Delay::from(Duration::ZERO).await;

    let (status, header, text) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/") => {
            (StatusCode::OK, Some((HeaderName::from_static("x-request-id"), "1")), "hello")
        }
        (&Method::OPTIONS, "/") => (StatusCode::OK, Some((ALLOW, "GET")), ""),
        (&Method::PUT, "/items") => (StatusCode::OK, None, "stored"),
        (&Method::DELETE, "/items") => (StatusCode::OK, None, "deleted"),
        (&Method::GET, "/vary") => {
            (StatusCode::OK, Some((VARY, "accept-encoding")), "compressed or not")
        }
        (&Method::GET, "/own") => {
            (StatusCode::OK, Some((ACCESS_CONTROL_ALLOW_ORIGIN, "*")), "for everybody")
        }
        (&Method::GET, "/error") => (StatusCode::INTERNAL_SERVER_ERROR, None, "broken"),
        _ => (StatusCode::NOT_FOUND, None, ""),
    };
    let mut response = HttpResponse::try_from(worker::Response::ok(text)?)?;
    *response.status_mut() = status;
    let header = header.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(header);
    Ok(response)
}
