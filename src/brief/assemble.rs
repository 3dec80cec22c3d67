//! Puts answers back in their places.
//!
//! Order and source ids come from the plan, never from a provider. What no provider could do
//! stays visibly missing: its passage says so, and a finding names the paragraphs. Nothing is
//! dropped in silence and nothing is invented.

use crate::{
    article::{Article, Section, SourceId},
    brief::{Answer, BriefSection, Evidence, Passage, Task, Text},
    finding::{Code, Finding, Severity},
};

/// What stands where no provider gave English.
pub const MISSING: &str = "[This passage could not be translated.]";

/// Longest headline made from a sentence, in characters; the house limit for headlines.
const HEADLINE: usize = 90;

/// The English of a brief, before it is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Copy {
    /// The headline.
    pub headline: String,
    /// The standfirst.
    pub summary: Vec<Passage>,
    /// The sections in order.
    pub sections: Vec<BriefSection>,
    /// What is missing, and why.
    pub findings: Vec<Finding>,
}

/// One task with what came of it; `None` where no provider could do it.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// What was asked.
    pub task: &'a Task,
    /// What was answered.
    pub answer: Option<&'a Answer>,
}

/// The English of a brief from what came of its tasks.
///
/// `sections` has one entry for each section of `article`, in order.
#[must_use]
pub fn assemble(
    article: &Article,
    sections: &[Option<Outcome<'_>>],
    closing: Option<Outcome<'_>>,
) -> Copy {
    let mut copy = Copy::default();
    for (source, outcome) in article.sections.iter().zip(sections) {
        let Some(outcome) = outcome else { continue };
        let (section, findings) = section(source, *outcome);
        copy.sections.push(section);
        copy.findings.extend(findings);
    }
    if let Some(outcome) = closing {
        let (headline, summary, findings) = opening(outcome);
        copy.headline = headline.unwrap_or_default();
        copy.summary = summary;
        copy.findings.extend(findings);
    }
    if copy.headline.is_empty() {
        copy.headline = headline_of(&copy);
    }
    copy
}

/// One section's English from what came of its task, and what is missing of it.
#[must_use]
pub fn section(section: &Section, outcome: Outcome<'_>) -> (BriefSection, Vec<Finding>) {
    let mut findings = Vec::new();
    let placed = place(outcome, &section.id, &mut findings);
    let english = BriefSection {
        id: section.id.clone(),
        heading: placed.head,
        heading_ar: section.heading.clone(),
        marker: section.marker,
        passages: placed.passages,
    };
    (english, findings)
}

/// Headline and summary from what came of the closing task, and what is missing of them.
#[must_use]
pub fn opening(outcome: Outcome<'_>) -> (Option<String>, Vec<Passage>, Vec<Finding>) {
    let mut findings = Vec::new();
    let placed = place(outcome, "summary", &mut findings);
    (placed.head, placed.passages, findings)
}

#[derive(Default)]
struct Placed {
    head: Option<String>,
    passages: Vec<Passage>,
}

fn place(outcome: Outcome<'_>, place: &str, findings: &mut Vec<Finding>) -> Placed {
    match (outcome.task, outcome.answer) {
        (Task::Translate { texts, .. }, Some(Answer::Translate { texts: english })) => {
            translated(texts, english, place, findings)
        }
        (_, Some(Answer::Summarize { heading, passages })) => {
            Placed { head: heading.clone(), passages: passages.iter().map(passage).collect() }
        }
        (_, Some(Answer::Headline { headline, summary })) => {
            Placed { head: Some(headline.clone()), passages: summary.iter().map(passage).collect() }
        }
        (Task::Translate { texts, .. } | Task::Summarize { paragraphs: texts, .. }, _) => {
            let none = vec![None; texts.len()];
            translated(texts, &none, place, findings)
        }
        (Task::Headline { .. }, _) => {
            findings.push(missing("No headline could be written.", place, []));
            Placed::default()
        }
    }
}

fn translated(
    texts: &[Text],
    english: &[Option<String>],
    place: &str,
    findings: &mut Vec<Finding>,
) -> Placed {
    let mut placed = Placed::default();
    for (index, text) in texts.iter().enumerate() {
        let english = english.get(index).and_then(Option::as_ref);
        if text.sources.is_empty() {
            if english.is_none() {
                let what = format!("The {} could not be translated.", text.id);
                let at = if place == "summary" {
                    "headline".to_owned()
                } else {
                    format!("{place}.heading")
                };
                findings.push(missing(what, &at, []));
            }
            placed.head = english.cloned();
            continue;
        }
        let at = format!("{place}.{}", placed.passages.len());
        if english.is_none() {
            let what = "No provider could translate this passage.";
            findings.push(missing(what, &at, text.sources.iter().copied()));
        }
        placed.passages.push(Passage {
            text: english.cloned().unwrap_or_else(|| MISSING.to_owned()),
            sources: text.sources.clone(),
            arabic: Some(text.text.clone()),
        });
    }
    placed
}

fn passage(evidence: &Evidence) -> Passage {
    Passage { text: evidence.text.clone(), sources: evidence.sources.clone(), arabic: None }
}

fn missing(
    what: impl Into<String>,
    at: &str,
    sources: impl IntoIterator<Item = SourceId>,
) -> Finding {
    Finding::new(Code::PassageMissing, Severity::Error, what).at_passage(at).at_sources(sources)
}

/// An article without a title is headed by its first sentence, cut at a word.
fn headline_of(copy: &Copy) -> String {
    let passages = copy.summary.iter().chain(copy.sections.iter().flat_map(|s| &s.passages));
    let Some(first) = passages.map(|p| p.text.as_str()).find(|text| *text != MISSING) else {
        return MISSING.to_owned();
    };
    let first = first.trim_end_matches('.');
    if first.chars().count() <= HEADLINE {
        return first.to_owned();
    }
    let cut: String = first.chars().take(HEADLINE).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{} …", words.trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Marker, Paragraph};

    fn article() -> Article {
        let id = SourceId { section: 0, paragraph: 0 };
        let paragraphs = vec![Paragraph { id, text: "نص".to_owned(), span: 0..4 }];
        let section =
            Section { id: "s0".to_owned(), heading: None, marker: Marker::Lead, paragraphs };
        Article { sections: vec![section], ..Article::default() }
    }

    fn task(ids: &[&str]) -> Task {
        let id = SourceId { section: 0, paragraph: 0 };
        let texts = ids
            .iter()
            .map(|name| Text {
                id: (*name).to_owned(),
                text: "نص".to_owned(),
                sources: if *name == "title" { vec![] } else { vec![id] },
            })
            .collect();
        Task::Translate { texts, context: None, terms: vec![] }
    }

    #[test]
    fn a_passage_that_no_provider_could_do_stays_visibly_missing() {
        let section = task(&["s0.p0"]);
        let copy = assemble(&article(), &[Some(Outcome { task: &section, answer: None })], None);
        assert_eq!(copy.sections[0].passages[0].text, MISSING);
        assert_eq!(copy.findings[0].code, Code::PassageMissing);
        assert_eq!(copy.findings[0].passage.as_deref(), Some("s0.0"));
        assert_eq!(copy.headline, MISSING);
    }

    #[test]
    fn sources_come_from_the_plan() {
        let closing = task(&["title", "s0.p0"]);
        let answer = Answer::Translate {
            texts: vec![Some("A headline".to_owned()), Some("A sentence.".to_owned())],
        };
        let outcome = Outcome { task: &closing, answer: Some(&answer) };
        let copy = assemble(&article(), &[None], Some(outcome));
        assert_eq!(copy.headline, "A headline");
        assert_eq!(copy.summary[0].sources, [SourceId { section: 0, paragraph: 0 }]);
        assert!(copy.findings.is_empty());
    }

    #[test]
    fn an_article_without_a_title_is_headed_by_its_first_sentence_cut_at_a_word() {
        let closing = task(&["s0.p0"]);
        let long = "word ".repeat(40);
        let answer = Answer::Translate { texts: vec![Some(long)] };
        let outcome = Outcome { task: &closing, answer: Some(&answer) };
        let copy = assemble(&article(), &[None], Some(outcome));
        assert!(copy.headline.chars().count() <= HEADLINE + 2, "{}", copy.headline);
        assert!(copy.headline.ends_with("word …"));
    }
}
