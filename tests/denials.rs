//! What a decision says, word for word.

use corsac::{CorsBuilder, CorsLayer, DenialKind, Origin, Policy};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

fn policy() -> Policy {
    CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://*.b.example", "http://localhost:*"])
        .allow_methods(["PUT", "PATCH"])
        .allow_headers(["authorization"])
        .build_policy()
        .unwrap()
}

fn says(policy: &Policy, method: &Method, lines: &[(&'static str, &str)]) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    policy.evaluate(method, &headers).to_string()
}

#[test]
fn what_is_allowed() {
    let (policy, origin) = (policy(), ("origin", "https://app.example.com"));
    assert_eq!(says(&policy, &Method::GET, &[]), "not a CORS request: it has no `Origin`");
    assert_eq!(
        says(&policy, &Method::OPTIONS, &[origin]),
        r#"origin "https://app.example.com" is allowed"#,
    );
    let put = ("access-control-request-method", "PUT");
    assert_eq!(
        says(&policy, &Method::OPTIONS, &[origin, put]),
        r#"origin "https://app.example.com" is allowed to send "PUT""#,
    );
    assert_eq!(
        says(
            &CorsLayer::permissive().policy().unwrap().clone(),
            &Method::OPTIONS,
            &[origin, put, ("access-control-request-headers", "a,b,c,d,e,f,g,h,i,j")],
        ),
        r#"origin "https://app.example.com" is allowed to send "PUT" with "a", "b", "c", "d", "e", "f", "g", "h" and more"#,
    );
}

#[test]
fn the_closest_allowed_origin_and_the_difference() {
    const APP: &str = "https://app.example.com";
    let cases = [
        ("https://app.example.com:8443", APP, "different port"),
        ("http://app.example.com", APP, "different scheme"),
        ("http://app.example.com:8080", APP, "different scheme and port"),
        ("https://example.com", APP, "a subdomain of it"),
        ("https://x.app.example.com", APP, "the domain above it"),
        (
            "https://ap.example.com",
            APP,
            "spelled almost the same: check that this is really your page",
        ),
        (
            "https://app.exmaple.com",
            APP,
            "spelled almost the same: check that this is really your page",
        ),
        (
            "https://a.b.exmaple",
            "https://*.b.example",
            "spelled almost the same: check that this is really your page",
        ),
        (
            "https://b.example",
            "https://*.b.example",
            "allows its subdomains, not the domain itself",
        ),
        ("https://a.b.example:1", "https://*.b.example", "different port"),
        (
            "http://127.0.0.1:3000",
            "http://localhost:*",
            "the same machine by another name: to browsers, another origin",
        ),
        ("https://localhost:3000", "http://localhost:*", "different scheme"),
    ];
    for (origin, closest, difference) in cases {
        assert_eq!(
            says(&policy(), &Method::GET, &[("origin", origin)]),
            format!(
                "origin {origin:?} is not allowed; the closest allowed origin is {closest:?} \
                 ({difference})"
            ),
        );
    }
    for origin in ["https://t.co", "https://evil.test"] {
        assert_eq!(
            says(&policy(), &Method::GET, &[("origin", origin)]),
            format!(
                "origin {origin:?} is not allowed; no allowed origin is similar; if you trust it, \
                 add it to `allow_origins`"
            ),
        );
    }
}

#[test]
fn the_domain_itself_is_no_subdomain_on_the_loopback_either() {
    let policy =
        CorsLayer::builder().allow_origins(["http://*.localhost:3001"]).build_policy().unwrap();
    assert_eq!(
        says(&policy, &Method::GET, &[("origin", "http://localhost:3001")]),
        "origin \"http://localhost:3001\" is not allowed; the closest allowed origin is \
         \"http://*.localhost:3001\" (allows its subdomains, not the domain itself)",
    );
}

#[test]
fn patch_is_never_advised_in_a_spelling_that_the_builder_refuses() {
    let policy =
        CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy().unwrap();
    let request =
        [("origin", "https://app.example.com"), ("access-control-request-method", "patch")];
    assert_eq!(
        says(&policy, &Method::OPTIONS, &request),
        "method \"patch\" is not allowed: methods are case-sensitive; write \"PATCH\" in the page \
         and in `allow_methods`",
    );
}

#[test]
fn what_is_no_origin() {
    let cases = [
        (
            "https://app.example.com/",
            "the closest allowed origin is \"https://app.example.com\" (different case or a slash \
             at the end: browsers send neither)",
        ),
        (
            "HTTPS://App.example.com",
            "the closest allowed origin is \"https://app.example.com\" (different case or a slash \
             at the end: browsers send neither)",
        ),
        ("app.example.com", "a browser sends `scheme://host`, perhaps with a port"),
        ("", "a browser sends `scheme://host`, perhaps with a port"),
    ];
    for (origin, sentence) in cases {
        assert_eq!(
            says(&policy(), &Method::GET, &[("origin", origin)]),
            format!("origin {origin:?} is not an origin; {sentence}"),
        );
    }
    assert_eq!(
        says(&policy(), &Method::GET, &[("origin", &"é".repeat(40_000))]),
        format!(
            "origin \"{}...\" is not an origin; a browser sends `scheme://host`, perhaps with a \
             port",
            r"\xc3\xa9".repeat(50),
        ),
    );
    assert_eq!(
        says(
            &policy(),
            &Method::GET,
            &[("origin", "https://a.example"), ("origin", "https://b.example")]
        ),
        "origin \"https://a.example\" is not the only one: the request has several `Origin` lines, \
         and a browser sends one; look for a proxy that adds its own",
    );
    assert_eq!(
        says(&policy(), &Method::GET, &[("origin", "null")]),
        "origin \"null\" is not allowed: sandboxed frames, local files, cross-origin redirects, \
         and forms under `Referrer-Policy: no-referrer` all send \"null\"; serve the page from an \
         origin of its own",
    );
}

#[test]
fn what_a_preflight_may_not_ask_for() {
    let cases = [
        ("DELETE", "", "method \"DELETE\" is not allowed: add it to `allow_methods`"),
        (
            "patch",
            "",
            "method \"patch\" is not allowed: \"PATCH\" is allowed, and methods are \
             case-sensitive; write it so in the page",
        ),
        (
            "put",
            "",
            "method \"put\" is not allowed: \"PUT\" is allowed, and browsers write it in upper \
             case; look at the client",
        ),
        (
            "get",
            "",
            "method \"get\" is not allowed: \"GET\" is allowed, and browsers write it in upper \
             case; look at the client",
        ),
        ("delete", "", "method \"delete\" is not allowed: add it to `allow_methods`"),
        ("TRACE", "", "method \"TRACE\" is not allowed: no browser sends it for a page"),
        ("", "", "method \"\" is not allowed: the preflight must ask for one method"),
        ("PUT", "x-id", "request header \"x-id\" is not allowed: add it to `allow_headers`"),
        (
            "PUT",
            "x-b,authorization, x-a,x-b",
            "request headers \"x-a\", \"x-b\" are not allowed: add them to `allow_headers`",
        ),
        (
            "PUT",
            "a,b,c,d,e,f,g,h,i,j",
            "request headers \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\" and more are \
             not allowed: add them to `allow_headers`",
        ),
        (
            "PUT",
            "authorization,access-control-allow-origin",
            "request header \"access-control-allow-origin\" is not allowed: servers send \
             `access-control-*`; remove it from the page's request",
        ),
        (
            "PUT",
            "cookie",
            "request header \"cookie\" is not allowed: browsers never ask for one that they set \
             themselves; look at the client",
        ),
        ("PUT", "x id", "request header \"x id\" is not allowed: it is not a header name"),
        (
            "PUT",
            &",".repeat(2000),
            "the preflight asks for more request headers than are read: 1024 names or 16 KiB",
        ),
    ];
    for (method, headers, sentence) in cases {
        let lines = [
            ("origin", "https://app.example.com"),
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ];
        assert_eq!(says(&policy(), &Method::OPTIONS, &lines), sentence);
    }
}

#[test]
fn code_never_allows_plain_http_with_credentials() {
    let hosts = ["a.example", "localhost", "x.localhost", "127.9.9.9"];
    let by_host = || {
        let has_host = move |origin: &Origin| hosts.contains(&origin.host());
        CorsLayer::builder().allow_origin_if(has_host).allow_credentials(true)
    };
    let says_with = |builder: CorsBuilder, origin| {
        says(&builder.build_policy().unwrap(), &Method::GET, &[("origin", origin)])
    };
    assert_eq!(
        says_with(by_host(), "http://a.example"),
        "origin \"http://a.example\" is not allowed: credentials would travel over plain http; \
         serve the page over https, or use `dangerous_allow_insecure_origins`",
    );
    for origin in
        ["https://a.example", "http://localhost:3000", "http://x.localhost", "http://127.9.9.9"]
    {
        assert_eq!(says_with(by_host(), origin), format!("origin {origin:?} is allowed"));
    }
    let insecure = by_host().dangerous_allow_insecure_origins();
    assert_eq!(says_with(insecure, "http://a.example"), r#"origin "http://a.example" is allowed"#);
    let without_credentials = by_host().allow_credentials(false);
    assert_eq!(
        says_with(without_credentials, "http://a.example"),
        r#"origin "http://a.example" is allowed"#,
    );
}

#[test]
fn short_hosts_are_no_misspellings() {
    let builder = CorsLayer::builder().allow_origins(["https://x.co"]);
    assert_eq!(
        says(&builder.build_policy().unwrap(), &Method::GET, &[("origin", "https://t.co")]),
        "origin \"https://t.co\" is not allowed; no allowed origin is similar; if you trust it, \
         add it to `allow_origins`",
    );
}

#[test]
fn any_method_ends_somewhere() {
    let policy = CorsLayer::permissive().policy().unwrap().clone();
    let lines = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", &*"M".repeat(129)),
    ];
    assert_eq!(
        says(&policy, &Method::OPTIONS, &lines),
        format!("method \"{}...\" is not allowed: it is longer than 128 bytes", "M".repeat(100)),
    );
}

#[test]
fn debug_output_has_no_credentials() {
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_static("https://evil.test"));
    headers.insert("cookie", HeaderValue::from_static("session=secret"));
    let policy = policy();
    let text = format!("{:?}", policy.evaluate(&Method::GET, &headers));
    assert_eq!(
        text,
        "Decision { kind: Actual, origin: Some(\"https://evil.test\"), \
         denial: Some(Denial { kind: Origin, value: \"https://evil.test\", .. }), status: None, .. \
         }",
    );
}

#[test]
fn a_denial_can_be_taken_apart() {
    let policy = policy();
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_static("https://app.example.com:8443"));
    let decision = policy.evaluate(&Method::GET, &headers);
    let denial = decision.denial().unwrap();
    assert_eq!(denial.kind(), DenialKind::Origin);
    assert_eq!(denial.value(), b"https://app.example.com:8443");
    assert_eq!(denial.nearest().unwrap().as_str(), "https://app.example.com");
}

#[cfg(feature = "regex")]
#[test]
fn a_regex_matches_the_whole_origin() {
    let policy = CorsLayer::builder()
        .allow_origin_regex(r"https://a|https://a\.example|.*\.b\.example")
        .build_policy()
        .unwrap();
    let is_allowed =
        |origin: &str| says(&policy, &Method::GET, &[("origin", origin)]).ends_with("is allowed");
    for origin in ["https://a", "https://a.example", "https://x.b.example"] {
        assert!(is_allowed(origin), "{origin}");
    }
    for origin in ["https://a.example.evil.test", "http://xhttps://a", "https://a.exampl", "null"] {
        assert!(!is_allowed(origin), "{origin}");
    }
}
