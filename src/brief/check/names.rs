//! Every name of the English comes from its source, and one Arabic name is rendered one way.
//!
//! A capitalised word is looked up in the dictionary first: a common word proves nothing, a place
//! or people that English names by custom must have its Arabic beside it. What the dictionary does
//! not know is a name, and must sound like some word of the Arabic, with or without what is
//! attached to it. A name known to the dictionary that is not there is an error, one judged by its
//! sound a warning. Acronyms and words with digits are left to other checks.
//!
//! Arabic persons are told more sharply. A word that is a spelling of an Arabic given name needs
//! that very name: "Mohammed" is not the sound of `حمد`, which is Hamad. A person of the article's
//! table whom a translation does not name is missing, and where another Arabic name stands in the
//! English instead, that one is an error.

use std::collections::HashMap;

use super::{
    adherence,
    lexicon::{self, Entry},
    parts::{Spelling, bare_forms, folded, lower},
    text::{Arabic, Word},
    translit::Name,
    unit::{Kind, Unit},
};
use crate::{
    finding::{Code, Finding, Severity},
    glossary::{Glossary, Match, Names, fold},
};

/// What is known of names before a unit is read.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Terms, and the parts of personal names.
    pub(super) glossary: &'a Glossary,
    /// The article's own names.
    pub(super) table: &'a Names,
}

/// Endings that make another word of a name: peoples, adjectives, plurals.
const ENDINGS: [&str; 19] = [
    "nian", "ians", "ian", "eans", "ean", "ans", "an", "ese", "ish", "ites", "ite", "ers", "er",
    "ns", "is", "i", "ic", "n", "s",
];
/// Endings that names hardly have and translated titles often do.
const COMMON: [&str; 34] = [
    "ly", "ing", "ed", "ion", "ions", "ment", "ments", "ness", "ous", "ful", "ism", "ist", "ists",
    "ity", "ities", "ical", "ional", "ural", "ial", "ive", "ance", "ence", "ship", "hood", "able",
    "ible", "ology", "graphy", "ics", "less", "ward", "wide", "ary", "ory",
];
/// Words after which, or before which, a capitalised word is a person's name.
const TITLES: [&str; 36] = [
    "mr",
    "mrs",
    "ms",
    "dr",
    "president",
    "minister",
    "general",
    "colonel",
    "captain",
    "major",
    "lieutenant",
    "king",
    "queen",
    "prince",
    "princess",
    "sheikh",
    "imam",
    "ayatollah",
    "pope",
    "senator",
    "sen",
    "gov",
    "governor",
    "judge",
    "justice",
    "ambassador",
    "secretary",
    "spokesman",
    "spokeswoman",
    "spokesperson",
    "chief",
    "leader",
    "professor",
    "prof",
    "sir",
    "lord",
];

/// One English spelling of an Arabic name and where it stands.
#[derive(Debug)]
pub(super) struct Rendering<'u, 'a> {
    arabic: &'u str,
    lower: String,
    typed: &'a str,
    unit: &'u Unit<'a>,
}

/// Says which names have nothing in the source, and keeps those that were heard there.
pub(super) fn check<'u, 'a>(
    unit: &'u Unit<'a>,
    names: &Known<'_>,
    heard: &mut Vec<Rendering<'u, 'a>>,
    findings: &mut Vec<Finding>,
) {
    let mut done: Vec<&str> = Vec::new();
    let missing = missing(unit, names);
    let title_case = unit.kind != Kind::Passage && is_title_case(unit);
    for (index, word) in unit.english.words.iter().enumerate() {
        let typed = name_of(unit, *word);
        let Some(typed) = typed.filter(|typed| !title_case && !done.contains(typed)) else {
            continue;
        };
        if let Some(false) = given(unit, names, index, typed) {
            done.push(typed);
            instead(unit, typed, &missing, findings);
            continue;
        }
        let known = known(unit, *word, typed);
        if known.is_some_and(|entry| entry.whole && !(entry.name && entry.has_stems())) {
            continue;
        }
        done.push(typed);
        let name = known.filter(|entry| entry.name && entry.has_stems());
        if name.is_some_and(|entry| unit.texts().any(|text| text.stems().has(entry))) {
            continue;
        }
        let lower = lower(typed);
        if name.is_none() && !is_surely_name(unit, index, typed) || stands_in_latin(unit, &lower) {
            continue;
        }
        if let Some(arabic) = hear(unit, &lower) {
            if name.is_none() {
                heard.push(Rendering { arabic, lower, typed, unit });
            }
        } else if !joined(unit, index) && !adherence::renders(unit, names, &lower) {
            let severity = if name.is_some() { Severity::Error } else { Severity::Warning };
            say(unit, typed, severity, findings);
        }
    }
    for person in missing {
        let typed = &unit.arabic.as_deref().map_or("", |arabic| arabic.text)[person.span.clone()];
        let what =
            format!("The source names “{typed}” ({}), the English does not.", person.english);
        unit.say(findings, Code::NameMissing, Severity::Warning, what);
    }
}

