//! What may be chosen: the article's sentences, the very long ones in clauses that can stand alone.
//!
//! A long sentence is cut where a new verb of saying opens a clause of its own (`، وقال …`), and
//! loses a trailing "pointing out that …"; both halves of the first cut keep their own verb, so
//! nothing is put into the wrong mouth. Sentences that lean on what stands before them, ask, greet
//! or advertise are marked down here.

use std::ops::Range;

use crate::{
    article::{
        Article, Paragraph, SourceId,
        sentences::{self, cut_long, is_inside, short_quotes, spaced_words},
    },
    brief::extractive::{
        lists::{AFTER_SAYING, LEANING, PARTICIPLES, SAYING},
        words::{Vocabulary, folded, without_and, words},
    },
};

/// A sentence of more words is cut where a new verb of saying opens.
const LONG: usize = 45;
/// A sentence of more words loses a trailing participle of saying.
const VERY_LONG: usize = 60;
/// Words that a clause must have to stand alone.
const CLAUSE: usize = 8;

/// A sentence, or a clause that can stand for it.
pub(super) struct Candidate {
    /// The paragraph.
    pub(super) source: SourceId,
    /// Bytes of the paragraph's text.
    pub(super) range: Range<usize>,
    /// Opens its paragraph.
    pub(super) opens_paragraph: bool,
    /// Place within its section, from 0, and how many the section has.
    pub(super) place: (usize, usize),
    /// Words between white space.
    pub(super) words: usize,
    /// Numbers in digits that are no years.
    pub(super) figures: usize,
    /// Opens with a verb of saying that names nobody.
    pub(super) needs_speaker: bool,
    /// What its manner leaves of its score, 0 to 1.
    pub(super) manner: f64,
}

/// Every candidate in article order, with the ids of its content words.
pub(super) struct Candidates {
    pub(super) list: Vec<Candidate>,
    pub(super) rows: Vec<Vec<u32>>,
    /// The candidates of each section, as a range of `list`.
    pub(super) sections: Vec<Range<usize>>,
}

impl Candidates {
    /// Reads the article's sentences, numbering their words in `vocabulary`.
    pub(super) fn read<'a>(article: &'a Article, vocabulary: &mut Vocabulary<'a>) -> Self {
        let mut read = Self { list: Vec::new(), rows: Vec::new(), sections: Vec::new() };
        for section in &article.sections {
            let start = read.list.len();
            for paragraph in &section.paragraphs {
                read.add(paragraph, start, vocabulary);
            }
            let all = read.list.len() - start;
            read.list[start..].iter_mut().for_each(|candidate| candidate.place.1 = all);
            read.sections.push(start..read.list.len());
        }
        read
    }

    fn add<'a>(
        &mut self,
        paragraph: &'a Paragraph,
        section_start: usize,
        vocabulary: &mut Vocabulary<'a>,
    ) {
        let text = &paragraph.text;
        for (place, piece) in pieces(text).into_iter().enumerate() {
            let sentence = &text[piece.range.clone()];
            let mut row = Vec::new();
            let advertises = vocabulary.read(sentence, &mut row);
            self.rows.push(row);
            let needs_speaker = piece.leans || needs_speaker(sentence);
            self.list.push(Candidate {
                source: paragraph.id,
                opens_paragraph: place == 0,
                place: (self.list.len() - section_start, 0),
                words: sentences::word_count(sentence),
                figures: figures(sentence),
                needs_speaker,
                manner: manner(sentence, needs_speaker, advertises),
                range: piece.range,
            });
        }
    }
}

/// A stretch of a paragraph that may be chosen.
struct Piece {
    range: Range<usize>,
    /// Cut from the middle of a sentence, so its subject may stand before it.
    leans: bool,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for sentence in sentences::sentences(text) {
        for clause in clauses(text, sentence) {
            let clause = without_participle(text, clause);
            let mut parts = Vec::new();
            cut_long(text, clause, &mut parts);
            pieces.extend(
                parts
                    .into_iter()
                    .enumerate()
                    .map(|(at, range)| Piece { range: without_comma(text, range), leans: at > 0 }),
            );
        }
    }
    pieces
}

