//! What the source denies the English must not assert.
//!
//! Negations are counted per passage on both sides, after taking out the phrases in which a
//! negative word denies nothing ("still", "only", "at least", "must"). English has many ways to
//! deny ("unable", "fails to", "without", "only", "too … to"), so each counts as one of them; a
//! finding needs the source to deny more often than all of them together can account for. In the
//! other direction only plain "not" and "never" count. Doubt, so a warning.

use super::{
    text::{Arabic, English, is_one_of},
    unit::{Kind, Unit},
};
use crate::finding::{Code, Finding, Severity};

/// Arabic words that deny what follows.
const PARTICLES: &[&str] = &["لم", "لن", "ليس", "ليست", "ليسوا", "لسنا", "لست", "لا", "ما", "لما"];
/// Arabic words that deny a noun or adjective; English often has one word for both.
const NOMINAL: &[&str] = &[
    "غير",
    "دون",
    "بدون",
    "عدم",
    "بعدم",
    "لعدم",
    "بغير",
    "نفي",
    "نفت",
    "ينفي",
    "تنفي",
    "رفض",
    "رفضت",
    "يرفض",
    "ترفض",
    "انعدام",
    "اللا",
    "بلا",
    "سوي",
    "نافيا",
    "رافضا",
];
/// After لا or ما: words with which nothing is denied.
const IDLE: &[&str] = &[
    "يزال",
    "تزال",
    "يزالون",
    "زال",
    "زالت",
    "زالوا",
    "نزال",
    "ازال",
    "سيما",
    "بد",
    "شك",
    "يقل",
    "تقل",
    "يتجاوز",
    "تتجاوز",
    "يزيد",
    "تزيد",
    "يتعدي",
    "تتعدي",
    "بأس",
    "باس",
    "ريب",
    "جرم",
    "محاله",
    "غير",
    "غني",
    "اله",
    "مثيل",
    "حصر",
    "نظير",
    "مفر",
];

/// English words that deny plainly.
const PLAIN: &[&str] = &[
    "not", "never", "cannot", "no", "nor", "neither", "none", "nothing", "nobody", "nowhere",
    "without",
];

/// English words that can stand for an Arabic negation.
const INDIRECT: &[&str] = &[
    "alone",
    "any",
    "ban",
    "banned",
    "bans",
    "barely",
    "before",
    "beyond",
    "but",
    "despite",
    "ever",
    "except",
    "few",
    "fewer",
    "hard",
    "hardly",
    "instead",
    "just",
    "least",
    "less",
    "little",
    "merely",
    "mere",
    "nil",
    "non",
    "only",
    "otherwise",
    "out",
    "rather",
    "regardless",
    "seldom",
    "still",
    "than",
    "too",
    "unless",
    "until",
    "void",
    "yet",
    "zero",
    "impossible",
    "free",
    "far",
    "lost",
    "loss",
];

/// Stems of such words.
const INDIRECT_STEMS: &[&str] = &[
    "absen", "abstain", "avoid", "ceas", "deny", "denie", "denial", "declin", "disput", "doubt",
    "exclud", "fail", "forbid", "forbad", "ignor", "inabilit", "lack", "lose", "losing", "miss",
    "prevent", "prohibit", "rare", "refrain", "refus", "reject", "remain", "scarce", "stop",
];

/// Says where a denial was lost or invented.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let Some(arabic) = unit.arabic.as_deref().filter(|_| unit.kind != Kind::Headline) else {
        return;
    };
    let source = Denials::of(arabic);
    let (plain, indirect) = english_denials(&unit.english);
    if source.firm > plain + indirect {
        let what = format!("The source denies (“{}”), the English does not.", source.first);
        unit.say(findings, Code::NegationMissing, Severity::Warning, what);
    }
    if plain > 0 && source.firm + source.soft == 0 {
        let what = "The English denies what the source does not.";
        unit.say(findings, Code::NegationUnsupported, Severity::Warning, what);
    }
}

