//! What is no origin, and what to write instead.

use corsac::CorsLayer;

use super::problem;

const FILE: &str = "in browsers, pages from files have the origin `null`; serve them over http, or \
                    set `dangerous_allow_opaque_origins` for web views that send `file://`";
const LIST: &str = "one origin is expected; pass each one as an item of its own, \
                    \"https://a.example\" first";

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn origins() {
    let cases = [
        ("", "an origin cannot be empty"),
        ("*", "`*` is not a pattern; use `allow_any_origin()`"),
        ("null", "`null` stands for every opaque origin; set `dangerous_allow_null_origin`"),
        ("Null", "`null` stands for every opaque origin; set `dangerous_allow_null_origin`"),
        ("a.example", r#"an origin starts with its scheme and `://`; write "https://a.example""#),
        ("//a.example", r#"an origin starts with its scheme and `://`; write "https://a.example""#),
        (
            "localhost:3000",
            r#"an origin starts with its scheme and `://`; write "http://localhost:3000""#,
        ),
        (
            "127.0.0.1:3000",
            r#"an origin starts with its scheme and `://`; write "http://127.0.0.1:3000""#,
        ),
        ("[::1]:3000", r#"an origin starts with its scheme and `://`; write "http://[::1]:3000""#),
        (
            "https:a.example",
            r#"an origin starts with its scheme and `://`; write "https://a.example""#,
        ),
        (
            "https//a.example",
            r#"an origin starts with its scheme and `://`; write "https://a.example""#,
        ),
        (
            "http:/localhost:3000",
            r#"an origin starts with its scheme and `://`; write "http://localhost:3000""#,
        ),
        (
            "localhosting.com",
            r#"an origin starts with its scheme and `://`; write "https://localhosting.com""#,
        ),
        ("about:blank", "an origin starts with its scheme and `://`"),
        ("://a.example", "an origin starts with its scheme and `://`"),
        ("https://a.example/", r#"an origin has no path; write "https://a.example""#),
        ("https://a.example/b?c", r#"an origin has no path; write "https://a.example""#),
        ("HTTPS://A.example:443/", r#"an origin has no path; write "https://a.example""#),
        (
            "https://xn--f.example",
            "a label that starts with `xn--` is punycode, and this one is none",
        ),
        (
            "https://a.example?b",
            r#"an origin has no query and no fragment; write "https://a.example""#,
        ),
        (
            "https://a.example#b",
            r#"an origin has no query and no fragment; write "https://a.example""#,
        ),
        ("https://u:p@a.example", r#"an origin has no user info; write "https://a.example""#),
        (
            "https://a.example:443",
            r#"browsers leave the default port out; write "https://a.example""#,
        ),
        ("http://a.example:80", r#"browsers leave the default port out; write "http://a.example""#),
        ("https://A.example", r#"browsers send origins in lower case; write "https://a.example""#),
        ("HTTPS://a.example", r#"browsers send origins in lower case; write "https://a.example""#),
        (
            " https://a.example",
            r#"an origin has no white space around it; write "https://a.example""#,
        ),
        ("'https://a.example'", r#"an origin has no quotes around it; write "https://a.example""#),
        (
            "https://a.example\u{a0}",
            r#"an origin has no white space around it; write "https://a.example""#,
        ),
        (
            "https://a.example:443:443",
            "a port is a number from 1 to 65535 without leading zeros, or `*`",
        ),
        ("https://a.example, https://b.example", LIST),
        ("https://a.example https://b.example", LIST),
        ("ht_tp://a", "a scheme consists of lower-case letters, digits, `+`, `-` and `.`"),
        ("1http://a", "a scheme consists of lower-case letters, digits, `+`, `-` and `.`"),
        ("file://", FILE),
        ("file:///tmp/a.html", FILE),
        (
            "app://.",
            "this is not a host, though apps may send it; set `dangerous_allow_opaque_origins`",
        ),
        (
            "app://a!b",
            "this is not a host, though apps may send it; set `dangerous_allow_opaque_origins`",
        ),
        ("app://", "an origin has a host"),
        (
            "wss://a.example",
            "the origin is the page's, which is http or https for WebSockets too; \
             write \"https://a.example\"",
        ),
        (
            "ws://localhost:3000",
            "the origin is the page's, which is http or https for WebSockets too; \
             write \"http://localhost:3000\"",
        ),
        ("https://a.example:", "a port is a number from 1 to 65535 without leading zeros, or `*`"),
        ("https://a.example:0", "a port is a number from 1 to 65535 without leading zeros, or `*`"),
        (
            "https://a.example:65536",
            "a port is a number from 1 to 65535 without leading zeros, or `*`",
        ),
        (
            "https://a.example:08080",
            "a port is a number from 1 to 65535 without leading zeros, or `*`",
        ),
        ("https://a.example:x", "a port is a number from 1 to 65535 without leading zeros, or `*`"),
        ("https://a!b.example", "a host consists of letters, digits, `-`, `_` and `.`"),
        ("https://a\\b.example", "a host consists of letters, digits, `-`, `_` and `.`"),
        ("https://", "an origin has a host"),
        ("https://a..example", "a host has no empty labels"),
        ("https://.example", "a host has no empty labels"),
        ("https://a.example..", "a host has no empty labels"),
        ("http://127.1", "browsers write an IPv4 address as four decimal numbers"),
        ("http://0x7f000001", "browsers write an IPv4 address as four decimal numbers"),
        ("http://127.0.0.01", "browsers write an IPv4 address as four decimal numbers"),
        ("http://127.0.0.1.", "browsers write an IPv4 address as four decimal numbers"),
        (
            "http://[0:0:0:0:0:0:0:1]:3000",
            "browsers write an IPv6 address in brackets, shortened, in lower case; \
             write \"http://[::1]:3000\"",
        ),
        (
            "http://[FE80::1]",
            "browsers write an IPv6 address in brackets, shortened, in lower case; \
             write \"http://[fe80::1]\"",
        ),
        (
            "http://[::ffff:127.0.0.1]",
            "browsers write an IPv6 address in brackets, shortened, in lower case; \
             write \"http://[::ffff:7f00:1]\"",
        ),
        ("http://::1:3000", "browsers write an IPv6 address in brackets, shortened, in lower case"),
        (
            "http://[fe80::1%eth0]",
            "browsers write an IPv6 address in brackets, shortened, in lower case",
        ),
        (
            "https://*",
            "this would allow every page; list the domains you trust, or use `allow_any_origin()`",
        ),
        (
            "http://*:*",
            "this would allow every page; list the domains you trust, or use `allow_any_origin()`",
        ),
        ("tauri://*:3000", "`*` after a scheme stands for every port too"),
        (
            "https://xn--*.example.com",
            "a part of punycode stands for no letters; write the whole label",
        ),
        (
            "https://foo*.com",
            "this would allow everybody under a top-level domain; name the domain below it",
        ),
        (
            "https://*.com",
            "this would allow everybody under a top-level domain; name the domain below it",
        ),
        (
            "https://*.com.",
            "this would allow everybody under a top-level domain; name the domain below it",
        ),
        ("http://*.127.0.0.1", "an address has no subdomains"),
        ("http://*.[::1]", "an address has no subdomains"),
        ("http://a-*.0.0.1", "an address has no subdomains"),
        ("ftp://a.example:21", r#"browsers leave the default port out; write "ftp://a.example""#),
        ("ftp://A.example", r#"browsers send origins in lower case; write "ftp://a.example""#),
    ];
    assert_sentences(&cases);
    let long = format!("https://{}.example", "a".repeat(64));
    assert_eq!(
        problem(CorsLayer::builder().allow_origins([&long])),
        format!(
            "allow_origins[0] {long:?}: a host has at most 253 bytes, and each of its labels at most 63"
        ),
    );
    let longer = format!("https://{}example", "a.".repeat(170));
    assert_eq!(
        problem(CorsLayer::builder().allow_origins([&longer])),
        format!("allow_origins[0] {longer:?}: longer than any origin that a browser sends"),
    );
}

#[track_caller]
pub(super) fn assert_sentences(cases: &[(&str, &str)]) {
    for (value, sentence) in cases {
        let builder = CorsLayer::builder().allow_origins([value]);
        assert_eq!(problem(builder), format!("allow_origins[0] {value:?}: {sentence}"));
    }
}

#[test]
fn what_an_error_suggests_is_accepted() {
    for value in [
        "a.example",
        "https://A.example:443/x",
        "wss://u@a.example",
        "[::1]:80",
        "http://[0::1]:80/",
    ] {
        let error = value.parse::<corsac::OriginPattern>().unwrap_err();
        assert_eq!(error.value(), value);
        let suggestion = error.suggestion().unwrap();
        suggestion.parse::<corsac::OriginPattern>().unwrap();
    }
}
