//! The line that would allow what is refused: it does, or there is none.

use corsac::{CorsBuilder, CorsLayer, DenialKind, Policy};
use http::{HeaderValue, Method};

use super::headers;

fn app() -> CorsBuilder {
    CorsLayer::builder().allow_origins(["https://app.example.com"]).allow_methods(["PUT"])
}

fn preflight<'v>(method: &'v str, names: &'v str) -> [(&'static str, &'v str); 3] {
    [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", method),
        ("access-control-request-headers", names),
    ]
}

fn remedy(policy: &Policy, lines: &[(&'static str, &str)]) -> Option<String> {
    let headers = headers(lines);
    let decision = policy.evaluate(&Method::OPTIONS, &headers);
    decision.denial().expect("it is refused").remedy().map(|it| it.to_string())
}

#[test]
fn the_line() {
    let policy = app().build_policy().unwrap();
    let cases: [(&[_], _); 5] = [
        (
            &[("origin", "https://app.example.com:8443")],
            r#".allow_origins(["https://app.example.com:8443"])"#,
        ),
        (&[("origin", "http://t.co")], r#".allow_origins(["http://t.co"])"#),
        (&preflight("DELETE", ""), r#".allow_methods(["DELETE"])"#),
        (&preflight("PATCH", ""), r#".allow_methods(["PATCH"])"#),
        (&preflight("PUT", "x-id,x-b, x-id"), r#".allow_headers(["x-b", "x-id"])"#),
    ];
    for (lines, line) in cases {
        assert_eq!(remedy(&policy, lines).as_deref(), Some(line));
    }
}

#[test]
fn no_line() {
    let policy = app().build_policy().unwrap();
    let too_many = ",".repeat(2000);
    let cases: [&[_]; 14] = [
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "app.example.com")],
        &[("origin", "https://app.example.com/")],
        &[("origin", "https://app.example.com:*")],
        &[("origin", "https://a.example"), ("origin", "https://b.example")],
        &preflight("TRACE", ""),
        &preflight("patch", ""),
        &preflight("delete", ""),
        &preflight("P UT", ""),
        &preflight("PUT", "x-id,cookie"),
        &preflight("PUT", "x id"),
        &preflight("PUT", "access-control-allow-origin"),
        &preflight("PUT", &too_many),
    ];
    for lines in cases {
        assert_eq!(remedy(&policy, lines), None, "{lines:?}");
    }
    let app = CorsLayer::builder().allow_origins(["https://app.example.com"]);
    let any_method = app.allow_any_method().build_policy().unwrap();
    assert_eq!(remedy(&any_method, &preflight(&"M".repeat(129), "")), None);
}

#[test]
fn plain_http_beside_credentials() {
    let origin = [("origin", "http://a.test")];
    let app = || app().allow_credentials(true);
    for builder in [app(), app().allow_origin_if(|origin| origin.host() == "a.test")] {
        assert_eq!(remedy(&builder.build_policy().unwrap(), &origin), None);
    }
    let sentence = app().build_policy().unwrap();
    assert_eq!(
        sentence.evaluate(&Method::GET, &headers(&origin)).to_string(),
        "origin \"http://a.test\" is not allowed; no allowed origin is similar, and credentials \
         would travel over plain http; serve the page over https",
    );
    // On the loopback nobody listens.
    let local = [("origin", "http://localhost:3000")];
    assert!(remedy(&sentence, &local).is_some());
    let insecure = app().dangerous_allow_insecure_origins();
    assert!(remedy(&insecure.build_policy().unwrap(), &origin).is_some());
}

#[test]
fn with_the_line_the_denial_is_gone() {
    let builders = || {
        [
            app(),
            app().allow_credentials(true),
            app().allow_credentials(true).dangerous_allow_insecure_origins(),
            app().allow_any_header(),
            CorsLayer::builder()
                .allow_any_method()
                .allow_origin_if(|origin| origin.scheme() == "http"),
            app().allow_headers(["x-id"]).dangerous_allow_null_origin(),
        ]
    };
    let origins = [
        "https://app.example.com",
        "https://b.example",
        "http://b.example:81",
        "http://localhost",
        "chrome-extension://abc",
        "null",
        "HTTPS://b.example",
        "https://*.b.example",
    ];
    let methods = ["GET", "PUT", "put", "DELETE", "delete", "patch", "PATCH", "purge", "TRACE", ""];
    let names = ["", "x-id", "X-Id,x-b", "cookie,x-b", "sec-x", "x-b,a b", "authorization"];
    let (mut fixed, mut left) = (0, 0);
    for (at, builder) in builders().into_iter().enumerate() {
        let policy = builder.build_policy().unwrap();
        let requests = origins.iter().flat_map(|origin| {
            let asked = methods.iter().flat_map(|method| names.iter().map(move |it| (method, it)));
            asked.map(move |(method, names)| (origin, method, names))
        });
        for (origin, method, names) in requests {
            let mut headers = headers(&preflight(method, names));
            headers.insert("origin", HeaderValue::from_static(origin));
            let decision = policy.evaluate(&Method::OPTIONS, &headers);
            let Some(denial) = decision.denial() else { continue };
            let Some(remedy) = denial.remedy() else {
                left += 1;
                continue;
            };
            let builder = builders()[at].clone();
            let values = remedy.values();
            let builder = match remedy.setter() {
                "allow_origins" => builder.allow_origins(values),
                "allow_methods" => builder.allow_methods(values),
                "allow_headers" => builder.allow_headers(values),
                other => panic!("{other}"),
            };
            let policy = builder.build_policy().unwrap();
            let after = policy.evaluate(&Method::OPTIONS, &headers);
            assert_ne!(after.denial().map(|it| it.kind()), Some(denial.kind()), "{denial}");
            fixed += 1;
        }
    }
    assert!(fixed > 500 && left > 500, "{fixed} {left}");
}

#[test]
fn what_the_sentence_adds() {
    let policy = app().build_policy().unwrap();
    let says = |policy: &Policy, lines: &[(&'static str, &str)]| {
        policy.evaluate(&Method::GET, &headers(lines)).to_string()
    };
    let evil = ("origin", "https://evil.test");
    let handshake = [evil, ("upgrade", "h2c, WebSocket")];
    let sentence = "origin \"https://evil.test\" is not allowed; no allowed origin is similar; if \
                    you trust it, add it to `allow_origins`; ";
    assert_eq!(
        says(&policy, &handshake),
        format!(
            "{sentence}browsers do not check the answer to a `WebSocket` handshake: only \
             `Enforcement::Reject` stops it"
        ),
    );
    let rejecting = app().enforcement(corsac::Enforcement::Reject).build_policy().unwrap();
    assert_eq!(
        says(&rejecting, &[evil, ("sec-websocket-key", "c2VjcmV0")]),
        format!(
            "{sentence}browsers do not check the answer to a `WebSocket` handshake, so it is \
             stopped here"
        ),
    );
    let own = "but the page seems to be the service's own, which needs no permission";
    for line in [("sec-fetch-site", "same-origin"), ("host", "evil.test")] {
        assert_eq!(says(&policy, &[evil, line]), format!("{sentence}{own}"));
    }
    assert!(!says(&policy, &[evil, ("sec-fetch-site", "cross-site")]).contains(own));
    assert!(says(&policy, &[("origin", "null"), ("upgrade", "websocket")]).contains("handshake"));
}

#[test]
fn a_remedy_can_be_taken_apart() {
    let policy = app().build_policy().unwrap();
    let headers = headers(&preflight("PUT", "x-a,x-b"));
    let decision = policy.evaluate(&Method::OPTIONS, &headers);
    let denial = decision.denial().unwrap();
    let remedy = denial.remedy().unwrap();
    assert_eq!(denial.kind(), DenialKind::Header);
    assert_eq!(
        (remedy.setter(), remedy.values()),
        ("allow_headers", &["x-a", "x-b"].map(String::from)[..])
    );
}
