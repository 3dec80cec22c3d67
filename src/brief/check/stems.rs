//! Which of the dictionary's Arabic stems stand in a text.
//!
//! A text is a row of letters in one byte each, with a gap round every word. Three letters in a row
//! lead straight to the few stems that open with them, wherever in a word they stand. A stem of one
//! or two letters would stand everywhere; it is looked up as a whole word, bare or with what is
//! commonly attached to it.

use super::{lexicon::Entry, translit};
use crate::article::wordmap::WordMap;

/// The gap between words, beside the letters of [`translit::code`].
pub(super) const GAP: u8 = 0;
/// One more than the highest letter.
const CODES: usize = translit::CODES as usize;
/// What may be attached to a stem of one or two letters.
const ATTACHED: [&str; 7] = ["", "و", "ال", "وال", "ب", "بال", "ل"];
/// Bits of one letter of a short word.
const BITS: u32 = 6;
/// Letters of the longest short word.
const SHORT: usize = 5;

/// The stems to look for.
#[derive(Debug)]
pub(super) struct Finder {
    /// For every three letters the place of the first stem that opens with them, from 1; 0 where
    /// none does.
    first: Vec<u16>,
    /// In the order of their letters.
    stems: Vec<Stem>,
    /// What follows the three letters of each.
    letters: Vec<u8>,
    /// Short words, their letters packed, with the numbers of their stems.
    words: WordMap<u64, Vec<usize>>,
    count: usize,
}

/// A stem of three letters or more.
#[derive(Clone, Copy, Debug)]
struct Stem {
    number: u16,
    /// Where what follows its three letters starts, and how much it is.
    from: u16,
    length: u8,
    /// No other stem that opens with these letters comes after it.
    last: bool,
}

/// The stems of the dictionary that stand in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stems(Vec<u64>);

impl Stems {
    /// Whether a counterpart of the entry stands in the text.
    pub(super) fn has(&self, entry: Entry) -> bool {
        entry
            .stems()
            .any(|stem| self.0.get(stem / 64).is_some_and(|bits| bits & (1 << (stem % 64)) != 0))
    }

    fn insert(&mut self, stem: usize) {
        if let Some(bits) = self.0.get_mut(stem / 64) {
            *bits |= 1 << (stem % 64);
        }
    }
}

impl Finder {
    /// A finder of stems, each numbered by its place; `None` of more than 65,535 letters.
    pub(super) fn of(stems: &[&str]) -> Option<Self> {
        let mut words: WordMap<u64, Vec<usize>> = WordMap::default();
        let mut long: Vec<(Vec<u8>, usize)> = Vec::new();
        for (number, stem) in stems.iter().enumerate() {
            let letters = codes(stem);
            if letters.len() >= 3 {
                long.push((letters, number));
                continue;
            }
            for attached in ATTACHED {
                let word = packed(&codes(&format!("{attached}{stem}")));
                words.entry(word).or_default().push(number);
            }
        }
        long.sort();
        let mut finder = Self {
            first: vec![0; CODES * CODES * CODES],
            stems: Vec::new(),
            letters: Vec::new(),
            words,
            count: stems.len(),
        };
        for (letters, number) in long {
            finder.push(&letters, number)?;
        }
        Some(finder)
    }

    /// Adds a stem after those that sort before it.
    fn push(&mut self, letters: &[u8], number: usize) -> Option<()> {
        let place = u16::try_from(self.stems.len() + 1).ok()?;
        let rest = &letters[3..];
        let stem = Stem {
            number: u16::try_from(number).ok()?,
            from: u16::try_from(self.letters.len()).ok()?,
            length: u8::try_from(rest.len()).ok()?,
            last: true,
        };
        match (&mut self.first[three(letters)], self.stems.last_mut()) {
            (first @ 0, _) => *first = place,
            (_, before) => before?.last = false,
        }
        self.letters.extend(rest);
        self.stems.push(stem);
        Some(())
    }

    /// The stems in a row of letters that opens and closes with a gap.
    pub(super) fn find(&self, row: &[u8]) -> Stems {
        let mut found = Stems(vec![0; self.count / 64 + 1]);
        for (at, letters) in row.windows(3).enumerate() {
            let Some(first) = usize::from(self.first[three(letters)]).checked_sub(1) else {
                continue;
            };
            for stem in &self.stems[first..] {
                let from = usize::from(stem.from);
                let rest = &self.letters[from..from + usize::from(stem.length)];
                if opens(&row[at + 3..], rest) {
                    found.insert(usize::from(stem.number));
                }
                if stem.last {
                    break;
                }
            }
        }
        for word in row.split(|letter| *letter == GAP).filter(|word| word.len() <= SHORT) {
            for number in self.words.get(&packed(word)).into_iter().flatten() {
                found.insert(*number);
            }
        }
        found
    }
}

/// Whether a row opens with some letters: so few that a call to compare them would cost more.
fn opens(row: &[u8], letters: &[u8]) -> bool {
    letters.len() <= row.len() && letters.iter().zip(row).all(|(own, other)| own == other)
}

/// The letters of a folded text.
pub(super) fn codes(folded: &str) -> Vec<u8> {
    folded.chars().map(|c| if c == ' ' { GAP } else { translit::code(c) }).collect()
}

/// The place of the first three letters among all that three letters can be.
fn three(letters: &[u8]) -> usize {
    letters[..3].iter().fold(0, |place, letter| place * CODES + usize::from(*letter))
}

/// A short word as a number.
fn packed(letters: &[u8]) -> u64 {
    letters.iter().fold(0, |word, letter| word << BITS | u64::from(*letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(stems: &[&str], text: &str) -> Vec<usize> {
        let found = Finder::of(stems).unwrap().find(&codes(&format!(" {text} ")));
        let has = |stem: &usize| found.0[stem / 64] & (1 << (stem % 64)) != 0;
        (0..stems.len()).filter(has).collect()
    }

    #[test]
    fn a_stem_stands_anywhere_in_a_word_and_a_short_one_is_a_word() {
        let stems = ["حكوم", "كوم", "يد", "لا بد", "حكومات", "كوم"];
        assert_eq!(found(&stems, "والحكومه الجديده"), [0, 1, 5]);
        assert_eq!(found(&stems, "باليد ولا بد"), [2, 3]);
        assert_eq!(found(&stems, "حكو مات"), [0; 0]);
    }
}
