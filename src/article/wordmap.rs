//! Maps whose keys are words that we know beforehand: lists, glossaries, dictionaries.
//!
//! Every word of an article is looked up in several of them, so a look-up should cost no more than
//! reading the word. The hash has no secret: nobody but us and the newsroom's own glossary chooses
//! the keys, and what an article asks for can collide with one of them but not add to them. Words of
//! articles are never kept as keys of such a map.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
};

/// A map from words that we know.
pub(crate) type WordMap<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;

/// Openings of words that a [`WordTable`] tells apart.
const OPENINGS: usize = 512;

/// A map from words that we know to what they mean, for questions of which most are in vain: of
/// most words the first letters and the length tell that they are not in it.
#[derive(Clone, Debug)]
pub(crate) struct WordTable<K, V> {
    /// For each opening the lengths of the words that have it, as a set.
    lengths: Vec<u32>,
    map: WordMap<K, V>,
}

impl<K: Borrow<str> + Eq + Hash, V> WordTable<K, V> {
    /// What a word means.
    #[inline]
    pub(crate) fn get(&self, word: &str) -> Option<&V> {
        let (opening, length) = open(word.as_bytes());
        if self.lengths[opening] & length == 0 { None } else { self.map.get(word) }
    }

    /// Whether a word is in it.
    #[inline]
    pub(crate) fn contains(&self, word: &str) -> bool {
        self.get(word).is_some()
    }
}

impl<K: Borrow<str> + Eq + Hash, V> FromIterator<(K, V)> for WordTable<K, V> {
    /// Of words that come twice the last one stays.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(words: I) -> Self {
        let map: WordMap<K, V> = words.into_iter().collect();
        let mut lengths = vec![0; OPENINGS];
        for word in map.keys() {
            let (opening, length) = open(word.borrow().as_bytes());
            lengths[opening] |= length;
        }
        Self { lengths, map }
    }
}

impl<K: Borrow<str> + Eq + Hash, V> Default for WordTable<K, V> {
    fn default() -> Self {
        std::iter::empty().collect()
    }
}

/// The opening of a word, which is its first four bytes or some that share its place, and the bit
/// of its length.
#[inline]
fn open(word: &[u8]) -> (usize, u32) {
    let first = match word.first_chunk::<4>() {
        Some(first) => u32::from_le_bytes(*first),
        None => word.iter().fold(0, |all, byte| all << 8 | u32::from(*byte)),
    };
    let spread = first.wrapping_mul(0x9E37_79B9) >> 16;
    (spread as usize % OPENINGS, 1 << (word.len() % 32))
}

/// Eight bytes at a time: an exclusive or, a product of twice the width, and both halves folded.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordHasher(u64);

impl WordHasher {
    fn mix(&mut self, word: u64) {
        // An odd number with as many ones as zeros, of no other meaning.
        const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
        let product = u128::from(self.0 ^ word) * u128::from(FACTOR);
        let bytes = product.to_le_bytes();
        let (low, high) = bytes.split_at(8);
        self.0 = half(low) ^ half(high);
    }
}

/// At most eight bytes as a number.
fn half(bytes: &[u8]) -> u64 {
    let mut padded = [0; 8];
    padded[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(padded)
}

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Words of the same letters but of other lengths part here.
        self.0 ^= bytes.len() as u64;
        let mut eights = bytes.chunks_exact(8);
        for eight in &mut eights {
            self.mix(half(eight));
        }
        let rest = eights.remainder();
        if let ([_, ..], Some(last)) = (rest, bytes.last_chunk::<8>()) {
            self.mix(u64::from_le_bytes(*last));
        } else {
            self.mix(half(rest));
        }
    }

    /// The mark that ends a string: its length is in the hash already.
    fn write_u8(&mut self, _: u8) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_nothing_else_is() {
        let words = ["", "a", "ab", "اب", "قال", "وقال", "المسؤولين", "المسؤولون", "\0", "a\0"];
        let map: WordMap<&str, usize> = words.iter().copied().zip(0..).collect();
        for (word, index) in words.iter().zip(0..) {
            assert_eq!(map.get(word), Some(&index), "{word:?}");
        }
        assert!(!map.contains_key("قالت") && !map.contains_key("المسؤول"));
    }

    #[test]
    fn a_table_has_every_word_and_no_other() {
        let words = ["", "a", "I", "قال", "قالت", "المسؤولين"];
        let table: WordTable<&str, usize> = words.iter().copied().zip(0..).collect();
        for (word, index) in words.iter().zip(0..) {
            assert_eq!(table.get(word), Some(&index), "{word:?}");
        }
        assert!(!table.contains("قالوا") && !table.contains("b"));
        assert!(!WordTable::<&str, ()>::default().contains(""));
    }

    #[test]
    fn words_that_differ_little_are_spread() {
        let hash = |word: &str| {
            let mut hasher = WordHasher::default();
            hasher.write(word.as_bytes());
            hasher.finish()
        };
        let hashes: std::collections::HashSet<u64> =
            (0..10_000).map(|n| hash(&format!("كلمة{n}")) >> 48).collect();
        // Of 65,536 places 10,000 at random take 9,270.
        assert!(hashes.len() > 9_000, "{}", hashes.len());
    }
}
