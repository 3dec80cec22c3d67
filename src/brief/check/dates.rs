//! Months, weekdays and the days beside them are those of the source.
//!
//! Years and most days are numbers and are compared as such. What numbers cannot tell is told here:
//! a month or weekday by its name in either habit of Arabic, and a day that is too small, or
//! written in words, for the comparison of numbers. A month that an Arabic word may or may not
//! mean (مارس is also "practised") supports the English and is not asked of it.

use super::{
    text::{Arabic, English},
    unit::Unit,
};
use crate::{
    article::{
        dates::{Calendar, MONTHS, Mark, WEEKDAYS},
        numerals::{Decimal, Number, Written},
    },
    finding::{Code, Finding, Severity},
};

/// A month or weekday by its number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Month(u8),
    Weekday(u8),
}

impl Named {
    fn english(self) -> &'static str {
        let (list, number): (&[&'static str], u8) = match self {
            Self::Month(number) => (&MONTHS, number),
            Self::Weekday(number) => (&WEEKDAYS, number),
        };
        list.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or_default()
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Month(_) => "month",
            Self::Weekday(_) => "weekday",
        }
    }

    fn is_like(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Month(_), Self::Month(_)) | (Self::Weekday(_), Self::Weekday(_))
        )
    }
}

/// Says which months, weekdays and days disagree.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let english = in_english(&unit.english);
    let mut source: Vec<Stands> = Vec::new();
    for text in unit.texts() {
        source.extend(in_arabic(text));
    }
    let own: Vec<Stands> = unit.arabic.as_deref().map(in_arabic).unwrap_or_default();
    if english.is_empty() && own.is_empty() {
        return;
    }
    let foreign = unit.texts().any(has_other_calendar);
    for (index, (named, _)) in english.iter().enumerate() {
        let said_before = english[..index].iter().any(|(other, _)| other == named);
        if said_before || supported(*named, &source, unit) {
            continue;
        }
        let other = own.iter().chain(&source).find(|stands| {
            stands.named.is_like(*named) && !english.iter().any(|(e, _)| *e == stands.named)
        });
        let what = match other {
            Some(other) => format!(
                "The English has the {} {}, where the source has “{}” ({}).",
                named.kind(),
                named.english(),
                other.typed,
                other.named.english()
            ),
            None => {
                format!(
                    "The English has the {} {}, which its source does not.",
                    named.kind(),
                    named.english()
                )
            }
        };
        let severity = if foreign { Severity::Warning } else { Severity::Error };
        unit.say(findings, Code::DateUnsupported, severity, what);
    }
    for (index, stands) in own.iter().enumerate().filter(|(_, stands)| stands.sure) {
        if own[..index].iter().any(|other| other.named == stands.named) {
            continue;
        }
        if !english.iter().any(|(named, _)| *named == stands.named) {
            let what = format!(
                "The source has “{}” ({}), the English does not.",
                stands.typed,
                stands.named.english()
            );
            unit.say(findings, Code::DateMissing, Severity::Warning, what);
        }
    }
    days(unit, &english, findings);
}

/// A month may stand in the source as a figure, in `18/1/2024`.
fn supported(named: Named, source: &[Stands], unit: &Unit<'_>) -> bool {
    let figure = |number: u8| {
        let value = Decimal::from(u32::from(number));
        unit.texts().any(|text| {
            text.text.contains(['/', '-', '.', '\\'])
                && text.numbers().iter().any(|n| n.value == value && n.written == Written::Figures)
        })
    };
    source.iter().any(|stands| stands.named == named)
        || matches!(named, Named::Month(number) if figure(number))
}

/// A month or weekday of an Arabic text.
struct Stands<'a> {
    named: Named,
    typed: &'a str,
    /// The word means nothing else here.
    sure: bool,
}

