//! Anything may be said to a builder.

use std::time::Duration;

use corsac::{CorsBuilder, CorsLayer, OriginPattern, Problem, ProblemKind};
use proptest::prelude::*;

use crate::{cases, origins, twin};

fn text() -> impl Strategy<Value = String> {
    let known = [
        "",
        "*",
        "null",
        "GET",
        "PUT",
        "patch",
        "Query",
        "TRACE",
        "connect",
        "x-one",
        "X-One, x-two",
        "cookie",
        "Sec-Fetch-Mode",
        "set-cookie",
        "Set-Cookie2",
        "content-type",
        "authorization",
        "access-control-allow-origin",
        "origin",
        "https://a.example/",
        "a.example",
        "https://a.example:443",
        "http://a.example:443",
        "HTTPS://A.EXAMPLE",
        "http://a.example",
        "http://[0::1]",
        "wss://a.example",
        "localhost:3000",
        "https://*.com",
        "PUT\nDELETE",
        "x\u{202E}y",
    ];
    prop_oneof![
        4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        2 => origins::pattern(),
        1 => (origins::pattern(), origins::probe())
            .prop_map(|(pattern, probe)| probe.near(&[pattern])),
        1 => any::<String>(),
        1 => "[a-zA-Z\\-\\* \"\n,:/]{0,12}",
    ]
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..4)
}

#[derive(Debug, Clone)]
struct Told {
    origins: Vec<String>,
    methods: Vec<String>,
    headers: Vec<String>,
    exposed: Vec<String>,
    flags: [bool; 8],
    max_age: Option<Duration>,
}

fn told() -> impl Strategy<Value = Told> {
    let millis = prop_oneof![any::<u64>(), (0..100_000_u64).prop_map(|seconds| seconds * 1000)];
    let max_age = prop::option::of(millis.prop_map(Duration::from_millis));
    let flags = prop::array::uniform8(prop::bool::weighted(0.2));
    (texts(), texts(), texts(), texts(), flags, max_age).prop_map(
        |(origins, methods, headers, exposed, flags, max_age)| Told {
            origins,
            methods,
            headers,
            exposed,
            flags,
            max_age,
        },
    )
}

impl Told {
    fn builder(&self) -> CorsBuilder {
        let mut builder = CorsLayer::builder()
            .allow_origins(&self.origins)
            .allow_methods(&self.methods)
            .allow_headers(&self.headers)
            .expose_headers(&self.exposed)
            .allow_credentials(self.flags[0]);
        if let Some(max_age) = self.max_age {
            builder = builder.max_age(max_age);
        }
        let switches: [fn(CorsBuilder) -> CorsBuilder; 7] = [
            CorsBuilder::allow_any_origin,
            CorsBuilder::allow_any_method,
            CorsBuilder::allow_any_header,
            CorsBuilder::expose_any_header,
            CorsBuilder::dangerous_allow_any_origin_with_credentials,
            CorsBuilder::dangerous_allow_null_origin,
            CorsBuilder::dangerous_allow_insecure_origins,
        ];
        for (switch, _) in switches.iter().zip(&self.flags[1..]).filter(|(_, flag)| **flag) {
            builder = switch(builder);
        }
        builder
    }

    fn has(&self, switch: usize) -> bool {
        self.flags[switch]
    }

    /// Whether the text may be in the list of origins. A file allows any origin with `*`.
    fn is_entry(&self, origin: &str) -> bool {
        twin::is_pattern(origin) || (self.has(1) && origin == "*")
    }

    /// What the contract says of the origins.
    fn has_good_origins(&self) -> bool {
        let some = !self.origins.is_empty() || self.has(1) || self.has(5) || self.has(6);
        let credentials = self.has(0) || self.has(5);
        let is_good = |origin: &String| {
            // Any origin with credentials has plain http among them.
            let may_be_insecure = !credentials || self.has(5) || self.has(7);
            let is_secure = may_be_insecure || !twin::is_insecure(origin);
            self.is_entry(origin) && is_secure
        };
        // Any stands alone.
        let is_any = |origin: &String| self.has(1) && origin == "*";
        let is_clear = !(self.has(1) || self.has(5)) || self.origins.iter().all(is_any);
        some && is_clear && self.origins.iter().all(is_good) && !(self.has(1) && credentials)
    }
}

