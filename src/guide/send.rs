use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    middleware::{Next, from_fn, map_response},
    response::{Redirect, Response},
    routing::get,
};
use corsac::CorsLayer;
use tower::{ServiceBuilder, ServiceExt};

/// Sends `GET /path`, or `preflight of GET /path`, from a page at `http://localhost:5173`.
fn send(app: &Router, request: &str) -> Response {
    let (method, path) = request.rsplit_once(' ').unwrap();
    let request = Request::builder().uri(path).header("origin", "http://localhost:5173");
    let request = match method.strip_prefix("preflight of ") {
        Some(next) => request.method("OPTIONS").header("access-control-request-method", next),
        None => request.method(method).header("content-length", 100),
    };
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.unwrap().block_on(response).unwrap()
}

/// Returns whether the page can read the response.
fn readable(response: &Response) -> bool {
    response.headers().contains_key("access-control-allow-origin")
}
