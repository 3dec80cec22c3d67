//! Lines of a source made ready to be judged: normalized, without decoration, measured once.
//!
//! A line knows where each byte of its text came from, so that whatever is cut off it later (a
//! dateline, a star, an end marker) leaves the right range of the source behind.

use std::{borrow::Cow, cell::OnceCell, ops::Range};

use super::{
    Marker,
    block::{Block, Form},
    fold,
    markers::{self, Lead},
    normalize::{is_arabic_letter, normalize},
};

/// Longer lines are prose whatever they say, and are never folded for look-up. Bytes.
const LONGEST_KEY: usize = 320;

/// A line, or several that were one before somebody wrapped them.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// Normalized text without leading mark.
    pub(super) text: Cow<'a, str>,
    /// The text folded for look-up, made when it is first asked for.
    key: OnceCell<String>,
    /// The mark that stood before the text.
    pub(super) lead: Lead,
    pub(super) form: Form,
    /// Whether a blank line stands before it.
    pub(super) gap: bool,
    /// Whether it began with white space, as the first line of a wrapped paragraph does.
    pub(super) indented: bool,
    pub(super) words: usize,
    pub(super) chars: usize,
    /// Range of `text` in the source.
    pub(super) span: Range<usize>,
    /// (offset in `text`, offset in the source) where copying resumed; none where the carrier
    /// kept no offsets.
    map: Vec<(usize, usize)>,
    exact: bool,
}

impl<'a> Line<'a> {
    /// Reads a block; nothing where it shows nothing.
    pub(super) fn read(block: &'a Block) -> Option<Self> {
        let normal = normalize(&block.text);
        let exact = block.text.len() == block.span.len();
        let offsets = |at: usize| if exact { block.span.start + normal.source(at) } else { 0 };
        let (lead, mut range) = markers::strip(&normal.text);
        let mut form = block.form;
        if let Some(hashes) = hashes(&normal.text[range.clone()]).filter(|_| form == Form::Line) {
            // Markdown that was pasted as text.
            form = Form::Heading(Marker::Markdown);
            range.start += hashes;
        }
        if range.is_empty() {
            return (lead == Lead::Rule).then(|| Self::rule(block));
        }
        let map = if exact { vec![(0, offsets(range.start))] } else { Vec::new() };
        let mut line = Self {
            key: OnceCell::new(),
            lead,
            form,
            gap: block.gap,
            indented: block.text.starts_with([' ', '\t', '\u{A0}', '\u{3000}']),
            words: 0,
            chars: 0,
            span: if exact { offsets(range.start)..offsets(range.end) } else { block.span.clone() },
            map,
            exact,
            text: Cow::Borrowed(""),
        };
        line.map.extend(
            normal
                .resumes(range.clone())
                .map(|(at, raw)| (at, block.span.start + raw))
                .filter(|_| exact),
        );
        line.text = match normal.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
            Cow::Owned(text) if range.len() == text.len() => Cow::Owned(text),
            Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
        };
        line.measure();
        Some(line)
    }

    /// A line of stars or dashes only.
    fn rule(block: &'a Block) -> Self {
        let text = normalize(&block.text).text;
        Self {
            text,
            key: OnceCell::new(),
            lead: Lead::Rule,
            form: block.form,
            gap: block.gap,
            indented: false,
            words: 0,
            chars: 0,
            span: block.span.clone(),
            map: Vec::new(),
            exact: false,
        }
    }

    fn measure(&mut self) {
        let bytes = self.text.as_bytes();
        self.words = 1 + memchr::memchr2_iter(b' ', b'\t', bytes).count();
        let short = bytes.len() <= LONGEST_KEY;
        self.chars = if short { fold::width(&self.text) } else { LONGEST_KEY };
        self.key = OnceCell::new();
    }

    /// Whether it is too long to be looked up.
    pub(super) fn is_long(&self) -> bool {
        self.text.len() > LONGEST_KEY
    }

    /// The text folded for look-up; empty for long lines.
    pub(super) fn key(&self) -> &str {
        self.key.get_or_init(|| match self.text.len() <= LONGEST_KEY && self.lead != Lead::Rule {
            true => fold::key(&self.text),
            false => String::new(),
        })
    }

    /// Where the byte at `at` of the text came from.
    fn source(&self, at: usize) -> usize {
        let i = self.map.partition_point(|&(from, _)| from <= at);
        let (from, raw) = self.map[i - 1];
        raw + (at - from)
    }

    /// The same line without what stands outside `range`.
    pub(super) fn cut(&mut self, range: Range<usize>) {
        let head = self.text[range.clone()].len() - self.text[range.clone()].trim_start().len();
        let tail = self.text[range.clone()].len() - self.text[range.clone()].trim_end().len();
        let range = if head == range.len() {
            range.start..range.start
        } else {
            range.start + head..range.end - tail
        };
        if self.exact {
            let start = self.source(range.start);
            self.span = if range.is_empty() { start..start } else { start..self.source(range.end) };
            let first = self.map.partition_point(|&(at, _)| at <= range.start);
            let kept = self.map[first..]
                .iter()
                .filter(|(at, _)| *at <= range.end)
                .map(|&(at, raw)| (at - range.start, raw));
            self.map = std::iter::once((0, start)).chain(kept).collect();
        }
        self.text = match std::mem::take(&mut self.text) {
            Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
            Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
        };
        self.measure();
    }

    /// Takes in the line that follows, which was cut off this one by a hard line break.
    pub(super) fn join(&mut self, next: &Line<'_>) {
        let offset = self.text.len() + 1;
        let text = self.text.to_mut();
        text.push(' ');
        text.push_str(&next.text);
        self.exact &= next.exact;
        self.map.extend(next.map.iter().map(|&(at, raw)| (at + offset, raw)));
        self.span.end = next.span.end;
        self.words += next.words;
        self.chars += next.chars + 1;
    }

    /// Folds the text again after joining.
    pub(super) fn joined(&mut self) {
        self.measure();
    }

    /// How the line ends.
    pub(super) fn ending(&self) -> Ending {
        ending(&self.text)
    }

    /// Whether the line is running text: long, or a short sentence with a stop.
    pub(super) fn is_prose(&self) -> bool {
        let stopped = matches!(self.ending(), Ending::Stop | Ending::Cry | Ending::Comma);
        self.words >= 15
            || self.words >= 4 && stopped
            || self.words >= 9 && self.text.contains(['،', ':'])
    }
}

/// Length of the number signs and the space before a Markdown heading.
fn hashes(text: &str) -> Option<usize> {
    let count = text.len() - text.trim_start_matches('#').len();
    let heads = (1..=6).contains(&count)
        && text[count..].starts_with(' ')
        && text.chars().any(is_arabic_letter);
    heads.then_some(count + 1)
}

/// How a text ends, closing quotes and brackets aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// A full stop or ellipsis.
    Stop,
    /// An exclamation mark.
    Cry,
    /// A question mark.
    Question,
    /// A comma or semicolon.
    Comma,
    /// A colon.
    Colon,
    /// A word.
    Open,
}

/// How a text ends, closing quotes, brackets and spaces aside.
pub(super) fn ending(text: &str) -> Ending {
    let bare = text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '”' | '“' | '»' | '\'' | '’' | ')' | ']' | '}' | '*')
    });
    match bare.chars().next_back() {
        Some('.' | '…' | '۔') => Ending::Stop,
        Some('!') => Ending::Cry,
        Some('؟' | '?') => Ending::Question,
        Some('،' | ',' | '؛' | ';') => Ending::Comma,
        Some(':') => Ending::Colon,
        _ => Ending::Open,
    }
}
