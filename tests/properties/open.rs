//! No policy is open by accident: not in code, not in a file, not from the environment. Settings whose
//! names start with `dangerous_` are left out here.

use std::sync::Arc;

use corsac::{CorsBuilder, CorsLayer, Enforcement, Policy};
use http::{HeaderMap, HeaderValue, Request, header, request::Parts};
use proptest::prelude::*;

use crate::{
    cases,
    traffic::{answer, inner},
};

/// Settings that any of the three sources can express.
#[derive(Debug, Clone)]
struct Settings {
    origins: Vec<&'static str>,
    regex: Option<&'static str>,
    predicate: Option<Predicate>,
    methods: Vec<&'static str>,
    headers: Vec<&'static str>,
    exposed: Vec<&'static str>,
    any: [bool; 4],
    credentials: bool,
    rejects: bool,
    own_origins: Vec<&'static str>,
    trusted_senders: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy)]
enum Predicate {
    All,
    Https,
    Own,
}

const ORIGINS: [&str; 12] = [
    "https://app.example.com",
    "https://*.example.com",
    "https://app-*-team.example.com",
    "http://localhost:*",
    "chrome-extension://*",
    "http://plain.example",
    "*",
    "https://*",
    "https://*.com",
    "null",
    "file://",
    "https://a.example, https://b.example",
];

const REGEXES: [&str; 6] = [
    ".*",
    "https?://.*",
    r"https://[a-z0-9.]+",
    r"https://([a-z]+\.)?example\.com",
    r"https://.*|x",
    "https://a",
];

const NAMES: [&str; 9] =
    ["PUT", "x-id", "content-type", "PATCH", "authorization", "*", "x-*", "**", "set-cookie"];

/// A few entries, nearly all of them from the `good` first ones.
fn some(all: &'static [&'static str], good: usize) -> impl Strategy<Value = Vec<&'static str>> {
    let entry = prop_oneof![
        19 => prop::sample::select(&all[..good]),
        1 => prop::sample::select(all),
    ];
    prop::collection::vec(entry, 0..3)
}

fn settings() -> impl Strategy<Value = Settings> {
    let predicate = prop::sample::select(&[Predicate::All, Predicate::Https, Predicate::Own][..]);
    let matchers = (
        prop::option::weighted(0.2, prop::sample::select(&REGEXES[..])),
        prop::option::weighted(0.2, predicate),
    );
    let lists = (some(&ORIGINS, 5), some(&NAMES, 5), some(&NAMES, 5), some(&NAMES, 5));
    let switches = prop::array::uniform4(prop::bool::weighted(0.2));
    let guard = (any::<bool>(), some(&ORIGINS, 1), some(&ORIGINS, 3));
    (lists, matchers, switches, any::<bool>(), guard).prop_map(
        |(
            (origins, methods, headers, exposed),
            (regex, predicate),
            any,
            credentials,
            (rejects, own_origins, trusted_senders),
        )| {
            Settings {
                origins,
                regex,
                predicate,
                methods,
                headers,
                exposed,
                any,
                credentials,
                rejects,
                own_origins,
                // Only a policy that rejects may have them.
                trusted_senders: if rejects { trusted_senders } else { Vec::new() },
            }
        },
    )
}

impl Settings {
    fn in_code(&self) -> CorsBuilder {
        let mut builder = CorsLayer::builder()
            .allow_origins(&self.origins)
            .allow_methods(&self.methods)
            .allow_headers(&self.headers)
            .expose_headers(&self.exposed)
            .own_origins(&self.own_origins)
            .trusted_senders(&self.trusted_senders)
            .allow_credentials(self.credentials);
        if let Some(regex) = self.regex {
            builder = builder.allow_origin_regex(regex);
        }
        let setters: [fn(CorsBuilder) -> CorsBuilder; 4] = [
            CorsBuilder::allow_any_origin,
            CorsBuilder::allow_any_method,
            CorsBuilder::allow_any_header,
            CorsBuilder::expose_any_header,
        ];
        for (setter, _) in setters.iter().zip(self.any).filter(|(_, is_on)| *is_on) {
            builder = setter(builder);
        }
        self.with_code(builder)
    }

