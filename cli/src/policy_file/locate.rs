//! Finds the place in a file of what the library names.

use std::ops::Range;

use super::tree::{Node, Value};

impl Node {
    /// Returns the span of a place as the library writes it: `max_age`, `allow_origins[2]`,
    /// `"/public/".allow_origins[2]`. If the file has no such value, that of what contains it.
    pub fn locate(&self, place: &str) -> Option<Range<usize>> {
        if let Some((prefix, rest)) = split_prefix(place) {
            let (key, node) = self.entries().iter().find(|(key, _)| key.name == prefix)?;
            return match rest.strip_prefix('.') {
                Some(field) => node.locate(field).or_else(|| Some(key.span.clone())),
                None => Some(key.span.clone()),
            };
        }
        let (field, index) = match place.strip_suffix(']').and_then(|place| place.split_once('[')) {
            Some((field, index)) => (field, index.parse::<usize>().ok()),
            None => (place, None),
        };
        let (key, node) = self.entries().iter().find(|(key, _)| key.name == field)?;
        match (&node.value, index) {
            (Value::List(nodes), Some(index)) => {
                Some(nodes.get(index).map_or_else(|| node.span.clone(), |node| node.span.clone()))
            }
            (Value::List(_) | Value::Map(_), None) => Some(key.span.clone()),
            _ => Some(node.span.clone()),
        }
    }

    /// Returns the span of an entry of a list.
    pub fn locate_entry(&self, field: &str, entry: &str) -> Option<Range<usize>> {
        let node = self.get(field)?;
        match &node.value {
            Value::List(nodes) => {
                let is_entry =
                    |node: &&Self| matches!(&node.value, Value::Text(text) if text == entry);
                nodes.iter().find(is_entry).map(|node| node.span.clone())
            }
            _ => Some(node.span.clone()),
        }
    }
}

/// Splits `"/public/".max_age` into the prefix, unquoted, and the rest.
fn split_prefix(place: &str) -> Option<(String, &str)> {
    let quoted = place.strip_prefix('"')?;
    let mut prefix = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((prefix, &quoted[at + 1..])),
            // `Debug` escapes quotes and backslashes so. Other escapes are of letters that no valid
            // prefix has, and the search for them fails.
            '\\' => prefix.push(letters.next()?.1),
            letter => prefix.push(letter),
        }
    }
    None
}
