//! The probable meaning of a text that does not parse.

use std::net::Ipv6Addr;

use super::{
    diagnosis::{entries, is_invisible, without_wrapping},
    grammar::{misspelled_scheme, parse_parts},
    host,
    parts::default_port,
    punycode::encode_host,
};

/// Guesses the meaning of a text that does not parse. The result may not parse either.
pub(crate) fn repair(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let text = without_wrapping(&text);
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => guess_scheme(text)?,
    };
    let scheme = match scheme.as_str() {
        "ws" => "http",
        "wss" => "https",
        other if other.contains('*') => "https",
        other => misspelled_scheme(other).unwrap_or(other),
    };
    let rest = rest.split(['/', '?', '#']).next()?;
    let rest = rest.rsplit('@').next()?.to_ascii_lowercase();
    let default_port = default_port(scheme).map(|port| format!(":{port}"));
    let rest = default_port.and_then(|port| rest.strip_suffix(&port)).unwrap_or(&rest);
    if let Some((host, port)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let host = host::write_ipv6(host.parse::<Ipv6Addr>().ok()?);
        return Some(format!("{scheme}://{host}{port}"));
    }
    if rest.is_ascii() {
        return Some(format!("{scheme}://{rest}"));
    }
    let (host, port) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
    Some(format!("{scheme}://{}{port}", encode_host(host)?))
}

/// Returns the first entry of a list in one text.
pub(super) fn first_entry(text: &str) -> Option<&str> {
    entries(text).next()
}

/// Writes a regex of a plain shape as a pattern: `^https://.*\.example\.com$`.
pub(super) fn pattern_of_regex(regex: &str) -> String {
    let text = regex.strip_prefix('^').unwrap_or(regex);
    let text = text.strip_suffix('$').unwrap_or(text);
    let text = text.replace(r"\.", ".").replace(r"\/", "/").replace(r"\-", "-");
    // More than one label on either side, as in the pattern.
    text.replace("://.*.", "://*.").replace("://.+.", "://*.")
}

/// Splits texts such as `https:/a.example`, `//a.example`, `a.example` and `localhost:3000`. `None`
/// for single words: they are no more likely to be hosts than settings (`true`, `undefined`).
fn guess_scheme(text: &str) -> Option<(String, &str)> {
    for scheme in ["https", "http"] {
        let rest = text.strip_prefix(scheme).filter(|rest| rest.starts_with([':', '/']));
        if let Some(rest) = rest {
            return Some((scheme.to_owned(), rest.trim_start_matches([':', '/'])));
        }
    }
    let rest = text.trim_start_matches('/');
    let as_http = format!("http://{rest}");
    let is_local = parse_parts(&as_http).is_ok_and(|layout| layout.parts(&as_http).is_loopback());
    let is_word = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_local {
        Some(("http".to_owned(), rest))
    } else {
        (!is_word).then(|| ("https".to_owned(), rest))
    }
}
