//! A whole article in English: a passage for each paragraph, and no headline or summary.

use super::{BriefSection, BriefUsage, EngineUsed, Passage};
use crate::finding::Finding;

/// What became of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct Translation {
    /// Its sections; a passage for each paragraph.
    pub sections: Vec<BriefSection>,
    /// What a reader should know of their passages.
    pub findings: Vec<Finding>,
    /// Who wrote it.
    pub engines: Vec<EngineUsed>,
    /// What it cost.
    pub usage: BriefUsage,
}

impl Translation {
    /// The passage at a place such as `s1.0`.
    #[must_use]
    pub fn passage(&self, place: &str) -> Option<&Passage> {
        let (section, number) = place.split_once('.')?;
        let number: usize = number.parse().ok()?;
        self.sections.iter().find(|one| one.id == section)?.passages.get(number)
    }
}
