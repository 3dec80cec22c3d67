//! What goes from one figure to another goes the same way in the English, and what rises does not
//! fall.
//!
//! The ends of "from … to" are told by the order of the numbers after من and إلى and after "from"
//! and "to". A figure that is reached (`إلى`, "to") is none that is added (`بمقدار`, `بنحو`, "by");
//! that is asked only after a word of rising, falling or raising, since much else stands before
//! `إلى`. A trend is told only where one side speaks of rising alone and the other of falling alone.

use super::{
    text::{Arabic, English},
    unit::Unit,
    vocabulary::Meaning,
};
use crate::{
    article::numerals::{Decimal, Number},
    finding::{Code, Finding, Severity},
};

pub(super) const RISE: &[&str] = &[
    "ارتفع",
    "ارتفعت",
    "ارتفاع",
    "ارتفاعا",
    "يرتفع",
    "ترتفع",
    "زادت",
    "ازداد",
    "ازدادت",
    "تزداد",
    "يزداد",
    "صعد",
    "صعدت",
    "صعود",
    "تضاعف",
    "تضاعفت",
    "قفز",
    "قفزت",
    "تنامي",
    "تنامت",
    "تصاعد",
    "تصاعدت",
    "زياده",
];
pub(super) const FALL: &[&str] = &[
    "انخفض",
    "انخفضت",
    "انخفاض",
    "انخفاضا",
    "ينخفض",
    "تنخفض",
    "تراجع",
    "تراجعت",
    "تراجعا",
    "هبط",
    "هبطت",
    "هبوط",
    "هبوطا",
    "تقلص",
    "تقلصت",
    "انكمش",
    "انكمشت",
    "تدني",
    "تدنت",
    "تناقص",
    "تناقصت",
    "خفض",
    "خفضت",
    "تخفيض",
];
/// Words after which a figure is reached or added besides those of a trend.
pub(super) const CHANGE: &[&str] = &[
    "رفع",
    "رفعت",
    "يرفع",
    "ترفع",
    "زاد",
    "يزيد",
    "تزيد",
    "نما",
    "نمت",
    "ينمو",
    "تنمو",
    "نمو",
    "نموا",
    "توسيع",
    "توسعه",
    "يخفض",
    "تخفض",
    "قلص",
    "قلصت",
    "يقلص",
    "تقليص",
    "يهبط",
    "تهبط",
    "يتراجع",
    "تتراجع",
    "تراجعها",
    "ارتفاعها",
    "زيادتها",
];
/// Words before a figure that make it a rough one.
const ROUGHLY: [&str; 5] = ["نحو", "حوالي", "حوالى", "قرابة", "زهاء"];
const ABOUT: [&str; 9] =
    ["about", "around", "almost", "approximately", "nearly", "roughly", "some", "just", "over"];
const RISES: &[&str] = &[
    "rose",
    "rise",
    "rises",
    "risen",
    "rising",
    "increas",
    "grew",
    "grow",
    "climb",
    "surg",
    "jump",
    "soar",
    "higher",
    "doubl",
    "escalat",
    "expan",
    "rais",
    "accelerat",
    "boost",
    "tripl",
    "elevat",
    "height",
    "spik",
    "more",
    "gain",
    "upward",
    "up",
];
const FALLS: &[&str] = &[
    "fell", "fall", "falls", "fallen", "falling", "decreas", "declin", "drop", "plung", "slump",
    "lower", "reduc", "shrink", "shrank", "shrunk", "down", "downward", "dip", "cut", "slid",
    "retreat", "contract", "reced", "sink", "sank", "slip", "diminish", "dwindl", "withdr", "back",
    "less", "fewer", "loss", "los", "land", "deterior", "collaps",
];
/// How many at the head of each list accuse; all of them excuse.
const PLAIN: usize = 14;

/// Says where figures or trends run the other way.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let Some(arabic) = unit.arabic.as_deref() else { return };
    ends(unit, arabic, findings);
    reach(unit, arabic, findings);
    trend(unit, arabic, findings);
}

