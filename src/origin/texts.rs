//! A set of texts, any number of them, some of them chosen by people who mean harm.

use std::{
    collections::HashSet,
    hash::{BuildHasher, Hasher, RandomState},
};

/// Of the texts of patterns. What a look-up costs does not depend on their number.
#[derive(Clone, Default)]
pub(super) struct Texts(HashSet<Box<[u8]>, Keys>);

impl Texts {
    pub(super) fn new(texts: Vec<Box<[u8]>>) -> Self {
        // Nobody can aim at keys that are drawn here. That is checked, so that nobody has to believe
        // in the hash: a crowded place would mean other keys.
        let mut keys = Keys::default();
        for _ in 0..8 {
            if keys.longest_crowd(&texts) <= 32 {
                break;
            }
            keys = Keys::default();
        }
        let mut set = HashSet::with_capacity_and_hasher(texts.len(), keys);
        set.extend(texts);
        Self(set)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// In no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|text| std::str::from_utf8(text).ok())
    }

    #[inline]
    pub(super) fn contains(&self, text: &[u8]) -> bool {
        self.0.contains(text)
    }
}

/// The keys of a hash that takes a quarter of the time of the standard library's.
#[derive(Clone)]
struct Keys([u64; 2]);

impl Keys {
    /// How many texts there are in the fullest of as many places as there are texts.
    fn longest_crowd(&self, texts: &[Box<[u8]>]) -> u8 {
        let mut places = vec![0_u8; texts.len().next_power_of_two()];
        let last = places.len() - 1;
        for text in texts {
            let place = usize::try_from(self.hash_one(text) & last as u64).unwrap_or(0);
            places[place] = places[place].saturating_add(1);
        }
        places.into_iter().max().unwrap_or(0)
    }
}

impl Default for Keys {
    fn default() -> Self {
        // Random, wherever the platform has randomness.
        let random = RandomState::new();
        Self([random.hash_one(0), random.hash_one(1)])
    }
}

impl BuildHasher for Keys {
    type Hasher = Folded;

    #[inline]
    fn build_hasher(&self) -> Folded {
        Folded { keys: self.0, state: 0 }
    }
}

/// Multiplies what it reads with itself, sixteen bytes at a time.
struct Folded {
    keys: [u64; 2],
    state: u64,
}

impl Hasher for Folded {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let eight = |at: usize| {
            let eight = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            eight.map_or(0, u64::from_le_bytes)
        };
        let mut at = 0;
        // The last sixteen may overlap those before.
        while at + 16 < bytes.len() {
            self.fold(eight(at), eight(at + 8));
            at += 16;
        }
        match bytes.len() {
            16.. => self.fold(eight(bytes.len() - 16), eight(bytes.len() - 8)),
            8..16 => self.fold(eight(0), eight(bytes.len() - 8)),
            _ => self.fold(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)), 0),
        }
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.state ^= number as u64;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.state
    }
}

impl Folded {
    #[inline]
    fn fold(&mut self, a: u64, b: u64) {
        let [one, two] = self.keys;
        let product = u128::from(a ^ one) * u128::from(b ^ two ^ self.state.rotate_left(23));
        // Both halves: the lower one knows nothing of the upper bits.
        #[expect(clippy::cast_possible_truncation)]
        let lower = product as u64;
        self.state = lower ^ (product >> 64) as u64;
    }
}
