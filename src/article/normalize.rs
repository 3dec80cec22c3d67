//! One spelling of each letter, with a map back to the source.
//!
//! Wires, content systems and word processors type the same word in many ways: presentation
//! forms, stretched letters, direction marks, Persian letters, entities. What is only shape goes
//! here, before anything is matched or sent; what is spelling (hamza, alef maqsura, quotes,
//! digits) stays as typed. Clean text, which is nearly all of it, is borrowed, not copied.
//!
//! Normalizing twice changes nothing that normalizing once did not.

use std::{borrow::Cow, ops::Range};

use unicode_normalization::{UnicodeNormalization as _, char::compose};

use super::entity;

/// Marks on one letter beyond this many are no writing but a flood; all of them are dropped.
/// Vowelled scripture has at most three (shadda, vowel, small high sign).
const MOST_MARKS: usize = 3;

/// Stretching, and the dash of Arabic typists.
const TATWEEL: char = '\u{640}';

/// A normalized text and where each part of it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalized<'a> {
    /// The text: borrowed where nothing had to change.
    pub text: Cow<'a, str>,
    /// Where copying resumed: (offset in `text`, offset in the source), both ascending.
    map: Vec<(usize, usize)>,
}

impl Normalized<'_> {
    /// The source offset of the byte at `offset` of the normalized text; at its end, the offset
    /// behind the last visible character.
    #[must_use]
    pub fn source(&self, offset: usize) -> usize {
        match self.map.partition_point(|&(at, _)| at <= offset) {
            0 => offset,
            i => self.map[i - 1].1 + (offset - self.map[i - 1].0),
        }
    }

    /// Where copying resumed within `range` of the text, offsets counted from its start.
    pub(super) fn resumes(&self, range: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
        let first = self.map.partition_point(|&(at, _)| at <= range.start);
        self.map[first..]
            .iter()
            .take_while(move |(at, _)| *at <= range.end)
            .map(move |&(at, raw)| (at - range.start, raw))
    }
}

/// Normalizes a piece of text; line breaks inside it become spaces, its ends are trimmed.
#[must_use]
pub fn normalize(raw: &str) -> Normalized<'_> {
    let start = raw.len() - raw.trim_start_matches(' ').len();
    let trimmed = raw.trim_matches(' ');
    if clean_len(trimmed.as_bytes()) == trimmed.len() {
        let map = if start == 0 { Vec::new() } else { vec![(0, start)] };
        return Normalized { text: Cow::Borrowed(trimmed), map };
    }
    let mut writer = Writer::new(raw);
    writer.run();
    writer.finish()
}

/// Length of the head of a text that is ASCII and Arabic with nothing to change; errs on the
/// short side.
fn clean_len(bytes: &[u8]) -> usize {
    let mut i = 0;
    let mut after_space = false;
    let mut after_letter = false;
    while let Some(&byte) = bytes.get(i) {
        let next = bytes.get(i + 1).copied().unwrap_or(0);
        let mark = byte == 0xD9 && (0x8B..=0x9F).contains(&next);
        match byte {
            b' ' if after_space => return i,
            0x20..=0x7E if byte != b'&' => i += 1,
            // U+0600..U+063F save the signs above letters and the Arabic letter mark.
            0xD8 if !(0x90..=0x9C).contains(&next) => i += 2,
            // U+0641..U+067F: tatweel is looked at closely, and a mark that is not a letter's first.
            0xD9 if next > 0x80
                && (!mark || after_letter)
                && !(0x93..=0x95).contains(&next)
                && next != 0xB0 =>
            {
                i += 2
            }
            // U+00AB and U+00BB, the guillemets.
            0xC2 if next == 0xAB || next == 0xBB => i += 2,
            // Dashes, quotation marks, bullets, the ellipsis.
            0xE2 if next == 0x80 && bytes.get(i + 2).is_some_and(|b| (0x90..=0xA7).contains(b)) => {
                i += 3
            }
            _ => return i,
        }
        after_space = byte == b' ';
        after_letter =
            byte == 0xD8 && next >= 0xA1 || byte == 0xD9 && (0x81..=0x8A).contains(&next);
    }
    i
}

/// Copies a source, changing what has to change.
struct Writer<'a> {
    raw: &'a str,
    at: usize,
    out: String,
    map: Vec<(usize, usize)>,
    /// Marks written since the last base letter.
    marks: usize,
    /// White space seen since the last visible character, and where it began.
    space: Option<char>,
    space_at: usize,
}

impl<'a> Writer<'a> {
    fn new(raw: &'a str) -> Self {
        let out = String::with_capacity(raw.len());
        Self { raw, at: 0, out, map: Vec::new(), marks: 0, space: None, space_at: 0 }
    }

