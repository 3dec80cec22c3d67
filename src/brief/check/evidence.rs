//! Every passage names the source paragraphs it rests on.
//!
//! An id that the article does not have is evidence of nothing. Headline and headings rest on what
//! heads the source, so they are not asked.

use super::unit::{Kind, Unit};
use crate::finding::{Code, Finding, Severity};

/// Says where a passage rests on nothing, or on paragraphs that do not exist.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    if unit.kind != Kind::Passage {
        return;
    }
    if unit.cited.is_empty() {
        let what = "This passage names no source paragraph.";
        unit.say(findings, Code::EvidenceMissing, Severity::Error, what);
        return;
    }
    for id in unit.cited {
        if !unit.knows(*id) {
            let what = format!("This passage cites {id}, which the article does not have.");
            unit.say(findings, Code::EvidenceUnknown, Severity::Error, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, summary};
    use crate::finding::Code;

    #[test]
    fn a_passage_without_evidence_is_an_error() {
        assert_eq!(
            codes(&summary("وصل الوفد.", "A delegation arrived.", &[])),
            [Code::EvidenceMissing]
        );
    }

    #[test]
    fn a_paragraph_that_does_not_exist_is_no_evidence() {
        let found = summary("وصل الوفد.", "A delegation arrived.", &["s0.p0", "s4.p2"]);
        assert_eq!(codes(&found), [Code::EvidenceUnknown]);
        assert!(found[0].message.contains("s4.p2"));
    }
}
