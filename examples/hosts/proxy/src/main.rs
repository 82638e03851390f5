//! A reverse proxy: axum in front, hyper-util's client behind. Its upstream does CORS too, and
//! badly: what it says of that is replaced, or removed where the policy refuses.

use std::env;

use app::Upstream;
use axum::{
    BoxError, Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use corsac::CorsLayer;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let upstream = Upstream::start().await?;
    let app = Router::new()
        .fallback(forward)
        .with_state(upstream)
        // Last, so that a 502 carries CORS headers too, and the page learns of it.
        .layer(CorsLayer::new(policy::policy()?));

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

async fn forward(State(upstream): State<Upstream>, request: Request) -> Response {
    match upstream.send(request).await {
        Ok(response) => response.into_response(),
        Err(error) => {
            eprintln!("upstream: {error}");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}
