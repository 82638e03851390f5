//! Files are read as the usual parsers read them, and their values are found again.

use std::fmt::Debug;

use corsac::{Config, PathConfigs};
use serde::de::DeserializeOwned;

use super::{Node, Syntax, tree::Value};

fn read<T: DeserializeOwned>(syntax: Syntax, text: &str) -> Result<T, String> {
    let tree = syntax.parse(text).map_err(|error| error.to_string())?;
    T::deserialize(&tree).map_err(|error| error.to_string())
}

#[track_caller]
fn compare<T, E>(syntax: Syntax, text: &str, usual: Result<T, E>)
where
    T: DeserializeOwned + PartialEq + Debug,
    E: Debug,
{
    match (read::<T>(syntax, text), usual) {
        (Ok(read), Ok(usual)) => assert_eq!(read, usual, "{text}"),
        (Err(_), Err(_)) => {}
        (read, usual) => panic!("{text}\n{read:?}\n{usual:?}"),
    }
}

#[test]
fn toml() {
    for text in [
        "",
        "allow_origins = ['https://a.example', \"https://b.example\"] # a comment\nmax_age = 6_00",
        "allow_origins = '''https://a.example'''",
        "max_age = 0x10",
        "max_age = 99999999999999999999999",
        "max_age = 1.5",
        "max_age = -1",
        "max_age = 1979-05-27",
        "allow_credentials = true\nallow_credentials = true",
        "allow_credentials = 1",
        "enforcement = 'reject'\nreject_status = 404",
        "enforcement = 'Reject'",
        "enforcement = 1",
        "allow_origins = [1]",
        "allow_origins = {}",
        "allow_orgins = []",
        "allow_origins = [",
        "\"allow_origins\" = [\r\n'https://a.example',\r\n]\r\n",
        "allow_origins = \"\\u00e9\"",
        "= 1",
        "[allow_origins]",
    ] {
        compare::<Config, _>(Syntax::Toml, text, ::toml::from_str(text));
    }
    for text in [
        "['/']\nallow_origins = '*'\n['/b']\nmax_age = 1",
        "'/'.allow_origins = '*'\n'/'.max_age = 1",
        "'/' = { allow_origins = ['*'] }",
        "['/']\n['/']",
        "max_age = 1\n['/']",
        "[['/']]",
    ] {
        compare::<PathConfigs, _>(Syntax::Toml, text, ::toml::from_str(text));
    }
}

#[test]
fn json() {
    for text in [
        "{}",
        r#" { "allow_origins": ["https://a.example"], "max_age": 6e2, "allow_credentials": true } "#,
        r#"{"max_age": 600, "enforcement": "reject"}"#,
        r#"{"max_age": null}"#,
        r#"{"max_age": 18446744073709551616}"#,
        r#"{"allow_origins": "https:\/\/\u0061.example"}"#,
        r#"{"allow_origins": ["\ud83d\ude00"]}"#,
        r#"{"\u0061llow_origins": ["https://a.example"]}"#,
        r#"{"max_age": 1, "max_age": 2}"#,
        r#"{"allow_origins": ["a",]}"#,
        r"{'max_age': 1}",
        r#"{"max_age": 1} // a comment"#,
        r#"{"max_age": 01}"#,
        r#"{"enforcement": null}"#,
        r#"{"enforcement": {}}"#,
        r#"{"enforcement": "reject" }"#,
        "null",
        "\"{\"",
        "",
        "{",
    ] {
        compare::<Config, _>(Syntax::Json, text, serde_json::from_str(text));
    }
    // serde_json reads it as a policy of defaults.
    assert!(read::<Config>(Syntax::Json, "[]").is_err());
    let deep = format!("{{\"max_age\": {}", "[".repeat(100_000));
    assert!(read::<Config>(Syntax::Json, &deep).is_err());
    for text in [r#"{"/": {"allow_origins": "*"}, "/b": {}}"#, r#"{"/": {}, "/": {}}"#, "{}"] {
        compare::<PathConfigs, _>(Syntax::Json, text, serde_json::from_str(text));
    }
}

