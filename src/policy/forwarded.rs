//! Reads the `Forwarded` header (RFC 7239).

use std::borrow::Cow;

use http::{HeaderValue, header::GetAll};

/// Returns the values of a parameter, in all elements of all lines. Pairs that break the grammar do not
/// hide the others.
///
/// RFC 7239, 4 "Forwarded HTTP Header Field": `for=192.0.2.1;host="shop.example:8443", for=_a`.
pub(super) fn values<'a>(lines: GetAll<'a, HeaderValue>, parameter: &str) -> Vec<Cow<'a, str>> {
    let mut values = Vec::new();
    for line in lines.into_iter().filter_map(|line| line.to_str().ok()) {
        let mut rest = line;
        while !rest.is_empty() {
            let (pair, more) = split_pair(rest);
            rest = more;
            let Some((name, value)) = pair.split_once('=') else { continue };
            if name.trim_ascii().eq_ignore_ascii_case(parameter) {
                values.extend(unquoted(value.trim_ascii()));
            }
        }
    }
    values
}

/// Splits a line at the first comma or semicolon outside of a quoted string.
fn split_pair(line: &str) -> (&str, &str) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in line.bytes().enumerate() {
        let was_escaped = std::mem::take(&mut is_escaped);
        match byte {
            b'"' if !was_escaped => is_quoted = !is_quoted,
            b'\\' if is_quoted && !was_escaped => is_escaped = true,
            b',' | b';' if !is_quoted => return (&line[..at], &line[at + 1..]),
            _ => {}
        }
    }
    (line, "")
}

/// Returns the value of a token or of a quoted string.
///
/// RFC 9110, 5.6.4 "Quoted Strings".
fn unquoted(value: &str) -> Option<Cow<'_, str>> {
    let Some(quoted) = value.strip_prefix('"') else { return Some(value.into()) };
    let content = quoted.strip_suffix('"')?;
    if !content.contains('\\') {
        return Some(content.into());
    }
    let mut chars = content.chars();
    let mut text = String::new();
    while let Some(char) = chars.next() {
        text.push(if char == '\\' { chars.next()? } else { char });
    }
    Some(text.into())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::FORWARDED};

    use super::values;

    #[test]
    fn values_of_a_parameter() {
        for (line, parameter, expected) in [
            ("for=192.0.2.1;host=a.example", "host", &["a.example"][..]),
            ("host=\"a.example:8443\" , For=_b, host=c", "host", &["a.example:8443", "c"]),
            ("for=\"_a;host=evil.example;b\"", "host", &[]),
            ("for=\"_a;host=evil.example;b\"", "for", &["_a;host=evil.example;b"]),
            (r#"for="a\"b;host=evil";proto=https"#, "for", &["a\"b;host=evil"]),
            (r#"for="a\"b;host=evil";proto=https"#, "host", &[]),
            ("foo;proto=https", "proto", &["https"]),
            ("proto =https", "proto", &["https"]),
            ("host=\"a.example", "host", &[]),
            ("host", "host", &[]),
            ("", "host", &[]),
        ] {
            let headers = HeaderMap::from_iter([(FORWARDED, HeaderValue::from_static(line))]);
            let found = values(headers.get_all(FORWARDED), parameter);
            assert_eq!(found, expected, "{line}");
        }
    }
}
