//! A handful of patterns, compared one after the other.

use super::{
    OriginPattern,
    host::{is_front, is_web},
    pattern::{self, Port},
};

#[derive(Clone)]
pub(super) struct Few {
    /// One for each of `exact`: most origins are told apart without comparing their text.
    fingerprints: Box<[u64]>,
    exact: Box<[Box<[u8]>]>,
    wildcards: Box<[Wildcard]>,
}

/// A pattern, cut so that an origin can be compared from both ends.
#[derive(Clone)]
struct Wildcard {
    /// `https://`
    scheme: Box<[u8]>,
    is_web: bool,
    /// `.example.com`, or the whole host where there are no subdomains.
    host: Box<[u8]>,
    subdomains: bool,
    /// Nothing, or `:8443`; `None` for any.
    port: Option<Box<[u8]>>,
}

impl Few {
    pub(super) fn new(patterns: &[OriginPattern]) -> Self {
        let (wildcards, exact): (Vec<_>, Vec<_>) =
            patterns.iter().partition(|it| it.parts().is_wildcard());
        let exact: Box<[Box<[u8]>]> =
            exact.iter().map(|it| it.as_str().as_bytes().into()).collect();
        Self {
            fingerprints: exact.iter().map(|text| fingerprint(text)).collect(),
            exact,
            wildcards: wildcards.into_iter().map(Wildcard::new).collect(),
        }
    }

    #[inline]
    pub(super) fn allows(&self, origin: &[u8]) -> bool {
        let wanted = fingerprint(origin);
        let mut known = self.fingerprints.iter().zip(&self.exact);
        known.any(|(it, text)| *it == wanted && **text == *origin)
            || self.wildcards.iter().any(|wildcard| wildcard.matches(origin))
    }
}

impl Wildcard {
    fn new(pattern: &OriginPattern) -> Self {
        let parts = pattern.parts();
        let dot = if parts.subdomains { "." } else { "" };
        let bytes = |text: String| text.into_bytes().into_boxed_slice();
        Self {
            scheme: bytes(format!("{}://", parts.scheme)),
            is_web: is_web(parts.scheme),
            host: bytes(format!("{dot}{}", parts.host)),
            subdomains: parts.subdomains,
            port: match parts.port {
                Port::Any => None,
                Port::Default => Some(Box::default()),
                Port::Number(port) => Some(bytes(format!(":{port}"))),
            },
        }
    }

    fn matches(&self, origin: &[u8]) -> bool {
        let Some(rest) = origin.strip_prefix(&*self.scheme) else { return false };
        let host = match &self.port {
            Some(port) if port.is_empty() => Some(rest),
            Some(port) => rest.strip_suffix(&**port),
            None => {
                let (host, port) = pattern::cut_port(rest);
                pattern::is_port(&self.scheme, port).then_some(host)
            }
        };
        let Some(host) = host else { return false };
        match host.strip_suffix(&*self.host) {
            Some(front) if self.subdomains => is_front(front, host, self.is_web),
            Some(front) => front.is_empty(),
            None => false,
        }
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