fn in_arabic<'a>(text: &Arabic<'a>) -> Vec<Stands<'a>> {
    const DAY: [&str; 12] =
        ["يوم", "مساء", "صباح", "ليله", "فجر", "ظهر", "عصر", "امس", "اليوم", "نهار", "يومي", "غدا"];
    let mut found = Vec::new();
    for &(index, mark) in text.marks() {
        let before = index.checked_sub(1).map_or("", |at| text.word(at));
        let (named, sure, length) = match mark {
            Mark::Month(Calendar::Gregorian, month, sure, length) => {
                (Named::Month(month), sure, length)
            }
            Mark::Month(..) => continue,
            Mark::Weekday(day) => {
                let day = u8::try_from(day).unwrap_or_default();
                let sure = super::text::is_one_of(before.strip_prefix('ل').unwrap_or(before), &DAY);
                (Named::Weekday(day), sure, 1)
            }
        };
        let typed = &text.text[text.place(index).start..text.place(index + length - 1).end];
        found.push(Stands { named, typed, sure });
    }
    found
}

fn has_other_calendar(text: &Arabic<'_>) -> bool {
    text.marks().iter().any(
        |(_, mark)| matches!(mark, Mark::Month(calendar, ..) if *calendar != Calendar::Gregorian),
    )
}

/// Months and weekdays of an English text with the places of their words.
fn in_english(english: &English<'_>) -> Vec<(Named, usize)> {
    let mut found = Vec::new();
    for (index, word) in english.words.iter().enumerate().filter(|(_, word)| word.capital) {
        let typed = english.typed(*word);
        let typed = typed.strip_suffix("'s").or_else(|| typed.strip_suffix("’s")).unwrap_or(typed);
        if let Some(named) = english_name(typed) {
            let next_to_number = |at: usize| {
                english
                    .words
                    .get(at)
                    .is_some_and(|w| english.lower(*w).starts_with(|c: char| c.is_ascii_digit()))
            };
            let common = matches!(typed, "March" | "May" | "Mar" | "Jan" | "Sun" | "Sat" | "Dec");
            if !common
                || next_to_number(index + 1)
                || index > 0 && next_to_number(index - 1)
                || !word.opens
                    && matches!(typed, "March" | "May")
                    && !next_is_capital(english, index)
            {
                found.push((named, index));
            }
        }
    }
    found
}

fn next_is_capital(english: &English<'_>, index: usize) -> bool {
    english.words.get(index + 1).is_some_and(|word| word.capital)
}

fn english_name(word: &str) -> Option<Named> {
    if !word.starts_with(['J', 'F', 'M', 'A', 'S', 'O', 'N', 'D', 'T', 'W']) || word.len() > 10 {
        return None;
    }
    let place = |list: &[&str]| {
        let one = word.strip_suffix('s').filter(|one| one.ends_with('y'));
        let found = list.iter().position(|name| *name == word || Some(*name) == one);
        found.or_else(|| {
            let short = word.len() == 3 || word == "Sept";
            list.iter().position(|name| short && name.starts_with(word))
        })
    };
    let number = |at: usize| u8::try_from(at + 1).unwrap_or_default();
    if let Some(at) = place(&MONTHS) {
        return Some(Named::Month(number(at)));
    }
    place(&WEEKDAYS).map(|at| Named::Weekday(number(at)))
}

/// Days beside a month: small figures of the English, words of the source.
fn days(unit: &Unit<'_>, english: &[(Named, usize)], findings: &mut Vec<Finding>) {
    let months = english.iter().filter(|(named, _)| matches!(named, Named::Month(_)));
    let months: Vec<(Named, usize)> = months.copied().collect();
    if months.is_empty() {
        return;
    }
    let one = Decimal::from(1);
    let first = unit.texts().any(|text| {
        text.words().any(|word| {
            matches!(word.trim_start_matches(['و', 'ب']), "الاول" | "اول" | "مطلع" | "الاولي")
        })
    });
    for number in unit.english.numbers.iter().filter(|n| beside(&unit.english, &months, n)) {
        let stands = unit
            .source_numbers()
            .any(|n| n.value == number.value || n.alternative == Some(number.value));
        if number.value <= Decimal::from(2) && !stands && !(first && number.value == one) {
            let what = format!(
                "The English has day {} of a month, which its source does not.",
                number.value
            );
            unit.say(findings, Code::DateUnsupported, Severity::Error, what);
        }
    }
    let Some(arabic) = unit.arabic.as_deref() else { return };
    let told = &unit.english.numbers;
    for number in arabic
        .numbers()
        .iter()
        .filter(|n| n.written == Written::Words && n.value <= Decimal::from(10))
    {
        let is_day = arabic.marks().iter().any(|(index, mark)| {
            matches!(mark, Mark::Month(..)) && {
                let start = arabic.place(*index).start;
                let between = arabic.text.get(number.span.end..start).map(str::trim);
                matches!(between, Some("" | "من" | "من شهر" | "شهر"))
            }
        });
        if is_day && !told.iter().any(|n| n.value == number.value) {
            let typed = &arabic.text[number.span.clone()];
            let what =
                format!("The source has day “{typed}” ({}), the English does not.", number.value);
            unit.say(findings, Code::DateMissing, Severity::Error, what);
        }
    }
    if is_first(arabic) && !told.iter().any(|number| number.value == one) {
        let what = "The source has day “الأول” (1), the English does not.";
        unit.say(findings, Code::DateMissing, Severity::Error, what);
    }
}

