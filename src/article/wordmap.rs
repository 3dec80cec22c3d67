//! Maps whose keys are words that we know beforehand: lists, glossaries, dictionaries.
//!
//! Every word of an article is looked up in several of them, so a look-up should cost no more than
//! reading the word. The hash has no secret: nobody but us and the newsroom's own glossary chooses
//! the keys, and what an article asks for can collide with one of them but not add to them. Words of
//! articles are never kept as keys of such a map.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

/// A map from words that we know.
pub(crate) type WordMap<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;
/// A set of words that we know.
pub(crate) type WordSet<K> = HashSet<K, BuildHasherDefault<WordHasher>>;

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
    fn words_that_differ_little_are_spread() {
        let hash = |word: &str| {
            let mut hasher = WordHasher::default();
            hasher.write(word.as_bytes());
            hasher.finish()
        };
        let hashes: HashSet<u64> = (0..10_000).map(|n| hash(&format!("كلمة{n}")) >> 48).collect();
        // Of 65,536 places 10,000 at random take 9,270.
        assert!(hashes.len() > 9_000, "{}", hashes.len());
    }
}
