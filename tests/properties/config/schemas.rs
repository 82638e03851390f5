//! The schemas and the code are of one mind about what a config looks like.

use corsac::{Config, PathConfigs};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const POLICY: &str = include_str!("../../../src/config/schema/policy.json");
const PATHS: &str = include_str!("../../../src/config/schema/paths.json");

/// As far as these schemas use the language; a keyword that is not known here is a panic.
fn is_valid(value: &Value, schema: &Value, root: &Value) -> bool {
    let Value::Object(keywords) = schema else { return schema.as_bool().unwrap() };
    let each = |list: &Value| list.as_array().unwrap().clone();
    keywords.iter().all(|(keyword, it)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" | "default" => true,
        "$ref" => {
            let pointer = it.as_str().and_then(|it| it.strip_prefix('#')).unwrap();
            is_valid(value, root.pointer(pointer).unwrap(), root)
        }
        "anyOf" => each(it).iter().any(|schema| is_valid(value, schema, root)),
        "oneOf" => each(it).iter().filter(|schema| is_valid(value, schema, root)).count() == 1,
        "const" => value == it,
        "enum" => each(it).contains(value),
        "type" => match it.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            other => panic!("{other} is new"),
        },
        "minimum" => value.as_i64().is_none_or(|number| number >= it.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|number| number <= it.as_i64().unwrap()),
        "items" => value.as_array().is_none_or(|all| all.iter().all(|of| is_valid(of, it, root))),
        "properties" => value.as_object().is_none_or(|object| {
            let known = object.iter().filter_map(|(name, value)| Some((value, it.get(name)?)));
            known.into_iter().all(|(value, schema)| is_valid(value, schema, root))
        }),
        "additionalProperties" => value.as_object().is_none_or(|object| {
            let is_known =
                |name: &str| keywords.get("properties").is_some_and(|it| it.get(name).is_some());
            let mut others = object.iter().filter(|(name, _)| !is_known(name));
            others.all(|(_, value)| is_valid(value, it, root))
        }),
        other => panic!("{other} is new"),
    })
}

fn accepts(schema: &str, value: &Value) -> bool {
    let schema: Value = serde_json::from_str(schema).unwrap();
    is_valid(value, &schema, &schema)
}

#[test]
fn samples() {
    let file: Value = toml::from_str(include_str!("files/all.toml")).unwrap();
    assert!(accepts(POLICY, &file));
    let file: Value = serde_norway::from_str(include_str!("files/all.yaml")).unwrap();
    assert!(accepts(POLICY, &file));
    let file: Value = serde_json::from_str(include_str!("files/all.json")).unwrap();
    assert!(accepts(POLICY, &file));
    let file: Value = toml::from_str(include_str!("../../../examples/config.toml")).unwrap();
    assert!(accepts(PATHS, &file) && !accepts(POLICY, &file));
    let file: PathConfigs = serde_json::from_value(file).unwrap();
    file.build().unwrap();

    for wrong in [
        json!({ "allow_orgins": [] }),
        json!({ "allow_origins": 5 }),
        json!({ "allow_origins": [5] }),
        json!({ "max_age": "10m" }),
        json!({ "max_age": -1 }),
        json!({ "max_age": 2_147_483_648_u64 }),
        json!({ "enforcement": "Reject" }),
        json!({ "reject_status": 302 }),
        json!({ "reject_status": "" }),
        json!([]),
    ] {
        assert!(!accepts(POLICY, &wrong), "{wrong}");
        assert!(!accepts(PATHS, &json!({ "/": wrong })), "{wrong}");
    }
}

/// Editors show the descriptions.
#[test]
fn each_field_is_described() {
    let schema: Value = serde_json::from_str(POLICY).unwrap();
    for (field, schema) in schema["properties"].as_object().unwrap() {
        assert!(schema["description"].as_str().is_some_and(|it| it.ends_with('.')), "{field}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(600),
        json!(""),
        json!("a, b"),
        json!("reject"),
        json!("omit-headers"),
        json!({}),
    ])];
    prop_oneof![3 => leaf.clone(), 1 => prop::collection::vec(leaf, 0..3).prop_map(Value::from)]
}

fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let schema: Value = serde_json::from_str(POLICY).unwrap();
    let mut names: Vec<String> =
        schema["properties"].as_object().unwrap().keys().cloned().collect();
    names.push("allow_origin".to_owned());
    let fields = prop::collection::btree_map(prop::sample::select(names), value(), 0..3);
    fields.prop_map(|fields| fields.into_iter().collect())
}

/// The schema checks the range of a status, which reading leaves to the build.
fn has_status(fields: &Map<String, Value>) -> bool {
    fields.keys().any(|name| name.ends_with("_status"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    #[test]
    fn the_schema_accepts_what_is_read(fields in fields()) {
        prop_assume!(!has_status(&fields));
        let value = Value::from(fields);
        let read = serde_json::from_value::<Config>(value.clone());
        prop_assert_eq!(accepts(POLICY, &value), read.is_ok(), "{} {:?}", value, read);
        let in_paths = json!({ "/a": value });
        prop_assert_eq!(accepts(PATHS, &in_paths), read.is_ok());
    }
}
