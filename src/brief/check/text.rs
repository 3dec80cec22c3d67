//! Both texts as the checks read them: words with their places, folded once.
//!
//! Arabic is folded to one spelling (no diacritics, no tatweel, one alef, yeh and heh) and cut into
//! words; English is cut into words that know whether they are capitalised and whether they open a
//! sentence. Every check reads these instead of the text, so that a text is read once. Nothing here
//! judges.

use std::{cell::OnceCell, ops::Range};

use super::{
    lexicon::{self, Entry},
    stems::{GAP, Stems},
    translit,
    vocabulary::Meaning,
};
use crate::article::{
    dates::{Mark, marks},
    letter,
    numerals::{self, Number},
};

/// An Arabic text, folded and cut into words.
#[derive(Clone, Debug, Default)]
pub(super) struct Arabic<'a> {
    /// The text as it stands.
    pub(super) text: &'a str,
    folded: String,
    words: Vec<ArabicWord>,
    marks: Vec<(usize, Mark)>,
    numbers: Vec<Number>,
    stems: Stems,
    latin: OnceCell<String>,
}

/// One Arabic word.
#[derive(Clone, Debug)]
struct ArabicWord {
    /// Where it stands in the folded text.
    folded: Range<usize>,
    /// Where it stands in the text.
    place: Range<usize>,
    /// Its letters, as a set.
    letters: u64,
    /// What it means to the checks.
    meaning: Meaning,
}

/// The folded letter, or `None` for what is no letter of a word's skeleton.
fn fold(c: char) -> Option<char> {
    Some(match c {
        // Most of what is read, told first.
        'ا' | 'ب' | 'ت'..='غ' | 'ف'..='و' | 'ي' => c,
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ې' => 'ي',
        'ة' => 'ه',
        'ک' | 'ڪ' => 'ك',
        'ـ' | '\u{64B}'..='\u{65F}' | '\u{670}' => return None,
        c => c,
    })
}

/// Whether a letter belongs to the Arabic script's words.
fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{621}'..='\u{63A}' | '\u{640}'..='\u{65F}' | '\u{670}'..='\u{6D3}' | '\u{6FA}'..='\u{6FF}')
}

impl<'a> Arabic<'a> {
    /// Reads a text.
    pub(super) fn read(text: &'a str) -> Self {
        let mut reader = Reader::new(text);
        let mut from: Option<(usize, usize)> = None;
        for (at, c) in text.char_indices() {
            if is_arabic_letter(c) {
                from.get_or_insert((reader.folded.len(), at));
                if let Some(letter) = fold(c) {
                    reader.folded.push(letter);
                    reader.row.push(translit::code(letter));
                }
            } else if c != '\u{200C}' && c != '\u{200D}' {
                // A zero-width joiner stands inside Persian names and parts nothing.
                reader.close(from.take(), at);
            }
        }
        reader.close(from, text.len());
        let Reader { folded, words, row } = reader;
        let stems = lexicon::stems(&row);
        let numbers = numerals::find(text);
        let mut arabic = Self { text, folded, words, numbers, stems, ..Self::default() };
        arabic.marks = marks(arabic.words());
        arabic
    }

    /// The stems of the dictionary that stand in it.
    pub(super) fn stems(&self) -> &Stems {
        &self.stems
    }

    /// Its Latin letters and digits in lower case, one space for all that stands between them.
    pub(super) fn latin(&self) -> &str {
        self.latin.get_or_init(|| {
            let mut latin = String::new();
            for c in self.text.chars().filter(|c| !matches!(c, '\u{200C}' | '\u{200D}')) {
                if c.is_ascii_alphanumeric() {
                    latin.push(c.to_ascii_lowercase());
                } else if !latin.ends_with(' ') {
                    latin.push(' ');
                }
            }
            latin
        })
    }

    /// The numbers in order.
    pub(super) fn numbers(&self) -> &[Number] {
        &self.numbers
    }

