//! Reads each field of a config, either in its own type or from text.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, SeqAccess, Visitor},
};

/// Defines a function for each field, so that its messages name the field.
macro_rules! fields {
    ($($visitor:ident -> $type:ty { $($field:ident)* })*) => {
        $($(
            pub(super) fn $field<'de, D: Deserializer<'de>>(from: D) -> Result<$type, D::Error> {
                from.deserialize_any($visitor(stringify!($field)))
            }
        )*)*
    };
}

fields! {
    List -> Vec<String> {
        allow_origins
        allow_methods
        allow_headers
        expose_headers
        own_origins
        trusted_senders
        dangerous_allow_opaque_origins
    }
    Regexes -> Vec<String> { allow_origin_regexes }
    Seconds -> Option<u64> { max_age }
    Status -> Option<u16> { reject_status preflight_status }
    Switch -> bool {
        allow_credentials
        trust_forwarded_headers
        dangerous_allow_any_origin_with_credentials
        dangerous_allow_null_origin
        dangerous_allow_insecure_origins
    }
}

struct List(&'static str);

impl<'de> Visitor<'de> for List {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` to be a list, or one text with commas", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        if text.trim().starts_with('[') && text.trim().ends_with(']') && text.contains(['"', '\''])
        {
            return Err(E::custom(format_args!(
                "`{}` {text:?}: a list in text has commas between its entries, no brackets and no \
                 quotes; write {:?}",
                self.0,
                text.replace(['[', ']', '"', '\''], "").trim()
            )));
        }
        let entries = text.split(',').map(str::trim).enumerate();
        let entry = |(index, entry): (usize, &str)| match entry {
            "" => Err(E::custom(format_args!(
                "{}[{index}] is empty in {text:?}; leave out the comma that is too many",
                self.0
            ))),
            entry => Ok(entry.to_owned()),
        };
        entries.map(entry).collect()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        texts(self.0, entries)
    }
}

/// A text is one regex, because a regex such as `[0-9]{1,3}` can contain a comma.
struct Regexes(&'static str);

impl<'de> Visitor<'de> for Regexes {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` to be a list, or one regex", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let regex = Some(text.trim()).filter(|text| !text.is_empty());
        Ok(regex.into_iter().map(str::to_owned).collect())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        texts(self.0, entries)
    }
}

fn texts<'de, A: SeqAccess<'de>>(
    field: &'static str,
    mut entries: A,
) -> Result<Vec<String>, A::Error> {
    let mut texts = Vec::new();
    while let Some(text) = entries.next_element_seed(Entry(field, texts.len()))? {
        texts.push(text);
    }
    Ok(texts)
}

struct Entry(&'static str, usize);

impl<'de> DeserializeSeed<'de> for Entry {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_any(self)
    }
}

impl Visitor<'_> for Entry {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}[{}]` to be text", self.0, self.1)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }
}

struct Seconds(&'static str);

impl Seconds {
    fn refuse<T, E: Error>(&self, value: impl fmt::Display, instead: Option<u64>) -> Result<T, E> {
        let instead =
            instead.map_or(", such as 600".to_owned(), |seconds| format!("; write {seconds}"));
        Err(E::custom(format_args!(
            "{} {value}: a whole number of seconds is expected{instead}",
            self.0
        )))
    }
}

impl Visitor<'_> for Seconds {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` to be a whole number of seconds", self.0)
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Self::Value, E> {
        Ok(Some(seconds))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self::Value, E> {
        u64::try_from(seconds).map(Some).or_else(|_| self.refuse(seconds, Some(0)))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self::Value, E> {
        self.refuse(format_args!("{seconds:?}"), None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let text = text.trim();
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(seconds) if is_number => Ok(Some(seconds)),
            _ => self.refuse(format_args!("{text:?}"), in_seconds(text)),
        }
    }
}

/// Converts a duration with a unit to seconds: `10m`, `2 hours`.
fn in_seconds(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 60 * 60,
        "d" | "day" | "days" => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

struct Status(&'static str);

impl Visitor<'_> for Status {
    type Value = Option<u16>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` to be a status, such as 403", self.0)
    }

    fn visit_u64<E: Error>(self, status: u64) -> Result<Self::Value, E> {
        self.visit_str(&status.to_string())
    }

    fn visit_i64<E: Error>(self, status: i64) -> Result<Self::Value, E> {
        self.visit_str(&status.to_string())
    }

    /// Parses any number: `compile` checks the range.
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        text.trim().parse().map(Some).map_err(|_| {
            E::custom(format_args!("{} {text:?}: a status is expected, such as 403", self.0))
        })
    }
}

struct Switch(&'static str);

impl Visitor<'_> for Switch {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` to be true or false", self.0)
    }

    fn visit_bool<E: Error>(self, is_on: bool) -> Result<bool, E> {
        Ok(is_on)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        match text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            text => Err(E::custom(format_args!("{} {text:?}: write `true` or `false`", self.0))),
        }
    }
}
