//! Writes the figures of an Arabic text in Western signs and order.
//!
//! Only figures and percent signs are touched, and a figure only as far as its value is certain.

use std::ops::Range;

use super::{
    compose::Composer,
    figure::{self, Worth},
    lexer::{self, Kind},
    lexicon::{Class, OTHER, Reader, Word},
};

/// What to write in place of what, in order, so that every figure is Western.
pub(super) fn edits(text: &str) -> Vec<(Range<usize>, String)> {
    let mut words = Reader::default();
    let pieces = lexer::pieces(text, OTHER, |word| words.look_up(word));
    let composer = Composer { pieces: &pieces };
    (0..pieces.len())
        .filter_map(|at| composer.edit(text, at))
        .filter(|(span, new)| text[span.clone()] != **new)
        .collect()
}

impl Composer<'_> {
    /// What to write for one piece: a figure in Western signs, a percent sign after it.
    fn edit(&self, text: &str, at: usize) -> Option<(Range<usize>, String)> {
        let piece = &self.pieces[at];
        match &piece.kind {
            Kind::Word(_) => None,
            Kind::Sign(sign @ ('%' | '٪')) => {
                let moved = matches!(self.kind(at + 1), Some(Kind::Figure(_)))
                    && self.moves_percent(at + 1);
                (*sign == '٪' && !moved).then(|| (piece.span.clone(), "%".to_owned()))
            }
            Kind::Sign(_) => None,
            Kind::Figure(shape) => {
                let western = self.western(at, shape, &text[piece.span.clone()]);
                if self.moves_percent(at) {
                    let start = self.pieces[at - 1].span.start;
                    return Some((start..piece.span.end, western + "%"));
                }
                Some((piece.span.clone(), western))
            }
        }
    }

    /// Whether the percent sign before a figure goes behind it: not into "%5 ألف", and not where
    /// it is all that parts the figure from another, as in "5،%10".
    fn moves_percent(&self, at: usize) -> bool {
        let scale = |word: Word| matches!(word.class, Class::Scale(..));
        let figure = |back: usize| {
            at.checked_sub(back).is_some_and(|at| matches!(self.kind(at), Some(Kind::Figure(_))))
        };
        let parts =
            figure(2) || figure(3) && self.pieces[at - 1].glued && self.pieces[at - 2].glued;
        let glued = |at: usize| self.pieces.get(at).is_some_and(|piece| piece.glued);
        let runs_on =
            matches!(self.kind(at + 2), Some(Kind::Figure(_))) && glued(at + 1) && glued(at + 2);
        self.percent_before(at) && !parts && !runs_on && !self.word(at + 1).is_some_and(scale)
    }

    fn western(&self, at: usize, shape: &str, typed: &str) -> String {
        match self.worth(at, shape) {
            Some(Worth::Number { text: Some(text), .. }) => text,
            Some(Worth::Time { hour, minute, unsure: false })
                if shape.bytes().any(|b| !b.is_ascii_digit()) =>
            {
                format!("{hour:02}:{minute:02}")
            }
            _ => typed
                .chars()
                .filter(|&c| !figure::is_mark(c))
                .map(|c| figure::digit(c).unwrap_or(c))
                .collect(),
        }
    }
}
