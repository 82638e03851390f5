//! Every sentence about a bad configuration, word for word.

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer, Enforcement, ProblemKind};
use http::StatusCode;

mod origins;
#[cfg(feature = "regex")]
mod regexes;
mod texts;

/// The one problem that `builder` has, as it is printed.
fn problem(builder: CorsBuilder) -> String {
    let error = builder.build().unwrap_err();
    let [problem] = error.problems() else { panic!("one problem is expected: {error}") };
    assert_eq!(error.to_string(), format!("invalid CORS policy (1 problem):\n  - {problem}"));
    let sentence = problem.to_string();
    assert!(sentence.starts_with(problem.place()), "{sentence}");
    sentence
}

fn with_origin() -> CorsBuilder {
    CorsLayer::builder().allow_origins(["https://a.example"])
}

#[test]
fn policies_that_contradict_themselves() {
    let none = "allow_origins: no origin is allowed; list the origins you trust, or allow any";
    assert_eq!(problem(CorsLayer::builder()), none);
    assert_eq!(problem(CorsLayer::builder().allow_origins([""; 0])), none);
    assert_eq!(problem(CorsLayer::builder().allow_methods(["PUT"])), none);
    assert_eq!(
        problem(CorsLayer::builder().allow_any_origin().allow_credentials(true)),
        "allow_credentials: credentials cannot be allowed for any origin; list the origins you \
         trust",
    );
    assert_eq!(
        problem(
            CorsLayer::builder().allow_origins(["http://a.example:443"]).allow_credentials(true)
        ),
        "allow_origins[0] \"http://a.example:443\": credentials would travel over plain http; \
         write \"https://a.example\", or set `dangerous_allow_insecure_origins`",
    );
    for origin in
        ["http://a.example", "http://*.a.example:*", "http://10.0.0.1", "http://[fe80::1]"]
    {
        let secure = origin.replace("http://", "https://");
        assert_eq!(
            problem(CorsLayer::builder().allow_origins([origin]).allow_credentials(true)),
            format!(
                "allow_origins[0] {origin:?}: credentials would travel over plain http; write \
                 {secure:?}, or set `dangerous_allow_insecure_origins`"
            ),
        );
    }
}

#[test]
fn any_beside_a_list() {
    let any = || CorsLayer::builder().allow_any_origin();
    let cases = [
        (any().allow_origins(["https://a.example"]), "allow_origins", "allow_any_origin"),
        (any().allow_origin_if(|_| true), "allow_origin_if", "allow_any_origin"),
        (
            with_origin().dangerous_allow_any_origin_with_credentials(),
            "allow_origins",
            "dangerous_allow_any_origin_with_credentials",
        ),
        (
            with_origin().allow_any_method().allow_methods(["PUT"]),
            "allow_methods",
            "allow_any_method",
        ),
        (
            with_origin().allow_headers(["x-id"]).allow_any_header(),
            "allow_headers",
            "allow_any_header",
        ),
    ];
    for (builder, list, any) in cases {
        assert_eq!(
            problem(builder),
            format!(
                "{list}: `{any}()` (`*` in a file) leaves the list without effect; remove one of the two"
            ),
        );
    }
    // With credentials the list names the headers that outer layers add.
    assert!(with_origin().expose_any_header().expose_headers(["x-id"]).build().is_ok());
}

/// The made-up origin differs each time.
#[test]
fn matchers_that_allow_every_page_with_credentials() {
    let open = || CorsLayer::builder().allow_origin_if(|origin| origin.scheme() == "https");
    let sentence = problem(open().allow_credentials(true));
    let start = "allow_origin_if: it allows made-up origins such as \"https://";
    let end = ".invalid\", so with credentials every page could act for your users; name your own \
               domains";
    assert!(sentence.starts_with(start) && sentence.ends_with(end), "{sentence}");
    assert!(open().build().is_ok());
    // The credentials of every page are allowed by name.
    let dangerous = CorsLayer::builder().dangerous_allow_any_origin_with_credentials();
    assert!(dangerous.build().is_ok());
}

