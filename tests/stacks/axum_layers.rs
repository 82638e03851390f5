//! axum 0.8 with other layers: what answers inside of CORS carries its headers, what answers
//! outside does not.

use std::{future::pending, time::Duration};

use axum::{
    BoxError, Router,
    error_handling::HandleErrorLayer,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::Response,
    routing::get,
};
use http::{Method, header};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT, STRICT_PREFLIGHT_REFUSED,
    client::{Client, from, preflight},
    server::Server,
    strict_layer,
};

async fn serve(app: Router) -> (Server, Client) {
    let server = Server::axum(app).await;
    let client = Client::http1(server.address).await;
    (server, client)
}

fn panics() -> Router {
    async fn handler() -> &'static str {
        panic!("on purpose")
    }
    Router::new().route("/", get(handler))
}

#[tokio::test]
async fn a_panic_caught_inside_is_decorated() {
    let app = panics().layer(CatchPanicLayer::new()).layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    let answer = client.send(from(APP, Method::GET, "/")).await;
    assert_eq!(answer.expect(500, &STRICT_FOR_APP).body, "Service panicked");
    client.send(from(EVIL, Method::GET, "/")).await.expect(500, &STRICT_FOR_NOBODY);
    client.send(preflight(APP, "PUT", "/")).await.expect(204, &STRICT_PREFLIGHT);
}

#[tokio::test]
async fn a_panic_caught_outside_is_not() {
    let app = panics().layer(strict_layer()).layer(CatchPanicLayer::new());
    let (_server, mut client) = serve(app).await;

    client.send(from(APP, Method::GET, "/")).await.expect(500, &[]);
}

const AT_ONCE: Duration = Duration::from_millis(1);

fn hangs() -> Router {
    Router::new().route("/", get(pending::<&'static str>))
}

#[tokio::test]
async fn a_timeout_inside_is_decorated() {
    for status in [StatusCode::REQUEST_TIMEOUT, StatusCode::GATEWAY_TIMEOUT] {
        let timeout = TimeoutLayer::with_status_code(status, AT_ONCE);
        let (_server, mut client) = serve(hangs().layer(timeout).layer(strict_layer())).await;

        client.send(from(APP, Method::GET, "/")).await.expect(status.as_u16(), &STRICT_FOR_APP);
    }
}

#[tokio::test]
async fn a_timeout_that_fails_inside_is_decorated_where_the_error_becomes_a_response() {
    let timeout = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_: BoxError| async { StatusCode::GATEWAY_TIMEOUT }))
        .timeout(AT_ONCE);
    let (_server, mut client) = serve(hangs().layer(timeout).layer(strict_layer())).await;

    client.send(from(APP, Method::GET, "/")).await.expect(504, &STRICT_FOR_APP);
}

/// A limit of every layer: what is outside is not seen.
#[tokio::test]
async fn a_timeout_outside_is_not_decorated() {
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, AT_ONCE);
    let (_server, mut client) = serve(hangs().layer(strict_layer()).layer(timeout)).await;

    client.send(from(APP, Method::GET, "/")).await.expect(504, &[]);
}

async fn authenticate(request: Request, next: Next) -> Result<Response, StatusCode> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        Ok(next.run(request).await)
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}

#[tokio::test]
async fn authentication_inside_never_sees_a_preflight() {
    let app = Router::new().route("/", get("secret"));
    let (_server, mut client) = serve(app.layer(from_fn(authenticate)).layer(strict_layer())).await;

    client.send(preflight(APP, "PUT", "/")).await.expect(204, &STRICT_PREFLIGHT);
    client.send(preflight(EVIL, "PUT", "/")).await.expect(403, &STRICT_PREFLIGHT_REFUSED);
    let anonymous = client.send(from(APP, Method::GET, "/")).await;
    assert_eq!(anonymous.expect(401, &STRICT_FOR_APP).body, "");
    let known = from(APP, Method::GET, "/").header(header::AUTHORIZATION, "Bearer token");
    assert_eq!(client.send(known).await.expect(200, &STRICT_FOR_APP).body, "secret");
}

#[tokio::test]
async fn authentication_outside_refuses_preflights() {
    let app = Router::new().route("/", get("secret"));
    let (_server, mut client) = serve(app.layer(strict_layer()).layer(from_fn(authenticate))).await;

    client.send(preflight(APP, "PUT", "/")).await.expect(401, &[]);
    client.send(from(APP, Method::GET, "/")).await.expect(401, &[]);
}

#[tokio::test]
async fn in_a_service_builder_the_first_is_outermost() {
    let layers = ServiceBuilder::new()
        .layer(strict_layer())
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, AT_ONCE))
        .layer(from_fn(authenticate));
    let (_server, mut client) = serve(panics().layer(layers)).await;

    client.send(preflight(APP, "PUT", "/")).await.expect(204, &STRICT_PREFLIGHT);
    client.send(from(APP, Method::GET, "/")).await.expect(401, &STRICT_FOR_APP);
    let known = from(APP, Method::GET, "/").header(header::AUTHORIZATION, "Bearer token");
    client.send(known).await.expect(500, &STRICT_FOR_APP);
}

#[tokio::test]
async fn a_fallback_added_after_the_layer_is_outside_of_it() {
    async fn not_found() -> StatusCode {
        StatusCode::NOT_FOUND
    }
    let routes = || Router::new().route("/", get("hello"));

    let (_server, mut client) = serve(routes().fallback(not_found).layer(strict_layer())).await;
    client.send(from(APP, Method::GET, "/none")).await.expect(404, &STRICT_FOR_APP);
    let (_server, mut client) = serve(routes().layer(strict_layer()).fallback(not_found)).await;
    client.send(from(APP, Method::GET, "/none")).await.expect(404, &[]);
}
