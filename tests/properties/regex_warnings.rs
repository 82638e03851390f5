//! The warnings about regexes: which patterns they propose, and where these differ from the regex.

use corsac::{CorsLayer, Policy, Warning};
use http::{HeaderMap, HeaderValue, Method};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::cases;

/// What regexes of origins are made of, and what surprises in one.
const PIECES: [&str; 32] = [
    "https",
    "http",
    "https?",
    "(?:https?)",
    "://",
    r":\/\/",
    ".*",
    ".+",
    "[^.]+",
    r"\w+",
    "(",
    "(?:",
    ")?",
    ")",
    ")*",
    r"\.",
    ".",
    "example",
    "com",
    r"\-",
    ":",
    r"\d+",
    "3000",
    "^",
    "$",
    "|",
    "[",
    "é",
    "?",
    "*",
    "(?i)",
    "{2}",
];

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn what_is_said_of_a_regex_is_true(
        scheme in select(&["https://", "^https?://", "http(s)?://", r"https:\/\/", ""][..]),
        front in select(&["", r"(.+\.)?", r".*\.", ".*", r"[a-z0-9-]+\.", r"(?:[^.]+\.)*"][..]),
        domain in select(&[r"example\.com", "example.com", "a.b.example", "localhost", ""][..]),
        pieces in vec(select(&PIECES[..]), 0..4),
        port in select(&["", ":3000", r"(:\d+)?", r":\d+", ":.*", "$"][..]),
    ) {
        let regex = format!("{scheme}{front}{domain}{}{port}", pieces.concat());
        let Ok(of_regex) = CorsLayer::builder().allow_origin_regex(&regex).build_policy() else { return Ok(()) };
        for warning in of_regex.warnings() {
            let (patterns, regex_allows, patterns_allow) = match warning {
                Warning::RegexIsPattern { patterns, regex_allows, patterns_allow, .. } => {
                    (patterns, regex_allows, patterns_allow)
                }
                Warning::OpenMatcher { origin, .. } => {
                    prop_assert!(allows(&of_regex, &origin), "{regex} {origin}");
                    continue;
                }
                other => return Err(TestCaseError::fail(other.to_string())),
            };
            let of_patterns = CorsLayer::builder().allow_origins(&patterns).build_policy();
            let of_patterns = of_patterns.unwrap();
            for origin in patterns.iter().map(|it| it.replace("*.", "b.").replace(":*", ":99")) {
                prop_assert!(allows(&of_regex, &origin), "{regex} {origin}");
            }
            if let Some(origin) = regex_allows {
                prop_assert!(allows(&of_regex, &origin), "{regex} {origin}");
                prop_assert!(!allows(&of_patterns, &origin), "{regex} {origin}");
            }
            if let Some(origin) = patterns_allow {
                prop_assert!(!allows(&of_regex, &origin), "{regex} {origin}");
                prop_assert!(allows(&of_patterns, &origin), "{regex} {origin}");
            }
        }
    }
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_str(origin).unwrap());
    policy.evaluate(&Method::GET, &headers).is_allowed()
}
