//! What single Arabic words mean to the checks, looked up once for each word of a text.
//!
//! The lists stand in the modules that know why; here they become one table, so that a text is not
//! searched again for every rule.

use std::{
    ops::{BitOr, BitOrAssign},
    sync::LazyLock,
};

use super::{direction, negation, speech, text};
use crate::article::wordmap::{WordMap, WordTable};

/// The meanings of a word, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning(u8);

impl Meaning {
    /// It may attribute what follows.
    pub(super) const SPEECH: Self = Self(1);
    /// It surely attributes what follows.
    pub(super) const SURE_SPEECH: Self = Self(2);
    /// It denies what follows.
    pub(super) const DENIAL: Self = Self(4);
    /// It denies by its sense.
    pub(super) const SENSE: Self = Self(8);
    /// It may be put as a denial.
    pub(super) const SOFT: Self = Self(16);
    /// Something rises.
    pub(super) const RISE: Self = Self(32);
    /// Something falls.
    pub(super) const FALL: Self = Self(64);
    /// Something is made more or less.
    pub(super) const CHANGE: Self = Self(128);

    /// The bits of what rises, falls or is changed.
    const TREND: u8 = Self::RISE.0 | Self::FALL.0 | Self::CHANGE.0;

    /// Whether it has any meaning of `other`.
    pub(super) fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The meanings of a folded word, with or without what is attached to it.
    pub(super) fn of(word: &str) -> Self {
        let get = |word: &str| TABLE.get(word).copied().unwrap_or_default();
        // What is attached is looked through only where something is.
        let shorter = |shorter: &str, than: &str| {
            if shorter.len() < than.len() { get(shorter) } else { Self::default() }
        };
        let rest = text::without_conjunction(word).unwrap_or(word);
        let bare = text::bare(word);
        let own = get(word);
        let bare_of = if bare.len() < word.len() { get(bare) } else { own };
        let trend = bare_of | shorter(bare.trim_start_matches(['ب', 'ل', 'س']), bare);
        let mut meaning = own | shorter(rest, word) | Self(trend.0 & Self::TREND);
        if negation::denies_by_sense(rest) {
            meaning |= Self::SENSE;
        }
        meaning
    }
}

impl BitOr for Meaning {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Meaning {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

static TABLE: LazyLock<WordTable<&'static str, Meaning>> = LazyLock::new(|| {
    let mut table: WordMap<&'static str, Meaning> = WordMap::default();
    for (list, meaning) in [
        (speech::VERBS, Meaning::SPEECH),
        (speech::SURE, Meaning::SURE_SPEECH),
        (negation::PARTICLES, Meaning::DENIAL),
        (negation::NOMINAL, Meaning::DENIAL),
        (negation::SOFT, Meaning::SOFT),
        (direction::RISE, Meaning::RISE),
        (direction::FALL, Meaning::FALL),
        (direction::CHANGE, Meaning::CHANGE),
    ] {
        for word in list {
            *table.entry(word).or_default() |= meaning;
        }
    }
    table.into_iter().collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_attached_does_not_hide_a_word() {
        assert!(Meaning::of("وقال").is(Meaning::SURE_SPEECH));
        assert!(Meaning::of("فلم").is(Meaning::DENIAL));
        assert!(Meaning::of("بالارتفاع").is(Meaning::RISE));
        assert!(Meaning::of("ورفضت").is(Meaning::SENSE));
        assert_eq!(Meaning::of("مدرسه"), Meaning::default());
    }
}
