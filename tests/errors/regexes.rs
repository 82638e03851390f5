//! Regexes that do not compile, and those that no origin can match.

use corsac::{CorsLayer, ProblemKind};

use super::problem;

#[test]
fn regexes_that_do_not_compile() {
    let cases = [
        ("(", r#"allow_origin_regexes[0] "(": unclosed group"#),
        ("a)|(b", r#"allow_origin_regexes[0] "a)|(b": unopened group"#),
        (
            "(?x)a # a comment",
            "allow_origin_regexes[0] \"(?x)a # a comment\": unclosed group; a comment at the end \
             would hide what is added here",
        ),
        (
            r"[a-z]{1000}{1000}",
            "allow_origin_regexes[0] \"[a-z]{1000}{1000}\": Compiled regex exceeds size limit of \
             10485760 bytes.",
        ),
    ];
    for (value, sentence) in cases {
        assert_eq!(problem(CorsLayer::builder().allow_origin_regex(value)), sentence);
    }
}

const NO_SCHEME: &str = "an origin starts with its scheme and `://`";
const PATH: &str = "an origin has no path";
const LOWER_CASE: &str = "browsers send origins in lower case";
const DEFAULT_PORT: &str = "browsers leave the default port out";
const BYTES: &str = "a host consists of letters, digits, `-`, `_` and `.`";
const MISSPELLED: &str = "the scheme is misspelled";
const WEB_SOCKET: &str = "the origin is the page's, which is http or https for WebSockets too";

#[track_caller]
fn assert_never_matches(regex: &str, reason: &str, suggestion: Option<&str>) {
    let error = CorsLayer::builder().allow_origin_regex(regex).build_policy().unwrap_err();
    let [problem] = error.problems() else { panic!("{error}") };
    let written = suggestion.map(|regex| format!("; write `{regex}`")).unwrap_or_default();
    assert_eq!(
        problem.to_string(),
        format!(
            "allow_origin_regexes[0] {regex:?}: it can match no origin, because {reason}{written}"
        ),
    );
    assert_eq!(problem.kind(), ProblemKind::RegexNeverMatches);
    assert_eq!(problem.value(), Some(regex));
    assert_eq!(problem.suggestion(), suggestion);
}

#[test]
fn regexes_that_no_origin_matches() {
    for (regex, reason, suggestion) in [
        (r"example\.com", NO_SCHEME, r"https://example\.com"),
        (r"^(www\.)?example\.com$", NO_SCHEME, r"^https://(www\.)?example\.com$"),
        (r"^example\.com$", NO_SCHEME, r"^https://example\.com$"),
        (r"(?i)Example\.com", NO_SCHEME, r"(?i)https://Example\.com"),
        (r"\w+\.example\.com(:\d+)?", NO_SCHEME, r"https://\w+\.example\.com(:\d+)?"),
        (r"example\.com:443/", NO_SCHEME, r"https://example\.com"),
        ("example.com/.*", NO_SCHEME, "https://example.com"),
        (r"://(.+\.)?example.com$", NO_SCHEME, r"https://(.+\.)?example.com$"),
        (r"localhost:\d+", NO_SCHEME, r"http://localhost:\d+"),
        ("app", NO_SCHEME, ""),
        ("[a-z]+", NO_SCHEME, ""),
        ("https//a", NO_SCHEME, ""),
        ("//a.example", NO_SCHEME, ""),
        (r"a\.example|b\.example", NO_SCHEME, ""),
        ("", NO_SCHEME, ""),
        ("^$", NO_SCHEME, ""),
        (r"[^\s\S]", NO_SCHEME, ""),
        ("1.*://a", NO_SCHEME, ""),
        (r"https://a\.example/", PATH, r"https://a\.example"),
        (r"https:\/\/a\.example\/$", PATH, r"https:\/\/a\.example$"),
        (r"https://[^/]+\.example\.com/", PATH, r"https://[^/]+\.example\.com"),
        (r"https://a\.example/b/c", PATH, r"https://a\.example"),
        (r"https://a\.example/.*", PATH, r"https://a\.example"),
        (r"https://a\.example(/b)+", PATH, ""),
        (r"https://a\.example\?b", PATH, ""),
        (r"https://(a|b)\.example/", PATH, ""),
        // Without its slash it would match every origin.
        (".*/", PATH, ""),
        ("https?://.*/", PATH, ""),
        (r"https://A\.example", LOWER_CASE, r"https://a\.example"),
        (r"https://[A-Z]+\.example:\d+", LOWER_CASE, r"https://[a-z]+\.example:\d+"),
        (r"https?://[A-Z]\D\.example", LOWER_CASE, ""),
        (r"HTTPS://a\.example", LOWER_CASE, r"https://a\.example"),
        (r"https://(?-i)A\.example", LOWER_CASE, ""),
        (r"https://a\.example:443", DEFAULT_PORT, r"https://a\.example"),
        (r"^http://.*\.example:80$", DEFAULT_PORT, r"^http://.*\.example$"),
        ("http://.*:80", DEFAULT_PORT, ""),
        (r"http://[a-z]\.example:80", DEFAULT_PORT, r"http://[a-z]\.example"),
        (r"https://a\.example:(443)", DEFAULT_PORT, ""),
        ("https://", "an origin has a host", ""),
        (r"https://\.example\.com", "a host has no empty labels", ""),
        (r"https://a\.example\s", BYTES, ""),
        (r".*\s.*", BYTES, ""),
        ("https://.*@.*", BYTES, ""),
        ("https://.*A", LOWER_CASE, "https://.*a"),
        (r"https://bücher\.example", BYTES, ""),
        (r"https://a\.example:0\d+", BYTES, ""),
        (r"htps?://a\.example", MISSPELLED, r"https?://a\.example"),
        (r"^(?i)htps://a\.example", MISSPELLED, ""),
        (r"(?i)^htps://a\.example", MISSPELLED, r"(?i)^https://a\.example"),
        (r"wss?://a\.example", WEB_SOCKET, r"https?://a\.example"),
        ("null", "`null` stands for every opaque origin; set `dangerous_allow_null_origin`", ""),
        (
            "file://.*",
            "in browsers, pages from files have the origin `null`; serve them over http, or set \
             `dangerous_allow_opaque_origins` for web views that send `file://`",
            "",
        ),
    ] {
        assert_never_matches(regex, reason, Some(suggestion).filter(|text| !text.is_empty()));
    }
    // A suggestion that would fill a terminal.
    let long = format!("https://{}/", "a?".repeat(200));
    let error = CorsLayer::builder().allow_origin_regex(&long).build_policy().unwrap_err();
    assert_eq!(error.problems()[0].suggestion(), None);
    // Several reasons, which alternatives can share.
    assert_never_matches(
        r"https://A\.example:443/b$",
        &format!("{PATH}, and {LOWER_CASE}, and {DEFAULT_PORT}"),
        Some(r"https://a\.example$"),
    );
    assert_never_matches(r"https://a\.example/|https://A\.example", LOWER_CASE, None);
}

#[test]
fn regexes_that_an_origin_matches() {
    for regex in [
        r"https://a\.example",
        r"^https?://(?:[a-z0-9-]+\.)*example\.com(?::\d+)?$",
        r"(?i)HTTPS://A\.EXAMPLE",
        r"(?i)^https://app\.Example\.com$",
        r".*\.example\.com",
        r"[^/]+//a",
        r"\S+",
        r"https://a\.example/?",
        r"https://a\.example(/.*)?",
        r"https://[A-z]+\.example",
        r"https://a\.example:(443|8443)",
        r"https://a\.example:4430?",
        r"http://a\.example:443",
        r"https://a\.example:80",
        r"http://\[::1\]:3000",
        r"https://127\.0\.0\.1:\d{2,5}",
        r"https://a\.example\.",
        r"https://_a\.b",
        r"chrome-extension://[A-P]{32}",
        r"moz-extension://.*",
        "tauri://localhost",
        "httpx://a",
        r"(htps|https)://a\.example",
        r"null|https://a\.example",
        r"(?-u:[a-z])+://a",
        r"(?m)^https://a\.example$",
        r"\bhttps://a\b\.example",
        r"(?x) https:// a\.example # a comment
        ",
        r"https://(?P<name>a)\.example",
        r"(?U)https://.*\.example",
        r"[[:alpha:]]+://a",
        r"\p{L}+://\p{L}+",
        "https://[^a]",
        r"(https://){1}(a|A)\.example",
        r"(h|t|p|s|:|/|a){8,}",
    ] {
        let policy = CorsLayer::builder().allow_origin_regex(regex).build_policy();
        assert!(policy.is_ok(), "{regex}: {policy:?}");
    }
}

/// The time would be out of all bounds, if it depended on these numbers.
#[test]
fn groups_and_counts_of_any_depth() {
    let nested = format!("{}a{}", "(".repeat(120), ")*".repeat(120));
    assert_never_matches(&nested, NO_SCHEME, None);
    let fixed = format!("https://{nested}");
    assert_never_matches(&format!("{fixed}/"), PATH, Some(&fixed));
    let alternatives = (0..50).fold("a".to_owned(), |inner, _| format!("(a{inner}|b)*"));
    assert_never_matches(&alternatives, NO_SCHEME, None);
    assert_never_matches("(a{100}){100}", NO_SCHEME, None);
    let policy = CorsLayer::builder().allow_origin_regex("https://(a{1,50}){1,50}").build_policy();
    assert!(policy.is_ok(), "{policy:?}");
}
