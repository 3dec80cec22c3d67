//! Nothing of the source is silently left out, and nothing much longer than it is made of it.
//!
//! English news prose has about 1.2 to 1.7 words for one Arabic word, because Arabic attaches
//! article, conjunction and pronoun. A translation far outside is a summary or an invention. A
//! summary may be short, but not longer than what it cites. A section of the article that the brief
//! does not have is reported at the place where it is missed.

use std::collections::HashSet;

use super::unit::{Kind, Unit};
use crate::{
    article::Article,
    brief::assemble::Copy,
    finding::{Code, Finding, Severity},
};

/// Fewest and most English words for one Arabic word; wider for short texts.
const FEWEST: f64 = 0.68;
const MOST: f64 = 2.2;
/// Words that may be more or fewer whatever the ratio, for short texts.
const SLACK: f64 = 3.0;

/// Says where a passage is far shorter or longer than its Arabic.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    if unit.kind == Kind::Headline && unit.arabic.is_none() {
        return;
    }
    let english = count(unit.english.words.len());
    let arabic = count(unit.source_texts().map(super::text::Arabic::len).sum());
    if arabic < 1.0 {
        return;
    }
    if unit.arabic.is_some() && english + SLACK < arabic * FEWEST {
        let what = format!(
            "{english} English words stand for {arabic} Arabic ones: something may be left out."
        );
        unit.say(findings, Code::TextShort, Severity::Warning, what);
    }
    if english > arabic * MOST + SLACK {
        let what = format!(
            "{english} English words stand for {arabic} Arabic ones: something may be added."
        );
        unit.say(findings, Code::TextLong, Severity::Warning, what);
    }
}

#[expect(clippy::cast_precision_loss, reason = "words of one passage are far below 2^52")]
fn count(words: usize) -> f64 {
    words as f64
}

/// Says which sections neither the brief's sections nor its summary tell of. A brief of headline and summary
/// alone has no sections and omits none.
pub(super) fn sections(article: &Article, copy: &Copy, findings: &mut Vec<Finding>) {
    if copy.sections.is_empty() {
        return;
    }
    let present: HashSet<&str> =
        copy.sections.iter().filter(|s| !s.passages.is_empty()).map(|s| s.id.as_str()).collect();
    let told: HashSet<u32> =
        copy.summary.iter().flat_map(|p| p.sources.iter().map(|id| id.section)).collect();
    for section in &article.sections {
        let in_summary = section.paragraphs.first().is_some_and(|p| told.contains(&p.id.section));
        let paragraphs = section.paragraphs.iter().map(|p| p.id);
        if section.paragraphs.is_empty() || in_summary || present.contains(section.id.as_str()) {
            continue;
        }
        let what = "The brief says nothing of this section.";
        findings.push(
            Finding::new(Code::SectionOmitted, Severity::Warning, what)
                .at_passage(format!("{}.0", section.id))
                .at_sources(paragraphs),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        check as check_all,
        testing::{GLOSSARY, article, codes, copy, summary, translation},
    };
    use crate::{article::SourceId, brief::Passage, finding::Code};

    const ARABIC: &str = "وصل الوفد التجاري الرفيع إلى العاصمة صباح اليوم وبدأ على الفور محادثات مع مسؤولين في الحكومة والبرلمان حول التعاون.";

    #[test]
    fn a_section_is_omitted_where_neither_its_own_passages_nor_the_summary_tell_of_it() {
        let mut article = article(&["وصل الوفد.", "غادر الوفد."]);
        let mut second = article.sections[0].clone();
        second.id = "s1".to_owned();
        second.paragraphs.iter_mut().for_each(|p| p.id.section = 1);
        article.sections.push(second);
        let passage = |section| Passage {
            text: "A delegation arrived.".to_owned(),
            sources: vec![SourceId { section, paragraph: 0 }],
            arabic: None,
        };
        let mut copy = copy(vec![passage(0)]);
        assert_eq!(codes(&check_all(&article, &GLOSSARY, &copy)), [Code::SectionOmitted]);
        copy.summary.push(passage(1));
        assert_eq!(codes(&check_all(&article, &GLOSSARY, &copy)), []);
    }

    #[test]
    fn a_translation_that_leaves_most_out_is_reported() {
        assert_eq!(codes(&translation(ARABIC, "The delegation arrived.")), [Code::TextShort]);
    }

    #[test]
    fn a_summary_may_be_short() {
        assert_eq!(codes(&summary(ARABIC, "A trade delegation arrived.", &["s0.p0"])), []);
    }

    #[test]
    fn a_passage_much_longer_than_its_source_is_reported() {
        let long = "The delegation came, it saw much of what there was, and then it went away. ";
        assert!(codes(&translation("وصل الوفد.", long)).contains(&Code::TextLong));
    }
}
