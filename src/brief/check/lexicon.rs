//! A small dictionary of news English: which Arabic stems can stand for a word.
//!
//! It is no translator. It lets a check ask whether the words of an English sentence have any
//! counterpart in the Arabic beside it, and whether a capitalised word is a common one or a name
//! that English renders by custom (Germany, Cairo). All stems are looked for in one pass over a
//! text. The list lies in `lexicon.txt`, which says how it is written.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

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
    /// For each first byte the end of the keys that open with it or with a lesser one.
    opens: [usize; 256],
    finder: AhoCorasick,
    /// The stem of each pattern of the finder.
    stem_of: Vec<usize>,
    stems: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("lexicon.txt")));

/// The stems of the dictionary that stand in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stems(Vec<u64>);

impl Stems {
    /// The stems of a folded text whose words are parted by spaces, one before the first and one
    /// after the last.
    pub(super) fn of(folded: &str) -> Self {
        let lexicon = &*LEXICON;
        let mut found = vec![0_u64; lexicon.stems / 64 + 1];
        for hit in lexicon.finder.find_overlapping_iter(folded) {
            let stem = lexicon.stem_of[hit.pattern().as_usize()];
            found[stem / 64] |= 1 << (stem % 64);
        }
        Self(found)
    }

    /// Whether a counterpart of the entry stands in the text.
    pub(super) fn has(&self, entry: Entry) -> bool {
        (entry.first..entry.last)
            .any(|stem| self.0.get(stem / 64).is_some_and(|bits| bits & (1 << (stem % 64)) != 0))
    }
}

/// The entry of a word as typed: a name's if it is capitalised and there is one, else the common
/// word's.
pub(super) fn look_up(typed: &str, lower: &str) -> Option<Entry> {
    let name = typed.starts_with(|c: char| c.is_ascii_uppercase()).then(|| LEXICON.longest(typed));
    name.flatten().or_else(|| LEXICON.longest(lower))
}

impl Lexicon {
    fn read(text: &'static str) -> Self {
        let (mut keys, mut patterns, mut stem_of, mut stems) =
            (Vec::new(), Vec::new(), Vec::new(), 0);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (words, arabic) = line.split_once('=').unwrap_or((line, ""));
            let first = stems;
            for stem in arabic.split('|').map(str::trim).filter(|stem| !stem.is_empty()) {
                for pattern in spellings(stem) {
                    patterns.push(pattern);
                    stem_of.push(stems);
                }
                stems += 1;
            }
            for word in words.split_whitespace() {
                let name = word.starts_with(|c: char| c.is_ascii_uppercase());
                let stem = word.ends_with('*');
                let entry = Entry { name, whole: true, first, last: stems };
                keys.push(Key { text: word.trim_end_matches('*'), stem, parent: None, entry });
            }
        }
        // A key with stems comes before its double without, which is dropped.
        keys.sort_by_key(|key| (key.text, !key.entry.has_stems()));
        keys.dedup_by_key(|key| key.text);
        link(&mut keys);
        let opens = openings(&keys);
        // The table costs some megabytes once and makes the search several times as fast.
        let finder = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .build(&patterns)
            .expect("the stems are compiled in, few and short, and a test reads them");
        Self { keys, opens, finder, stem_of, stems }
    }

    /// The entry of the longest key that is the word or, as a stem, opens it.
    fn longest(&self, word: &str) -> Option<Entry> {
        let first = usize::from(*word.as_bytes().first()?);
        let (start, end) = (first.checked_sub(1).map_or(0, |at| self.opens[at]), self.opens[first]);
        let within = self.keys[start..end].partition_point(|key| key.text <= word);
        let mut at = within.checked_sub(1).map(|at| start + at);
        while let Some(index) = at {
            let key = &self.keys[index];
            if let Some(rest) = word.strip_prefix(key.text) {
                let whole = rest.is_empty() || FORMS.contains(&rest);
                if whole && rest.len() <= 3 || key.stem {
                    return Some(Entry { whole, ..key.entry });
                }
            }
            at = key.parent;
        }
        None
    }
}

/// A short stem matches a whole word alone, bare or with the article and a conjunction.
fn spellings(stem: &str) -> Vec<String> {
    if stem.chars().nth(2).is_some() {
        return vec![stem.to_owned()];
    }
    ["", "و", "ال", "وال", "ب", "بال", "ل"].iter().map(|open| format!(" {open}{stem} ")).collect()
}

/// For each first byte the end of the keys that open with it or with a lesser one.
fn openings(keys: &[Key]) -> [usize; 256] {
    let mut ends = [0; 256];
    for (byte, end) in (0_u8..=255).zip(&mut ends) {
        *end = keys.partition_point(|key| key.text.as_bytes().first() <= Some(&byte));
    }
    ends
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

    fn stands(word: &str, folded: &str) -> bool {
        Stems::of(folded).has(look_up(word, &word.to_lowercase()).unwrap())
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
