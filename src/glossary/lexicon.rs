//! Parts of personal names: Arabic given names and family names with the spelling agencies use.
//!
//! The entries of the tables `[name]` and `[namesake]`, looked up whole, with or without the space
//! in `عبد الله`. A namesake is a common word too and proves no name by itself.

use std::collections::HashMap;

use super::{Entry, Kind, fold};

/// The parts, by their Arabic and by their English.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    parts: HashMap<String, usize>,
    english: HashMap<String, Vec<String>>,
}

impl Lexicon {
    /// The parts among the entries.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut lexicon = Self::default();
        for (index, entry) in entries.iter().enumerate() {
            if !matches!(entry.kind, Kind::Name | Kind::Namesake) {
                continue;
            }
            let arabic: Vec<String> = entry.arabic.iter().map(|part| key(part)).collect();
            for english in entry.renderings() {
                let last = english.rsplit(['-', ' ']).next().unwrap_or(english);
                let known = lexicon.english.entry(last.to_lowercase()).or_default();
                known.extend(arabic.iter().cloned());
            }
            for part in arabic {
                lexicon.parts.entry(part).or_insert(index);
            }
        }
        lexicon
    }

    /// The index of the entry of a folded word.
    pub(super) fn part(&self, folded: &str) -> Option<usize> {
        self.parts.get(folded).copied()
    }

    /// The folded Arabic of which an English word in lower case is a spelling.
    pub(super) fn arabic_of(&self, lower: &str) -> &[String] {
        self.english.get(lower).map_or(&[], Vec::as_slice)
    }
}

/// What a part is looked up by: folded, without spaces.
pub(super) fn key(part: &str) -> String {
    fold(part).replace(' ', "")
}
