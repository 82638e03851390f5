//! The header that says why, for development.

use axum::{Router, routing::get};
use corsac::Enforcement;
use http::Method;

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT,
    client::{Client, from, preflight},
    server::Server,
    strict,
};

const HEADER: &str = "cors-diagnosis";

#[tokio::test]
async fn responses_say_what_was_decided_and_why() {
    let cors = strict().enforcement(Enforcement::Reject).build().unwrap().diagnosis_header(true);
    let server = Server::axum(Router::new().fallback(get(|| async {})).layer(cors)).await;
    let mut client = Client::http1(server.address).await;

    let answer = client.send(from(APP, Method::GET, "/")).await;
    answer.expect(200, &STRICT_FOR_APP);
    assert_eq!(answer.headers[HEADER], r#"origin "https://app.example.com" is allowed"#);

    let answer = client.send(from("https://app.example.com:8443", Method::GET, "/")).await;
    answer.expect(403, &STRICT_FOR_NOBODY);
    let host = server.address;
    assert_eq!(
        answer.headers[HEADER],
        format!(
            "origin \"https://app.example.com:8443\" is not allowed; the closest allowed origin is \
             \"https://app.example.com\" (different port); the request's own host is \"{host}\"; to \
             allow it, add .allow_origins([\"https://app.example.com:8443\"])"
        )
    );

    let answer = client.send(preflight(APP, "PUT", "/")).await;
    answer.expect(204, &STRICT_PREFLIGHT);
    assert_eq!(
        answer.headers[HEADER],
        "origin \"https://app.example.com\" is allowed to send \"PUT\" with \"authorization\""
    );
    let answer = client.send(preflight(APP, "PATCH", "/")).await;
    let text = answer.headers[HEADER].to_str().unwrap();
    assert!(text.ends_with(r#"; to allow it, add .allow_methods(["PATCH"])"#), "{text}");

    // Whatever is sent, it is a header.
    let hostile = "https://\u{e9}\t\\\"".to_owned() + &"a".repeat(8000);
    let answer = client.send(from(&hostile, Method::GET, "/")).await;
    assert!(answer.headers[HEADER].len() < 1000, "{answer:?}");

    let answer = client.send(http::Request::get("/")).await;
    assert!(!answer.headers.contains_key(HEADER));
}

#[tokio::test]
async fn nothing_is_said_unless_it_is_asked_for() {
    let cors = strict().build().unwrap().diagnosis_header(false);
    let server = Server::axum(Router::new().layer(cors)).await;
    let mut client = Client::http1(server.address).await;
    for request in [from(APP, Method::GET, "/"), from(EVIL, Method::GET, "/")] {
        assert!(!client.send(request).await.headers.contains_key(HEADER));
    }
    for request in [preflight(APP, "PATCH", "/"), preflight(EVIL, "PUT", "/")] {
        assert!(!client.send(request).await.headers.contains_key(HEADER));
    }
}
