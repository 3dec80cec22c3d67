//! Takes a provider's spelling of a name into the article's table, where it is surely that name.
//!
//! A stretch of capitalised words of the brief is a spelling of a name when each of its words is, by
//! list or by sound, the part of the Arabic name at its place. Only where all such stretches of the
//! brief agree does their spelling replace the one that was made by rule, or give a foreign name the
//! English that no rule can.

use super::{
    parts::Spelling,
    text::{English, Word},
};
use crate::{
    brief::assemble::Copy,
    glossary::{Glossary, Name, Names, fold},
};

/// Words inside a name that are written small and sounded by none of its parts.
const SMALL: [&str; 8] = ["bin", "ben", "ibn", "bint", "al", "el", "abu", "abd"];

/// The article's names with the spellings that the brief has for them.
#[must_use]
pub fn settle(table: &Names, glossary: &Glossary, copy: &Copy) -> Vec<Name> {
    let passages = copy.summary.iter().chain(copy.sections.iter().flat_map(|s| &s.passages));
    let texts: Vec<English<'_>> = std::iter::once(copy.headline.as_str())
        .chain(passages.map(|passage| passage.text.as_str()))
        .map(English::read)
        .collect();
    table.settled(|name| {
        let parts = parts(&name.ar);
        let mut spellings = texts.iter().flat_map(|text| spellings(text, &parts, glossary));
        let first = spellings.next()?;
        spellings.all(|other| other == first).then(|| first.to_owned())
    })
}

/// The folded parts of a name that sound.
fn parts(arabic: &str) -> Vec<String> {
    let folded = fold(arabic);
    let sounding =
        |part: &&str| !matches!(*part, "بن" | "ابن" | "بنت" | "ال" | "ابو" | "ابي" | "عبد");
    folded.split_whitespace().filter(sounding).map(str::to_owned).collect()
}

/// The stretches of a text that spell these parts, one word for each.
fn spellings<'a>(english: &English<'a>, parts: &[String], glossary: &Glossary) -> Vec<&'a str> {
    let mut found = Vec::new();
    for start in 0..english.words.len() {
        let Some(end) = stretch(english, start, parts, glossary) else { continue };
        let (from, to) = (english.words[start].place().start, english.words[end - 1].place().end);
        found.push(&english.text[from..to]);
    }
    found
}

/// The end of the stretch that opens at a word and spells all parts.
fn stretch(
    english: &English<'_>,
    start: usize,
    parts: &[String],
    glossary: &Glossary,
) -> Option<usize> {
    let mut at = start;
    for (index, part) in parts.iter().enumerate() {
        let small = |word: &Word| SMALL.contains(&english.lower(*word));
        while index > 0 && english.words.get(at).is_some_and(small) {
            at += 1;
        }
        let word =
            english.words.get(at).filter(|word| word.capital && (at == start || !word.opens))?;
        let lower = english.lower(*word);
        let lower = lower.strip_suffix("'s").unwrap_or(lower);
        if !Spelling::of(glossary, lower).is(part) {
            return None;
        }
        at += 1;
    }
    (parts.len() > 1).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GLOSSARY, article, copy};
    use super::*;
    use crate::{brief::Passage, glossary::names::Origin};

    fn settled(arabic: &str, english: &str) -> Vec<(String, Origin)> {
        let article = article(&[arabic]);
        let passage = Passage {
            text: english.to_owned(),
            sources: vec![article.sections[0].paragraphs[0].id],
            arabic: Some(arabic.to_owned()),
        };
        let table = Names::of(&article, &GLOSSARY);
        let list = settle(&table, &GLOSSARY, &copy(vec![passage]));
        list.into_iter().map(|name| (name.en, name.from)).collect()
    }

    #[test]
    fn a_spelling_that_sounds_the_same_is_taken() {
        let found =
            settled("وقال المدير زياد المنجي إن العمل بدأ.", "Ziyad al-Munji said work had begun.");
        assert_eq!(found, [("Ziyad al-Munji".to_owned(), Origin::Provider)]);
    }

    #[test]
    fn another_name_is_not() {
        let found = settled(
            "وقال المدير زياد المنجي إن العمل بدأ.",
            "Sultan al-Harbi said work had begun.",
        );
        assert_eq!(found[0].1, Origin::Transliteration);
    }

    #[test]
    fn a_foreign_name_gets_the_english_that_sounds_like_it() {
        let found = settled(
            "وقال وزير النقل روبرت كلارك إن العمل بدأ.",
            "Robert Clark said work had begun.",
        );
        assert_eq!(found, [("Robert Clark".to_owned(), Origin::Provider)]);
    }
}
