//! axum 0.8 routers: where the layer may stand, and what it sees from there.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router, ServiceExt,
    extract::Request,
    http::StatusCode,
    routing::{any, get, options},
};
use corsac::CorsLayer;
use http::{Method, header};
use tower::Layer;

use crate::{
    ADMIN, APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT,
    STRICT_PREFLIGHT_REFUSED,
    client::{Client, from, preflight},
    server::{Server, listen},
    strict, strict_layer,
};

async fn serve(app: Router) -> (Server, Client) {
    let server = Server::axum(app).await;
    let client = Client::http1(server.address).await;
    (server, client)
}

#[tokio::test]
async fn permissive() {
    let app = Router::new().route("/", get("hello")).layer(CorsLayer::permissive());
    let (_server, mut client) = serve(app).await;

    let constant = ["access-control-allow-origin: *", "access-control-expose-headers: *"];
    let answer = client.send(from(EVIL, Method::GET, "/")).await;
    assert_eq!(answer.expect(200, &constant).body, "hello");
    // A constant is sent always, so that caches can share the response.
    client.send(Request::get("/")).await.expect(200, &constant);
    client.send(preflight(EVIL, "PATCH", "/")).await.expect(
        204,
        &[
            "access-control-allow-headers: authorization",
            "access-control-allow-methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
            "access-control-allow-origin: *",
            "access-control-max-age: 7200",
            "vary: Access-Control-Request-Method, Access-Control-Request-Headers",
        ],
    );
}

#[tokio::test]
async fn localhost() {
    let app = Router::new().route("/", get(|| async { [("x-total", "3")] }));
    let (_server, mut client) = serve(app.layer(CorsLayer::localhost())).await;

    for origin in ["http://localhost:5173", "https://127.0.0.1", "http://[::1]:3000"] {
        let answer = client.send(from(origin, Method::GET, "/")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], origin);
        assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        let exposed = answer.headers[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
        assert!(exposed.split(", ").any(|name| name == "x-total"), "{exposed}");
    }
    client.send(from(APP, Method::GET, "/")).await.expect(200, &STRICT_FOR_NOBODY);
}

#[tokio::test]
async fn each_allowed_origin_gets_its_own() {
    let app = Router::new().route("/", get("hello")).layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    for origin in [APP, ADMIN, APP] {
        let answer = client.send(from(origin, Method::GET, "/")).await;
        assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], origin);
        assert_eq!(answer.headers[header::VARY], "Origin");
    }
    client.send(from(APP, Method::GET, "/")).await.expect(200, &STRICT_FOR_APP);
    client.send(from(EVIL, Method::GET, "/")).await.expect(200, &STRICT_FOR_NOBODY);
    client.send(Request::get("/")).await.expect(200, &STRICT_FOR_NOBODY);
}