#[derive(Default)]
struct Denials<'a> {
    /// Denials that must stand in the English.
    firm: usize,
    /// Words that may be put as a denial.
    soft: usize,
    first: &'a str,
}

impl<'a> Denials<'a> {
    fn of(arabic: &Arabic<'a>) -> Self {
        let mut found = Self::default();
        for index in 0..arabic.len() {
            let word = arabic.word(index);
            if is_one_of(word, NOMINAL) {
                found.soft += 1;
                continue;
            }
            if !is_one_of(word, PARTICLES) {
                continue;
            }
            found.soft += 1;
            if is_firm(arabic, index) {
                found.firm += 1;
                if found.first.is_empty() {
                    found.first =
                        &arabic.text[arabic.place(index).start..arabic.place(index + 1).end];
                }
            }
        }
        found
    }
}

/// Whether the particle at `index` denies without a doubt.
fn is_firm(arabic: &Arabic<'_>, index: usize) -> bool {
    let word = arabic.word(index);
    let next = arabic.word(index + 1);
    if is_one_of(word, &["ما", "لما"]) || IDLE.contains(&next) {
        return false;
    }
    if is_one_of(word, &["لم", "لن"]) && matches!(next, "يزل" | "تزل" | "يلبث" | "تلبث")
    {
        return false;
    }
    let only = |word: &str| {
        matches!(word, "الا" | "سوي" | "فقط" | "فحسب" | "وحسب" | "غير" | "قبل" | "حتي" | "بل")
    };
    !(index + 1..index + 14).any(|at| only(arabic.word(at)))
}

/// Plain denials and those that a word can stand for.
fn english_denials(english: &English<'_>) -> (usize, usize) {
    let (mut plain, mut indirect) = (0, 0);
    for word in english.lowered() {
        if PLAIN.contains(&word) || word.ends_with("n't") || word.ends_with("n’t") {
            plain += 1;
        } else if INDIRECT.contains(&word)
            || INDIRECT_STEMS.iter().any(|stem| word.starts_with(stem))
            || is_negated(word)
        {
            indirect += 1;
        }
    }
    (plain, indirect)
}

/// A word with a negative prefix or suffix.
fn is_negated(word: &str) -> bool {
    const NOT: [&str; 14] = [
        "under",
        "unit",
        "unif",
        "union",
        "uniq",
        "universit",
        "univers",
        "until",
        "inter",
        "india",
        "indi",
        "include",
        "including",
        "interest",
    ];
    let prefixed = ["un", "im", "il", "ir", "dis", "in", "mis"]
        .iter()
        .any(|prefix| word.strip_prefix(prefix).is_some_and(|rest| rest.len() >= 5));
    prefixed && !NOT.iter().any(|stem| word.starts_with(stem))
        || word.len() > 5 && word.ends_with("less")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, translation};
    use crate::finding::Code;

    #[test]
    fn a_dropped_negation_is_reported() {
        let arabic = "لم يشارك الوزير في الاجتماع الذي عقد أمس.";
        let found = translation(arabic, "The minister took part in the meeting held yesterday.");
        assert_eq!(codes(&found), [Code::NegationMissing]);
        assert!(found[0].message.contains("لم يشارك"));
        let kept = "The minister did not take part in the meeting held yesterday.";
        assert_eq!(codes(&translation(arabic, kept)), []);
    }

    #[test]
    fn an_invented_negation_is_reported() {
        let found =
            translation("شارك الوزير في الاجتماع أمس.", "The minister did not take part yesterday.");
        assert_eq!(codes(&found), [Code::NegationUnsupported]);
    }

    #[test]
    fn still_and_only_deny_nothing() {
        let found = translation("لا يزال الوزير في العاصمة.", "The minister is in the capital.");
        assert_eq!(codes(&found), []);
        let found =
            translation("لم يحضر الجلسة سوى نائب واحد.", "One deputy attended the session.");
        assert_eq!(codes(&found), []);
    }
}