/// The persons of the table whom the Arabic names and no word of its translation sounds like.
fn missing<'t>(unit: &Unit<'_>, names: &Known<'t>) -> Vec<Match<'t>> {
    let Some(arabic) = unit.arabic.as_deref() else { return Vec::new() };
    let mut missing: Vec<Match<'t>> = Vec::new();
    for person in names.table.persons(arabic.text) {
        let told = missing.iter().any(|other| other.english == person.english);
        if !told && !is_named(unit, names.glossary, &arabic.text[person.span.clone()]) {
            missing.push(person);
        }
    }
    missing
}

/// Whether a word of the English is a part of a person's name.
fn is_named(unit: &Unit<'_>, glossary: &Glossary, arabic: &str) -> bool {
    let folded = fold(arabic);
    let parts = || folded.split_whitespace().filter(|part| !matches!(*part, "بن" | "ابن" | "بنت"));
    unit.english.words.iter().filter_map(|word| name_of(unit, *word)).any(|typed| {
        let lower = lower(typed);
        let spelling = Spelling::of(glossary, &lower);
        parts().any(|part| spelling.is(part))
    })
}

/// Whether a word that is a spelling of an Arabic given name has that name in the source; `None`
/// for other words, and for one that stands alone where a sentence opens.
fn given(unit: &Unit<'_>, names: &Known<'_>, index: usize, typed: &str) -> Option<bool> {
    let lower = lower(typed);
    if names.glossary.name_parts(&lower).is_empty() || !is_placed_as_name(unit, index) {
        return None;
    }
    let spelling = Spelling::of(names.glossary, &lower);
    let there = unit.texts().any(|text| {
        let mut pairs = (0..text.len()).filter_map(|at| text.pair(at));
        text.words().any(|word| spelling.is(&folded(word)))
            || pairs.any(|pair| spelling.is(&folded(&pair)))
    });
    Some(there || stands_in_latin(unit, &lower) || adherence::renders(unit, names, &lower))
}

/// Says that another person stands in the English than in the source.
fn instead(unit: &Unit<'_>, typed: &str, missing: &[Match<'_>], findings: &mut Vec<Finding>) {
    let Some(person) = missing.first() else {
        return say(unit, typed, Severity::Warning, findings);
    };
    let what = format!(
        "The English names “{typed}”, which its source does not; the source names {}.",
        person.english
    );
    unit.say(findings, Code::NameUnsupported, Severity::Error, what);
}

/// What the dictionary says of a name, its genitive left out.
fn known(unit: &Unit<'_>, word: Word, typed: &str) -> Option<Entry> {
    if typed.len() == word.place().len() {
        return word.entry;
    }
    let lower = &unit.english.lower(word)[..typed.len()];
    lexicon::look_up(typed, lower)
}

fn say(unit: &Unit<'_>, typed: &str, severity: Severity, findings: &mut Vec<Finding>) {
    let what = format!("The English names “{typed}”, which its source does not.");
    unit.say(findings, Code::NameUnsupported, severity, what);
}

/// The word without its genitive, where it is written as a name.
fn name_of<'a>(unit: &Unit<'a>, word: Word) -> Option<&'a str> {
    if !word.capital {
        return None;
    }
    let typed = unit.english.typed(word);
    let typed = typed.strip_suffix("'s").or_else(|| typed.strip_suffix("’s")).unwrap_or(typed);
    let letters = typed.chars().filter(|c| c.is_alphabetic()).count();
    let lowers = typed.chars().any(char::is_lowercase);
    // Three capitals and more are an acronym, whatever stands between them: AfCFTA.
    let acronym = typed.chars().filter(|c| c.is_uppercase()).count() > 2;
    if acronym || letters < 3 || !lowers || typed.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    (!typed.contains(['\'', '’'])).then_some(typed)
}

