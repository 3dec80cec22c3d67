//! Arabic terms and names with their one English rendering, and how they are found in a text.
//!
//! The built-in newswire glossary (prompts/glossary/) is compiled in; a newsroom's own files are
//! laid over it and win. `file`, `csv` and `tbx` read the formats, `entry` says what a term means
//! in which surroundings, `fold` makes spellings comparable, `matching` finds every term of a text
//! in one pass, `sightings` keeps what it found in an article's texts. [`Names`] is the table of one
//! article's names: those that the glossary knows and those that `persons` finds and `transliterate`
//! spells. Pure: files are read by configuration.

mod beside;
mod csv;
mod entry;
mod file;
mod fold;
mod lexicon;
mod matching;
pub mod names;
mod persons;
mod sightings;
mod tbx;
mod transliterate;

use std::{collections::HashSet, sync::Arc};

use serde::{Deserialize, Serialize};

pub use entry::{Entry, Kind, Sense};
pub use file::GlossaryError;
pub use fold::fold;
pub use matching::Match;
pub use names::{Name, Names};

use fold::Folded;
use lexicon::Lexicon;
use matching::{Hit, Matcher, Surroundings};

/// An Arabic term as it stands in a text, with its English.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The Arabic as typed, without attached particles.
    pub arabic: String,
    /// The English that must be used.
    pub english: String,
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
    countries: Matcher,
    lexicon: Lexicon,
    hash: String,
}

/// The newswire glossary that is compiled in, one file for each group of tables.
const BUILTIN: [(&str, &str); 6] = [
    ("prompts/glossary/terms.toml", include_str!("../../prompts/glossary/terms.toml")),
    ("prompts/glossary/people.toml", include_str!("../../prompts/glossary/people.toml")),
    ("prompts/glossary/offices.toml", include_str!("../../prompts/glossary/offices.toml")),
    ("prompts/glossary/bodies.toml", include_str!("../../prompts/glossary/bodies.toml")),
    ("prompts/glossary/places.toml", include_str!("../../prompts/glossary/places.toml")),
    ("prompts/glossary/names.toml", include_str!("../../prompts/glossary/names.toml")),
];

impl Glossary {
    /// The newswire glossary that is compiled in.
    ///
    /// # Errors
    /// Never in a build whose tests passed: they load it.
    pub fn builtin() -> Result<Self, GlossaryError> {
        let mut entries = Vec::new();
        for (name, text) in BUILTIN {
            entries.extend(file::entries(name, text)?);
        }
        Ok(Self::of(entries))
    }

