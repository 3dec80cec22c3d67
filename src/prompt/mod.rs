//! Templates and values in, prompts out.
//!
//! A prompt is a conversation: the turns of a template under `prompts/`, filled with a task's
//! values. The templates are compiled into the binary; [`Prompts::with_overrides`] puts others in
//! their place, whose text configuration has read. The fixed turns come first and the article last,
//! so that vendors and the embedded model can keep what they have read of them. Article text goes
//! in as data: as JSON between two tags for large models, and everywhere without the marks that
//! chat formats give a meaning ([`neutralize`]).
//!
//! Pure: nothing here sends, reads files or knows a vendor.

mod neutral;
mod schema;
mod template;

use std::{collections::BTreeMap, sync::Arc};

use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::template::Template;
pub use self::{neutral::neutralize, schema::schema, template::PromptError};
use crate::{
    brief::{Detail, Evidence, Task, Text},
    glossary::Term,
};

/// Who speaks in a turn of a conversation with a language model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The instructions.
    System,
    /// What is asked.
    User,
    /// What the model answered, or is shown to have answered.
    Assistant,
}

/// One turn of a conversation with a language model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// One text for a small model, which is asked for one at a time and answers in plain English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage<'a> {
    /// The Arabic.
    pub text: &'a str,
    /// The terms that occur in it, and no others.
    pub terms: &'a [&'a Term],
    /// Numbers that the English must hold, said only where an answer lost one.
    pub numbers: &'a [String],
}

const TRANSLATE: &str = "translate.md";
const TRANSLATE_SMALL: &str = "translate-small.md";
const SUMMARIZE: &str = "summarize.md";
const HEADLINE: &str = "headline.md";
const REPAIR: &str = "repair.md";
/// The house style: plain text that the templates for large models take in as `style`.
const STYLE: &str = "style.md";

const BUILTIN: [(&str, &str); 6] = [
    (TRANSLATE, include_str!("../../prompts/translate.md")),
    (TRANSLATE_SMALL, include_str!("../../prompts/translate-small.md")),
    (SUMMARIZE, include_str!("../../prompts/summarize.md")),
    (HEADLINE, include_str!("../../prompts/headline.md")),
    (REPAIR, include_str!("../../prompts/repair.md")),
    (STYLE, include_str!("../../prompts/style.md")),
];

/// The templates in use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Prompts {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    translate: Template,
    translate_small: Template,
    summarize: Template,
    headline: Template,
    repair: Template,
    style: String,
    hash: String,
    desks: BTreeMap<String, Prompts>,
}

impl Prompts {
    /// The templates that are compiled in.
    #[must_use]
    pub fn builtin() -> Self {
        Self::with_overrides(&BTreeMap::new()).expect("the tests compile every built-in template")
    }

    /// The file names that [`with_overrides`](Self::with_overrides) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// The templates that are compiled in, each replaced by the text under its file name
    /// (`translate.md`) where there is one.
    ///
    /// # Errors
    /// Where a name is none of [`names`](Self::names), or a text is no template for its task.
    pub fn with_overrides(overrides: &BTreeMap<String, String>) -> Result<Self, PromptError> {
        if let Some(name) = overrides.keys().find(|name| Self::names().all(|known| known != *name))
        {
            let known = Self::names().collect::<Vec<_>>().join(", ");
            return Err(PromptError::Unknown { name: name.clone(), known });
        }
        let mut hasher = blake3::Hasher::new();
        let mut text = |name: &'static str| {
            let builtin = BUILTIN.iter().find(|(known, _)| *known == name);
            let text = overrides.get(name).map(String::as_str).or(builtin.map(|(_, text)| *text));
            let text = text.unwrap_or_default();
            for part in [name, text] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
            text
        };
        let style = text(STYLE).trim().to_owned();
        let mut template = |name: &'static str| Template::parse(name, text(name));
        let translate = template(TRANSLATE)?.tried(&data_values("{}", &style))?;
        let translate_small = template(TRANSLATE_SMALL)?.tried(&sample_passage())?;
        let summarize = template(SUMMARIZE)?.tried(&data_values("{}", &style))?;
        let headline = template(HEADLINE)?.tried(&data_values("{}", &style))?;
        let repair = template(REPAIR)?.tried(&complaint_values(&["Ids were missing.".into()]))?;
        let hash = hasher.finalize().to_hex().to_string();
        let desks = BTreeMap::new();
        let inner =
            Inner { translate, translate_small, summarize, headline, repair, style, hash, desks };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same templates for everybody but these desks, which have their own.
    #[must_use]
    pub fn with_desks(self, desks: BTreeMap<String, Self>) -> Self {
        Self { inner: Arc::new(Inner { desks, ..Inner::clone(&self.inner) }) }
    }

    /// What a desk uses: its own templates where it has some, else everybody's.
    #[must_use]
    pub fn of(&self, desk: Option<&str>) -> &Self {
        desk.and_then(|desk| self.inner.desks.get(desk)).unwrap_or(self)
    }

