//! What becomes of a brief when its story goes on: updates, corrections and withdrawals.
//!
//! A later brief of the same story takes an earlier one's place and says what is different
//! ([`compare`]); a story that its agency withdrew takes the brief with it. Agencies say so in three
//! ways: the item's status, the item's identifier that comes again, and a title that opens with a
//! notice ([`notice`]) and goes on with the title it is about. Nothing here decides to publish or to
//! delete. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::article::Article;

/// A brief's place among the briefs of its story. Empty for a story that came once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Succession {
    /// The id of the brief whose place this one takes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub supersedes: Option<String>,
    /// What is different from that one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub changes: Option<Changes>,
    /// The id of the brief that took this one's place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub superseded_by: Option<String>,
    /// When the story was withdrawn, RFC 3339 in UTC: the brief must not be used any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub withdrawn: Option<String>,
}

/// What is different in a later version of a story, by the ids of its sections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    /// The agency calls the later version a correction.
    pub correction: bool,
    /// The title is another.
    pub title: bool,
    /// Sections that the earlier version lacks.
    pub added: Vec<String>,
    /// Sections whose text is another, by their ids in the later version.
    pub changed: Vec<String>,
    /// Sections of the earlier version that are gone, by their ids there.
    pub removed: Vec<String>,
}

/// An article as far as it is needed to compare a later one with it: hashes, no text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    title: String,
    sections: Vec<SectionPrint>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SectionPrint {
    id: String,
    heading: String,
    text: String,
}

/// What an agency says about an earlier item of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It was wrong, and this is how it is right.
    Correction,
    /// It must not be used.
    Withdrawal,
}

impl Prints {
    /// The prints of an article.
    #[must_use]
    pub fn of(article: &Article) -> Self {
        let title = print(&[article.title.as_deref().unwrap_or_default()]);
        let sections = article.sections.iter().map(|section| {
            let texts: Vec<&str> = section.paragraphs.iter().map(|p| p.text.as_str()).collect();
            SectionPrint {
                id: section.id.clone(),
                heading: print(&[section.heading.as_deref().unwrap_or_default()]),
                text: print(&texts),
            }
        });
        Self { title, sections: sections.collect() }
    }
}

/// What is different in `later`. A section keeps its identity by its subhead; without one, or where
/// the subhead was changed too, by its text.
#[must_use]
pub fn compare(earlier: &Prints, later: &Prints) -> Changes {
    let mut left: Vec<&SectionPrint> = earlier.sections.iter().collect();
    let mut changes = Changes { title: earlier.title != later.title, ..Changes::default() };
    for section in &later.sections {
        let same = left.iter().position(|one| one.text == section.text);
        let place = same.or_else(|| left.iter().position(|one| one.heading == section.heading));
        match place.map(|place| left.remove(place)) {
            None => changes.added.push(section.id.clone()),
            Some(one) if one.text == section.text && one.heading == section.heading => {}
            Some(_) => changes.changed.push(section.id.clone()),
        }
    }
    changes.removed = left.into_iter().map(|section| section.id.clone()).collect();
    changes
}

/// The notice with which a title opens, and the title it is about: `تصحيح: …`, `(يلغى) …`.
/// `None` where the title opens with no such word or is nothing else.
#[must_use]
pub fn notice(title: &str) -> Option<(Notice, &str)> {
    const CORRECTIONS: [&str; 4] = ["تصحيح", "تصويب", "تنويه وتصحيح", "مصحح"];
    const WITHDRAWALS: [&str; 8] =
        ["يلغى ويهمل", "يلغى", "يُلغى", "إلغاء خبر", "الغاء خبر", "إلغاء", "الغاء", "سحب خبر"];
    let title = title.trim().trim_start_matches(['(', '[', '*', '"', '«', ' ']);
    let opens = |words: &[&'static str]| words.iter().find_map(|word| title.strip_prefix(word));
    let (notice, rest) = match (opens(&WITHDRAWALS), opens(&CORRECTIONS)) {
        (Some(rest), _) => (Notice::Withdrawal, rest),
        (None, Some(rest)) => (Notice::Correction, rest),
        (None, None) => return None,
    };
    // A story about a cancellation goes on in the same sentence; a notice sets itself apart.
    let marks = [':', ')', ']', '-', '–', '—', '/', '*', '.', '»', '"'];
    let apart = rest.trim_start();
    let about = apart.trim_start_matches(marks).trim_start();
    (apart.starts_with(marks) && !about.is_empty()).then_some((notice, about))
}

/// A title as it is looked up by: letters and digits alone, so that marks and spaces do not matter.
/// `None` where too little is left to tell one story from another.
#[must_use]
pub fn title_key(title: &str) -> Option<String> {
    let plain = |c: &char| c.is_alphanumeric() && !('\u{64B}'..='\u{65F}').contains(c);
    let key: String = title.chars().filter(plain).map(folded).collect();
    (key.chars().count() >= 12).then_some(key)
}

fn folded(letter: char) -> char {
    match letter {
        'أ' | 'إ' | 'آ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        other => other,
    }
}

fn print(texts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{self, Source};

    fn prints(text: &str) -> Prints {
        let content_type = Some("text/markdown; charset=utf-8".to_owned());
        let source = Source { bytes: text.to_owned().into(), content_type, ..Source::default() };
        Prints::of(&article::read(&source).article)
    }

    const FIRST: &str = "# الميناء يستقبل سفن الموسم\n\nاستقبل ميناء المدينة خلال الموسم الماضي ألف \
        سفينة محملة بالقمح.\n\n## الأرصفة\n\nقال مدير الميناء إن العمل مستمر في الأرصفة كلها.\n\n\
        ## الأسعار\n\nبقيت أسعار القمح في السوق المحلية كما كانت في الشهر الماضي.\n";

    #[test]
    fn a_later_version_says_which_sections_are_new_other_or_gone() {
        let later = FIRST
            .replace("ألف", "ألفي")
            .replace("## الأسعار", "## الموسم القادم")
            .replace("بقيت أسعار القمح في السوق المحلية كما كانت", "ينتظر وصول سفن أخرى");
        let changes = compare(&prints(FIRST), &prints(&later));
        assert_eq!((changes.title, changes.correction), (false, false));
        assert_eq!(changes.changed, ["s0"]);
        assert_eq!(changes.added, ["s2"]);
        assert_eq!(changes.removed, ["s2"]);
        assert_eq!(compare(&prints(FIRST), &prints(FIRST)), Changes::default());
    }

    #[test]
    fn a_notice_names_the_title_it_is_about() {
        let about = "الميناء يستقبل سفن الموسم";
        for (title, kind) in [
            (format!("تصحيح: {about}"), Notice::Correction),
            (format!("(تصويب) {about}"), Notice::Correction),
            (format!("يلغى ويهمل - {about}"), Notice::Withdrawal),
            (format!("إلغاء خبر/ {about}"), Notice::Withdrawal),
        ] {
            assert_eq!(notice(&title), Some((kind, about)), "{title}");
        }
    }

    #[test]
    fn a_story_about_a_correction_or_a_cancellation_is_no_notice() {
        for title in ["تصحيح مسار الاقتصاد يتصدر أعمال القمة", "إلغاء الرحلات في المطار", "إلغاء:"]
        {
            assert_eq!(notice(title), None, "{title}");
        }
    }

    #[test]
    fn a_title_is_found_again_whatever_its_marks() {
        assert_eq!(
            title_key("الميناءُ يستقبل «سفن» الموسم!"),
            title_key("الميناء يستقبل سفن الموسم")
        );
        assert_eq!(title_key("عاجل"), None, "many stories have it");
    }
}
