//! The small app that every host serves, for hosts that run an axum router. Other hosts implement it
//! in their own framework.

use axum::{
    Router,
    http::{
        HeaderName, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, VARY},
    },
    routing::{get, put},
};

mod plain;
mod upstream;

pub use plain::answer;
pub use upstream::Upstream;

pub fn router() -> Router {
    Router::new()
        .route("/", get(hello).options(async || [(ALLOW, "GET")]))
        .route("/items", put(async || "stored").delete(async || "deleted"))
        .route("/vary", get(async || ([(VARY, "accept-encoding")], "compressed or not")))
        .route("/own", get(async || ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], "for everybody")))
        .route("/error", get(async || (StatusCode::INTERNAL_SERVER_ERROR, "broken")))
}

async fn hello() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(HeaderName::from_static("x-request-id"), "1")], "hello")
}
