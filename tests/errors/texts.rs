//! Texts that people write for origins: lists, words, wildcards, ranges, names in other scripts.

use corsac::OriginPattern;

use super::origins::assert_sentences;

const FIRST: &str = "one origin is expected; pass each one as an item of its own, \
                     \"https://a.example\" first";

#[test]
fn lists_in_one_text() {
    let lists = [
        "https://a.example,https://b.example",
        "https://a.example;https://b.example",
        "https://a.example; https://b.example",
        "https://a.example|https://b.example",
        "https://a.example\nhttps://b.example",
        "https://a.example\thttps://b.example",
        "https://a.example/;https://b.example/",
        "a.example;b.example",
        "\"https://a.example\", \"https://b.example\"",
        "[\"https://a.example\", \"https://b.example\"]",
        "['https://a.example','https://b.example']",
        "[https://a.example, https://b.example]",
        "{https://a.example,https://b.example}",
        "https://a.example,*",
    ];
    assert_sentences(&lists.map(|list| (list, FIRST)));
    // Longer than an origin can be.
    let long = vec!["https://a.example"; 50].join(", ");
    let error = long.parse::<OriginPattern>().unwrap_err();
    assert_eq!(error.suggestion(), Some("https://a.example"));
    assert!(error.to_string().ends_with(FIRST), "{error}");
    assert_sentences(&[
        (
            "[::1]:3000, a.example",
            "one origin is expected; pass each one as an item of its own, \"http://[::1]:3000\" first",
        ),
        ("*, a.example", "one origin is expected; pass each one as an item of its own"),
        // Not a list.
        ("https://a.example/b;c=d", "an origin has no path; write \"https://a.example\""),
        ("https://a.example/b|c", "an origin has no path; write \"https://a.example\""),
    ]);
}

#[test]
fn wrapped_in_something() {
    const BRACKETS: &str =
        "an origin has no brackets and no quotes around it; write \"https://a.example\"";
    assert_sentences(&[
        ("[https://a.example]", BRACKETS),
        // The pieces of a JSON array that was split at its commas.
        ("[\"https://a.example\"", BRACKETS),
        ("\"https://a.example\"]", BRACKETS),
        ("(https://a.example)", BRACKETS),
        ("{https://a.example}", BRACKETS),
        ("\"https://a.example\"", "an origin has no quotes around it; write \"https://a.example\""),
        (
            "https://a.example,",
            "an origin has no comma, semicolon or bar around it; write \"https://a.example\"",
        ),
        (
            ";https://a.example",
            "an origin has no comma, semicolon or bar around it; write \"https://a.example\"",
        ),
    ]);
}

#[test]
fn words() {
    const PLACEHOLDER: &str = "this looks like a placeholder without its value";
    const NO_SCHEME: &str = "an origin starts with its scheme and `://`";
    const ANY: &str = "this is not an origin; use `allow_any_origin()` to allow any";
    let words = ["true", "True", "false", "None", "none", "undefined", "default", "self", "1"];
    assert_sentences(&words.map(|word| (word, NO_SCHEME)));
    assert_sentences(&["all", "any", "ANY"].map(|word| (word, ANY)));
    assert_sentences(&[
        ("localhost", "an origin starts with its scheme and `://`; write \"http://localhost\""),
        (
            "intranet:8080",
            "an origin starts with its scheme and `://`; write \"https://intranet:8080\"",
        ),
    ]);
    assert_sentences(
        &[
            "https://${HOST}",
            "$(ORIGIN)",
            "https://{{ host }}",
            "https://<your-domain>",
            "https://%HOST%",
        ]
        .map(|text| (text, PLACEHOLDER)),
    );
}

#[test]
fn schemes() {
    let misspelled = |scheme: &str| format!("{scheme}://a.example:8443");
    for scheme in ["htps", "htpps", "hhtps", "httpss", "ttps", "httsp", "htttps", "hptts", "htts"] {
        let error = misspelled(scheme).parse::<OriginPattern>();
        let is_one_edit = scheme != "hptts";
        assert_eq!(error.is_err(), is_one_edit, "{scheme}");
        if let Err(error) = error {
            assert_eq!(error.suggestion(), Some("https://a.example:8443"), "{scheme}");
        }
    }
    for scheme in ["htp", "ttp", "hhtp", "htttp", "htpp", "thtp"] {
        let error = misspelled(scheme).parse::<OriginPattern>().unwrap_err();
        assert_eq!(error.suggestion(), Some("http://a.example:8443"), "{scheme}");
    }
    for scheme in ["app", "tauri", "h", "stp", "httpx", "shttp", "http+unix"] {
        assert!(misspelled(scheme).parse::<OriginPattern>().is_ok(), "{scheme}");
    }
    assert_sentences(&[
        ("HTPS://A.example", "browsers send origins in lower case; write \"https://a.example\""),
        ("htps://a.example", "the scheme is misspelled; write \"https://a.example\""),
        (
            "*://a.example",
            "`*` is not a scheme; list the origin once for each scheme; write \"https://a.example\"",
        ),
        (
            "http*://*.a.example",
            "`*` is not a scheme; list the origin once for each scheme; write \"https://*.a.example\"",
        ),
    ]);
}

