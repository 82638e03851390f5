//! From a config to a policy and back.

use std::collections::HashSet;

use corsac::{Config, CorsLayer, Enforcement, PathConfigs, Policy};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const ORIGINS: [&str; 8] = [
    "*",
    "https://a.example",
    "https://b.example:8443",
    "https://*.c.example",
    "http://localhost:*",
    "http://[::1]:3000",
    "chrome-extension://abc",
    "https://*.d.example:*",
];
const REGEXES: [&str; 3] = [r"https://a[0-9]{1,3}\.example", "https://x|https://y", "http://z"];
const METHODS: [&str; 8] = ["*", "GET", "put", "PUT", "DELETE", "PATCH", "QUERY", "x-method"];
const NAMES: [&str; 6] = ["*", "X-One", "x-one", "x-two", "Content-Type", "etag"];

const OWN_ORIGINS: [&str; 2] = ["https://own.example", "http://own.example:8080"];
const APPS: [&str; 2] = ["file://", "app://."];

fn list(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(of), 0..10)
}

/// `*` alone, if it is in the list.
fn any_or_listed(list: Vec<&'static str>) -> Vec<&'static str> {
    if list.contains(&"*") { vec!["*"] } else { list }
}

/// Fields that make a valid config.
fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let regexes = if cfg!(feature = "regex") { 0..4 } else { 0..1 };
    let regexes = prop::collection::vec(prop::sample::select(&REGEXES[..]), regexes);
    let own = prop::sample::subsequence(&OWN_ORIGINS[..], 0..=OWN_ORIGINS.len());
    let apps = prop::sample::subsequence(&APPS[..], 0..=APPS.len());
    let lists = (list(&ORIGINS), regexes, list(&METHODS), list(&NAMES), list(&NAMES), own, apps);
    let max_age = prop::option::of(0..(1_u64 << 31));
    (lists, any::<[bool; 6]>(), max_age).prop_map(|(lists, flags, max_age)| {
        let (origins, mut regexes, methods, headers, exposed, own, mut apps) = lists;
        let [credentials, rejects, any_with_credentials, opaque, insecure, forwarded] = flags;
        let mut origins = any_or_listed(origins);
        // Any stands alone.
        if any_with_credentials || origins == ["*"] {
            origins.retain(|origin| *origin == "*");
            regexes.clear();
        } else if origins.is_empty() {
            origins.push("https://a.example");
        }
        if origins == ["*"] {
            apps.clear();
        }
        let mut fields = json!({
            "allow_origins": origins,
            "allow_origin_regexes": regexes,
            "allow_methods": any_or_listed(methods),
            "allow_headers": any_or_listed(headers),
            "expose_headers": exposed,
            // Never any origin with credentials, but for the switch that allows just that.
            "allow_credentials": credentials && (any_with_credentials || origins != ["*"]),
            "enforcement": if rejects { "reject" } else { "omit-headers" },
            "own_origins": &own,
            // Named origins leave it without effect.
            "trust_forwarded_headers": forwarded && own.is_empty(),
            "dangerous_allow_any_origin_with_credentials": any_with_credentials,
            "dangerous_allow_null_origin": opaque,
            "dangerous_allow_insecure_origins": insecure,
            "dangerous_allow_opaque_origins": apps,
        });
        if rejects && opaque {
            fields["reject_status"] = 421.into();
            fields["trusted_senders"] = json!(["https://*.sender.example"]);
        }
        if forwarded {
            fields["preflight_status"] = 200.into();
        }
        if let Some(max_age) = max_age {
            fields["max_age"] = max_age.into();
        }
        let Value::Object(fields) = fields else { unreachable!() };
        fields
    })
}

fn config(fields: &Map<String, Value>) -> Config {
    serde_json::from_value(fields.clone().into()).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

/// `*` first, then the other entries in their order, each once.
fn tidied(list: &Value, key: impl Fn(&str) -> String) -> Value {
    let list = texts(list);
    let has_star = list.iter().any(|entry| entry == "*");
    let mut known = HashSet::from(["*".to_owned()]);
    let mut tidy = if has_star { vec!["*".to_owned()] } else { Vec::new() };
    tidy.extend(list.into_iter().filter(|entry| known.insert(key(entry))));
    tidy.into()
}

/// The differences that the documentation of `Policy::config` names.
fn normal(mut fields: Map<String, Value>) -> Map<String, Value> {
    for list in ["allow_origins", "allow_origin_regexes"] {
        fields[list] = tidied(&fields[list], str::to_owned);
    }
    let methods = texts(&fields["allow_methods"]);
    let upper = |method: &String| if method == "put" { "PUT".to_owned() } else { method.clone() };
    let methods: Value = methods.iter().map(upper).collect();
    fields["allow_methods"] = tidied(&methods, str::to_owned);
    for names in ["allow_headers", "expose_headers"] {
        fields[names] = tidied(&fields[names], str::to_ascii_lowercase);
    }
    fields
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn a_policy_gives_its_config_back(fields in fields()) {
        let written = config(&fields);
        let policy = written.clone().build_policy().unwrap();
        let back = policy.config().unwrap();
        prop_assert_eq!(&back, &config(&normal(fields)));

        let again = back.clone().build_policy().unwrap();
        prop_assert_eq!(again.config().unwrap(), back.clone());
        // The same in all its parts: what is sent is the same, byte for byte.
        prop_assert_eq!(format!("{again:?}"), format!("{policy:?}"));

        let text = toml::to_string(&back).unwrap();
        prop_assert_eq!(toml::from_str::<Config>(&text).unwrap(), back);
    }
}

#[test]
fn large_sets_keep_their_order() {
    let origins: Vec<String> = (0..3000_u32)
        .map(|at| match at {
            7 => "https://*.a7.example".to_owned(),
            2500 => "https://*.z.example:*".to_owned(),
            _ => format!("https://a{}.example", at.wrapping_mul(7919) % 3000),
        })
        .collect();
    let policy = CorsLayer::builder()
        .allow_origins(&origins)
        .allow_origins(&origins[..1500])
        .build_policy()
        .unwrap();
    let back = policy.config().unwrap();
    let expected = json!({ "allow_origins": origins });
    assert!(serde_json::to_value(&back).unwrap() == expected);
    assert!(back.clone().build_policy().unwrap().config().unwrap() == back);
}

#[test]
fn code_is_no_data() {
    let with_code = CorsLayer::builder().allow_origin_if(|_| true);
    assert_eq!(with_code.build_policy().unwrap().config(), None);
    assert_eq!(Policy::deny_all(Enforcement::Reject).config(), None);
}

#[test]
fn the_presets_are_data() {
    for layer in [CorsLayer::permissive(), CorsLayer::localhost()] {
        let policy = layer.policy().unwrap();
        let again = policy.config().unwrap().build_policy().unwrap();
        assert_eq!(format!("{again:?}"), format!("{policy:?}"));
    }
}

#[test]
fn paths() {
    let text = "[\"/\"]\nallow_origins = [\"*\"]\n\n[\"/a\"]\nallow_origins = [\"https://a.b\"]\n";
    let paths: PathConfigs = toml::from_str(text).unwrap();
    assert_eq!(toml::to_string(&paths).unwrap(), text);
}
