//! A handful of patterns, compared one after the other.

use std::ops::BitOr;

use super::{
    OriginPattern,
    host::{is_front, is_web},
    pattern::{self, Port},
};

#[derive(Clone)]
pub(super) struct Few {
    /// One for each of `exact`: most origins are told apart without comparing their text.
    fingerprints: Box<[u64]>,
    /// Of each fingerprint one bit: most other origins have none of these.
    seen: u64,
    exact: Box<[Box<[u8]>]>,
    wildcards: Box<[Wildcard]>,
}

/// A pattern, cut so that an origin can be compared from both ends.
#[derive(Clone)]
struct Wildcard {
    /// `https://`
    scheme: Box<[u8]>,
    is_web: bool,
    /// `.example.com:8443`, or the whole host where there are no subdomains; without the port where
    /// any will do.
    end: Box<[u8]>,
    subdomains: bool,
    /// How long the port is, colon included; `None` for any.
    port_len: Option<usize>,
}

impl Few {
    pub(super) fn new(patterns: &[OriginPattern]) -> Self {
        let (wildcards, exact): (Vec<_>, Vec<_>) =
            patterns.iter().partition(|it| it.parts().is_wildcard());
        let exact: Box<[Box<[u8]>]> =
            exact.iter().map(|it| it.as_str().as_bytes().into()).collect();
        let fingerprints: Box<[u64]> = exact.iter().map(|text| fingerprint(text)).collect();
        Self {
            seen: fingerprints.iter().map(|it| bit(*it)).fold(0, u64::bitor),
            fingerprints,
            exact,
            wildcards: wildcards.into_iter().map(Wildcard::new).collect(),
        }
    }

    #[inline]
    pub(super) fn allows(&self, origin: &[u8]) -> bool {
        self.has_exact(origin) || self.wildcards.iter().any(|wildcard| wildcard.matches(origin))
    }

    /// How many patterns there are: the exact ones, and those with wildcards.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.exact.len(), self.wildcards.len())
    }

    #[inline]
    pub(super) fn has_exact(&self, origin: &[u8]) -> bool {
        if self.seen == 0 {
            return false;
        }
        let wanted = fingerprint(origin);
        let mut known = self.fingerprints.iter().zip(&self.exact);
        self.seen & bit(wanted) != 0 && known.any(|(it, text)| *it == wanted && **text == *origin)
    }
}

impl Wildcard {
    fn new(pattern: &OriginPattern) -> Self {
        let parts = pattern.parts();
        let dot = if parts.subdomains { "." } else { "" };
        let port = match parts.port {
            Port::Number(port) => format!(":{port}"),
            Port::Default | Port::Any => String::new(),
        };
        let bytes = |text: String| text.into_bytes().into_boxed_slice();
        Self {
            scheme: bytes(format!("{}://", parts.scheme)),
            is_web: is_web(parts.scheme),
            end: bytes(format!("{dot}{}{port}", parts.host)),
            subdomains: parts.subdomains,
            port_len: (parts.port != Port::Any).then_some(port.len()),
        }
    }

    #[inline]
    fn matches(&self, origin: &[u8]) -> bool {
        match self.port_len {
            // The end first: it is what tells most origins apart.
            Some(port_len) => origin.ends_with(&self.end) && self.has_front(origin, port_len),
            None => self.matches_any_port(origin),
        }
    }

    fn matches_any_port(&self, origin: &[u8]) -> bool {
        let Some(rest) = origin.strip_prefix(&*self.scheme) else { return false };
        let (host, port) = pattern::cut_port(rest);
        let origin = &origin[..origin.len() - port.len()];
        pattern::is_port(&self.scheme, port)
            && host.ends_with(&self.end)
            && self.has_front(origin, 0)
    }

    fn has_front(&self, origin: &[u8], port_len: usize) -> bool {
        let Some(rest) = origin.strip_prefix(&*self.scheme) else { return false };
        let Some(front) = rest.len().checked_sub(self.end.len()) else { return false };
        let (front, host) = (&rest[..front], &rest[..rest.len() - port_len]);
        if self.subdomains { is_front(front, host, self.is_web) } else { front.is_empty() }
    }
}

/// Two origins that differ have different fingerprints, nearly always: their lengths, what follows
/// `https://`, and their ends.
#[inline]
fn fingerprint(origin: &[u8]) -> u64 {
    let eight = |at: usize| {
        let bytes = origin.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    };
    let end = eight(origin.len().saturating_sub(8));
    eight(8).rotate_left(17) ^ end ^ origin.len() as u64
}

/// One of 64 bits, each as likely as the others (the multiplier is 2^64 divided by the golden ratio).
fn bit(fingerprint: u64) -> u64 {
    1 << (fingerprint.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}
