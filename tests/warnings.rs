//! What is legal and unwise, word for word.

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer, Warning};

const APP: &str = "https://app.example.com";

#[track_caller]
fn warns(builder: CorsBuilder) -> Vec<String> {
    builder.build_policy().unwrap().warnings().iter().map(ToString::to_string).collect()
}

fn app() -> CorsBuilder {
    CorsLayer::builder().allow_origins([APP])
}

#[test]
fn nothing_to_say() {
    for preset in [CorsLayer::permissive(), CorsLayer::localhost()] {
        assert_eq!(preset.policy().unwrap().warnings(), []);
    }
    let readme = CorsLayer::builder()
        .allow_origins([APP, "https://*.example.com"])
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["authorization", "content-type"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600));
    assert_eq!(warns(readme), [""; 0]);
    // Written for readers.
    assert_eq!(warns(app().allow_methods(["GET", "HEAD", "POST", "options", "PATCH"])), [""; 0]);
    // Without permission only with some values.
    let safelisted = ["accept", "accept-language", "content-language", "content-type", "range"];
    assert_eq!(warns(app().allow_headers(safelisted)), [""; 0]);
    assert_eq!(warns(app().max_age(Duration::from_secs(7200))), [""; 0]);
    assert_eq!(warns(app().dangerous_allow_null_origin()), [""; 0]);
}

#[test]
fn max_age() {
    assert_eq!(
        warns(app().max_age(Duration::from_secs(7201))),
        [
            "max age 7201 s: Chromium forgets after 7200 s, and no browser notices a change before it \
          asks again; write 7200 s"
        ],
    );
}

#[test]
fn methods() {
    assert_eq!(
        warns(app().allow_methods(["purge", "put", "REPORT"])),
        ["method \"purge\": methods are case-sensitive, and browsers send this one as the page \
          writes it; write \"PURGE\" here and in the page, if the service has it so"],
    );
    // Somebody knows.
    assert_eq!(warns(app().allow_methods(["purge", "PURGE"])), [""; 0]);
}

#[test]
fn predicates_that_allow_every_page() {
    let by_port = CorsLayer::builder().allow_origin_if(|origin| origin.port() == Some(3000));
    let by_host = CorsLayer::builder().allow_origin_if(|origin| origin.host() == "a.example");
    assert_is_open(&warns(by_port)[0], "allow_origin_if");
    assert_eq!(warns(by_host), [""; 0]);
}

/// The made-up origin differs each time.
#[track_caller]
fn assert_is_open(warning: &str, place: &str) {
    let start = format!("{place}: it allows made-up origins such as \"");
    let after = warning.strip_prefix(&start).and_then(|rest| rest.split_once('"'));
    let (_, advice) = after.unwrap_or_else(|| panic!("{warning}"));
    assert_eq!(
        advice,
        ", so every page can read this service; name your own domains, or use `allow_any_origin()`",
    );
}

#[test]
fn exposed_headers() {
    assert_eq!(
        warns(app().expose_headers(["X-Id", "Content-Type", "pragma"])),
        [
            "exposed header \"content-type\": every page can read it anyway; leave it out",
            "exposed header \"pragma\": every page can read it anyway; leave it out",
        ],
    );
}

#[test]
fn origins_keep_their_order() {
    let ports = (0..1500).map(|at| 3000 + at * 7919 % 1500);
    let origins: Vec<String> = ports.map(|port| format!("http://localhost:{port}")).collect();
    let warnings = app().allow_origins(&origins).build_policy().unwrap().warnings();
    let [Warning::LoopbackOrigins { values, .. }] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(*values == origins);
}

