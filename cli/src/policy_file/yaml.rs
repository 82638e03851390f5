//! Reads YAML into a tree.

use std::ops::Range;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::tree::{Key, Node, TreeError, Value};

pub fn parse(text: &str) -> Result<Node, TreeError> {
    let offsets = Offsets::new(text);
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let start = offsets.byte(error.marker().index());
        let end = text[start..].chars().next().map_or(start, |letter| start + letter.len_utf8());
        // YAML reads `*` as the start of an alias.
        let help = text[start..].starts_with('*') || text[..start].ends_with('*');
        let help = help.then(|| "if you mean the `*` for any, quote it: `\"*\"`".to_owned());
        TreeError { message: error.info().to_owned(), span: Some(start..end), help }
    })?;
    match documents.as_slice() {
        [] => Ok(Node { value: Value::Null, span: 0..text.len() }),
        [document] => Ok(node(document, text, &offsets)),
        [_, second, ..] => Err(TreeError {
            message: "this is a second document; a policy file has one".to_owned(),
            span: Some(offsets.span(second, text)),
            help: None,
        }),
    }
}

fn node(yaml: &MarkedYaml<'_>, text: &str, offsets: &Offsets) -> Node {
    let value = match &yaml.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => Value::Bool(*value),
            Scalar::Integer(value) => Value::Integer((*value).into()),
            Scalar::FloatingPoint(value) => Value::Float(value.into_inner()),
            Scalar::String(text) => Value::Text(text.as_ref().to_owned()),
        },
        YamlData::Sequence(nodes) => {
            Value::List(nodes.iter().map(|yaml| node(yaml, text, offsets)).collect())
        }
        YamlData::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let span = offsets.span(key, text);
                let name = match &key.data {
                    YamlData::Value(Scalar::String(name)) => name.as_ref().to_owned(),
                    _ => text[span.clone()].to_owned(),
                };
                (Key { name, span }, node(value, text, offsets))
            });
            Value::Map(entries.collect())
        }
        YamlData::Tagged(..) => Value::Other("a value with a tag"),
        _ => Value::Other("a value that YAML does not define"),
    };
    Node { value, span: offsets.span(yaml, text) }
}

/// Converts offsets in characters, which saphyr counts, to offsets in bytes.
struct Offsets {
    /// The offset of each character, or nothing if the text is ASCII.
    bytes: Vec<usize>,
    len: usize,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let offsets = text.char_indices().map(|(at, _)| at);
        Self { bytes: offsets.filter(|_| !text.is_ascii()).collect(), len: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        let at = if self.bytes.is_empty() { Some(index) } else { self.bytes.get(index).copied() };
        at.unwrap_or(self.len).min(self.len)
    }

    /// Returns the place of a node, without the blanks and the comment that can follow it.
    fn span(&self, yaml: &MarkedYaml<'_>, text: &str) -> Range<usize> {
        let (start, end) = (self.byte(yaml.span.start.index()), self.byte(yaml.span.end.index()));
        let written = &text[start..end.max(start)];
        start..start + quoted_len(written).unwrap_or_else(|| written.trim_end().len())
    }
}

/// Returns the length of the text in quotes that `written` starts with.
fn quoted_len(written: &str) -> Option<usize> {
    let quote = written.chars().next().filter(|first| ['"', '\''].contains(first))?;
    let mut letters = written.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let is_escape = match quote {
            '"' => letter == '\\',
            // A quote that is there twice stands for itself.
            _ => letter == quote && letters.peek().is_some_and(|(_, next)| *next == quote),
        };
        if is_escape {
            letters.next();
        } else if letter == quote {
            return Some(at + 1);
        }
    }
    None
}
