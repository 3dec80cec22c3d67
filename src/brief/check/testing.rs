//! One-passage briefs for the tests of the rules.

use std::sync::LazyLock;

use super::check;
use crate::{
    article::{Article, Marker, Paragraph, Section, SourceId},
    brief::{BriefSection, Passage, assemble::Copy},
    finding::{Code, Finding},
    glossary::Glossary,
};

/// The built-in glossary, loaded once.
pub(super) static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| Glossary::builtin().unwrap());

/// An article whose lead is the paragraphs given.
pub(super) fn article(paragraphs: &[&str]) -> Article {
    let paragraph = |(index, text): (usize, &&str)| Paragraph {
        id: SourceId { section: 0, paragraph: u32::try_from(index).unwrap() },
        text: (*text).to_owned(),
        span: 0..0,
    };
    let paragraphs = paragraphs.iter().enumerate().map(paragraph).collect();
    let section = Section { id: "s0".to_owned(), heading: None, marker: Marker::Lead, paragraphs };
    Article { language: "ar".to_owned(), sections: vec![section], ..Article::default() }
}

/// A brief of the passages given, in the lead.
pub(super) fn copy(passages: Vec<Passage>) -> Copy {
    let section = BriefSection {
        id: "s0".to_owned(),
        heading: None,
        heading_ar: None,
        marker: Marker::Lead,
        passages,
    };
    Copy { sections: vec![section], ..Copy::default() }
}

/// What is found in a translation of one paragraph.
pub(super) fn translation(arabic: &str, english: &str) -> Vec<Finding> {
    let passage = Passage {
        text: english.to_owned(),
        sources: vec![SourceId { section: 0, paragraph: 0 }],
        arabic: Some(arabic.to_owned()),
    };
    check(&article(&[arabic]), &GLOSSARY, &copy(vec![passage]))
}

/// What is found in a summary of one paragraph that cites `sources`.
pub(super) fn summary(arabic: &str, english: &str, sources: &[&str]) -> Vec<Finding> {
    let sources = sources.iter().map(|id| id.parse().unwrap()).collect();
    let passage = Passage { text: english.to_owned(), sources, arabic: None };
    check(&article(&[arabic]), &GLOSSARY, &copy(vec![passage]))
}

/// The codes of findings.
pub(super) fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}
