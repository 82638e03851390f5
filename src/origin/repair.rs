//! The probable meaning of a text that does not parse.

use std::net::Ipv6Addr;

use super::{
    diagnosis::{is_invisible, without_wrapping},
    grammar::{misspelled_scheme, parse_parts},
    host,
    parts::default_port,
    punycode::encode_host,
    text::{end_at, replace, rsplit_once, split_once, trim_start},
};

/// Guesses the meaning of a text that does not parse. The result may not parse either.
pub(crate) fn repair(text: &str) -> Option<String> {
    let mut visible = String::new();
    for part in text.split(is_invisible) {
        visible.push_str(part);
    }
    let text = without_wrapping(&visible);
    let (scheme, rest) = match split_once(text, "://") {
        Some(parts) => parts,
        None => guess_scheme(text)?,
    };
    let scheme = lower_case(scheme);
    let scheme = match scheme.as_str() {
        "ws" => "http",
        "wss" => "https",
        other if other.contains('*') => "https",
        other => misspelled_scheme(other).unwrap_or(other),
    };
    let rest = &rest[..end_at(rest, b"/?#")];
    let rest = rsplit_once(rest, b'@').map_or(rest, |(_, rest)| rest);
    let rest = lower_case(rest);
    let default_port = default_port(scheme).map(|port| format!(":{port}"));
    let rest = default_port.and_then(|port| rest.strip_suffix(&port)).unwrap_or(&rest);
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| split_once(rest, "]")) {
        Some((host, port)) => (host::write_ipv6(host.parse::<Ipv6Addr>().ok()?), port),
        None if rest.is_ascii() => (String::new(), rest),
        None => {
            let (host, port) = rest.split_at(end_at(rest, b":"));
            (encode_host(host)?, port)
        }
    };
    Some(format!("{scheme}://{host}{port}"))
}

#[inline(never)]
fn lower_case(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// Writes a regex of a plain shape as a pattern: `^https://.*\.example\.com$`.
pub(super) fn pattern_of_regex(regex: &str) -> String {
    let text = regex.strip_prefix('^').unwrap_or(regex);
    let text = text.strip_suffix('$').unwrap_or(text);
    let mut pattern = text.to_owned();
    for (part, with) in [
        (r"\.", "."),
        (r"\/", "/"),
        (r"\-", "-"),
        // More than one label on either side, as in the pattern.
        ("://.*.", "://*."),
        ("://.+.", "://*."),
    ] {
        pattern = replace(&pattern, part, with);
    }
    pattern
}

/// Splits texts such as `https:/a.example`, `//a.example`, `a.example` and `localhost:3000`. `None`
/// for single words: they are no more likely to be hosts than settings (`true`, `undefined`).
fn guess_scheme(text: &str) -> Option<(&'static str, &str)> {
    let scheme = if text.starts_with("https") { "https" } else { "http" };
    if let Some(rest) = text.strip_prefix(scheme) {
        let host = trim_start(rest, b":/");
        if host.len() < rest.len() {
            return Some((scheme, host));
        }
    }
    let rest = trim_start(text, b"/");
    let as_http = format!("http://{rest}");
    let is_local = parse_parts(&as_http).is_ok_and(|layout| layout.parts(&as_http).is_loopback());
    let is_word = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_local { Some(("http", rest)) } else { (!is_word).then_some(("https", rest)) }
}