    /// The predicate, and the enforcement, which a test of files leaves to code.
    fn with_code(&self, builder: CorsBuilder) -> CorsBuilder {
        let builder = match self.predicate {
            Some(Predicate::All) => builder.allow_origin_if(|_| true),
            Some(Predicate::Https) => builder.allow_origin_if(|origin| origin.scheme() == "https"),
            Some(Predicate::Own) => {
                builder.allow_origin_if(|origin| origin.host().ends_with(".example.com"))
            }
            None => builder,
        };
        if self.rejects { builder.enforcement(Enforcement::Reject) } else { builder }
    }

    /// As a file has it, or as the environment has it: each list is one text.
    #[cfg(feature = "serde")]
    fn in_data(&self, is_text: bool) -> Option<CorsBuilder> {
        let list = |any: bool, entries: &[&str]| -> serde_json::Value {
            let star = any.then_some("*").into_iter();
            let entries: Vec<_> = star.chain(entries.iter().copied()).collect();
            if is_text { entries.join(",").into() } else { serde_json::json!(entries) }
        };
        let flag = |flag: bool| -> serde_json::Value {
            if is_text { flag.to_string().into() } else { flag.into() }
        };
        let [origin, method, header, exposed]: [bool; 4] = self.any;
        let data: serde_json::Value = serde_json::json!({
            "allow_origins": list(origin, &self.origins),
            "allow_origin_regexes": self.regex.into_iter().collect::<Vec<_>>(),
            "allow_methods": list(method, &self.methods),
            "allow_headers": list(header, &self.headers),
            "expose_headers": list(exposed, &self.exposed),
            "own_origins": list(false, &self.own_origins),
            "trusted_senders": list(false, &self.trusted_senders),
            "allow_credentials": flag(self.credentials),
        });
        let config: corsac::Config = serde_json::from_value(data).ok()?;
        Some(self.with_code(config.into()))
    }

    /// The policies that build, from each source.
    fn policies(&self) -> Vec<Policy> {
        #[cfg_attr(not(feature = "serde"), expect(unused_mut))]
        let mut builders = vec![self.in_code()];
        #[cfg(feature = "serde")]
        builders.extend([false, true].into_iter().filter_map(|is_text| self.in_data(is_text)));
        builders.into_iter().filter_map(|builder| builder.build_policy().ok()).collect()
    }

    /// A file allows any with `*`.
    fn has_any_origin(&self) -> bool {
        self.any[0] || self.origins.contains(&"*")
    }
}

/// An origin that no setting names.
fn stranger() -> impl Strategy<Value = String> {
    const HOSTS: [&str; 3] =
        ["[a-z]{12}\\.invalid", "[a-z]{12}\\.example\\.org", "evil-[a-z]{8}example\\.com"];
    let host = prop::sample::select(&HOSTS[..]).prop_flat_map(|pattern| {
        prop::string::string_regex(pattern).expect("the patterns are constants")
    });
    let port = prop::sample::select(&["", ":8443", ":3000"][..]);
    let scheme = prop::sample::select(&["https", "http"][..]);
    (scheme, host, port).prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"))
}