#[test]
fn wildcards() {
    const RULE: &str = "`*` stands only in front of a domain (`https://*.example.com`), once in its \
                        first label (`https://app-*.example.com`), or as the port; or use ";
    const TOP_LEVEL: &str = "`*` cannot stand for a top-level domain: others may own the name under \
                             another one; list each domain";
    const OVER_TOP_LEVEL: &str =
        "this would allow everybody under a top-level domain; name the domain below it";
    let cases = [
        (
            "https://a.*.example.com",
            r#"`allow_origin_regex(r"https://a\.[a-z0-9-]+\.example\.com")` or `allow_origin_if`"#,
        ),
        (
            "https://a*b*.example.com",
            r#"`allow_origin_regex(r"https://a[a-z0-9-]+b[a-z0-9-]+\.example\.com")` or `allow_origin_if`"#,
        ),
        (
            "https://*.a-*.example.com",
            r#"`allow_origin_regex(r"https://[a-z0-9-]+\.a-[a-z0-9-]+\.example\.com")` or `allow_origin_if`"#,
        ),
        (
            "http://localhost:30*",
            r#"`allow_origin_regex(r"http://localhost:30[0-9]+")` or `allow_origin_if`"#,
        ),
        (
            "chrome-extension://a*",
            r#"`allow_origin_regex(r"chrome-extension://a[A-Za-z0-9-]+")` or `allow_origin_if`"#,
        ),
        ("https://foo*", r#"`allow_origin_regex(r"https://foo[a-z0-9-]+")` or `allow_origin_if`"#),
        ("https://a!.*.b.c", "`allow_origin_regex` or `allow_origin_if`"),
    ];
    for (value, rest) in cases {
        assert_sentences(&[(value, &format!("{RULE}{rest}"))]);
    }
    assert_sentences(&[
        ("https://example.*", TOP_LEVEL),
        ("https://example.c*", TOP_LEVEL),
        ("https://app-*.example.*", TOP_LEVEL),
        ("https://*.*.com", OVER_TOP_LEVEL),
        ("https://a.b*.com", OVER_TOP_LEVEL),
        (
            "https://A-*.example.com",
            "browsers send origins in lower case; write \"https://a-*.example.com\"",
        ),
        (
            "a-*.example.com",
            "an origin starts with its scheme and `://`; write \"https://a-*.example.com\"",
        ),
    ]);
}

#[test]
fn regexes() {
    const REGEX: &str = "this looks like a regex, which belongs in `allow_origin_regex`";
    let written = |pattern: &str| format!("{REGEX}; write {pattern:?}");
    for (regex, pattern) in [
        (r"https://.*\.example\.com", "https://*.example.com"),
        (r"^https://.+\.example\.com$", "https://*.example.com"),
        (r"^https:\/\/app\.example\.com$", "https://app.example.com"),
        ("https://.*.example.com", "https://*.example.com"),
    ] {
        assert_sentences(&[(regex, &written(pattern))]);
    }
    let others = [
        r"https://app-\d+\.example\.com",
        "https?://.*",
        "https://(a|b).example.com",
        "https://[a-z]{1,3}.example.com",
        r"https://[^.]+\.example\.com",
        "(http|https)://a.example",
        "https://(.+).example.com",
    ];
    assert_sentences(&others.map(|regex| (regex, REGEX)));
}

#[test]
fn ranges_of_addresses() {
    let sentence = |octets: &str| {
        format!(
            "a range of addresses is not a pattern; use `allow_origin_if(|origin| \
             origin.host().parse().is_ok_and(|ip: std::net::Ipv4Addr| matches!(ip.octets(), \
             {octets})))`"
        )
    };
    for (value, octets) in [
        ("192.168.0.0/16", "[192, 168, ..]"),
        ("http://192.168.0.0/16", "[192, 168, ..]"),
        ("http://192.168.*", "[192, 168, ..]"),
        ("http://192.168.*.*:3000", "[192, 168, ..]"),
        ("http://10.0.0.*:*", "[10, 0, 0, ..]"),
        ("172.16.0.0/12", "[172, 16..=31, ..]"),
    ] {
        assert_sentences(&[(value, &sentence(octets))]);
    }
    let ipv6 = "a range of addresses is not a pattern; use `allow_origin_if`";
    assert_sentences(&[("fe80::/10", ipv6), ("http://[fe80::]/10", ipv6)]);
    let origin: corsac::Origin = "http://172.20.0.1:3000".parse().unwrap();
    assert!(
        origin
            .host()
            .parse()
            .is_ok_and(|ip: std::net::Ipv4Addr| matches!(ip.octets(), [172, 16..=31, ..]))
    );
}

#[test]
fn names_in_other_scripts() {
    const ASCII: &str = "browsers send hosts in ASCII, as punycode (`xn--...`)";
    let written = |pattern: &str| format!("{ASCII}; write {pattern:?}");
    for (value, pattern) in [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example:8443", "https://xn--bcher-kva.example:8443"),
        ("https://*.пример.рф", "https://*.xn--e1afmkfd.xn--p1ai"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah"),
        ("bücher.example", "https://xn--bcher-kva.example"),
    ] {
        assert_sentences(&[(value, &written(pattern))]);
    }
    let others =
        ["https://e\u{301}.fr", "https://ａ.example", "https://💩.la", "https://bü-*.example.com"];
    for value in others {
        let sentence = format!("origin {value:?}: {ASCII}");
        assert_eq!(value.parse::<OriginPattern>().unwrap_err().to_string(), sentence);
    }
}

#[test]
fn invisible_characters() {
    let written =
        |code: &str| format!("remove the invisible character {code}; write \"https://a.example\"");
    for (value, code) in [
        ("https://a.exa\u{200b}mple", "U+200B"),
        ("\u{feff}https://a.example", "U+FEFF"),
        ("https://a.example\u{200d}", "U+200D"),
        ("https://\u{ad}a.example", "U+00AD"),
        ("https://a.example\u{202e}/", "U+202E"),
        ("https://a.example\0", "U+0000"),
        ("https://a.example\u{1b}", "U+001B"),
    ] {
        assert_sentences(&[(value, &written(code))]);
    }
}
