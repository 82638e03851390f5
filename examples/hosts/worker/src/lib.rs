//! A Cloudflare Worker with two apps. The variable `APP` selects one.

use std::sync::LazyLock;

use corsac::{BuildError, CorsLayer};
use tower::ServiceExt;
use worker::{Context, Env, Error, HttpRequest, Response, Result, event};

mod plain;
mod routed;

/// Built only once for each instance of the Worker, because a handler runs for each request.
static CORS: LazyLock<Result<CorsLayer, BuildError>> =
    LazyLock::new(|| policy::policy().map(CorsLayer::new));

#[event(fetch, respond_with_errors)]
async fn fetch(request: HttpRequest, env: Env, _: Context) -> Result<Response> {
    let cors = CORS.as_ref().map_err(|error| Error::RustError(error.to_string()))?.clone();
    match env.var("APP")?.to_string().as_str() {
        "axum" => routed::service(cors).oneshot(request).await?.try_into(),
        _ => plain::service(cors).oneshot(request).await?.try_into(),
    }
}