fn request(origin: &str, headers: &[(&'static str, &str)]) -> Request<()> {
    let request = Request::post("/account").header("host", "own.example").header("origin", origin);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(()).expect("names and values are constants")
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn no_stranger_reads_with_credentials(settings in settings(), stranger in stranger()) {
        for policy in settings.policies() {
            let verdict = policy.check(&stranger);
            let headers = verdict.headers();
            prop_assert!(!headers.contains_key("access-control-allow-credentials"), "{:?}", verdict);
            // Only who allows any origin, in so many words or in code, is read by strangers.
            let is_code = settings.predicate.is_some() || settings.regex.is_some();
            if !settings.has_any_origin() && !is_code {
                prop_assert!(!verdict.is_allowed(), "{:?}", verdict);
            }
        }
    }

    #[test]
    fn any_stands_alone(settings in settings()) {
        for policy in settings.policies() {
            let names = |list: &[&str]| list.iter().filter(|name| **name != "*").count();
            let lists = [
                names(&settings.origins)
                    + usize::from(settings.regex.is_some())
                    + usize::from(settings.predicate.is_some()),
                names(&settings.methods),
                names(&settings.headers),
            ];
            let stars = [&settings.origins, &settings.methods, &settings.headers];
            for ((any, star), listed) in settings.any.into_iter().zip(stars).zip(lists) {
                let is_any = any || star.contains(&"*");
                prop_assert!(!is_any || listed == 0, "{:?} builds from {:?}", policy, settings);
            }
        }
    }

    #[test]
    fn no_name_with_a_star_is_sent(settings in settings()) {
        for policy in settings.policies() {
            let verdict = policy.check_preflight("https://app.example.com", "PUT", ["x-id"]);
            for headers in [verdict.headers(), policy.check("https://app.example.com").headers()] {
                for (name, value) in headers {
                    let value = value.to_str().expect("all values are text");
                    let may_be_star = value == "*"
                        && ["access-control-allow-origin", "access-control-expose-headers"]
                            .contains(&name.as_str());
                    prop_assert!(may_be_star || !value.contains('*'), "{}: {}", name, value);
                }
            }
        }
    }

    #[test]
    fn a_choice_by_origin_is_never_cached_for_others(
        first in settings(),
        second in settings(),
        stranger in stranger(),
        inner in inner(),
    ) {
        let pick = |settings: &Settings| settings.policies().into_iter().next().map(Arc::new);
        let (first, second) = (pick(&first), pick(&second));
        let layer = CorsLayer::per_request(move |parts: &Parts| {
            let is_partner = parts.headers.get("origin").is_some_and(|it| it == "https://app.example.com");
            if is_partner { first.clone() } else { second.clone() }
        });
        for request in [
            request("https://app.example.com", &[]),
            request(&stranger, &[]),
            Request::get("/").body(()).expect("a constant"),
        ] {
            let (response, _) = answer(&layer, request, &inner);
            prop_assert!(varies_on_origin(response.headers()), "{:?}", response.headers());
        }
    }

    #[test]
    fn no_stranger_passes_the_guard(
        settings in settings(),
        stranger in stranger(),
        inner in inner(),
        is_websocket in any::<bool>(),
    ) {
        let host = stranger.split_once("://").expect("strangers have a scheme").1;
        let forwarded = format!("for=_a;host=\"{host}\";proto=http");
        let (_, port) = host.split_once(':').unwrap_or((host, "80"));
        // A remembered preflight lets a page send these.
        let mut headers =
            vec![("x-forwarded-host", host), ("forwarded", &forwarded), ("x-forwarded-port", port)];
        if is_websocket {
            headers.extend([("upgrade", "websocket"), ("sec-websocket-key", "AAAA")]);
        }
        for policy in settings.policies() {
            if !settings.rejects || policy.check(&stranger).is_allowed() {
                continue;
            }
            let (response, is_called) = answer(&CorsLayer::new(policy), request(&stranger, &headers), &inner);
            prop_assert!(!is_called, "{:?}", response.headers());
        }
    }

    #[test]
    fn an_http_page_is_not_an_https_service_s_own(settings in settings(), inner in inner()) {
        for policy in settings.policies() {
            let origin = "http://own.example";
            if !settings.rejects || policy.check(origin).is_allowed() {
                continue;
            }
            for headers in [("x-forwarded-proto", "https"), ("forwarded", "proto=https;host=own.example")] {
                let layer = CorsLayer::new(policy.clone());
                let (_, is_called) = answer(&layer, request(origin, &[headers]), &inner);
                prop_assert!(!is_called);
            }
        }
    }
}

/// RFC 9110, 12.5.5: `*` covers every name.
fn varies_on_origin(headers: &HeaderMap) -> bool {
    let names = headers.get_all(header::VARY).iter().map(HeaderValue::as_bytes);
    names.flat_map(|line| line.split(|byte| *byte == b',')).any(|name| {
        let name = name.trim_ascii();
        name.eq_ignore_ascii_case(b"origin") || name == b"*"
    })
}

#[test]
fn the_samples_build_often_enough() {
    use proptest::{strategy::ValueTree as _, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let built: Vec<_> = (0..512)
        .map(|_| settings().new_tree(&mut runner).expect("the strategy rejects nothing").current())
        .map(|settings| (settings.credentials, settings.rejects, settings.policies().len()))
        .collect();
    let count = |of: fn(&(bool, bool, usize)) -> bool| built.iter().filter(|it| of(it)).count();
    assert!(count(|(credentials, _, policies)| *credentials && *policies > 0) > 20, "{built:?}");
    assert!(count(|(_, rejects, policies)| *rejects && *policies > 0) > 20, "{built:?}");
}
