//! The pages that requests are sent from. They are the same on every host.

use axum::{
    Router,
    response::Html,
    routing::{MethodRouter, get},
};
use http::header::CONTENT_TYPE;

pub fn router() -> Router {
    Router::new()
        .route("/sender", get(Html(include_str!("../pages/sender.html"))))
        .route("/frame", get(Html(include_str!("../pages/frame.html"))))
        .route("/send.js", script(include_str!("../pages/send.js")))
        .route("/clients.js", script(include_str!("../pages/clients.js")))
        .route("/contexts.js", script(include_str!("../pages/contexts.js")))
}

fn script(text: &'static str) -> MethodRouter {
    get(([(CONTENT_TYPE, "text/javascript")], text))
}
