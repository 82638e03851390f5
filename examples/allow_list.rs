//! A policy for production, with origins from the environment, and with credentials.
//!
//! ```text
//! $ cargo run --example allow_list
//! listening on http://127.0.0.1:3000
//!
//! $ curl -si -X OPTIONS http://127.0.0.1:3000/ -H 'Origin: https://app.example.com' \
//!     -H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: content-type' \
//!     | grep -iv ^date
//! HTTP/1.1 204 No Content
//! access-control-allow-origin: https://app.example.com
//! access-control-allow-credentials: true
//! vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers
//! access-control-max-age: 7200
//! access-control-allow-methods: PUT, DELETE
//! access-control-allow-headers: authorization, content-type
//! allow: GET,HEAD,PUT,DELETE
//!
//! $ curl -si http://127.0.0.1:3000/ -H 'Origin: https://app.example.com:8443' | grep -iv ^date
//! HTTP/1.1 200 OK
//! content-type: text/plain; charset=utf-8
//! x-request-id: 17
//! vary: Origin
//! content-length: 6
//!
//! hello
//! ```
//!
//! The second origin is refused, so its pages cannot read the response. The server logs the reason:
//! `origin "https://app.example.com:8443" is not allowed; the closest allowed origin is
//! "https://*.example.com" (different port)`.
//!
//! If the policy has mistakes, the program prints all of them and exits with 1:
//!
//! ```text
//! $ ALLOWED_ORIGINS='https://example.com/, *.example.com' cargo run --example allow_list
//! Error: invalid CORS policy (2 problems):
//!   - allow_origins[0] "https://example.com/": an origin has no path; write "https://example.com"
//!   - allow_origins[1] "*.example.com": an origin starts with its scheme and `://`; write "https://*.example.com"
//! ```

use std::{env, error::Error};

use axum::{
    Router,
    http::{
        Method,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    routing::get,
};
use corsac::{BuildError, CorsLayer};
use tracing_subscriber::filter::LevelFilter;

mod listen;

const DEFAULT_ORIGINS: &str = "https://example.com,https://*.example.com";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // corsac logs refusals at INFO and DEBUG.
    tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).init();

    let origins = env::var("ALLOWED_ORIGINS").unwrap_or_else(|_| DEFAULT_ORIGINS.to_owned());
    let app = Router::new()
        .route("/", get(hello).put(hello).delete(hello))
        .layer(cors(origins.split(','))?);

    let listener = listen::on_port().await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

fn cors<'a>(origins: impl Iterator<Item = &'a str>) -> Result<CorsLayer, BuildError> {
    CorsLayer::builder()
        .allow_origins(origins.map(str::trim))
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .build()
}

async fn hello() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("x-request-id", "17")], "hello\n")
}
