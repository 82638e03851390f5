//! The origin matcher once more, naively: strings, no compiled form, a loop over all patterns.
//!
//! Written from the contract's words and the standards (URL, "host serializing"; Fetch, "`Origin`
//! header"), not from the library, so that the two do not share a mistake.

#![allow(dead_code)] // each test target takes what it needs

use std::{collections::HashSet, net::Ipv6Addr};

/// Whether one of the patterns stands for this text, and the text is an origin at all.
pub fn allows<S: AsRef<str>>(patterns: &[S], origin: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern.as_ref(), origin))
}

/// Whether this pattern, which is taken to be a correct one, stands for this text.
pub fn matches(pattern: &str, origin: &str) -> bool {
    if !is_origin(origin) {
        return false;
    }
    let (Some(pattern), Some(origin)) = (split(pattern), split(origin)) else {
        return false;
    };
    let (host, any_port) = match pattern.host.split_once('*') {
        // Every origin of the scheme
        Some(("", "")) => (true, true),
        Some((prefix, suffix)) => {
            let start = origin.host.strip_prefix(prefix);
            let part = start.and_then(|rest| rest.strip_suffix(suffix)).unwrap_or_default();
            // One or more labels in front, or a part of one label: at least one byte
            let is_part = (prefix.is_empty() && suffix.starts_with('.')) || !part.contains('.');
            (is_part && !part.is_empty() && !is_ip(&origin), false)
        }
        None => (origin.host == pattern.host, false),
    };
    let port = any_port || pattern.port == Some("*") || origin.port == pattern.port;
    origin.scheme == pattern.scheme && host && port
}

/// Every text of a pattern that stands for this origin: the question the other way round, for sets
/// that are too large to loop over.
pub fn patterns_for(origin: &str) -> Vec<String> {
    let Some(parts) = split(origin).filter(|_| is_origin(origin)) else {
        return Vec::new();
    };
    let mut hosts = vec![parts.host.to_owned()];
    if !is_ip(&parts) {
        let dots = parts.host.match_indices('.').map(|(at, _)| format!("*{}", &parts.host[at..]));
        hosts.extend(dots.filter(|host| host.len() > 2));
        if let Some((label, domain)) = parts.host.split_once('.') {
            for start in 0..label.len() {
                for end in start + 1..=label.len() {
                    hosts.push(format!("{}*{}.{domain}", &label[..start], &label[end..]));
                }
            }
        }
    }
    let port = parts.port.map(|port| format!(":{port}")).unwrap_or_default();
    let texts = |host: &String| {
        let scheme = parts.scheme;
        [format!("{scheme}://{host}{port}"), format!("{scheme}://{host}:*")]
    };
    let whole_scheme = format!("{}://*", parts.scheme);
    hosts.iter().flat_map(texts).chain([whole_scheme]).collect()
}

/// Whether a browser can write this text in an `Origin` line, `null` not counted.
pub fn is_origin(text: &str) -> bool {
    let Some(parts) = split(text) else {
        return false;
    };
    is_scheme(parts.scheme)
        && is_host(&parts)
        && parts.port.is_none_or(|port| is_port(&parts, port))
}

/// Whether the contract accepts this text as a pattern.
pub fn is_pattern(text: &str) -> bool {
    let Some(parts) = split(text) else {
        return false;
    };
    let port = parts.port.filter(|port| *port != "*");
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let Some((prefix, suffix)) = parts.host.split_once('*') else {
        return is_origin(&format!("{}://{}{port}", parts.scheme, parts.host));
    };
    if prefix.is_empty() && suffix.is_empty() {
        return is_scheme(parts.scheme) && keeps_case(parts.scheme) && parts.port.is_none();
    }
    // In the first label alone
    let Some((_, base)) = suffix.split_once('.').filter(|_| !prefix.contains('.')) else {
        return false;
    };
    let domain = base.strip_suffix('.').unwrap_or(base);
    // Never everybody under a top-level domain, never an address; something fits in front
    let below_the_top = domain.contains('.') || domain == "localhost";
    let origin = format!("{}://{base}{port}", parts.scheme);
    let with_label = format!("{}://{prefix}a{suffix}{port}", parts.scheme);
    let is_domain = split(&origin).is_some_and(|parts| !is_ip(&parts));
    // What a part of punycode stands for cannot be said
    let is_punycode = prefix.starts_with("xn--") && !keeps_case(parts.scheme);
    below_the_top && is_domain && is_origin(&origin) && is_origin(&with_label) && !is_punycode
}

/// URL, "host parser": the hosts of special schemes are domains, in lower case.
fn keeps_case(scheme: &str) -> bool {
    !["http", "https", "ftp"].contains(&scheme)
}

/// Plain http, and not to the machine that the browser runs on: `localhost`, `*.localhost`, 127/8,
/// `[::1]` and `0.0.0.0`.
pub fn is_insecure(text: &str) -> bool {
    split(text).is_some_and(|parts| {
        let host = parts.host.strip_suffix('.').unwrap_or(parts.host);
        let names = ["localhost", "[::1]", "0.0.0.0"];
        let local = names.contains(&host) || host.ends_with(".localhost");
        parts.scheme == "http" && !local && !(is_ip(&parts) && host.starts_with("127."))
    })
}

pub struct Parts<'a> {
    pub scheme: &'a str,
    pub host: &'a str,
    pub port: Option<&'a str>,
}

/// At the first `://`, and at the last colon that is not part of an IPv6 address.
pub fn split(text: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (rest, None),
    };
    Some(Parts { scheme, host, port })
}

