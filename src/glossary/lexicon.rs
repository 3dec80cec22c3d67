//! Parts of personal names: Arabic given names and family names with the spelling agencies use.
//!
//! The entries of the tables `[name]` and `[namesake]`, looked up whole, with or without the space
//! in `عبد الله`. A namesake is a common word too and proves no name by itself.

use super::{Entry, Kind, fold};
use crate::article::wordmap::{WordMap, WordTable};

/// The parts, by their Arabic and by their English.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    parts: WordTable<String, usize>,
    /// What stands before an article inside a part, as `علاء` in `علاءالدين`.
    before_article: WordTable<String, ()>,
    english: WordTable<String, Vec<String>>,
}

impl Lexicon {
    /// The parts among the entries.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut parts: WordMap<String, usize> = WordMap::default();
        let mut spellings: WordMap<String, Vec<String>> = WordMap::default();
        for (index, entry) in entries.iter().enumerate() {
            if !matches!(entry.kind, Kind::Name | Kind::Namesake) {
                continue;
            }
            let arabic: Vec<String> = entry.arabic.iter().map(|part| key(part)).collect();
            for english in entry.renderings() {
                let last = english.rsplit(['-', ' ']).next().unwrap_or(english);
                let known = spellings.entry(last.to_lowercase()).or_default();
                known.extend(arabic.iter().cloned());
            }
            for part in arabic {
                parts.entry(part).or_insert(index);
            }
        }
        let inside = |part: &String| -> Vec<(String, ())> {
            let openings = part.match_indices("ال").map(|(at, _)| part[..at].to_owned());
            openings.filter(|opening| !opening.is_empty()).map(|opening| (opening, ())).collect()
        };
        let before_article = parts.keys().flat_map(inside).collect();
        let (parts, english) = (parts.into_iter().collect(), spellings.into_iter().collect());
        Self { parts, before_article, english }
    }

    /// The index of the entry of a folded word.
    pub(super) fn part(&self, folded: &str) -> Option<usize> {
        self.parts.get(folded).copied()
    }

    /// Whether a folded word may make one part with the word after it, which has the article.
    pub(super) fn opens(&self, folded: &str) -> bool {
        self.before_article.contains(folded)
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
