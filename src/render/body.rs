//! A brief's text as the bodies that news formats carry: plain, and as an XHTML fragment.
//!
//! Nothing in a body is markup of a provider's or the article's making.

use std::collections::HashSet;

use html_escape::{encode_double_quoted_attribute, encode_text};

use super::words::clean;
use crate::{
    article::SourceId,
    brief::{Brief, Passage},
};

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

/// The whole text: the sections with their subheads, and before them the standfirst where it tells
/// what no section does. Key sentences that the standfirst has taken are in no section, so without
/// it the text would lack its lead.
pub(super) fn main(brief: &Brief) -> Option<Body> {
    let mut pieces = Vec::new();
    if !brief.summary.iter().all(|passage| is_told(passage, brief)) {
        pieces.extend(texts(&brief.summary));
    }
    for section in brief.sections.iter().filter(|section| !section.passages.is_empty()) {
        pieces.extend(section.heading.as_deref().map(Piece::Heading));
        pieces.extend(texts(&section.passages));
    }
    if pieces.is_empty() {
        return summary(brief);
    }
    body(brief, pieces)
}

/// Whether a passage of the standfirst is told in the sections too: the sentence that it translates
/// is translated there, or, where it is no translation, they rest on all its paragraphs.
fn is_told(passage: &Passage, brief: &Brief) -> bool {
    let mut told = brief.sections.iter().flat_map(|section| &section.passages);
    match passage.arabic.as_deref() {
        Some(sentence) => {
            told.any(|one| one.arabic.as_deref().is_some_and(|text| text.contains(sentence)))
        }
        None => {
            let told: HashSet<SourceId> =
                told.flat_map(|one| one.sources.iter().copied()).collect();
            passage.sources.iter().all(|source| told.contains(source))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn the_text_opens_with_the_standfirst_where_that_alone_tells_the_lead() {
        let brief = sample::brief();
        let text = main(&brief).unwrap().plain;
        assert!(text.starts_with(&brief.summary[0].text), "{text}");
        assert!(text.contains("New jobs\n\nThe head of"));
    }

    #[test]
    fn two_sentences_of_one_paragraph_are_two_things_to_tell() {
        let mut brief = sample::brief();
        brief.summary.truncate(1);
        brief.summary[0].arabic = Some("جملة أولى.".to_owned());
        brief.sections[0].passages[0] = Passage {
            arabic: Some("جملة ثانية.".to_owned()),
            ..sample::passage("A second sentence.", &["s0.p0"])
        };
        assert!(main(&brief).unwrap().plain.starts_with(&brief.summary[0].text));
        brief.sections[0].passages[0].arabic = Some("جملة أولى. جملة ثانية.".to_owned());
        assert!(main(&brief).unwrap().plain.starts_with("A second sentence."), "told in full");
    }

    #[test]
    fn the_text_does_not_say_twice_what_its_sections_say() {
        let mut brief = sample::brief();
        brief.summary.remove(0);
        let text = main(&brief).unwrap().plain;
        assert!(text.starts_with(&brief.sections[0].passages[0].text), "{text}");
        brief.sections.clear();
        assert_eq!(main(&brief), summary(&brief), "a headline and summary alone");
    }
}
