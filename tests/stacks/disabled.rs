//! [`CorsLayer::disabled`]: the edge owns CORS, and nothing is touched here.

use axum::{
    Router,
    http::{StatusCode, request::Parts},
    response::AppendHeaders,
    routing::any,
};
use corsac::CorsLayer;
use http::{Method, Request, header};

use crate::{
    APP, EVIL,
    client::{Client, from, preflight},
    server::Server,
};

/// What the edge, or a handler, writes.
const OF_THE_APP: [(&str, &str); 6] = [
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-methods", "PURGE"),
    ("access-control-allow-origin", "https://edge.example"),
    ("access-control-expose-headers", "x-edge"),
    ("vary", "accept"),
    ("vary", "cookie"),
];

async fn handler(
    parts: Parts,
) -> (StatusCode, AppendHeaders<[(&'static str, &'static str); 6]>, String) {
    let origin = parts.headers.get(header::ORIGIN).map(|it| it.to_str().unwrap());
    (StatusCode::ACCEPTED, AppendHeaders(OF_THE_APP), format!("{} {origin:?}", parts.method))
}

#[tokio::test]
async fn everything_reaches_the_app_and_comes_back_as_it_was() {
    let app = Router::new().route("/", any(handler)).layer(CorsLayer::disabled());
    let server = Server::axum(app).await;
    let mut client = Client::http1(server.address).await;

    let untouched = OF_THE_APP.map(|(name, value)| format!("{name}: {value}"));
    let untouched = untouched.each_ref().map(String::as_str);
    for (request, body) in [
        (Request::get("/"), "GET None"),
        (from(EVIL, Method::POST, "/"), r#"POST Some("https://evil.example")"#),
        (from(EVIL, Method::OPTIONS, "/"), r#"OPTIONS Some("https://evil.example")"#),
        (preflight(APP, "PUT", "/"), r#"OPTIONS Some("https://app.example.com")"#),
        (preflight("null", "TRACE", "/"), r#"OPTIONS Some("null")"#),
    ] {
        let answer = client.send(request).await;
        assert_eq!(answer.expect(202, &untouched).body, body);
    }
}

/// One expression chooses, and the rest of the code does not know.
#[tokio::test]
async fn it_is_of_the_same_type_as_any_other() {
    for (at_the_edge, cors) in [(true, vec![]), (false, vec!["vary: Origin"])] {
        let layer = if at_the_edge { CorsLayer::disabled() } else { CorsLayer::localhost() };
        let server = Server::axum(Router::new().route("/", any("hello")).layer(layer)).await;
        let mut client = Client::http1(server.address).await;
        client.send(from(EVIL, Method::GET, "/")).await.expect(200, &cors);
    }
}
