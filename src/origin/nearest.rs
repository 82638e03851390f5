//! The allowed origin that a refused origin was probably meant to be.

use super::{
    OriginPattern, grammar,
    likeness::differing_parts,
    parts::{Parts, Port, Wildcard},
};

/// Returns the pattern that resembles `origin` most, and a clause that names the difference.
pub(crate) fn nearest<'a>(
    origin: &str,
    patterns: &'a [OriginPattern],
) -> Option<(&'a OriginPattern, &'static str)> {
    // People type upper case, and a slash at the end.
    let tidy = origin.trim_end_matches('/').to_ascii_lowercase();
    let parts = grammar::parse_parts(&tidy).ok()?.parts(&tidy);
    let candidates = patterns
        .iter()
        .take(MAX_CANDIDATES)
        .filter_map(|pattern| Some((pattern, difference(origin, parts, pattern.parts())?)));
    let (pattern, difference) = candidates.min_by_key(|(_, difference)| *difference)?;
    Some((pattern, difference.clause()))
}

/// Bounds the work for one message.
const MAX_CANDIDATES: usize = 1000;

/// Ordered from the smallest difference to the largest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    Spelling,
    Port,
    Scheme,
    SchemeAndPort,
    Loopback,
    DomainItself,
    Subdomain,
    Domain,
    Typo,
}

impl Difference {
    fn clause(self) -> &'static str {
        match self {
            Self::Spelling => "which differs only in case or a slash: browsers send neither",
            Self::Port => "which differs only in its port",
            Self::Scheme => "which differs only in its scheme",
            Self::SchemeAndPort => "which differs in its scheme and its port",
            Self::Loopback => {
                "which is the same machine by another name: to browsers, another origin"
            }
            Self::DomainItself => "which allows its subdomains, not the domain itself",
            Self::Subdomain => "which is a subdomain of it",
            Self::Domain => "which is the domain above it",
            Self::Typo => "which is spelled almost the same",
        }
    }
}

fn difference(written: &str, origin: Parts<'_>, pattern: Parts<'_>) -> Option<Difference> {
    let same_scheme = origin.scheme == pattern.scheme;
    let same_port = pattern.port == Port::Any || origin.port == pattern.port;
    let covers_host = match pattern.wildcard {
        Wildcard::None => origin.host == pattern.host,
        Wildcard::Subdomains => is_below(origin.host, pattern.host),
        Wildcard::Label { prefix, suffix } => {
            origin.host.split_once('.').is_some_and(|(label, domain)| {
                let part = label.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
                domain == pattern.host && part.is_some_and(|part| !part.is_empty())
            })
        }
        Wildcard::AnyHost => same_scheme,
    };
    let is_mistyped = written.ends_with('/') || written.bytes().any(|b| b.is_ascii_uppercase());
    if covers_host {
        match (same_scheme, same_port) {
            (true, true) if is_mistyped => Some(Difference::Spelling),
            // It is allowed.
            (true, true) => None,
            (true, false) => Some(Difference::Port),
            (false, true) => Some(Difference::Scheme),
            (false, false) => Some(Difference::SchemeAndPort),
        }
    } else if pattern.wildcard == Wildcard::Subdomains && origin.host == pattern.host {
        Some(Difference::DomainItself)
    } else if origin.is_loopback() && pattern.is_loopback() {
        Some(Difference::Loopback)
    } else if is_below(pattern.host, origin.host) {
        Some(Difference::Subdomain)
    } else if is_below(origin.host, pattern.host) {
        Some(Difference::Domain)
    } else {
        is_typo(last_labels(origin.host, pattern), pattern.host).then_some(Difference::Typo)
    }
}

/// Whether `host` is a subdomain of `domain`.
fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|prefix| prefix.ends_with('.'))
}

/// Cuts `host` to as many labels as the domain of a wildcard has.
fn last_labels<'a>(host: &'a str, pattern: Parts<'_>) -> &'a str {
    let dots = pattern.host.bytes().filter(|byte| *byte == b'.').count();
    match host.rmatch_indices('.').nth(dots) {
        Some((dot, _)) if pattern.has_host_wildcard() => &host[dot + 1..],
        _ => host,
    }
}

/// Whether at most two bytes of each differ, between a common start and a common end.
fn is_typo(a: &str, b: &str) -> bool {
    let (a_part, b_part) = differing_parts(a, b);
    // `t.co` is not a misspelling of `x.co`.
    a_part.len() <= 2 && b_part.len() <= 2 && a.len() - a_part.len() > 5
}
