//! A few patterns, compared one after the other.

use std::ops::BitOr;

use super::OriginPattern;

#[derive(Clone)]
pub(super) struct Linear {
    exact: Box<[Exact]>,
    /// One bit for the fingerprint of each exact origin. Most other origins have none of these bits.
    fingerprint_bits: u64,
    /// Positions of the patterns with wildcards.
    wildcards: Box<[usize]>,
}

#[derive(Clone, Copy)]
struct Exact {
    fingerprint: u64,
    position: usize,
}

impl Linear {
    pub(super) fn new(patterns: &[OriginPattern]) -> Self {
        let (wildcards, exact): (Vec<_>, Vec<_>) =
            (0..patterns.len()).partition(|position| patterns[*position].is_wildcard());
        let exact: Box<[Exact]> = exact
            .into_iter()
            .map(|position| Exact {
                fingerprint: fingerprint(patterns[position].as_str().as_bytes()),
                position,
            })
            .collect();
        Self {
            fingerprint_bits: exact.iter().map(|exact| bit(exact.fingerprint)).fold(0, u64::bitor),
            exact,
            wildcards: wildcards.into(),
        }
    }

    pub(super) fn exact_count(&self) -> usize {
        self.exact.len()
    }

    pub(super) fn wildcard_count(&self) -> usize {
        self.wildcards.len()
    }

    #[inline]
    pub(super) fn has_exact(&self, patterns: &[OriginPattern], origin: &[u8]) -> bool {
        let wanted = fingerprint(origin);
        self.fingerprint_bits & bit(wanted) != 0
            && self.exact.iter().any(|exact| {
                exact.fingerprint == wanted
                    && patterns[exact.position].as_str().as_bytes() == origin
            })
    }

    /// Kept out of line, so that policies without wildcards do not pay for its registers.
    #[inline(never)]
    pub(super) fn find_wildcard<'p>(
        &self,
        patterns: &'p [OriginPattern],
        origin: &[u8],
    ) -> Option<&'p OriginPattern> {
        let mut wildcards = self.wildcards.iter().map(|position| &patterns[*position]);
        wildcards.find(|pattern| pattern.matches_bytes(origin))
    }
}

/// A number that nearly always differs for different origins: their length, the bytes after
/// `https://`, and their end.
#[inline]
fn fingerprint(origin: &[u8]) -> u64 {
    let eight = |at: usize| {
        let bytes = origin.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    };
    let end = eight(origin.len().saturating_sub(8));
    eight(8).rotate_left(17) ^ end ^ origin.len() as u64
}

/// One of 64 bits, all equally likely. The multiplier is 2^64 divided by the golden ratio.
fn bit(fingerprint: u64) -> u64 {
    1 << (fingerprint.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}
