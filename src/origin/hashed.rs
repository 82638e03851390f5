//! Any number of patterns, at the cost of one origin.
//!
//! Exact origins are found by their text. Patterns with wildcards are found by scheme, domain and
//! port, and by the prefix and suffix of a label. For `https://app-1.b.example:8443` the index looks
//! up:
//!
//! * the scheme, for patterns such as `tauri://*`,
//! * the whole host with any port: `https://app-1.b.example:*`,
//! * each domain above the host, with this port and with any: `https://*.example:8443`,
//!   `https://*.example:*`, `https://*.b.example:8443`, `https://*.b.example:*`,
//! * the domain behind the first label, with each prefix and suffix of that label whose lengths
//!   patterns under the domain have: `https://app-*.b.example:8443`.
//!
//! Kinds of patterns that the set does not have are not looked up. The index only proposes
//! candidates; the pattern itself decides.

use std::hash::{BuildHasher, Hasher, RandomState};

use foldhash::{
    SharedSeed,
    fast::{FoldHasher, SeedableRandomState},
};
use hashbrown::HashTable;

use super::{
    OriginPattern,
    grammar::split_port_unchecked,
    host::MAX_LABEL_LEN,
    parts::{Parts, Port, Wildcard},
    set::Search,
};

/// An index of positions in a list of patterns. Each method takes that list.
#[derive(Clone)]
pub(super) struct Hashed {
    exact: HashTable<u32>,
    wildcards: HashTable<u32>,
    /// For each domain that has patterns with a `*` inside the label in front of it.
    labels: HashTable<Labels>,
    seed: SeedableRandomState,
    /// Whether some pattern is a whole scheme.
    has_schemes: bool,
    /// Whether some pattern is a whole host with any port.
    has_hosts_with_any_port: bool,
    /// Of the domains behind `*.` with one port.
    depths: Depths,
    /// Of the domains behind `*.` with any port.
    depths_with_any_port: Depths,
}

/// The labels with a `*` in front of one domain, with one port or with any.
#[derive(Clone)]
struct Labels {
    /// The position of one of these patterns.
    position: u32,
    /// A bit for each length that a prefix has. It is less than 63, as is that of a suffix.
    prefix_lens: u64,
    suffix_lens: u64,
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
            labels: HashTable::new(),
            seed: SeedableRandomState::with_seed(seed, SharedSeed::global_random()),
            has_schemes: false,
            has_hosts_with_any_port: false,
            depths: Depths::default(),
            depths_with_any_port: Depths::default(),
        };
        for (position, pattern) in (0..).zip(patterns) {
            let Parts { wildcard, host, port, .. } = pattern.parts();
            match (wildcard, port) {
                (Wildcard::Subdomains, Port::Any) => index.depths_with_any_port.insert(host),
                (Wildcard::Subdomains, _) => index.depths.insert(host),
                (Wildcard::Label { prefix, suffix }, _) => {
                    index.insert_label(patterns, position, [prefix, suffix]);
                }
                (Wildcard::AnyHost, _) => index.has_schemes = true,
                (Wildcard::None, Port::Any) => index.has_hosts_with_any_port = true,
                (Wildcard::None, _) => {}
            }
            let seed = &index.seed;
            let hash = |position: &u32| hash_pattern(seed, at(patterns, *position));
            let table = if pattern.is_wildcard() { &mut index.wildcards } else { &mut index.exact };
            table.insert_unique(hash(&position), position, hash);
        }
        index
    }

    fn insert_label(&mut self, patterns: &[OriginPattern], position: u32, affixes: [&str; 2]) {
        let [prefix_len, suffix_len] = affixes.map(|affix| 1 << affix.len());
        let key_of = |labels: &Labels| Key::of(at(patterns, labels.position));
        let key = Key::of(at(patterns, position));
        let mut entry = self
            .labels
            .entry(
                key.hasher(&self.seed).finish(),
                |labels| key_of(labels) == key,
                |labels| key_of(labels).hasher(&self.seed).finish(),
            )
            .or_insert(Labels { position, prefix_lens: 0, suffix_lens: 0 });
        entry.get_mut().prefix_lens |= prefix_len;
        entry.get_mut().suffix_lens |= suffix_len;
    }
}

impl Search for Hashed {
    fn exact_count(&self) -> usize {
        self.exact.len()
    }

    fn wildcard_count(&self) -> usize {
        self.wildcards.len()
    }

    #[inline]
    fn has_exact(&self, patterns: &[OriginPattern], origin: &[u8]) -> bool {
        let is_origin = |position: &u32| at(patterns, *position).as_bytes() == origin;
        self.exact.find(hash_exact(&self.seed, origin), is_origin).is_some()
    }