    fn run(&mut self) {
        while let Some(c) = self.raw[self.at..].chars().next() {
            if c == ' ' && self.copy_words() {
                continue;
            }
            let next = self.at + c.len_utf8();
            match c {
                '\u{1B}' => self.at = after_escape(self.raw, next),
                // Some content systems type bullets as a control or a Wingdings code.
                '\u{1A}' | '\u{F0B7}' | '\u{F0A7}' | '\u{F0FC}' | '\u{F0D8}' => self.put('•', next),
                '&' => self.entity(next),
                TATWEEL => self.tatweel(next),
                _ if is_space(c) => self.space(c, next),
                _ if is_invisible(c) => self.at = next,
                _ if is_presentation_form(c) => self.presentation_form(c, next),
                _ if is_mark(c) => self.mark(c, next),
                _ => self.put(arabic(c), next),
            }
        }
    }

    /// Copies the clean words behind a single space as they are; false where there are none.
    fn copy_words(&mut self) -> bool {
        let rest = &self.raw[self.at..];
        let clean = &rest.as_bytes()[..clean_len(rest.as_bytes())];
        // The last word may go on in what is not clean.
        let whole = memchr::memrchr(b' ', clean).unwrap_or(0);
        if whole < 2 || self.space.is_some() || self.out.is_empty() {
            return false;
        }
        self.sync(self.at);
        self.out.push_str(&rest[..whole]);
        self.marks = 0;
        self.at += whole;
        true
    }

    fn finish(mut self) -> Normalized<'a> {
        self.sync(if self.space.is_some() { self.space_at } else { self.at });
        Normalized { text: Cow::Owned(self.out), map: self.map }
    }

    /// Writes a visible base character that came from `self.at..next`.
    fn put(&mut self, c: char, next: usize) {
        if let Some(space) = self.space.take()
            && !self.out.is_empty()
        {
            self.sync(self.space_at);
            self.out.push(space);
        }
        self.sync(self.at);
        self.out.push(c);
        self.marks = 0;
        self.at = next;
    }

    /// Notes that what is written next comes from `raw`.
    fn sync(&mut self, raw: usize) {
        let here = (self.out.len(), raw);
        let expected = self.map.last().map_or(here.0, |&(out, raw)| raw + (here.0 - out));
        if expected != here.1 {
            if self.map.last().is_some_and(|&(out, _)| out == here.0) {
                self.map.pop();
            }
            self.map.push(here);
        }
    }

    fn space(&mut self, c: char, next: usize) {
        // A tab between cells is kept as one; all else that is white is a space.
        let tab = c == '\t' || self.space == Some('\t');
        if self.space.is_none() {
            self.space_at = self.at;
        }
        self.space = Some(if tab { '\t' } else { ' ' });
        self.at = next;
    }

    /// Writes the marks that stand on one letter, unless they are a flood.
    fn mark(&mut self, c: char, next: usize) {
        let run = &self.raw[self.at..];
        let (count, len) = run
            .chars()
            .take_while(|&c| is_mark(c))
            .fold((0, 0), |(count, len), c| (count + 1, len + c.len_utf8()));
        // A mark without a letter is residue.
        if self.space.is_some() || !self.after_letter() || count + self.marks > MOST_MARKS {
            self.at += len.max(c.len_utf8()).max(next - self.at);
            return;
        }
        self.put_mark(c);
        self.at = next;
    }

    fn put_mark(&mut self, c: char) {
        let base = self.out.chars().next_back().filter(|_| self.marks == 0);
        if let Some(both) = base.and_then(|base| compose(base, c)) {
            self.out.pop();
            self.out.push(both);
            return;
        }
        self.marks += 1;
        self.sync(self.at);
        self.out.push(c);
    }

    fn entity(&mut self, next: usize) {
        match decoded(&self.raw[self.at..]) {
            Some((c, len)) if is_space(c) => self.space(c, self.at + len),
            Some((c, len)) if is_invisible(c) => self.at += len,
            Some((c, len)) => self.put(c, self.at + len),
            None => self.put('&', next),
        }
    }

    fn presentation_form(&mut self, c: char, next: usize) {
        for part in std::iter::once(c).nfkc() {
            // Spacing marks decompose to a space or a tatweel that carries them.
            if is_mark(part) {
                if self.space.is_none() && self.after_letter() && self.marks < MOST_MARKS {
                    self.put_mark(part);
                }
            } else if part != ' ' && part != TATWEEL {
                self.put(arabic(part), self.at);
            }
        }
        self.at = next;
    }

    /// Stretching goes; `هـ` (the Hijri year mark), a dash, and a particle before what is not
    /// Arabic (`الـ24`, `بـ«الشرق»`) keep one.
    fn tatweel(&mut self, mut next: usize) {
        while let Some(rest) = self.raw[next..].strip_prefix(TATWEEL) {
            next = self.raw.len() - rest.len();
        }
        let follows = self.raw[next..].chars().find(|&c| !is_unseen(c));
        if follows.is_some_and(is_arabic_letter) && !self.after_space() {
            self.at = next;
            return;
        }
        if self.space.is_none() && self.out.ends_with(TATWEEL) {
            self.at = next; // One stands for a run, also across what is invisible.
        } else if self.after_space() || keeps_tatweel(&self.out) {
            self.put(TATWEEL, next);
        } else {
            self.at = next;
        }
    }

    fn after_letter(&self) -> bool {
        let last = self.out.chars().next_back();
        last.is_some_and(|c| {
            c != TATWEEL && (is_arabic_letter(c) || is_mark(c) || c.is_alphanumeric())
        })
    }

    fn after_space(&self) -> bool {
        self.space.is_some() || self.out.is_empty() || self.out.ends_with(TATWEEL)
    }
}

