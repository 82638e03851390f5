//! An open API: any page may call it with any method and any header, and read its responses. Use such
//! a policy for development, and for public data.
//!
//! ```text
//! $ cargo run --example permissive
//! listening on http://127.0.0.1:3000
//! ```
//!
//! The layer answers a preflight, and the app never sees it:
//!
//! ```text
//! $ curl -si -X OPTIONS http://127.0.0.1:3000/ -H 'Origin: https://a.example' \
//!     -H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: authorization' \
//!     | grep -iv ^date
//! HTTP/1.1 204 No Content
//! access-control-allow-origin: *
//! vary: Access-Control-Request-Method, Access-Control-Request-Headers
//! access-control-max-age: 7200
//! access-control-allow-methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS
//! access-control-allow-headers: authorization
//! ```
//!
//! An actual request reaches the app:
//!
//! ```text
//! $ curl -si http://127.0.0.1:3000/ -H 'Origin: https://a.example' | grep -iv ^date
//! HTTP/1.1 200 OK
//! content-type: text/plain; charset=utf-8
//! access-control-allow-origin: *
//! access-control-expose-headers: *
//! content-length: 6
//!
//! hello
//! ```
//!
//! So does an `OPTIONS` request that is not a preflight:
//!
//! ```text
//! $ curl -s -X OPTIONS http://127.0.0.1:3000/ -H 'Origin: https://a.example'
//! the app's own OPTIONS
//! ```

use std::error::Error;

use axum::{Router, routing::get};
use corsac::CorsLayer;

mod listen;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/", get(|| async { "hello\n" }).options(|| async { "the app's own OPTIONS\n" }))
        .layer(CorsLayer::permissive());

    let listener = listen::on_port().await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
