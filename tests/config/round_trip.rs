//! From a config to a policy and back.

use std::collections::HashSet;

use corsac::{Config, CorsLayer, PathConfigs};
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
const REGEXES: [&str; 3] = [r"https://a[0-9]{1,3}\.example", "https://x|https://y", ""];
const METHODS: [&str; 8] = ["*", "GET", "put", "PUT", "DELETE", "PATCH", "QUERY", "x-method"];
const NAMES: [&str; 6] = ["*", "X-One", "x-one", "x-two", "Content-Type", "etag"];

fn list(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(of), 0..10)
}

/// Fields that make a valid config.
fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let max_age = prop::option::of(0..(1_u64 << 31));
    let regexes = if cfg!(feature = "regex") { 0..4 } else { 0..1 };
    let regexes = prop::collection::vec(prop::sample::select(&REGEXES[..]), regexes);
    let lists = (list(&ORIGINS), regexes, list(&METHODS), list(&NAMES), list(&NAMES));
    (lists, any::<[bool; 5]>(), max_age).prop_map(|(lists, flags, max_age)| {
        let (mut origins, regexes, methods, headers, exposed) = lists;
        let [credentials, rejects, any_with_credentials, opaque, insecure] = flags;
        if origins.is_empty() {
            origins.push("https://a.example");
        }
        // Never any origin with credentials, but for the switch that allows just that.
        let credentials = credentials && (any_with_credentials || !origins.contains(&"*"));
        let mut fields = json!({
            "allow_origins": origins,
            "allow_origin_regexes": regexes,
            "allow_methods": methods,
            "allow_headers": headers,
            "expose_headers": exposed,
            "allow_credentials": credentials,
            "enforcement": if rejects { "reject" } else { "omit-headers" },
            "dangerous_allow_any_origin_with_credentials": any_with_credentials,
            "dangerous_allow_null_origin": opaque,
            "dangerous_allow_insecure_origins": insecure,
        });
        if rejects && opaque {
            fields["reject_status"] = 421.into();
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

/// `*` first, then what is left of the entries, each once.
fn tidied(list: &Value, key: impl Fn(&str) -> String, is_covered: impl Fn(&str) -> bool) -> Value {
    let list = texts(list);
    let has_star = list.iter().any(|entry| entry == "*");
    let mut known = HashSet::from(["*".to_owned()]);
    let mut tidy = if has_star { vec!["*".to_owned()] } else { Vec::new() };
    for entry in list {
        if known.insert(key(&entry)) && !(has_star && is_covered(&entry)) {
            tidy.push(entry);
        }
    }
    tidy.into()
}

/// What the documentation of `Policy::config` says.
fn normal(mut fields: Map<String, Value>) -> Map<String, Value> {
    let is_any = texts(&fields["allow_origins"]).iter().any(|origin| origin == "*");
    let is_constant = is_any && fields["dangerous_allow_any_origin_with_credentials"] == false;
    fields["allow_origins"] = tidied(&fields["allow_origins"], str::to_owned, |_| is_constant);
    fields["allow_origin_regexes"] = if is_constant {
        json!([])
    } else {
        tidied(&fields["allow_origin_regexes"], str::to_owned, |_| false)
    };
    let methods = texts(&fields["allow_methods"]);
    let upper = |method: &String| if method == "put" { "PUT".to_owned() } else { method.clone() };
    let methods: Value = methods.iter().map(upper).collect();
    let is_usual = |method: &str| {
        ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"].contains(&method)
    };
    fields["allow_methods"] = tidied(&methods, str::to_owned, is_usual);
    for names in ["allow_headers", "expose_headers"] {
        fields[names] = tidied(&fields[names], str::to_ascii_lowercase, |_| false);
    }
    fields
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn a_policy_gives_its_config_back(fields in fields()) {
        let written = config(&fields);
        let has_repeats = ["allow_origins", "allow_origin_regexes"].into_iter().any(|list| {
            let mut known = HashSet::new();
            texts(&fields[list]).into_iter().any(|entry| entry != "*" && !known.insert(entry))
        });
        let policy = written.clone().build_policy().unwrap();
        let back = policy.config().unwrap();
        prop_assert_eq!(&back, &config(&normal(fields)));

        let again = back.clone().build_policy().unwrap();
        prop_assert_eq!(again.config().unwrap(), back.clone());
        // The same in all its parts: what is sent is the same, byte for byte.
        if !has_repeats {
            prop_assert_eq!(format!("{again:?}"), format!("{policy:?}"));
        }

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
    // Nobody asks the predicate here.
    let any = CorsLayer::builder().allow_origin_if(|_| true).allow_any_origin();
    let config = any.build_policy().unwrap().config().unwrap();
    assert_eq!(serde_json::to_value(config).unwrap(), json!({ "allow_origins": ["*"] }));
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
