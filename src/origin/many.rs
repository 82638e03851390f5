//! Any number of patterns, at the cost of one origin.
//!
//! All patterns lie in a hash set under their own text. An origin is allowed where the set has one
//! of the texts that would allow it: `https://a.b.example:8443` is looked for as it is, then as
//! `https://a.b.example:*`, `https://*.b.example:8443`, `https://*.b.example:*`,
//! `https://*.example:8443`, and so on. Texts of a form that no pattern has are not looked for.

use super::{
    OriginPattern,
    host::is_front,
    pattern::{self, MAX_LEN, Port},
    texts::Texts,
};

#[derive(Clone, Default)]
pub(super) struct Many {
    exact: Texts,
    wildcards: Texts,
    /// Some pattern is a whole host with any port.
    hosts_with_any_port: bool,
    /// Of the domains behind `*.`, where the pattern has one port.
    depths: Depths,
    /// The same where it has any.
    depths_with_any_port: Depths,
}

impl Many {
    pub(super) fn new(patterns: Vec<OriginPattern>) -> Self {
        let mut many = Self::default();
        let mut exact = Vec::with_capacity(patterns.len());
        let mut wildcards = Vec::new();
        for pattern in patterns {
            let parts = pattern.parts();
            match (parts.subdomains, parts.port) {
                (true, Port::Any) => many.depths_with_any_port.insert(parts.host),
                (true, _) => many.depths.insert(parts.host),
                (false, Port::Any) => many.hosts_with_any_port = true,
                (false, _) => {
                    exact.push(pattern.into_bytes());
                    continue;
                }
            }
            wildcards.push(pattern.into_bytes());
        }
        many.exact = Texts::new(exact);
        many.wildcards = Texts::new(wildcards);
        many
    }

    /// In no order.
    #[cfg(feature = "serde")]
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.exact.iter().chain(self.wildcards.iter()).map(str::as_bytes)
    }

    pub(super) fn allows(&self, origin: &[u8]) -> bool {
        self.exact.contains(origin) || !self.wildcards.is_empty() && self.has_wildcard(origin)
    }

    pub(super) fn has_exact(&self, origin: &[u8]) -> bool {
        self.exact.contains(origin)
    }

    /// How many patterns there are: the exact ones, and those with wildcards.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.exact.len(), self.wildcards.len())
    }

    /// In no order.
    pub(super) fn exact(&self) -> impl Iterator<Item = &str> {
        self.exact.iter()
    }

    /// In no order.
    pub(super) fn wildcards(&self) -> impl Iterator<Item = &str> {
        self.wildcards.iter()
    }

    fn has_wildcard(&self, origin: &[u8]) -> bool {
        let Some(colon) = origin.iter().position(|byte| *byte == b':') else { return false };
        let Some((scheme, rest)) = origin.split_at_checked(colon + "://".len()) else {
            return false;
        };
        let (host, port) = pattern::cut_port(rest);
        if !pattern::is_port(scheme, port) {
            return false;
        }
        let is_web = matches!(scheme, b"http://" | b"https://");
        let has = |text: &Text| self.wildcards.contains(text.as_bytes());
        let mut text = Text::new();
        // What begins with `*` is a pattern's text, not a host.
        let is_host = !host.starts_with(b"*");
        if self.hosts_with_any_port && is_host && has(text.set([scheme, host, b":*"])) {
            return true;
        }
        // From the right: the shortest domain first.
        let mut depth = 0;
        for dot in (0..host.len()).rev().filter(|at| host[*at] == b'.') {
            let domain = &host[dot + 1..];
            depth += 1;
            let is_found = self.depths.contains(depth)
                && has(text.set([scheme, b"*.", domain, port]))
                || self.depths_with_any_port.contains(depth)
                    && has(text.set([scheme, b"*.", domain, b":*"]));
            if is_found && is_front(&host[..dot], host, is_web) {
                return true;
            }
        }
        false
    }
}

/// How many dots there are in some domains, one more than that.
#[derive(Clone, Default)]
struct Depths(u128);

impl Depths {
    fn insert(&mut self, domain: &str) {
        self.0 |= Self::bit(domain.bytes().filter(|byte| *byte == b'.').count() + 1);
    }

    fn contains(&self, depth: usize) -> bool {
        self.0 & Self::bit(depth) != 0
    }

    /// A domain of 253 bytes has at most 127 labels, and a dot may follow.
    fn bit(depth: usize) -> u128 {
        1 << depth.min(127)
    }
}

/// The text of a pattern, put together without allocating.
struct Text {
    bytes: [u8; MAX_LEN + 4],
    len: usize,
}

impl Text {
    fn new() -> Self {
        Self { bytes: [0; MAX_LEN + 4], len: 0 }
    }

    fn set<const N: usize>(&mut self, pieces: [&[u8]; N]) -> &Self {
        self.len = 0;
        for piece in pieces {
            // There is room: the pieces are those of an origin, and the caller has measured it.
            self.bytes[self.len..self.len + piece.len()].copy_from_slice(piece);
            self.len += piece.len();
        }
        self
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
