//! Every sentence about a bad configuration, word for word.

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer, Enforcement, Problem};
use http::StatusCode;

mod origins;
mod texts;

/// The one problem that `builder` has, as it is printed.
fn problem(builder: CorsBuilder) -> String {
    let error = builder.build().unwrap_err();
    let [problem] = error.problems() else { panic!("one problem is expected: {error}") };
    assert_eq!(error.to_string(), format!("invalid CORS policy (1 problem):\n  - {problem}"));
    problem.to_string()
}

fn with_origin() -> CorsBuilder {
    CorsLayer::builder().allow_origins(["https://a.example"])
}

#[test]
fn policies_that_contradict_themselves() {
    let none = "no origin is allowed; list the origins you trust, or use `allow_any_origin()`";
    assert_eq!(problem(CorsLayer::builder()), none);
    assert_eq!(problem(CorsLayer::builder().allow_origins([""; 0])), none);
    assert_eq!(problem(CorsLayer::builder().allow_methods(["PUT"])), none);
    assert_eq!(
        problem(CorsLayer::builder().allow_any_origin().allow_credentials(true)),
        "credentials cannot be allowed for any origin; list the origins you trust",
    );
    assert_eq!(
        problem(
            CorsLayer::builder().allow_origins(["http://a.example:443"]).allow_credentials(true)
        ),
        "origin \"http://a.example:443\": credentials would travel over plain http; write \
         \"https://a.example\", or use `dangerous_allow_insecure_origins()`",
    );
    for origin in
        ["http://a.example", "http://*.a.example:*", "http://10.0.0.1", "http://[fe80::1]"]
    {
        let secure = origin.replace("http://", "https://");
        assert_eq!(
            problem(CorsLayer::builder().allow_origins([origin]).allow_credentials(true)),
            format!(
                "origin {origin:?}: credentials would travel over plain http; write {secure:?}, \
                 or use `dangerous_allow_insecure_origins()`"
            ),
        );
    }
}

#[test]
fn methods() {
    let cases = [
        ("*", "`*` is not an entry of `allow_methods`; use `allow_any_method()`"),
        ("", "method \"\": a method consists of letters, digits and !#$%&'*+-.^_`|~"),
        ("PÜT", "method \"PÜT\": a method consists of letters, digits and !#$%&'*+-.^_`|~"),
        (
            "PUT, DELETE",
            "method \"PUT, DELETE\": one method is expected; pass each one as an item of its own, \
             \"PUT\" first",
        ),
        ("CONNECT", "method \"CONNECT\": browsers never send it for a page; leave it out"),
        ("trace", "method \"trace\": browsers never send it for a page; leave it out"),
        ("TRACK", "method \"TRACK\": browsers never send it for a page; leave it out"),
        (
            "patch",
            "method \"patch\": methods are case-sensitive, and browsers do not change this one; \
             write \"PATCH\"",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(with_origin().allow_methods([value])), sentence);
    }
}

#[test]
fn request_headers() {
    let cases = [
        ("*", "`*` is not an entry of `allow_headers`; use `allow_any_header()`"),
        ("", "header \"\": a name consists of letters, digits and !#$%&'*+-.^_`|~"),
        ("x:y", "header \"x:y\": a name consists of letters, digits and !#$%&'*+-.^_`|~"),
        (
            "x-a,x-b",
            "header \"x-a,x-b\": one name is expected; pass each one as an item of its own, \
             \"x-a\" first",
        ),
        (
            "Cookie",
            "request header \"Cookie\": browsers set it themselves and never ask for it; leave it \
             out",
        ),
        (
            "sec-fetch-mode",
            "request header \"sec-fetch-mode\": browsers set it themselves and never ask for it; \
             leave it out",
        ),
        (
            "proxy-x",
            "request header \"proxy-x\": browsers set it themselves and never ask for it; leave it \
             out",
        ),
        (
            "Access-Control-Allow-Origin",
            "request header \"Access-Control-Allow-Origin\": only servers send it; leave it out",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(with_origin().allow_headers([value])), sentence);
    }
}