#[test]
fn loopback_beside_public_origins() {
    assert_eq!(
        warns(app().allow_origins(["http://localhost:3000"])),
        ["origin \"http://localhost:3000\": any program on a user's machine can serve a page \
          there, which then calls this service; leave it to the policy for development"],
    );
    assert_eq!(
        warns(app().allow_origins(["http://[::1]:*", "http://127.0.0.1"]).allow_credentials(true)),
        ["origins \"http://[::1]:*\", \"http://127.0.0.1\": any program on a user's machine can \
          serve a page there, which then calls this service for that user; leave it to the policy \
          for development"],
    );
    let development = [
        "http://localhost:*",
        "http://192.168.0.7:3000",
        "http://printer.local",
        "http://app.test",
        "http://*.localhost",
        "http://nas",
        "http://10.0.0.1",
    ];
    assert_eq!(warns(CorsLayer::builder().allow_origins(development)), [""; 0]);
    // Apps that are made of web pages.
    let apps = ["https://localhost", "tauri://localhost", "capacitor://localhost"];
    assert_eq!(warns(app().allow_origins(apps)), [""; 0]);
}

#[test]
fn long_lists_are_looked_at_as_a_whole() {
    let many = (0..5000).map(|n| format!("https://app-{n}.example.com"));
    let local = (0..10).map(|n| format!("http://localhost:{}", 3000 + n));
    let policy = || CorsLayer::builder().allow_origins(many.clone().chain(local.clone()));
    let warnings = warns(policy());
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].starts_with("origins \"http://localhost:3000\", \"http://localhost:3001\", ")
    );
    assert!(warnings[0].contains("\"http://localhost:3007\" and more: any program"));
    assert_eq!(warnings, warns(policy()));
}

#[test]
fn origins_first_then_methods_headers_max_age() {
    let builder = app()
        .max_age(Duration::from_secs(9000))
        .expose_headers(["expires"])
        .allow_methods(["purge"])
        .allow_origins(["http://localhost"]);
    let starts: Vec<_> =
        warns(builder).iter().map(|it| it.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(starts, ["origin", "method", "exposed", "max"]);
}

#[cfg(feature = "public-suffix")]
#[test]
fn wildcards_over_what_is_everybodys() {
    let over = |pattern: &str| warns(CorsLayer::builder().allow_origins([pattern]));
    assert_eq!(
        over("https://*.github.io"),
        [
            "origin \"https://*.github.io\": any person can register a name under \"github.io\", and could \
          read what this service answers; list the ones that are yours"
        ],
    );
    assert_eq!(
        warns(CorsLayer::builder().allow_origins(["https://*.co.uk:8443"]).allow_credentials(true)),
        [
            "origin \"https://*.co.uk:8443\": any person can register a name under \"co.uk\", and could act \
          for your users here and read the answers; list the ones that are yours"
        ],
    );
    // A wildcard of the list, a domain in punycode, a trailing dot.
    for everybodys in
        ["https://*.compute.amazonaws.com", "https://*.xn--55qx5d.cn", "https://*.vercel.app."]
    {
        assert_eq!(over(everybodys).len(), 1, "{everybodys}");
    }
    for ones_own in [
        "https://*.example.com",
        "https://*.me.github.io",
        "https://me.github.io",
        "http://*.localhost",
        "https://*.example.internal",
        "https://*.corp.test",
    ] {
        assert_eq!(over(ones_own), [""; 0], "{ones_own}");
    }
}

#[cfg(not(feature = "public-suffix"))]
#[test]
fn wildcards_over_what_is_everybodys_need_a_list() {
    assert_eq!(warns(CorsLayer::builder().allow_origins(["https://*.github.io"])), [""; 0]);
}

#[cfg(feature = "regex")]
mod regex {
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
            [
                "origin regex \"https://[^.]+\\\\.example\\\\.com\": patterns leave less to get wrong; \
              write `.allow_origins([\"https://*.example.com\"])` if \"https://a.b.example.com\" may \
              call too"
            ],
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
            (
                "https://app.example.com",
                "https://appxexample.com",
                r#"["https://app.example.com"]"#,
            ),
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
            [
                "origin regex \"https?://app\\\\.example\\\\.com\": patterns leave less to get wrong; \
              write `.allow_origins([\"https://app.example.com\"])`"
            ],
        );
    }
}
