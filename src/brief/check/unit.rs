//! One piece of English beside the Arabic that it must agree with.
//!
//! The headline answers to the title, a heading to the source's heading, a passage to the very
//! Arabic that it translates or, where it is a summary, to the paragraphs it cites. What has no
//! source paragraph of its own points at the nearest one, so that every finding leads somewhere.

use std::{borrow::Cow, collections::HashMap};

use super::text::{Arabic, English};
use crate::{
    article::{Article, SourceId, numerals::Number},
    brief::{
        Passage,
        assemble::{Copy, MISSING},
    },
    finding::{Code, Finding, Severity},
};

/// What a unit is in the brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The brief's headline.
    Headline,
    /// A section's subhead.
    Heading,
    /// A passage of the summary or of a section.
    Passage,
}

/// The article's paragraphs, each read once.
#[derive(Debug, Default)]
pub(super) struct Readings<'a> {
    title: Option<Arabic<'a>>,
    by_id: HashMap<SourceId, Arabic<'a>>,
}

impl<'a> Readings<'a> {
    /// Reads every paragraph.
    pub(super) fn of(article: &'a Article) -> Self {
        let paragraphs = article.sections.iter().flat_map(|section| &section.paragraphs);
        let by_id = paragraphs.map(|p| (p.id, Arabic::read(&p.text))).collect();
        Self { title: article.title.as_deref().map(Arabic::read), by_id }
    }

    fn get(&self, id: SourceId) -> Option<&Arabic<'a>> {
        self.by_id.get(&id)
    }
}

/// A piece of English and the Arabic beside it.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    /// Names it in findings: `headline`, `summary.0`, `s1.heading`, `s1.0`.
    pub(super) place: String,
    /// What it is.
    pub(super) kind: Kind,
    /// The English.
    pub(super) english: English<'a>,
    /// The very Arabic that it translates; `None` for a summary.
    pub(super) arabic: Option<Cow<'a, Arabic<'a>>>,
    /// The paragraphs it rests on, each with its id; for headline and headings also what heads
    /// them.
    pub(super) evidence: Vec<&'a Arabic<'a>>,
    /// The sources as the brief gives them.
    pub(super) cited: &'a [SourceId],
    /// Where findings point: what is cited, or the nearest paragraph.
    pub(super) sources: Vec<SourceId>,
}

impl Unit<'_> {
    /// Whether the place is kept for what could not be made.
    pub(super) fn is_missing(&self) -> bool {
        self.english.text == MISSING || self.english.text.is_empty()
    }

    /// Whether the article has this paragraph, which the passage cites.
    pub(super) fn knows(&self, id: SourceId) -> bool {
        self.sources.contains(&id)
    }

    /// The Arabic to compare with: what is translated, or else all that is cited.
    pub(super) fn source_texts(&self) -> impl Iterator<Item = &Arabic<'_>> {
        let translated = self.arabic.as_deref();
        let cited = self.evidence.iter().copied().filter(move |_| translated.is_none());
        translated.into_iter().chain(cited)
    }

    /// The numbers of what is translated and of what is cited.
    pub(super) fn source_numbers(&self) -> impl Iterator<Item = &Number> + Clone {
        self.texts().flat_map(Arabic::numbers)
    }

    /// What is translated and all that is cited.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Arabic<'_>> + Clone {
        let translated = self.arabic.as_deref().into_iter();
        translated.chain(self.evidence.iter().copied())
    }

    /// Adds a finding about this unit; nothing where no source can be named.
    pub(super) fn say(
        &self,
        findings: &mut Vec<Finding>,
        code: Code,
        severity: Severity,
        message: impl Into<String>,
    ) {
        if !self.sources.is_empty() {
            let finding = Finding::new(code, severity, message);
            findings.push(finding.at_passage(&self.place).at_sources(self.sources.iter().copied()));
        }
    }
}

/// Every piece of English in order.
pub(super) fn units<'a>(
    article: &'a Article,
    copy: &'a Copy,
    readings: &'a Readings<'a>,
) -> Vec<Unit<'a>> {
    let mut units = vec![headline(article, copy, readings)];
    for (index, passage) in copy.summary.iter().enumerate() {
        units.push(unit(format!("summary.{index}"), passage, nearest(article, 0), readings));
    }
    for section in &copy.sections {
        let at = article.sections.iter().position(|s| s.id == section.id).unwrap_or_default();
        let sources = nearest(article, at);
        if let (Some(heading), Some(arabic)) = (&section.heading, &section.heading_ar) {
            units.push(Unit {
                place: format!("{}.heading", section.id),
                kind: Kind::Heading,
                english: English::read(heading),
                arabic: Some(Cow::Owned(Arabic::read(arabic))),
                evidence: Vec::new(),
                cited: &[],
                sources: sources.clone(),
            });
        }
        for (index, passage) in section.passages.iter().enumerate() {
            units.push(unit(format!("{}.{index}", section.id), passage, sources.clone(), readings));
        }
    }
    units
}

fn headline<'a>(article: &'a Article, copy: &'a Copy, readings: &'a Readings<'a>) -> Unit<'a> {
    let translated = copy.summary.iter().any(|passage| passage.arabic.is_some());
    let title = readings.title.as_ref();
    let ids = || article.sections.iter().flat_map(|s| s.paragraphs.iter().map(|p| p.id));
    let cited = copy.summary.first().map_or(&[][..], |passage| &passage.sources);
    let known: Vec<SourceId> =
        cited.iter().copied().filter(|id| readings.get(*id).is_some()).collect();
    Unit {
        place: "headline".to_owned(),
        kind: Kind::Headline,
        english: English::read(&copy.headline),
        arabic: title.filter(|_| translated).map(Cow::Borrowed),
        evidence: title.into_iter().chain(ids().filter_map(|id| readings.get(id))).collect(),
        cited: &[],
        sources: if known.is_empty() { nearest(article, 0) } else { known },
    }
}

fn unit<'a>(
    place: String,
    passage: &'a Passage,
    nearest: Vec<SourceId>,
    readings: &'a Readings<'a>,
) -> Unit<'a> {
    let known = passage.sources.iter().copied().filter(|id| readings.get(*id).is_some());
    let known: Vec<SourceId> = known.collect();
    let evidence: Vec<&Arabic<'_>> = known.iter().filter_map(|id| readings.get(*id)).collect();
    let arabic = passage.arabic.as_deref().map(|text| {
        let same = evidence.iter().copied().find(|reading| reading.text == text);
        same.map_or_else(|| Cow::Owned(Arabic::read(text)), Cow::Borrowed)
    });
    Unit {
        place,
        kind: Kind::Passage,
        english: English::read(&passage.text),
        arabic,
        evidence,
        cited: &passage.sources,
        sources: if known.is_empty() { nearest } else { known },
    }
}

/// The first paragraph of the section, or of the article where that one is empty.
fn nearest(article: &Article, section: usize) -> Vec<SourceId> {
    let own = article.sections.get(section).into_iter();
    let paragraph = own.chain(&article.sections).flat_map(|s| &s.paragraphs).next();
    paragraph.map(|p| p.id).into_iter().collect()
}
