//! A reverse proxy with axum and hyper-util's client. The upstream server allows every origin, but corsac
//! replaces its CORS headers, and removes them if the policy refuses the origin.

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
        // Last, so that a 502 gets CORS headers too, and the page can read it.
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
