//! Decoded text to blocks: takes the article out of whatever carried it.
//!
//! Plain text is cut into lines, a web page or Markdown into its elements, a news format is opened
//! and its body read in the format that it says. What the carrier knows beside the text (headline,
//! byline, times, publishing status) comes along. Nothing is fetched, no external entity is
//! followed, and what cannot be opened is read as text. Which lines are the story is not decided
//! here but by the reader of blocks.

mod feed;
mod html;
mod markdown;
mod newsml;
mod ninjs;

use super::{Block, text_blocks};
use crate::finding::{Code, Finding, Severity};

/// What carries an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// Text as pasted.
    Text,
    /// A web page or a piece of one.
    Html,
    /// Markdown.
    Markdown,
    /// IPTC ninjs 1.x, 2.x or 3.x.
    Ninjs,
    /// NewsML-G2 or NITF.
    NewsMl,
    /// An RSS, Atom or JSON feed; its first entry is the article.
    Feed,
}

/// How much of a source is looked at to tell what it is, in bytes.
const SNIFF: usize = 1024;

impl SourceKind {
    /// The kind that a content type names or, where it is missing or says nothing
    /// (`application/octet-stream`, `application/xml`), the first bytes show.
    #[must_use]
    pub fn from_content_type(content_type: Option<&str>, sniff: &[u8]) -> Self {
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        match essence.trim().to_ascii_lowercase().as_str() {
            "text/plain" => Self::Text,
            "text/html" | "application/xhtml+xml" => Self::Html,
            "text/markdown" | "text/x-markdown" => Self::Markdown,
            "application/ninjs+json" | "application/vnd.iptc.ninjs+json" => Self::Ninjs,
            "application/vnd.iptc.g2.newsitem+xml"
            | "application/vnd.iptc.g2.newsmessage+xml"
            | "application/nitf+xml"
            | "application/vnd.nitf" => Self::NewsMl,
            "application/rss+xml" | "application/atom+xml" | "application/feed+json" => Self::Feed,
            _ => Self::sniff(sniff),
        }
    }

    /// The content types, without parameters, that an article comes in.
    pub const READ: [&str; 16] = [
        "text/plain",
        "text/html",
        "text/markdown",
        "text/x-markdown",
        "application/xhtml+xml",
        "application/xml",
        "text/xml",
        "application/ninjs+json",
        "application/vnd.iptc.ninjs+json",
        "application/vnd.iptc.g2.newsitem+xml",
        "application/vnd.iptc.g2.newsmessage+xml",
        "application/nitf+xml",
        "application/vnd.nitf",
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
    ];

    /// Whether a content type, parameters aside, is one that an article comes in. None at all is
    /// looked at as it stands.
    #[must_use]
    pub fn reads(content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        essence.is_empty() || Self::READ.iter().any(|read| read.eq_ignore_ascii_case(essence))
    }

    /// The content type that a file's name says; none for text and for JSON, which is looked at.
    #[must_use]
    pub fn content_type_of(file_name: &str) -> Option<&'static str> {
        let (_, extension) = file_name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "html" | "htm" | "xhtml" => Some("text/html"),
            "md" | "markdown" => Some("text/markdown"),
            "xml" | "rss" | "atom" => Some("application/xml"),
            _ => None,
        }
    }

    fn sniff(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let head = bytes[..bytes.len().min(SNIFF)].trim_ascii_start().to_ascii_lowercase();
        let has = |sign: &str| memchr::memmem::find(&head, sign.as_bytes()).is_some();
        if head.starts_with(b"{") {
            let feed = has("jsonfeed.org");
            return if feed { Self::Feed } else { Self::Ninjs };
        }
        if head.starts_with(b"&lt;") {
            return Self::Html;
        }
        if !head.starts_with(b"<") {
            return Self::Text;
        }
        if ["<newsitem", "<newsmessage", "<nitf"].iter().any(|sign| has(sign)) {
            Self::NewsMl
        } else if ["<rss", "<feed", "<rdf:rdf"].iter().any(|sign| has(sign)) {
            Self::Feed
        } else {
            Self::Html
        }
    }
}

/// What a carrier held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The pieces of the text in order.
    pub blocks: Vec<Block>,
    /// The headline, where the carrier keeps it apart; one among the blocks has the form of a
    /// title there.
    pub title: Option<String>,
    /// The identifier that the item has at its carrier.
    pub uri: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
    /// When it was published, as the carrier writes it; mostly ISO 8601.
    pub published: Option<String>,
    /// `usable`, `withheld` or `canceled`, where a news format says.
    pub pub_status: Option<String>,
    /// Until when it is under embargo, as the carrier writes it.
    pub embargoed: Option<String>,
    /// The language that the carrier claims, as a BCP 47 code.
    pub language: Option<String>,
    /// What a reader should know.
    pub findings: Vec<Finding>,
}

/// Takes the article out of decoded text.
#[must_use]
pub fn extract(decoded: &str, kind: SourceKind) -> Extracted {
    let opened = match kind {
        SourceKind::Text => None,
        SourceKind::Html => Some(html::extract(decoded)),
        SourceKind::Markdown => Some(markdown::extract(decoded)),
        SourceKind::Ninjs => ninjs::extract(decoded),
        SourceKind::NewsMl => newsml::extract(decoded),
        SourceKind::Feed => feed::extract(decoded, None),
    };
    let plain = kind == SourceKind::Text;
    opened.unwrap_or_else(|| Extracted {
        blocks: text_blocks(decoded),
        findings: if plain { Vec::new() } else { vec![unopened(kind)] },
        ..Extracted::default()
    })
}

/// Takes one entry out of a feed, by its id; the first where `entry` is `None`.
#[must_use]
pub fn extract_entry(decoded: &str, entry: Option<&str>) -> Option<Extracted> {
    feed::extract(decoded, entry)
}

fn unopened(kind: SourceKind) -> Finding {
    let name = match kind {
        SourceKind::Ninjs => "ninjs",
        SourceKind::NewsMl => "NewsML or NITF",
        SourceKind::Feed => "a feed",
        _ => "its format",
    };
    let message = format!("The source could not be read as {name} and was read as plain text.");
    Finding::new(Code::SourceUnreadable, Severity::Warning, message)
}

#[cfg(test)]
#[path = "extract_tests.rs"]
mod tests;