/// What the sentence says to write instead.
fn suggestion(sentence: &str) -> Option<&str> {
    let (_, suggestion) = sentence.rsplit_once("; write \"")?;
    suggestion.split_once('"').map(|(suggestion, _)| suggestion)
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn a_builder_builds_or_says_why_not(told in told()) {
        let built = told.builder().build();
        let Err(error) = built else { return Ok(()) };
        prop_assert!(!error.problems().is_empty());
        prop_assert_eq!(error.to_string().lines().count(), 1 + error.problems().len());
        for problem in error.problems() {
            let sentence = problem.to_string();
            prop_assert!(!sentence.is_empty());
            prop_assert!(!sentence.contains(char::is_control), "{:?}", sentence);
            if let Some(value) = problem.value() {
                let is_number = problem.kind() == ProblemKind::MaxAge;
                let value = if is_number { value.to_owned() } else { format!("{value:?}") };
                // Long ones are cut.
                let start: String = value.chars().take(300).collect();
                prop_assert!(sentence.contains(&start), "{:?} in {:?}", value, sentence);
            }
            let Some(suggestion) = suggestion(&sentence) else { continue };
            let with_origin = || CorsLayer::builder().allow_origins(["https://a.example"]);
            match problem.kind() {
                ProblemKind::InvalidOrigin => {
                    prop_assert_eq!(problem.suggestion(), Some(suggestion));
                    prop_assert!(suggestion.parse::<OriginPattern>().is_ok(), "{:?}", sentence);
                }
                ProblemKind::InsecureOrigin => {
                    let builder = CorsLayer::builder().allow_origins([suggestion]);
                    prop_assert!(builder.allow_credentials(true).build().is_ok(), "{:?}", sentence);
                }
                ProblemKind::InvalidMethod | ProblemKind::MethodCase => {
                    prop_assert!(with_origin().allow_methods([suggestion]).build().is_ok());
                }
                ProblemKind::InvalidHeader => {
                    let builder = if problem.place().starts_with("expose") {
                        with_origin().expose_headers([suggestion])
                    } else {
                        with_origin().allow_headers([suggestion])
                    };
                    prop_assert!(builder.build().is_ok(), "{:?}", sentence);
                }
                other => prop_assert!(false, "{:?} suggests {:?}", other, suggestion),
            }
        }
    }

    #[test]
    fn only_good_origins_are_built(told in told()) {
        let problems = match told.builder().build() {
            Ok(_) => Vec::new(),
            Err(error) => error.problems().to_vec(),
        };
        let is_of_origins = |problem: &Problem| match problem.kind() {
            ProblemKind::NoOrigins
            | ProblemKind::InvalidOrigin
            | ProblemKind::InsecureOrigin
            | ProblemKind::CredentialsForAnyOrigin => true,
            ProblemKind::AnyBesideList => problem.place() == "allow_origins",
            _ => false,
        };
        if told.has(1) && told.has(5) {
            return Ok(()); // both kinds of any: the contract does not say what that is
        }
        let refused: Vec<_> = problems.iter().filter(|it| is_of_origins(it)).collect();
        prop_assert_eq!(refused.is_empty(), told.has_good_origins(), "{:?}", refused);
        // One problem for each mistake: nothing is left for the next build
        let wrong = told.origins.iter().filter(|origin| !told.is_entry(origin)).count();
        let printed = refused.iter().filter(|it| matches!(it.kind(), ProblemKind::InvalidOrigin)).count();
        prop_assert_eq!(wrong, printed);
    }
}

/// Fetch, "forbidden request-header": by name, whatever the value.
const FORBIDDEN: [&str; 28] = [
    "Accept-Charset",
    "Accept-Encoding",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Connection",
    "Content-Length",
    "Cookie",
    "Cookie2",
    "Date",
    "DNT",
    "Expect",
    "Host",
    "Keep-Alive",
    "Origin",
    "Referer",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "proxy-",
    "Proxy-Authorization",
    "sec-",
    "Sec-CH-UA",
    // Only `*` alone is any
    "x-*",
    // Those of answers
    "Access-Control-Allow-Origin",
    "access-control-allow-headers",
];

/// Neither forbidden nor like it.
const USUAL: [&str; 12] = [
    "Accept",
    "Authorization",
    "Content-Type",
    "Range",
    "User-Agent",
    "X-One",
    "x-http-method",
    "x-cookie",
    "proxy",
    "section",
    "cookie3",
    "!#$%&'+-.^_`|~",
];

/// Names in any case, and whether they are good ones.
fn names(
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> impl Strategy<Value = Vec<(String, bool)>> {
    let any_case = |name: &str, cases: u64| -> String {
        let case = |(at, c): (usize, char)| match cases >> at & 1 {
            0 => c,
            _ if c.is_ascii_lowercase() => c.to_ascii_uppercase(),
            _ => c.to_ascii_lowercase(),
        };
        name.chars().enumerate().map(case).collect()
    };
    let good = prop::sample::select(good).prop_map(|name| (name, true));
    let bad = prop::sample::select(bad).prop_map(|name| (name, false));
    let name = (prop_oneof![9 => good, 1 => bad], prop_oneof![Just(0), any::<u64>()]);
    prop::collection::vec(
        name.prop_map(move |((it, good), cases)| (any_case(it, cases), good)),
        0..6,
    )
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn only_good_names_are_built(
        methods in names(
            &["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"], // normalized
            &["CONNECT", "TRACE", "TRACK", "", "*", "P(T", "PUT DELETE"],
        ),
        headers in names(&USUAL, &FORBIDDEN),
        exposed in names(
            &["Content-Type", "X-One", "ETag", "set-cookie3", "www-authenticate", "x-origin"],
            &["Set-Cookie", "set-cookie2", "", "*", "x y", "origin", "access-control-max-age"],
        ),
    ) {
        let all = [&methods, &headers, &exposed];
        let [m, h, e] = all.map(|list| list.iter().map(|(name, _)| name));
        let builder = CorsLayer::builder().allow_any_origin();
        let built = builder.allow_methods(m).allow_headers(h).expose_headers(e).build();
        let bad = all.map(|list| list.iter().filter(|(_, is_good)| !is_good).count());
        let problems = built.map_or_else(|error| error.problems().len(), |_| 0);
        prop_assert_eq!(problems, bad.iter().sum::<usize>());
    }
}
