//! Data as a tree, and its text as YAML and JSON.

use std::{borrow::Cow, fmt::Write as _};

use super::super::escape::json as quote;

#[derive(Debug, Clone)]
pub(super) enum Value {
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Value>),
    Map(Map),
}

/// Entries in the order in which they are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Map {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// A comment before the entry, or an empty text. JSON has none.
    note: &'static str,
    key: Cow<'static, str>,
    value: Value,
}

impl Map {
    pub(super) fn with(self, key: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.with_note("", key, value)
    }

    pub(super) fn with_note(
        mut self,
        note: &'static str,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) -> Self {
        self.entries.push(Entry { note, key: key.into(), value: value.into() });
        self
    }

    /// Adds a list, unless it is empty: in some languages an empty list means any.
    pub(super) fn with_list<T: Into<Value>>(self, key: &'static str, list: Vec<T>) -> Self {
        if list.is_empty() { self } else { self.with(key, list) }
    }

    pub(super) fn to_yaml(&self) -> String {
        let mut text = String::new();
        self.write_yaml(&mut text, 0);
        text
    }

    fn write_yaml(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        for (at, Entry { note, key, value }) in self.entries.iter().enumerate() {
            for line in note.lines() {
                push(text, format_args!("{indent}# {line}\n"));
            }
            // The first entry of a map in a list follows the dash.
            let is_after_dash = at == 0 && text.ends_with("- ");
            let start = if is_after_dash { "" } else { &indent };
            push(text, format_args!("{start}{key}:"));
            value.write_yaml(text, depth);
        }
    }

    pub(super) fn to_json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text, 0);
        text.push('\n');
        text
    }

    fn write_json(&self, text: &mut String, depth: usize) {
        text.push('{');
        for (at, Entry { key, value, .. }) in self.entries.iter().enumerate() {
            let (end, indent) = (if at == 0 { "" } else { "," }, "  ".repeat(depth + 1));
            push(text, format_args!("{end}\n{indent}{}: ", quote(key)));
            value.write_json(text, depth + 1);
        }
        push(text, format_args!("\n{}}}", "  ".repeat(depth)));
    }
}

impl Value {
    /// Writes the value behind a key with its colon.
    fn write_yaml(&self, text: &mut String, depth: usize) {
        match self {
            Self::Bool(value) => push(text, format_args!(" {value}\n")),
            Self::Number(value) => push(text, format_args!(" {value}\n")),
            Self::Text(value) => push(text, format_args!(" {}\n", quote(value))),
            Self::List(values) if values.is_empty() => text.push_str(" []\n"),
            Self::List(values) => {
                text.push('\n');
                for value in values {
                    push(text, format_args!("{}-", "  ".repeat(depth + 1)));
                    match value {
                        Self::Map(map) => {
                            text.push(' ');
                            map.write_yaml(text, depth + 2);
                        }
                        value => value.write_yaml(text, depth + 1),
                    }
                }
            }
            Self::Map(map) => {
                text.push('\n');
                map.write_yaml(text, depth + 1);
            }
        }
    }

    fn write_json(&self, text: &mut String, depth: usize) {
        match self {
            Self::Bool(value) => push(text, format_args!("{value}")),
            Self::Number(value) => push(text, format_args!("{value}")),
            Self::Text(value) => text.push_str(&quote(value)),
            Self::List(values) => {
                text.push('[');
                for (at, value) in values.iter().enumerate() {
                    text.push_str(if at == 0 { "" } else { ", " });
                    value.write_json(text, depth);
                }
                text.push(']');
            }
            Self::Map(map) => map.write_json(text, depth),
        }
    }
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a `String` never fails.
    let _ = text.write_fmt(part);
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}
