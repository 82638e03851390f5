//! The usual way: `Router::layer`, as the last call. Routes and layers that are added after it are
//! not covered.
//!
//! axum puts the layer around each route's methods, so it adds its `Allow` to the answers of
//! preflights, of routes without an `OPTIONS` handler: harmless. `axum-wrapped` has none.

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
