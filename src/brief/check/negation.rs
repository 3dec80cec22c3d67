//! What the source denies the English must not assert.
//!
//! Denials are counted on both sides of a passage. On the Arabic side stand the particles (لم, لن,
//! ليس, لا) and the words that deny a noun (عدم, غير, بدون), without the phrases in which they deny
//! nothing ("still", "must", "drone"). English puts a denial as "not", in a prefix ("unable") or in
//! the sense of a word ("fails to"); words of that sense that the Arabic has too ("refused") account
//! for each other first. A finding needs the source to deny more often than all of them together.
//! In the other direction only plain "not" and "never" count. Doubt, so a warning.

use super::{
    text::{Arabic, English, is_one_of, without_conjunction},
    unit::{Kind, Unit},
};
use crate::finding::{Code, Finding, Severity};

/// Arabic words that deny what follows.
const PARTICLES: &[&str] = &["لم", "لن", "ليس", "ليست", "ليسوا", "ليسا", "لسنا", "لست", "لا"];
/// Arabic words that deny a noun or adjective.
const NOMINAL: &[&str] =
    &["غير", "دون", "بدون", "عدم", "بعدم", "لعدم", "بغير", "لغير", "الغير", "انعدام", "بلا"];
/// Stems of Arabic words that deny by their sense, as the English stems below do.
const SENSE: &[&str] = &[
    "رفض",
    "يرفض",
    "ترفض",
    "فشل",
    "يفشل",
    "تفشل",
    "منع",
    "يمنع",
    "تمنع",
    "حظر",
    "تحظر",
    "تجنب",
    "يتجنب",
    "تتجنب",
    "نقص",
    "غياب",
    "غاب",
    "عجز",
    "يعجز",
    "نفي",
    "نفت",
    "ينفي",
    "تنفي",
    "استحال",
    "مستحيل",
    "انكر",
    "انكار",
    "ينكر",
    "تنكر",
    "خلو",
    "خال",
    "تفادي",
    "يفتقر",
    "تفتقر",
    "افتقار",
    "امتنع",
    "حرم",
    "استبعد",
    "تستبعد",
    "يستبعد",
    "نادر",
    "قلما",
    "بالكاد",
    "يحول",
    "حال",
    "كف",
    "توقف",
    "يتوقف",
    "تتوقف",
    "يندر",
    "مرفوض",
    "ممنوع",
    "محظور",
    "مجهول",
    "ما",
    "وما",
    "فما",
    "كلا",
    "ابدا",
    "قط",
    "لولا",
    "الا",
    "كيلا",
    "لئلا",
    "لكيلا",
    "الّا",
    "لات",
    "سوي",
    "اللا",
    "مفقود",
    "انتفاء",
    "تعذر",
    "يتعذر",
    "تتعذر",
];
/// After a particle or a nominal: words with which nothing is denied.
const IDLE: &[&str] = &[
    "يزال",
    "تزال",
    "يزالون",
    "يزل",
    "تزل",
    "يلبث",
    "تلبث",
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
    "باس",
    "بأس",
    "ريب",
    "جرم",
    "محاله",
    "مثيل",
    "حصر",
    "نظير",
    "مفر",
    "جدال",
    "يصدق",
    "تصدق",
    "نهائي",
    "نهائيه",
    "متناهي",
    "متناهيه",
    "ان",
    "انه",
    "انها",
    "انهم",
    "طيار",
    "سن",
    "مباشر",
    "مباشره",
    "يخفي",
    "داعي",
    "داع",
    "محدود",
    "محدوده",
    "عاديه",
    "عادي",
    "اسمه",
    "اسمها",
    "الا",
];
/// Words after which a denial says "only".
const ONLY: &[&str] = &["الا", "سوي", "فقط", "فحسب", "وحسب"];

