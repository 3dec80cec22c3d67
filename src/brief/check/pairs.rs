//! Two of something, which Arabic says by the form of the noun alone.
//!
//! `قتيلين` is "two dead", with no number that could be read or missed. So the duals of nouns that news
//! counts are known by a list, and an English translation without any word for two is doubted. Only
//! what stands without the article: `الطرفان` is "both sides" and just as well "the parties". A list,
//! because the same ending is that of many plurals (`مهندسين`). Summaries may leave it out.

use super::{
    text::{Arabic, without_conjunction},
    unit::Unit,
};
use crate::{
    article::numerals::{Decimal, Number},
    finding::{Code, Finding, Severity},
};

/// Nouns without their endings whose duals are no plurals, in order.
const COUNTED: &[&str] = &[
    "اسبوع",
    "اسير",
    "امرات",
    "جائزت",
    "جريح",
    "جندي",
    "جولت",
    "حافلت",
    "دبابت",
    "دقيقت",
    "دولت",
    "رجل",
    "ساعت",
    "سفينت",
    "سنت",
    "سيارت",
    "شخص",
    "شهر",
    "شهيد",
    "صاروخ",
    "ضابط",
    "طائرت",
    "طفل",
    "عام",
    "قتيل",
    "قذيفت",
    "قرن",
    "قنبلت",
    "مباراي",
    "مدينت",
    "مرت",
    "منزل",
    "هدف",
    "يوم",
];

/// What says two in English.
const TWO: &[&str] = &[
    "two", "2", "both", "pair", "pairs", "couple", "twin", "twins", "twice", "double", "doubles",
    "doubled", "brace", "dual", "duo", "second", "half", "either", "biennial",
];

/// Says what of the source are two, and of the English none.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let Some(arabic) = unit.arabic.as_deref() else { return };
    let Some(pair) = pair(arabic) else { return };
    let two = |number: &Number| {
        let value = number.value.abs();
        // Two days are 48 hours, and two years 24 months.
        [2, 24, 48, 120].iter().any(|two| value == Decimal::from(*two))
    };
    let english = &unit.english;
    let says_two = english.lowered().any(|word| TWO.contains(&word));
    if !says_two && !english.numbers.iter().any(two) {
        let what = format!("The source has two (“{pair}”), the English does not.");
        unit.say(findings, Code::NumberMissing, Severity::Warning, what);
    }
}

/// The first dual, as it is typed.
fn pair<'a>(arabic: &Arabic<'a>) -> Option<&'a str> {
    let index = (0..arabic.len()).find(|index| is_dual(arabic.word(*index)))?;
    Some(&arabic.text[arabic.place(index)])
}

fn is_dual(word: &str) -> bool {
    let Some(stem) = word.strip_suffix("ين").or_else(|| word.strip_suffix("ان")) else {
        return false;
    };
    let known = |stem: &str| COUNTED.binary_search(&stem).is_ok();
    let apart = without_conjunction(stem).unwrap_or(stem);
    let of = apart.strip_prefix(['ب', 'ل', 'ك']).unwrap_or(apart);
    known(stem) || known(apart) || known(of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::check::testing::{summary, translation};

    fn told(arabic: &str, english: &str) -> bool {
        translation(arabic, english).iter().any(|finding| finding.code == Code::NumberMissing)
    }

    #[test]
    fn the_nouns_stand_in_order() {
        assert!(COUNTED.is_sorted());
    }

    #[test]
    fn two_that_are_lost_are_told() {
        assert!(told("ادى الانفجار الى مقتل شخصين", "The blast killed people"));
        assert!(told("بعد التعادل بهدفين مع الفريق", "After the draw with the team"));
        assert!(told("اصيب جنديان في الهجوم", "A soldier was wounded in the attack"));
        let finding = &translation("استمر الاجتماع ساعتين", "The meeting went on for hours")[0];
        assert_eq!(finding.message, "The source has two (“ساعتين”), the English does not.");
        assert_eq!(finding.severity, Severity::Warning);
    }

    #[test]
    fn two_are_said_in_many_ways() {
        for english in [
            "The blast killed two people",
            "The blast killed 2 people",
            "Both died in the blast",
            "A couple died in the blast",
            "The match of the two-man team ended 2-2",
        ] {
            assert!(!told("ادى الانفجار الى مقتل شخصين", english), "{english}");
        }
        assert!(!told("استمر الحصار يومين", "The siege went on for 48 hours"));
    }

    #[test]
    fn plurals_definite_nouns_and_summaries_are_let_go() {
        assert!(!told("قال مهندسين في المشروع", "Engineers of the project said"));
        assert!(!told("اتفق البلدان على التعاون", "The countries agreed to cooperate"));
        let found = summary("قتل شخصين في الانفجار", "The blast was deadly", &["s0.p0"]);
        assert!(found.iter().all(|finding| finding.code != Code::NumberMissing));
    }
}
