//! Keeps other sites out: a name of theirs that resolves to this machine gets them nothing.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

/// The hosts that a server answers to.
///
/// Against DNS rebinding: the page of `evil.example` may reach this port under that name, and it is
/// then of the same origin, so that CORS has no say. The `Host` header gives it away.
#[derive(Clone)]
pub(crate) struct Hosts(Arc<[String]>);

impl Hosts {
    /// Those of `http://localhost:3000` and the like.
    pub(crate) fn of_urls<'a>(urls: impl IntoIterator<Item = &'a str>) -> Self {
        Self(urls.into_iter().map(|url| url.trim_start_matches("http://").to_owned()).collect())
    }

    pub(crate) async fn check(State(hosts): State<Self>, request: Request, next: Next) -> Response {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        if host.is_some_and(|host| hosts.0.iter().any(|known| known == host)) {
            next.run(request).await
        } else {
            let known = hosts.0.join(", ");
            (StatusCode::MISDIRECTED_REQUEST, format!("this port is {known}\n")).into_response()
        }
    }
}
