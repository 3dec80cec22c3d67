//! The key under which an answer is kept: everything that decides the answer, and nothing else.
//!
//! The key is a readable text of length-prefixed fields, hashed with BLAKE3. It is built by
//! destructuring the task, so that a new field which changes the answer cannot be forgotten: the
//! build breaks here. Pure.
//!
//! # Versions of the format
//! 1. task, provider, model, prompts, then the task's own fields in the order of its type.

use std::fmt::Write;

use crate::brief::{Evidence, Task, Text};
use crate::glossary::Term;

/// Grows with every change of the format; see the list above.
const VERSION: u32 = 1;

/// A hashed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a readable text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self(*blake3::hash(text.as_bytes()).as_bytes())
    }
}

/// The key of what `provider` answers to `task` with these prompts.
#[must_use]
pub fn key(task: &Task, provider: &str, model: &str, prompts: &str) -> Key {
    Key::of_text(&text(task, provider, model, prompts))
}

/// The readable text that is hashed. It holds article text: for debugging, never for a log.
#[must_use]
pub fn text(task: &Task, provider: &str, model: &str, prompts: &str) -> String {
    let mut out = format!("mujaz answer {VERSION}\n");
    field(&mut out, "task", task.name());
    field(&mut out, "provider", provider);
    field(&mut out, "model", model);
    field(&mut out, "prompts", prompts);
    match task {
        Task::Translate { texts: list, context, terms: glossary } => {
            texts(&mut out, list);
            field(&mut out, "context", context.as_deref().unwrap_or_default());
            terms(&mut out, glossary);
        }
        Task::Summarize { heading, paragraphs, context, terms: glossary, detail } => {
            field(&mut out, "heading", heading.as_deref().unwrap_or_default());
            texts(&mut out, paragraphs);
            field(&mut out, "context", context.as_deref().unwrap_or_default());
            terms(&mut out, glossary);
            field(&mut out, "detail", &format!("{detail:?}"));
        }
        Task::Headline { title, passages, terms: glossary, detail } => {
            field(&mut out, "title", title.as_deref().unwrap_or_default());
            for Evidence { text, sources } in passages {
                field(&mut out, "passage", text);
                field(&mut out, "sources", &format!("{sources:?}"));
            }
            terms(&mut out, glossary);
            field(&mut out, "detail", &format!("{detail:?}"));
        }
    }
    out
}

/// The ids of texts are their places in the article, which decide nothing: a section that moves
/// keeps its answer.
fn texts(out: &mut String, texts: &[Text]) {
    for Text { id, text, sources: _ } in texts {
        let role = if id.starts_with('s') && id.contains(".p") { "passage" } else { id };
        field(out, role, text);
    }
}

fn terms(out: &mut String, terms: &[Term]) {
    for Term { arabic, english } in terms {
        field(out, "arabic", arabic);
        field(out, "english", english);
    }
}

fn field(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "{name} {}: {value}", value.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translate(texts: &[&str], context: Option<&str>) -> Task {
        let text = |text: &&str| Text {
            id: "s0.p0".to_owned(),
            text: (*text).to_owned(),
            sources: Vec::new(),
        };
        Task::Translate {
            texts: texts.iter().map(text).collect(),
            context: context.map(str::to_owned),
            terms: Vec::new(),
        }
    }

    #[test]
    fn the_key_is_readable_before_it_is_hashed() {
        let task = translate(&["نص"], Some("عنوان"));
        insta::assert_snapshot!(text(&task, "local", "qwen", "abc"));
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        let one = key(&translate(&["a", "b"], None), "p", "m", "h");
        let other = key(&translate(&["a\npassage 1: b"], None), "p", "m", "h");
        assert_ne!(one, other);
    }

    #[test]
    fn provider_model_and_prompts_each_change_the_key() {
        let task = translate(&["a"], None);
        let all = [("p", "m", "h"), ("q", "m", "h"), ("p", "n", "h"), ("p", "m", "i")];
        let keys: std::collections::HashSet<Key> =
            all.iter().map(|(p, m, h)| key(&task, p, m, h)).collect();
        assert_eq!(keys.len(), all.len());
    }
}
