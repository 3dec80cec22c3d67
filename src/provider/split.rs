//! A task that is more than a provider takes at once, in parts, and their answers put together.
//!
//! Texts are never reordered. A text that is too long by itself is cut between sentences and its
//! English joined again; a section's paragraphs are briefed in groups, whose passages follow each
//! other; a headline is written from the passages that fit, the story's first. Pure.

use std::ops::Range;

use crate::{
    article::sentences,
    brief::{Answer, Answered, Evidence, Task, Text},
};

/// What one part may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Texts, paragraphs or passages; at least 1.
    pub(crate) texts: usize,
    /// Characters (Unicode scalar values); at least 1.
    pub(crate) characters: usize,
}

/// A task in parts.
#[derive(Debug)]
pub(crate) struct Split {
    /// The parts, in order.
    pub(crate) parts: Vec<Task>,
    /// For a translation: how many pieces each text was cut into.
    pieces: Vec<usize>,
}

/// Whether a task is within a size.
pub(crate) fn fits(task: &Task, size: Size) -> bool {
    let texts = match task {
        Task::Translate { texts, .. } => texts.len(),
        Task::Summarize { paragraphs, .. } => paragraphs.len(),
        Task::Headline { passages, .. } => passages.len(),
    };
    texts <= size.texts && task.characters() <= size.characters
}

/// Half of a task's size, for a provider that found the whole too long. `None` where the task
/// cannot be made smaller to any use.
pub(crate) fn half(task: &Task) -> Option<Size> {
    let characters = task.characters().div_ceil(2);
    (characters >= 40).then_some(Size { texts: usize::MAX, characters })
}

/// The task in parts within `size`. A sentence longer than that stays whole.
pub(crate) fn split(task: &Task, size: Size) -> Split {
    match task {
        Task::Translate { texts, context, terms } => {
            let cut: Vec<Vec<Text>> = texts.iter().map(|text| pieces(text, size)).collect();
            let pieces = cut.iter().map(Vec::len).collect();
            let part =
                |texts| Task::Translate { texts, context: context.clone(), terms: terms.clone() };
            let groups = group(cut.into_iter().flatten().collect(), size, text_length);
            Split { parts: groups.into_iter().map(part).collect(), pieces }
        }
        Task::Summarize { heading, paragraphs, context, terms, detail } => {
            let cut = paragraphs.iter().flat_map(|text| pieces(text, size)).collect();
            let part = |(n, paragraphs)| Task::Summarize {
                heading: heading.clone().filter(|_| n == 0),
                paragraphs,
                context: context.clone(),
                terms: terms.clone(),
                detail: *detail,
            };
            let groups = group(cut, size, text_length);
            Split { parts: groups.into_iter().enumerate().map(part).collect(), pieces: Vec::new() }
        }
        Task::Headline { title, passages, terms, detail } => {
            let length = |passage: &Evidence| passage.text.chars().count();
            let first = group(passages.clone(), size, length).into_iter().next();
            let part = |passages| Task::Headline {
                title: title.clone(),
                passages,
                terms: terms.clone(),
                detail: *detail,
            };
            Split { parts: first.into_iter().map(part).collect(), pieces: Vec::new() }
        }
    }
}

impl Split {
    /// One answer out of the parts' answers, which stand in the order of the parts. `None` where
    /// they are not answers to the parts.
    pub(crate) fn join(self, answers: Vec<Answered>) -> Option<Answered> {
        let mut answers = answers.into_iter();
        let mut whole = answers.next()?;
        for Answered { answer, usage, findings, engine: _ } in answers {
            whole.usage += usage;
            whole.findings.extend(findings);
            match (&mut whole.answer, answer) {
                (Answer::Translate { texts }, Answer::Translate { texts: more }) => {
                    texts.extend(more);
                }
                (Answer::Summarize { passages, .. }, Answer::Summarize { passages: more, .. }) => {
                    passages.extend(more);
                }
                _ => return None,
            }
        }
        if let Answer::Translate { texts } = &mut whole.answer {
            *texts = rejoined(std::mem::take(texts), &self.pieces)?;
        }
        Some(whole)
    }
}

/// The English of whole texts out of that of their pieces. A text of which a piece is missing is
/// missing.
fn rejoined(english: Vec<Option<String>>, pieces: &[usize]) -> Option<Vec<Option<String>>> {
    let mut english = english.into_iter();
    let mut whole = Vec::with_capacity(pieces.len());
    for count in pieces {
        let parts: Vec<Option<String>> = english.by_ref().take(*count).collect();
        if parts.len() != *count {
            return None;
        }
        whole.push(parts.into_iter().collect::<Option<Vec<_>>>().map(|parts| parts.join(" ")));
    }
    english.next().is_none().then_some(whole)
}

fn text_length(text: &Text) -> usize {
    text.text.chars().count()
}

/// Neighbours together, as many as a part may hold.
fn group<T>(items: Vec<T>, size: Size, length: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut held = 0;
    for item in items {
        let length = length(&item);
        match groups.last_mut() {
            Some(group) if group.len() < size.texts && held + length <= size.characters => {
                held += length;
                group.push(item);
            }
            _ => {
                held = length;
                groups.push(vec![item]);
            }
        }
    }
    groups
}