#[test]
fn exposed_headers() {
    let cases = [
        ("*", "`*` is not an entry of `expose_headers`; use `expose_any_header()`"),
        (
            "x y",
            "header \"x y\": one name is expected; pass each one as an item of its own, \"x\" first",
        ),
        ("é", "header \"é\": a name consists of letters, digits and !#$%&'*+-.^_`|~"),
        ("Set-Cookie", "exposed header \"Set-Cookie\": no page may ever read it; leave it out"),
        ("set-cookie2", "exposed header \"set-cookie2\": no page may ever read it; leave it out"),
        (
            "Origin",
            "exposed header \"Origin\": no response that a page reads carries it; leave it out",
        ),
        (
            "access-control-max-age",
            "exposed header \"access-control-max-age\": no response that a page reads carries it; \
             leave it out",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(with_origin().expose_headers([value])), sentence);
    }
}

#[test]
fn reject_status() {
    let rejecting = || with_origin().enforcement(Enforcement::Reject);
    for status in [StatusCode::OK, StatusCode::FOUND, StatusCode::CONTINUE] {
        assert_eq!(
            problem(rejecting().reject_status(status)),
            format!(
                "reject status {}: a refusal is an error; write one of 400 to 599, such as 403",
                status.as_u16()
            )
        );
    }
    assert_eq!(
        problem(with_origin().reject_status(StatusCode::FORBIDDEN)),
        "reject status 403: nothing is rejected; use `enforcement(Enforcement::Reject)`, or leave it \
         out"
    );
    assert!(rejecting().reject_status(StatusCode::NOT_FOUND).build().is_ok());
}

#[test]
fn max_age() {
    let cases = [
        (Duration::from_millis(1500), "max age 1.5s: whole seconds are expected; write 2 s"),
        (Duration::from_nanos(1), "max age 1ns: whole seconds are expected; write 1 s"),
        (
            Duration::from_secs(1 << 31),
            "max age 2147483648s: longer than browsers can read; they honour at most 86400 s",
        ),
        (
            Duration::MAX,
            "max age 18446744073709551615.999999999s: longer than browsers can read; they honour at \
             most 86400 s",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(with_origin().max_age(value)), sentence);
    }
    assert!(with_origin().max_age(Duration::from_secs((1 << 31) - 1)).build().is_ok());
}

#[cfg(feature = "regex")]
#[test]
fn regexes() {
    let cases = [
        ("(", r#"origin regex "(": unclosed group"#),
        ("a)|(b", r#"origin regex "a)|(b": unopened group"#),
        (
            "(?x)a # a comment",
            "origin regex \"(?x)a # a comment\": unclosed group; a comment at the end would hide \
             what is added here",
        ),
        (
            r"[a-z]{1000}{1000}",
            "origin regex \"[a-z]{1000}{1000}\": Compiled regex exceeds size limit of 10485760 bytes.",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(CorsLayer::builder().allow_origin_regex(value)), sentence);
    }
}

#[test]
fn long_texts_and_many_problems_are_cut() {
    let long = "é".repeat(10_000);
    let error = CorsLayer::builder().allow_origins(vec![long; 60]).build().unwrap_err();
    assert_eq!(error.problems().len(), 60);
    let text = error.to_string();
    assert!(text.len() < 100_000 && text.ends_with("\n  - and 10 more"), "{}", text.len());
    assert_eq!(format!("{error:?}"), text);
}

#[test]
fn every_problem_at_once() {
    let error = CorsLayer::builder()
        .allow_origins(["https://a.example/", "https://b.example", "*"])
        .allow_origins(["http://c.example"])
        .allow_methods(["patch"])
        .allow_headers(["cookie"])
        .expose_headers(["set-cookie"])
        .allow_credentials(true)
        .allow_any_origin()
        .max_age(Duration::from_millis(1))
        .build_policy()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid CORS policy (8 problems):\n\
        \x20 - origin \"https://a.example/\": an origin has no path; write \"https://a.example\"\n\
        \x20 - origin \"*\": `*` is not a pattern; use `allow_any_origin()`\n\
        \x20 - origin \"http://c.example\": credentials would travel over plain http; write \
         \"https://c.example\", or use `dangerous_allow_insecure_origins()`\n\
        \x20 - credentials cannot be allowed for any origin; list the origins you trust\n\
        \x20 - method \"patch\": methods are case-sensitive, and browsers do not change this one; \
         write \"PATCH\"\n\
        \x20 - request header \"cookie\": browsers set it themselves and never ask for it; leave \
         it out\n\
        \x20 - exposed header \"set-cookie\": no page may ever read it; leave it out\n\
        \x20 - max age 1ms: whole seconds are expected; write 1 s"
    );
    assert!(matches!(error.problems()[3], Problem::CredentialsForAnyOrigin));
}
