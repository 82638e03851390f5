//! An application with at most one layer, the same policy for corsac and for tower-http.

use axum::{Router, routing::get};

fn main() {
    let app = Router::new().route("/", get(async || "hello"));
    #[cfg(any(feature = "corsac", feature = "tower-http"))]
    let app = app.layer(layer());
    #[cfg(feature = "more")]
    let app = more(app);
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

#[cfg(feature = "more")]
fn more(app: Router) -> Router {
    app.route_service("/1", service::<8>())
        .route_service("/2", service::<16>())
        .route_service("/3", service::<40>())
        .route_service("/4", service::<72>())
        .route_service("/5", service::<136>())
        .route_service("/6", service::<264>())
        .route_service("/7", service::<520>())
        .route_service("/8", service::<1032>())
}

/// Returns a service whose future keeps this number of bytes, so that the compiler cannot merge the code
/// of two sizes.
#[cfg(feature = "more")]
fn service<const SIZE: usize>() -> impl tower::Service<
    axum::extract::Request,
    Response = axum::http::Response<String>,
    Error = std::convert::Infallible,
    Future = impl Send,
> + Clone
+ Send
+ Sync {
    let hello = async |_| {
        let kept = [1_u8; SIZE];
        tokio::task::yield_now().await;
        std::hint::black_box(kept);
        Ok(axum::http::Response::new("hello".to_owned()))
    };
    tower::Layer::layer(&layer(), tower::service_fn(hello))
}
