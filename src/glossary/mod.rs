//! Arabic terms with their one English rendering, and how they are found in a text.
//!
//! The built-in newswire glossary (prompts/glossary.toml) is compiled in; a newsroom's own files
//! are laid over it and win. `file` reads the format, `fold` makes spellings comparable,
//! `matching` finds every term of a text in one pass. Pure: files are read by configuration.

mod file;
mod fold;
mod matching;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use file::GlossaryError;
pub use fold::fold;
pub use matching::Match;

use matching::Matcher;

/// An Arabic term as it stands in a text, with its English.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The Arabic as typed, without attached particles.
    pub arabic: String,
    /// The English that must be used.
    pub english: String,
}

/// What an entry is; also its table in the file. The order is the order of importance to a
/// translation: where only so many terms can be sent, the first kinds are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each kind is the plain word for what it holds")]
pub enum Kind {
    Misleading,
    Person,
    Rank,
    Office,
    Body,
    Organisation,
    Agency,
    Country,
    Nationality,
    Capital,
    City,
    Region,
    Crime,
    War,
    Politics,
    Economy,
    Disaster,
    Health,
    Religion,
    Sport,
    Unit,
    Calendar,
    Verb,
    /// A newsroom's own term; always sent.
    House,
}

impl Kind {
    /// Every kind, in the order of the file's tables.
    pub const ALL: [Self; 24] = [
        Self::Misleading,
        Self::Person,
        Self::Rank,
        Self::Office,
        Self::Body,
        Self::Organisation,
        Self::Agency,
        Self::Country,
        Self::Nationality,
        Self::Capital,
        Self::City,
        Self::Region,
        Self::Crime,
        Self::War,
        Self::Politics,
        Self::Economy,
        Self::Disaster,
        Self::Health,
        Self::Religion,
        Self::Sport,
        Self::Unit,
        Self::Calendar,
        Self::Verb,
        Self::House,
    ];

    fn is_place(self) -> bool {
        matches!(self, Self::Country | Self::Capital | Self::City | Self::Region)
    }

    /// Lower is sent first.
    fn rank(self) -> u8 {
        if self == Self::House { 0 } else { self as u8 + 1 }
    }
}

/// One entry of a glossary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Its spellings; the first is the main one. Never empty.
    pub arabic: Vec<String>,
    /// The English to use.
    pub english: String,
    /// English that a check accepts beside it.
    pub also: Vec<String>,
}

/// A glossary ready to match. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Glossary {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    entries: Vec<Entry>,
    matcher: Matcher,
    hash: String,
}

/// The newswire glossary that is compiled in.
const BUILTIN: &str = include_str!("../../prompts/glossary.toml");

impl Glossary {
    /// The newswire glossary that is compiled in.
    ///
    /// # Errors
    /// Never in a build whose tests passed: they load it.
    pub fn builtin() -> Result<Self, GlossaryError> {
        Self::from_toml("prompts/glossary.toml", BUILTIN)
    }

    /// A glossary from the text of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// Where the text is no glossary, with file, line and what to do.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, GlossaryError> {
        Self::of(file::entries(name, text)?)
    }

    /// This glossary under another, whose entries win where both have a spelling.
    ///
    /// # Errors
    /// Where the two together are too large to match.
    pub fn with_overlay(&self, over: &Self) -> Result<Self, GlossaryError> {
        let taken: std::collections::HashSet<String> =
            over.entries().iter().flat_map(|e| &e.arabic).map(|a| file::identity(a)).collect();
        let mut entries = over.entries().to_vec();
        for entry in self.entries() {
            let mut entry = entry.clone();
            entry.arabic.retain(|spelling| !taken.contains(&file::identity(spelling)));
            if !entry.arabic.is_empty() {
                entries.push(entry);
            }
        }
        Self::of(entries)
    }

    fn of(entries: Vec<Entry>) -> Result<Self, GlossaryError> {
        let matcher = Matcher::new(&entries)?;
        let hash = hash(&entries);
        Ok(Self { inner: Arc::new(Inner { entries, matcher, hash }) })
    }

    /// All entries, in the order of their files.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.inner.entries
    }

    /// BLAKE3 over all entries, hex; it enters cache keys and provenance.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.inner.hash
    }

    /// Every term that stands in a text: whole words, longest first, no overlaps, in order.
    #[must_use]
    pub fn matches(&self, text: &str) -> Vec<Match<'_>> {
        self.inner.matcher.matches(text, &self.inner.entries)
    }

    /// The distinct terms that stand in a text, in order of appearance, at most `most` of them:
    /// names, ranks and words that mislead before common ones.
    #[must_use]
    pub fn terms_in_limited(&self, text: &str, most: usize) -> Vec<Term> {
        let mut found: Vec<Match<'_>> = Vec::new();
        for one in self.matches(text) {
            if !found.iter().any(|known| std::ptr::eq(known.entry, one.entry)) {
                found.push(one);
            }
        }
        if found.len() > most {
            found.sort_by_key(|one| one.entry.kind.rank());
            found.truncate(most);
            found.sort_by_key(|one| one.span.start);
        }
        let term = |one: &Match<'_>| Term {
            arabic: text[one.span.clone()].to_owned(),
            english: one.entry.english.clone(),
        };
        found.iter().map(term).collect()
    }

    /// The English of a place, where the whole of `arabic` is its name.
    #[must_use]
    pub fn place(&self, arabic: &str) -> Option<&str> {
        let found = self.matches(arabic);
        let [one] = found.as_slice() else { return None };
        let whole = fold(&arabic[one.span.clone()]).len() + 4 >= fold(arabic.trim()).len();
        (one.entry.kind.is_place() && whole).then_some(one.entry.english.as_str())
    }
}

fn hash(entries: &[Entry]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut field = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for Entry { kind, arabic, english, also } in entries {
        field(&format!("{kind:?} {} {}", arabic.len(), also.len()));
        arabic.iter().chain(also).for_each(|text| field(text));
        field(english);
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
#[path = "glossary_tests.rs"]
mod tests;
