//! The grammar of origins and patterns.

use super::{
    diagnosis::most_helpful_reason,
    error::OriginErrorKind,
    host::{check_host, is_special},
    likeness::is_one_edit,
    parts::{Layout, MAX_LEN, Port, default_port},
};

/// Fetch, "`Origin` header": `scheme://host[:port]` in lower case, nothing else, plus our wildcards.
pub(super) fn parse(text: &str) -> Result<Layout, OriginErrorKind> {
    parse_parts(text).map_err(|kind| most_helpful_reason(text, kind))
}

/// Like [`parse`], but the error is the first that was found. For texts from requests, whose errors
/// are not shown.
pub(super) fn parse_parts(text: &str) -> Result<Layout, OriginErrorKind> {
    if text.len() > MAX_LEN {
        return Err(OriginErrorKind::TooLong);
    }
    let scheme_end = position(text, b':').ok_or(OriginErrorKind::NoScheme)?;
    let (scheme, rest) = text.split_at(scheme_end);
    let rest = rest.strip_prefix("://").ok_or(OriginErrorKind::NoScheme)?;
    check_scheme(scheme)?;
    let (host, port) = split_port(rest)?;
    let host_start = text.len() - rest.len();
    let host_end = host_start + host.len();
    let star = position(host, b'*');
    check_host(scheme, host, star)?;
    if host == "*" && port.is_some() {
        return Err(OriginErrorKind::SchemeWithPort);
    }
    let port = check_port(scheme, port)?;
    let star = star.map(|star| host_start + star);
    Layout::new(text.len(), scheme_end, star, host_end, port, is_special(scheme))
}

fn position(text: &str, byte: u8) -> Option<usize> {
    text.bytes().position(|other| other == byte)
}

pub(super) fn check_scheme(scheme: &str) -> Result<(), OriginErrorKind> {
    match scheme {
        "http" | "https" => return Ok(()),
        "" => return Err(OriginErrorKind::NoScheme),
        "file" => return Err(OriginErrorKind::File),
        "ws" | "wss" => return Err(OriginErrorKind::WebSocket),
        _ => {}
    }
    // URL, "scheme start state" and "scheme state".
    let is_scheme_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        || !scheme.bytes().all(is_scheme_byte)
    {
        Err(OriginErrorKind::Scheme)
    } else if scheme.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Err(OriginErrorKind::UpperCase)
    } else if misspelled_scheme(scheme).is_some() {
        Err(OriginErrorKind::MisspelledScheme)
    } else {
        Ok(())
    }
}

/// Returns `http` or `https` for a scheme that has only their letters, and is one edit away.
pub(super) fn misspelled_scheme(scheme: &str) -> Option<&'static str> {
    let has_only_their_letters = scheme.bytes().all(|byte| b"htps".contains(&byte));
    similar_scheme(scheme).filter(|_| has_only_their_letters)
}

/// Returns `http` or `https` for a scheme that is one edit away.
pub(crate) fn similar_scheme(scheme: &str) -> Option<&'static str> {
    let meant = if scheme.contains('s') { "https" } else { "http" };
    let is_near = scheme.len() <= 6 && !matches!(scheme, "http" | "https");
    (is_near && is_one_edit(scheme, meant)).then_some(meant)
}

/// Splits host and port. The port is `None` if there is no colon.
fn split_port(rest: &str) -> Result<(&str, Option<&str>), OriginErrorKind> {
    let end = if rest.starts_with('[') || rest.starts_with("*.[") {
        position(rest, b']').ok_or(OriginErrorKind::Ipv6)? + 1
    } else {
        position(rest, b':').unwrap_or(rest.len())
    };
    let (host, port) = rest.split_at(end);
    match port.strip_prefix(':') {
        Some(port) if port.contains(':') => {
            let is_bare_ipv6 = rest.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            Err(if is_bare_ipv6 { OriginErrorKind::Ipv6 } else { OriginErrorKind::Port })
        }
        Some(port) => Ok((host, Some(port))),
        None if port.is_empty() => Ok((host, None)),
        None => Err(OriginErrorKind::Ipv6),
    }
}

fn check_port(scheme: &str, port: Option<&str>) -> Result<Port, OriginErrorKind> {
    let digits = match port {
        None => return Ok(Port::Default),
        Some("*") => return Ok(Port::Any),
        Some(digits) => digits,
    };
    if digits.starts_with(['0', '+']) {
        return Err(OriginErrorKind::Port);
    }
    let number = digits.parse::<u16>().map_err(|_| OriginErrorKind::Port)?;
    // URL, "port state": the default port of the scheme becomes null.
    if default_port(scheme) == Some(number) {
        Err(OriginErrorKind::DefaultPort)
    } else {
        Ok(Port::Number(number))
    }
}

/// Splits host and port, the port with its colon or empty. Checks neither.
pub(super) fn split_port_unchecked(rest: &[u8]) -> (&[u8], &[u8]) {
    // The colons of an IPv6 address stand before its bracket.
    match rest.iter().rposition(|byte| matches!(byte, b':' | b']')) {
        Some(at) if rest[at] == b':' => rest.split_at(at),
        _ => (rest, &[]),
    }
}

/// Whether a browser can write `port`, with its colon or empty, after a host of this scheme.
pub(super) fn is_port(scheme: &str, port: &[u8]) -> bool {
    let Some((b':', digits)) = port.split_first() else { return port.is_empty() };
    let port = std::str::from_utf8(digits).map(|digits| check_port(scheme, Some(digits)));
    matches!(port, Ok(Ok(Port::Number(_))))
}
