//! Reads the `Forwarded` header (RFC 7239).

use std::borrow::Cow;

use http::{HeaderValue, header::GetAll};

/// Returns the values of a parameter, in all elements of all lines. A line that breaks the grammar is
/// read as far as it is valid.
///
/// RFC 7239, 4 "Forwarded HTTP Header Field": `for=192.0.2.1;host="shop.example:8443", for=_a`.
pub(super) fn values<'a>(
    lines: GetAll<'a, HeaderValue>,
    parameter: &'a str,
) -> impl Iterator<Item = Cow<'a, str>> {
    let lines = lines.into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| Pairs { rest: line });
    pairs.filter(move |(name, _)| name.eq_ignore_ascii_case(parameter)).map(|(_, value)| value)
}

/// The pairs of one line.
struct Pairs<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_start_matches([' ', '\t', ',', ';']);
        self.rest = "";
        let (name, value) = text.split_once('=')?;
        let (value, rest) = match value.strip_prefix('"') {
            Some(quoted) => quoted_string(quoted)?,
            None => {
                let end = value.find([',', ';']).unwrap_or(value.len());
                (Cow::Borrowed(value[..end].trim_end()), &value[end..])
            }
        };
        self.rest = rest;
        Some((name, value))
    }
}

/// Returns the content of a string after its opening quote, and the text after its closing quote.
///
/// RFC 9110, 5.6.4 "Quoted Strings".
fn quoted_string(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut content = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' if content.len() == at => {
                return Some((Cow::Borrowed(&text[..at]), &text[at + 1..]));
            }
            '"' => return Some((Cow::Owned(content), &text[at + 1..])),
            '\\' => content.push(chars.next()?.1),
            char => content.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    #[test]
    fn pairs() {
        let read = |rest| Pairs { rest }.map(|(name, value)| format!("{name}={value}"));
        for (line, expected) in [
            ("for=192.0.2.1;host=a.example", &["for=192.0.2.1", "host=a.example"][..]),
            ("host=\"a.example:8443\" , For=_b", &["host=a.example:8443", "For=_b"]),
            ("for=\"_a;host=evil.example;b\"", &["for=_a;host=evil.example;b"]),
            (r#"for="a\"b";proto=https"#, &["for=a\"b", "proto=https"]),
            ("host=\"a.example", &[]),
            ("host", &[]),
            ("", &[]),
        ] {
            assert_eq!(read(line).collect::<Vec<_>>(), expected, "{line}");
        }
    }
}
