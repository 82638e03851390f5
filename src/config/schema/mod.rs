//! Tests that the JSON Schemas in this folder match the code.

use std::{env, fs, path::Path};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Config, PathConfigs};

pub(super) fn list(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "anyOf": [{ "type": "array", "items": { "type": "string" } }, { "type": "string" }],
    })
}

pub(super) fn max_age(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 0, "maximum": (1_u32 << 31) - 1 })
}

pub(super) fn reject_status(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 400, "maximum": 599 })
}

pub(super) fn preflight_status(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 200, "maximum": 299 })
}

#[expect(clippy::unwrap_used, reason = "a test")]
fn is_up_to_date<T: JsonSchema>(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/schema").join(name);
    let schema = SchemaGenerator::default().into_root_schema_for::<T>();
    let schema = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, schema).unwrap();
    } else {
        let found = fs::read_to_string(&path).unwrap_or_default().replace('\r', "");
        assert!(
            found == schema,
            "src/config/schema/{name} is out of date; write it anew with \
             `UPDATE_SCHEMA=1 cargo test --features serde --lib schema`, and commit it"
        );
    }
}

#[test]
fn of_a_policy() {
    is_up_to_date::<Config>("policy.json");
}

#[test]
fn of_paths() {
    is_up_to_date::<PathConfigs>("paths.json");
}
