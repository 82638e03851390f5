//! Puts the layer around the whole router, so that it covers all routes and layers in it. Use this form
//! for layers that rewrite URIs before routing, and for routers from other crates.

use std::{env, error::Error};

use axum::{ServiceExt, extract::Request};
use corsac::CorsLayer;
use tokio::net::TcpListener;
use tower::Layer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = CorsLayer::new(policy::policy()?).layer(app::router());

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // `axum::serve` takes a router, or a make-service.
    Ok(axum::serve(listener, ServiceExt::<Request>::into_make_service(app)).await?)
}
