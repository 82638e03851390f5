//! An application with at most one layer, the same policy for corsac and for tower-http.

use axum::{Router, routing::get};

#[cfg(feature = "more")]
mod more;

fn main() {
    let app = Router::new().route("/", get(async || "hello"));
    #[cfg(any(feature = "corsac", feature = "tower-http"))]
    let app = app.layer(layer());
    #[cfg(feature = "more")]
    let app = more::more(app);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.unwrap();
        axum::serve(listener, app).await.unwrap();
    });
}

#[cfg(feature = "corsac")]
fn layer() -> corsac::CorsLayer {
    corsac::CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://admin.example.com"])
        .allow_methods(["GET", "POST", "DELETE"])
        .allow_headers(["content-type", "authorization"])
        .allow_credentials(true)
        .build()
        .expect("the policy is valid")
}

#[cfg(all(feature = "tower-http", not(feature = "corsac")))]
fn layer() -> tower_http::cors::CorsLayer {
    use axum::http::{
        HeaderValue, Method,
        header::{AUTHORIZATION, CONTENT_TYPE},
    };

    tower_http::cors::CorsLayer::new()
        .allow_origin(
            ["https://app.example.com", "https://admin.example.com"].map(HeaderValue::from_static),
        )
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([CONTENT_TYPE, AUTHORIZATION])
        .allow_credentials(true)
}

#[cfg(all(feature = "more", not(any(feature = "corsac", feature = "tower-http"))))]
fn layer() -> tower::layer::util::Identity {
    tower::layer::util::Identity::new()
}
