//! What is said about regexes: which patterns are the same, where these differ from the regex, and
//! which regexes no origin matches.

use corsac::{CorsLayer, Origin, Policy, ProblemKind, Warning};
use http::{HeaderMap, HeaderValue, Method};
use proptest::{collection::vec, prelude::*, sample::select, string::string_regex};
use regex::Regex;

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
                Warning::MisspelledScheme { scheme, suggestion, .. } => {
                    prop_assert!(regex.contains('h') && scheme != suggestion, "{regex} {scheme}");
                    continue;
                }
                Warning::AlternativeNeverMatches { alternative, .. } => {
                    // The flag at the start holds for it too.
                    let flag = if regex.starts_with("(?i)") { "(?i)" } else { "" };
                    prop_assert!(never_matches(&format!("{flag}{alternative}")), "{alternative}");
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

/// A byte of an origin as regexes write it: the byte, more than that, or something else.
fn piece(byte: char) -> impl Strategy<Value = String> {
    const OTHERS: [&str; 24] = [
        ".",
        ".*",
        ".+",
        r"\w",
        "[a-z]",
        "[^.]",
        "[^/]+",
        "[A-Z]",
        "[0-9]{1,3}",
        "(s|)",
        "",
        "A",
        "/",
        ":",
        "//",
        r"\.",
        " ",
        "é",
        "-",
        "(?i)",
        "([a-z]+:)?",
        ":443",
        ":80",
        "[[:alnum:]]",
    ];
    let literal = regex::escape(&byte.to_string());
    let other = select(&OTHERS[..]);
    prop_oneof![
        40 => Just(literal.clone()),
        1 => Just(format!("({literal})*")),
        1 => Just(format!("({literal}){{1,3}}")),
        1 => Just(format!("[{literal}x]")),
        1 => other.clone().prop_map({
            let literal = literal.clone();
            move |other| format!("({literal}|{other})")
        }),
        1 => other.clone().prop_map(move |other| format!("{literal}{other}")),
        1 => other.prop_map(str::to_owned),
    ]
}

/// A regex that matches an origin, or nearly.
fn near_origin() -> impl Strategy<Value = String> {
    const ORIGINS: [&str; 10] = [
        "https://a.example",
        "http://ab.c",
        "http://[::1]:30",
        "tauri://localhost",
        "https://a.b:44",
        "http://a:8080",
        "htps://a",
        "wss://a.b",
        "ftp://a",
        "x://Y",
    ];
    const ENDS: [&str; 8] = ["", "", "", "", "", "/", ":443", "(/.*)?"];
    let pieces =
        select(&ORIGINS[..]).prop_flat_map(|origin| origin.chars().map(piece).collect::<Vec<_>>());
    (select(&["", "", "", "(?i)"][..]), pieces, select(&ENDS[..]))
        .prop_map(|(flag, pieces, end)| format!("{flag}{}{end}", pieces.concat()))
}

/// One or two regexes near an origin, and texts that they match.
fn regex_and_matches() -> impl Strategy<Value = (String, Vec<String>)> {
    let regex = prop_oneof![
        3 => near_origin(),
        1 => (near_origin(), near_origin()).prop_map(|(a, b)| format!("{a}|{b}")),
    ];
    regex.prop_flat_map(|regex| {
        let matches = string_regex(&regex).unwrap();
        (Just(regex), vec(matches, 32))
    })
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn no_origin_matches_a_regex_that_is_refused((regex, matches) in regex_and_matches()) {
        let is_refused = never_matches(&regex);
        let compiled = Regex::new(&format!(r"\A(?:{regex})\z")).unwrap();
        // `.` also stands for letters that no origin has.
        let ascii = |text: &String| text.replace(|c: char| !c.is_ascii_graphic(), "a");
        let texts = matches.iter().cloned().chain(matches.iter().map(ascii));
        let others = ["https://a.example", "http://x:8080", "tauri://X"].map(str::to_owned);
        for text in texts.chain(others).filter(|text| compiled.is_match(text)) {
            let is_origin = text.parse::<Origin>().is_ok();
            prop_assert!(!(is_refused && is_origin), "{regex} matches {text}");
        }
    }

    #[test]
    fn regexes_of_no_origin_are_refused(regex in near_origin()) {
        for refused in [
            format!("({regex})/"),
            format!("https://({regex}):443"),
            format!("https://[A-Z]({regex})"),
            format!("({regex}) .*"),
            format!("wss://({regex})"),
            format!("(htps|HTTPS)://({regex})"),
        ] {
            prop_assert!(never_matches(&refused), "{refused}");
        }
    }

    #[test]
    fn suggestions_are_accepted(regex in near_origin()) {
        let Err(error) = CorsLayer::builder().allow_origin_regex(&regex).build_policy() else { return Ok(()) };
        if let Some(suggestion) = error.problems()[0].suggestion() {
            let policy = CorsLayer::builder().allow_origin_regex(suggestion).build_policy();
            prop_assert!(policy.is_ok(), "{regex}: {policy:?}");
        }
    }
}

fn never_matches(regex: &str) -> bool {
    let policy = CorsLayer::builder().allow_origin_regex(regex).build_policy();
    policy.is_err_and(|error| error.problems()[0].kind() == ProblemKind::RegexNeverMatches)
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_str(origin).unwrap());
    policy.evaluate(&Method::GET, &headers).is_allowed()
}
