//! Which policy a path gets, and that no spelling of a path gets a better one.

use std::sync::Arc;

use corsac::{PathConfigs, PathPolicies, Policy, Problem, ProblemKind};
use http::{HeaderMap, HeaderValue, Method, Request, header::ORIGIN};
use proptest::prelude::*;

const MANY: &str = r#"
    ["/"]
    allow_origins = ["https://root.example"]
    ["/public/"]
    allow_origins = ["*"]
    ["/public/drafts"]
    allow_origins = ["https://drafts.example"]
    ["/admin"]
    allow_origins = ["https://admin.example"]
    enforcement = "reject"
"#;

fn policies(toml: &str) -> PathPolicies {
    toml::from_str::<PathConfigs>(toml).unwrap().build().unwrap()
}

fn allows(policy: &Policy, origin: &'static str) -> bool {
    let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
    policy.evaluate(&Method::GET, &headers).is_allowed()
}

/// Which of the policies of `MANY`.
fn kind(policy: Option<&Arc<Policy>>) -> &'static str {
    let Some(policy) = policy else { return "none" };
    if allows(policy, "https://any.example") {
        return "public";
    }
    let names = ["root", "drafts", "admin"];
    let origins = ["https://root.example", "https://drafts.example", "https://admin.example"];
    let found = names.iter().zip(origins).find(|(_, origin)| allows(policy, origin));
    found.map_or("closed", |(name, _)| name)
}

fn kind_of(policies: &PathPolicies, path: &str) -> &'static str {
    kind(policies.get(path).as_ref())
}

#[test]
fn the_longest_prefix_wins() {
    let policies = policies(MANY);
    for (path, expected) in [
        ("/", "root"),
        ("/a", "root"),
        ("/publicity", "root"),
        ("/public-", "root"),
        ("/publi", "root"),
        ("/p", "root"),
        ("/a/public/b", "root"),
        ("/public", "public"),
        ("/public/", "public"),
        ("/public/a/b", "public"),
        ("/public/draftsman", "public"),
        ("/public/drafts", "drafts"),
        ("/public/drafts/1", "drafts"),
        ("/admin", "admin"),
        ("/admin/users", "admin"),
        ("/administrators", "root"),
        // Encoded, and the same to every server.
        ("/public/caf%C3%A9/my%20file.tar.gz", "public"),
        ("/public/a:b@c,d=e+f!$&'()*", "public"),
        ("/public/.well-known", "public"),
        ("/public/...a", "public"),
    ] {
        assert_eq!(kind_of(&policies, path), expected, "{path}");
    }
}

#[test]
fn hostile_paths() {
    let policies = policies(MANY);
    for path in [
        "/public/../admin",
        "/public/..",
        "/public/.",
        "/public/./../admin",
        "/public/%2e%2e/admin",
        "/public/%2E%2e/admin",
        "/public/.%2E/admin",
        "/public/%2e/a",
        "/public/..%2fadmin",
        "/public/..%2Fadmin",
        "/public%2F..%2fadmin",
        "/public/a%2Fb",
        "/public/..%5cadmin",
        "/public/..%5Cadmin",
        "/public\\..\\admin",
        "/public/..\\admin",
        "/public/%252e%252e/admin",
        "/public/%25%32%65",
        "/public/..;/admin",
        "/public/..;a=b/admin",
        "/public/a;b",
        "/public/a%3Bb",
        "/admin;x",
        "//admin",
        "//",
        "/public//../admin",
        "/public//",
        "///",
        "/%61dmin",
        "/adm%69n/users",
        "/%41DMIN",
        "/ADMIN",
        "/Admin/users",
        "/PUBLIC/a",
        "/public/Drafts/1",
        "/admin.",
        "/admin../x",
        "/public/...",
        "/admin%20",
        "/%20admin",
        "/admin%00",
        "/public/%0a",
        "/public/%7f",
        "/public/%c0%ae%c0%ae/admin",
        "/public/%e0%80%ae/admin",
        "/public/%ff",
        "/public/%",
        "/public/%2",
        "/public/%zz",
        "/public/%u002e%u002e/admin",
        "/public/a?b",
        "/public/a%3f/../b",
        "/public/a#b",
        "/public/a%23b",
        "/public/a b",
        "/public/café",
        "/public/a\tb",
        "/public/a\0b",
        "",
        "*",
        "public",
        "http://a.example/public",
        "\\public",
        "%2Fpublic",
    ] {
        assert_eq!(kind_of(&policies, path), "closed", "{path:?}");
        let policy = policies.get(path).unwrap();
        let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://any.b"))]);
        // One of the policies rejects, so what might be its path is rejected.
        assert_eq!(
            policy.evaluate(&Method::GET, &headers).status(),
            Some(http::StatusCode::FORBIDDEN)
        );
    }
}

