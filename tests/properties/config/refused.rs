//! Every sentence about a bad config, word for word.

use corsac::{Config, Problem, ProblemKind};

use crate::json;

/// Of text that is no config. The place in the text, which each format adds, is cut off.
fn unread(text: &str) -> String {
    let error = serde_json::from_str::<Config>(text).unwrap_err().to_string();
    error.split(" at line ").next().unwrap().to_owned()
}

/// Of a config that is no policy.
fn problems(text: &str) -> Vec<String> {
    let error = json(text).build().unwrap_err();
    error.problems().iter().map(Problem::to_string).collect()
}

#[test]
fn fields() {
    let expected = unread(r#"{ "allow_orgins": [] }"#);
    assert!(
        expected.starts_with("unknown field `allow_orgins`, expected one of `allow_origins`, "),
        "{expected}"
    );
    for (text, sentence) in [
        (
            r#"{ "allow_origins": 5 }"#,
            "invalid type: integer `5`, expected `allow_origins` to be a list, or one text with commas",
        ),
        (
            r#"{ "allow_methods": ["PUT", 5] }"#,
            "invalid type: integer `5`, expected `allow_methods[1]` to be text",
        ),
        (
            r#"{ "allow_headers": null }"#,
            "invalid type: null, expected `allow_headers` to be a list, or one text with commas",
        ),
        (
            r#"{ "allow_origin_regexes": 5 }"#,
            "invalid type: integer `5`, expected `allow_origin_regexes` to be a list, or one regex",
        ),
        (
            r#"{ "allow_origins": "https://a.example,, https://b.example" }"#,
            "allow_origins[1] is empty in \"https://a.example,, https://b.example\"; \
             leave out the comma that is too many",
        ),
        (
            r#"{ "expose_headers": "x-id," }"#,
            "expose_headers[1] is empty in \"x-id,\"; leave out the comma that is too many",
        ),
        (r#"{ "allow_credentials": "yes" }"#, "allow_credentials \"yes\": write `true` or `false`"),
        (
            r#"{ "allow_credentials": 1 }"#,
            "invalid type: integer `1`, expected `allow_credentials` to be true or false",
        ),
        (
            r#"{ "max_age": "10m" }"#,
            "max_age \"10m\": a whole number of seconds is expected; write 600",
        ),
        (
            r#"{ "max_age": "2 hours" }"#,
            "max_age \"2 hours\": a whole number of seconds is expected; write 7200",
        ),
        (
            r#"{ "max_age": "soon" }"#,
            "max_age \"soon\": a whole number of seconds is expected, such as 600",
        ),
        (
            r#"{ "max_age": 1.5 }"#,
            "max_age 1.5: a whole number of seconds is expected, such as 600",
        ),
        (r#"{ "max_age": -1 }"#, "max_age -1: a whole number of seconds is expected; write 0"),
        (
            r#"{ "max_age": true }"#,
            "invalid type: boolean `true`, expected `max_age` to be a whole number of seconds",
        ),
        (
            r#"{ "enforcement": "Reject" }"#,
            "unknown variant `Reject`, expected `omit-headers` or `reject`",
        ),
        (
            r#"{ "reject_status": "forbidden" }"#,
            "reject_status \"forbidden\": a status is expected, such as 403",
        ),
        (
            r#"{ "reject_status": 70000 }"#,
            "reject_status \"70000\": a status is expected, such as 403",
        ),
        (r#"{ "max_age": 1, "max_age": 2 }"#, "duplicate field `max_age`"),
    ] {
        assert_eq!(unread(text), sentence);
    }
}

#[test]
fn the_format_says_where() {
    let text = "allow_origins = ['https://a.example']\nmax_age = '10m'";
    assert_eq!(
        toml::from_str::<Config>(text).unwrap_err().to_string(),
        "TOML parse error at line 2, column 11
  |
2 | max_age = '10m'
  |           ^^^^^
max_age \"10m\": a whole number of seconds is expected; write 600
",
    );
    let text = "allow_origins:\n  - https://a.example\nallow_credentials: yes";
    assert_eq!(
        serde_norway::from_str::<Config>(text).unwrap_err().to_string(),
        "allow_credentials: allow_credentials \"yes\": write `true` or `false` at line 3 column 20",
    );
    for text in ["allow_origins:", "allow_origins: *", "allow_methods: [PUT,, GET]"] {
        assert!(serde_norway::from_str::<Config>(text).is_err(), "{text}");
    }
}

#[test]
fn policies() {
    for (text, sentences) in [
        (
            "{}",
            &["allow_origins: no origin is allowed; list the origins you trust, or allow any"][..],
        ),
        (
            r#"{ "allow_origins": ["https://c.example", "*", "https://c.example", "https://a/"] }"#,
            &[
                "allow_origins[3] \"https://a/\": an origin has no path; write \"https://a\"",
                "allow_origins: `allow_any_origin()` (`*` in a file) leaves the list without effect; \
                 remove one of the two",
            ],
        ),
        (
            r#"{ "allow_origins": ["*", "*", "null", "*", "b.example", "b.example"] }"#,
            &[
                "allow_origins[2] \"null\": `null` stands for every opaque origin; set \
                 `dangerous_allow_null_origin`",
                "allow_origins[4] \"b.example\": an origin starts with its scheme and `://`; write \
                 \"https://b.example\"",
                "allow_origins[5] \"b.example\": an origin starts with its scheme and `://`; write \
                 \"https://b.example\"",
                "allow_origins: `allow_any_origin()` (`*` in a file) leaves the list without effect; \
                 remove one of the two",
            ],
        ),
        (
            r#"{ "allow_origins": "*", "reject_status": 403 }"#,
            &[
                "reject_status 403: nothing is rejected; set `enforcement` to reject, or leave it out",
            ],
        ),
        (
            r#"{ "allow_origins": ["http://a.example"], "allow_credentials": true }"#,
            &["allow_origins[0] \"http://a.example\": credentials would travel over plain http; \
               write \"https://a.example\", or set `dangerous_allow_insecure_origins`"],
        ),
        (
            r#"{ "allow_origins": "*", "allow_credentials": true }"#,
            &["allow_credentials: credentials cannot be allowed for any origin; list the origins \
               you trust"],
        ),
        (
            r#"{ "allow_origins": "*", "allow_methods": ["PUT, DELETE", "*", "patch", "TRACE"] }"#,
            &[
                "allow_methods[0] \"PUT, DELETE\": one method is expected; pass each one as an item \
                 of its own, \"PUT\" first",
                "allow_methods[2] \"patch\": methods are case-sensitive, and browsers do not change \
                 this one; write \"PATCH\"",
                "allow_methods[3] \"TRACE\": browsers never send it for a page; leave it out",
            ],
        ),
        (
            r#"{
                "allow_origins": "*",
                "allow_headers": ["x-one", "cookie", "x one", "vary", "access-control-max-age"],
                "expose_headers": ["*", "set-cookie", "", "origin"]
            }"#,
            &[
                "allow_headers[1] \"cookie\": browsers set it themselves and never ask for it; \
                 leave it out",
                "allow_headers[2] \"x one\": one name is expected; pass each one as an item of its \
                 own, \"x\" first",
                "allow_headers[4] \"access-control-max-age\": only servers send it; leave it out",
                "expose_headers[1] \"set-cookie\": no page may ever read it; leave it out",
                "expose_headers[2] \"\": a name consists of letters, digits and !#$%&'*+-.^_`|~",
                "expose_headers[3] \"origin\": no response that a page reads carries it; leave it \
                 out",
            ],
        ),
        (
            r#"{ "allow_origins": "*", "max_age": 3000000000 }"#,
            &["max_age 3000000000s: longer than browsers can read; they honour at most 86400 s"],
        ),
    ] {
        assert_eq!(problems(text), sentences, "{text}");
    }
}

#[test]
fn regexes() {
    let text = r#"{ "allow_origin_regexes": ["https://a\\.example", "https://(", "https://("] }"#;
    let found = problems(text);
    if cfg!(feature = "regex") {
        let sentence = "\"https://(\": unclosed group";
        assert_eq!(found, [1, 2].map(|at| format!("allow_origin_regexes[{at}] {sentence}")));
    } else {
        let sentence = "allow_origin_regexes: regexes are not built in; enable the feature `regex` \
                        of corsac, or write patterns";
        assert_eq!(found, [sentence]);
        let error = corsac::CorsBuilder::from(json(text)).build().unwrap_err();
        let [problem] = error.problems() else { panic!("{error}") };
        assert_eq!(problem.kind(), ProblemKind::RegexFeature);
    }
}

#[test]
fn the_error_has_its_parts() {
    let error = json(r#"{ "allow_origins": ["https://a/"] }"#).build_policy().unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid CORS policy (1 problem):\n  - allow_origins[0] \"https://a/\": an origin has no \
         path; write \"https://a\"",
    );
    assert_eq!(format!("{error:?}"), error.to_string());
    let [problem] = error.problems() else { panic!("{error}") };
    assert_eq!(problem.place(), "allow_origins[0]");
    assert_eq!(problem.kind(), ProblemKind::InvalidOrigin);
    assert_eq!((problem.value(), problem.suggestion()), (Some("https://a/"), Some("https://a")));
}
