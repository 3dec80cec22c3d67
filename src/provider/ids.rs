//! Source ids by order of appearance, so that equal texts make equal tasks.
//!
//! A story that gains a section moves every id after it; the work is the same all the same. So a
//! task goes the road with its paragraphs numbered `s0.p0`, `s0.p1`, … as they first appear, and
//! the ids of the answer are put back for each caller. Cache, flights and providers see the
//! numbered task alone. Pure.

use crate::{
    article::SourceId,
    brief::{Answer, Answered, Evidence, Task, Text},
};

/// The caller's ids, in order of first appearance in its task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ids(Vec<SourceId>);

/// The task with its sources numbered, and what is needed to put them back.
pub(crate) fn number(mut task: Task) -> (Task, Ids) {
    let mut ids = Ids::default();
    match &mut task {
        Task::Translate { texts, .. } => texts.iter_mut().for_each(|text| ids.number_text(text)),
        Task::Summarize { paragraphs, .. } => {
            paragraphs.iter_mut().for_each(|text| ids.number_text(text));
        }
        Task::Headline { passages, .. } => {
            passages.iter_mut().flat_map(|p| &mut p.sources).for_each(|id| *id = ids.number(*id));
        }
    }
    (task, ids)
}

impl Ids {
    fn number_text(&mut self, text: &mut Text) {
        text.sources.iter_mut().for_each(|id| *id = self.number(*id));
        let end = text.id.match_indices('.').nth(1).map_or(text.id.len(), |(at, _)| at);
        if let Ok(id) = text.id[..end].parse() {
            text.id = format!("{}{}", self.number(id), &text.id[end..]);
        }
    }

    fn number(&mut self, id: SourceId) -> SourceId {
        let seen = self.0.iter().position(|known| *known == id);
        let place = seen.unwrap_or_else(|| {
            self.0.push(id);
            self.0.len() - 1
        });
        SourceId { section: 0, paragraph: u32::try_from(place).unwrap_or(u32::MAX) }
    }

    /// The answer with the caller's ids. An id that was not sent is left out.
    pub(crate) fn restore(&self, mut answered: Answered) -> Answered {
        match &mut answered.answer {
            Answer::Translate { .. } => {}
            Answer::Summarize { passages, .. } => self.restore_each(passages),
            Answer::Headline { summary, .. } => self.restore_each(summary),
        }
        for finding in &mut answered.findings {
            self.put_back(&mut finding.sources);
        }
        answered
    }

    fn restore_each(&self, passages: &mut [Evidence]) {
        passages.iter_mut().for_each(|passage| self.put_back(&mut passage.sources));
    }

    fn put_back(&self, sources: &mut Vec<SourceId>) {
        let known = |id: &SourceId| self.0.get(usize::try_from(id.paragraph).ok()?).copied();
        *sources = sources.iter().filter_map(known).collect();
    }

    /// Whether this id was sent, as numbered.
    pub(crate) fn sent(task: &Task, id: SourceId) -> bool {
        let texts = |texts: &[Text]| texts.iter().any(|text| text.sources.contains(&id));
        match task {
            Task::Translate { texts: all, .. } => texts(all),
            Task::Summarize { paragraphs, .. } => texts(paragraphs),
            Task::Headline { passages, .. } => passages.iter().any(|p| p.sources.contains(&id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::{Engine, Usage};

    fn id(text: &str) -> SourceId {
        text.parse().expect("an id")
    }

    fn translate(ids: &[(&str, &str)]) -> Task {
        let text = |&(name, source): &(&str, &str)| Text {
            id: name.to_owned(),
            text: format!("نص {}", source.len()),
            sources: source.split_whitespace().map(id).collect(),
        };
        Task::Translate { texts: ids.iter().map(text).collect(), context: None, terms: Vec::new() }
    }

    #[test]
    fn the_same_texts_elsewhere_in_the_story_make_the_same_task() {
        let before = translate(&[("title", ""), ("s1.p0", "s1.p0"), ("s1.p2.1", "s1.p2")]);
        let after = translate(&[("title", ""), ("s2.p0", "s2.p0"), ("s2.p2.1", "s2.p2")]);
        assert_ne!(before, after);
        assert_eq!(number(before).0, number(after).0);
    }

    #[test]
    fn the_callers_ids_come_back() {
        let passages = [("s3.p1 s0.p0", "a"), ("s0.p0", "b")].map(|(sources, text)| Evidence {
            text: text.to_owned(),
            sources: sources.split(' ').map(id).collect(),
        });
        let task = Task::Headline {
            title: None,
            passages: passages.to_vec(),
            terms: Vec::new(),
            detail: crate::brief::Detail::Brief,
        };
        let (numbered, ids) = number(task);
        assert!(Ids::sent(&numbered, id("s0.p1")) && !Ids::sent(&numbered, id("s3.p1")));
        let summary = vec![Evidence { text: "c".into(), sources: vec![id("s0.p1"), id("s0.p0")] }];
        let answered = Answered {
            answer: Answer::Headline { headline: "h".into(), summary },
            engine: Engine { provider: "p".into(), model: None },
            usage: Usage::default(),
            findings: Vec::new(),
        };
        let Answer::Headline { summary, .. } = ids.restore(answered).answer else { panic!() };
        assert_eq!(summary[0].sources, [id("s0.p0"), id("s3.p1")]);
    }
}
