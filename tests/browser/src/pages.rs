//! The pages that requests are sent from. They are the same on every host.

use axum::{
    Router,
    extract::Query,
    response::{Html, IntoResponse},
    routing::{MethodRouter, get},
};
use http::header::{CONTENT_TYPE, REFERRER_POLICY};
use serde::Deserialize;

pub fn router() -> Router {
    Router::new()
        .route("/sender", get(Html(include_str!("../pages/sender.html"))))
        .route("/frame", get(frame))
        .route("/send.js", script(include_str!("../pages/send.js")))
        .route("/clients.js", script(include_str!("../pages/clients.js")))
        .route("/contexts.js", script(include_str!("../pages/contexts.js")))
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Frame {
    #[serde(default)]
    referrer_policy: String,
}

async fn frame(Query(Frame { referrer_policy }): Query<Frame>) -> impl IntoResponse {
    ([(REFERRER_POLICY, referrer_policy)], Html(include_str!("../pages/frame.html")))
}

fn script(text: &'static str) -> MethodRouter {
    get(([(CONTENT_TYPE, "text/javascript")], text))
}