/// URL, "scheme state". No page has the origin `file://` or a WebSocket's.
fn is_scheme(scheme: &str) -> bool {
    let other = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(other)
        && !["file", "ws", "wss"].contains(&scheme)
        && !is_misspelled(scheme)
}

/// `htps` and its like: `https`, or `http` if there is no `s`, after one slip of the finger.
fn is_misspelled(scheme: &str) -> bool {
    if ["http", "https"].contains(&scheme) || scheme.chars().any(|c| !"htps".contains(c)) {
        return false;
    }
    let meant = if scheme.contains('s') { "https" } else { "http" };
    let mut slips = HashSet::new();
    for at in 0..=meant.len() {
        let (before, after) = meant.split_at(at);
        let next = after.get(1..).unwrap_or_default();
        slips.insert(format!("{before}{next}"));
        if after.len() > 1 {
            slips.insert(format!("{before}{}{}{}", &after[1..2], &after[..1], &after[2..]));
        }
        for letter in ["h", "t", "p", "s"] {
            slips.insert(format!("{before}{letter}{after}"));
            slips.insert(format!("{before}{letter}{next}"));
        }
    }
    slips.contains(scheme)
}

fn is_port(parts: &Parts<'_>, port: &str) -> bool {
    let default = match parts.scheme {
        "http" => "80",
        "https" => "443",
        "ftp" => "21",
        _ => "",
    };
    let number = port.parse::<u16>();
    number.is_ok_and(|number| number > 0 && number.to_string() == port) && port != default
}

fn is_host(parts: &Parts<'_>) -> bool {
    if parts.host.starts_with('[') {
        return is_ipv6(parts.host);
    }
    let keeps_case = keeps_case(parts.scheme);
    let byte = |c: char| {
        c.is_ascii_lowercase()
            || c.is_ascii_digit()
            || "-_".contains(c)
            || (keeps_case && c.is_ascii_uppercase())
    };
    let host = parts.host.strip_suffix('.').unwrap_or(parts.host);
    let label = |label: &str| {
        let encoded = label.strip_prefix("xn--").filter(|_| !keeps_case);
        let is_text = encoded.is_none_or(|encoded| decode(encoded).is_some());
        (1..=63).contains(&label.len()) && label.chars().all(byte) && is_text
    };
    let is_domain = host.len() <= 253 && host.split('.').all(label);
    // URL, "ends in a number checker": only an IPv4 address may
    is_domain && (keeps_case || !ends_in_a_number(host) || is_ipv4(parts.host))
}

/// An address has no subdomains.
fn is_ip(parts: &Parts<'_>) -> bool {
    parts.host.starts_with('[') || is_ipv4(parts.host)
}

fn ends_in_a_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x");
    last.chars().all(|c| c.is_ascii_digit())
        || hex.is_some_and(|hex| hex.chars().all(|c| c.is_ascii_hexdigit()))
}

/// URL, "IPv4 serializer"
fn is_ipv4(host: &str) -> bool {
    let byte = |part: &str| part.parse::<u8>().is_ok_and(|number| number.to_string() == part);
    host.split('.').count() == 4 && host.split('.').all(byte)
}

/// URL, "IPv6 serializer"
fn is_ipv6(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let Some(address) = address.and_then(|address| address.parse::<Ipv6Addr>().ok()) else {
        return false;
    };
    host == format!("[{}]", serialize_ipv6(address.segments()))
}

/// The first of the longest runs of two or more zeros becomes `::`.
pub fn serialize_ipv6(segments: [u16; 8]) -> String {
    let hex = |part: &[u16]| {
        let digits: Vec<_> = part.iter().map(|number| format!("{number:x}")).collect();
        digits.join(":")
    };
    for length in (2..=8).rev() {
        for start in 0..=8 - length {
            let (before, rest) = segments.split_at(start);
            let (run, after) = rest.split_at(length);
            if run.iter().all(|number| *number == 0) {
                return format!("{}::{}", hex(before), hex(after));
            }
        }
    }
    hex(&segments)
}

/// RFC 3492, 6.2. `None` too for what would not have been encoded, as it is ASCII anyway.
fn decode(encoded: &str) -> Option<String> {
    let (basic, mut rest) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut text: Vec<char> = basic.chars().collect();
    let (mut number, mut at, mut bias, mut first) = (128_u128, 0_u128, 72, true);
    while !rest.is_empty() {
        let (before, mut weight) = (at, 1);
        for step in 1_u128.. {
            let digit = rest.chars().next()?;
            rest = &rest[1..];
            let digit = match digit {
                'a'..='z' => u128::from(digit) - u128::from('a'),
                _ => u128::from(digit.to_digit(10)?) + 26,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = (36 * step).saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
        }
        let count = text.len() as u128 + 1;
        let mut delta = (at - before) / if first { 700 } else { 2 };
        delta += delta / count;
        bias = 0;
        while delta > 455 {
            (delta, bias) = (delta / 35, bias + 36);
        }
        bias += 36 * delta / (delta + 38);
        number += at / count;
        at %= count;
        text.insert(usize::try_from(at).ok()?, char::from_u32(u32::try_from(number).ok()?)?);
        (at, first) = (at + 1, false);
    }
    // UTS 46, as far as it goes without tables
    let is_never_sent = |c: &char| {
        let number = u32::from(*c);
        c.is_control()
            || c.is_whitespace()
            || c.is_uppercase()
            || (0xe000..=0xf8ff).contains(&number)
            || (0xfff0..=0xffff).contains(&number)
            || number >= 0xe0000
    };
    let is_text = text.iter().any(|c| !c.is_ascii()) && !text.iter().any(is_never_sent);
    is_text.then(|| text.into_iter().collect())
}
