//! Calls `Router::layer` last, because the layer does not cover routes and layers that are added later.
//!
//! axum puts the layer around the methods of each route. If a route has no `OPTIONS` handler, axum adds
//! `Allow` to the response to a preflight. Browsers ignore it. `axum-wrapped` avoids it.

use std::{env, error::Error};

use corsac::CorsLayer;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = app::router().layer(CorsLayer::new(policy::policy()?));

    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
