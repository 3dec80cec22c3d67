//! What the source denies the English must not assert.
//!
//! Denials are counted on both sides of a passage. On the Arabic side stand the particles (لم, لن,
//! ليس, لا) and the words that deny a noun (عدم, غير, بدون), without the phrases in which they deny
//! nothing ("still", "must", "drone"). English puts a denial as "not", in a prefix ("unable") or in
//! the sense of a word ("fails to"); words of that sense that the Arabic has too ("refused") account
//! for each other first. A finding needs the source to deny more often than all of them together.
//! In the other direction only plain "not" and "never" count. Doubt, so a warning.

use std::sync::LazyLock;

use super::{
    text::{Arabic, English, Openings},
    unit::{Kind, Unit},
    vocabulary::Meaning,
};
use crate::finding::{Code, Finding, Severity};

/// Arabic words that deny what follows.
pub(super) const PARTICLES: &[&str] =
    &["لم", "لن", "ليس", "ليست", "ليسوا", "ليسا", "لسنا", "لست", "لا"];
/// Arabic words that deny a noun or adjective.
pub(super) const NOMINAL: &[&str] =
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
    "توقف",
    "يتوقف",
    "تتوقف",
    "يندر",
    "مرفوض",
    "ممنوع",
    "محظور",
    "مفقود",
    "انتفاء",
    "تعذر",
    "يتعذر",
    "تتعذر",
];
/// Arabic words that may be put as a denial and need not be.
pub(super) const SOFT: &[&str] = &[
    "ما",
    "وما",
    "الا",
    "قط",
    "ابدا",
    "كلا",
    "سوي",
    "لولا",
    "كيلا",
    "لئلا",
    "لكيلا",
    "اللا",
    "مجهول",
    "فقط",
    "قليل",
    "قلیل",
    "قليله",
    "لما",
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
    "عاديه",
    "عادي",
    "اسمه",
    "اسمها",
    "المشروع",
    "مشروع",
    "مشروعه",
    "بلدك",
];
/// Words after which a denial says "only".
const ONLY: &[&str] = &["الا", "سوي"];

/// English words that deny plainly.
const PLAIN: &[&str] = &[
    "not", "never", "cannot", "no", "nor", "neither", "none", "nothing", "nobody", "nowhere",
    "without",
];
/// English words that deny by their sense.
const SENSES: &[&str] = &[
    "ban", "banned", "bans", "barely", "few", "hardly", "non", "less", "little", "only", "rather",
    "seldom", "unless", "zero",
];
/// Stems of such words, and of those with a negative prefix that is no mere opening of a word.
const SENSE_STEMS: &[&str] = &[
    "anonym",
    "asynchron",
    "implaus",
    "indomit",
    "intangib",
    "indisput",
    "infinit",
    "inacces",
    "inexplic",
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
const UN: &[&str] = &[
    "unanim", "unfortun", "uncle", "unde", "undo", "unfold", "uni", "until", "unto", "unless",
    "undoubt",
];

/// Says where a denial was lost or invented.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    if unit.kind != Kind::Passage {
        return;
    }
    let english = Told::of(&unit.english);
    let Some(arabic) = unit.arabic.as_deref() else { return invented(unit, &english, findings) };
    let source = Denials::of(arabic);
    let account = english.plain + english.sense.saturating_sub(source.sense);
    if source.firm > account {
        let what = format!("The source denies (“{}”), the English does not.", source.first);
        unit.say(findings, Code::NegationMissing, Severity::Warning, what);
    }
    if english.plain > source.firm + source.idle + source.sense {
        let what = format!("The English denies (“{}”), the source does not.", english.first);
        unit.say(findings, Code::NegationUnsupported, Severity::Warning, what);
    }
}

/// A summary may leave denials out, but denies nothing that no cited paragraph does.
fn invented(unit: &Unit<'_>, english: &Told<'_>, findings: &mut Vec<Finding>) {
    let silent = |text: &Arabic<'_>| {
        let denials = Denials::of(text);
        denials.firm + denials.idle + denials.sense == 0
    };
    if english.plain > 0 && !unit.evidence.is_empty() && unit.evidence.iter().all(|t| silent(t)) {
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
            let meaning = arabic.meaning(index);
            if meaning.is(Meaning::DENIAL) && !is_idle(arabic, index) {
                found.firm += 1;
                if found.first.is_empty() {
                    found.first =
                        &arabic.text[arabic.place(index).start..arabic.place(index + 1).end];
                }
            } else if meaning.is(Meaning::DENIAL) {
                found.idle += 1;
            } else if meaning.is(Meaning::SENSE) && !repeats(arabic, index) {
                found.sense += 1;
            } else if meaning.is(Meaning::SOFT) {
                found.idle += 1;
            }
        }
        found
    }
}

/// Whether a folded word without its conjunction denies by its sense.
pub(super) fn denies_by_sense(word: &str) -> bool {
    static OPENINGS: LazyLock<Openings> = LazyLock::new(|| {
        let long: Vec<&str> = SENSE.iter().copied().filter(|stem| stem.len() > 4).collect();
        Openings::of(&long)
    });
    let bare = word.strip_prefix("ال").unwrap_or(word);
    OPENINGS.open(bare) || bare.len() <= 4 && SENSE.contains(&bare)
}

/// Whether a word comes back in another form: "refused a flat refusal" refuses once.
fn repeats(arabic: &Arabic<'_>, index: usize) -> bool {
    let root: String = super::text::bare(arabic.word(index)).chars().take(3).collect();
    (0..index).any(|before| super::text::bare(arabic.word(before)).starts_with(&root))
}

/// Whether the negative word at `index` denies nothing.
fn is_idle(arabic: &Arabic<'_>, index: usize) -> bool {
    let next = arabic.word(index + 1);
    let before = index.checked_sub(1).map_or("", |at| arabic.word(at));
    // "Or not" asks, and غيّر with its mark is the verb "changed".
    let asks = matches!(before, "ام" | "او") || next.is_empty();
    let verb = arabic.text[arabic.place(index)].contains('\u{651}');
    // إلا before أن says "although".
    let only = (index + 1..index + 12)
        .any(|at| ONLY.contains(&arabic.word(at)) && !arabic.word(at + 1).starts_with("ان"));
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
        for (index, word) in english.words.iter().enumerate() {
            let lower = english.lower(*word);
            if lower == "no" && numbers_next(english, index) {
                continue;
            }
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

/// Whether a number follows, as in "No. 11".
fn numbers_next(english: &English<'_>, index: usize) -> bool {
    let next = english.words.get(index + 1);
    next.is_some_and(|next| english.lower(*next).starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a word denies by prefix, suffix or sense.
fn is_negative(word: &str) -> bool {
    static SENSED: LazyLock<Openings> = LazyLock::new(|| Openings::of(SENSE_STEMS));
    SENSES.contains(&word)
        || word.len() > 4 && word.starts_with("un") && !UN.iter().any(|stem| word.starts_with(stem))
        || word.len() > 5 && word.ends_with("less")
        || SENSED.open(word)
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