#[test]
fn methods() {
    let cases = [
        (
            "*",
            "allow_methods[0] \"*\": `*` is not an entry of `allow_methods`; use \
             `allow_any_method()`",
        ),
        ("", "allow_methods[0] \"\": a method consists of letters, digits and !#$%&'*+-.^_`|~"),
        (
            "PÜT",
            "allow_methods[0] \"PÜT\": a method consists of letters, digits and !#$%&'*+-.^_`|~",
        ),
        (
            "P*",
            "allow_methods[0] \"P*\": a name has no `*`; list each one, or use \
             `allow_any_method()`",
        ),
        (
            "PUT, DELETE",
            "allow_methods[0] \"PUT, DELETE\": one method is expected; pass each one as an item \
             of its own, \"PUT\" first",
        ),
        (
            "CONNECT",
            "allow_methods[0] \"CONNECT\": browsers never send it for a page; leave it out",
        ),
        ("trace", "allow_methods[0] \"trace\": browsers never send it for a page; leave it out"),
        ("TRACK", "allow_methods[0] \"TRACK\": browsers never send it for a page; leave it out"),
        (
            "patch",
            "allow_methods[0] \"patch\": methods are case-sensitive, and browsers do not change \
             this one; write \"PATCH\"",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(with_origin().allow_methods([value])), sentence);
    }
}

#[test]
fn request_headers() {
    let cases = [
        (
            "*",
            "allow_headers[0] \"*\": `*` is not an entry of `allow_headers`; use \
             `allow_any_header()`",
        ),
        ("", "allow_headers[0] \"\": a name consists of letters, digits and !#$%&'*+-.^_`|~"),
        ("x:y", "allow_headers[0] \"x:y\": a name consists of letters, digits and !#$%&'*+-.^_`|~"),
        (
            "Content-Type ",
            "allow_headers[0] \"Content-Type \": a name has no blanks, `,`, `:` or `;` around it; write \"Content-Type\"",
        ),
        (
            "x-foo:",
            "allow_headers[0] \"x-foo:\": a name has no blanks, `,`, `:` or `;` around it; write \"x-foo\"",
        ),
        (
            "x-*",
            "allow_headers[0] \"x-*\": a name has no `*`; list each one, or use \
             `allow_any_header()`",
        ),
        (
            "x-a,x-b",
            "allow_headers[0] \"x-a,x-b\": one name is expected; pass each one as an item of its \
             own, \"x-a\" first",
        ),
        (
            "Cookie",
            "allow_headers[0] \"Cookie\": browsers set it themselves and never ask for it; leave \
             it out",
        ),
        (
            "sec-fetch-mode",
            "allow_headers[0] \"sec-fetch-mode\": browsers set it themselves and never ask for it; \
             leave it out",
        ),
        (
            "proxy-x",
            "allow_headers[0] \"proxy-x\": browsers set it themselves and never ask for it; leave \
             it out",
        ),
        (
            "Access-Control-Allow-Origin",
            "allow_headers[0] \"Access-Control-Allow-Origin\": only servers send it; leave it out",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(with_origin().allow_headers([value])), sentence);
    }
}

#[test]
fn exposed_headers() {
    let cases = [
        (
            "*",
            "expose_headers[0] \"*\": `*` is not an entry of `expose_headers`; use \
             `expose_any_header()`",
        ),
        (
            "x-*",
            "expose_headers[0] \"x-*\": a name has no `*`; list each one, or use \
             `expose_any_header()`",
        ),
        (
            "x y",
            "expose_headers[0] \"x y\": one name is expected; pass each one as an item of its own, \
             \"x\" first",
        ),
        ("é", "expose_headers[0] \"é\": a name consists of letters, digits and !#$%&'*+-.^_`|~"),
        ("Set-Cookie", "expose_headers[0] \"Set-Cookie\": no page may ever read it; leave it out"),
        (
            "set-cookie2",
            "expose_headers[0] \"set-cookie2\": no page may ever read it; leave it out",
        ),
        (
            "Origin",
            "expose_headers[0] \"Origin\": no response that a page reads carries it; leave it out",
        ),
        (
            "access-control-max-age",
            "expose_headers[0] \"access-control-max-age\": no response that a page reads carries \
             it; leave it out",
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
                "reject_status {}: a refusal is an error; write one of 400 to 599, such as 403",
                status.as_u16()
            )
        );
    }
    assert_eq!(
        problem(with_origin().reject_status(StatusCode::FORBIDDEN)),
        "reject_status 403: nothing is rejected; set `enforcement` to reject, or leave it out"
    );
    assert!(rejecting().reject_status(StatusCode::NOT_FOUND).build().is_ok());
}

