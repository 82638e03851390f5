//! Instructive requests, word for word.

use corsac::{CorsBuilder, CorsLayer, Enforcement, explain::Topic};
use http::Method;

use super::{headers, policy};

#[track_caller]
fn assert_explains(
    builder: CorsBuilder,
    method: &Method,
    lines: &[(&'static str, &str)],
    expected: &str,
) {
    let policy = builder.build_policy().unwrap();
    let explanation = policy.explain(method, &headers(lines)).to_string();
    assert_eq!(explanation, expected.trim_start_matches('\n').trim_end(), "\n{explanation}");
}

#[test]
fn not_cors() {
    assert_explains(
        policy(),
        &Method::GET,
        &[],
        r#"
  request      "GET" without `Origin`: not CORS [Fetch, "CORS request"]
  response     the inner service's [Fetch, "HTTP responses"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
  verdict      CORS has no say in it [Fetch, "CORS request"]
"#,
    );
}

#[test]
fn an_actual_request_that_is_allowed() {
    assert_explains(
        policy().allow_credentials(true),
        &Method::GET,
        &[("origin", "https://app.example.com")],
        r#"
  request      "GET" with `Origin`: an actual request [Fetch, "CORS request"]
  origin       "https://app.example.com" is listed [Fetch, "CORS check"]
  method       the method and the headers of an actual request are not checked: if they need permission, its preflight asked for it [Fetch, "CORS-preflight fetch"]
  credentials  the policy allows credentials; which cookies a page may send is up to their `SameSite`, and to the browser's settings [Fetch, "CORS protocol and credentials"]
  response     the inner service's, with these headers [Fetch, "HTTP responses"]
  response     access-control-allow-origin: https://app.example.com [Fetch, "CORS check"]
  response     access-control-allow-credentials: true [Fetch, "CORS check"]
  response     access-control-expose-headers: X-Request-Id [Fetch, "main fetch"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
  verdict      allowed: the page may read the answer [Fetch, "CORS check"]
"#,
    );
}

#[test]
fn a_pattern_that_allows() {
    assert_explains(
        policy(),
        &Method::POST,
        &[("origin", "https://x.b.example"), ("cookie", "session=secret")],
        r#"
  request      "POST" with `Origin`: an actual request [Fetch, "CORS request"]
  origin       exact origins: none of 1 is "https://x.b.example" [Fetch, "CORS check"]
  origin       patterns: "https://*.b.example" stands for "https://x.b.example" [Fetch, "CORS check"]
  method       the method and the headers of an actual request are not checked: if they need permission, its preflight asked for it [Fetch, "CORS-preflight fetch"]
  credentials  the policy does not allow credentials: a page that sends them with `credentials: "include"` will be refused by the browser, which the server cannot see [Fetch, "CORS protocol and credentials"]
  credentials  this request has a `Cookie`, so if it comes from a page, then from one that will be refused [Fetch, "CORS protocol and credentials"]
  response     the inner service's, with these headers [Fetch, "HTTP responses"]
  response     access-control-allow-origin: https://x.b.example [Fetch, "CORS check"]
  response     access-control-expose-headers: X-Request-Id [Fetch, "main fetch"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
  verdict      allowed: the page may read the answer [Fetch, "CORS check"]
"#,
    );
}

#[test]
fn the_wrong_port() {
    assert_explains(
        policy().allow_origin_if(|_| false),
        &Method::GET,
        &[("origin", "https://app.example.com:8443")],
        r#"
  request      "GET" with `Origin`: an actual request [Fetch, "CORS request"]
  origin       exact origins: none of 1 is "https://app.example.com:8443" [Fetch, "CORS check"]
  origin       patterns: none of 2 stands for "https://app.example.com:8443" [Fetch, "CORS check"]
  origin       predicates: none of 1 allows "https://app.example.com:8443" [Fetch, "CORS check"]
! origin       origin "https://app.example.com:8443" is not allowed; the closest allowed origin is "https://app.example.com" (different port) [Fetch, "CORS check"]
  method       the method and the headers of an actual request are not checked: if they need permission, its preflight asked for it [Fetch, "CORS-preflight fetch"]
  credentials  the policy does not allow credentials: a page that sends them with `credentials: "include"` will be refused by the browser, which the server cannot see [Fetch, "CORS protocol and credentials"]
  response     the inner service's, without CORS headers: the request has its effect, and the page cannot read the answer [Fetch, "HTTP responses"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
! verdict      refused (origin): to allow it, add .allow_origins(["https://app.example.com:8443"]) [Fetch, "CORS check"]
"#,
    );
}

#[test]
fn a_preflight_that_is_allowed() {
    assert_explains(
        policy(),
        &Method::OPTIONS,
        &[
            ("origin", "https://app.example.com"),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "authorization"),
        ],
        r#"
  request      "OPTIONS" with `Origin` and `Access-Control-Request-Method`: a preflight, by which a browser asks before it sends the request itself [Fetch, "CORS-preflight request"]
  origin       "https://app.example.com" is listed [Fetch, "CORS check"]
  method       "PUT" is listed [Fetch, "CORS-preflight fetch"]
  header       "authorization" is listed [Fetch, "CORS-preflight fetch"]
  credentials  the policy does not allow credentials: a page that sends them with `credentials: "include"` will be refused by the browser, which the server cannot see [Fetch, "CORS protocol and credentials"]
  response     204, made here; the inner service does not see the request [Fetch, "HTTP responses"]
  response     access-control-allow-origin: https://app.example.com [Fetch, "CORS check"]
  response     access-control-allow-methods: PUT, PATCH [Fetch, "CORS-preflight fetch"]
  response     access-control-allow-headers: authorization [Fetch, "CORS-preflight fetch"]
  response     access-control-max-age: 7200 [Fetch, "CORS-preflight cache"]
  response     vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers [Fetch, "CORS protocol and HTTP caches"]
  verdict      allowed: the browser may send the request [Fetch, "CORS-preflight fetch"]
"#,
    );
}

#[test]
fn a_preflight_of_which_all_is_refused() {
    assert_explains(
        policy(),
        &Method::OPTIONS,
        &[
            ("origin", "https://t.co"),
            ("access-control-request-method", "DELETE"),
            ("access-control-request-headers", "authorization,x-id"),
        ],
        r#"
  request      "OPTIONS" with `Origin` and `Access-Control-Request-Method`: a preflight, by which a browser asks before it sends the request itself [Fetch, "CORS-preflight request"]
  origin       exact origins: none of 1 is "https://t.co" [Fetch, "CORS check"]
  origin       patterns: none of 2 stands for "https://t.co" [Fetch, "CORS check"]
! origin       origin "https://t.co" is not allowed; no allowed origin is similar; if you trust it, add it to `allow_origins` [Fetch, "CORS check"]
! method       method "DELETE" is not allowed: add it to `allow_methods` [Fetch, "CORS-preflight fetch"]
  header       "authorization" is listed [Fetch, "CORS-preflight fetch"]
! header       request header "x-id" is not allowed: add it to `allow_headers` [Fetch, "CORS-preflight fetch"]
  credentials  the policy does not allow credentials: a page that sends them with `credentials: "include"` will be refused by the browser, which the server cannot see [Fetch, "CORS protocol and credentials"]
  response     403, made here; the inner service does not see the request [Fetch, "HTTP responses"]
  response     vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers [Fetch, "CORS protocol and HTTP caches"]
! verdict      refused (origin, method, header): to allow it, add .allow_origins(["https://t.co"]) .allow_methods(["DELETE"]) .allow_headers(["x-id"]) [Fetch, "CORS-preflight fetch"]
"#,
    );
}

#[test]
fn a_method_that_is_refused() {
    assert_explains(
        policy(),
        &Method::OPTIONS,
        &[("origin", "https://app.example.com"), ("access-control-request-method", "patch")],
        r#"
  request      "OPTIONS" with `Origin` and `Access-Control-Request-Method`: a preflight, by which a browser asks before it sends the request itself [Fetch, "CORS-preflight request"]
  origin       "https://app.example.com" is listed [Fetch, "CORS check"]
! method       method "patch" is not allowed: "PATCH" is allowed, and methods are case-sensitive; write it so in the page [Fetch, "CORS-preflight fetch"]
  header       the preflight asks for no header that needs permission [Fetch, "CORS-unsafe request-header names"]
  credentials  the policy does not allow credentials: a page that sends them with `credentials: "include"` will be refused by the browser, which the server cannot see [Fetch, "CORS protocol and credentials"]
  response     204, made here, with all that is allowed: the browser compares, and refuses; the inner service does not see the request [Fetch, "HTTP responses"]
  response     access-control-allow-origin: https://app.example.com [Fetch, "CORS check"]
  response     access-control-allow-methods: PUT, PATCH [Fetch, "CORS-preflight fetch"]
  response     access-control-allow-headers: authorization [Fetch, "CORS-preflight fetch"]
  response     access-control-max-age: 7200 [Fetch, "CORS-preflight cache"]
  response     vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers [Fetch, "CORS protocol and HTTP caches"]
! verdict      refused (method): the policy is not the place to change; see above [Fetch, "CORS-preflight fetch"]
"#,
    );
}

#[test]
fn null() {
    assert_explains(
        policy(),
        &Method::GET,
        &[("origin", "null")],
        r#"
  request      "GET" with `Origin`: an actual request [Fetch, "CORS request"]
  request      `null` is the origin of a frame with `sandbox` but without `allow-same-origin`, of a `data:` URL, of a file, and of a request that was redirected from one foreign origin to another [Fetch, "`Origin` header"]
  origin       exact origins: none of 1 is "null" [Fetch, "CORS check"]
  origin       patterns: none of 2 stands for "null" [Fetch, "CORS check"]
! origin       origin "null" is not allowed: sandboxed frames, local files, cross-origin redirects, and forms under `Referrer-Policy: no-referrer` all send "null"; serve the page from an origin of its own [Fetch, "CORS check"]
  method       the method and the headers of an actual request are not checked: if they need permission, its preflight asked for it [Fetch, "CORS-preflight fetch"]
  credentials  the policy does not allow credentials: a page that sends them with `credentials: "include"` will be refused by the browser, which the server cannot see [Fetch, "CORS protocol and credentials"]
  response     the inner service's, without CORS headers: the request has its effect, and the page cannot read the answer [Fetch, "HTTP responses"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
! verdict      refused (null-origin): the policy is not the place to change; see above [Fetch, "CORS check"]
"#,
    );
}

#[test]
fn a_websocket_handshake() {
    assert_explains(
        policy(),
        &Method::GET,
        &[
            ("origin", "https://evil.test"),
            ("upgrade", "websocket"),
            ("sec-websocket-key", "c2VjcmV0"),
        ],
        r#"
  request      "GET" with `Origin`: an actual request [Fetch, "CORS request"]
  request      a `WebSocket` handshake: browsers send it without asking, and do not check the answer; only `Enforcement::Reject` stops it [RFC 6455, "Origin Considerations"]
  origin       exact origins: none of 1 is "https://evil.test" [Fetch, "CORS check"]
  origin       patterns: none of 2 stands for "https://evil.test" [Fetch, "CORS check"]
! origin       origin "https://evil.test" is not allowed; no allowed origin is similar; if you trust it, add it to `allow_origins`; browsers do not check the answer to a `WebSocket` handshake: only `Enforcement::Reject` stops it [Fetch, "CORS check"]
  method       the method and the headers of an actual request are not checked: if they need permission, its preflight asked for it [Fetch, "CORS-preflight fetch"]
  credentials  cookies go with it whatever the policy says, as far as their `SameSite` lets them [Fetch, "CORS protocol and credentials"]
  response     the inner service's, without CORS headers, which the browser does not ask for here: the page gets the answer [Fetch, "HTTP responses"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
! verdict      refused (origin), to no effect: the browser does not check; see above [Fetch, "CORS check"]
"#,
    );
}

#[test]
fn a_websocket_handshake_that_is_stopped() {
    assert_explains(
        policy().enforcement(Enforcement::Reject),
        &Method::GET,
        &[("origin", "https://evil.test"), ("upgrade", "websocket")],
        r#"
  request      "GET" with `Origin`: an actual request [Fetch, "CORS request"]
  request      a `WebSocket` handshake: browsers send it without asking, and do not check the answer; only `Enforcement::Reject` stops it [RFC 6455, "Origin Considerations"]
  origin       exact origins: none of 1 is "https://evil.test" [Fetch, "CORS check"]
  origin       patterns: none of 2 stands for "https://evil.test" [Fetch, "CORS check"]
! origin       origin "https://evil.test" is not allowed; no allowed origin is similar; if you trust it, add it to `allow_origins`; browsers do not check the answer to a `WebSocket` handshake, so it is stopped here [Fetch, "CORS check"]
  method       the method and the headers of an actual request are not checked: if they need permission, its preflight asked for it [Fetch, "CORS-preflight fetch"]
  credentials  cookies go with it whatever the policy says, as far as their `SameSite` lets them [Fetch, "CORS protocol and credentials"]
  response     403, made here, because of `Enforcement::Reject`; the inner service does not see the request [Fetch, "HTTP responses"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
! verdict      refused (origin): to allow it, add .allow_origins(["https://evil.test"]) [Fetch, "CORS check"]
"#,
    );
}

#[test]
fn a_page_of_the_service_itself() {
    assert_explains(
        policy().enforcement(Enforcement::Reject),
        &Method::POST,
        &[("origin", "https://own.test"), ("sec-fetch-site", "same-origin")],
        r#"
  request      "POST" with `Origin`: an actual request [Fetch, "CORS request"]
  request      `Sec-Fetch-Site` says that the page is the service's own: it needs no permission, whatever follows [Fetch Metadata, "Sec-Fetch-Site"]
  origin       exact origins: none of 1 is "https://own.test" [Fetch, "CORS check"]
  origin       patterns: none of 2 stands for "https://own.test" [Fetch, "CORS check"]
! origin       origin "https://own.test" is not allowed; no allowed origin is similar; if you trust it, add it to `allow_origins`; but the page seems to be the service's own, which needs no permission [Fetch, "CORS check"]
  method       the method and the headers of an actual request are not checked: if they need permission, its preflight asked for it [Fetch, "CORS-preflight fetch"]
  credentials  cookies go with it whatever the policy says, as far as their `SameSite` lets them [Fetch, "CORS protocol and credentials"]
  response     the inner service's, without CORS headers, which the browser does not ask for here: the page gets the answer [Fetch, "HTTP responses"]
  response     vary: Origin [Fetch, "CORS protocol and HTTP caches"]
! verdict      refused (origin), to no effect: the browser does not check; see above [Fetch, "CORS check"]
"#,
    );
}

#[test]
fn everything_allowed() {
    assert_explains(
        CorsLayer::builder().allow_any_origin().allow_any_method().allow_any_header(),
        &Method::OPTIONS,
        &[
            ("origin", "https://app.example.com"),
            ("access-control-request-method", "PURGE"),
            ("access-control-request-headers", "x-id"),
        ],
        r#"
  request      "OPTIONS" with `Origin` and `Access-Control-Request-Method`: a preflight, by which a browser asks before it sends the request itself [Fetch, "CORS-preflight request"]
  origin       "https://app.example.com": any origin is allowed [Fetch, "CORS check"]
  method       "PURGE": any method is allowed [Fetch, "CORS-preflight fetch"]
  header       "x-id": any header is allowed [Fetch, "CORS-preflight fetch"]
  credentials  the policy does not allow credentials: a page that sends them with `credentials: "include"` will be refused by the browser, which the server cannot see [Fetch, "CORS protocol and credentials"]
  response     204, made here; the inner service does not see the request [Fetch, "HTTP responses"]
  response     access-control-allow-origin: * [Fetch, "CORS check"]
  response     access-control-allow-methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, PURGE [Fetch, "CORS-preflight fetch"]
  response     access-control-allow-headers: x-id [Fetch, "CORS-preflight fetch"]
  response     access-control-max-age: 7200 [Fetch, "CORS-preflight cache"]
  response     vary: Access-Control-Request-Method, Access-Control-Request-Headers [Fetch, "CORS protocol and HTTP caches"]
  verdict      allowed: the browser may send the request [Fetch, "CORS-preflight fetch"]
"#,
    );
}

/// The lines about the origin.
fn of_origin(builder: CorsBuilder, origin: &str) -> Vec<String> {
    let policy = builder.build_policy().unwrap();
    let explanation = policy.explain(&Method::GET, &headers(&[("origin", origin)]));
    let steps = explanation.steps().iter();
    let of_origin = steps.filter(|step| step.topic() == Topic::Origin && !step.is_refusal());
    of_origin.map(|step| step.text().to_owned()).collect()
}

#[test]
fn each_check_of_an_origin() {
    const APP: &str = "https://app.example.com";
    let listed = || CorsLayer::builder().allow_origins(["https://a.example"]);
    let too_long = format!("https://{}", "a".repeat(1000));
    let exact = r#"exact origins: none of 1 is "https://app.example.com""#;
    let exact_null = r#"exact origins: none of 1 is "null""#;
    let cases: [(_, _, &[_]); 7] = [
        (listed(), APP, &[exact]),
        (listed(), &too_long, &["nothing is checked: this is longer than any origin"]),
        (
            listed().allow_origin_if(|_| false).allow_origin_if(|_| true),
            APP,
            &[exact, r#"predicates: number 2 of 2 allows "https://app.example.com""#],
        ),
        (
            CorsLayer::builder().dangerous_allow_any_origin_with_credentials(),
            APP,
            &["`dangerous_allow_any_origin_with_credentials` allows \"https://app.example.com\""],
        ),
        (
            listed().dangerous_allow_opaque_origins(["file://"]),
            "file://",
            &[
                r#"exact origins: none of 1 is "file://""#,
                "`dangerous_allow_opaque_origins` allows it",
            ],
        ),
        (
            listed().dangerous_allow_null_origin(),
            "null",
            &[exact_null, "`dangerous_allow_null_origin` allows it"],
        ),
        (
            listed().allow_origin_if(|_| true),
            "null",
            &[exact_null, r#"regexes and predicates are not used: "null" is not an origin"#],
        ),
    ];
    for (builder, origin, lines) in cases {
        assert_eq!(of_origin(builder, origin), lines);
    }
}

#[cfg(feature = "regex")]
#[test]
fn each_check_of_a_regex() {
    let of_regexes = |regexes: &[&str]| {
        let builder = CorsLayer::builder().allow_origin_if(|_| false);
        let builder = regexes.iter().fold(builder, |builder, it| builder.allow_origin_regex(it));
        of_origin(builder, "https://app.example.com")
    };
    assert_eq!(
        of_regexes(&["https://a", r"https://.*\.example\.com"]),
        [r#"regexes: "https://.*\\.example\\.com" matches "https://app.example.com""#],
    );
    assert_eq!(
        of_regexes(&["https://a", "https://b"]),
        [
            r#"regexes: none of 2 matches "https://app.example.com""#,
            r#"predicates: none of 1 allows "https://app.example.com""#,
        ],
    );
}
