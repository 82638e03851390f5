//! Reads TOML into a tree.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::tree::{Key, Node, TreeError, Value};

pub fn parse(text: &str) -> Result<Node, TreeError> {
    // The first error only: the others often follow from it.
    let table = DeTable::parse(text).map_err(|error| TreeError {
        message: error.message().to_owned(),
        span: error.span(),
        help: None,
    })?;
    let span = table.span();
    Ok(Node { value: map(table.into_inner()), span })
}

fn map(table: DeTable<'_>) -> Value {
    let entries = table.into_iter().map(|(key, value)| {
        let span = key.span();
        (Key { name: key.into_inner().into_owned(), span }, node(value))
    });
    let mut entries: Vec<(Key, Node)> = entries.collect();
    entries.sort_by_key(|(key, _)| key.span.start);
    Value::Map(entries)
}

fn node(spanned: Spanned<DeValue<'_>>) -> Node {
    let span = spanned.span();
    let value = match spanned.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let parsed = i128::from_str_radix(&number.as_str().replace('_', ""), number.radix());
            parsed.map_or(Value::Other("a huge number"), Value::Integer)
        }
        DeValue::Float(number) => {
            let parsed = number.as_str().replace('_', "").parse();
            parsed.map_or(Value::Other("a number"), Value::Float)
        }
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(_) => Value::Other("a date or time"),
        DeValue::Array(nodes) => Value::List(nodes.into_iter().map(node).collect()),
        DeValue::Table(table) => map(table),
    };
    Node { value, span }
}
