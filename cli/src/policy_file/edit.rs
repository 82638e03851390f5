//! Writes into a policy, in the syntax and the layout of its file.

use std::fmt::Write as _;

use super::{
    PolicyFile, Syntax,
    tree::{Node, Value},
};
use crate::finding::Edit;

/// A policy in a file, into which entries can be written.
pub struct Editor<'f> {
    text: &'f str,
    syntax: Syntax,
    policy: &'f Node,
    line_end: &'static str,
}

impl<'f> Editor<'f> {
    /// `policy` is the map of the policy's fields.
    pub fn new(file: &'f PolicyFile, policy: &'f Node) -> Self {
        let text = &file.source.text;
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text, syntax: file.syntax, policy, line_end }
    }

    /// Adds entries to a list, which is written if it is not there. Returns `None` if the file has a form
    /// that this does not know.
    pub fn add(&self, field: &str, entries: &[String]) -> Option<Edit> {
        // Origins, methods and header names need no escapes, but a method can contain `'`.
        if entries.is_empty() || entries.iter().any(|entry| entry.contains(['"', '\'', '\\'])) {
            return None;
        }
        match self.policy.get(field) {
            None => self.add_field(field, entries),
            Some(node) => match &node.value {
                Value::List(nodes) => self.add_to_list(node, nodes.last(), entries),
                Value::Text(text) => Some(self.add_to_text(node, text, entries)),
                _ => None,
            },
        }
    }

    fn add_to_list(&self, list: &Node, end: Option<&Node>, entries: &[String]) -> Option<Edit> {
        let is_flow = self.text[list.span.clone()].starts_with('[');
        let Some(end) = end else {
            let quoted: Vec<String> = entries.iter().map(|entry| format!("{entry:?}")).collect();
            let insert = quoted.join(", ");
            return is_flow.then_some(Edit { offset: list.span.start + 1, insert });
        };
        let start = self.line_start(end.span.start);
        let (offset, before) = if is_flow {
            (end.span.end, self.separator(start))
        } else if start.trim() == "-" {
            // YAML: a dash in front of each entry.
            (self.end_of_line(end.span.end), format!("{}{start}", self.line_end))
        } else {
            return None;
        };
        let mut insert = String::new();
        for entry in entries {
            // Writing to a `String` never fails.
            _ = write!(insert, "{before}{entry:?}");
        }
        Some(Edit { offset, insert })
    }

    /// Returns a comma, and the start of a line if the entry before it has a line of its own.
    fn separator(&self, start: &str) -> String {
        if start.trim().is_empty() { format!(",{}{start}", self.line_end) } else { ", ".to_owned() }
    }

    /// A list in one text has commas between its entries.
    fn add_to_text(&self, node: &Node, text: &str, entries: &[String]) -> Edit {
        let written = &self.text[node.span.clone()];
        let quotes = ["\"\"\"", "'''", "\"", "'"];
        let quote = quotes.into_iter().find(|quote| written.ends_with(quote)).map_or(0, str::len);
        let comma = if text.trim().is_empty() { "" } else { ", " };
        Edit { offset: node.span.end - quote, insert: format!("{comma}{}", entries.join(", ")) }
    }

    fn add_field(&self, field: &str, entries: &[String]) -> Option<Edit> {
        let list = format!("{entries:?}");
        let line = match self.syntax {
            Syntax::Toml => format!("{field} = {list}"),
            Syntax::Yaml => format!("{field}: {list}"),
            Syntax::Json => format!("{field:?}: {list}"),
        };
        let (key, value) = self.policy.entries().last()?;
        let start = self.line_start(key.span.start);
        let (offset, before) = if self.text[self.policy.span.clone()].starts_with('{') {
            (value.span.end, self.separator(start))
        } else {
            // In TOML, the line can start with the name of the table: `"/".allow_origins`.
            (self.end_of_line(value.span.end), format!("{}{start}", self.line_end))
        };
        Some(Edit { offset, insert: format!("{before}{line}") })
    }

    /// Returns the text of a line up to an offset.
    fn line_start(&self, offset: usize) -> &'f str {
        let start = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        &self.text[start..offset]
    }

    fn end_of_line(&self, offset: usize) -> usize {
        let line = self.text[offset..].split('\n').next().unwrap_or_default();
        offset + line.trim_end_matches('\r').len()
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::finding::Source;

    /// The file after the entry "B" was added to the field, which must be a policy still.
    fn edited(name: &str, text: &str, field: &str) -> String {
        let file = PolicyFile {
            source: Arc::new(Source { name: name.to_owned(), text: text.to_owned() }),
            syntax: Syntax::of(Path::new(name), text),
        };
        let tree = file.parse().unwrap();
        let policy = tree.get("/").unwrap_or(&tree);
        let Edit { offset, insert } =
            Editor::new(&file, policy).add(field, &["B".to_owned()]).unwrap();
        let edited = format!("{}{insert}{}", &text[..offset], &text[offset..]);
        let tree = file.syntax.parse(&edited).unwrap();
        let policy = tree.get("/").unwrap_or(&tree);
        let value = &policy.get(field).unwrap().value;
        let entries = match value {
            Value::List(nodes) => nodes.iter().map(|node| node.value.clone()).collect(),
            Value::Text(text) => text.split(", ").map(|it| Value::Text(it.to_owned())).collect(),
            other => vec![other.clone()],
        };
        assert_eq!(entries.last(), Some(&Value::Text("B".to_owned())), "{edited}");
        edited
    }

    #[test]
    fn lists() {
        let cases = [
            ("a.toml", "x = [\"A\"] # c", "x = [\"A\", \"B\"] # c"),
            ("a.toml", "x = []", "x = [\"B\"]"),
            ("a.toml", "x = [\n  'A', # c\n]", "x = [\n  'A',\n  \"B\", # c\n]"),
            ("a.toml", "x = [\r\n  \"A\"\r\n]", "x = [\r\n  \"A\",\r\n  \"B\"\r\n]"),
            ("a.toml", "[\"/\"]\nx = [\"A\"]", "[\"/\"]\nx = [\"A\", \"B\"]"),
            ("a.yaml", "x:\n- A # c\n- A\ny: 1", "x:\n- A # c\n- A\n- \"B\"\ny: 1"),
            ("a.yaml", "/:\n  x:\n    -   A\n", "/:\n  x:\n    -   A\n    -   \"B\"\n"),
            ("a.yaml", "x: [A, é]", "x: [A, é, \"B\"]"),
            ("a.json", "{ \"x\": [\"é\"] }", "{ \"x\": [\"é\", \"B\"] }"),
            ("a.json", "{\"x\":[\n\t\"A\"\n]}", "{\"x\":[\n\t\"A\",\n\t\"B\"\n]}"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(edited(name, text, "x"), expected);
        }
    }

    #[test]
    fn texts() {
        let cases = [
            ("a.toml", "x = 'A'", "x = 'A, B'"),
            ("a.toml", "x = \"\"", "x = \"B\""),
            ("a.toml", "x = '''A''' # c", "x = '''A, B''' # c"),
            ("a.yaml", "x: A # c", "x: A, B # c"),
            ("a.yaml", "x: \"A, A\"", "x: \"A, A, B\""),
            ("a.json", "{\"x\": \"A\"}", "{\"x\": \"A, B\"}"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(edited(name, text, "x"), expected);
        }
    }

    #[test]
    fn fields() {
        let cases = [
            ("a.toml", "y = 1 # c\n", "y = 1 # c\nx = [\"B\"]\n"),
            (
                "a.toml",
                "[\"/\"]\n  y = [\n 1\n]\n[\"/b\"]",
                "[\"/\"]\n  y = [\n 1\n]\n  x = [\"B\"]\n[\"/b\"]",
            ),
            ("a.toml", "\"/\".y = 1", "\"/\".y = 1\n\"/\".x = [\"B\"]"),
            ("a.toml", "\"/\" = { y = 1 }", "\"/\" = { y = 1, x = [\"B\"] }"),
            (
                "a.yaml",
                "/:\n  y:\n  - 1\n/b:\n  y: 1",
                "/:\n  y:\n  - 1\n  x: [\"B\"]\n/b:\n  y: 1",
            ),
            ("a.yaml", "{y: 1}", "{y: 1, x: [\"B\"]}"),
            ("a.json", "{\n  \"y\": 1\n}", "{\n  \"y\": 1,\n  \"x\": [\"B\"]\n}"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(edited(name, text, "x"), expected);
        }
    }
}