/// A text in pieces within the size, cut between sentences; whole where it fits.
fn pieces(text: &Text, size: Size) -> Vec<Text> {
    if text_length(text) <= size.characters {
        return vec![text.clone()];
    }
    let ranges = sentences::segments(&text.text);
    let length = |range: &Range<usize>| text.text[range.clone()].chars().count() + 1;
    let groups = group(ranges, Size { texts: usize::MAX, ..size }, length);
    let piece = |(n, group): (usize, Vec<Range<usize>>)| {
        let (first, last) = (group.first()?, group.last()?);
        Some(Text {
            id: if n == 0 { text.id.clone() } else { format!("{}.{n}", text.id) },
            text: text.text[first.start..last.end].to_owned(),
            sources: text.sources.clone(),
        })
    };
    let cut: Vec<Text> = groups.into_iter().enumerate().filter_map(piece).collect();
    if cut.is_empty() { vec![text.clone()] } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::{Detail, Engine, Usage};

    fn text(n: u32, words: &str) -> Text {
        let id = crate::article::SourceId { section: 0, paragraph: n };
        Text { id: id.to_string(), text: words.to_owned(), sources: vec![id] }
    }

    fn translate(texts: Vec<Text>) -> Task {
        Task::Translate { texts, context: None, terms: Vec::new() }
    }

    /// Gives every text back as its English.
    fn echo(task: &Task) -> Answered {
        let evidence = |text: &Text| Evidence { text: text.text.clone(), sources: vec![] };
        let answer = match task {
            Task::Translate { texts, .. } => {
                Answer::Translate { texts: texts.iter().map(|t| Some(t.text.clone())).collect() }
            }
            Task::Summarize { heading, paragraphs, .. } => Answer::Summarize {
                heading: heading.clone(),
                passages: paragraphs.iter().map(evidence).collect(),
            },
            Task::Headline { passages, .. } => {
                Answer::Headline { headline: "h".into(), summary: passages.clone() }
            }
        };
        let usage = Usage { characters: task.characters() as u64, ..Usage::default() };
        let engine = Engine { provider: "p".into(), model: None };
        Answered { answer, engine, usage, findings: Vec::new() }
    }

    fn joined(task: &Task, size: Size) -> (usize, Answered) {
        let split = split(task, size);
        let answers: Vec<Answered> = split.parts.iter().map(echo).collect();
        (answers.len(), split.join(answers).unwrap())
    }

    #[test]
    fn many_texts_go_in_groups_and_come_back_in_order() {
        let texts: Vec<Text> = (0..130).map(|n| text(n, &format!("نص {n}"))).collect();
        let task = translate(texts.clone());
        let (parts, whole) = joined(&task, Size { texts: 50, characters: 10_000 });
        assert_eq!(parts, 3);
        let english = texts.iter().map(|t| Some(t.text.clone())).collect();
        assert_eq!(whole.answer, Answer::Translate { texts: english });
        assert_eq!(whole.usage.characters, task.characters() as u64, "nothing is paid twice");
    }

    #[test]
    fn a_text_too_long_by_itself_is_cut_between_sentences_and_joined_again() {
        let long = "وصل الوفد. بدأ الاجتماع. انتهى اللقاء.";
        let task = translate(vec![text(0, "عنوان"), text(1, long)]);
        let size = Size { texts: 50, characters: 20 };
        let split = split(&task, size);
        assert!(split.parts.iter().all(|part| fits(part, size)), "{:?}", split.parts);
        let (parts, whole) = joined(&task, size);
        assert!(parts >= 3, "{parts}");
        let english = vec![Some("عنوان".to_owned()), Some(long.to_owned())];
        assert_eq!(whole.answer, Answer::Translate { texts: english });
    }

    #[test]
    fn a_text_of_which_a_piece_is_missing_is_missing() {
        let pieces = vec![Some("one".into()), None, Some("three".into())];
        assert_eq!(rejoined(pieces, &[2, 1]), Some(vec![None, Some("three".into())]));
        assert_eq!(rejoined(vec![Some("one".into())], &[2]), None);
    }

    #[test]
    fn a_section_is_briefed_in_groups_under_one_heading() {
        let task = Task::Summarize {
            heading: Some("عنوان".into()),
            paragraphs: (0..6).map(|n| text(n, "فقرة من النص")).collect(),
            context: None,
            terms: Vec::new(),
            detail: Detail::Brief,
        };
        let (parts, whole) = joined(&task, Size { texts: 4, characters: 1000 });
        assert_eq!(parts, 2);
        let Answer::Summarize { heading, passages } = whole.answer else { panic!() };
        assert_eq!((heading.as_deref(), passages.len()), (Some("عنوان"), 6));
    }

    #[test]
    fn a_headline_is_written_from_the_first_passages_that_fit() {
        let passage = |n: usize| Evidence { text: format!("passage {n}"), sources: Vec::new() };
        let task = Task::Headline {
            title: None,
            passages: (0..9).map(passage).collect(),
            terms: Vec::new(),
            detail: Detail::Brief,
        };
        let (parts, whole) = joined(&task, Size { texts: 100, characters: 30 });
        assert_eq!(parts, 1);
        let Answer::Headline { summary, .. } = whole.answer else { panic!() };
        assert_eq!(summary, [passage(0), passage(1), passage(2)]);
    }

    #[test]
    fn what_is_short_cannot_be_halved() {
        assert_eq!(half(&translate(vec![text(0, "قصير")])), None);
        let long = translate(vec![text(0, &"كلمة ".repeat(30))]);
        assert_eq!(half(&long).map(|size| size.characters), Some(75));
    }
}
