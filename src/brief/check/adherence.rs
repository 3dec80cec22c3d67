//! Glossary terms stand in the English in the words that the glossary gives.
//!
//! Asked of translations, for the kinds of term whose English is no matter of style: people, countries
//! and capitals, ranks, organisations and agencies, and a newsroom's own terms. A rendering stands in the English
//! when all its words that carry meaning do, in any form; every accepted alternative counts. A
//! place or person that is not there at all is a missing name. Common words of the glossary help a
//! translator and are not asked for.

use super::{names::Known, parts::Spelling, text::English, unit::Unit};
use crate::{
    article::letter,
    finding::{Code, Finding, Severity},
    glossary::{Entry, Glossary, Kind, fold},
};

/// Says which terms of the Arabic the English puts in other words.
pub(super) fn check(unit: &Unit<'_>, known: &Known<'_>, findings: &mut Vec<Finding>) {
    let Some(arabic) = unit.arabic.as_deref() else { return };
    let glossary = known.glossary;
    let mut said: Vec<&Entry> = Vec::new();
    for found in known.table.matches(arabic.text, glossary) {
        let entry = found.entry;
        let Some((code, severity)) = code(entry.kind) else { continue };
        let typed = &arabic.text[found.span.clone()];
        let told = said.iter().any(|other| std::ptr::eq(*other, entry));
        if told || stands(entry, &unit.english) || is_name(code) && sounds(unit, glossary, typed) {
            continue;
        }
        said.push(entry);
        let what = format!("The source has “{typed}” ({}), the English does not.", found.english);
        unit.say(findings, code, severity, what);
    }
}

/// What a missing rendering of a kind is; `None` for kinds that are not asked for.
fn code(kind: Kind) -> Option<(Code, Severity)> {
    match kind {
        Kind::House => Some((Code::GlossaryIgnored, Severity::Error)),
        Kind::Person | Kind::Country | Kind::Capital => {
            Some((Code::NameMissing, Severity::Warning))
        }
        Kind::Rank => Some((Code::GlossaryIgnored, Severity::Warning)),
        Kind::Organisation | Kind::Agency => Some((Code::GlossaryIgnored, Severity::Info)),
        _ => None,
    }
}

fn is_name(code: Code) -> bool {
    code == Code::NameMissing
}

/// Whether a capitalised word sounds like the Arabic, as a name does that is spelled another way.
fn sounds(unit: &Unit<'_>, glossary: &Glossary, typed: &str) -> bool {
    let folded = fold(typed);
    let mut words = unit.english.words.iter().filter(|word| word.capital);
    words.any(|word| {
        let spelling = Spelling::of(glossary, unit.english.lower(*word));
        folded.split(' ').any(|part| spelling.is(part))
    })
}

/// Whether a rendering of the entry stands in the English.
fn stands(entry: &Entry, english: &English<'_>) -> bool {
    entry.renderings().any(|rendering| holds(english, rendering) || shortened(english, rendering))
}

/// Whether a name of several words stands as its initials, as US, U.S. or UAE, or as its last word.
fn shortened(english: &English<'_>, rendering: &str) -> bool {
    let words: Vec<&str> = rendering.split(' ').filter(|w| w.len() > 3).collect();
    if words.len() < 2 {
        return false;
    }
    let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
    let dotted: String = initials.chars().flat_map(|c| [c, '.']).collect();
    let last = words.last().map(|word| word.to_lowercase()).unwrap_or_default();
    english.words.iter().any(|word| english.typed(*word) == initials)
        || english.text.contains(&dotted)
        || rendering.starts_with("United S") && english.lower.contains("america")
        || rendering.starts_with("United K") && english.lower.contains("brit")
        || english.lowered().any(|word| word.starts_with(stem(&last)))
}

/// Whether every word of a rendering that carries meaning stands in the English in some form.
fn holds(english: &English<'_>, rendering: &str) -> bool {
    let lower = rendering.to_lowercase();
    let mut words =
        lower.split(|c: char| !letter::is_alphanumeric(c)).filter(|word| !word.is_empty());
    words.all(|word| {
        let short = word.len() <= 3;
        let stem = if short { word } else { stem(word) };
        short && matches!(word, "of" | "the" | "and" | "in" | "for" | "al" | "el" | "to" | "a")
            || english.lowered().any(
                |other| {
                    if short { other == word } else { other.starts_with(stem) }
                },
            )
    })
}

/// A word without the ending that its forms change.
fn stem(word: &str) -> &str {
    let keep = word.len().saturating_sub(2).clamp(4, 7).min(word.len());
    word.get(..keep).unwrap_or(word)
}

/// Whether a word of the English stands in a rendering of a term of the texts of a unit.
pub(super) fn renders(unit: &Unit<'_>, known: &Known<'_>, lower: &str) -> bool {
    unit.texts().any(|text| {
        known.table.matches(text.text, known.glossary).iter().any(|found| {
            found.entry.renderings().any(|rendering| rendering.to_lowercase().contains(lower))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::{
        check,
        testing::{article, codes, copy},
    };
    use crate::{
        article::SourceId,
        brief::Passage,
        finding::{Code, Finding, Severity},
        glossary::Glossary,
    };

    const TERMS: &str = "[house]\n\"قوى الأمن\" = { en = \"Law Enforcement Command\", also = [\"Faraja\"] }\n\n[country]\n\"زمبابوي\" = \"Zimbabwe\"\n";

    fn found(arabic: &str, english: &str) -> Vec<Finding> {
        let glossary = Glossary::from_toml("test.toml", TERMS).unwrap();
        let passage = Passage {
            text: english.to_owned(),
            sources: vec![SourceId { section: 0, paragraph: 0 }],
            arabic: Some(arabic.to_owned()),
        };
        check(&article(&[arabic]), &glossary, &copy(vec![passage]))
    }

    #[test]
    fn a_house_term_in_other_words_is_an_error() {
        let arabic = "قال قائد قوى الأمن إن الحدود آمنة.";
        let found = found(arabic, "The police chief said the border was safe.");
        assert_eq!((found[0].code, found[0].severity), (Code::GlossaryIgnored, Severity::Error));
        assert!(found[0].message.contains("Law Enforcement Command"));
    }

    #[test]
    fn alternatives_and_forms_are_accepted() {
        let arabic = "قال قائد قوى الأمن إن الحدود آمنة.";
        let kept = "The Law Enforcement Command's chief said the border was safe.";
        assert_eq!(codes(&found(arabic, kept)), []);
        assert_eq!(codes(&found(arabic, "The Faraja chief said the border was safe.")), []);
    }

    #[test]
    fn a_country_that_is_left_out_is_a_missing_name() {
        let found = found("عاد الوفد من زمبابوي أمس.", "The delegation came back yesterday.");
        assert_eq!(codes(&found), [Code::NameMissing]);
    }
}
