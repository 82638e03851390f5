//! The formats for machines: their shape, and what they contain, word for word.

use std::{fs, path::Path};

use serde_json::Value;
use snapbox::{
    Data, IntoData as _, assert_data_eq,
    cmd::{Command, cargo_bin},
    file,
};

/// Runs `corsac` in a folder of `tests/cmd`, and returns the exit code and the output.
fn corsac(folder: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(cargo_bin!("corsac"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd").join(folder))
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("NO_COLOR")
        .args(arguments)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[track_caller]
fn assert_is(text: String, expected: Data) {
    assert_data_eq!(text.into_data().raw(), expected.raw());
}

#[test]
fn json() {
    let (code, text) = corsac("check.in", &["check", "risky.yaml", "--format", "json"]);
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["counts"]["warning"], 3);
    let place = &document["findings"][0]["place"];
    let risky = fs::read_to_string("tests/cmd/check.in/risky.yaml").unwrap();
    let at = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
    // Lines start at 1.
    let line = risky.lines().nth(at("line") - 1).unwrap();
    assert_eq!(&line[at("column") - 1..at("end_column") - 1], "https://*.github.io");
    assert_eq!(&risky[at("byte_start")..at("byte_end")], "https://*.github.io");
    assert_is(text, file!["formats/check.json"]);
}

#[test]
fn json_of_an_explanation() {
    let arguments =
        ["explain", "cors.toml", "--origin", "https://app.example.com", "--method", "DELETE"];
    let (code, text) = corsac("explain.in", &[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(code, Some(1));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["exchanges"][0]["kind"], "preflight");
    // The edit is one that a program can make.
    let edit = &document["findings"][0]["edit"];
    let mut cors = fs::read_to_string("tests/cmd/explain.in/cors.toml").unwrap();
    let byte = usize::try_from(edit["byte"].as_u64().unwrap()).unwrap();
    cors.insert_str(byte, edit["insert"].as_str().unwrap());
    assert!(cors.contains("allow_methods = [\"PUT\", \"DELETE\"]\n"), "{cors}");
    assert_is(text, file!["formats/explain.json"]);
}

#[test]
fn json_of_a_change() {
    let (code, text) = corsac("diff.in", &["diff", "new.toml", "old.toml", "--format", "json"]);
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["changes"]["gains"], Value::Array(Vec::new()));
    assert_is(text, file!["formats/diff.json"]);
}

/// SARIF 2.1.0, as far as code scanning asks for it.
#[test]
fn sarif() {
    let (code, text) = corsac("check.in", &["check", "wrong.toml", "--format", "sarif"]);
    assert_eq!(code, Some(1));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "corsac");
    let rules: Vec<&str> = driver["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()));
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "wrong.toml");
        let region = &place["region"];
        assert!(
            region["startLine"].as_u64() >= Some(1) && region["startColumn"].as_u64() >= Some(1)
        );
        assert!(region["endLine"].as_u64() >= region["startLine"].as_u64());
    }
    assert_is(text, file!["formats/check.sarif"]);
}

#[test]
fn junit() {
    let (code, text) = corsac("check.in", &["check", "wrong.toml", "--format", "junit"]);
    assert_eq!(code, Some(1));
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "));
    assert_eq!(text.matches("<testcase ").count(), 1);
    assert_eq!(text.matches("<failure ").count(), 1);
    assert_is(text, file!["formats/check.junit.xml"]);
    let (_, passed) = corsac("check.in", &["check", "service/corsac.toml", "--format", "junit"]);
    assert!(passed.contains("tests=\"1\" failures=\"0\""), "{passed}");
}

/// No format changes the exit code.
#[test]
fn exit_codes() {
    for format in ["text", "json", "github", "sarif", "junit"] {
        let check = |arguments: &[&str]| {
            corsac("check.in", &[&["check", "--format", format], arguments].concat()).0
        };
        assert_eq!(check(&["service/corsac.toml"]), Some(0), "{format}");
        assert_eq!(check(&["risky.yaml"]), Some(0), "{format}");
        assert_eq!(check(&["risky.yaml", "--fail-on", "warning"]), Some(1), "{format}");
        assert_eq!(check(&["wrong.toml"]), Some(1), "{format}");
        assert_eq!(check(&["wrong.toml", "--fail-on", "never"]), Some(0), "{format}");
        assert_eq!(check(&["syntax.toml"]), Some(2), "{format}");
        assert_eq!(check(&["missing.toml"]), Some(2), "{format}");
    }
}

#[test]
fn colors() {
    let colored = |folder: &str, arguments: &[&str]| {
        corsac(folder, &[arguments, &["--color", "always"]].concat()).1
    };
    assert_data_eq!(colored("check.in", &["check", "wrong.toml"]), file!["formats/check.term.svg"]);
    let origin = ["--origin", "https://app.example.com:8443"];
    assert_data_eq!(
        colored("explain.in", &[&["explain", "cors.toml"], &origin[..]].concat()),
        file!["formats/explain.term.svg"]
    );
    assert_data_eq!(
        colored("diff.in", &["diff", "old.toml", "paths.yaml"]),
        file!["formats/diff.term.svg"]
    );
    assert_data_eq!(
        colored("within.in", &["check", "cors.yaml", "--within", "ceiling.toml"]),
        file!["formats/within.term.svg"]
    );
    assert_data_eq!(
        colored("export.in", &["export", "code.toml", "haproxy"]),
        file!["formats/export.term.svg"]
    );
    // Never in a format for machines, and not in a pipe.
    assert!(!corsac("check.in", &["check", "wrong.toml"]).1.contains('\u{1b}'));
}

/// The reports above have the form that the schema describes, and no field that it does not describe.
#[test]
fn the_schema_of_reports() {
    let schema: Value = serde_json::from_str(&corsac("check.in", &["schema", "report"]).1).unwrap();
    for name in ["check", "explain", "diff"] {
        let text = fs::read_to_string(format!("tests/formats/{name}.json")).unwrap();
        follow(&schema, &schema, &serde_json::from_str(&text).unwrap(), name);
    }
}

/// The part of JSON Schema that the schema of reports uses.
fn follow(root: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return follow(root, root.pointer(&reference[1..]).unwrap(), value, place);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        assert_eq!(any[1]["type"], "null");
        let schema = &any[usize::from(value.is_null())];
        return follow(root, schema, value, place);
    }
    if let Some(expected) = schema.get("const") {
        assert_eq!(value, expected, "{place}");
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{place}: {value}");
    }
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = &schema["type"];
    let is_type =
        types == found || types.as_array().is_some_and(|types| types.contains(&found.into()));
    assert!(types.is_null() || is_type, "{place}: {value}");
    for entry in value.as_array().into_iter().flatten() {
        follow(root, &schema["items"], entry, place);
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let is_missing = value.is_object() && value.get(name.as_str().unwrap()).is_none();
        assert!(!is_missing, "{place} has no {name}");
    }
    for (name, entry) in value.as_object().into_iter().flatten() {
        let described = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
        assert!(described.is_object(), "{place}.{name} is not in the schema");
        follow(root, described, entry, &format!("{place}.{name}"));
    }
}