fn ends(unit: &Unit<'_>, arabic: &Arabic<'_>, findings: &mut Vec<Finding>) {
    if arabic.numbers().len() < 2 || !unit.english.lower.contains("from ") {
        return;
    }
    let english: Vec<(Decimal, Decimal)> = unit
        .english
        .numbers
        .windows(2)
        .filter_map(|pair| english_ends(unit.english.lower.as_str(), &pair[0], &pair[1]))
        .collect();
    for pair in arabic.numbers().windows(2) {
        let Some((from, to)) = arabic_ends(arabic.text, &pair[0], &pair[1]) else { continue };
        if from != to && english.contains(&(to, from)) && !english.contains(&(from, to)) {
            let what =
                format!("The source goes from {from} to {to}, the English from {to} to {from}.");
            unit.say(findings, Code::DirectionReversed, Severity::Error, what);
        }
    }
}

/// A figure that the source reaches and the English adds, or the other way round.
fn reach(unit: &Unit<'_>, arabic: &Arabic<'_>, findings: &mut Vec<Finding>) {
    for number in arabic.numbers() {
        let typed = word_before(&arabic.text[..number.span.start], &ROUGHLY);
        let (own, other) = match typed {
            "إلى" | "الى" | "الي" => ("to", "by"),
            "بمقدار" | "بنسبة" | "بنحو" | "بحوالي" | "بحوالى" | "بقرابة" | "بزهاء" => {
                ("by", "to")
            }
            _ => continue,
        };
        let before = |one: &Number| {
            let before = &unit.english.lower[..one.span.start];
            word_before(before.trim_end_matches(['$', '€', '£']), &ABOUT)
        };
        let same = unit.english.numbers.iter().filter(|one| one.value == number.value);
        let mut words = same.map(before).peekable();
        if words.peek().is_some()
            && words.all(|word| word == other)
            && changes(arabic, number.span.start)
        {
            let what = format!(
                "The source has “{typed}” {} ({own}), the English has it after “{other}”.",
                number.value
            );
            unit.say(findings, Code::DirectionReversed, Severity::Error, what);
        }
    }
}

/// The last word of a text; the one before it where it is one of those that are looked through.
fn word_before<'a>(text: &'a str, through: &[&str]) -> &'a str {
    let mut words = text.split_whitespace().rev();
    words.find(|word| !through.contains(word)).unwrap_or_default()
}

/// Whether the sentence speaks of rising, falling or raising before a place of the text.
fn changes(arabic: &Arabic<'_>, place: usize) -> bool {
    let meaning = Meaning::RISE | Meaning::FALL | Meaning::CHANGE;
    let ends = |between: &str| between.contains(['!', '؟', '\n']) || between.contains(". ");
    (0..arabic.len()).filter(|index| arabic.meaning(*index).is(meaning)).any(|index| {
        let between = arabic.text.get(arabic.place(index).end..place);
        between.is_some_and(|between| !ends(between))
    })
}

fn arabic_ends(text: &str, first: &Number, second: &Number) -> Option<(Decimal, Decimal)> {
    let before = text[..first.span.start].split_whitespace().rev();
    let from = before.take(4).any(|word| matches!(word, "من" | "ومن" | "بين"));
    let between = text.get(first.span.end..second.span.start)?;
    let mut words = between.split_whitespace();
    let to = words.clone().count() <= 8
        && words.any(|word| matches!(word, "إلى" | "الى" | "الي" | "حتى"));
    (from && to).then_some((first.value, second.value))
}

fn english_ends(lower: &str, first: &Number, second: &Number) -> Option<(Decimal, Decimal)> {
    let before = lower[..first.span.start].split_whitespace().rev();
    let from = before.take(4).any(|word| word == "from");
    let between = lower.get(first.span.end..second.span.start)?;
    let mut words = between.split_whitespace();
    let to = words.clone().count() <= 8 && words.any(|word| word == "to");
    (from && to).then_some((first.value, second.value))
}

