//! The reason why a text does not parse.

use std::net::Ipv6Addr;

use super::{
    error::OriginErrorKind as Kind,
    examples::is_address_range,
    host::last_label,
    opaque::is_opaque,
    parts::MAX_LEN,
    text::{contains_any, end_at, rsplit_once, split_once},
};

/// Chooses the reason that helps most, because a text may be wrong in several ways.
#[cold]
pub(super) fn most_helpful_reason(text: &str, first: Kind) -> Kind {
    about_text(text).or_else(|| about_parts(text, first)).unwrap_or(first)
}

/// Reasons why the text is not one origin of any kind.
fn about_text(text: &str) -> Option<Kind> {
    let invisible = text.chars().find(|c| is_invisible(*c));
    Some(if text.is_empty() {
        Kind::Empty
    } else if text == "*" {
        Kind::AnyOrigin
    } else if text.eq_ignore_ascii_case("all") || text.eq_ignore_ascii_case("any") {
        Kind::AnyWord
    } else if text.eq_ignore_ascii_case("null") {
        Kind::Null
    } else if let Some(c) = invisible {
        Kind::Invisible(c)
    } else if is_placeholder(text) {
        Kind::Placeholder
    } else if is_regex(text) {
        Kind::Regex
    } else if is_list(text) {
        Kind::List
    } else if text.len() > MAX_LEN {
        Kind::TooLong
    } else if text.trim() != text {
        Kind::WhiteSpace
    } else if has_brackets(text) {
        Kind::Brackets
    } else if end_at(text, b"\"'`") < text.len() {
        Kind::Quotes
    } else if text.starts_with(is_separator) || text.ends_with(is_separator) {
        Kind::Separator
    } else if !text.is_ascii() {
        Kind::NotAscii
    } else {
        return None;
    })
}

fn about_parts(text: &str, first: Kind) -> Option<Kind> {
    let (scheme, rest) = split_once(text, "://").unwrap_or(("", text));
    let (authority, after) = rest.split_at(end_at(rest, b"/?#"));
    let host = authority[..end_at(authority, b":")].trim_end_matches('.');
    let is_wildcard =
        authority.contains('*') && matches!(first, Kind::HostByte | Kind::Port | Kind::Wildcard);
    Some(if is_address_range(text) {
        Kind::AddressRange
    } else if scheme.contains('*') {
        Kind::SchemeWildcard
    } else if matches!(
        first,
        Kind::NoScheme | Kind::Scheme | Kind::MisspelledScheme | Kind::File | Kind::WebSocket
    ) {
        first
    } else if authority.contains('@') {
        Kind::UserInfo
    } else if after.starts_with('/') {
        Kind::Path
    } else if !after.is_empty() {
        Kind::Query
    } else if rest.is_empty() {
        Kind::NoHost
    } else if matches!(first, Kind::HostByte | Kind::EmptyLabel) && is_opaque(text) {
        Kind::Opaque
    } else if is_wildcard {
        match rsplit_once(host, b'.') {
            Some((_, label)) if label.contains('*') => Kind::TopLevelWildcard,
            Some((front, _)) if last_label(front).contains('*') => Kind::WildcardOverTopLevel,
            _ => Kind::Wildcard,
        }
    } else {
        return None;
    })
}

/// Characters without a shape or a width, and control characters that are not white space.
pub(super) fn is_invisible(c: char) -> bool {
    let is_zero_width = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    is_zero_width || c.is_control() && !c.is_whitespace()
}

/// `https://${HOST}`, `https://{{host}}`, `https://<host>`.
fn is_placeholder(text: &str) -> bool {
    contains_any(text, &["${", "$(", "{{", "<%", "://$", "://%"])
        || text.contains('<') && text.contains('>')
}

fn is_regex(text: &str) -> bool {
    const MARKS: [&str; 21] = [
        r"\.", r"\/", r"\d", r"\w", "://.*", "://.+", "://(", "s?:", "(.", "(?", ")?", ")*", ")+",
        "(http|", "(https?", "[^", "[a-z", "[A-Z", "[0-9", "[\\", "]+",
    ];
    text.starts_with('^') || text.ends_with('$') || contains_any(text, &MARKS)
}

/// The entries of a list in one text, whatever separates them.
pub(super) fn entries(text: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    for part in text.split(|c: char| is_separator(c) || c.is_whitespace()) {
        let entry = without_wrapping(part);
        if !entry.is_empty() {
            entries.push(entry);
        }
    }
    entries
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | ';' | '|')
}

fn is_list(text: &str) -> bool {
    let is_host = |entry: &&str| {
        contains_any(entry, &["://", "."]) || matches!(*entry, "*" | "null" | "localhost")
    };
    // White space and commas are in no part of a URL.
    let is_separated = text.contains(|c: char| c == ',' || c.is_whitespace());
    let entries = entries(text);
    entries.len() > 1 && (is_separated || entries.iter().all(is_host))
}

/// Removes quotes, separators, and brackets that are not those of an IPv6 address.
pub(super) fn without_wrapping(text: &str) -> &str {
    let is_wrapping = |c: char| {
        c.is_whitespace()
            || is_separator(c)
            || matches!(c, '"' | '\'' | '`' | '{' | '}' | '(' | ')')
    };
    let rest = text.trim_start_matches(|c: char| is_wrapping(c) || c == '[');
    let (wrapping, _) = text.split_at(text.len() - rest.len());
    let is_ipv6 = wrapping.ends_with('[') && starts_with_ipv6(rest);
    let rest = if is_ipv6 { &text[wrapping.len() - 1..] } else { rest };
    let end = rest.trim_end_matches(|c: char| is_wrapping(c) || c == ']').len();
    let is_open = rest[..end].rfind('[') > rest[..end].rfind(']');
    let closes = is_open && rest[end..].starts_with(']');
    &rest[..if closes { end + 1 } else { end }]
}

/// Whether `text` starts with an IPv6 address and its closing bracket.
fn starts_with_ipv6(text: &str) -> bool {
    let longest = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]".len();
    let end = text.bytes().take(longest).position(|byte| byte == b']');
    end.is_some_and(|end| text[..end].parse::<Ipv6Addr>().is_ok())
}

fn has_brackets(text: &str) -> bool {
    let without = without_wrapping(text);
    let brackets = |text: &str| text.bytes().filter(|byte| b"[](){}".contains(byte)).count();
    brackets(without) < brackets(text)
}

#[cfg(test)]
mod tests {
    use super::without_wrapping;

    #[test]
    fn wrappings() {
        let cases = [
            ("[\"https://a\", ", "https://a"),
            ("[[{(https://a)}]];", "https://a"),
            ("[::1]", "[::1]"),
            ("[\"[::1]:80\"]", "[::1]:80"),
            ("[[::1]]", "[::1]"),
            ("http://[::1]", "http://[::1]"),
            ("[http://[::1]]", "http://[::1]"),
            ("http://[::1]:80]", "http://[::1]:80"),
            ("[é]", "é"),
            ("[]", ""),
            ("]", ""),
            ("", ""),
        ];
        for (text, inner) in cases {
            assert_eq!(without_wrapping(text), inner, "{text}");
        }
    }
}