#[test]
fn yaml() {
    for text in [
        "{}",
        "---\nallow_origins:\n- https://a.example\n- 'https://b.example'\nmax_age: 600\n...\n",
        "allow_origins: https://a.example, https://b.example # a comment",
        "allow_origins: [\"https://a.example\", https://b.example]\r\nmax_age: 1\r\n",
        "allow_origins: >-\n  https://a.example,\n  https://b.example\n",
        "allow_origins: &list [https://a.example]\ntrusted_senders: *list",
        "allow_credentials: yes",
        "allow_credentials: True",
        "allow_credentials: 'true'",
        "max_age: 0x10",
        "max_age: 0o17",
        "max_age: '600'",
        "max_age: 1.5",
        "max_age: 1e3",
        "max_age: -1",
        "max_age: ~",
        "allow_origins:",
        "allow_origins: [1]",
        "allow_origins: [null]",
        "enforcement: reject",
        "enforcement: 'reject'",
        "enforcement: Reject",
        "enforcement: [reject]",
        "max_age: 1\nmax_age: 2",
        "allow_origins: [a",
        "allow_origins: *unknown",
        "a: b: c",
        "max_age: 1\n---\nmax_age: 2",
        "- max_age",
        "600",
        "? max_age\n: 1",
        "\"max_\\u0061ge\": 1",
        "1: 2",
    ] {
        compare::<Config, _>(Syntax::Yaml, text, serde_norway::from_str(text));
    }
    for text in [
        "/:\n  allow_origins: '*'\n/b:\n  max_age: 1",
        "/: &base\n  allow_origins: '*'\n/b: *base",
        "/: {}\n/: {}",
        "/: {}\n'/': {}",
    ] {
        compare::<PathConfigs, _>(Syntax::Yaml, text, serde_norway::from_str(text));
    }
    let many = |from: &str, to: &str| {
        format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 20].join(","))
    };
    let names: Vec<String> = (0..10).map(|at| format!("x{at}")).collect();
    let bomb: String = names.windows(2).map(|pair| many(&pair[0], &pair[1])).collect();
    assert!(read::<Config>(Syntax::Yaml, &format!("x0: &x0 a\n{bomb}")).is_err());
    assert!(read::<Config>(Syntax::Yaml, &"[".repeat(1000)).is_err());
}

/// The text of each value is in its span.
#[test]
fn spans() {
    let cases = [
        (Syntax::Toml, "# é\n\"x\" = [ 'A', \"B\" ]\ny = 'C'\n[z]\nx = 'A'"),
        (
            Syntax::Json,
            "{\"é\": 1,\r\n \"x\" : [\"A\", \"B\"], \"y\":\"C\",\n\"z\": {\"x\": \"A\"}}",
        ),
        (Syntax::Yaml, "# é\nx:\n  - A\n  - 'B'\ny: \"C\" # c\nz:\n  x: A\n\n"),
        (Syntax::Yaml, "é: 1\r\nx: [A, 'B']\r\ny: C\r\nz: {x: A}\r\n"),
        (Syntax::Yaml, "x: ['A', \"B\"] # c\ny: 'C' # c\nz:\n  x: 'A' # c\n"),
        (Syntax::Yaml, "--- # 🦊\nx:\n- A\n- B\ny: C\nz: {x: A}\n"),
    ];
    for (syntax, text) in cases {
        let tree = syntax.parse(text).unwrap();
        let at = |place: &str| text[tree.locate(place).unwrap()].trim_matches(['"', '\'']);
        assert_eq!((at("x[0]"), at("x[1]"), at("x"), at("y")), ("A", "B", "x", "C"), "{text}");
        assert_eq!((at("\"z\".x"), at("\"z\""), at("\"z\".none")), ("A", "z", "z"), "{text}");
        assert_eq!(tree.locate_entry("x", "B"), tree.locate("x[1]"), "{text}");
        assert_eq!((tree.locate("none"), tree.locate("\"none\".x")), (None, None));
        each_scalar(&tree, &mut |node, value| {
            let written = text[node.span.clone()].trim_matches(['"', '\'']);
            assert_eq!(written, value, "{text}");
        });
    }
}

fn each_scalar(node: &Node, check: &mut impl FnMut(&Node, &str)) {
    match &node.value {
        Value::Text(value) => check(node, value),
        Value::List(nodes) => nodes.iter().for_each(|node| each_scalar(node, check)),
        Value::Map(entries) => entries.iter().for_each(|(_, node)| each_scalar(node, check)),
        _ => {}
    }
}

#[test]
fn syntax_errors_have_a_place() {
    for (syntax, text, at) in [
        (Syntax::Toml, "é = [\n", 6..6),
        (Syntax::Json, "{\n \"é\": ]}", 9..10),
        (Syntax::Json, "{", 0..1),
        (Syntax::Yaml, "é: [a\nb: ]", 8..9),
    ] {
        let span = syntax.parse(text).unwrap_err().span.unwrap();
        assert!(text.get(span.clone()).is_some(), "{text}");
        assert_eq!(span, at, "{text}");
    }
}

#[test]
fn syntaxes() {
    let of = |text: &str| Syntax::of("policy".as_ref(), text);
    for text in ["{", "\n {\"a\": 1}"] {
        assert_eq!(of(text), Syntax::Json, "{text}");
    }
    for text in ["# a: b\nallow_origins: []", "---\n", "\"/\":\n", "/public/:", "max_age : 1"] {
        assert_eq!(of(text), Syntax::Yaml, "{text}");
    }
    for text in ["max_age = 1", "# a: b\n[\"/\"]", "a = 'b:c'", "\"/\" = {}", "", "a.b = 1"] {
        assert_eq!(of(text), Syntax::Toml, "{text}");
    }
    assert_eq!(Syntax::of("a.yml".as_ref(), "{}"), Syntax::Yaml);
}