fn trend(unit: &Unit<'_>, arabic: &Arabic<'_>, findings: &mut Vec<Finding>) {
    let (rise, fall) = (arabic.first(Meaning::RISE), arabic.first(Meaning::FALL));
    let (typed, opposite, same, words) = match (rise, fall) {
        (Some(typed), None) => (typed, FALLS, RISES, ("rising", "falling")),
        (None, Some(typed)) => (typed, RISES, FALLS, ("falling", "rising")),
        _ => return,
    };
    let accuses = &opposite[..PLAIN];
    if says(&unit.english, accuses) && !says(&unit.english, same) {
        let what =
            format!("The source speaks of {} (“{typed}”), the English of {}.", words.0, words.1);
        unit.say(findings, Code::TrendReversed, Severity::Warning, what);
    }
}

fn says(english: &English<'_>, stems: &[&str]) -> bool {
    english.lowered().any(|word| {
        stems
            .iter()
            .any(|stem| if stem.len() <= 3 { word == *stem } else { word.starts_with(stem) })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, translation};
    use crate::finding::Code;

    #[test]
    fn exchanged_ends_are_an_error() {
        let arabic = "تراجعت الحصة من 40 إلى 25 في المئة خلال العام.";
        let right = "The share fell from 40 to 25 percent during the year.";
        assert_eq!(codes(&translation(arabic, right)), []);
        let found = translation(arabic, "The share fell from 25 to 40 percent during the year.");
        assert_eq!(codes(&found), [Code::DirectionReversed]);
    }

    #[test]
    fn a_figure_that_is_reached_is_none_that_is_added() {
        let arabic = "ترفع التوسعة طاقة الميناء إلى 3 ملايين حاوية سنويا.";
        let right = "The expansion raises the port's capacity to 3 million containers a year.";
        assert_eq!(codes(&translation(arabic, right)), []);
        let found = translation(arabic, &right.replace("to 3", "by 3"));
        assert_eq!(codes(&found), [Code::DirectionReversed]);
        let added = "ترفع التوسعة طاقة الميناء بمقدار 3 ملايين حاوية سنويا.";
        assert_eq!(codes(&translation(added, right)), [Code::DirectionReversed]);
    }

    #[test]
    fn what_stands_before_a_figure_means_nothing_without_a_trend() {
        let arabic = "تعرضت البلدة إلى 3 هجمات خلال الأسبوع.";
        let right = "The town was hit by 3 attacks during the week.";
        assert_eq!(codes(&translation(arabic, right)), []);
        let elsewhere = format!("ارتفعت الأسعار أمس. {arabic}");
        let right = format!("Prices rose yesterday. {right}");
        assert_eq!(codes(&translation(&elsewhere, &right)), []);
    }

    #[test]
    fn a_rough_figure_is_added_or_reached_as_an_exact_one() {
        let arabic = "ارتفع سعر القمح بنحو 3 دولارات أمس.";
        let right = "The price of wheat rose by about 3 dollars yesterday.";
        assert_eq!(codes(&translation(arabic, right)), []);
        let found = translation(arabic, &right.replace("by about", "to about"));
        assert_eq!(codes(&found), [Code::DirectionReversed]);
        let reached = "ارتفع سعر القمح إلى نحو 3 دولارات أمس.";
        assert_eq!(codes(&translation(reached, right)), [Code::DirectionReversed]);
    }

    #[test]
    fn a_rise_that_became_a_fall_is_reported() {
        let arabic = "ارتفعت أسعار القمح في الأسواق العالمية.";
        assert_eq!(
            codes(&translation(arabic, "Wheat prices fell on world markets.")),
            [Code::TrendReversed]
        );
        assert_eq!(codes(&translation(arabic, "Wheat prices rose on world markets.")), []);
    }
}