/// Whether the first of a month is named: `الأول من أكتوبر`.
fn is_first(arabic: &Arabic<'_>) -> bool {
    arabic.marks().iter().any(|(index, mark)| {
        let before = |back: usize| index.checked_sub(back).map_or("", |at| arabic.word(at));
        matches!(mark, Mark::Month(..)) && before(1) == "من" && before(2) == "الاول"
    })
}

/// Whether a number stands right before or after a month.
fn beside(english: &English<'_>, months: &[(Named, usize)], number: &Number) -> bool {
    let gap = |text: &str| {
        matches!(text.trim(), "" | "of" | "the" | "th" | "st" | "nd" | "rd" | "st of" | "nd of")
    };
    months.iter().any(|(_, index)| {
        let place = english.words[*index].place();
        let (start, end) = (number.span.start, number.span.end);
        let before = english.text.get(end..place.start).is_some_and(gap);
        before || english.text.get(place.end..start).is_some_and(gap)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, translation};
    use crate::finding::Code;

    #[test]
    fn both_names_of_a_month_are_one_and_a_wrong_one_is_named() {
        let arabic = "وصل الوفد في 18 كانون الثاني/يناير 2024 إلى العاصمة.";
        let right = "The delegation arrived in the capital on 18 January 2024.";
        assert_eq!(codes(&translation(arabic, right)), []);
        let found = translation(arabic, &right.replace("January", "June"));
        assert_eq!(codes(&found), [Code::DateUnsupported, Code::DateMissing]);
        assert!(found[0].message.contains("June") && found[0].message.contains("January"));
    }

    #[test]
    fn a_wrong_weekday_is_found() {
        let arabic = "اجتمع الوزراء يوم الخميس في العاصمة.";
        let found = translation(arabic, "Ministers met in the capital on Tuesday.");
        assert!(codes(&found).contains(&Code::DateUnsupported));
        assert_eq!(codes(&translation(arabic, "Ministers met in the capital on Thursday.")), []);
    }

    #[test]
    fn a_day_in_words_must_reach_the_english() {
        let arabic = "بدأ المؤتمر في التاسع من آب في العاصمة.";
        assert_eq!(
            codes(&translation(arabic, "The conference began in the capital on August 9.")),
            []
        );
        let found = translation(arabic, "The conference began in the capital on August 2.");
        assert_eq!(codes(&found), [Code::DateUnsupported, Code::DateMissing]);
        let first = "بدأ المؤتمر في الأول من آب في العاصمة.";
        for right in ["on August 1", "on the first of August"] {
            let right = format!("The conference began in the capital {right}.");
            assert_eq!(codes(&translation(first, &right)), []);
        }
        let lost = translation(first, "The conference began in the capital in August.");
        assert_eq!(codes(&lost), [Code::DateMissing]);
    }

    #[test]
    fn the_verbs_march_and_may_are_no_months() {
        let arabic = "قد يشارك آلاف في مسيرة في العاصمة.";
        assert_eq!(codes(&translation(arabic, "Thousands may march in the capital.")), []);
        assert_eq!(codes(&translation(arabic, "May thousands march in the capital?")), []);
    }
}
