//! What an answer depends on, written out and hashed.
//!
//! A key is readable text: one line for each field, `name length value`, so that no two tasks can
//! run together into the same text. Texts of the article stand in it as their hashes, so the
//! readable form may be kept beside an entry. It is built by destructuring the task and the
//! provider's configuration: a field added to either does not compile until someone decides here
//! whether it changes the answer. Pure.
//!
//! # Versions of the format
//! 1. Task, scope, provider, kind, address, model, prompts.
//!
//! Count up when an old entry could be a wrong answer under the new code.

use std::fmt::{self, Display, Write};

use super::place::Place;
use crate::{
    brief::{Evidence, Task, Text},
    config::ProviderConfig,
    glossary::Term,
};

const VERSION: u32 = 1;

/// The hash of a key's text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

/// A key's readable text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readable(String);

impl Readable {
    /// The hash of the text as it stands.
    pub(crate) fn key(&self) -> Key {
        Key(*blake3::hash(self.0.as_bytes()).as_bytes())
    }

    /// The same text with one more field.
    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.field(name, value);
        self
    }

    /// The same text with the hash of one more field.
    pub(crate) fn hiding(mut self, name: &str, text: &str) -> Self {
        self.hidden(name, text);
        self
    }

    fn field(&mut self, name: &str, value: impl Display) {
        let value = value.to_string();
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{name} {} {value}", value.len());
    }

    /// A text of the article, as its hash.
    fn hidden(&mut self, name: &str, text: &str) {
        self.field(name, blake3::hash(text.as_bytes()).to_hex());
    }

    fn maybe_hidden(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.hidden(name, text),
            None => self.field(name, "none"),
        }
    }

    fn text(&mut self, Text { id, text, sources }: &Text) {
        self.field("id", id);
        self.hidden("text", text);
        self.field("sources", joined(sources));
    }

    fn evidence(&mut self, Evidence { text, sources }: &Evidence) {
        self.hidden("passage", text);
        self.field("sources", joined(sources));
    }

    fn terms(&mut self, terms: &[Term]) {
        let mut all = Self::default();
        for Term { arabic, english } in terms {
            all.field("arabic", arabic);
            all.field("english", english);
        }
        self.hidden("terms", &all.0);
    }
}

/// What the answer depends on wherever it comes from: the task, and who may share it.
pub(crate) fn of_task(task: &Task, scope: &str) -> Readable {
    let mut key = Readable::default();
    key.field("version", VERSION);
    key.field("scope", scope);
    key.field("task", task.name());
    match task {
        Task::Translate { texts, context, terms } => {
            key.maybe_hidden("context", context.as_deref());
            texts.iter().for_each(|text| key.text(text));
            key.terms(terms);
        }
        Task::Summarize { heading, paragraphs, context, terms, detail } => {
            key.maybe_hidden("heading", heading.as_deref());
            key.maybe_hidden("context", context.as_deref());
            paragraphs.iter().for_each(|text| key.text(text));
            key.terms(terms);
            key.field("detail", format_args!("{detail:?}"));
        }
        Task::Headline { title, passages, terms, detail } => {
            key.maybe_hidden("title", title.as_deref());
            passages.iter().for_each(|passage| key.evidence(passage));
            key.terms(terms);
            key.field("detail", format_args!("{detail:?}"));
        }
    }
    key
}

/// The hash of what an answer to a task depends on, wherever it comes from.
#[must_use]
pub fn task_key(task: &Task, scope: &str) -> [u8; 32] {
    *of_task(task, scope).key().bytes()
}

/// The same for one provider and desk: the key under which its answer is kept.
pub(crate) fn of_place(task: &Readable, place: &Place, desk: Option<&str>) -> Readable {
    let ProviderConfig {
        name,
        kind,
        base_url,
        model,
        context_tokens,
        max_output_tokens,
        json_schema,
        max_texts,
        max_characters,
        target_lang,
        glossary_ids,
        http,
        path,
        hub,
        file,
        sha256,
        // Secrets, limits, prices and ways of sending do not change what is answered.
        api_key_env: _,
        requests_per_minute: _,
        tokens_per_minute: _,
        characters_per_minute: _,
        daily_characters: _,
        max_in_flight: _,
        timeout: _,
        silence: _,
        attempts: _,
        allow_http: _,
        confidential: _,
        hedge: _,
        usd_per_million_input_tokens: _,
        usd_per_million_output_tokens: _,
        usd_per_million_characters: _,
        stream: _,
        region: _,
        queue: _,
    } = &place.config;
    let weights = format!("{path:?} {hub:?} {file:?} {sha256:?}");
    let mut key = task.clone();
    key.field("provider", name);
    key.field("kind", format_args!("{kind:?}"));
    key.field("model", model.as_deref().unwrap_or("none"));
    key.field("weights", weights);
    let bounds = format!("{context_tokens:?} {max_output_tokens:?} {json_schema:?}");
    key.field("bounds", bounds);
    // Texts that travel together are each other's context.
    key.field("call", format_args!("{max_texts:?} {max_characters:?}"));
    key.field("english", format_args!("{target_lang:?}"));
    key.field("glossaries", format_args!("{glossary_ids:?}"));
    // An address or a header may hold what an operator would not print.
    key.maybe_hidden("address", base_url.as_deref());
    key.hidden("http", &format!("{http:?}"));
    key.field("prompt", place.prompted(desk));
    key
}

fn joined(sources: &[impl Display]) -> String {
    sources.iter().map(|id| format!("{id} ")).collect()
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