    /// The folded words in order.
    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.words.iter().map(|word| &self.folded[word.folded.clone()])
    }

    /// The folded word at `index`; empty beyond the end.
    pub(super) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| &self.folded[word.folded.clone()])
    }

    /// The word at `index` with the next one, as one word; Arabic parts names that English joins.
    pub(super) fn pair(&self, index: usize) -> Option<String> {
        let next = self.words.get(index + 1)?;
        Some(format!("{}{}", self.word(index), &self.folded[next.folded.clone()]))
    }

    /// The letters of the word at `index`, as a set.
    pub(super) fn letters(&self, index: usize) -> u64 {
        self.words.get(index).map_or(0, |word| word.letters)
    }

    /// Where the word at `index` stands in the text.
    pub(super) fn place(&self, index: usize) -> Range<usize> {
        let end = self.text.len();
        self.words.get(index).map_or(end..end, |word| word.place.clone())
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// What the word at `index` means to the checks.
    pub(super) fn meaning(&self, index: usize) -> Meaning {
        self.words.get(index).map_or_else(Meaning::default, |word| word.meaning)
    }

    /// The first word of a meaning, as typed.
    pub(super) fn first(&self, meaning: Meaning) -> Option<&'a str> {
        let word = self.words.iter().find(|word| word.meaning.is(meaning))?;
        Some(&self.text[word.place.clone()])
    }

    /// The months and weekdays, each with the index of its first word.
    pub(super) fn marks(&self) -> &[(usize, Mark)] {
        &self.marks
    }
}

/// A text as it is cut into words.
struct Reader {
    /// The folded words, a space after each.
    folded: String,
    words: Vec<ArabicWord>,
    /// The folded letters as [`lexicon::stems`] wants them.
    row: Vec<u8>,
}

impl Reader {
    fn new(text: &str) -> Self {
        let mut row = Vec::with_capacity(text.len() / 2 + 2);
        row.push(GAP);
        // Words of Arabic copy have some eleven bytes with the space after them.
        let words = Vec::with_capacity(text.len() / 10 + 1);
        Self { folded: String::with_capacity(text.len() + 1), words, row }
    }

    /// Ends the word that opened at a place of the folded text and of the text, if it has letters.
    fn close(&mut self, from: Option<(usize, usize)>, end: usize) {
        let Some((start, place)) = from else { return };
        if start < self.folded.len() {
            let folded = start..self.folded.len();
            let letters = self.row.iter().rev().take_while(|letter| **letter != GAP);
            let letters = letters.fold(0, |set, letter| set | translit::bit(*letter));
            let meaning = Meaning::of(&self.folded[folded.clone()]);
            self.words.push(ArabicWord { folded, place: place..end, letters, meaning });
            self.folded.push(' ');
            self.row.push(GAP);
        }
    }
}

/// Whether `word` is one of `words`, with or without an attached `و` or `ف`.
pub(super) fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.contains(&word) || without_conjunction(word).is_some_and(|rest| words.contains(&rest))
}

/// The word without its attached `و` or `ف`; `None` where it has none or hardly a word is left.
pub(super) fn without_conjunction(word: &str) -> Option<&str> {
    word.strip_prefix(['و', 'ف']).filter(|rest| rest.chars().nth(1).is_some())
}

/// The word without conjunction, preposition and article.
pub(super) fn bare(word: &str) -> &str {
    let word = without_conjunction(word).unwrap_or(word);
    let long = |rest: &&str| rest.chars().nth(2).is_some();
    for prefix in ["بال", "كال", "لل", "ال"] {
        if let Some(rest) = word.strip_prefix(prefix).filter(long) {
            return rest;
        }
    }
    word
}

/// Openings of words. Of most words the first letters tell that none of them opens it; else one is
/// looked for by halving.
#[derive(Debug)]
pub(super) struct Openings {
    sorted: Vec<&'static str>,
    /// Bytes by which words are told apart at first: those of the shortest, four at most.
    width: usize,
    /// The first bytes that there are, as a set of the places that they share.
    first: [u64; 16],
}