    /// BLAKE3 over the names and texts of all templates in use, hex, desks' own left out. Another
    /// hash means that other answers may come.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.inner.hash
    }

    /// The conversation that asks a large model for a task's answer as JSON of the shape that
    /// [`schema()`] gives.
    #[must_use]
    pub fn messages(&self, task: &Task) -> Vec<Message> {
        let template = match task {
            Task::Translate { .. } => &self.inner.translate,
            Task::Summarize { .. } => &self.inner.summarize,
            Task::Headline { .. } => &self.inner.headline,
        };
        template.render(&data_values(&data(task), &self.inner.style))
    }

    /// The same conversation, asking once more after an answer that was not accepted;
    /// `complaints` say why, one sentence each. Without any it is [`messages`](Self::messages).
    ///
    /// The complaints end the task's own turn instead of opening another: many models' chat
    /// formats refuse two turns of the same speaker in a row, and the answer that would stand
    /// between them is not kept.
    #[must_use]
    pub fn repair(&self, task: &Task, complaints: &[String]) -> Vec<Message> {
        let mut messages = self.messages(task);
        if complaints.is_empty() {
            return messages;
        }
        let said = self.inner.repair.render(&complaint_values(complaints)).pop();
        if let (Some(asked), Some(said)) = (messages.last_mut(), said) {
            asked.content.push_str("\n\n");
            asked.content.push_str(&said.content);
        }
        messages
    }

    /// The conversation that asks a small model for one text's English. All turns but the last
    /// are the same for every passage.
    #[must_use]
    pub fn passage(&self, passage: &Passage<'_>) -> Vec<Message> {
        self.inner.translate_small.render(&passage_values(passage))
    }
}

impl Default for Prompts {
    fn default() -> Self {
        Self::builtin()
    }
}

fn data_values(data: &str, style: &str) -> Value {
    context! { data, style }
}

fn passage_values(passage: &Passage<'_>) -> Value {
    let terms: Vec<Value> = passage
        .terms
        .iter()
        .map(|term| context! { ar => neutralize(&term.arabic), en => neutralize(&term.english) })
        .collect();
    let numbers = passage.numbers.to_vec();
    // A line break would end the text's line in the prompt.
    let text = neutralize(passage.text).split_whitespace().collect::<Vec<_>>().join(" ");
    context! { text, terms, numbers }
}

/// A complaint may quote an answer or the article, so it is only data and stays on its line.
fn complaint_values(complaints: &[String]) -> Value {
    let line = |text: &String| neutralize(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let complaints: Vec<String> = complaints.iter().map(line).collect();
    context! { complaints }
}

fn sample_passage() -> Value {
    let term = Term { arabic: "نص".into(), english: "text".into() };
    passage_values(&Passage { text: "نص 1", terms: &[&term], numbers: &["1".into()] })
}

/// The values of a task as one JSON object, without marks that a chat format or the tags around
/// the data would give a meaning.
fn data(task: &Task) -> String {
    let data = match task {
        Task::Translate { texts, context, terms } => json!({
            "title": context.as_deref().map(neutralize),
            "terms": terms_json(terms),
            "texts": texts_json(texts, |text| text.id.clone()),
        }),
        Task::Summarize { heading, paragraphs, context, terms, detail } => json!({
            "title": context.as_deref().map(neutralize),
            "heading": heading.as_deref().map(neutralize),
            "terms": terms_json(terms),
            "paragraphs": texts_json(paragraphs, source_name),
            "sentences": section_sentences(*detail, paragraphs.len()),
        }),
        Task::Headline { title, passages, terms, detail } => json!({
            "title": title.as_deref().map(neutralize),
            "terms": terms_json(terms),
            "passages": passages.iter().map(evidence_json).collect::<Vec<_>>(),
            "sentences": summary_sentences(*detail),
        }),
    };
    data.to_string()
}

/// The id that stands for a paragraph in prompt and schema: its source, or else the text's own id.
pub(crate) fn source_name(text: &Text) -> String {
    text.sources.first().map_or_else(|| text.id.clone(), ToString::to_string)
}

fn terms_json(terms: &[Term]) -> Vec<serde_json::Value> {
    let entry =
        |term: &Term| json!({"ar": neutralize(&term.arabic), "en": neutralize(&term.english)});
    terms.iter().map(entry).collect()
}

fn texts_json(texts: &[Text], id: impl Fn(&Text) -> String) -> Vec<serde_json::Value> {
    texts.iter().map(|text| json!({"id": id(text), "text": neutralize(&text.text)})).collect()
}

fn evidence_json(evidence: &Evidence) -> serde_json::Value {
    json!({"text": neutralize(&evidence.text), "sources": evidence.sources})
}

/// How many sentences a section's brief may have.
fn section_sentences(detail: Detail, paragraphs: usize) -> usize {
    match detail {
        Detail::Headline => 1,
        Detail::Brief => paragraphs.div_ceil(2).clamp(1, 4),
        Detail::Full => paragraphs.clamp(1, 6),
    }
}

/// How many sentences the summary may have.
fn summary_sentences(detail: Detail) -> usize {
    match detail {
        Detail::Headline => 2,
        Detail::Brief => 3,
        Detail::Full => 4,
    }
}

#[cfg(test)]
#[path = "prompt_tests.rs"]
mod tests;
