//! A brief's text as the bodies that news formats carry: plain, and as an XHTML fragment.
//!
//! Nothing in a body is markup of a provider's or the article's making.

use html_escape::{encode_double_quoted_attribute, encode_text};

use super::words::clean;
use crate::brief::{Brief, Passage};

/// One text in two shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// Paragraphs with a blank line between.
    pub(super) plain: String,
    /// A `div` of well-formed XHTML.
    pub(super) xhtml: String,
}

/// A paragraph or a subhead.
enum Piece<'a> {
    Heading(&'a str),
    Text(&'a str),
}

/// The standfirst.
pub(super) fn summary(brief: &Brief) -> Option<Body> {
    body(brief, texts(&brief.summary).collect())
}

/// The sections with their subheads; the standfirst where the brief has no sections.
pub(super) fn main(brief: &Brief) -> Option<Body> {
    let mut pieces = Vec::new();
    for section in brief.sections.iter().filter(|section| !section.passages.is_empty()) {
        pieces.extend(section.heading.as_deref().map(Piece::Heading));
        pieces.extend(texts(&section.passages));
    }
    if pieces.is_empty() {
        return summary(brief);
    }
    body(brief, pieces)
}

fn texts(passages: &[Passage]) -> impl Iterator<Item = Piece<'_>> {
    passages.iter().map(|passage| Piece::Text(&passage.text))
}

fn body(brief: &Brief, pieces: Vec<Piece<'_>>) -> Option<Body> {
    if pieces.is_empty() {
        return None;
    }
    let language = encode_double_quoted_attribute(&brief.language);
    let mut xhtml = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"{language}\">");
    let mut plain: Vec<String> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (tag, text) = match piece {
            Piece::Heading(text) => ("h2", clean(text)),
            Piece::Text(text) => ("p", clean(text)),
        };
        xhtml.push_str(&format!("<{tag}>{}</{tag}>", encode_text(&text)));
        plain.push(text.into_owned());
    }
    xhtml.push_str("</div>");
    Some(Body { plain: plain.join("\n\n"), xhtml })
}
