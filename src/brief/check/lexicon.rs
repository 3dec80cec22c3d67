//! A small dictionary of news English: which Arabic stems can stand for a word.
//!
//! It is no translator. It lets a check ask whether the words of an English sentence have any
//! counterpart in the Arabic beside it, and whether a capitalised word is a common one or a name
//! that English renders by custom (Germany, Cairo). `stems` looks for all stems in one pass over a
//! text. The list lies in `lexicon.txt`, which says how it is written.

use std::{ops::Range, sync::LazyLock};

use super::stems::{Finder, Stems};
use crate::article::wordmap::WordTable;

/// What the dictionary says of an English word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The word is a name when it is capitalised.
    pub(super) name: bool,
    /// The word is a key or a regular form of one, and no other word that opens like it.
    pub(super) whole: bool,
    /// Its stems, as a range of the list of all stems.
    first: usize,
    last: usize,
}

impl Entry {
    /// Whether an Arabic counterpart is known.
    pub(super) fn has_stems(self) -> bool {
        self.first < self.last
    }

    /// The numbers of its stems.
    pub(super) fn stems(self) -> Range<usize> {
        self.first..self.last
    }
}

/// Endings of regular forms and derivations.
const FORMS: [&str; 104] = [
    "ern", "erner", "eer", "eers", "ry", "ries", "ine", "ines", "ce", "ces", "tist", "tists", "at",
    "ats", "se", "ses", "ge", "ges", "der", "ders", "ials", "tion", "tions", "tic", "tical", "est",
    "ier", "iest", "th", "ward", "s", "es", "d", "ed", "ing", "ings", "er", "ers", "or", "ors",
    "ion", "ions", "ation", "ations", "ition", "itions", "ment", "ments", "al", "als", "ally",
    "ly", "ive", "ives", "ity", "ities", "ance", "ances", "ence", "ences", "ant", "ants", "ent",
    "ents", "able", "ible", "ful", "ness", "ship", "ships", "ism", "ist", "ists", "ic", "ics",
    "ical", "ian", "ians", "an", "ans", "y", "ies", "e", "ial", "ional", "ure", "ures", "ary",
    "aries", "ory", "ories", "acy", "ate", "ated", "ates", "ating", "ator", "ators", "ized",
    "ization", "ise", "en", "ese", "ish",
];

struct Key {
    /// In lower case, a name's with its capital.
    text: &'static str,
    /// It also opens longer words.
    stem: bool,
    /// The longest other key that it starts with.
    parent: Option<usize>,
    entry: Entry,
}

struct Lexicon {
    /// In order, so that the key that a word starts with is found by halving.
    keys: Vec<Key>,
    /// The first eight bytes of each as a number that sorts as they do.
    heads: Vec<u64>,
    /// For every two bytes of ASCII where the keys that open with them start and end.
    opens: Vec<(u16, u16)>,
    /// The endings of regular forms.
    forms: WordTable<&'static str, ()>,
    finder: Finder,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("lexicon.txt")));

/// The stems that stand in a folded text, given as the row of its letters.
pub(super) fn stems(row: &[u8]) -> Stems {
    LEXICON.finder.find(row)
}

/// The entry of a word as typed: a name's if it is capitalised and there is one, else the common
/// word's.
pub(super) fn look_up(typed: &str, lower: &str) -> Option<Entry> {
    let name = typed.starts_with(|c: char| c.is_ascii_uppercase()).then(|| LEXICON.longest(typed));
    name.flatten().or_else(|| LEXICON.longest(lower))
}

