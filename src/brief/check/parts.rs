//! Whether an English word can be the spelling of a part of an Arabic name.
//!
//! The glossary lists how agencies spell the commonest parts; where it has both the word and the
//! part it decides. Else the sound does, with or without what is attached to the Arabic.

use std::borrow::Cow;

use super::{
    text::without_conjunction,
    translit::{self, Name},
};
use crate::glossary::{Glossary, fold};

/// A name in lower case.
pub(super) fn lower(typed: &str) -> String {
    if typed.is_ascii() { typed.to_ascii_lowercase() } else { typed.to_lowercase() }
}

/// An English word as the spelling of an Arabic part of a name.
pub(super) struct Spelling<'g> {
    glossary: &'g Glossary,
    /// The parts that it spells by the list.
    listed: &'g [String],
    sounds: Option<Name>,
}

impl<'g> Spelling<'g> {
    /// What a word in lower case spells.
    pub(super) fn of(glossary: &'g Glossary, lower: &str) -> Self {
        Self { glossary, listed: glossary.name_parts(lower), sounds: Name::of(lower) }
    }

    /// Whether it can be a folded part of a name: by the list where both stand in it, else by sound.
    pub(super) fn is(&self, part: &str) -> bool {
        if bare_forms(part).any(|form| self.listed.iter().any(|own| own == form)) {
            return true;
        }
        let Some(name) = &self.sounds else { return false };
        let limit = name.limit();
        let sounds = || {
            name.may_be(translit::letters(part), limit)
                && bare_forms(part).any(|form| name.cost(form, limit) <= limit)
        };
        let decided = || !self.listed.is_empty() && self.glossary.part(part).is_some();
        sounds() && !decided()
    }
}

/// A word of the checks' folding as the glossary folds it, which goes a little further.
pub(super) fn folded(word: &str) -> Cow<'_, str> {
    if word.contains(['ئ', 'ؤ', 'گ']) { Cow::Owned(fold(word)) } else { Cow::Borrowed(word) }
}

/// An Arabic word with less and less of what is attached to it.
pub(super) fn bare_forms(word: &str) -> impl Iterator<Item = &str> {
    let rest = without_conjunction(word);
    let long = |rest: &&str| rest.chars().nth(1).is_some();
    let attached = [Some(word), rest].into_iter().flatten().flat_map(move |word| {
        ["ال", "بال", "كال", "لل", "ل", "ب", "ك"]
            .into_iter()
            .filter_map(move |open| word.strip_prefix(open))
            .filter(long)
    });
    std::iter::once(word).chain(rest).chain(attached)
}

#[cfg(test)]
mod tests {
    use super::super::testing::GLOSSARY;
    use super::*;

    #[test]
    fn the_list_decides_where_it_has_both_and_the_sound_elsewhere() {
        let is = |english: &str, part: &str| Spelling::of(&GLOSSARY, english).is(part);
        assert!(is("mohammed", "محمد") && is("mohammed", "ومحمد"));
        assert!(!is("mohammed", "حمد"));
        assert!(is("radan", "رادان") && !is("radan", "سليماني"));
    }
}