/// Whether an unknown word at `index` is surely written as a name, and not as a word of a title or
/// the first of a sentence.
fn is_surely_name(unit: &Unit<'_>, index: usize, typed: &str) -> bool {
    !COMMON.iter().any(|ending| typed.ends_with(ending)) && is_placed_as_name(unit, index)
}

/// Whether the word at `index` stands where a name does, whatever it looks like.
fn is_placed_as_name(unit: &Unit<'_>, index: usize) -> bool {
    let word = |at: usize| unit.english.words.get(at).copied();
    let before = index.checked_sub(1).and_then(word);
    let next = word(index + 1);
    if word(index).is_some_and(|word| word.opens) {
        return next.is_some_and(|next| {
            next.capital && !next.opens || super::speech::is_verb(unit.english.lower(next))
        });
    }
    // Beside a common word with a capital it may be translated with it: "Botanic Gardens".
    let titled = |word: Word| {
        let lower = unit.english.lower(word);
        let common = lexicon::look_up(unit.english.typed(word), lower)
            .is_some_and(|entry| !entry.name && entry.whole);
        word.capital && !word.opens && common && !TITLES.contains(&lower)
    };
    !before.is_some_and(titled) && !next.is_some_and(titled)
}

/// Whether a headline writes every word with a capital, so that capitals tell no names.
fn is_title_case(unit: &Unit<'_>) -> bool {
    let long = |word: &&Word| word.place().len() > 3;
    let words = unit.english.words.iter().filter(long);
    words.clone().count() > 3
        && words.clone().filter(|word| word.capital).count() * 4 > words.count() * 3
}

/// The Arabic word that a name sounds like, as folded, and how well.
fn hear<'a>(unit: &'a Unit<'_>, lower: &str) -> Option<&'a str> {
    let names: Vec<Name> = forms(lower).filter_map(Name::of).collect();
    unit.texts().find_map(|text| in_text(text, &names))
}

/// Whether the name is heard together with the capitalised word before or after it, which Arabic
/// writes as one: "New Zealand".
fn joined(unit: &Unit<'_>, index: usize) -> bool {
    let words = &unit.english.words;
    let pair = |first: usize| {
        let (one, two) = (words.get(first)?, words.get(first + 1)?);
        let both = one.capital && two.capital;
        both.then(|| format!("{}{}", unit.english.lower(*one), unit.english.lower(*two)))
    };
    let before = index.checked_sub(1).and_then(pair);
    [before, pair(index)].into_iter().flatten().any(|pair| hear(unit, &pair).is_some())
}

/// Whether the Arabic has the name in Latin letters.
fn stands_in_latin(unit: &Unit<'_>, lower: &str) -> bool {
    unit.texts().any(|text| text.latin().contains(lower))
}

/// The name and the names it may be made from.
fn forms(lower: &str) -> impl Iterator<Item = &str> {
    let made = ENDINGS.iter().filter_map(move |ending| {
        lower.strip_suffix(ending).filter(|stem| stem.chars().nth(4).is_some())
    });
    std::iter::once(lower).chain(made)
}

fn in_text<'a>(text: &'a Arabic<'_>, names: &[Name]) -> Option<&'a str> {
    let fits = |name: &Name, word: &str| {
        let limit = name.limit();
        bare_forms(word).any(|form| name.cost(form, limit) <= limit)
    };
    (0..text.len()).find_map(|index| {
        let (own, both) = (text.letters(index), text.letters(index) | text.letters(index + 1));
        let found = names.iter().any(|name| {
            let limit = name.limit();
            name.may_be(own, limit) && fits(name, text.word(index))
                || name.is_long()
                    && name.may_be(both, limit)
                    && text.pair(index).is_some_and(|pair| fits(name, &pair))
        });
        found.then(|| text.word(index))
    })
}

