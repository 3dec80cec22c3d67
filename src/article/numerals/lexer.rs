//! Cuts a text into the pieces that numbers are made of: figures, words and signs.
//!
//! One pass, left to right in typed order. Direction marks vanish; runs of words that mean nothing
//! to a number become one piece, so the list stays small beside the text.

use std::ops::Range;

use super::figure::{digit, is_mark, is_single, scan};
use crate::article::letter;

/// Stretches a word, and stands alone as a dash.
const TATWEEL: char = '\u{640}';

/// What a piece is; `W` is the meaning of a word in the language at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind<W> {
    /// Digits with their separators, as [`scan`] gives them.
    Figure(String),
    /// A word.
    Word(W),
    /// Any other visible character.
    Sign(char),
}

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece<W> {
    /// What it is.
    pub(crate) kind: Kind<W>,
    /// Its bytes in the text.
    pub(crate) span: Range<usize>,
    /// Nothing stands between it and the piece before.
    pub(crate) glued: bool,
    /// It is the first of its line.
    pub(crate) opens: bool,
    /// A Latin letter stands right before it: the 2 of `H2O`.
    pub(crate) in_name: bool,
}

/// Cuts `text`; `look_up` gives the meaning of a word.
pub(crate) fn pieces<W: Copy + PartialEq>(
    text: &str,
    other: W,
    mut look_up: impl FnMut(&str) -> W,
) -> Vec<Piece<W>> {
    let mut pieces: Vec<Piece<W>> = Vec::new();
    let (mut at, mut glued, mut opens, mut latin) = (0, false, true, false);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() || is_mark(c) {
            opens |= matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
            glued &= is_mark(c);
            at += c.len_utf8();
            continue;
        }
        let start = pieces.len();
        let figure = digit(c).and_then(|_| scan(rest));
        let len = if let Some(figure) = figure {
            push_figure(&mut pieces, rest, at, figure);
            figure_len(&pieces, start, at)
        } else if is_letter(c) {
            let len = word_len(rest);
            if rest[..len].chars().all(|c| c == TATWEEL || is_mark(c)) {
                pieces.push(piece(Kind::Sign(TATWEEL), at..at + len));
            } else {
                push_word(&mut pieces, at..at + len, other, || look_up(&rest[..len]));
            }
            len
        } else {
            pieces.push(piece(Kind::Sign(c), at..at + c.len_utf8()));
            c.len_utf8()
        };
        if let Some(first) = pieces.get_mut(start) {
            (first.glued, first.opens, first.in_name) = (glued, opens, glued && latin);
        }
        latin = text.as_bytes()[at + len - 1].is_ascii_alphabetic();
        (at, glued, opens) = (at + len, true, false);
    }
    pieces
}

fn piece<W>(kind: Kind<W>, span: Range<usize>) -> Piece<W> {
    Piece { kind, span, glued: true, opens: false, in_name: false }
}

fn figure_len<W>(pieces: &[Piece<W>], start: usize, at: usize) -> usize {
    pieces[start..].last().map_or(1, |last| last.span.end - at)
}

/// One figure, or the figures and signs of a shape that is several.
fn push_figure<W>(pieces: &mut Vec<Piece<W>>, rest: &str, at: usize, figure: super::figure::Scan) {
    if is_single(&figure.shape) {
        pieces.push(piece(Kind::Figure(figure.shape), at..at + figure.len));
        return;
    }
    let (mut group, mut start, mut end) = (String::new(), 0, 0);
    for (offset, c) in rest[..figure.len].char_indices() {
        if let Some(digit) = digit(c) {
            if group.is_empty() {
                start = offset;
            }
            group.push(digit);
            end = offset + c.len_utf8();
        } else if !is_mark(c) {
            let group = std::mem::take(&mut group);
            pieces.push(piece(Kind::Figure(group), at + start..at + end));
            pieces.push(piece(Kind::Sign(c), at + offset..at + offset + c.len_utf8()));
        }
    }
    pieces.push(piece(Kind::Figure(group), at + start..at + end));
}

/// A word, joined to a meaningless one before it where it means nothing itself.
fn push_word<W: Copy + PartialEq>(
    pieces: &mut Vec<Piece<W>>,
    span: Range<usize>,
    other: W,
    look_up: impl FnOnce() -> W,
) {
    let word = look_up();
    match pieces.last_mut() {
        Some(last) if word == other && last.kind == Kind::Word(other) => last.span.end = span.end,
        _ => pieces.push(piece(Kind::Word(word), span)),
    }
}

fn is_letter(c: char) -> bool {
    matches!(c, '\u{658}'..='\u{65F}' | '\u{670}') || letter::is_alphabetic(c)
}

fn word_len(text: &str) -> usize {
    // English words end where they meet anything else in ASCII.
    let ascii = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if text.as_bytes().get(ascii).is_none_or(u8::is_ascii) {
        return ascii;
    }
    let rest = text[ascii..].find(|c: char| !is_letter(c) && !is_mark(c));
    rest.map_or(text.len(), |rest| ascii + rest)
}
