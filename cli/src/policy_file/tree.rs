//! A file as a tree of values, each with its place, for all three syntaxes.

use std::{fmt, ops::Range};

use serde::{
    Deserializer,
    de::{
        self, DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
        Visitor,
        value::{StrDeserializer, UnitDeserializer},
    },
    forward_to_deserialize_any,
};

use super::similar::similar;

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub value: Value,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file. Keys can be there twice.
    Map(Vec<(Key, Node)>),
    /// A value that no policy has, with its name.
    Other(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub span: Range<usize>,
}

/// The reason why a tree is not a policy, with its place if that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeError {
    pub message: String,
    pub span: Option<Range<usize>>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Node {
    /// Returns the value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name.name == key).map(|(_, node)| node)
    }

    /// Returns the entries, or nothing if this is not a map.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Returns whether this is a map from path prefixes to policies: the fields of a policy are no maps.
    pub fn has_paths(&self) -> bool {
        self.entries().iter().any(|(_, node)| matches!(node.value, Value::Map(_)))
    }

    /// Removes the fields of a policy from a map of paths, and returns their keys.
    pub fn remove_fields_beside_paths(&mut self) -> Vec<Key> {
        let Value::Map(entries) = &mut self.value else { return Vec::new() };
        let is_beside = |(key, node): &(Key, Self)| {
            !matches!(node.value, Value::Map(_)) && !key.name.starts_with('/')
        };
        let (fields, paths) = std::mem::take(entries).into_iter().partition(is_beside);
        *entries = paths;
        let fields: Vec<(Key, Self)> = fields;
        fields.into_iter().map(|(key, _)| key).collect()
    }

    /// Removes the innermost entry of a map that has this span in its key or value. Returns whether there
    /// was one.
    pub fn remove(&mut self, span: &Range<usize>) -> bool {
        let Value::Map(entries) = &mut self.value else { return false };
        let has = |part: &Range<usize>| part.start <= span.start && span.end <= part.end;
        // In TOML, the span of a table is that of its header.
        if entries.iter_mut().any(|(_, node)| node.remove(span)) {
            return true;
        }
        let at = entries.iter().position(|(key, node)| has(&key.span) || has(&node.span));
        at.map(|at| entries.remove(at)).is_some()
    }
}

impl de::Error for TreeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None, help: None }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let help = match similar(field, expected) {
            Some(meant) => format!("write `{meant}`"),
            None => format!("the fields are `{}`", expected.join("`, `")),
        };
        Self { message: format!("there is no field {field:?}"), span: None, help: Some(help) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = match similar(variant, expected) {
            Some(meant) => format!("write {meant:?}"),
            None => format!("write one of {expected:?}"),
        };
        let message = format!("{variant:?} is not a value of this field");
        Self { message, span: None, help: Some(help) }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("the field `{field}` is there twice; leave one of the two out"))
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TreeError {}

impl TreeError {
    /// Adds a place, unless an inner value had one.
    fn at(self, span: &Range<usize>) -> Self {
        Self { span: Some(self.span.unwrap_or_else(|| span.clone())), ..self }
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = TreeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TreeError> {
        let visited = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => visitor.visit_i64(value),
                (_, Ok(value)) => visitor.visit_u64(value),
                _ => Err(TreeError::invalid_type(Unexpected::Other("a huge number"), &visitor)),
            },
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(nodes) => visitor.visit_seq(Nodes(nodes.iter())),
            Value::Map(entries) => {
                visitor.visit_map(Entries { entries: entries.iter(), value: None })
            }
            Value::Other(name) => Err(TreeError::invalid_type(Unexpected::Other(name), &visitor)),
        };
        visited.map_err(|error| error.at(&self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TreeError> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// Only a map, although serde's structs can be read from a list too.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TreeError> {
        match &self.value {
            Value::List(_) => {
                Err(TreeError::invalid_type(Unexpected::Seq, &visitor).at(&self.span))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TreeError> {
        let Value::Text(text) = &self.value else { return self.deserialize_any(visitor) };
        let name: StrDeserializer<'_, TreeError> = text.as_str().into_deserializer();
        visitor.visit_enum(name).map_err(|error| error.at(&self.span))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Nodes<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Nodes<'de> {
    type Error = TreeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, TreeError> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}

struct Entries<'de> {
    entries: std::slice::Iter<'de, (Key, Node)>,
    value: Option<&'de (Key, Node)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = TreeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, TreeError> {
        self.value = self.entries.next();
        let Some((key, _)) = self.value else { return Ok(None) };
        let name: StrDeserializer<'_, TreeError> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|error| error.at(&key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, TreeError> {
        match self.value {
            // A field that is there twice has no place but that of its key.
            Some((key, node)) => seed.deserialize(node).map_err(|error| error.at(&key.span)),
            None => seed.deserialize(UnitDeserializer::new()),
        }
    }
}
