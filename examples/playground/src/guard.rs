//! Refuses requests for host names that are not those of the playground.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

/// The hosts of a server.
///
/// Prevents DNS rebinding: if `evil.example` resolves to this machine, its page and this server
/// have the same origin, so CORS does not apply. `Host` then has a name that is not in this list.
#[derive(Clone)]
pub(crate) struct Hosts(Arc<[String]>);

impl Hosts {
    /// Takes URLs without a path, such as `http://localhost:3000`.
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