impl Openings {
    /// A list without those that another one opens.
    pub(super) fn of(list: &[&'static str]) -> Self {
        let mut sorted = list.to_vec();
        sorted.sort_unstable();
        sorted.dedup_by(|next, kept| next.starts_with(*kept));
        let width = sorted.iter().map(|opening| opening.len()).min().unwrap_or(0).min(4);
        let mut first = [0; 16];
        for opening in &sorted {
            let (place, bit) = Self::place(&opening.as_bytes()[..width]);
            first[place] |= bit;
        }
        Self { sorted, width, first }
    }

    /// Whether one of them opens the word.
    pub(super) fn open(&self, word: &str) -> bool {
        let Some(bytes) = word.as_bytes().get(..self.width) else { return false };
        let (place, bit) = Self::place(bytes);
        if self.first[place] & bit == 0 {
            return false;
        }
        let after = self.sorted.partition_point(|opening| *opening <= word);
        after.checked_sub(1).is_some_and(|at| word.starts_with(self.sorted[at]))
    }

    /// The place of some bytes in the set.
    fn place(bytes: &[u8]) -> (usize, u64) {
        let all = bytes.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        let spread = all.wrapping_mul(0x9E37_79B9) >> 22;
        ((spread / 64) as usize, 1 << (spread % 64))
    }
}

/// One English word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    start: usize,
    end: usize,
    /// It opens a sentence, a quotation or the text.
    pub(super) opens: bool,
    /// Its first letter is a capital.
    pub(super) capital: bool,
    /// What the dictionary says of it.
    pub(super) entry: Option<Entry>,
}

impl Word {
    /// Where it stands in the text.
    pub(super) fn place(self) -> Range<usize> {
        self.start..self.end
    }
}

/// An English text, cut into words.
#[derive(Clone, Debug, Default)]
pub(super) struct English<'a> {
    /// The text as it stands.
    pub(super) text: &'a str,
    /// The text in lower case (ASCII letters alone, so that places agree).
    pub(super) lower: String,
    /// The words in order.
    pub(super) words: Vec<Word>,
    /// The numbers in order.
    pub(super) numbers: Vec<Number>,
}

impl<'a> English<'a> {
    /// Reads a text.
    pub(super) fn read(text: &'a str) -> Self {
        let lower = text.to_ascii_lowercase();
        let words = Vec::with_capacity(text.len() / 5);
        let mut english = Self { text, lower, words, ..Self::default() };
        let mut opens = true;
        let mut from: Option<usize> = None;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let inner = matches!(c, '\'' | '’')
                && from.is_some()
                && chars.peek().is_some_and(|(_, next)| letter::is_alphanumeric(*next));
            if letter::is_alphanumeric(c) || inner {
                from.get_or_insert(at);
                continue;
            }
            if english.close(from.take(), at, opens) {
                opens = false;
            }
            opens |= matches!(c, '.' | '!' | '?' | ':' | '"' | '“' | '‘' | '«' | '•' | '\n');
        }
        english.close(from, text.len(), opens);
        english.numbers = crate::brief::numbers::find(text);
        english
    }

    fn close(&mut self, from: Option<usize>, end: usize, opens: bool) -> bool {
        let Some(start) = from else { return false };
        let capital = self.text[start..].starts_with(char::is_uppercase);
        let entry = lexicon::look_up(&self.text[start..end], &self.lower[start..end]);
        self.words.push(Word { start, end, opens, capital, entry });
        true
    }

    /// A word in lower case.
    pub(super) fn lower(&self, word: Word) -> &str {
        &self.lower[word.place()]
    }

    /// A word as typed.
    pub(super) fn typed(&self, word: Word) -> &'a str {
        &self.text[word.place()]
    }

    /// The words in lower case, in order.
    pub(super) fn lowered(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.words.iter().map(|word| self.lower(*word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_is_folded_to_one_spelling_and_cut_into_words() {
        let arabic = Arabic::read("أَكَّدَ الرئيسُ، في طهـران: «إيران»");
        let words: Vec<&str> = arabic.words().collect();
        assert_eq!(words, ["اكد", "الرئيس", "في", "طهران", "ايران"]);
        assert_eq!(&arabic.text[arabic.place(3)], "طهـران");
    }

    #[test]
    fn an_attached_conjunction_and_article_are_looked_through() {
        assert!(is_one_of("وقال", &["قال"]));
        assert!(!is_one_of("وفد", &["فد"]) || without_conjunction("وفد").is_some());
        assert_eq!(bare("والحكومه"), "حكومه");
        assert_eq!(bare("للدوله"), "دوله");
    }

    #[test]
    fn english_words_know_capitals_and_sentence_openings() {
        let english = English::read("He didn't go. Tehran said: \"No\".");
        let words: Vec<&str> = english.lowered().collect();
        assert_eq!(words, ["he", "didn't", "go", "tehran", "said", "no"]);
        assert!(english.words[3].opens && english.words[3].capital);
        assert!(english.words[5].opens && !english.words[4].opens);
    }
}