/// A long sentence in clauses that each open with a verb of saying.
fn clauses(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let mut left = sentences::word_count(&text[sentence.clone()]);
    if left <= LONG {
        return vec![sentence];
    }
    let quotes = short_quotes(&text[sentence.clone()]);
    let (mut clauses, mut start, mut words, mut after_comma) = (Vec::new(), 0, 0, false);
    for (at, word) in spaced_words(&text[sentence.clone()]) {
        let opens = after_comma && words >= CLAUSE && left >= CLAUSE;
        if opens && says_after_and(word) && !is_inside(&quotes, at) {
            clauses.push(sentence.start + start..sentence.start + at);
            (start, words) = (at, 0);
        }
        (words, left) = (words + 1, left - 1);
        after_comma = word.ends_with(['،', ',', '؛', '"', '»', '”']);
    }
    clauses.push(sentence.start + start..sentence.end);
    clauses
}

/// A very long sentence without the "adding that …" at its end.
fn without_participle(text: &str, sentence: Range<usize>) -> Range<usize> {
    let part = &text[sentence.clone()];
    if sentences::word_count(part) <= VERY_LONG {
        return sentence;
    }
    let quotes = short_quotes(part);
    let mut after_comma = false;
    for (index, (at, word)) in spaced_words(part).enumerate() {
        let is_place = after_comma && index >= CLAUSE && !is_inside(&quotes, at);
        if is_place && is_saying_participle(word) {
            return sentence.start..sentence.start + at;
        }
        after_comma = word.ends_with(['،', ',']);
    }
    sentence
}

fn without_comma(text: &str, range: Range<usize>) -> Range<usize> {
    let kept = text[range.clone()]
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '،' | ',' | '؛'));
    range.start..range.start + kept.len()
}

fn first_word(text: &str) -> Option<(String, &str)> {
    let word = words(text).next()?;
    let end = word.as_ptr() as usize - text.as_ptr() as usize + word.len();
    Some((folded(word), &text[end..]))
}

fn says(word: &str) -> bool {
    SAYING.contains(word)
}

fn says_after_and(word: &str) -> bool {
    first_word(word).is_some_and(|(word, _)| word.strip_prefix('و').is_some_and(says))
}

fn is_saying_participle(word: &str) -> bool {
    first_word(word).is_some_and(|(word, _)| {
        let word = word.strip_suffix(['ا', 'ه']).unwrap_or(&word);
        PARTICIPLES.contains(word)
    })
}

/// Numbers in digits that are not years of our times.
fn figures(sentence: &str) -> usize {
    let numbers = words(sentence).filter(|word| word.contains(is_digit)).map(folded);
    let is_year = |number: &String| {
        let digits = number.trim_matches(|c: char| !is_digit(c));
        digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
    };
    numbers.filter(|number| !is_year(number)).count()
}

fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '٠'..='٩' | '۰'..='۹')
}

/// Whether the sentence opens with a verb of saying and then what was said, naming no one.
fn needs_speaker(sentence: &str) -> bool {
    let Some((mut verb, mut rest)) = first_word(sentence) else {
        return false;
    };
    if matches!(verb.as_str(), "كما" | "ثم" | "وكما")
        && let Some(next) = first_word(rest)
    {
        (verb, rest) = next;
    }
    if !says(&verb) && !says(without_and(&verb)) {
        return false;
    }
    let opens_speech = rest.trim_start().starts_with([':', '"', '«', '“', '،']);
    opens_speech || first_word(rest).is_some_and(|(word, _)| AFTER_SAYING.contains(word.as_str()))
}

/// What is left of a sentence's score for its manner.
fn manner(sentence: &str, needs_speaker: bool, advertises: bool) -> f64 {
    let leaning = if needs_speaker {
        0.75
    } else if first_word(sentence).is_some_and(|(word, _)| LEANING.contains(word.as_str())) {
        0.85
    } else {
        1.0
    };
    // A question, or the announcement of a list that follows.
    let asking = if sentence.trim_end().ends_with(['؟', '?', ':']) { 0.5 } else { 1.0 };
    leaning * asking * if advertises { 0.2 } else { 1.0 }
}

#[cfg(test)]
#[path = "candidates_tests.rs"]
mod tests;