#[test]
fn nothing_is_rejected_where_no_policy_does() {
    let policies = policies("['/a']\nallow_origins = '*'\n['/b']\nallow_origins = 'https://b.b'");
    let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://any.b"))]);
    let closed = policies.get("/a/../b").unwrap();
    assert!(!closed.evaluate(&Method::GET, &headers).is_allowed());
    assert_eq!(closed.evaluate(&Method::GET, &headers).status(), None);
    let decision = closed.evaluate(&Method::GET, &headers);
    let sentence = decision.to_string();
    let why = " is not allowed: the path can be read in more than one way; write it plainly";
    assert!(sentence.starts_with("origin \"") && sentence.ends_with(why), "{sentence}");
    assert_eq!(decision.denial().unwrap().remedy(), None);
}

#[test]
fn one_policy_for_everything_has_nothing_to_mix_up() {
    let policies = policies("['/']\nallow_origins = ['https://root.example']");
    for path in ["/", "/a", "/a/../b", "/%2e%2e", "//", "*", ""] {
        assert_eq!(kind_of(&policies, path), "root", "{path}");
    }
}

#[test]
fn no_prefix_no_cors() {
    let policies = policies("['/public/']\nallow_origins = '*'");
    for path in ["/", "/admin", "/publicity"] {
        assert_eq!(kind_of(&policies, path), "none", "{path}");
    }
    assert_eq!(kind_of(&policies, "/public"), "public");
    // It may be public, and it may not be.
    for path in ["/public/../admin", "/Public"] {
        assert_eq!(kind_of(&policies, path), "closed", "{path}");
    }
}

#[test]
fn of_a_request() {
    let policies = policies(MANY);
    for (uri, expected) in [
        ("https://api.example.com/public/a?x=/../admin", "public"),
        ("/public/a?b", "public"),
        ("https://api.example.com", "root"),
        ("/public/..%2fadmin", "closed"),
        ("*", "closed"),
    ] {
        for method in [Method::GET, Method::OPTIONS] {
            let request = Request::builder().method(method).uri(uri).body(()).unwrap();
            let (parts, ()) = request.into_parts();
            assert_eq!(kind(policies.policy(&parts).as_ref()), expected, "{uri}");
        }
    }
}

#[test]
fn long_paths_are_read_once() {
    let policies = policies(MANY);
    assert_eq!(kind_of(&policies, &"/a".repeat(1 << 20)), "root");
    assert_eq!(kind_of(&policies, &format!("/public{}", "/a".repeat(1 << 20))), "public");
}

#[test]
fn wrong_prefixes() {
    let byte = "a path prefix consists of letters, digits, `-`, `_`, `.` and `~` between slashes, \
                without parameters; take a shorter one";
    let segment = "a path prefix has no empty segments, and none that ends in a dot; write it as \
                   servers see it";
    for (prefix, sentence) in [
        ("public", "a path prefix starts with a slash; write \"/public\""),
        ("", "a path prefix starts with a slash; write \"/\""),
        (
            "https://a.example/",
            "a path prefix starts with a slash, and has no host and no query; write \"/\" for all \
             paths",
        ),
        ("/a//b", segment),
        ("//", segment),
        ("/a/../b", segment),
        ("/.", segment),
        ("/a./b", segment),
        ("/caf%C3%A9", byte),
        ("/café", byte),
        ("/a/*", byte),
        ("/users/{id}", byte),
        ("/:id", byte),
        ("/a b", byte),
    ] {
        let text = serde_json::json!({ prefix: { "allow_origins": "*" } }).to_string();
        let error = serde_json::from_str::<PathConfigs>(&text).unwrap().build().unwrap_err();
        let [problem] = error.problems() else { panic!("{error}") };
        assert_eq!(problem.to_string(), format!("{prefix:?}: {sentence}"));
        assert_eq!(problem.place(), format!("{prefix:?}"));
        assert_eq!((problem.kind(), problem.value()), (ProblemKind::PathPrefix, None));
    }
}

