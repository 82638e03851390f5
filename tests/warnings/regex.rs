//! The warnings about regexes, word for word.

use super::{CorsBuilder, CorsLayer, warns};

fn of(regex: &str) -> CorsBuilder {
    CorsLayer::builder().allow_origin_regex(regex)
}

#[test]
fn patterns_say_the_same() {
    let cases = [
        (r"https://app\.example\.com", r#"["https://app.example.com"]"#),
        (r"^https://.*\.example\.com$", r#"["https://*.example.com"]"#),
        (r"https://.+\.example\.com:8443", r#"["https://*.example.com:8443"]"#),
        (r"https:\/\/[\w.-]+\.example\.com", r#"["https://*.example.com"]"#),
        (r"https://(.+\.)?example\.com", r#"["https://example.com", "https://*.example.com"]"#),
        (
            r"https://(?:[\w-]+\.)*example\.com(?::\d+)?",
            r#"["https://example.com:*", "https://*.example.com:*"]"#,
        ),
        (r"https?://.*\.example\.com", r#"["http://*.example.com", "https://*.example.com"]"#),
        (r"chrome\-extension://abcdef", r#"["chrome-extension://abcdef"]"#),
    ];
    for (regex, patterns) in cases {
        assert_eq!(
            warns(of(regex)),
            [format!(
                "origin regex {regex:?}: patterns leave less to get wrong; write \
                 `.allow_origins({patterns})`"
            )],
        );
    }
}

#[test]
fn patterns_say_nearly_the_same() {
    assert_eq!(
        warns(of(r"https://[^.]+\.example\.com")),
        ["origin regex \"https://[^.]+\\\\.example\\\\.com\": patterns leave less to get wrong; \
          write `.allow_origins([\"https://*.example.com\"])` if \"https://a.b.example.com\" may \
          call too"],
    );
    assert_eq!(
        warns(of(r"http://localhost:\d+")),
        ["origin regex \"http://localhost:\\\\d+\": patterns leave less to get wrong; write \
          `.allow_origins([\"http://localhost:*\"])` if \"http://localhost\" may call too"],
    );
}

#[test]
fn the_regex_says_more_than_it_should() {
    let cases = [
        ("https://app.example.com", "https://appxexample.com", r#"["https://app.example.com"]"#),
        (
            r"https://.*example\.com",
            "https://evilexample.com",
            r#"["https://example.com", "https://*.example.com"]"#,
        ),
        (r"https://.*.example\.com", "https://evilexample.com", r#"["https://*.example.com"]"#),
        (r"https://.*\.example.com", "https://a.examplexcom", r#"["https://*.example.com"]"#),
    ];
    for (regex, origin, patterns) in cases {
        assert_eq!(
            warns(of(regex)),
            [format!(
                "origin regex {regex:?}: it allows {origin:?} too; write \
                 `.allow_origins({patterns})`"
            )],
        );
    }
}

#[test]
fn what_only_a_regex_says() {
    for regex in [
        r"https://pr-[0-9]+\.preview\.example\.com",
        r"https://[a-z]+\.example\.com",
        r"https://(a|b)\.example\.com",
        r"https://example\.(com|net)",
        r"http://localhost:30\d\d",
        r"http://localhost:\d{4}",
        r"https://a?\.example\.com",
        r"https://[^.]+\.[^.]+\.example\.com",
        r"https://(.+\.)?",
        r"https://.*\.example\.com|https://other\.example",
        r"(?x) https://a\.example",
        "(a|b)://c",
    ] {
        assert_eq!(warns(of(regex)), [""; 0], "{regex}");
    }
}

#[test]
fn schemes_that_are_nearly_http() {
    for (regex, scheme, meant) in [
        (r"(htps|https)://.+-a\.example", "htps", "https"),
        (r"(?i)https?://b-.+\.example|htp://a-.+\.example", "htp", "http"),
        (r"httpx?://b-.+\.example", "httpx", "http"),
    ] {
        assert_eq!(
            warns(of(regex)),
            [format!(
                "scheme {scheme:?} of {regex:?}: it differs from {meant:?} in one letter; write \
                 {meant:?}, unless pages really have this scheme"
            )],
        );
    }
    assert_eq!(warns(of("[a-z]+://.+-a")), [""; 0]);
}

#[test]
fn alternatives_that_no_origin_matches() {
    const NO_SCHEME: &str = "an origin starts with its scheme and `://`";
    for (regex, alternative, reason) in [
        (r"https://a\.example|b\.example", r"b\.example", NO_SCHEME),
        (r"^https://a\.example$|^b\.example$", r"^b\.example$", NO_SCHEME),
        (r"(?i)^(www\.a\.example|HTTPS://a\.example)$", r"www\.a\.example", NO_SCHEME),
        (r"(?i)Example\.com|HTTPS://Example\.com", r"Example\.com", NO_SCHEME),
        (
            "https://a|null",
            "null",
            "`null` stands for every opaque origin; set \
         `dangerous_allow_null_origin`",
        ),
        ("https://a|https://a/", "https://a/", "an origin has no path"),
    ] {
        assert_eq!(
            warns(of(regex)),
            [format!(
                "origin regex {regex:?}: no origin matches the alternative {alternative:?}, because \
                 {reason}; an alternative outside of a group is a whole regex"
            )],
        );
    }
    // Alternatives of a part, and flags that alternatives inherit.
    for regex in ["https://(a|/b)", "https://a(|/)", r"https://a|(?i)HTTPS://B|HTTP://B"] {
        assert_eq!(warns(of(regex)), [""; 0], "{regex}");
    }
}

#[test]
fn a_regex_that_allows_every_page() {
    for regex in [r"https?://.*", ".*", r"https://.*\.com", r"https://[a-z]+\.[a-z]+"] {
        let warnings = warns(of(regex));
        let [warning] = &warnings[..] else { panic!("{warnings:?}") };
        super::assert_is_open(warning, "allow_origin_regexes[0]");
    }
}

#[test]
fn plain_http_is_not_advised_where_it_would_be_refused() {
    assert_eq!(
        warns(of(r"https?://app\.example\.com").allow_credentials(true)),
        ["origin regex \"https?://app\\\\.example\\\\.com\": patterns leave less to get wrong; \
          write `.allow_origins([\"https://app.example.com\"])`"],
    );
}
