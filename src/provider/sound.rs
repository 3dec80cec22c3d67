//! Whether an answer is one to its task, and whether anything is missing of it. Pure.

use super::ids::Ids;
use crate::{
    brief::{Answer, Answered, Evidence, Task},
    dialect::{Fault, FaultKind},
};

/// Whether an answer is one to this task: its kind, its number of texts, its ids.
pub(crate) fn sound(task: &Task, answer: &Answer) -> Result<(), Fault> {
    let sent = |passages: &[Evidence]| {
        passages.iter().flat_map(|p| &p.sources).all(|id| Ids::sent(task, *id))
    };
    let (right, detail) = match (task, answer) {
        (Task::Translate { texts, .. }, Answer::Translate { texts: english }) => {
            (texts.len() == english.len(), "gave another number of texts than it was sent")
        }
        (Task::Summarize { .. }, Answer::Summarize { passages, .. }) => {
            (sent(passages), "named a source that it was not sent")
        }
        (Task::Headline { .. }, Answer::Headline { summary, .. }) => {
            (sent(summary), "named a source that it was not sent")
        }
        _ => (false, "answered another question than it was asked"),
    };
    if right { Ok(()) } else { Err(Fault::new(FaultKind::Invalid, detail)) }
}

/// Nothing that was asked for is missing, so that the answer may be kept.
pub(crate) fn is_whole(answer: &Answer) -> bool {
    let some = |text: &str| !text.trim().is_empty();
    match answer {
        Answer::Translate { texts } => texts.iter().all(|t| t.as_deref().is_some_and(some)),
        Answer::Summarize { passages, .. } => {
            !passages.is_empty() && passages.iter().all(|passage| some(&passage.text))
        }
        Answer::Headline { headline, .. } => some(headline),
    }
}

/// Texts and passages that an answer has English for.
pub(crate) fn given(answer: &Answer) -> usize {
    match answer {
        Answer::Translate { texts } => texts.iter().flatten().count(),
        Answer::Summarize { passages, .. } => passages.len(),
        Answer::Headline { summary, .. } => summary.len(),
    }
}

/// The answer with more texts, billed for both.
pub(crate) fn fuller(first: Option<Answered>, second: Answered) -> Answered {
    let Some(first) = first else { return second };
    let mut usage = first.usage;
    usage += second.usage;
    let better = if given(&first.answer) > given(&second.answer) { first } else { second };
    Answered { usage, ..better }
}
