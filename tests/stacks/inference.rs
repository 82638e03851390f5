//! What people write compiles as they write it, without a type in it.

use axum::{Router, routing::get};
use bytes::Bytes;
use corsac::{CorsLayer, Enforcement};
use http::{
    Method, Request, Response,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use hyper::body::Incoming;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{client::Client, server::Server};

#[tokio::test]
async fn axum_permissive() {
    let app = Router::new().route("/", get(|| async { "" })).layer(CorsLayer::permissive());
    let server = Server::axum(app).await;
    Client::http1(server.address)
        .await
        .send(Request::get("/"))
        .await
        .expect(200, &["access-control-allow-origin: *", "access-control-expose-headers: *"]);
}

#[tokio::test]
async fn axum_allow_list() -> Result<(), Box<dyn std::error::Error>> {
    let cors = CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://*.example.com"])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .build()?;
    let app = Router::new().route("/", get(|| async { "" })).layer(cors);
    let server = Server::axum(app).await;
    let mut client = Client::http1(server.address).await;
    client.send(Request::get("/")).await.expect(200, &["vary: Origin"]);
    Ok(())
}

#[tokio::test]
async fn axum_with_state() {
    #[derive(Clone)]
    struct State(&'static str);

    let handler = |state: axum::extract::State<State>| async move { state.0.0 };
    let app = Router::new().route("/", get(handler)).layer(CorsLayer::localhost());
    let server = Server::axum(app.with_state(State("of the state"))).await;
    let answer = Client::http1(server.address).await.send(Request::get("/")).await;
    assert_eq!(answer.body, "of the state");
}

#[tokio::test]
async fn service_builder_with_service_fn() {
    let service = ServiceBuilder::new().layer(CorsLayer::permissive()).service(service_fn(
        |_: Request<Incoming>| async {
            Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::new())))
        },
    ));
    let server = Server::http1(service).await;
    let answer = Client::http1(server.address).await.send(Request::get("/")).await;
    assert_eq!(answer.status, 200);
}

/// The bodies of other layers can be made empty too.
#[tokio::test]
async fn around_and_inside_of_other_layers() {
    let service = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(
            http::StatusCode::GATEWAY_TIMEOUT,
            std::time::Duration::from_secs(30),
        ))
        .layer(CorsLayer::permissive())
        .layer(CatchPanicLayer::new())
        .option_layer(Some(CorsLayer::disabled()))
        .service_fn(|_: Request<()>| async {
            Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))
        });
    let response = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(response.headers().len(), 2);
}

#[tokio::test]
async fn boxed_bodies_and_boxed_services() {
    let service = service_fn(|_: Request<BoxBody<Bytes, hyper::Error>>| async {
        Ok::<_, hyper::Error>(Response::new(BoxBody::<Bytes, hyper::Error>::default()))
    });
    let cors = CorsLayer::permissive().layer(service).boxed_clone();
    let body = Empty::new().map_err(|never| match never {}).boxed();
    let response = cors.oneshot(Request::new(body)).await.unwrap();
    assert_eq!(response.headers().len(), 2);
}

#[test]
fn lists_from_anywhere() {
    let from_environment = "https://a.example, https://b.example".to_owned();
    let strings = vec![String::from("https://c.example")];
    let pattern: corsac::OriginPattern = "https://*.d.example".parse().unwrap();
    let none: [&str; 0] = [];
    let built = CorsLayer::builder()
        .allow_origins(from_environment.split(',').map(str::trim))
        .allow_origins(&strings)
        .allow_origins(strings)
        .allow_origins([pattern])
        .allow_origins(Some("https://e.example"))
        .allow_methods([Method::PUT])
        .allow_methods(&[Method::DELETE])
        .allow_methods(["PATCH"])
        .allow_headers([CONTENT_TYPE])
        .allow_headers(["x-csrf-token"])
        .expose_headers(none)
        .allow_origin_if(|origin| origin.scheme() == "tauri")
        .enforcement(Enforcement::Reject)
        .build();
    assert!(built.is_ok(), "{built:?}");
}
