//! Of the allowed origins, the one that a refused origin was probably meant to be.

use super::{
    OriginPattern,
    pattern::{self, Parts},
};

/// The pattern that resembles `origin` most, and a clause that says how the two differ.
pub(crate) fn nearest<'a>(
    origin: &str,
    patterns: &'a [OriginPattern],
) -> Option<(&'a OriginPattern, &'static str)> {
    // What people type for an origin: upper case, a slash at the end.
    let tidy = origin.trim_end_matches('/').to_ascii_lowercase();
    let parts = pattern::parse(&tidy).ok()?;
    let scored =
        patterns.iter().filter_map(|it| Some((it, difference(origin, parts, it.parts())?)));
    let (pattern, difference) = scored.min_by_key(|(_, difference)| *difference)?;
    Some((pattern, difference.clause()))
}

/// A message is written for people: no more patterns than this are kept for it.
pub(super) const LOOKED_AT: usize = 1000;

/// From the smallest difference to the largest.
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
    let same_port = pattern.port == pattern::Port::Any || origin.port == pattern.port;
    let covers_host = if pattern.subdomains {
        is_below(origin.host, pattern.host)
    } else {
        origin.host == pattern.host
    };
    Some(match () {
        () if covers_host => match (same_scheme, same_port) {
            (true, true) if written.ends_with('/') || written.bytes().any(is_upper) => {
                Difference::Spelling
            }
            // It is allowed: there is nothing to explain.
            (true, true) => return None,
            (true, false) => Difference::Port,
            (false, true) => Difference::Scheme,
            (false, false) => Difference::SchemeAndPort,
        },
        () if pattern.subdomains && origin.host == pattern.host => Difference::DomainItself,
        () if origin.is_loopback() && pattern.is_loopback() => Difference::Loopback,
        () if is_below(pattern.host, origin.host) => Difference::Subdomain,
        () if is_below(origin.host, pattern.host) => Difference::Domain,
        () if is_typo(last_labels(origin.host, pattern), pattern.host) => Difference::Typo,
        () => return None,
    })
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase()
}

/// `host` is a subdomain of `domain`.
fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'))
}

/// As many labels as the domain behind a wildcard has.
fn last_labels<'a>(host: &'a str, pattern: Parts<'_>) -> &'a str {
    let dots = pattern.host.bytes().filter(|byte| *byte == b'.').count();
    match host.rmatch_indices('.').nth(dots) {
        Some((dot, _)) if pattern.subdomains => &host[dot + 1..],
        _ => host,
    }
}

/// Apart from what they begin and end with, at most two bytes are left on either side.
fn is_typo(a: &str, b: &str) -> bool {
    let front = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a.as_bytes()[front..], &b.as_bytes()[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    // `t.co` is no misspelling of `x.co`.
    a.len() - back <= 2 && b.len() - back <= 2 && front + back > 5
}
