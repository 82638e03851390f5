//! Other implementations, where they are right: no finding that pages show.

use axum::{Router, body::Body, routing::get};
use corsac::{
    CorsLayer, Policy,
    probe::{Grade, Probe, Report},
};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use tower::ServiceExt;
use tower_http::cors::{AllowOrigin, Any, CorsLayer as TowerCors};

use super::{
    probed::{URL, ids, probe},
    server::{Answer, app, header, is_preflight, set, with_status},
};

#[track_caller]
fn assert_no_outcome(report: &Report) {
    assert_ne!(report.worst(), Some(Grade::Outcome), "\n{report}");
}

/// Asks a router.
fn ask(router: &Router, request: &Request<()>) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let request = request.clone().map(|()| Body::empty());
    let response = runtime.block_on(router.clone().oneshot(request)).unwrap();
    response.map(|_| Vec::new())
}

fn router(cors: TowerCors) -> Router {
    let page = || async { ([(HeaderName::from_static("x-request-id"), "7")], "[]") };
    Router::new().route("/users", get(page)).layer(cors)
}

fn listed() -> Policy {
    CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://admin.example.org:8443"])
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["authorization", "content-type"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .build_policy()
        .unwrap()
}

/// The layer of this library, where axum adds headers of its own.
#[test]
fn corsac_in_axum() {
    let page = || async { ([(HeaderName::from_static("x-request-id"), "7")], "[]") };
    let router = Router::new()
        .route("/users", get(page))
        .fallback(|| async { http::StatusCode::NOT_FOUND })
        .layer(CorsLayer::new(listed()));
    let report = probe(&Probe::new(URL, listed()).unwrap(), |it| ask(&router, it.request()));
    assert_eq!(ids(&report), [""; 0], "{report}");
}

#[test]
fn tower_http() {
    let origins = ["https://app.example.com", "https://admin.example.org:8443"];
    let cors = TowerCors::new()
        .allow_origin(AllowOrigin::list(origins.map(HeaderValue::from_static)))
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([http::header::AUTHORIZATION, http::header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static("x-request-id")])
        .allow_credentials(true);
    let router = router(cors);
    let report = probe(&Probe::new(URL, listed()).unwrap(), |it| ask(&router, it.request()));
    assert_no_outcome(&report);
    assert_eq!(
        ids(&report),
        [
            "several-origins-allowed",
            "stray-headers",
            "denied-preflight-headers",
            "options-hijacked",
            "max-age-differs",
        ]
    );
}

#[test]
fn a_public_tower_http() {
    let policy = CorsLayer::builder()
        .allow_any_origin()
        .allow_any_method()
        .allow_headers(["content-type"])
        .expose_any_header()
        .build_policy()
        .unwrap();
    let cors = TowerCors::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers([http::header::CONTENT_TYPE])
        .expose_headers(Any)
        .max_age(std::time::Duration::from_secs(7200));
    let router = router(cors);
    let report = probe(&Probe::new(URL, policy).unwrap(), |it| ask(&router, it.request()));
    assert_no_outcome(&report);
    assert_eq!(ids(&report), ["options-hijacked"], "{report}");
}

/// rs/cors for Go: it sends the requested method and names alone, and 204 to denied origins.
#[test]
fn answers_that_name_what_was_asked_for() {
    let report = probe(&Probe::new(URL, listed()).unwrap(), |exchange| {
        let request = exchange.request();
        let decision = |policy: &Policy| policy.evaluate_request(request).is_allowed();
        if is_preflight(request) {
            let mut answer = with_status(http::StatusCode::NO_CONTENT);
            set(
                &mut answer,
                "vary",
                "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            );
            if decision(&listed()) {
                set(&mut answer, "access-control-allow-origin", header(request, "origin").unwrap());
                set(&mut answer, "access-control-allow-credentials", "true");
                for (name, asked) in [
                    ("access-control-allow-methods", "access-control-request-method"),
                    ("access-control-allow-headers", "access-control-request-headers"),
                ] {
                    if let Some(asked) = header(request, asked) {
                        set(&mut answer, name, asked);
                    }
                }
                set(&mut answer, "access-control-max-age", "7200");
            }
            return answer;
        }
        let mut answer = app(request);
        set(&mut answer, "vary", "Origin");
        if request.headers().contains_key("origin") && decision(&listed()) {
            set(&mut answer, "access-control-allow-origin", header(request, "origin").unwrap());
            set(&mut answer, "access-control-allow-credentials", "true");
            set(&mut answer, "access-control-expose-headers", "X-Request-Id");
        }
        answer
    });
    assert_eq!(ids(&report), [""; 0], "{report}");
}

/// `cors` for Express: it sends the lists to denied origins too, and exposes headers in preflights.
#[test]
fn answers_that_show_the_policy() {
    let report = probe(&Probe::new(URL, listed()).unwrap(), |exchange| {
        let request = exchange.request();
        // It takes every OPTIONS request for a preflight.
        let is_options = *request.method() == Method::OPTIONS;
        let mut answer =
            if is_options { with_status(http::StatusCode::NO_CONTENT) } else { app(request) };
        set(&mut answer, "vary", "Origin");
        set(&mut answer, "access-control-allow-credentials", "true");
        set(&mut answer, "access-control-expose-headers", "x-request-id");
        if is_options {
            set(&mut answer, "access-control-allow-methods", "PUT,DELETE");
            set(&mut answer, "access-control-allow-headers", "authorization,content-type");
            set(&mut answer, "access-control-max-age", "7200");
        }
        let has_one = request.headers().get_all("origin").iter().count() == 1;
        let origin = header(request, "origin").filter(|_| has_one);
        if let Some(origin) = origin.filter(|origin| listed().check(origin).is_allowed()) {
            set(&mut answer, "access-control-allow-origin", origin);
        }
        answer
    });
    assert_no_outcome(&report);
    let expected =
        ["stray-headers", "denied-preflight-headers", "exposed-on-preflight", "options-hijacked"];
    let mut found = ids(&report);
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

/// One constant for every request, as the standard recommends.
#[test]
fn constants() {
    let policy = CorsLayer::builder()
        .allow_any_origin()
        .allow_headers(["content-type"])
        .build_policy()
        .unwrap();
    let report = probe(&Probe::new(URL, policy).unwrap(), |exchange| {
        let request = exchange.request();
        let mut answer = app(request);
        if is_preflight(request) {
            answer = with_status(http::StatusCode::OK);
            set(&mut answer, "access-control-allow-headers", "*");
            set(&mut answer, "access-control-max-age", "7200");
        }
        set(&mut answer, "access-control-allow-origin", "*");
        answer
    });
    assert_eq!(ids(&report), ["header-unwanted"], "{report}");

    // One origin, in each response.
    let policy = CorsLayer::builder()
        .allow_origins(["https://app.example.com"])
        .allow_methods(["PUT"])
        .build_policy()
        .unwrap();
    let report = probe(&Probe::new(URL, policy).unwrap(), |exchange| {
        let request = exchange.request();
        let mut answer: Response<Vec<u8>> = app(request);
        if is_preflight(request) {
            answer = with_status(http::StatusCode::NO_CONTENT);
            set(&mut answer, "access-control-allow-methods", "PUT");
            set(&mut answer, "access-control-max-age", "7200");
        }
        set(&mut answer, "access-control-allow-origin", "https://app.example.com");
        answer
    });
    assert_eq!(ids(&report), [""; 0], "{report}");
}
