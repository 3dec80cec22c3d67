//! What the source attributes must not become a bare fact.
//!
//! Where the Arabic surely attributes ("said", "according to") and the English has no word of
//! saying, claiming, finding or showing at all, the speaker is lost. Where the Arabic of a
//! translation opens with such a verb, its English needs a word that means nothing but saying. A
//! summary is judged by the paragraphs it cites, and only where every one of them attributes.
//! Doubt, so a warning.

use super::{
    speech,
    unit::{Kind, Unit},
    vocabulary::Meaning,
};
use crate::finding::{Code, Finding, Severity};

/// Says where a statement lost its speaker.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    if unit.kind != Kind::Passage {
        return;
    }
    let mut verbs = unit.source_texts().map(speech::attributes);
    let Some(Some(verb)) = verbs.next() else { return };
    let opens = unit.arabic.as_deref().is_some_and(|a| a.meaning(0).is(Meaning::SURE_SPEECH));
    let told = if opens { speech::surely_reports } else { speech::reports };
    if !verbs.all(|verb| verb.is_some()) || told(&unit.english) {
        return;
    }
    let what = format!("The source attributes this (“{verb}”); the English states it as a fact.");
    unit.say(findings, Code::AttributionMissing, Severity::Warning, what);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, summary, translation};
    use crate::finding::Code;

    const CLAIM: &str = "وقال المتحدث إن القوات سيطرت على البلدة.";

    #[test]
    fn a_lost_speaker_is_reported_in_translations_and_summaries() {
        let bare = "The forces have taken control of the town.";
        assert_eq!(codes(&translation(CLAIM, bare)), [Code::AttributionMissing]);
        assert_eq!(codes(&summary(CLAIM, bare, &["s0.p0"])), [Code::AttributionMissing]);
    }

    #[test]
    fn a_kept_speaker_is_silent() {
        let kept = "The forces have taken control of the town, the spokesman said.";
        assert_eq!(codes(&translation(CLAIM, kept)), []);
    }
}
