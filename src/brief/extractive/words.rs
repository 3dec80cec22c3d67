//! Arabic words made comparable: one spelling, no attached particles, no inflection.
//!
//! The stem only decides whether two words are the same for counting; it is never shown, so it
//! may be rough. It strips what is written on to a word (`و`, `ف`, the article with its
//! prepositions, plural and possessive endings) and stops while three letters are left.

use std::collections::HashMap;

use crate::brief::extractive::lists::{ADVERTISING, STOP_WORDS};

/// Numbers each distinct stem in order of first appearance.
#[derive(Default)]
pub(super) struct Vocabulary<'a> {
    /// What each word as typed comes to, so that it is folded and stemmed once.
    seen: HashMap<&'a str, Word>,
    ids: HashMap<String, u32>,
}

#[derive(Clone, Copy)]
struct Word {
    /// The stem's number; none for a stop word.
    id: Option<u32>,
    advertises: bool,
}

impl<'a> Vocabulary<'a> {
    /// Adds the ids of the text's content words in order to `ids`, stop words left out, and says
    /// whether a word greets or advertises.
    pub(super) fn read(&mut self, text: &'a str, ids: &mut Vec<u32>) -> bool {
        let mut advertises = false;
        for typed in words(text) {
            let word = match self.seen.get(typed) {
                Some(word) => *word,
                None => self.learn(typed),
            };
            ids.extend(word.id);
            advertises |= word.advertises;
        }
        advertises
    }

    fn learn(&mut self, typed: &'a str) -> Word {
        let folded = folded(typed);
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let id = (!folded.is_empty() && !is_stop_word(&folded))
            .then(|| *self.ids.entry(stem(&folded).to_owned()).or_insert(next));
        let advertises = ADVERTISING.contains(without_and(&folded));
        let word = Word { id, advertises };
        self.seen.insert(typed, word);
        word
    }

    /// How many distinct stems were seen.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Runs of letters and digits.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty())
}

fn is_letter(c: char) -> bool {
    // The Arabic block first: nearly every character is there.
    matches!(c, 'ء'..='\u{652}' | '\u{670}') || c.is_alphanumeric()
}

/// The word in one spelling: no vowel signs, one form of each letter, Western digits.
pub(super) fn folded(word: &str) -> String {
    word.chars().filter_map(fold).collect()
}

fn fold(c: char) -> Option<char> {
    Some(match c {
        '\u{640}' | '\u{64B}'..='\u{652}' | '\u{670}' => return None,
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ئ' => 'ي',
        'ة' => 'ه',
        'ک' => 'ك',
        'ؤ' => 'و',
        '٠'..='٩' => western(c, '٠'),
        '۰'..='۹' => western(c, '۰'),
        c => c.to_ascii_lowercase(),
    })
}

fn western(digit: char, zero: char) -> char {
    let value = u32::from(digit) - u32::from(zero);
    char::from_digit(value, 10).unwrap_or(digit)
}

/// Nouns whose first letter only looks like "and".
const OPEN_WITH_WAW: &[&str] = &[
    "واحد",
    "واسع",
    "واشنطن",
    "واضح",
    "واقع",
    "والد",
    "وثيق",
    "وحد",
    "وزار",
    "وزير",
    "وزرا",
    "وسايل",
    "وسط",
    "وضع",
    "وطن",
    "وفا",
    "وفد",
    "وفق",
    "وقت",
    "وقع",
    "وقف",
    "وكال",
    "وكيل",
    "ولاي",
    "ولد",
];
const ARTICLES: &[&str] = &["وبال", "وال", "بال", "كال", "فال", "ولل", "ال", "لل"];
/// Endings with the letters that must be left before them, the longest first.
const ENDINGS: &[(&str, usize)] = &[
    ("يون", 3),
    ("يين", 3),
    ("يات", 3),
    ("تها", 4),
    ("تهم", 4),
    ("هما", 3),
    ("ات", 3),
    ("ون", 4),
    ("ين", 3),
    ("ان", 4),
    ("ها", 3),
    ("هم", 3),
    ("نا", 3),
    ("وا", 3),
    ("يه", 3),
    ("ه", 3),
    ("ي", 3),
    ("ا", 3),
];

/// The part of a folded word that its inflections share, roughly.
pub(super) fn stem(word: &str) -> &str {
    if !word.starts_with(|c| matches!(c, 'ء'..='ي')) {
        return word;
    }
    let bare = without_article(word).unwrap_or_else(|| stem_without_and(word));
    ENDINGS
        .iter()
        .find_map(|(ending, least)| bare.strip_suffix(ending).filter(|rest| has(rest, *least)))
        .unwrap_or(bare)
}

fn without_article(word: &str) -> Option<&str> {
    if OPEN_WITH_WAW.iter().any(|noun| word.starts_with(noun)) {
        return None;
    }
    ARTICLES.iter().find_map(|article| word.strip_prefix(article).filter(|rest| has(rest, 3)))
}

fn stem_without_and(word: &str) -> &str {
    if OPEN_WITH_WAW.iter().any(|noun| word.starts_with(noun)) {
        return word;
    }
    word.strip_prefix('و').filter(|rest| has(rest, 4)).unwrap_or(word)
}

/// Whether a folded Arabic word has at least so many letters, each of two bytes.
fn has(word: &str, letters: usize) -> bool {
    word.len() >= 2 * letters
}

/// The folded word without an attached "and" or "so", which may have been a letter of its own.
pub(super) fn without_and(word: &str) -> &str {
    word.strip_prefix(['و', 'ف']).unwrap_or(word)
}

/// Whether a folded word says nothing about what a text is about.
pub(super) fn is_stop_word(folded: &str) -> bool {
    let is_listed = |word: &str| STOP_WORDS.contains(word);
    is_listed(folded) || is_listed(without_and(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inflections_of_a_noun_share_a_stem() {
        for (one, other) in [
            ("الوزارة", "وزارة"),
            ("والإيرانيين", "إيرانية"),
            ("للمدينة", "المدينة"),
            ("وقواتها", "القوات"),
            ("مدارس", "والمدارس"),
        ] {
            assert_eq!(stem(&folded(one)), stem(&folded(other)), "{one} {other}");
        }
    }

    #[test]
    fn a_noun_that_opens_with_waw_keeps_it() {
        for word in ["وزير", "واشنطن", "وكالة", "ولاية"] {
            assert!(stem(&folded(word)).starts_with('و'), "{word}");
        }
    }

    #[test]
    fn digits_of_every_script_are_one_word() {
        let read = |text| words(text).map(folded).collect::<Vec<_>>();
        assert_eq!(read("بلغت ١٢٥٠ طنًا."), read("بلغت 1250 طناً،"));
    }

    #[test]
    fn stop_words_are_known_with_and_before_them() {
        assert!(is_stop_word("والتي") && is_stop_word("في") && !is_stop_word("مدرسه"));
    }
}
