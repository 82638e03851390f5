//! Origins as a proxy can match them: texts to compare, and regular expressions.

use std::collections::HashSet;

use super::escape;
use crate::origin::{OriginPattern, OriginSet, Parts, Port, Wildcard, default_port};

/// The origins that a policy lists.
#[derive(Debug, Default)]
pub(super) struct OriginList<'p> {
    /// In the order in which they were written, each once.
    pub(super) exact: Vec<&'p str>,
    pub(super) wildcards: Vec<OriginRegex<'p>>,
}

/// A regular expression for whole origins, without anchors. It has no groups that capture.
#[derive(Debug)]
pub(super) struct OriginRegex<'p> {
    /// The pattern that it stands for, or `None` if every origin is allowed.
    pub(super) pattern: Option<&'p OriginPattern>,
    text: String,
    /// It must not match any of the [`KNOWN_SCHEMES`].
    pub(super) is_of_other_scheme: bool,
    /// It matches some hosts that no browser writes, and that the policy denies.
    matches_malformed: bool,
}

impl<'p> OriginList<'p> {
    pub(super) fn new(set: &'p OriginSet) -> Self {
        let mut list = Self::default();
        for pattern in set.patterns() {
            let parts = pattern.parts();
            if parts.wildcard == Wildcard::None && parts.port != Port::Any {
                list.exact.push(pattern.as_str());
            } else {
                list.wildcards.push(OriginRegex::of_pattern(pattern));
            }
        }
        if let Some(custom) = set.custom() {
            list.exact.extend(custom.null.then_some("null"));
            // Unlike patterns, these are kept as they were written.
            let mut known = HashSet::new();
            let opaque = custom.opaque.iter().map(|spelling| &**spelling);
            list.exact.extend(opaque.filter(|spelling| known.insert(*spelling)));
            if custom.any {
                list.wildcards.extend(OriginRegex::of_any());
            }
        }
        list
    }

    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.wildcards.is_empty()
    }

    pub(super) fn matches_malformed(&self) -> bool {
        self.wildcards.iter().any(|regex| regex.matches_malformed)
    }
}

/// The host is no longer than a name can be (RFC 1035, 2.3.4 "Size limits"), without a dot at its end.
const HOST_LEN: &str = r"(?=[^:]{1,253}\.?(?::|$))";

/// Every host of a scheme whose hosts are domains, with some that are no valid punycode or address.
const DOMAIN: &str = r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?";
/// Every host of another scheme.
const OPAQUE_HOST: &str = r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?";
/// Every IPv6 address, with some spellings that no browser writes.
const IPV6: &str = r"\[[0-9a-f:]{2,39}\]";

/// Schemes that pages have, or never have. A list of any origin has a regex for the former.
pub(super) const KNOWN_SCHEMES: &str = "(?:https?|ftp|file|wss?):";

impl<'p> OriginRegex<'p> {
    /// Returns the expression for PCRE.
    pub(super) fn pcre(&self) -> String {
        if self.is_of_other_scheme {
            format!("(?!{KNOWN_SCHEMES}){}", self.text)
        } else {
            self.text.clone()
        }
    }

    /// Returns the expression for RE2, which has no look-ahead. It also matches hosts that are too long.
    pub(super) fn re2(&self) -> String {
        self.text.replace(HOST_LEN, "")
    }

    fn of_pattern(pattern: &'p OriginPattern) -> Self {
        let Parts { scheme, wildcard, host, port } = pattern.parts();
        let is_domain = default_port(scheme).is_some();
        // URL, "host parser": only domains are lower-cased.
        let byte = if is_domain { "[a-z0-9_-]" } else { "[A-Za-z0-9_-]" };
        let domain = escape::regex(host);
        let host = match wildcard {
            Wildcard::None => domain,
            Wildcard::Subdomains => format!(r"{HOST_LEN}(?:{byte}{{1,63}}\.)+{domain}"),
            Wildcard::Label { prefix, suffix } => {
                // RFC 1035, 2.3.4 "Size limits": a label has 63 bytes at most.
                let longest = 63_usize.saturating_sub(prefix.len() + suffix.len());
                let (prefix, suffix) = (escape::regex(prefix), escape::regex(suffix));
                format!(r"{HOST_LEN}{prefix}{byte}{{1,{longest}}}{suffix}\.{domain}")
            }
            Wildcard::AnyHost => format!("(?:{HOST_LEN}{OPAQUE_HOST}|{IPV6})"),
        };
        let port = match port {
            Port::Default => String::new(),
            Port::Number(port) => format!(":{port}"),
            Port::Any => any_port(default_port(scheme)),
        };
        let matches_malformed = match wildcard {
            Wildcard::None => false,
            Wildcard::Subdomains | Wildcard::Label { .. } => is_domain,
            Wildcard::AnyHost => true,
        };
        let text = format!("{}://{host}{port}", escape::regex(scheme));
        Self { pattern: Some(pattern), text, is_of_other_scheme: false, matches_malformed }
    }

    /// Every origin but `null`.
    fn of_any() -> impl Iterator<Item = Self> {
        let of_scheme = |scheme: &str, host: &str, default: Option<u16>| Self {
            pattern: None,
            text: format!("{scheme}://(?:{HOST_LEN}{host}|{IPV6}){}", any_port(default)),
            is_of_other_scheme: default.is_none(),
            matches_malformed: true,
        };
        let known = ["http", "https", "ftp"];
        let known = known.map(|scheme| of_scheme(scheme, DOMAIN, default_port(scheme)));
        // URL, "scheme start state" and "scheme state".
        known.into_iter().chain([of_scheme("[a-z][a-z0-9+.-]*", OPAQUE_HOST, None)])
    }
}

/// Any port, or none, but not the default one, which browsers leave out (URL, "port state").
fn any_port(default: Option<u16>) -> String {
    let mut numbers = Vec::new();
    let excluded = default.map(|port| port.to_string()).unwrap_or_default();
    for len in 1..=4 {
        if len == excluded.len() {
            numbers.extend(other_numbers(&excluded));
        } else {
            numbers.push(format!("[1-9]{}", digits(len - 1)));
        }
    }
    let five_digits =
        ["[1-5][0-9]{4}", "6[0-4][0-9]{3}", "65[0-4][0-9]{2}", "655[0-2][0-9]", "6553[0-5]"];
    numbers.extend(five_digits.map(str::to_owned));
    format!("(?::(?:{}))?", numbers.join("|"))
}

/// The numbers of the same length, without look-ahead, which RE2 does not have.
fn other_numbers(excluded: &str) -> impl Iterator<Item = String> + '_ {
    excluded.char_indices().map(|(at, digit)| {
        let first = if at == 0 { '1' } else { '0' };
        let others: String = (first..='9').filter(|other| *other != digit).collect();
        format!("{}[{others}]{}", &excluded[..at], digits(excluded.len() - at - 1))
    })
}

fn digits(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        count => format!("[0-9]{{{count}}}"),
    }
}
