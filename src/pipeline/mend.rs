//! Passages that failed their checks are written once more, then replaced, else marked.
//!
//! A provider that can be told what was wrong gets the task again with the findings. The second
//! answer stands where it has fewer errors than the first. What a language model wrote freely and
//! got wrong twice gives way to the translation of the sentence that it rests on. What fails even
//! then stays, and an error finding says so. Nothing that failed a check is kept in silence, and
//! nothing is asked for a third time.

use futures_util::future::join_all;

use super::{Event, Gateway, Listener, Piece, Work};
use crate::{
    article::{Article, SourceId, numerals, sentences},
    brief::{Answer, Evidence, Task, Text, assemble::Copy, check, plan},
    finding::{Code, Finding, Severity},
    glossary::Names,
    provider::{Call, Done},
};

/// The Arabic that English is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Original<'a> {
    pub(super) article: &'a Article,
    /// The names that its plan has.
    pub(super) names: &'a Names,
}

/// The English as it stands after mending, looked at once more only where something changed.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) copy: Copy,
    /// What the checks found in it.
    pub(super) findings: Vec<Finding>,
    /// What became of passages that failed them.
    pub(super) mended: Vec<Finding>,
}

/// A task whose English failed its checks.
struct Faulty {
    /// Index of the section; `None` for the closing task.
    section: Option<usize>,
    /// The errors, each at its passage.
    errors: Vec<Finding>,
}

impl Gateway {
    /// Checks the English and has what failed written again.
    pub(super) async fn mend(
        &self,
        original: Original<'_>,
        work: &mut Work,
        call: &Call,
        tell: &Listener,
    ) -> Checked {
        let article = original.article;
        let first = self.checked(original, work);
        let faulty = self.faulty(article, work, &first.findings);
        if faulty.is_empty() {
            return first;
        }
        tell(Event::Mending { tasks: faulty.len() });
        let again = join_all(faulty.iter().map(|one| self.again(work, one, call))).await;
        for (one, piece) in faulty.iter().zip(again) {
            if let Some(piece) = piece {
                tell(piece.event(article, one.section));
                self.keep_better(original, work, one, piece);
            }
        }
        let second = self.checked(original, work);
        let mut mended = Vec::new();
        for one in self.faulty(article, work, &second.findings) {
            for place in one.places() {
                mended.push(self.replace(original, work, (one.section, place), call).await);
            }
        }
        match mended.is_empty() {
            true => second,
            false => Checked { mended, ..self.checked(original, work) },
        }
    }

    /// The English as it stands, with what its checks find.
    fn checked(&self, Original { article, names }: Original<'_>, work: &Work) -> Checked {
        let copy = work.assemble(article);
        let findings = check::check_named(article, &self.glossary, names, &copy);
        Checked { copy, findings, mended: Vec::new() }
    }

    /// The tasks with errors whose provider can be told of them.
    fn faulty(&self, article: &Article, work: &Work, findings: &[Finding]) -> Vec<Faulty> {
        let mut found: Vec<Faulty> = Vec::new();
        for finding in errors(findings) {
            let Some(section) = finding.passage.as_deref().and_then(|at| section_of(article, at))
            else {
                continue;
            };
            let provider = work.get(section).and_then(|piece| piece.result.as_ref().ok());
            let name = provider.map(|done| done.answered.engine.provider.as_str());
            if !name.is_some_and(|name| self.providers.repairs(name)) {
                continue;
            }
            match found.iter_mut().find(|one| one.section == section) {
                Some(one) => one.errors.push(finding.clone()),
                None => found.push(Faulty { section, errors: vec![finding.clone()] }),
            }
        }
        found
    }

    async fn again(&self, work: &Work, faulty: &Faulty, call: &Call) -> Option<Piece> {
        let first = work.get(faulty.section)?;
        let complaints = faulty.errors.iter().map(|finding| finding.message.clone()).collect();
        let call = Call { complaints, ..call.clone() };
        let piece = self.one(first.task.clone(), &call).await;
        piece.result.is_ok().then_some(piece)
    }

    /// Puts the second answer in the first one's place, where it has fewer errors.
    fn keep_better(&self, original: Original<'_>, work: &mut Work, faulty: &Faulty, piece: Piece) {
        let mut trial = work.clone();
        trial.put(faulty.section, piece.clone());
        let section = faulty.section;
        let tried = self.checked(original, &trial);
        let left = errors(&tried.findings).filter(|finding| {
            let at = finding.passage.as_deref();
            at.and_then(|at| section_of(original.article, at)) == Some(section)
        });
        let better = left.count() < faulty.errors.len();
        let paid = piece.result.ok();
        let first = work.get(section).and_then(|piece| piece.result.as_ref().ok().cloned());
        let (Some(first), Some(second)) = (first, paid) else { return };
        let kept = if better { second.clone() } else { first.clone() };
        work.settle(section, bill(kept, &first, &second));
    }

    /// Puts the translation of its source in the place of a passage that failed twice.
    async fn replace(
        &self,
        original: Original<'_>,
        work: &mut Work,
        (section, place): (Option<usize>, String),
        call: &Call,
    ) -> Finding {
        let article = original.article;
        let mut trial = work.clone();
        let source = work.get(section).and_then(|piece| source_of(article, piece, &place));
        let Some(text) = source else { return unmended(article, work, section, &place) };
        let terms = plan::terms(&self.glossary, &text.text);
        let texts = vec![text.clone()];
        let task = Task::Translate { texts, context: article.title.clone(), terms };
        let english = self.one(task, call).await.result;
        let done = english.ok().filter(|done| trial.substitute(section, &place, &text, done));
        let at = |finding: &Finding| finding.passage.as_deref() == Some(place.as_str());
        if done.is_none() || errors(&self.checked(original, &trial).findings).any(at) {
            return unmended(article, work, section, &place);
        }
        *work = trial;
        let message = "What the model wrote here failed its checks twice; the translation of the \
                       source sentence stands in its place.";
        let sources = sources_at(article, work, section, &place);
        Finding::new(Code::PassageReplaced, Severity::Warning, message)
            .at_passage(place)
            .at_sources(sources)
    }
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error)
}

