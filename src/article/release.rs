//! When and whether a story may be published, as the carrier that brought it says.
//!
//! Nothing here decides to publish: the values travel from the article to its brief and out again
//! unchanged. What cannot be understood counts as held back, so that a misspelt embargo never
//! becomes none.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a carrier says of a story's publication. Empty for pasted text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// The identifier that the story has at its carrier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub uri: Option<String>,
    /// When it was published or filed, as the carrier writes it; mostly ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub published: Option<String>,
    /// Until when it is under embargo, as the carrier writes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub embargoed_until: Option<String>,
    /// Whether it may be used.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<PubStatus>,
}

/// The publishing status of news formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PubStatus {
    /// It may be published.
    Usable,
    /// It must not be published yet.
    Withheld,
    /// It was withdrawn and must not be published any more.
    Canceled,
}

impl PubStatus {
    /// The status that a carrier's word means; a word that is none is no status.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "usable" => Some(Self::Usable),
            "withheld" => Some(Self::Withheld),
            "canceled" | "cancelled" => Some(Self::Canceled),
            _ => None,
        }
    }

    /// The word of IPTC's formats.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Withheld => "withheld",
            Self::Canceled => "canceled",
        }
    }
}

impl Release {
    /// Whether the carrier says nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The moment at which the embargo ends. `None` where there is no embargo, and where what is
    /// written names no moment; [`Release::is_held`] tells the two apart.
    #[must_use]
    pub fn embargo(&self) -> Option<Timestamp> {
        instant(self.embargoed_until.as_deref()?)
    }

    /// Whether an embargo is written that names no moment: a day without a time, or words.
    #[must_use]
    pub fn embargo_is_unclear(&self) -> bool {
        self.embargoed_until.is_some() && self.embargo().is_none()
    }

    /// Whether the story must not be shown to readers at `now`.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        matches!(self.status, Some(PubStatus::Withheld | PubStatus::Canceled))
            || self.embargo_is_unclear()
            || self.embargo().is_some_and(|until| until > now)
    }
}

/// The moment that a text names, where it has date, time and offset.
#[must_use]
pub fn instant(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under(embargo: &str) -> Release {
        Release { embargoed_until: Some(embargo.to_owned()), ..Release::default() }
    }

    #[test]
    fn an_embargo_holds_until_its_moment_whatever_the_offset_looks_like() {
        let before = "2024-05-07T02:59:59Z".parse().unwrap();
        let after = "2024-05-07T03:00:01Z".parse().unwrap();
        for text in
            ["2024-05-07T06:00:00+03:00", "2024-05-07T06:00:00+0300", "2024-05-07T03:00:00Z"]
        {
            assert!(under(text).is_held(before), "{text}");
            assert!(!under(text).is_held(after), "{text}");
        }
    }

    #[test]
    fn an_embargo_that_names_no_moment_holds_for_good() {
        let late = "2999-01-01T00:00:00Z".parse().unwrap();
        assert!(under("2024-05-07").is_held(late));
        assert!(under("noon on Tuesday").is_held(late));
    }

    #[test]
    fn a_story_that_is_withheld_or_withdrawn_is_held() {
        let now = "2024-05-07T03:00:01Z".parse().unwrap();
        for (word, held) in [("usable", false), ("Withheld", true), ("cancelled", true)] {
            let release = Release { status: PubStatus::named(word), ..Release::default() };
            assert_eq!(release.is_held(now), held, "{word}");
        }
        assert_eq!(PubStatus::named("published"), None);
    }
}