/// Whether the word at the end of `text` is one that a tatweel ends.
fn keeps_tatweel(text: &str) -> bool {
    let word_start = text
        .char_indices()
        .rev()
        .find(|&(_, c)| !is_arabic_letter(c) && !is_mark(c))
        .map_or(0, |(i, c)| i + c.len_utf8());
    matches!(
        &text[word_start..],
        "ه" | "ب"
            | "ل"
            | "ك"
            | "ال"
            | "لل"
            | "بال"
            | "وال"
            | "فال"
            | "كال"
            | "وب"
            | "ول"
            | "وبال"
            | "ولل"
            | "فب"
            | "فل"
    )
}

/// The entity at the start of `raw`, also where something unseen stands in it: left alone, it would
/// be one as soon as that is gone. Gives its character and its length in `raw`.
fn decoded(raw: &str) -> Option<(char, usize)> {
    // All of them ASCII, each with the offset behind it.
    let (mut seen, mut ends) = (String::new(), Vec::new());
    let mut at = 0;
    while let Some(c) = raw[at..].chars().next() {
        let next = at + c.len_utf8();
        if at == 0 || c.is_ascii_alphanumeric() || matches!(c, '#' | ';') {
            seen.push(c);
            ends.push(next);
        } else if !is_unseen(c) && c != '\u{1B}' {
            break;
        }
        at = if c == '\u{1B}' { after_escape(raw, next) } else { next };
    }
    let (c, len) = entity::decode(&seen)?;
    Some((c, ends.get(len.checked_sub(1)?).copied()?))
}

/// The Arabic letter for one of Iranian content systems' Persian ones.
fn arabic(c: char) -> char {
    match c {
        '\u{6A9}' | '\u{6AA}' => 'ك',
        '\u{6CC}' => 'ي',
        _ => c,
    }
}

/// What may be gone when the text is read again.
fn is_unseen(c: char) -> bool {
    is_invisible(c) || is_mark(c) || c == TATWEEL
}

/// The offset after a terminal's escape sequence whose ESC ends at `at`.
fn after_escape(raw: &str, at: usize) -> usize {
    let rest = &raw.as_bytes()[at..];
    if rest.first() != Some(&b'[') {
        return at;
    }
    let body = rest[1..].iter().take_while(|b| (0x20..=0x3F).contains(*b)).count();
    match rest.get(1 + body) {
        Some(0x40..=0x7E) => at + body + 2,
        _ => at + 1 + body,
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// Controls, direction and zero-width marks, soft hyphens, variation selectors, strays.
fn is_invisible(c: char) -> bool {
    super::block::is_blank(c) && !is_space(c) || matches!(c, '\u{FFFC}' | '\u{E000}'..='\u{F8FF}')
}

/// Arabic presentation forms, save the word ligatures (`ﷺ`, `ﷲ`, `﷼`) that are typed as signs.
fn is_presentation_form(c: char) -> bool {
    matches!(c, '\u{FB50}'..='\u{FBB1}' | '\u{FBD3}'..='\u{FD3D}' | '\u{FD50}'..='\u{FDEF}' | '\u{FE70}'..='\u{FEFC}')
}

/// Whether a character is an Arabic letter, tashkeel excluded.
pub(crate) fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{63F}' | '\u{641}'..='\u{64A}' | '\u{66E}'..='\u{66F}' | '\u{671}'..='\u{6D3}' | '\u{6D5}'
        | '\u{6EE}' | '\u{6EF}' | '\u{6FA}'..='\u{6FC}' | '\u{750}'..='\u{77F}' | '\u{8A0}'..='\u{8C9}')
        || is_presentation_form(c)
}

/// Whether a character is written above or below the letter before it.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{610}'..='\u{61A}'
        | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}'
        | '\u{6EA}'..='\u{6ED}' | '\u{8D3}'..='\u{8E1}' | '\u{8E3}'..='\u{8FF}' | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
#[path = "normalize_tests.rs"]
mod tests;
