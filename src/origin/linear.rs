//! A few patterns, compared one after the other.

use std::ops::BitOr;

use super::{OriginPattern, set::Search};

#[derive(Clone)]
pub(super) struct Linear {
    exact: Box<[Exact]>,
    /// The offset of the bytes in which the exact origins differ most.
    window: usize,
    /// One bit for the fingerprint of each exact origin. Most other origins have none of these bits.
    fingerprint_bits: u64,
    wildcards: Box<[Wildcard]>,
}

#[derive(Clone, Copy)]
struct Exact {
    fingerprint: u64,
    position: usize,
}

/// A pattern with wildcards, and its last bytes: most other origins end differently.
#[derive(Clone, Copy)]
struct Wildcard {
    end: u64,
    /// The bytes of `end` that are compared. None if the port can be any.
    mask: u64,
    position: usize,
}

impl Wildcard {
    fn new(pattern: &OriginPattern, position: usize) -> Self {
        let end = pattern.fixed_end();
        let len = end.len().min(8);
        // The bytes of `last_bytes` that lie after the star are the most significant ones.
        let mask = u64::MAX.checked_shl(64 - 8 * u32::try_from(len).unwrap_or(8)).unwrap_or(0);
        Self { end: last_bytes(pattern.as_bytes()) & mask, mask, position }
    }
}

impl Linear {
    pub(super) fn new(patterns: &[OriginPattern]) -> Self {
        let (wildcards, exact): (Vec<_>, Vec<_>) =
            (0..patterns.len()).partition(|position| patterns[*position].is_wildcard());
        let text = |position: &usize| patterns[*position].as_bytes();
        let window = best_window(&exact.iter().map(text).collect::<Vec<_>>());
        let exact: Box<[Exact]> = exact
            .into_iter()
            .map(|position| Exact { fingerprint: fingerprint(text(&position), window), position })
            .collect();
        Self {
            window,
            fingerprint_bits: exact.iter().map(|exact| bit(exact.fingerprint)).fold(0, u64::bitor),
            exact,
            wildcards: wildcards
                .into_iter()
                .map(|position| Wildcard::new(&patterns[position], position))
                .collect(),
        }
    }
}

impl Search for Linear {
    fn exact_count(&self) -> usize {
        self.exact.len()
    }

    fn wildcard_count(&self) -> usize {
        self.wildcards.len()
    }

    #[inline]
    fn has_exact(&self, patterns: &[OriginPattern], origin: &[u8]) -> bool {
        let wanted = fingerprint(origin, self.window);
        self.fingerprint_bits & bit(wanted) != 0
            && self.exact.iter().any(|exact| {
                exact.fingerprint == wanted && patterns[exact.position].as_bytes() == origin
            })
    }

    #[inline]
    fn find_wildcard<'p>(
        &self,
        patterns: &'p [OriginPattern],
        origin: &[u8],
    ) -> Option<&'p OriginPattern> {
        let end = last_bytes(origin);
        let mut wildcards =
            self.wildcards.iter().filter(|wildcard| end & wildcard.mask == wildcard.end);
        let matches = |wildcard: &&Wildcard| patterns[wildcard.position].matches_bytes(origin);
        wildcards.find(matches).map(|wildcard| &patterns[wildcard.position])
    }
}

/// A number that nearly always differs for different origins: their length, eight bytes at an offset,
/// and their end.
#[inline]
fn fingerprint(origin: &[u8], window: usize) -> u64 {
    eight_bytes(origin, window).rotate_left(17) ^ last_bytes(origin) ^ origin.len() as u64
}

/// Returns the first offset with which the origins have the most different fingerprints.
fn best_window(origins: &[&[u8]]) -> usize {
    let different = |window: usize| {
        let mut unique = Vec::with_capacity(origins.len());
        for origin in origins {
            let fingerprint = fingerprint(origin, window);
            if !unique.contains(&fingerprint) {
                unique.push(fingerprint);
            }
        }
        unique.len()
    };
    let len = origins.iter().map(|it| it.len()).max().unwrap_or(0);
    let (mut best, mut most) = (0, 0);
    for window in "https://".len()..len {
        let different = different(window);
        if different > most {
            (best, most) = (window, different);
        }
        if most == origins.len() {
            break;
        }
    }
    best
}

/// The last eight bytes, the last one being the most significant. 0 for a shorter text.
#[inline]
fn last_bytes(text: &[u8]) -> u64 {
    eight_bytes(text, text.len().saturating_sub(8))
}

#[inline]
fn eight_bytes(text: &[u8], at: usize) -> u64 {
    let bytes = text.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u64::from_le_bytes)
}

/// One of 64 bits, all equally likely. The multiplier is 2^64 divided by the golden ratio.
fn bit(fingerprint: u64) -> u64 {
    1 << (fingerprint.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}
