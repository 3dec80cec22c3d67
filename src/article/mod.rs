//! The source text: what an Arabic news article is made of, and how it is read.
//!
//! Bytes go through four stages, each a module: `decode` (bytes and charset label to text),
//! `extract` (text, HTML or a news format to blocks), `normalize` (one spelling of each letter,
//! with a map back) and `parse` (blocks to title, dateline, sections, furniture). Reading never
//! fails: it returns an [`Article`] and what a reader should know; [`Reading::refusal`] says
//! whether there is anything to brief.
//!
//! Pure: no file, clock, network or environment is touched here.

pub mod sentences;

use std::{fmt, ops::Range, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{PartialSchema, ToSchema, openapi};

use crate::finding::Finding;

pub use block::{Block, Form, text_blocks};
pub use normalize::{Normalized, normalize};
pub use parse::{Hints, parse};
pub use refusal::Refusal;
pub use release::{PubStatus, Release};
pub use source::{Source, read};

pub mod dates;
pub mod decode;
pub mod extract;
pub mod numerals;
pub mod release;

mod block;
mod dateline;
mod endmark;
mod entity;
mod filed;
mod fold;
mod furniture;
mod gazetteer;
mod head;
mod language;
pub(crate) mod letter;
mod lines;
mod markers;
mod normalize;
mod parse;
mod pieces;
mod refusal;
mod repeat;
mod sections;
mod source;
mod strip;
mod timestamp;
pub(crate) mod wordmap;
mod wrap;

/// Reads an article from text that is already decoded, as somebody pasted it.
#[must_use]
pub fn read_text(text: &str, hints: &Hints) -> Reading {
    parse(&text_blocks(text), hints)
}

/// The language of a text by its letters and words: a BCP 47 code, `und` where nothing decides.
#[must_use]
pub fn language_of(text: &str) -> String {
    language::name(text.lines()).code
}

/// Whether a text has any Arabic letter, in whichever form it is typed.
#[must_use]
pub fn holds_arabic(text: &str) -> bool {
    normalize(text).text.chars().any(normalize::is_arabic_letter)
}

/// The address of one source paragraph: `s1.p0` is the first paragraph of the second section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId {
    /// Index of the section, from 0.
    pub section: u32,
    /// Index of the paragraph within its section, from 0.
    pub paragraph: u32,
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}.p{}", self.section, self.paragraph)
    }
}

/// A text that is no source id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a source id looks like `s1.p0`")]
pub struct SourceIdError;

impl FromStr for SourceId {
    type Err = SourceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (section, paragraph) = text.split_once('.').ok_or(SourceIdError)?;
        let section = section.strip_prefix('s').and_then(|n| n.parse().ok());
        let paragraph = paragraph.strip_prefix('p').and_then(|n| n.parse().ok());
        match (section, paragraph) {
            (Some(section), Some(paragraph)) => Ok(Self { section, paragraph }),
            _ => Err(SourceIdError),
        }
    }
}

impl Serialize for SourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SourceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl ToSchema for SourceId {}

impl PartialSchema for SourceId {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        openapi::ObjectBuilder::new()
            .schema_type(openapi::Type::String)
            .description(Some("The address of a source paragraph: section and paragraph from 0."))
            .pattern(Some(r"^s\d+\.p\d+$"))
            .examples(["s1.p0"])
            .into()
    }
}

/// A news article as a journalist reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Article {
    /// BCP 47 code of the body's language; `ar` where it is Arabic, `und` where it is undecided.
    pub language: String,
    /// The headline, where the text opens with one or the request gave it.
    pub title: Option<String>,
    /// The people or agency credited before the body.
    pub byline: Option<String>,
    /// Place, date and agency at the head of the body.
    pub dateline: Option<Dateline>,
    /// The body in order; the first section has no heading unless the body opens with one.
    pub sections: Vec<Section>,
    /// What was not the story, each line with its reason.
    pub dropped: Vec<Dropped>,
    /// The mark that closes the body, with the desk's code.
    pub end_marker: Option<EndMarker>,
    /// What the carrier says of its publication.
    #[serde(default, skip_serializing_if = "Release::is_empty")]
    pub release: Release,
}

/// Where and when the story was filed, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dateline {
    /// The dateline as typed.
    pub raw: String,
    /// The place in Arabic.
    pub place_ar: Option<String>,
    /// The place in English, where the glossary knows it.
    pub place: Option<String>,
    /// Day of the month, 1 to 31, in the Gregorian calendar.
    pub day: Option<u8>,
    /// Month, 1 to 12, in the Gregorian calendar.
    pub month: Option<u8>,
    /// Year; missing where the source leaves it out.
    pub year: Option<i16>,
    /// The agency's English name.
    pub agency: Option<String>,
}

/// A headed part of the body, or the part before the first heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Section {
    /// `s0`, `s1` … in order.
    pub id: String,
    /// The subhead without its marker.
    pub heading: Option<String>,
    /// How the subhead was marked.
    pub marker: Marker,
    /// The section's paragraphs in order.
    pub paragraphs: Vec<Paragraph>,
}

/// How a subhead was marked in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Marker {
    /// No subhead: the text before the first one.
    Lead,
    /// A star before the line.
    Star,
    /// A short line of its own.
    Bare,
    /// A heading element.
    Html,
    /// A Markdown heading.
    Markdown,
    /// A numbered heading.
    Ordinal,
    /// A question that heads its answer.
    Question,
    /// A bullet, dash or square before the line.
    Bullet,
}

/// One paragraph of the body, without dateline, star or bullet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paragraph {
    /// Its address.
    pub id: SourceId,
    /// Its normalized text.
    pub text: String,
    /// Its byte range in the decoded source.
    #[serde(skip)]
    pub span: Range<usize>,
}

/// A line that is not the story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dropped {
    /// The line.
    pub text: String,
    /// Why it was dropped.
    pub reason: Reason,
}

/// Why a line was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// A comment form or its prompts.
    CommentForm,
    /// Share buttons and links to copy.
    Share,
    /// Links to other stories.
    RelatedLinks,
    /// View counters, reading times.
    Counter,
    /// Copyright and syndication notices.
    Copyright,
    /// Topic tags.
    Tags,
    /// A picture's caption.
    Caption,
    /// A credit to a photographer, translator or syndicate.
    Credit,
    /// The title once more.
    RepeatedTitle,
    /// The page's own date and time.
    Timestamp,
    /// A kicker or desk name above the title.
    Kicker,
    /// A line of stars or dashes.
    Separator,
    /// A subscription or promotion line.
    Promotion,
    /// Navigation of the page.
    Navigation,
    /// Tags, fences and template marks that were left in the text.
    Markup,
    /// Text after the mark that ends the article.
    AfterEnd,
}

/// The mark that closes an agency take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndMarker {
    /// The mark as typed.
    pub raw: String,
    /// The desk's code or initials, where it carries one.
    pub code: Option<String>,
}

/// What reading a source gave: always an article, and what to know about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reading {
    /// The article as read.
    #[serde(flatten)]
    pub article: Article,
    /// What a reader should know.
    pub findings: Vec<Finding>,
}
