//! A brief in the shape that its reader asked for.
//!
//! [`Format`] is chosen by an `Accept` header or by `--format`; each format is one pure function
//! from [`Brief`] to text. Nothing here looks at an article or a provider.

pub mod json;
pub mod markdown;

use crate::brief::Brief;

/// A shape that a brief can be given in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// The contract's JSON.
    #[default]
    Json,
    /// Markdown for people.
    Markdown,
}

/// The formats by the media type that asks for them, the preferred one first.
const OFFERED: [(&str, Format); 2] =
    [("application/json", Format::Json), ("text/markdown", Format::Markdown)];

impl Format {
    /// The media type, with charset where the type has one.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }

    /// The format that an `Accept` header prefers (RFC 9110, section 12.5.1): highest quality
    /// first, then the order of the header; JSON where there is no header. `None` where nothing
    /// on offer is acceptable.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Option<Self> {
        let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
            return Some(Self::default());
        };
        let mut best: Option<(f32, Self)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let Some(format) = parts.next().and_then(Self::of_range) else { continue };
            let quality =
                parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            let Some(quality) = quality.filter(|q: &f32| *q > 0.0) else { continue };
            if best.is_none_or(|(most, _)| quality > most) {
                best = Some((quality, format));
            }
        }
        best.map(|(_, format)| format)
    }

    fn of_range(range: &str) -> Option<Self> {
        let matches = |offered: &str| {
            let family = offered.split('/').next().unwrap_or_default();
            range == "*/*"
                || range.eq_ignore_ascii_case(offered)
                || range.strip_suffix("/*").is_some_and(|f| f.eq_ignore_ascii_case(family))
        };
        OFFERED.iter().find(|(offered, _)| matches(offered)).map(|(_, format)| *format)
    }

    /// The brief in this format.
    #[must_use]
    pub fn render(self, brief: &Brief) -> String {
        match self {
            Self::Json => json::render(brief),
            Self::Markdown => markdown::render(brief),
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
    }

    #[test]
    fn a_type_with_quality_zero_is_refused() {
        assert_eq!(Format::negotiate(Some("application/json;q=0")), None);
        assert_eq!(Format::negotiate(Some("image/png")), None);
    }

    #[test]
    fn a_family_is_enough() {
        assert_eq!(Format::negotiate(Some("text/*")), Some(Format::Markdown));
    }
}