    fn find_wildcard<'p>(
        &self,
        patterns: &'p [OriginPattern],
        origin: &[u8],
    ) -> Option<&'p OriginPattern> {
        let scheme_end = origin.iter().position(|byte| *byte == b':')?;
        let (scheme, rest) = origin.split_at(scheme_end);
        let (host, port) = split_port_unchecked(rest.get("://".len()..)?);
        let find = |domain, port| {
            let key = Key { scheme, domain, port };
            self.find(patterns, origin, key.hasher(&self.seed).finish())
        };
        let mut found = None;
        if self.has_schemes {
            found = find(b"", b"");
        }
        if found.is_none() && self.has_hosts_with_any_port {
            found = find(host, ANY_PORT);
        }
        // The shortest domain first.
        let (mut depth, mut first_dot) = (0, None);
        for dot in (0..host.len()).rev().filter(|at| host[*at] == b'.') {
            let domain = &host[dot + 1..];
            depth += 1;
            first_dot = Some(dot);
            if found.is_none() && self.depths.contains(depth) {
                found = find(domain, port);
            }
            if found.is_none() && self.depths_with_any_port.contains(depth) {
                found = find(domain, ANY_PORT);
            }
            if found.is_some() {
                return found;
            }
        }
        // No longer label can match, and its affixes would be many.
        let first_dot = first_dot.filter(|dot| *dot <= MAX_LABEL_LEN && !self.labels.is_empty());
        if let (None, Some(dot)) = (found, first_dot) {
            let (label, domain) = (&host[..dot], &host[dot + 1..]);
            let find =
                |port| self.find_label(patterns, origin, label, Key { scheme, domain, port });
            found = find(port).or_else(|| find(ANY_PORT));
        }
        found
    }
}

impl Hashed {
    fn find_label<'p>(
        &self,
        patterns: &'p [OriginPattern],
        origin: &[u8],
        label: &[u8],
        key: Key<'_>,
    ) -> Option<&'p OriginPattern> {
        let hasher = key.hasher(&self.seed);
        let is_key = |labels: &Labels| Key::of(at(patterns, labels.position)) == key;
        let labels = self.labels.find(hasher.finish(), is_key)?;
        for prefix_len in lengths(labels.prefix_lens, label.len()) {
            let (prefix, rest) = label.split_at(prefix_len);
            let mut hasher = hasher.clone();
            hasher.write(prefix);
            for suffix_len in lengths(labels.suffix_lens, rest.len()) {
                let mut hasher = hasher.clone();
                hasher.write(&rest[rest.len() - suffix_len..]);
                let found = self.find(patterns, origin, hasher.finish());
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    #[inline]
    fn find<'p>(
        &self,
        patterns: &'p [OriginPattern],
        origin: &[u8],
        hash: u64,
    ) -> Option<&'p OriginPattern> {
        let matches = |position: &u32| at(patterns, *position).matches_bytes(origin);
        self.wildcards.find(hash, matches).map(|position| at(patterns, *position))
    }
}

/// The parts by which patterns with wildcards are found.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key<'a> {
    scheme: &'a [u8],
    /// The domain behind the wildcard, or the whole host.
    domain: &'a [u8],
    /// With its colon, or empty.
    port: &'a [u8],
}

const ANY_PORT: &[u8] = b":*";

impl<'a> Key<'a> {
    fn of(pattern: &'a OriginPattern) -> Self {
        let Parts { scheme, host, .. } = pattern.parts();
        Self {
            scheme: scheme.as_bytes(),
            domain: host.as_bytes(),
            port: pattern.port_text().as_bytes(),
        }
    }

    #[inline]
    fn hasher(self, seed: &SeedableRandomState) -> FoldHasher<'_> {
        let mut hasher = seed.build_hasher();
        for part in [self.scheme, self.domain, self.port] {
            hasher.write(part);
        }
        hasher
    }
}

fn hash_exact(seed: &SeedableRandomState, origin: &[u8]) -> u64 {
    let mut hasher = seed.build_hasher();
    hasher.write(origin);
    hasher.finish()
}

fn hash_pattern(seed: &SeedableRandomState, pattern: &OriginPattern) -> u64 {
    if !pattern.is_wildcard() {
        return hash_exact(seed, pattern.as_bytes());
    }
    let mut hasher = Key::of(pattern).hasher(seed);
    if let Wildcard::Label { prefix, suffix } = pattern.parts().wildcard {
        hasher.write(prefix.as_bytes());
        hasher.write(suffix.as_bytes());
    }
    hasher.finish()
}

fn at(patterns: &[OriginPattern], position: u32) -> &OriginPattern {
    &patterns[position as usize]
}

/// The numbers below `end` whose bit is set.
fn lengths(bits: u64, end: usize) -> impl Iterator<Item = usize> {
    (0..end.min(64)).filter(move |len| bits >> len & 1 != 0)
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
