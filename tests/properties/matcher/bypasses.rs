//! How origins got past other libraries' matchers, and what looks like one of those ways.

use corsac::{CorsLayer, Origin, OriginPattern};
use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};

use super::{allows, policy, twin};

/// How origins got past other libraries' matchers.
#[test]
fn historic_bypasses() {
    let wildcard = ["https://*.example.com"];
    let exact = ["https://example.com"];
    let port = ["http://localhost:*"];
    let cases: [(&str, &[&str], &str); 36] = [
        (
            "a radix tree that forgets where a label ends",
            &["https://foo.com", "https://bar.com"],
            "https://barfoo.com",
        ),
        (
            "a radix tree that lends one entry's wildcard to another",
            &["https://*.foo.com", "https://bar.com"],
            "https://a.bar.com",
        ),
        (
            "a radix tree that lends one entry's port to another",
            &["https://foo.com:8443", "https://bar.com"],
            "https://bar.com:8443",
        ),
        (
            "a radix tree that lends one entry's scheme to another",
            &["https://foo.com", "http://bar.com"],
            "http://foo.com",
        ),
        ("a regex without its end", &exact, "https://example.com.evil.com"),
        ("a regex without its start", &exact, "https://evil.com?https://example.com"),
        ("a regex with an unescaped dot", &["https://www.example.com"], "https://wwwxexample.com"),
        ("a regex whose dot matches a slash", &wildcard, "https://evil.com/.example.com"),
        ("a regex whose `$` is the end of a line", &exact, "https://example.com\n.evil.com"),
        ("a substring", &exact, "https://evil.com/https://example.com"),
        ("a prefix", &exact, "https://example.com.evil.com"),
        ("a prefix that goes on in the same label", &exact, "https://example.community"),
        ("a prefix that becomes user info", &exact, "https://example.com@evil.com"),
        (
            "a prefix with a port that becomes a password",
            &["https://example.com:1"],
            "https://example.com:1@evil.com",
        ),
        ("a suffix without its dot", &wildcard, "https://evilexample.com"),
        ("a suffix behind a query", &wildcard, "https://evil.com?.example.com"),
        ("a suffix behind a fragment", &wildcard, "https://evil.com#.example.com"),
        ("a suffix behind a backslash", &wildcard, "https://evil.com\\.example.com"),
        ("a suffix behind user info", &wildcard, "https://user@evil.com/@.example.com"),
        ("a suffix behind a port", &wildcard, "https://evil.com:443.example.com"),
        ("a suffix behind an escaped slash", &wildcard, "https://evil.com%2f.example.com"),
        ("a suffix behind what Safari resolves", &wildcard, "https://evil.com`.example.com"),
        ("a suffix behind an address", &wildcard, "https://[::1].example.com"),
        ("a prefix and a suffix that overlap", &wildcard, "https://.example.com"),
        ("a wildcard that stands for nothing", &wildcard, "https://example.com"),
        ("a wildcard that stands for an empty label", &wildcard, "https://a..example.com"),
        ("a wildcard for the port that takes a host", &port, "http://localhost:3000.evil.com"),
        ("a wildcard for the port that takes user info", &port, "http://localhost:x@evil.com"),
        ("a loopback by its first bytes", &port, "http://localhost.evil.com"),
        ("an address by its first bytes", &["http://127.0.0.1:*"], "http://127.0.0.1.evil.com"),
        ("no scheme", &exact, "http://example.com"),
        ("no scheme, and none sent", &exact, "example.com"),
        ("a comparison without case", &exact, "https://EXAMPLE.COM"),
        ("a list of origins, one of them allowed", &exact, "https://example.com,https://evil.com"),
        ("the root's dot, which is another host", &exact, "https://example.com."),
        ("`null`, which everybody can be", &exact, "null"),
    ];
    for (mechanism, patterns, origin) in cases {
        assert!(!allows(&policy(patterns), origin), "{mechanism}: {origin:?}");
        assert!(!twin::allows(patterns, origin), "the twin: {mechanism}");
        let is_match = |pattern: &&str, origin: &Origin| {
            pattern.parse::<OriginPattern>().unwrap().matches(origin)
        };
        let parsed = origin.parse::<Origin>();
        let found = parsed.is_ok_and(|origin| patterns.iter().any(|it| is_match(it, &origin)));
        assert!(!found, "{mechanism}: {origin:?}");
    }
}

/// The first line must not speak for the second, nor the other way round.
#[test]
fn two_origin_lines_match_nothing() {
    let policy = policy(&["https://example.com"]);
    for lines in [
        ["https://example.com", "https://evil.com"],
        ["https://evil.com", "https://example.com"],
        ["https://example.com", "https://example.com"],
        ["https://example.com", ""],
    ] {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ORIGIN, HeaderValue::from_static(line));
        }
        assert!(!policy.evaluate(&Method::GET, &headers).is_allowed(), "{lines:?}");
    }
}

#[test]
fn huge_origins_match_nothing() {
    let policy = policy(&["https://*.example.com", "https://example.com:*"]);
    for origin in [
        format!("https://{}.example.com", "a".repeat(1 << 20)),
        format!("https://{}example.com", "a.".repeat(1 << 20)),
        format!("https://example.com:{}", "1".repeat(1 << 20)),
        format!("{}://a.example.com", "https".repeat(1 << 20)),
    ] {
        assert!(!allows(&policy, origin));
    }
}

/// `null` is no origin, and only its own switch allows it.
#[test]
fn null_is_allowed_by_its_own_switch_alone() {
    let builder = CorsLayer::builder().allow_origin_if(|_| true);
    assert!(!allows(&builder.clone().build_policy().unwrap(), "null"));
    let policy = CorsLayer::builder().dangerous_allow_null_origin().build_policy().unwrap();
    for (origin, expected) in [("null", true), ("Null", false), ("null ", false), ("null:1", false)]
    {
        assert_eq!(allows(&policy, origin), expected, "{origin:?}");
    }
    assert!("null".parse::<Origin>().is_err());
}

/// A wildcard is written in patterns, never in origins, however the set keeps its texts.
#[test]
fn a_pattern_does_not_match_itself() {
    let wildcards = [
        "https://*.foo.com",
        "https://*.bar.com:*",
        "https://*.bar.com:8443",
        "http://localhost:*",
        "https://*.localhost",
    ];
    for count in [0, 1, 2, 4, 8, 16, 32, 64, 200] {
        let exact = (0..count).map(|number| format!("https://a{number}.example"));
        let patterns: Vec<_> = wildcards.map(str::to_owned).into_iter().chain(exact).collect();
        let policy = policy(&patterns);
        for text in wildcards {
            let inside = text.replace("*.", "*.a.");
            let above = text.replace("*.", "a.*.");
            for text in [text, &inside, &above] {
                let (closed, one) = (text.replace(":*", ""), text.replace(":*", ":1"));
                for origin in [text, &closed, &one].iter().filter(|text| text.contains('*')) {
                    assert!(!allows(&policy, origin), "{origin:?} beside {count} others");
                }
            }
        }
    }
}