impl Faulty {
    /// The passages with errors, each once, in order.
    fn places(&self) -> Vec<String> {
        let mut places: Vec<String> =
            self.errors.iter().filter_map(|error| error.passage.clone()).collect();
        places.dedup();
        places
    }
}

impl Work {
    /// Puts an answer in the place of a task's own.
    fn settle(&mut self, section: Option<usize>, done: Done) {
        if let Some(task) = self.get(section).map(|piece| piece.task.clone()) {
            self.put(section, Piece { task, result: Ok(done) });
        }
    }

    /// Puts the English of `text` where a freely written passage, heading or headline stood.
    fn substitute(
        &mut self,
        section: Option<usize>,
        place: &str,
        text: &Text,
        english: &Done,
    ) -> bool {
        let Some(mut done) =
            self.get(section).and_then(|piece| piece.result.as_ref().ok().cloned())
        else {
            return false;
        };
        let Answer::Translate { texts } = &english.answered.answer else { return false };
        let Some(words) = texts.first().cloned().flatten() else { return false };
        if !put_words(&mut done.answered.answer, place, words, &text.sources) {
            return false;
        }
        let first = done.clone();
        self.settle(section, bill(done, &first, english));
        true
    }
}

/// An answer that is billed for both calls.
fn bill(kept: Done, one: &Done, other: &Done) -> Done {
    let mut usage = one.answered.usage;
    usage += other.answered.usage;
    let mut bill = kept;
    bill.answered.usage = usage;
    bill.cost_usd = one.cost_usd.zip(other.cost_usd).map(|(one, other)| one + other);
    bill
}

/// Puts words in an answer's place; false where that place was not written freely.
fn put_words(answer: &mut Answer, place: &str, words: String, sources: &[SourceId]) -> bool {
    let passages = match answer {
        Answer::Headline { headline, .. } if place == "headline" => {
            *headline = words;
            return true;
        }
        Answer::Summarize { heading, .. } if place.ends_with(".heading") => {
            *heading = Some(words);
            return true;
        }
        Answer::Headline { summary: passages, .. } | Answer::Summarize { passages, .. } => passages,
        Answer::Translate { .. } => return false,
    };
    let Some(passage) = number_of(place).and_then(|n| passages.get_mut(n)) else { return false };
    *passage = Evidence { text: words, sources: sources.to_vec() };
    true
}

/// The Arabic to translate in the place of what was written freely: the title, the subhead, or the
/// first sentence that the passage rests on.
fn source_of(article: &Article, piece: &Piece, place: &str) -> Option<Text> {
    let answer = piece.outcome().answer?;
    let head = |text: &str| Text {
        id: "title".to_owned(),
        text: numerals::rewrite(text).into_owned(),
        sources: Vec::new(),
    };
    let passages = match (answer, &piece.task) {
        (Answer::Translate { .. }, _) => return None,
        (Answer::Headline { .. }, _) if place == "headline" => {
            return article.title.as_deref().map(head);
        }
        (_, Task::Summarize { heading, .. }) if place.ends_with(".heading") => {
            return heading.as_deref().map(head);
        }
        (Answer::Headline { summary, .. }, _) => summary,
        (Answer::Summarize { passages, .. }, _) => passages,
    };
    let source = *passages.get(number_of(place)?)?.sources.first()?;
    let section = article.sections.get(source.section as usize)?;
    let paragraph = &section.paragraphs.get(source.paragraph as usize)?.text;
    let first = sentences::sentences(paragraph).into_iter().next()?;
    let text = numerals::rewrite(&paragraph[first]).into_owned();
    Some(Text { id: source.to_string(), text, sources: vec![source] })
}

/// The `2` of `s1.2` and `summary.2`.
fn number_of(place: &str) -> Option<usize> {
    place.rsplit_once('.')?.1.parse().ok()
}

/// The section that a place of the brief belongs to: `Some(None)` for headline and summary.
fn section_of(article: &Article, place: &str) -> Option<Option<usize>> {
    let name = place.split('.').next()?;
    if matches!(name, "headline" | "summary") {
        return Some(None);
    }
    article.sections.iter().position(|section| section.id == name).map(Some)
}

fn sources_at(
    article: &Article,
    work: &Work,
    section: Option<usize>,
    place: &str,
) -> Vec<SourceId> {
    let copy = work.assemble(article);
    let passages = match section.and_then(|index| article.sections.get(index)) {
        Some(section) => copy.sections.iter().find(|one| one.id == section.id).map(|s| &s.passages),
        None => Some(&copy.summary),
    };
    let passage = number_of(place).and_then(|n| passages?.get(n));
    let first = || article.sections.iter().flat_map(|s| &s.paragraphs).map(|p| p.id).take(1);
    passage.map_or_else(|| first().collect(), |passage| passage.sources.clone())
}

fn unmended(article: &Article, work: &Work, section: Option<usize>, place: &str) -> Finding {
    let message = "This passage failed its checks twice and stands as the provider wrote it; do \
                   not publish it before mending it.";
    let sources = sources_at(article, work, section, place);
    Finding::new(Code::PassageUnmended, Severity::Error, message)
        .at_passage(place)
        .at_sources(sources)
}
