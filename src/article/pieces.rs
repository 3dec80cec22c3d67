//! The pieces of a dateline: what stands between dashes, slashes, colons, commas and brackets.
//!
//! Only the cut is made here; `dateline` names the pieces. A sign within initials, a number or a
//! date in digits cuts nothing.

use std::ops::Range;

use super::{
    fold::key,
    gazetteer::{self, Named},
};

/// What ends a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    Dash,
    Slash,
    Colon,
    Comma,
    Open,
    Close,
    End,
}

impl Break {
    /// Whether the story may begin behind it.
    pub(super) fn ends_dateline(self) -> bool {
        matches!(self, Self::Dash | Self::Slash | Self::Colon | Self::Close)
    }
}

/// A stretch of text between separators.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: Range<usize>,
    pub(super) end: Break,
    /// Where the next piece starts, past the separators.
    pub(super) next: usize,
    /// Whether a bracket or slash stands before it.
    pub(super) enclosed: bool,
}

/// Cuts the head of a text at its separators, one by one.
pub(super) struct Pieces<'a> {
    text: &'a str,
    at: usize,
    enclosed: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, enclosed: false }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let (mut end, mut next, mut how) = (self.text.len(), self.text.len(), Break::End);
        for (i, c) in self.text[start..].char_indices() {
            let at = start + i;
            if let Some(found) = separator(c, &self.text[at..], &self.text[start..at]) {
                (end, next, how) = (at, at + c.len_utf8(), found);
                break;
            }
        }
        if how == Break::Dash {
            let run = self.text[next..].trim_start_matches(['-', '–', '—', 'ـ']);
            next = self.text.len() - run.len();
        }
        self.at = next;
        let piece = Piece { text: start..end, end: how, next, enclosed: self.enclosed };
        self.enclosed = matches!(how, Break::Open | Break::Slash);
        Some(piece)
    }
}

/// What a character separates; a dot inside initials, and a sign within a number or a date in
/// digits, separate nothing.
fn separator(c: char, rest: &str, before: &str) -> Option<Break> {
    let within = |sign: char| {
        before.ends_with(char::is_numeric) && rest[sign.len_utf8()..].starts_with(char::is_numeric)
    };
    match c {
        '-' | '/' if within(c) => None,
        // `موسكو - سبوتنيك. أعلن`: an agency's name is a sentence of its own.
        '.' if rest[1..].starts_with(' ') && ends_in_agency(before) => Some(Break::Dash),
        '-' | '–' | '—' => Some(Break::Dash),
        // A tatweel that survived normalizing is a dash, save in the Hijri mark `هـ`.
        'ـ' if !before.ends_with('ه') => Some(Break::Dash),
        '/' | '|' | '\\' => Some(Break::Slash),
        ':' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => Some(Break::Colon),
        ',' | '،' => Some(Break::Comma),
        '(' | '[' => Some(Break::Open),
        ')' | ']' => Some(Break::Close),
        '!' | '؟' | '?' | '؛' | '\n' => Some(Break::End),
        _ => None,
    }
}

/// Whether a piece is an agency's sure name and nothing else.
pub(super) fn ends_in_agency(piece: &str) -> bool {
    piece.len() <= 60 && matches!(gazetteer::named(&key(piece)), Some(Named::Surely(_)))
}