/// Says where one Arabic name has several English spellings.
pub(super) fn constancy(heard: Vec<Rendering<'_, '_>>, findings: &mut Vec<Finding>) {
    let mut renderings: HashMap<&str, Vec<Rendering<'_, '_>>> = HashMap::new();
    for one in heard.into_iter().filter(|one| one.lower.len() >= 4) {
        let all = renderings.entry(super::text::bare(one.arabic)).or_default();
        if all.iter().all(|other| other.lower != one.lower) {
            all.push(one);
        }
    }
    let mut varied: Vec<Vec<Rendering<'_, '_>>> =
        renderings.into_values().filter(|all| all.len() > 1).collect();
    varied.sort_by(|a, b| a[0].lower.cmp(&b[0].lower));
    for all in varied {
        for other in &all[1..] {
            let elsewhere = all[0].unit.place != other.unit.place;
            if elsewhere && is_respelling(&all[0].lower, &other.lower) {
                let what = format!(
                    "“{}” is also written “{}” in {}.",
                    other.typed, all[0].typed, all[0].unit.place
                );
                other.unit.say(findings, Code::NameVaries, Severity::Warning, what);
            }
        }
    }
}

/// Whether two spellings differ in more than an ending, and little enough to be one name.
fn is_respelling(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    !long.starts_with(short)
        && short.len() >= 4
        && distance(a, b) <= 2
        && a.chars().next() == b.chars().next()
}

/// How many letters have to be put in, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::super::{
        check,
        testing::{GLOSSARY, article, codes, copy, translation},
    };
    use crate::{
        brief::Passage,
        finding::{Code, Severity},
    };

    const ARABIC: &str = "التقى العميد رادان نظيره الصيني في بكين يوم الخميس.";

    #[test]
    fn names_of_the_source_are_silent() {
        let right = "Brigadier General Radan met his Chinese counterpart in Beijing on Thursday.";
        assert_eq!(codes(&translation(ARABIC, right)), []);
    }

    #[test]
    fn a_swapped_place_is_an_error_and_a_swapped_person_a_warning() {
        let place = "Brigadier General Radan met his Chinese counterpart in Cairo on Thursday.";
        let found = translation(ARABIC, place);
        assert_eq!((found[0].code, found[0].severity), (Code::NameUnsupported, Severity::Error));
        let person =
            "Brigadier General Soleimani met his Chinese counterpart in Beijing on Thursday.";
        let found = translation(ARABIC, person);
        assert_eq!((found[0].code, found[0].severity), (Code::NameUnsupported, Severity::Warning));
        assert!(found[0].message.contains("Soleimani"));
    }

    const MINISTER: &str = "أعلن وزير النقل سالم بن حمد الراشدي بدء العمل في الميناء.";

    #[test]
    fn another_person_than_the_sources_is_an_error_that_names_the_right_one() {
        let wrong =
            "Transport Minister Sultan bin Mohammed announced the start of work at the port.";
        let found = translation(MINISTER, wrong);
        let errors: Vec<&str> = found
            .iter()
            .filter(|one| (one.code, one.severity) == (Code::NameUnsupported, Severity::Error))
            .map(|one| one.message.as_str())
            .collect();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].contains("“Sultan”") && errors[1].contains("“Mohammed”"), "{errors:?}");
        assert!(errors[0].contains("Salem bin Hamad al-Rashidi"), "{errors:?}");
        assert!(codes(&found).contains(&Code::NameMissing));
    }

    #[test]
    fn a_person_in_any_usual_spelling_is_silent() {
        for name in ["Salem bin Hamad al-Rashidi", "Salim bin Hamad Al Rashdi", "al-Rashidi"] {
            let right =
                format!("Transport Minister {name} announced the start of work at the port.");
            assert_eq!(codes(&translation(MINISTER, &right)), [], "{name}");
        }
    }

    #[test]
    fn a_person_who_is_left_out_is_missing() {
        let left = "The transport minister announced the start of work at the port.";
        assert_eq!(codes(&translation(MINISTER, left)), [Code::NameMissing]);
    }

    #[test]
    fn one_name_is_written_one_way() {
        let first = "وصل العميد نوروزي إلى العاصمة.";
        let second = "وقال نوروزي إن الزيارة ناجحة.";
        let article = article(&[first, second]);
        let passage = |index: usize, arabic: &str, text: &str| Passage {
            text: text.to_owned(),
            sources: vec![article.sections[0].paragraphs[index].id],
            arabic: Some(arabic.to_owned()),
        };
        let copy = copy(vec![
            passage(0, first, "Brigadier General Norouzi arrived in the capital."),
            passage(1, second, "The visit was a success, Noruzi said."),
        ]);
        let found = check(&article, &GLOSSARY, &copy);
        assert_eq!(codes(&found), [Code::NameVaries]);
        assert_eq!(found[0].passage.as_deref(), Some("s0.1"));
    }
}
