//! A brief in the shape that its reader asked for.
//!
//! [`Format`] is chosen by an `Accept` header or by `--format`; each format is one pure function
//! from [`Brief`] and [`Label`] to text, and feeds are one of several briefs. Every one of them
//! says that a machine wrote it; text from an article or a provider formats nothing in any of them.

pub mod feed;
pub mod html;
pub mod json;
pub mod label;
pub mod markdown;
pub mod ninjs;
pub mod words;

mod align;
mod body;
#[cfg(test)]
pub(crate) mod sample;
mod template;

pub use label::Label;

use crate::brief::Brief;

/// A shape that a brief can be given in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// The contract's JSON.
    #[default]
    Json,
    /// Markdown for people.
    Markdown,
    /// A page for people: Arabic and English side by side.
    Html,
    /// IPTC ninjs 3.1.
    Ninjs,
    /// IPTC ninjs 2.2.
    Ninjs2,
}

/// The formats by the media type that asks for them, the preferred one first. A version that is
/// asked for must be one of those listed; the first of a type answers where none is.
const OFFERED: [(&str, &[&str], Format); 5] = [
    ("application/json", &[], Format::Json),
    ("text/markdown", &[], Format::Markdown),
    ("text/html", &[], Format::Html),
    ("application/ninjs+json", &["3", "3.0", "3.1"], Format::Ninjs),
    ("application/ninjs+json", &["2", "2.0", "2.1", "2.2"], Format::Ninjs2),
];

impl Format {
    /// The media type, with charset where the type has one.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Ninjs => "application/ninjs+json",
            Self::Ninjs2 => "application/ninjs+json; version=2.2",
        }
    }

    /// The format that an `Accept` header prefers (RFC 9110, section 12.5.1). The most specific
    /// range that names a format gives its quality; the best quality wins, then the order of the
    /// header, then ours. JSON where there is no header; `None` where nothing on offer is
    /// acceptable.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Option<Self> {
        let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
            return Some(Self::default());
        };
        let ranges: Vec<Range<'_>> = accept.split(',').filter_map(Range::read).collect();
        let mut best: Option<(f32, usize, Self)> = None;
        for (media_type, versions, format) in OFFERED {
            let named = ranges.iter().enumerate().filter_map(|(at, range)| {
                Some((range.names(media_type, versions)?, std::cmp::Reverse(at), range.quality))
            });
            let Some((_, std::cmp::Reverse(at), quality)) =
                named.max_by_key(|(specific, at, _)| (*specific, *at))
            else {
                continue;
            };
            let better =
                best.is_none_or(|(most, first, _)| quality > most || quality >= most && at < first);
            if quality > 0.0 && better {
                best = Some((quality, at, format));
            }
        }
        best.map(|(_, _, format)| format)
    }

    /// The brief in this format, labelled.
    #[must_use]
    pub fn render(self, brief: &Brief, label: &Label) -> String {
        match self {
            Self::Json => json::render(brief, label),
            Self::Markdown => markdown::render(brief, label),
            Self::Html => html::render(brief, label),
            Self::Ninjs => ninjs::render(brief, label, ninjs::Version::V3),
            Self::Ninjs2 => ninjs::render(brief, label, ninjs::Version::V2),
        }
    }
}

/// One media range of an `Accept` header.
struct Range<'a> {
    family: &'a str,
    subtype: &'a str,
    version: Option<&'a str>,
    quality: f32,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (family, subtype) = parts.next()?.split_once('/')?;
        let mut range = Self { family, subtype, version: None, quality: 1.0 };
        for part in parts {
            let Some((name, value)) = part.split_once('=') else { continue };
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => range.quality = value.trim().parse().ok()?,
                "version" => range.version = Some(value.trim().trim_matches('"')),
                _ => {}
            }
        }
        Some(range)
    }

    /// How specifically this range names a type in one of its versions; `None` where it does not.
    fn names(&self, media_type: &str, versions: &[&str]) -> Option<u8> {
        let (family, subtype) = media_type.split_once('/')?;
        match (self.family, self.subtype) {
            ("*", "*") => Some(0),
            (own, "*") if own.eq_ignore_ascii_case(family) => Some(1),
            (own, sub) if own.eq_ignore_ascii_case(family) && sub.eq_ignore_ascii_case(subtype) => {
                match self.version {
                    None => Some(2),
                    Some(version) => {
                        (versions.is_empty() || versions.contains(&version)).then_some(3)
                    }
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_given_where_nothing_is_asked() {
        assert_eq!(Format::negotiate(None), Some(Format::Json));
        assert_eq!(Format::negotiate(Some("*/*")), Some(Format::Json));
    }

    #[test]
    fn the_highest_quality_wins_whatever_the_order() {
        let accept = "application/json;q=0.5, text/markdown;q=0.9";
        assert_eq!(Format::negotiate(Some(accept)), Some(Format::Markdown));
        let equal = "text/html, application/json";
        assert_eq!(Format::negotiate(Some(equal)), Some(Format::Html), "the header's order");
    }

    #[test]
    fn a_type_with_quality_zero_is_refused() {
        assert_eq!(Format::negotiate(Some("application/json;q=0")), None);
        assert_eq!(Format::negotiate(Some("image/png")), None);
        let others = "*/*;q=0.1, application/json;q=0";
        assert_eq!(Format::negotiate(Some(others)), Some(Format::Markdown));
    }

    #[test]
    fn a_family_is_enough() {
        assert_eq!(Format::negotiate(Some("text/*")), Some(Format::Markdown));
    }

    #[test]
    fn a_browser_is_given_the_page() {
        let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        assert_eq!(Format::negotiate(Some(accept)), Some(Format::Html));
    }

    #[test]
    fn a_version_of_ninjs_can_be_asked_for() {
        let asked = |accept| Format::negotiate(Some(accept));
        assert_eq!(asked("application/ninjs+json"), Some(Format::Ninjs));
        assert_eq!(asked("application/ninjs+json; version=3.1"), Some(Format::Ninjs));
        assert_eq!(asked("application/ninjs+json;version=\"2.2\""), Some(Format::Ninjs2));
        assert_eq!(asked("application/ninjs+json; version=1.6"), None);
        let either = "application/ninjs+json;version=1.6, application/ninjs+json;version=2.2;q=0.5";
        assert_eq!(asked(either), Some(Format::Ninjs2));
    }
}