#[tokio::test]
async fn preflights_stop_at_the_layer_and_plain_options_do_not() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let handler = async move || {
        count.fetch_add(1, Ordering::Relaxed);
        "the app's own"
    };
    let app = Router::new().route("/", any(handler)).layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    let answer = client.send(preflight(APP, "PUT", "/")).await;
    assert_eq!(answer.expect(204, &STRICT_PREFLIGHT).body, "");
    let refused = client.send(preflight(EVIL, "PUT", "/")).await;
    assert_eq!(refused.expect(403, &STRICT_PREFLIGHT_REFUSED).body, "");
    // The browser compares, and names the method in its console.
    client.send(preflight(APP, "PATCH", "/")).await.expect(204, &STRICT_PREFLIGHT);
    assert_eq!(calls.load(Ordering::Relaxed), 0);

    let plain = client.send(from(APP, Method::OPTIONS, "/")).await;
    assert_eq!(plain.expect(200, &STRICT_FOR_APP).body, "the app's own");
    let of_no_page = client.send(Request::options("/")).await;
    assert_eq!(of_no_page.expect(200, &STRICT_FOR_NOBODY).body, "the app's own");
    // Without `Origin` no browser asks.
    let asked = Request::options("/").header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT");
    client.send(asked).await.expect(200, &STRICT_FOR_NOBODY);
    client.send(from(EVIL, Method::GET, "/")).await.expect(200, &STRICT_FOR_NOBODY);
    assert_eq!(calls.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn errors_of_the_router_are_decorated() {
    let app = Router::new().route("/items", get("items")).layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    client.send(from(APP, Method::GET, "/none")).await.expect(404, &STRICT_FOR_APP);
    client.send(from(EVIL, Method::GET, "/none")).await.expect(404, &STRICT_FOR_NOBODY);
    let not_allowed = client.send(from(APP, Method::DELETE, "/items")).await;
    assert_eq!(not_allowed.expect(405, &STRICT_FOR_APP).headers[header::ALLOW], "GET,HEAD");
    let options = client.send(from(APP, Method::OPTIONS, "/items")).await;
    options.expect(405, &STRICT_FOR_APP);
    // CORS says what may be asked, not what is there.
    client.send(preflight(APP, "DELETE", "/none")).await.expect(204, &STRICT_PREFLIGHT);
}

#[tokio::test]
async fn a_layer_on_the_whole_covers_nested_routers() {
    let v1 = Router::new().route("/items", get("v1"));
    let api = Router::new().nest("/v1", v1).route("/status", get("ok")).fallback(gone);
    let app = Router::new().nest("/api", api).route("/", get("home")).layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    for path in ["/", "/api/status", "/api/v1/items"] {
        client.send(from(APP, Method::GET, path)).await.expect(200, &STRICT_FOR_APP);
        client.send(from(EVIL, Method::GET, path)).await.expect(200, &STRICT_FOR_NOBODY);
        client.send(preflight(APP, "PUT", path)).await.expect(204, &STRICT_PREFLIGHT);
    }
    client.send(from(APP, Method::GET, "/api/none")).await.expect(410, &STRICT_FOR_APP);
    client.send(from(APP, Method::GET, "/none")).await.expect(404, &STRICT_FOR_APP);
    client.send(from(APP, Method::PUT, "/api/v1/items")).await.expect(405, &STRICT_FOR_APP);
}

async fn gone() -> StatusCode {
    StatusCode::GONE
}

#[tokio::test]
async fn a_layer_on_a_nested_router_covers_it_alone() {
    let api = Router::new().route("/items", get("items")).fallback(gone).layer(strict_layer());
    let app = Router::new().nest("/api", api).route("/", get("home"));
    let (_server, mut client) = serve(app).await;

    client.send(from(APP, Method::GET, "/api/items")).await.expect(200, &STRICT_FOR_APP);
    client.send(preflight(APP, "PUT", "/api/items")).await.expect(204, &STRICT_PREFLIGHT);
    client.send(from(APP, Method::GET, "/api/none")).await.expect(410, &STRICT_FOR_APP);
    client.send(from(APP, Method::GET, "/")).await.expect(200, &[]);
    client.send(preflight(APP, "PUT", "/")).await.expect(405, &[]);
}

/// axum hands what a nested router without a fallback does not know to the outer one, past the
/// layers of the nested one.
#[tokio::test]
async fn a_nested_router_without_fallback_leaves_404_to_the_outer_one() {
    let api = Router::new().route("/items", get("items")).layer(strict_layer());
    let (_server, mut client) = serve(Router::new().nest("/api", api)).await;

    client.send(from(APP, Method::GET, "/api/items")).await.expect(200, &STRICT_FOR_APP);
    client.send(from(APP, Method::GET, "/api/none")).await.expect(404, &[]);
}

/// What it answers would have to be said twice otherwise, and two values are none to a browser.
#[tokio::test]
async fn of_two_layers_the_outer_one_decides() {
    let api = Router::new().route("/", get("api")).layer(CorsLayer::permissive());
    let app = Router::new().nest("/api", api).layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    client.send(from(APP, Method::GET, "/api")).await.expect(200, &STRICT_FOR_APP);
    client.send(from(EVIL, Method::GET, "/api")).await.expect(200, &STRICT_FOR_NOBODY);
    client.send(preflight(APP, "PUT", "/api")).await.expect(204, &STRICT_PREFLIGHT);
    client.send(preflight(EVIL, "PUT", "/api")).await.expect(403, &STRICT_PREFLIGHT_REFUSED);
}

#[tokio::test]
async fn one_policy_mounted_on_two_routers() {
    let cors = strict_layer();
    let a = Router::new().route("/", get("a")).layer(cors.clone());
    let b = Router::new().route("/", get("b")).layer(cors);
    let (_server, mut client) = serve(Router::new().nest("/a", a).nest("/b", b)).await;

    client.send(from(APP, Method::GET, "/a")).await.expect(200, &STRICT_FOR_APP);
    client.send(from(APP, Method::GET, "/b")).await.expect(200, &STRICT_FOR_APP);
}

/// `lambda_http` sends only the first line of a repeated header.
#[tokio::test]
async fn vary_is_merged_into_one_line() {
    let app = Router::new()
        .route("/one", get(|| async { [(header::VARY, "accept-encoding")] }))
        .route("/two", get(|| async { [("vary", "accept"), ("x", "y")] }))
        .route(
            "/lines",
            get(|| async {
                axum::response::AppendHeaders([("vary", "accept"), ("vary", "cookie, origin")])
            }),
        )
        .route("/star", get(|| async { [("vary", "*")] }))
        .layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    for (path, merged) in [
        ("/one", "vary: accept-encoding, Origin"),
        ("/two", "vary: accept, Origin"),
        ("/lines", "vary: accept, cookie, origin"),
        ("/star", "vary: *"),
    ] {
        client.send(from(EVIL, Method::GET, path)).await.expect(200, &[merged]);
        client.send(Request::get(path)).await.expect(200, &[merged]);
        let allowed = client.send(from(APP, Method::GET, path)).await.cors();
        assert_eq!(allowed.last().unwrap(), merged);
        assert_eq!(allowed.len(), STRICT_FOR_APP.len());
    }
}

/// But not what it says to a plain `OPTIONS` alone: the layer has nothing to say there.
#[tokio::test]
async fn what_a_handler_says_of_cors_is_replaced() {
    let of_its_own = [
        ("access-control-allow-credentials", "false"),
        ("access-control-allow-methods", "PURGE"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "x-secret"),
    ];
    let app = Router::new().route("/", any(move || async move { of_its_own }));
    let (_server, mut client) = serve(app.layer(strict_layer())).await;

    let mut with_methods = STRICT_FOR_APP.to_vec();
    with_methods.insert(1, "access-control-allow-methods: PURGE");
    client.send(from(APP, Method::OPTIONS, "/")).await.expect(200, &with_methods);
    client.send(from(EVIL, Method::OPTIONS, "/")).await.expect(200, &STRICT_FOR_NOBODY);
    client.send(Request::get("/")).await.expect(200, &STRICT_FOR_NOBODY);
}

#[tokio::test]
async fn repeated_and_listed_origins_match_nothing() {
    let app = Router::new().route("/", get("hello")).layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    let twice = from(APP, Method::GET, "/").header(header::ORIGIN, APP);
    client.send(twice).await.expect(200, &STRICT_FOR_NOBODY);
    let listed = format!("{APP}, {ADMIN}");
    client.send(from(&listed, Method::GET, "/")).await.expect(200, &STRICT_FOR_NOBODY);
}

/// axum puts `Router::layer` around each method router, which then adds `allow` to the answer;
/// browsers ignore it.
#[tokio::test]
async fn around_the_router_nothing_is_added_to_preflights() {
    let routes = || Router::new().route("/", get("hello"));
    let (_server, mut client) = serve(routes().layer(strict_layer())).await;
    let inside = client.send(preflight(APP, "PUT", "/")).await;
    assert_eq!(inside.expect(204, &STRICT_PREFLIGHT).headers[header::ALLOW], "GET,HEAD");

    let (listener, address) = listen().await;
    let wrapped = ServiceExt::<Request>::into_make_service(strict_layer().layer(routes()));
    let task = tokio::spawn(async move { axum::serve(listener, wrapped).await.unwrap() });
    let mut client = Client::http1(address).await;
    let outside = client.send(preflight(APP, "PUT", "/")).await;
    assert!(!outside.expect(204, &STRICT_PREFLIGHT).headers.contains_key(header::ALLOW));
    client.send(from(APP, Method::GET, "/none")).await.expect(404, &STRICT_FOR_APP);
    task.abort();
}

/// `route_layer` is for what must not run on unknown paths; the layer must.
#[tokio::test]
async fn route_layer_leaves_404_bare() {
    let app = Router::new()
        .route("/", get("hello"))
        .route("/own", options(|| async { "own" }))
        .route_layer(strict_layer());
    let (_server, mut client) = serve(app).await;

    client.send(preflight(APP, "PUT", "/")).await.expect(204, &STRICT_PREFLIGHT);
    client.send(from(APP, Method::OPTIONS, "/own")).await.expect(200, &STRICT_FOR_APP);
    client.send(from(APP, Method::GET, "/none")).await.expect(404, &[]);
}

#[tokio::test]
async fn max_age_of_zero_is_said() {
    let cors = strict().max_age(std::time::Duration::ZERO).build().unwrap();
    let app = Router::new().route("/", get("hello")).layer(cors);
    let (_server, mut client) = serve(app).await;

    let answer = client.send(preflight(APP, "PUT", "/")).await;
    assert_eq!(answer.headers[header::ACCESS_CONTROL_MAX_AGE], "0");
}
