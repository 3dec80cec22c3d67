//! What came of the tasks of one brief. Pure: it only keeps and counts.

use super::Event;
use crate::{
    article::Article,
    brief::{
        Answer, Answered, BriefUsage, EngineUsed, Evidence, Task,
        assemble::{self, Copy, Outcome},
    },
    provider::{Done, Failure},
};

/// One task with what came of it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) task: Task,
    pub(super) result: Result<Done, Failure>,
}

impl Piece {
    pub(super) fn outcome(&self) -> Outcome<'_> {
        let answer = self.result.as_ref().ok().map(|done| &done.answered.answer);
        Outcome { task: &self.task, answer }
    }

    /// What is told of it: of the section of this index, or of the closing task.
    pub(super) fn event(&self, article: &Article, section: Option<usize>) -> Event {
        let cached = self.result.as_ref().is_ok_and(Done::cached);
        match section.and_then(|index| article.sections.get(index)) {
            Some(section) => {
                Event::Section { section: assemble::section(section, self.outcome()).0, cached }
            }
            None => {
                let (headline, summary, _) = assemble::opening(self.outcome());
                Event::Opening { headline: headline.unwrap_or_default(), summary, cached }
            }
        }
    }
}

/// What came of all tasks of one brief.
#[derive(Clone, Debug)]
pub(super) struct Work {
    sections: Vec<Option<Piece>>,
    closing: Option<Piece>,
}

impl Work {
    pub(super) fn new(sections: usize) -> Self {
        Self { sections: (0..sections).map(|_| None).collect(), closing: None }
    }

    pub(super) fn put(&mut self, section: Option<usize>, piece: Piece) {
        match section.and_then(|index| self.sections.get_mut(index)) {
            Some(place) => *place = Some(piece),
            None => self.closing = Some(piece),
        }
    }

    /// The piece of a section, or of the closing task.
    pub(super) fn get(&self, section: Option<usize>) -> Option<&Piece> {
        match section {
            Some(index) => self.sections.get(index)?.as_ref(),
            None => self.closing.as_ref(),
        }
    }

    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.closing.iter().chain(self.sections.iter().flatten())
    }

    fn done(&self) -> impl Iterator<Item = (&Piece, &Done)> {
        self.pieces().filter_map(|piece| Some((piece, piece.result.as_ref().ok()?)))
    }

    pub(super) fn answered(&self) -> impl Iterator<Item = &Answered> {
        self.done().map(|(_, done)| &done.answered)
    }

    pub(super) fn any_done(&self) -> bool {
        self.done().next().is_some()
    }

    /// The failure to tell, where nothing at all was done.
    pub(super) fn failed_whole(&self) -> Option<Failure> {
        if self.any_done() {
            return None;
        }
        self.pieces().find_map(|piece| piece.result.as_ref().err().cloned())
    }

    /// The sections' English with its sources, for the closing task.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let answers = self.sections.iter().flatten().filter_map(|piece| piece.outcome().answer);
        answers
            .filter_map(|answer| match answer {
                Answer::Summarize { passages, .. } => Some(passages.clone()),
                Answer::Translate { .. } | Answer::Headline { .. } => None,
            })
            .flatten()
            .collect()
    }

    pub(super) fn assemble(&self, article: &Article) -> Copy {
        let sections: Vec<Option<Outcome<'_>>> =
            self.sections.iter().map(|piece| piece.as_ref().map(Piece::outcome)).collect();
        assemble::assemble(article, &sections, self.closing.as_ref().map(Piece::outcome))
    }

    pub(super) fn engines(&self) -> Vec<EngineUsed> {
        let mut used: Vec<EngineUsed> = Vec::new();
        for (piece, done) in self.done() {
            let engine = &done.answered.engine;
            let one = EngineUsed {
                task: piece.task.name().to_owned(),
                provider: engine.provider.clone(),
                model: engine.model.clone(),
            };
            if !used.contains(&one) {
                used.push(one);
            }
        }
        used
    }

    pub(super) fn usage(&self) -> BriefUsage {
        let mut usage = BriefUsage {
            sections: self.sections.iter().flatten().count() as u64,
            ..BriefUsage::default()
        };
        // One answer of unknown price makes the sum unknown.
        let mut cost = Some(0.0);
        for (_, done) in self.done() {
            usage.provider_calls += done.answered.usage.calls;
            usage.input_tokens += done.answered.usage.input_tokens;
            usage.output_tokens += done.answered.usage.output_tokens;
            usage.characters += done.answered.usage.characters;
            cost = cost.zip(done.cost_usd).map(|(sum, one)| sum + one);
        }
        usage.cost_usd = cost;
        let sections = self.sections.iter().flatten();
        let cached = sections.filter(|p| p.result.as_ref().is_ok_and(Done::cached));
        usage.cached_sections = cached.count() as u64;
        usage
    }
}
