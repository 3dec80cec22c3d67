//! What every language model's dialect takes from its configuration: prompts, window, switches.
//!
//! A window is counted in tokens and a task in characters, and nobody but the vendor can count its
//! tokens. The figures here are chosen so that a task which is let through fits: Arabic newspaper
//! text takes a token for each 1.5 to 3 characters with the tokenizers of today, English one for
//! each 4 or so.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::Value;

use super::{Ask, Auth, Capabilities, Fault, FaultKind, WireRequest};
use crate::{
    brief::Task,
    config::ProviderConfig,
    prompt::{self, Message, Prompts},
};

/// Texts in one call, at most: models lose their place in longer lists, and vendors' grammars grow
/// with each id.
const TEXTS: usize = 40;
/// Tokens that instructions, terms, title and JSON around the texts take.
const AROUND: usize = 1536;
/// Characters in one call, at most, however large the window: a lost answer costs no more than this.
const CHARACTERS: usize = 20_000;
/// Bytes of one request, at most; far below what any vendor refuses.
const BYTES: usize = 4 << 20;

/// Tokens that a model works with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Question and answer together.
    pub(super) context: usize,
    /// The answer alone.
    pub(super) answer: usize,
}

impl Window {
    /// As configured, else this one.
    fn configured(self, config: &ProviderConfig) -> Self {
        let tokens = |set: Option<u32>| set.and_then(|tokens| usize::try_from(tokens).ok());
        let context = tokens(config.context_tokens).unwrap_or(self.context);
        // An answer that filled the window would leave nothing to ask with.
        let answer = match tokens(config.max_output_tokens) {
            Some(answer) => answer.min(context / 2),
            None => self.answer.min(context / 4),
        };
        Self { context, answer: answer.max(1) }
    }

    /// Characters of Arabic whose question and answer both fit, at least 200.
    fn characters(self) -> usize {
        let question = self.context.saturating_sub(self.answer + AROUND) * 3 / 2;
        // A character of Arabic comes back as about one of English; the rest of the answer's
        // tokens are left to JSON, ids and to models that think before they write.
        let answer = self.answer * 2;
        question.min(answer).clamp(200, CHARACTERS)
    }
}

/// A configured language model.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// The model, as the vendor names it.
    pub(super) name: Option<String>,
    /// Tokens that it works with.
    pub(super) window: Window,
    /// Its answers are read as a stream.
    pub(super) streams: bool,
    held: bool,
    keyed: bool,
    prompts: Prompts,
}

impl Model {
    /// The model of a provider, with the window it has where none is configured.
    pub(super) fn new(config: &ProviderConfig, prompts: Prompts, window: Window) -> Self {
        Self {
            name: config.model.clone(),
            window: window.configured(config),
            streams: config.stream.unwrap_or(true),
            held: config.json_schema.unwrap_or(true),
            keyed: config.api_key_env.is_some(),
            prompts,
        }
    }

    /// What it can be asked for.
    pub(super) fn capabilities(&self) -> Capabilities {
        Capabilities {
            summarizes: true,
            max_texts: TEXTS,
            max_characters: self.window.characters(),
            max_bytes: BYTES,
            context: true,
            glossary: true,
            structured: self.held,
            streaming: self.streams,
            repairs: true,
        }
    }

    /// The model's name, for vendors that cannot be asked without.
    pub(super) fn named(&self) -> Result<&str, Fault> {
        let missing = || Fault::new(FaultKind::Refused, "no `model` is configured for it");
        self.name.as_deref().ok_or_else(missing)
    }

    /// The conversation that asks for a task.
    pub(super) fn messages(&self, ask: &Ask<'_>) -> Vec<Message> {
        self.prompts.of(ask.desk).repair(ask.task, ask.complaints)
    }

    /// The schema that the answer is held to, where it is.
    pub(super) fn schema(&self, task: &Task) -> Option<Value> {
        self.held.then(|| prompt::schema(task))
    }

    /// A request that posts this JSON, with the key where one is configured.
    pub(super) fn request(&self, path: String, body: &Value, auth: Auth) -> WireRequest {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let accept = if self.streams { "text/event-stream" } else { "application/json" };
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        WireRequest {
            method: Method::POST,
            path,
            headers,
            body: Bytes::from(body.to_string()),
            auth: if self.keyed { auth } else { Auth::None },
            stream: self.streams,
            findings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Kind;

    fn characters(context: Option<u32>, answer: Option<u32>) -> usize {
        let mut config = ProviderConfig::new("x", Kind::OpenAi);
        (config.context_tokens, config.max_output_tokens) = (context, answer);
        let window = Window { context: 128_000, answer: 8192 };
        Model::new(&config, Prompts::builtin(), window).capabilities().max_characters
    }

    #[test]
    fn a_small_window_takes_less_text() {
        assert_eq!(characters(None, None), 16_384);
        assert_eq!(characters(Some(8192), Some(2048)), 4096);
        assert_eq!(characters(Some(4096), None), 2048);
        assert_eq!(characters(Some(4096), Some(2048)), 768);
    }

    #[test]
    fn no_figures_leave_nothing_or_everything_to_ask() {
        for figure in [0, 1, u32::MAX] {
            for other in [0, 1, u32::MAX] {
                let characters = characters(Some(figure), Some(other));
                assert!((200..=CHARACTERS).contains(&characters), "{figure} {other}");
            }
        }
    }

    #[test]
    fn a_key_is_sent_only_where_one_is_configured() {
        let mut config = ProviderConfig::new("x", Kind::OpenAi);
        let window = Window { context: 8192, answer: 2048 };
        let auth = |config: &ProviderConfig| {
            let model = Model::new(config, Prompts::builtin(), window);
            model.request("/x".into(), &Value::Null, Auth::Bearer).auth
        };
        assert_eq!(auth(&config), Auth::None);
        config.api_key_env = Some("KEY".into());
        assert_eq!(auth(&config), Auth::Bearer);
    }
}