impl Lexicon {
    fn read(text: &'static str) -> Self {
        let (mut keys, mut stems) = (Vec::new(), Vec::new());
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (words, arabic) = line.split_once('=').unwrap_or((line, ""));
            let first = stems.len();
            stems.extend(arabic.split('|').map(str::trim).filter(|stem| !stem.is_empty()));
            for word in words.split_whitespace() {
                let name = word.starts_with(|c: char| c.is_ascii_uppercase());
                let stem = word.ends_with('*');
                let entry = Entry { name, whole: true, first, last: stems.len() };
                let text = word.trim_end_matches('*');
                keys.push(Key { text, stem, parent: None, entry });
            }
        }
        // A key with stems comes before its double without, which is dropped.
        keys.sort_by_key(|key| (key.text, !key.entry.has_stems()));
        keys.dedup_by_key(|key| key.text);
        link(&mut keys);
        let (opens, forms) = (openings(&keys), FORMS.into_iter().map(|form| (form, ())).collect());
        let heads = keys.iter().map(|key| head(key.text)).collect();
        let finder = Finder::of(&stems)
            .expect("the stems are compiled in, few and short, and a test reads them");
        Self { opens, forms, finder, heads, keys }
    }

    /// The entry of the longest key that is the word or, as a stem, opens it.
    fn longest(&self, word: &str) -> Option<Entry> {
        let (start, end) = match *word.as_bytes() {
            [first, second, ..] => *self.opens.get(pair(first, second)?)?,
            // A key of one letter sorts right before all that open with it.
            [first] => {
                let (start, _) = *self.opens.get(pair(first, 0)?)?;
                (start, start)
            }
            [] => return None,
        };
        let (start, end) = (usize::from(start), usize::from(end));
        let own = head(word);
        let mut end = start + self.heads[start..end].partition_point(|head| *head <= own);
        // Words that share eight bytes are told by the rest.
        while end > start && self.heads[end - 1] == own && self.keys[end - 1].text > word {
            end -= 1;
        }
        let mut at = end.checked_sub(1);
        while let Some(index) = at {
            let key = &self.keys[index];
            if let Some(rest) = word.strip_prefix(key.text) {
                let whole = rest.is_empty() || self.forms.contains(rest);
                if whole && rest.len() <= 3 || key.stem {
                    return Some(Entry { whole, ..key.entry });
                }
            }
            at = key.parent;
        }
        None
    }
}

/// The first eight bytes of a word as a number that sorts as they do.
fn head(word: &str) -> u64 {
    let mut first = [0; 8];
    for (place, byte) in first.iter_mut().zip(word.bytes()) {
        *place = byte;
    }
    u64::from_be_bytes(first)
}

/// The place of two bytes of ASCII among all such pairs.
fn pair(first: u8, second: u8) -> Option<usize> {
    (first | second < 0x80).then(|| usize::from(first) << 7 | usize::from(second))
}

/// For every two bytes of ASCII where the keys that open with them start and end.
fn openings(keys: &[Key]) -> Vec<(u16, u16)> {
    let opening = |at: usize| {
        let bytes = keys.get(at).map(|key| key.text.as_bytes());
        bytes.map(|bytes| &bytes[..bytes.len().min(2)])
    };
    let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    let mut at = 0;
    let mut upto = |own_too: bool, pair: &[u8]| {
        while opening(at).is_some_and(|own| own < pair || own_too && own == pair) {
            at += 1;
        }
        place(at)
    };
    let pairs = (0..0x80).flat_map(|first| (0..0x80).map(move |second| [first, second]));
    pairs.map(|pair| (upto(false, &pair), upto(true, &pair))).collect()
}

/// Gives every key the longest other key that it starts with.
fn link(keys: &mut [Key]) {
    let mut open: Vec<usize> = Vec::new();
    for index in 0..keys.len() {
        let text = keys[index].text;
        while open.last().is_some_and(|top| !text.starts_with(keys[*top].text)) {
            open.pop();
        }
        keys[index].parent = open.last().copied();
        open.push(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::check::stems::codes;

    fn stands(word: &str, folded: &str) -> bool {
        stems(&codes(folded)).has(look_up(word, &word.to_lowercase()).unwrap())
    }

    #[test]
    fn the_longest_key_decides() {
        assert!(stands("governors", " التقي المحافظ والوفد "));
        assert!(stands("Government", " اعلنت الحكومه "));
        assert!(!stands("government", " وصل القطار "));
        assert!(look_up("xylophone", "xylophone").is_none());
    }

    #[test]
    fn a_capital_tells_a_name_from_a_word() {
        assert!(look_up("Polish", "polish").unwrap().name);
        assert!(!look_up("Water", "water").unwrap().name);
        assert!(stands("Cairo", " في القاهره "));
    }

    #[test]
    fn every_key_is_found_by_itself() {
        for key in &LEXICON.keys {
            assert!(LEXICON.longest(key.text).is_some(), "{}", key.text);
        }
    }

    #[test]
    fn a_short_stem_is_a_whole_word() {
        assert!(stands("hand", " في يد "));
        assert!(!stands("hand", " الجديده "));
    }

    #[test]
    fn every_stem_is_folded() {
        for line in include_str!("lexicon.txt").lines().filter(|line| !line.starts_with('#')) {
            assert!(!line.contains(['أ', 'إ', 'آ', 'ة', 'ى', 'ـ']), "{line}");
        }
    }
}