#[test]
fn all_that_is_wrong() {
    let text = r#"{
        "/a": { "allow_origins": "*" },
        "/A/": { "allow_origins": ["*", "a.example"], "max_age": 9000000000 },
        "/a/": {}
    }"#;
    let error = serde_json::from_str::<PathConfigs>(text).unwrap().build().unwrap_err();
    let problems: Vec<_> = error.problems().iter().map(Problem::to_string).collect();
    assert_eq!(
        problems,
        [
            "\"/A/\".allow_origins[1] \"a.example\": an origin starts with its scheme and `://`; \
             write \"https://a.example\"",
            "\"/A/\".allow_origins: `allow_any_origin()` (`*` in a file) leaves the list without effect; \
             remove one of the two",
            "\"/A/\".max_age 9000000000s: longer than browsers can read; they honour at most 86400 \
             s",
            "\"/a\": the same paths as \"/A/\"; leave one of the two out",
            "\"/a/\": the same paths as \"/A/\"; leave one of the two out",
            "\"/a/\".allow_origins: no origin is allowed; list the origins you trust, or allow any",
        ]
    );
    let error = PathConfigs::default().build().unwrap_err();
    assert_eq!(error.problems()[0].to_string(), "no path has a policy; write one for \"/\"");

    let twice = r#"{ "/a": { "allow_origins": "*" }, "/a": { "allow_origins": "null" } }"#;
    let error = serde_json::from_str::<PathConfigs>(twice).unwrap_err().to_string();
    let sentence = "the path prefix \"/a\" is there twice; leave one of the two out";
    assert!(error.starts_with(sentence), "{error}");
    for text in ["{ \"/\": 5 }", "[]", r#"{ "/": { "allow_orgins": "*" } }"#] {
        assert!(serde_json::from_str::<PathConfigs>(text).is_err(), "{text}");
    }
}

/// What a server makes of a path that decodes, resolves and merges all that it can, in any case.
fn read_by_the_laxest_server(path: &str) -> String {
    let mut bytes = path.as_bytes().to_vec();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(at) = text.find('%').filter(|_| bytes.contains(&b'%')) else { break };
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let Some(byte) = hex else { break };
        bytes = [&text.as_bytes()[..at], &[byte], &text.as_bytes()[at + 3..]].concat();
    }
    let text = String::from_utf8_lossy(&bytes).replace('\\', "/").to_ascii_lowercase();
    let mut resolved: Vec<&str> = Vec::new();
    for segment in text.split('/') {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(resolved.pop()),
            segment => resolved.push(segment.trim_end_matches(['.', ' ']).trim_start_matches(' ')),
        }
    }
    format!("/{}", resolved.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn no_spelling_of_a_path_is_better_than_the_path(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "/", "/", "/", "public", "admin", "drafts", "ADMIN", "a", ".", "..", "%2e", "%2F", "%5c",
            "\\", ";", "%61dmin", "%25", "2e", "%20", "é", "%C3%A9",
        ]), 0..9),
    ) {
        let policies = policies(MANY);
        let path = format!("/{}", pieces.concat());
        let here = kind_of(&policies, &path);
        let read = read_by_the_laxest_server(&path);
        let there = match read.split('/').skip(1).collect::<Vec<_>>()[..] {
            ["public", "drafts", ..] => "drafts",
            ["public", ..] => "public",
            ["admin", ..] => "admin",
            _ => "root",
        };
        prop_assert!(here == there || here == "closed", "{path}: {here}, and there {there}");
    }
}