/// English words that deny plainly.
const PLAIN: &[&str] = &[
    "not", "never", "cannot", "no", "nor", "neither", "none", "nothing", "nobody", "nowhere",
    "without", "non",
];
/// English words that deny by their sense.
const SENSES: &[&str] = &[
    "ban", "banned", "bans", "barely", "few", "hardly", "ill", "less", "little", "only", "rather",
    "seldom", "unless", "zero",
];
/// Stems of such words, and of those with a negative prefix that is no mere opening of a word.
const SENSE_STEMS: &[&str] = &[
    "absen",
    "abstain",
    "avoid",
    "ceased",
    "denial",
    "denie",
    "deny",
    "declin",
    "disagree",
    "disallow",
    "disapprov",
    "disbelie",
    "discomfort",
    "disconnect",
    "discontinu",
    "dishonest",
    "dislik",
    "disprov",
    "disput",
    "disqualif",
    "disregard",
    "dissatisf",
    "distrust",
    "fail",
    "forbad",
    "forbid",
    "illeg",
    "illic",
    "illit",
    "illog",
    "immatur",
    "immob",
    "immoral",
    "impartial",
    "impatien",
    "imperfect",
    "imposs",
    "impract",
    "improbab",
    "improper",
    "impun",
    "inability",
    "inaccess",
    "inaccura",
    "inactiv",
    "inadequ",
    "inadmiss",
    "inappropr",
    "incapab",
    "incapac",
    "incomplete",
    "inconclus",
    "inconsist",
    "incorrect",
    "incurabl",
    "indefinit",
    "ineffect",
    "ineffic",
    "ineligib",
    "inequal",
    "inevit",
    "inexpens",
    "inexperienc",
    "informal",
    "inhuman",
    "injustic",
    "innocen",
    "inoper",
    "insecur",
    "insignif",
    "instab",
    "insuffic",
    "intoler",
    "invalid",
    "invisib",
    "involunt",
    "irregular",
    "irrelev",
    "irreplac",
    "irrespons",
    "irrevers",
    "lack",
    "limit",
    "nonexist",
    "prevent",
    "prohibit",
    "rarel",
    "refrain",
    "refus",
    "reject",
    "scarce",
    "stopp",
];
/// Openings of words in un- that deny nothing.
const UN: &[&str] =
    &["unanim", "uncle", "unde", "undo", "unfold", "uni", "until", "unto", "unless", "undoubt"];

/// Says where a denial was lost or invented.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    if unit.kind != Kind::Passage {
        return;
    }
    let Some(arabic) = unit.arabic.as_deref() else { return };
    let source = Denials::of(arabic);
    let english = Told::of(&unit.english);
    let account = english.plain + english.sense.saturating_sub(source.sense);
    if source.firm > account {
        let what = format!("The source denies (“{}”), the English does not.", source.first);
        unit.say(findings, Code::NegationMissing, Severity::Warning, what);
    }
    if english.plain > 0 && source.firm + source.idle + source.sense == 0 {
        let what = format!("The English denies (“{}”), the source does not.", english.first);
        unit.say(findings, Code::NegationUnsupported, Severity::Warning, what);
    }
}

#[derive(Default)]
struct Denials<'a> {
    /// Denials that must stand in the English.
    firm: usize,
    /// Negative words that deny nothing here, or say "only".
    idle: usize,
    /// Words that deny by their sense.
    sense: usize,
    /// The first firm one with the word after it, as typed.
    first: &'a str,
}

impl<'a> Denials<'a> {
    fn of(arabic: &Arabic<'a>) -> Self {
        let mut found = Self::default();
        for index in 0..arabic.len() {
            let word = arabic.word(index);
            if is_one_of(word, PARTICLES) || is_one_of(word, NOMINAL) {
                if is_idle(arabic, index) {
                    found.idle += 1;
                    continue;
                }
                found.firm += 1;
                if found.first.is_empty() {
                    found.first =
                        &arabic.text[arabic.place(index).start..arabic.place(index + 1).end];
                }
            } else if has_stem(word, SENSE) {
                found.sense += 1;
            }
        }
        found
    }
}

fn has_stem(word: &str, stems: &[&str]) -> bool {
    let bare = without_conjunction(word).unwrap_or(word);
    let bare = bare.strip_prefix("ال").unwrap_or(bare);
    stems.iter().any(|stem| if stem.len() <= 6 { bare == *stem } else { bare.starts_with(stem) })
}

/// Whether the negative word at `index` denies nothing.
fn is_idle(arabic: &Arabic<'_>, index: usize) -> bool {
    let next = arabic.word(index + 1);
    let before = index.checked_sub(1).map_or("", |at| arabic.word(at));
    // "Or not" asks, and غيّر with its mark is the verb "changed".
    let asks = matches!(before, "ام" | "او") || next.is_empty();
    let verb = arabic.text[arabic.place(index)].contains('\u{651}');
    let only = (index + 1..index + 12).any(|at| ONLY.contains(&arabic.word(at)));
    IDLE.contains(&next) || asks || verb || only
}

struct Told<'a> {
    plain: usize,
    sense: usize,
    /// The first plain denial, as typed.
    first: &'a str,
}

impl<'a> Told<'a> {
    fn of(english: &English<'a>) -> Self {
        let mut told = Self { plain: 0, sense: 0, first: "" };
        for word in &english.words {
            let lower = english.lower(*word);
            if PLAIN.contains(&lower) || lower.ends_with("n't") || lower.ends_with("n’t") {
                told.plain += 1;
                if told.first.is_empty() {
                    told.first = english.typed(*word);
                }
            } else if is_negative(lower) {
                told.sense += 1;
            }
        }
        told
    }
}

/// Whether a word denies by prefix, suffix or sense.
fn is_negative(word: &str) -> bool {
    let starts = |stems: &[&str]| stems.iter().any(|stem| word.starts_with(stem));
    SENSES.contains(&word)
        || word.len() > 4 && word.starts_with("un") && !starts(UN)
        || word.len() > 5 && word.ends_with("less")
        || starts(SENSE_STEMS)
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
