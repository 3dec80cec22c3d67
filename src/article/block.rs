//! The pieces that a source is cut into before anything is known of their role.
//!
//! Every carrier of an article (pasted text, HTML, Markdown, a news format) is brought to one
//! list of blocks, so that the reader is written once. A block keeps the text as it was typed
//! and where it stood; it says what the carrier knew of its role and guesses nothing.

use std::ops::Range;

use super::{Marker, Reason};

/// A piece of the source between line breaks or elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The text as typed, not normalized; markup and its entities are gone.
    pub text: String,
    /// Its byte range in the decoded source; where the carrier has no offsets, the range of the
    /// nearest element that has.
    pub span: Range<usize>,
    /// What the carrier says of it.
    pub form: Form,
    /// Whether a blank line, or the edge of an element, stands before it.
    pub gap: bool,
}

impl Block {
    /// A block with space before it, as elements have.
    #[must_use]
    pub fn new(text: impl Into<String>, span: Range<usize>, form: Form) -> Self {
        Self { text: text.into(), span, form, gap: true }
    }
}

/// What the carrier says of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line of plain text: a paragraph, a part of one, a subhead, anything.
    Line,
    /// A whole paragraph: an element. It may still turn out to be a subhead or furniture.
    Paragraph,
    /// A heading of HTML or Markdown.
    Heading(Marker),
    /// An item of a marked-up list, without its bullet.
    ListItem,
    /// The headline, as the markup says.
    Title,
    /// The byline, as the markup says.
    Byline,
    /// Not the story, as the markup says: a figure's caption, navigation.
    Furniture(Reason),
}

/// Cuts plain text into one block for each line that holds more than white space.
///
/// Line ends are LF, CRLF, CR (old Macintosh), FF, VT, NEL and the Unicode line and paragraph
/// separators. Linear in the text; blank lines cost no memory.
#[must_use]
pub fn text_blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut gap = true;
    let mut start = 0;
    while start < text.len() {
        let (end, next) = line_end(text.as_bytes(), start);
        let line = &text[start..end];
        if line.chars().all(is_blank) {
            // CRLF is one line end, so an empty rest of it is no blank line.
            gap = true;
        } else {
            blocks.push(Block { text: line.to_owned(), span: start..end, form: Form::Line, gap });
            gap = false;
        }
        start = next;
    }
    blocks
}

/// Bytes looked at together for anything that may end a line.
const WINDOW: usize = 64;

/// Where the line that starts at `start` ends, and where the next one starts.
fn line_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let mut from = start;
    while from < bytes.len() {
        let to = bytes.len().min(from + WINDOW);
        if let Some(found) = ends_line(bytes, from) {
            return found;
        }
        let window = &bytes[from..to];
        // Without a way out the look at a window is a few instructions wide.
        let may_end = window
            .iter()
            .fold(false, |seen, &byte| seen | matches!(byte, b'\n'..=b'\r' | 0xC2 | 0xE2));
        if may_end && let Some(found) = (from..to).find_map(|at| ends_line(bytes, at)) {
            return found;
        }
        from = to;
    }
    (bytes.len(), bytes.len())
}

/// Whether a line ends at `at`, and where the next one starts.
fn ends_line(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    match bytes[at] {
        b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some((at, at + 2)),
        b'\n' | b'\r' | 0x0B | 0x0C => Some((at, at + 1)),
        0xC2 if bytes.get(at + 1) == Some(&0x85) => Some((at, at + 2)),
        0xE2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => {
            Some((at, at + 3))
        }
        _ => None,
    }
}

/// Whether a character shows nothing: white space, controls, zero-width and direction marks.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        // U+001A is some content systems' bullet.
        || c.is_control() && c != '\u{1A}'
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(&str, bool)> {
        text_blocks(text).iter().map(|block| (&text[block.span.clone()], block.gap)).collect()
    }

    #[test]
    fn every_way_to_end_a_line_ends_one() {
        let text = "أ\nب\r\nج\rد\u{0C}ه\u{2028}و\u{85}ز";
        assert_eq!(lines(text).len(), 7);
        assert!(
            lines(text).iter().skip(1).all(|(_, gap)| !gap),
            "no blank line stands between them"
        );
    }

    #[test]
    fn a_line_of_invisible_marks_is_blank() {
        assert_eq!(lines("أ\n \u{200F}\u{FEFF}\u{A0}\nب"), [("أ", true), ("ب", true)]);
    }

    #[test]
    fn a_million_blank_lines_leave_two_blocks() {
        let text = format!("أ{}ب", "\n".repeat(1_000_000));
        assert_eq!(lines(&text), [("أ", true), ("ب", true)]);
    }
}
