//! Shows why CORS has to be the outermost layer: a layer outside of it answers without CORS headers,
//! and the page sees a "CORS error" instead of the 401, 404, 500 or 504.
//!
//! In axum, `.layer(x)` wraps the routes, the fallback and the layers that were added before it. The
//! layer that is added last is the outermost, and runs first.
//!
//! ```text
//! $ cargo run --example layer_order
//! what the page gets    cors added last     cors added first
//! preflight of GET /    204                 CORS error (401)
//! GET / without token   401                 CORS error (401)
//! GET /missing          404                 CORS error (404)
//! GET /panic            500                 CORS error (500)
//! GET /slow             504                 CORS error (504)
//!
//! $ cargo run --example layer_order -- serve
//! $ curl -si http://127.0.0.1:3000/ -H 'Origin: http://localhost:5173' | grep -e HTTP -e origin:
//! HTTP/1.1 401 Unauthorized
//! access-control-allow-origin: http://localhost:5173
//!
//! $ curl -si http://127.0.0.1:3001/ -H 'Origin: http://localhost:5173' | grep -e HTTP -e origin:
//! HTTP/1.1 401 Unauthorized
//! ```

use std::{convert::Infallible, env, error::Error, future::pending, io, time::Duration};

use axum::{Router, body::Body, extract::Request, middleware, response::Response, routing::get};
use corsac::CorsLayer;
use http::{StatusCode, header};
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

mod listen;

const PREFLIGHT: [(&str, &str); 2] =
    [("access-control-request-method", "GET"), ("access-control-request-headers", "authorization")];
const TOKEN: [(&str, &str); 1] = [("authorization", "Bearer token")];

fn cors_last() -> Router {
    with_other_layers(routes().fallback(not_found)).layer(CorsLayer::localhost())
}

/// The layer wraps only the three routes, not the fallback and the other layers.
fn cors_first() -> Router {
    with_other_layers(routes().layer(CorsLayer::localhost()).fallback(not_found))
}

fn routes() -> Router {
    Router::new()
        .route("/", get(|| async { "hello\n" }))
        .route("/panic", get(crash))
        .route("/slow", get(pending::<&'static str>))
}

fn with_other_layers(app: Router) -> Router {
    let limit = Duration::from_millis(20);
    app.layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limit))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(async |request: Request, next: middleware::Next| {
            if request.headers().contains_key(header::AUTHORIZATION) {
                Ok(next.run(request).await)
            } else {
                Err(StatusCode::UNAUTHORIZED)
            }
        }))
}

async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn crash() -> &'static str {
    panic!("on purpose")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().nth(1).is_some_and(|argument| argument == "serve") {
        let (last, first) = (listen::on_port().await?, listen::on_port_plus(1).await?);
        let last = serve("cors added last", last, cors_last());
        tokio::try_join!(last, serve("cors added first", first, cors_first()))?;
        return Ok(());
    }
    // The table shows the panics.
    std::panic::set_hook(Box::new(|_| {}));
    println!("{:<22}{:<20}cors added first", "what the page gets", "cors added last");
    for (title, method, path, headers) in [
        ("preflight of GET /", "OPTIONS", "/", &PREFLIGHT[..]),
        ("GET / without token", "GET", "/", &[]),
        ("GET /missing", "GET", "/missing", &TOKEN),
        ("GET /panic", "GET", "/panic", &TOKEN),
        ("GET /slow", "GET", "/slow", &TOKEN),
    ] {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header(header::ORIGIN, "http://localhost:5173").body(())?;
        let first = what_the_page_gets(cors_first(), request.clone()).await;
        println!("{title:<22}{:<20}{first}", what_the_page_gets(cors_last(), request).await);
    }
    Ok(())
}

async fn what_the_page_gets(app: Router, request: Request<()>) -> String {
    let answered: Result<Response, Infallible> = app.oneshot(request.map(|()| Body::empty())).await;
    let Ok(response) = answered;
    let status = response.status().as_u16();
    match response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        Some(_) => status.to_string(),
        None => format!("CORS error ({status})"),
    }
}

async fn serve(title: &str, listener: TcpListener, app: Router) -> io::Result<()> {
    println!("{title}: http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
