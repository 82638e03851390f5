//! Any number of patterns, at the cost of one origin.
//!
//! Exact origins are found by their text. Patterns with wildcards are found by scheme, domain and
//! port: for `https://a.b.example:8443` the index looks up `b.example` and `example`, each with the
//! port 8443 and with any port, and the whole host with any port. Combinations that no pattern has
//! are not looked up. The index only proposes candidates; the pattern itself decides.

use std::hash::{BuildHasher, Hasher, RandomState};

use foldhash::{SharedSeed, fast::SeedableRandomState};
use hashbrown::HashTable;

use super::{
    OriginPattern,
    grammar::split_port_unchecked,
    parts::{Parts, Port, Wildcard},
};

/// An index of positions in a list of patterns. Each method takes that list.
#[derive(Clone)]
pub(super) struct Hashed {
    exact: HashTable<u32>,
    wildcards: HashTable<u32>,
    seed: SeedableRandomState,
    /// Whether some pattern is a whole host with any port.
    has_hosts_with_any_port: bool,
    /// Of the domains behind `*.` with one port.
    depths: Depths,
    /// Of the domains behind `*.` with any port.
    depths_with_any_port: Depths,
    /// Positions of the patterns with other wildcards.
    others: Vec<u32>,
}

impl Hashed {
    /// The patterns must differ from each other.
    pub(super) fn new(patterns: &[OriginPattern]) -> Self {
        let wildcards = patterns.iter().filter(|pattern| pattern.is_wildcard()).count();
        // Tenants may choose origins, so the seed must be secret. `RandomState` has its keys from the
        // operating system.
        let seed = RandomState::new().hash_one(0);
        let mut index = Self {
            exact: HashTable::with_capacity(patterns.len() - wildcards),
            wildcards: HashTable::with_capacity(wildcards),
            seed: SeedableRandomState::with_seed(seed, SharedSeed::global_random()),
            has_hosts_with_any_port: false,
            depths: Depths::default(),
            depths_with_any_port: Depths::default(),
            others: Vec::new(),
        };
        for (position, pattern) in (0..).zip(patterns) {
            let Parts { wildcard, host, port, .. } = pattern.parts();
            match (wildcard, port) {
                (Wildcard::Subdomains, Port::Any) => index.depths_with_any_port.insert(host),
                (Wildcard::Subdomains, _) => index.depths.insert(host),
                (Wildcard::None, Port::Any) => index.has_hosts_with_any_port = true,
                (Wildcard::None, _) => {}
                _ => {
                    index.others.push(position);
                    continue;
                }
            }
            let seed = &index.seed;
            let table = if pattern.is_wildcard() { &mut index.wildcards } else { &mut index.exact };
            table.insert_unique(hash_pattern(seed, pattern), position, |position| {
                hash_pattern(seed, at(patterns, *position))
            });
        }
        index
    }

    pub(super) fn exact_count(&self) -> usize {
        self.exact.len()
    }

    pub(super) fn wildcard_count(&self) -> usize {
        self.wildcards.len() + self.others.len()
    }

    #[inline]
    pub(super) fn has_exact(&self, patterns: &[OriginPattern], origin: &[u8]) -> bool {
        let is_origin = |position: &u32| at(patterns, *position).as_str().as_bytes() == origin;
        self.exact.find(hash(&self.seed, [origin]), is_origin).is_some()
    }

    pub(super) fn find_wildcard<'p>(
        &self,
        patterns: &'p [OriginPattern],
        origin: &[u8],
    ) -> Option<&'p OriginPattern> {
        let scheme_end = origin.iter().position(|byte| *byte == b':')?;
        let (scheme, rest) = origin.split_at(scheme_end);
        let (host, port) = split_port_unchecked(rest.get("://".len()..)?);
        let find = |domain: &[u8], port: &[u8]| {
            let matches = |position: &u32| at(patterns, *position).matches_bytes(origin);
            self.wildcards.find(hash(&self.seed, [scheme, domain, port]), matches)
        };
        let mut found = None;
        if self.has_hosts_with_any_port {
            found = find(host, ANY_PORT);
        }
        // The shortest domain first.
        let mut depth = 0;
        for dot in (0..host.len()).rev().filter(|at| host[*at] == b'.') {
            let domain = &host[dot + 1..];
            depth += 1;
            if found.is_none() && self.depths.contains(depth) {
                found = find(domain, port);
            }
            if found.is_none() && self.depths_with_any_port.contains(depth) {
                found = find(domain, ANY_PORT);
            }
            if found.is_some() {
                break;
            }
        }
        let mut others = self.others.iter();
        let found =
            found.or_else(|| others.find(|other| at(patterns, **other).matches_bytes(origin)));
        found.map(|position| at(patterns, *position))
    }
}

const ANY_PORT: &[u8] = b":*";

fn at(patterns: &[OriginPattern], position: u32) -> &OriginPattern {
    &patterns[position as usize]
}

fn hash_pattern(seed: &SeedableRandomState, pattern: &OriginPattern) -> u64 {
    if pattern.is_wildcard() {
        let Parts { scheme, host, .. } = pattern.parts();
        hash(seed, [scheme.as_bytes(), host.as_bytes(), pattern.port_text().as_bytes()])
    } else {
        hash(seed, [pattern.as_str().as_bytes()])
    }
}

#[inline]
fn hash<const N: usize>(seed: &SeedableRandomState, pieces: [&[u8]; N]) -> u64 {
    let mut hasher = seed.build_hasher();
    for piece in pieces {
        hasher.write(piece);
    }
    hasher.finish()
}

/// How many dots some domains have, one more than that.
#[derive(Clone, Default)]
struct Depths(u128);

impl Depths {
    fn insert(&mut self, domain: &str) {
        self.0 |= Self::bit(domain.bytes().filter(|byte| *byte == b'.').count() + 1);
    }

    fn contains(&self, depth: usize) -> bool {
        self.0 & Self::bit(depth) != 0
    }

    /// A domain has at most 127 labels, and a dot may follow the last one.
    fn bit(depth: usize) -> u128 {
        1 << depth.min(127)
    }
}
