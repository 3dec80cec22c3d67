//! What a glossary holds: entries of a kind, their English, and the senses that a context decides.
//!
//! An entry has one English rendering. Where the same Arabic means another thing beside other
//! words, before a person's name or in another country, the entry lists [`Sense`]s; the first that
//! fits wins, and an entry without a rendering of its own is no term where none fits: `الفريق` is
//! a lieutenant general before a name and a team elsewhere.

use serde::{Deserialize, Serialize};

use crate::article::letter;

/// What an entry is; also its table in the file. The order is the order of importance to a
/// translation: where only so many terms can be sent, the first kinds are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each kind is the plain word for what it holds")]
pub enum Kind {
    /// A newsroom's own term; always sent.
    House,
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
    /// Resolved for readers and checks and never sent: so general that it would mislead.
    Common,
    /// A part of personal names; never a term by itself.
    Name,
    /// A part of personal names that is also a common word.
    Namesake,
    /// Words that tell in which country an article plays.
    Where,
}

impl Kind {
    /// Every kind, most important first.
    pub const ALL: [Self; 28] = [
        Self::House,
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
        Self::Common,
        Self::Name,
        Self::Namesake,
        Self::Where,
    ];

    /// Its name as a table of a file.
    #[must_use]
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// The kind of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name.to_ascii_lowercase())
    }

    /// Whether it stands for itself in a text and is looked for there.
    pub(super) fn is_term(self) -> bool {
        !matches!(self, Self::Name | Self::Namesake | Self::Where)
    }

    /// Whether it is told to a provider.
    pub(super) fn is_sent(self) -> bool {
        self < Self::Common
    }

    /// Whether it names one person or place, to which no article is put that its name has not.
    pub(super) fn is_proper(self) -> bool {
        matches!(self, Self::Person | Self::Country | Self::Capital | Self::City)
    }

    /// Whether it is a place.
    pub(super) fn is_place(self) -> bool {
        matches!(self, Self::Country | Self::Capital | Self::City | Self::Region)
    }
}

/// One entry of a glossary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Its spellings; the first is the main one. Never empty.
    pub arabic: Vec<String>,
    /// The English to use; empty where only a sense has one.
    pub english: String,
    /// English that a check accepts beside it.
    pub also: Vec<String>,
    /// What it means in special surroundings, the first that fits first.
    pub senses: Vec<Sense>,
}

impl Entry {
    /// Everything that a check accepts for it, in any surroundings.
    pub fn renderings(&self) -> impl Iterator<Item = &str> {
        let senses = self.senses.iter().map(|sense| sense.english.as_str());
        let own = std::iter::once(self.english.as_str()).filter(|english| !english.is_empty());
        own.chain(self.also.iter().map(String::as_str)).chain(senses)
    }

    /// Its English in these surroundings; `None` where it means nothing there.
    pub(super) fn english_in(&self, around: &Around<'_>) -> Option<&str> {
        self.meant_in(around).map(|meant| self.english_of(meant))
    }

    /// What it means in these surroundings; `None` where it means nothing there.
    pub(super) fn meant_in(&self, around: &Around<'_>) -> Option<Meant> {
        let fitting = self.senses.iter().position(|sense| sense.fits(around));
        let meant = fitting.map_or(Meant::Own, Meant::Sense);
        (!self.english_of(meant).is_empty()).then_some(meant)
    }

    /// The English of one of its meanings.
    pub(super) fn english_of(&self, meant: Meant) -> &str {
        match meant {
            Meant::Own => &self.english,
            Meant::Sense(at) => self.senses.get(at).map_or("", |sense| &sense.english),
        }
    }

    /// Whether the country where an article plays decides what it means.
    pub(super) fn has_countries(&self) -> bool {
        self.senses.iter().any(|sense| !sense.countries.is_empty())
    }
}

/// Which meaning of an entry holds somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// That of its own English.
    Own,
    /// The sense at this place of its list.
    Sense(usize),
}

/// What an entry means where all of its conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sense {
    /// The English to use.
    pub english: String,
    /// Folded words of which one must stand near; none where that does not matter.
    pub near: Vec<String>,
    /// Countries of which one must be where the article plays; none where that does not matter.
    pub countries: Vec<String>,
    /// A personal name must follow.
    pub before_name: bool,
}

/// What stands around a match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// The folded words before and after it, a few on each side.
    pub(super) near: &'a str,
    /// Where the article plays.
    pub(super) country: Option<&'a str>,
    /// A personal name follows.
    pub(super) before_name: bool,
}

impl Sense {
    fn fits(&self, around: &Around<'_>) -> bool {
        let near = || {
            around.near.split(|c: char| !letter::is_alphanumeric(c)).any(|word| {
                let bare = super::matching::bare(word);
                self.near.iter().any(|one| one == word || one == bare)
            })
        };
        (!self.before_name || around.before_name)
            && (self.countries.is_empty()
                || around.country.is_some_and(|own| self.countries.iter().any(|c| c == own)))
            && (self.near.is_empty() || near())
    }
}
