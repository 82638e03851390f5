//! Reads JSON into a tree.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::tree::{Key, Node, TreeError, Value};

pub fn parse(text: &str) -> Result<Node, TreeError> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| syntax_error(text, &error))?;
    node(text, raw)
}

/// `serde_json` gives no value's place, but a raw value is a part of the text.
fn node(text: &str, raw: &RawValue) -> Result<Node, TreeError> {
    let inner = raw.get();
    let start = inner.as_ptr() as usize - text.as_ptr() as usize;
    let span = start..start + inner.len();
    let failed = |error: &serde_json::Error| TreeError {
        message: without_position(error),
        span: Some(span.clone()),
        help: None,
    };
    let value = match inner.as_bytes().first() {
        Some(b'{') => {
            let pairs: Pairs<'_> = serde_json::from_str(inner).map_err(|error| failed(&error))?;
            let mut end = span.start + 1;
            let mut entries = Vec::new();
            for (name, raw) in pairs.0 {
                let node = node(text, raw)?;
                entries.push((Key { name, span: key_span(text, end..node.span.start) }, node));
                end = entries.last().map_or(end, |(_, node)| node.span.end);
            }
            Value::Map(entries)
        }
        Some(b'[') => {
            let raw: Vec<&RawValue> =
                serde_json::from_str(inner).map_err(|error| failed(&error))?;
            Value::List(raw.into_iter().map(|raw| node(text, raw)).collect::<Result<_, _>>()?)
        }
        _ => match serde_json::from_str(inner).map_err(|error| failed(&error))? {
            serde_json::Value::String(text) => Value::Text(text),
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => Value::Integer(number.into()),
                (_, Some(number)) => Value::Integer(number.into()),
                _ => number.as_f64().map_or(Value::Other("a number"), Value::Float),
            },
            _ => Value::Null,
        },
    };
    Ok(Node { value, span })
}

/// Returns the key between the end of the value before it, and the start of its own value.
fn key_span(text: &str, between: Range<usize>) -> Range<usize> {
    let part = &text[between.clone()];
    let start = part.find('"').unwrap_or(0);
    let end = part.rfind('"').map_or(part.len(), |at| at + 1);
    between.start + start..between.start + end
}

/// The entries of an object in their order, with those that are there twice.
struct Pairs<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        from.deserialize_map(Collect)
    }
}

fn syntax_error(text: &str, error: &serde_json::Error) -> TreeError {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // The column is that of the last byte that was read, and starts at 1.
    let at = (line_start + error.column().saturating_sub(1)).min(text.len());
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[at..].chars().next().map_or(at, |letter| at + letter.len_utf8());
    TreeError { message: without_position(error), span: Some(at..end), help: None }
}

fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(at) => message[..at].to_owned(),
        None => message,
    }
}
