//! `Decision` outside of Tower.

use corsac::{CorsLayer, DenialKind, Enforcement, Policy, RequestKind};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};

#[test]
fn a_refused_preflight_leaves_nothing_of_what_was_there() {
    let policy = CorsLayer::builder().allow_origins(["https://a.example"]).build_policy().unwrap();
    let request = Request::options("/")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .body(())
        .unwrap();
    let mut response = HeaderMap::new();
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
    ] {
        response.insert(name, HeaderValue::from_static("*"));
    }
    response.insert(header::VARY, HeaderValue::from_static("accept, origin"));
    response.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));

    let decision = policy.evaluate_request(&request);
    assert_eq!(decision.status(), Some(StatusCode::FORBIDDEN));
    decision.apply(&mut response);

    let vary = "accept, origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    assert_eq!(response.len(), 2, "{response:?}");
    assert_eq!(response[header::VARY], vary);
    assert_eq!(response[header::CONTENT_TYPE], "text/plain");
}

#[test]
fn a_whole_request_tells_its_host_as_http_2_does() {
    let policy = CorsLayer::builder()
        .allow_origins(["https://a.example"])
        .enforcement(Enforcement::Reject)
        .build_policy()
        .unwrap();
    let mut request =
        Request::post("/").header(header::ORIGIN, "https://own.example").body(()).unwrap();
    let headers_alone = policy.evaluate(request.method(), request.headers());
    assert_eq!(headers_alone.status(), Some(StatusCode::FORBIDDEN));

    *request.uri_mut() = Uri::from_static("https://own.example/");
    let decision = policy.evaluate_request(&request);
    assert_eq!((decision.kind(), decision.status()), (RequestKind::Actual, None));
}

#[test]
fn kinds_have_names_for_metrics() {
    let kinds = [RequestKind::NotCors, RequestKind::Preflight, RequestKind::Actual];
    assert_eq!(kinds.map(RequestKind::as_str), ["not-cors", "preflight", "actual"]);
}

#[test]
fn own_pages_are_told_apart_from_refused_ones() {
    let policy = CorsLayer::builder().allow_origins(["https://a.example"]).build_policy().unwrap();
    let nobody = Policy::deny_all(Enforcement::Reject);
    for (origin, site, is_own) in [
        ("https://own.example", None, true),
        ("https://own.example", Some("cross-site"), false),
        ("https://evil.example", Some("same-origin"), true),
        ("https://evil.example", None, false),
    ] {
        let mut request = Request::post("https://own.example/").header(header::ORIGIN, origin);
        request = site.into_iter().fold(request, |it, site| it.header("sec-fetch-site", site));
        let request = request.body(()).unwrap();
        let decision = policy.evaluate_request(&request);
        assert_eq!((decision.is_allowed(), decision.is_same_origin()), (false, is_own));
        let says_so = "the page seems to be the service's own, which needs no permission";
        assert_eq!(decision.to_string().ends_with(says_so), is_own);
        let decision = nobody.evaluate_request(&request);
        assert_eq!(decision.denial().unwrap().kind(), DenialKind::NoPolicy);
        assert_eq!(decision.status(), (!is_own).then_some(StatusCode::FORBIDDEN));
    }
    let request = Request::get("https://own.example/").body(()).unwrap();
    assert!(!policy.evaluate_request(&request).is_same_origin(), "nobody says whose page it is");
}
