//! Each kind of pattern by hand: what it matches, and what it nearly matches.

use corsac::OriginPattern;

use super::{allows, policy};

struct Case {
    pattern: &'static str,
    allowed: &'static [&'static str],
    refused: &'static [&'static str],
}

const CASES: [Case; 12] = [
    Case {
        pattern: "https://app-*-team.example.com",
        allowed: &["https://app-1-team.example.com", "https://app-a-b_-team.example.com"],
        refused: &[
            "https://app--team.example.com",
            "https://app-team.example.com",
            "https://app-a.b-team.example.com",
            "https://a.app-1-team.example.com",
            "https://app-1-team.example.com.",
            "https://app-1-team.example.com:8443",
            "http://app-1-team.example.com",
            "https://app-A-team.example.com",
            "https://app-*-team.example.com",
            "https://app-@evil.example/-team.example.com",
        ],
    },
    Case {
        pattern: "https://*--site.example.app",
        allowed: &["https://a--site.example.app", "https://deploy-preview-7--site.example.app"],
        refused: &[
            "https://--site.example.app",
            "https://a-site.example.app",
            "https://b.a--site.example.app",
        ],
    },
    Case {
        pattern: "https://*cher-kva.example.com",
        // Punycode: browsers send it.
        allowed: &["https://xn--bcher-kva.example.com", "https://archer-kva.example.com"],
        refused: &["https://cher-kva.example.com", "https://xn--cher-kva!.example.com"],
    },
    Case {
        pattern: "https://*-.example.com",
        allowed: &["https://a-.example.com"],
        // Starts like punycode, but is not.
        refused: &["https://xn--a-.example.com"],
    },
    Case {
        pattern: "https://app*.example.com",
        allowed: &["https://apps.example.com", "https://app-.example.com"],
        refused: &[
            "https://app.example.com",
            "https://ap.example.com",
            "https://app.b.example.com",
        ],
    },
    Case {
        pattern: "https://*app.example.com.",
        allowed: &["https://myapp.example.com."],
        refused: &["https://app.example.com.", "https://myapp.example.com"],
    },
    Case {
        pattern: "http://app-*.localhost:*",
        allowed: &["http://app-1.localhost", "http://app-1.localhost:3000"],
        refused: &[
            "http://app-.localhost:3000",
            "http://app-1.localhost:",
            "http://app-1.localhost:080",
            "http://app-1.localhost:80",
            "http://app-1.localhost:3000:3000",
        ],
    },
    Case {
        pattern: "https://pr-*.example.com:8443",
        allowed: &["https://pr-1.example.com:8443"],
        refused: &["https://pr-1.example.com", "https://pr-1.example.com:443"],
    },
    Case {
        pattern: "chrome-extension://*",
        allowed: &[
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "chrome-extension://a.b:81",
            "chrome-extension://UPPER",
        ],
        refused: &[
            "chrome-extension://",
            "chrome-extension://*",
            "chrome-extension://a/",
            "chrome-extension://a:99999",
            "chrome-extension://a, https://evil.example",
            "chrome-extension:a",
            "moz-extension://a",
            "xchrome-extension://a",
            "https://chrome-extension",
        ],
    },
    Case {
        pattern: "vscode-webview://*",
        allowed: &["vscode-webview://1a2b3c4d-0000-0000-0000-000000000000"],
        refused: &["vscode-webview-2://a"],
    },
    Case {
        pattern: "app://a-*.b.c",
        allowed: &["app://a-X.b.c"],
        refused: &["app://a-.b.c", "app://a-X.b.c:1"],
    },
    Case {
        pattern: "https://*.example.com",
        allowed: &["https://a.example.com", "https://a.b.example.com"],
        // The last: the punycode of a control character.
        refused: &[
            "https://example.com",
            "https://*.example.com",
            "https://.example.com",
            "https://xn--a.example.com",
        ],
    },
];

/// Alone, and in sets that are searched in other ways.
#[test]
fn each_kind_matches() {
    let others = (0..20).flat_map(|n| {
        ["a", "*.b", "c-*-d"].map(|label| format!("https://{label}.other-{n}.example"))
    });
    let others: Vec<String> = others.collect();
    let all: Vec<&str> =
        CASES.iter().map(|case| case.pattern).chain(others.iter().map(|it| &**it)).collect();
    for Case { pattern, allowed, refused } in CASES {
        let with_others: Vec<&str> = others.iter().map(|it| &**it).chain([pattern]).collect();
        for set in [vec![pattern], with_others] {
            let policy = policy(&set);
            for origin in allowed {
                assert!(allows(&policy, origin), "{pattern} {origin}");
            }
            for origin in refused {
                assert!(!allows(&policy, origin), "{pattern} {origin}");
            }
        }
        let compiled: OriginPattern = pattern.parse().unwrap();
        for origin in allowed {
            assert!(compiled.matches(&origin.parse().unwrap()), "{pattern} {origin}");
            assert!(allows(&policy(&all), origin), "{origin}");
        }
    }
}

/// The limits of a label (63 bytes) and of a host (253) hold for the origin, not for the pattern.
#[test]
fn limits() {
    let long = |length: usize| format!("https://app-{}.example.com", "a".repeat(length - 4));
    let set = policy(&["https://app-*.example.com"]);
    assert!(allows(&set, long(63)) && !allows(&set, long(64)));
    let domain = format!("{}com", "a23456789.".repeat(24));
    let host =
        |length: usize| format!("https://b-{}.{domain}", "c".repeat(length - 3 - domain.len()));
    let set = policy(&[format!("https://b-*.{domain}")]);
    assert!(allows(&set, host(253)) && !allows(&set, host(254)));
}
