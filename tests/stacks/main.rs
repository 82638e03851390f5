//! The layer in real stacks, over real sockets: axum, hyper over HTTP/1 and HTTP/2, and services
//! that ask for more than most.

mod asynchronous;
mod axum_layers;
mod axum_router;
#[cfg(feature = "http-body")]
mod bodies;
mod client;
mod diagnosis;
mod disabled;
mod enforcement;
mod hyper_direct;
mod inference;
mod inner_services;
mod living;
mod panics;
mod readiness;
mod server;
#[cfg(all(feature = "reload", feature = "serde"))]
mod storm;
mod upgrade;
mod websocket;

use corsac::{CorsBuilder, CorsLayer};
use http::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};

const APP: &str = "https://app.example.com";
const ADMIN: &str = "https://admin.example.com";
const EVIL: &str = "https://evil.example";

/// What a production service mounts: two origins, credentials, nothing that is not named.
fn strict() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins([APP, ADMIN])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
}

fn strict_layer() -> CorsLayer {
    strict().build().unwrap()
}

/// On each response of [`strict`] that [`APP`] may read.
const STRICT_FOR_APP: [&str; 4] = [
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://app.example.com",
    "access-control-expose-headers: x-request-id",
    "vary: Origin",
];

/// On each response of [`strict`] that nobody else's page may read.
const STRICT_FOR_NOBODY: [&str; 1] = ["vary: Origin"];

/// On the answer of [`strict`] to a preflight from [`APP`].
const STRICT_PREFLIGHT: [&str; 6] = [
    "access-control-allow-credentials: true",
    "access-control-allow-headers: authorization, content-type",
    "access-control-allow-methods: PUT, DELETE",
    "access-control-allow-origin: https://app.example.com",
    "access-control-max-age: 7200",
    "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
];

/// On the answer of [`strict`] to a preflight from anybody else.
const STRICT_PREFLIGHT_REFUSED: [&str; 1] =
    ["vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"];
