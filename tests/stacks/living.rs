//! Policies that are chosen per request, replaced while requests come in, and observed.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, routing::get};
use corsac::{CorsLayer, Policy};
use http::{Request, header, request::Parts};

use crate::{ADMIN, APP, EVIL, STRICT_FOR_APP, client::Client, server::Server, strict};

fn only(origin: &str) -> Arc<Policy> {
    Arc::new(CorsLayer::builder().allow_origins([origin]).build_policy().unwrap())
}

fn app() -> Router {
    Router::new().fallback(get(|| async { "here" }))
}

/// By path, and by host where there are tenants.
fn choose(parts: &Parts, public: &Arc<Policy>, tenant: &Arc<Policy>) -> Option<Arc<Policy>> {
    match parts.uri.path() {
        "/internal" => None,
        "/public" => Some(public.clone()),
        _ if parts.headers.get(header::HOST).is_some_and(|host| host == "tenant.example") => {
            Some(tenant.clone())
        }
        _ => Some(Arc::new(strict().build_policy().unwrap())),
    }
}

#[tokio::test]
async fn each_request_gets_the_policy_that_is_chosen_for_it() {
    let public = Arc::new(
        CorsLayer::builder().allow_any_origin().allow_any_method().build_policy().unwrap(),
    );
    let tenant = only("https://tenant-app.example");
    let cors = CorsLayer::per_request(move |parts: &Parts| choose(parts, &public, &tenant));
    let server = Server::axum(app().layer(cors)).await;
    let mut client = Client::http1(server.address).await;
    let from = |path: &str, origin: &str| Request::get(path).header(header::ORIGIN, origin);

    client.send(from("/", APP)).await.expect(200, &STRICT_FOR_APP);
    client.send(from("/", EVIL)).await.expect(200, &["vary: Origin"]);
    // The choice may depend on `Origin`, so every response varies on it.
    let constant = ["access-control-allow-origin: *", "vary: Origin"];
    client.send(from("/public", EVIL)).await.expect(200, &constant);
    // The app answers an `OPTIONS` itself, with its 405.
    client.send(from("/internal", APP)).await.expect(200, &["vary: Origin"]);
    let preflight = |path: &str| {
        Request::options(path)
            .header(header::ORIGIN, APP)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
    };
    client.send(preflight("/internal")).await.expect(405, &["vary: Origin"]);
    assert_eq!(client.send(preflight("/public")).await.status, 204);

    let of_tenant = |origin| from("/", origin).header(header::HOST, "tenant.example");
    client.send(of_tenant(APP)).await.expect(200, &["vary: Origin"]);
    client
        .send(of_tenant("https://tenant-app.example"))
        .await
        .expect(200, &["access-control-allow-origin: https://tenant-app.example", "vary: Origin"]);
}

/// From a file: no spelling of a path that a server may take for `/admin` gets the public policy.
#[cfg(feature = "serde")]
#[tokio::test]
async fn the_path_chooses_from_a_file() {
    let file = r#"
        ["/public/"]
        allow_origins = "*"
        ["/"]
        allow_origins = "https://app.example.com"
    "#;
    let policies = toml::from_str::<corsac::PathConfigs>(file).unwrap().build().unwrap();
    let server = Server::axum(app().layer(CorsLayer::per_path(policies))).await;
    let mut client = Client::http1(server.address).await;
    let from = |path: &str, origin: &str| Request::get(path).header(header::ORIGIN, origin);
    // The path is part of the URL, so nothing varies on the choice.
    client.send(from("/public/x", EVIL)).await.expect(200, &["access-control-allow-origin: *"]);
    let own = ["access-control-allow-origin: https://app.example.com", "vary: Origin"];
    client.send(from("/admin", APP)).await.expect(200, &own);
    for path in
        ["/admin", "/public/../admin", "/public/%2e%2e/admin", "/public/..%2fadmin", "/publicity"]
    {
        client.send(from(path, EVIL)).await.expect(200, &["vary: Origin"]);
    }
}

#[tokio::test]
async fn what_the_choice_depends_on_gets_into_vary() {
    let cors = CorsLayer::per_request(|parts: &Parts| match parts.uri.path() {
        "/internal" => None,
        _ => Some(only(APP)),
    })
    .vary([header::HOST, "x-tenant".parse().unwrap()]);
    let server = Server::axum(app().layer(cors)).await;
    let mut client = Client::http1(server.address).await;

    client.send(Request::get("/")).await.expect(200, &["vary: Origin, host, x-tenant"]);
    client.send(Request::get("/").header(header::ORIGIN, APP)).await.expect(
        200,
        &["access-control-allow-origin: https://app.example.com", "vary: Origin, host, x-tenant"],
    );
    let preflight = Request::options("/")
        .header(header::ORIGIN, EVIL)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT");
    client.send(preflight).await.expect(
        403,
        &["vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers, host, \
             x-tenant"],
    );
    client.send(Request::get("/internal")).await.expect(200, &["vary: host, x-tenant"]);
}

/// The list is the whole list: an empty one states that the choice depends on the URL alone.
#[tokio::test]
async fn a_choice_by_the_url_varies_on_nothing() {
    let public = CorsLayer::builder().allow_any_origin().build_policy().unwrap();
    let public = Arc::new(public);
    let cors = CorsLayer::per_request(move |_: &Parts| Some(public.clone())).vary([]);
    let server = Server::axum(app().layer(cors)).await;
    let mut client = Client::http1(server.address).await;
    client.send(Request::get("/")).await.expect(200, &["access-control-allow-origin: *"]);
}

#[tokio::test]
async fn somebody_is_told_of_every_decision() {
    let told: Arc<[AtomicUsize; 2]> = Arc::default();
    let counts = told.clone();
    let cors = strict().build().unwrap().on_decision(move |decision, uri| {
        assert_eq!(uri.path(), "/");
        counts[usize::from(decision.is_allowed())].fetch_add(1, Ordering::Relaxed);
    });
    let server = Server::axum(app().layer(cors)).await;
    let mut client = Client::http1(server.address).await;
    for origin in [APP, EVIL, ADMIN] {
        client.send(Request::get("/").header(header::ORIGIN, origin)).await;
    }
    client.send(Request::get("/")).await;
    client.send(Request::get("/").header(header::ORIGIN, APP)).await.expect(200, &STRICT_FOR_APP);
    let counts = [0, 1].map(|at: usize| told[at].load(Ordering::Relaxed));
    assert_eq!(counts, [1, 4]);
}

/// What does not build never gets as far as the handle.
#[cfg(feature = "reload")]
#[tokio::test]
async fn the_policy_in_force_is_the_last_one_that_was_built() {
    let (cors, handle) = CorsLayer::reloadable(only(APP));
    let server = Server::axum(app().layer(cors)).await;
    let mut client = Client::http1(server.address).await;
    let replaced = CorsLayer::builder()
        .allow_origins(["https://a.example/"])
        .build_policy()
        .map(|policy| handle.replace(policy));
    assert!(replaced.is_err());
    client
        .send(Request::get("/").header(header::ORIGIN, APP))
        .await
        .expect(200, &["access-control-allow-origin: https://app.example.com", "vary: Origin"]);
    handle.replace(only(ADMIN));
    client.send(Request::get("/").header(header::ORIGIN, APP)).await.expect(200, &["vary: Origin"]);
    assert!(handle.policy().evaluate(&http::Method::GET, &headers(ADMIN)).is_allowed());
}

#[cfg(feature = "reload")]
fn headers(origin: &'static str) -> http::HeaderMap {
    http::HeaderMap::from_iter([(header::ORIGIN, http::HeaderValue::from_static(origin))])
}