    /// A glossary from the text of a TOML file; `name` is what errors call it.
    ///
    /// # Errors
    /// Where the text is no glossary, with file, line and what to do.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, GlossaryError> {
        Ok(Self::of(file::entries(name, text)?))
    }

    /// A glossary from the text of a file, whose name says the format: `.toml`, `.csv` or `.tbx`.
    ///
    /// # Errors
    /// Where the text is no glossary of that format, with file, line and what to do.
    pub fn from_file(name: &str, text: &str) -> Result<Self, GlossaryError> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        Ok(Self::of(match ending.as_deref() {
            Some("toml") => file::entries(name, text)?,
            Some("csv") => csv::entries(name, text)?,
            Some("tbx" | "xml") => tbx::entries(name, text)?,
            _ => return Err(GlossaryError::Format { file: name.to_owned() }),
        }))
    }

    /// This glossary under another, whose entries win where both have a spelling.
    #[must_use]
    pub fn with_overlay(&self, over: &Self) -> Self {
        let key = |kind: Kind, spelling: &str| (kind.is_term(), file::identity(spelling));
        let own = over.entries().iter();
        let taken: HashSet<(bool, String)> =
            own.flat_map(|e| e.arabic.iter().map(|arabic| key(e.kind, arabic))).collect();
        let mut entries = over.entries().to_vec();
        for entry in self.entries() {
            let mut entry = entry.clone();
            let kind = entry.kind;
            entry.arabic.retain(|spelling| !taken.contains(&key(kind, spelling)));
            if !entry.arabic.is_empty() {
                entries.push(entry);
            }
        }
        Self::of(entries)
    }

    fn of(entries: Vec<Entry>) -> Self {
        let matcher = Matcher::new(&entries, |entry| entry.kind.is_term());
        let countries = Matcher::new(&entries, |entry| entry.kind == Kind::Where);
        let (lexicon, hash) = (Lexicon::of(&entries), hash(&entries));
        Self { inner: Arc::new(Inner { entries, matcher, countries, lexicon, hash }) }
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

    /// Every term that stands in a text of which no more is known: whole words, longest first, no
    /// overlaps, in order.
    #[must_use]
    pub fn matches(&self, text: &str) -> Vec<Match<'_>> {
        self.matches_in(text, None)
    }

    /// The same in an article that plays in a country, which decides what some terms mean.
    #[must_use]
    pub fn matches_in(&self, text: &str, country: Option<&str>) -> Vec<Match<'_>> {
        let hits = self.hits(&Folded::of(text), country);
        hits.iter().map(|hit| hit.of(&self.inner.entries)).collect()
    }

    fn hits(&self, text: &Folded<'_>, country: Option<&str>) -> Vec<Hit> {
        let is_name = |word: &str| word == "عبد" || self.part(word).is_some();
        let around = Surroundings { country, is_name: &is_name };
        self.inner.matcher.hits(text, &self.inner.entries, around)
    }

    /// Whether two are one, and not only equal.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The country of the table `[where]` that texts name most often; each comes with how much it
    /// counts.
    fn country<'f>(
        &self,
        texts: impl IntoIterator<Item = (usize, &'f Folded<'f>)>,
    ) -> Option<&str> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for (weight, text) in texts {
            let countries = &self.inner.countries;
            for hit in countries.hits(text, &self.inner.entries, Surroundings::NONE) {
                let found = hit.of(&self.inner.entries);
                match counts.iter_mut().find(|(country, _)| *country == found.english) {
                    Some((_, count)) => *count += weight,
                    None => counts.push((found.english, weight)),
                }
            }
        }
        let most = counts.iter().map(|(_, count)| *count).max()?;
        counts.into_iter().find(|(_, count)| *count == most).map(|(country, _)| country)
    }

    /// The part of personal names that a folded word is.
    pub(crate) fn part(&self, folded: &str) -> Option<&Entry> {
        self.inner.lexicon.part(folded).map(|index| &self.inner.entries[index])
    }

    /// Whether a folded word may make one part of personal names with an article after it.
    fn opens_part(&self, folded: &str) -> bool {
        self.inner.lexicon.opens(folded)
    }

    /// The folded Arabic of which an English word in lower case is a known spelling, as a part of a
    /// personal name.
    pub(crate) fn name_parts(&self, lower: &str) -> &[String] {
        self.inner.lexicon.arabic_of(lower)
    }

    /// The English of a place, where the whole of `arabic` is its name.
    #[must_use]
    pub fn place(&self, arabic: &str) -> Option<&str> {
        let found = self.matches(arabic);
        let [one] = found.as_slice() else { return None };
        let whole = fold(&arabic[one.span.clone()]).len() + 4 >= fold(arabic.trim()).len();
        (one.entry.kind.is_place() && whole).then_some(one.english)
    }
}

fn hash(entries: &[Entry]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut field = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for Entry { kind, arabic, english, also, senses } in entries {
        field(&format!("{kind:?} {} {} {}", arabic.len(), also.len(), senses.len()));
        arabic.iter().chain(also).for_each(|text| field(text));
        field(english);
        for sense in senses {
            field(&format!("{sense:?}"));
        }
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
#[path = "glossary_tests.rs"]
mod tests;
