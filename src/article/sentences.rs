//! Where Arabic sentences end.
//!
//! The Unicode rules find the candidates; they know `؟`, decimals, dates, addresses and a stop
//! that no space follows. A merge pass takes back what they get wrong in Arabic copy: the stop of
//! an abbreviation (`د. سامي`, `ا.ف.ب.`), of an era mark (`1446 هـ.`), of a list number, and a stop
//! inside a short quotation or parenthesis. [`segments`] also cuts what is too long for a
//! translation model's window. Ranges never overlap, stand in order, and carry no outer white
//! space; what lies between two of them is white space and direction marks only.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

/// A sentence of more words than this is cut by [`segments`]: the longest that models with a
/// window of 250 tokens read whole.
pub const LONG: usize = 80;
/// A cut leaves no piece of fewer words.
const SHORT: usize = 8;
/// A quotation of more words may be split between its sentences.
const SHORT_QUOTE: usize = 40;
/// Bytes after which an opening mark without its partner counts as a stray one.
const STRAY: usize = 800;

/// The sentences of a paragraph, as byte ranges into `text`.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let quotes = short_quotes(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for (at, part) in text.split_sentence_bound_indices() {
        let end = at + part.len();
        if end < text.len() && joins_next(text, start..end, &quotes) {
            continue;
        }
        let sentence = trim(text, start..end);
        start = end;
        match found.last_mut() {
            _ if sentence.is_empty() => {}
            Some(last) if !has_word(&text[sentence.clone()]) => last.end = sentence.end,
            _ => found.push(sentence),
        }
    }
    found
}

/// The sentences of a paragraph, those of more than [`LONG`] words cut at `؛`, else at a comma
/// before `و`, else at a comma. A piece with no such place stays longer than the bound.
#[must_use]
pub fn segments(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    for sentence in sentences(text) {
        cut_long(text, sentence, &mut pieces);
    }
    pieces
}

/// Cuts one sentence as [`segments`] does.
pub(crate) fn cut_long(text: &str, sentence: Range<usize>, pieces: &mut Vec<Range<usize>>) {
    if word_count(&text[sentence.clone()]) <= LONG {
        pieces.push(sentence);
        return;
    }
    let quotes = short_quotes(&text[sentence.clone()]);
    let base = sentence.start;
    let outside = |at: usize| !is_inside(&quotes, at - base);
    cut(text, sentence, &CUTS, &outside, pieces);
}

/// Words: runs of characters between white space.
pub(crate) fn word_count(text: &str) -> usize {
    text.split_whitespace().count()
}

/// The quotations and parentheses of at most [`SHORT_QUOTE`] words, marks included.
pub(crate) fn short_quotes(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, mark) in text.char_indices().filter(|(_, c)| is_quote_mark(*c)) {
        match open {
            Some((start, closing)) if closing == mark => {
                open = None;
                if text[start..at].split_whitespace().take(SHORT_QUOTE + 1).count() <= SHORT_QUOTE {
                    spans.push(start..at + mark.len_utf8());
                }
            }
            // A stray mark must not hide the next pair.
            Some((start, _)) if at - start < STRAY => {}
            _ => open = closing_of(mark).map(|closing| (at, closing)),
        }
    }
    spans
}

/// Whether byte `at` lies within one of the spans, which stand in order.
pub(crate) fn is_inside(spans: &[Range<usize>], at: usize) -> bool {
    let next = spans.partition_point(|span| span.end <= at);
    spans.get(next).is_some_and(|span| span.start < at)
}

fn is_quote_mark(c: char) -> bool {
    matches!(c, '"' | '«' | '»' | '“' | '”' | '(' | ')')
}

fn closing_of(mark: char) -> Option<char> {
    match mark {
        '"' => Some('"'),
        '«' => Some('»'),
        '“' => Some('”'),
        '(' => Some(')'),
        _ => None,
    }
}

fn joins_next(text: &str, so_far: Range<usize>, quotes: &[Range<usize>]) -> bool {
    if is_inside(quotes, so_far.end) {
        return true;
    }
    let (before, after) = (text[so_far.clone()].trim_end(), &text[so_far.end..]);
    let Some(before) = before.strip_suffix('.') else {
        return false;
    };
    let rest = before.trim_end_matches(|c: char| c.is_alphabetic() || is_mark(c));
    let word: String = before[rest.len()..].chars().filter(|c| !is_mark(*c)).collect();
    let follows_digit = rest.trim_end().ends_with(char::is_numeric);
    if follows_digit && matches!(word.as_str(), "م" | "ه") {
        // An era mark also closes sentences, and the next one then opens with "and".
        return !after.trim_start().starts_with('و');
    }
    is_initial(&word) || (word.is_empty() && is_list_number(before))
}

/// One letter, or a title's letter with "and" before it (`وأ. منى`).
fn is_initial(word: &str) -> bool {
    word.chars().count() == 1 || matches!(word, "ود" | "وم" | "وأ" | "وا")
}

/// Tatweel and the vowel signs, which are no letters of their own.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{64B}'..='\u{652}' | '\u{670}')
}

fn is_list_number(text: &str) -> bool {
    let text = text.trim();
    matches!(text.len(), 1..=4) && text.chars().all(char::is_numeric)
}

fn has_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let is_blank = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start_matches(is_blank).len());
    let end = range.end - (part.len() - part.trim_end_matches(is_blank).len());
    if start < end { start..end } else { range.start..range.start }
}

/// A rule says whether a long sentence may be cut between these two texts.
type Cut = fn(&str, &str) -> bool;

const CUTS: [Cut; 3] = [
    |before, _| before.ends_with('؛'),
    |before, after| before.ends_with('،') && after.trim_start().starts_with('و'),
    |before, _| before.ends_with(['،', ',']),
];

fn cut(
    text: &str,
    range: Range<usize>,
    rules: &[Cut],
    outside: &dyn Fn(usize) -> bool,
    pieces: &mut Vec<Range<usize>>,
) {
    let Some((rule, weaker)) = rules.split_first().filter(|_| is_long(text, &range)) else {
        pieces.push(range);
        return;
    };
    for part in cut_by(text, range, *rule, outside) {
        cut(text, part, weaker, outside, pieces);
    }
}

fn is_long(text: &str, range: &Range<usize>) -> bool {
    word_count(&text[range.clone()]) > LONG
}

/// Parts as long as the bound allows, cut where `rule` holds.
fn cut_by(
    text: &str,
    range: Range<usize>,
    rule: Cut,
    outside: &dyn Fn(usize) -> bool,
) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut words) = (range.start, 0);
    let mut left = word_count(&text[range.clone()]);
    let mut last: Option<(usize, usize)> = None;
    for (at, word) in spaced_words(&text[range.clone()]) {
        words += 1;
        left -= 1;
        let end = range.start + at + word.len();
        if words > LONG
            && let Some((place, place_words)) = last.take()
        {
            parts.push(trim(text, start..place));
            (start, words) = (place, words - place_words);
        }
        let is_place = rule(&text[start..end], &text[end..range.end]) && outside(end);
        if is_place && words >= SHORT && left >= SHORT {
            last = Some((end, words));
        }
    }
    if let Some((place, _)) = last.filter(|_| is_long(text, &(start..range.end))) {
        parts.push(trim(text, start..place));
        start = place;
    }
    parts.push(trim(text, start..range.end));
    parts
}

/// White-space separated words with their byte offsets.
pub(crate) fn spaced_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = text.as_ptr() as usize;
    text.split_whitespace().map(move |word| (word.as_ptr() as usize - base, word))
}

#[cfg(test)]
#[path = "sentences_tests.rs"]
mod tests;
