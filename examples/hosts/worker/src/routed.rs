//! An axum router.

use axum::{
    Router,
    http::{
        StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, VARY},
    },
    routing::{get, put},
};
use corsac::CorsLayer;

pub fn service(cors: CorsLayer) -> Router {
    let hello = get(async || ([("x-request-id", "1")], "hello"));
    Router::new()
        .route("/", hello.options(async || [(ALLOW, "GET")]))
        .route("/items", put(async || "stored").delete(async || "deleted"))
        .route("/vary", get(async || ([(VARY, "accept-encoding")], "compressed or not")))
        .route("/own", get(async || ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], "for everybody")))
        .route("/error", get(async || (StatusCode::INTERNAL_SERVER_ERROR, "broken")))
        .layer(cors)
}