#[test]
fn preflight_status() {
    for status in [StatusCode::FOUND, StatusCode::SWITCHING_PROTOCOLS, StatusCode::NOT_FOUND] {
        assert_eq!(
            problem(with_origin().preflight_status(status)),
            format!(
                "preflight_status {}: browsers take it as a failed preflight; write one of 200 to \
                 299, such as 204",
                status.as_u16()
            )
        );
    }
    assert!(with_origin().preflight_status(StatusCode::OK).build().is_ok());
}

#[test]
fn own_origins_and_trusted_senders() {
    let rejecting = || with_origin().enforcement(Enforcement::Reject);
    let path = "\"https://a.example/\": an origin has no path; write \"https://a.example\"";
    assert_eq!(
        problem(rejecting().own_origins(["https://b.example", "https://a.example/"])),
        format!("own_origins[1] {path}"),
    );
    assert_eq!(
        problem(rejecting().own_origins(["https://*.a.example"])),
        "own_origins[0] \"https://*.a.example\": an origin has no `*`; that is a pattern",
    );
    assert_eq!(
        problem(rejecting().trusted_senders(["https://a.example/"])),
        format!("trusted_senders[0] {path}"),
    );
    assert_eq!(
        problem(with_origin().trusted_senders(["https://*.a.example"])),
        "trusted_senders: nothing is rejected; set `enforcement` to reject, or leave it out",
    );
    assert!(rejecting().trusted_senders(["https://*.a.example"]).build().is_ok());
}

#[test]
fn max_age() {
    let cases = [
        (Duration::from_millis(1500), "max_age 1.5s: whole seconds are expected; write 2 s"),
        (Duration::from_nanos(1), "max_age 1ns: whole seconds are expected; write 1 s"),
        (
            Duration::from_secs(1 << 31),
            "max_age 2147483648s: longer than browsers can read; they honour at most 86400 s",
        ),
        (
            Duration::MAX,
            "max_age 18446744073709551615.999999999s: longer than browsers can read; they honour \
             at most 86400 s",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(with_origin().max_age(value)), sentence);
    }
    assert!(with_origin().max_age(Duration::from_secs((1 << 31) - 1)).build().is_ok());
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
        .allow_origins(["https://a.example/", "https://b.example", "null"])
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
        "invalid CORS policy (9 problems):\n\
        \x20 - allow_origins[0] \"https://a.example/\": an origin has no path; write \
         \"https://a.example\"\n\
        \x20 - allow_origins[2] \"null\": `null` stands for every opaque origin; set \
         `dangerous_allow_null_origin`\n\
        \x20 - allow_origins[3] \"http://c.example\": credentials would travel over plain http; \
        write \"https://c.example\", or set `dangerous_allow_insecure_origins`\n\
        \x20 - allow_origins: `allow_any_origin()` (`*` in a file) leaves the list without effect; remove \
        one of the two\n\
        \x20 - allow_credentials: credentials cannot be allowed for any origin; list the origins \
         you trust\n\
        \x20 - allow_methods[0] \"patch\": methods are case-sensitive, and browsers do not change \
        this one; write \"PATCH\"\n\
        \x20 - allow_headers[0] \"cookie\": browsers set it themselves and never ask for it; leave \
         it out\n\
        \x20 - expose_headers[0] \"set-cookie\": no page may ever read it; leave it out\n\
        \x20 - max_age 1ms: whole seconds are expected; write 1 s"
    );
    assert_eq!(error.problems()[4].kind(), ProblemKind::CredentialsForAnyOrigin);
    assert_eq!(error.problems()[4].kind().as_str(), "credentials-for-any-origin");
    assert_eq!(error.problems()[8].message(), "whole seconds are expected; write 1 s");
}
