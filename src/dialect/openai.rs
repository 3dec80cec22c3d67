//! Chat completions, as OpenAI and every compatible server speaks them.
//!
//! Wire format: `POST {base_url}/chat/completions`, where `base_url` includes the version. Fields
//! are those of the vendor's API reference; each that not every compatible server takes has its
//! reason beside it. Errors come as an `error` object with a `code` and a `type`, in one server's
//! case inside a success, and inside a stream.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Ask, Auth, Capabilities, Decoded, Dialect, Fault, FaultKind, WireAnswer, WireRequest, events,
    language::{self, Ending, Reply},
    model::{Model, Window},
    refused::{self, Told},
};
use crate::{
    brief::{Task, Usage},
    config::ProviderConfig,
    prompt::Prompts,
};

/// What the vendor's own models have at least.
const VENDOR: Window = Window { context: 128_000, answer: 8192 };
/// What a compatible server may have: those at home often run with little.
const COMPATIBLE: Window = Window { context: 8192, answer: 2048 };

/// Chat completions.
#[derive(Clone, Debug)]
pub struct OpenAi {
    model: Model,
    /// The address is OpenAI's own.
    vendor: bool,
    /// The model thinks before it writes, and then takes other options.
    reasons: bool,
}

impl OpenAi {
    /// The dialect of a provider of kind `openai`.
    #[must_use]
    pub fn new(config: &ProviderConfig, prompts: Prompts) -> Self {
        let vendor = config.base_url.as_deref().is_none_or(is_vendor);
        let reasons = config.model.as_deref().is_some_and(reasons);
        let window = if vendor { VENDOR } else { COMPATIBLE };
        Self { model: Model::new(config, prompts, window), vendor, reasons }
    }

    fn body(&self, ask: &Ask<'_>) -> Value {
        let mut body = json!({});
        if let Some(model) = &self.model.name {
            body["model"] = json!(model);
        }
        body["messages"] = json!(self.model.messages(ask));
        // The vendor took the old name from its newer models; many compatible servers know no
        // other, and some refuse what they do not know.
        let limit =
            if self.vendor || self.reasons { "max_completion_tokens" } else { "max_tokens" };
        body[limit] = json!(self.model.window.answer);
        // Models that reason refuse every temperature but their own.
        if !self.reasons {
            body["temperature"] = json!(0);
        }
        if let Some(schema) = self.model.schema(ask.task) {
            let name = ask.task.name();
            let format = json!({"name": name, "strict": true, "schema": schema});
            body["response_format"] = json!({"type": "json_schema", "json_schema": format});
        }
        if self.model.streams {
            body["stream"] = json!(true);
            body["stream_options"] = json!({"include_usage": true});
        }
        // The vendor keeps completions for its dashboard unless told otherwise.
        if self.vendor {
            body["store"] = json!(false);
        }
        body
    }
}

impl Dialect for OpenAi {
    fn capabilities(&self) -> Capabilities {
        self.model.capabilities()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let path = "/chat/completions".to_owned();
        Ok(self.model.request(path, &self.body(ask), Auth::Bearer))
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        if !answer.status.is_success() {
            return Err(refused::fault(answer, told));
        }
        let mut heard = Heard::default();
        if events::is_stream(answer) {
            let stream = events::read::<Completion>(&answer.body)?;
            stream.chunks.into_iter().for_each(|chunk| heard.take(chunk));
            if heard.error.is_none() && !stream.done {
                return Err(events::cut());
            }
        } else {
            heard.take(refused::json(&answer.body)?);
        }
        if let Some(error) = heard.error.take() {
            return Err(refused::inside(answer, &error, told, status_of));
        }
        language::decoded(task, heard.reply()?)
    }
}

/// Whether a service's root is one of OpenAI's own, which stand in several regions.
fn is_vendor(base_url: &str) -> bool {
    let url = url::Url::parse(base_url);
    let host = url.as_ref().ok().and_then(url::Url::host_str);
    host.is_some_and(|host| host == "openai.com" || host.ends_with(".openai.com"))
}

/// Whether a model thinks before it writes: `o1` and its line, and `gpt-5` with all that follow.
fn reasons(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let number = |rest: &str| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    };
    let line = name.strip_prefix('o').and_then(number);
    let generation = name.strip_prefix("gpt-").and_then(number);
    line.is_some() || generation.is_some_and(|generation| generation >= 5)
}

/// A whole completion, or one piece of a streamed one.
#[derive(Deserialize)]
struct Completion {
    choices: Option<Vec<Choice>>,
    model: Option<String>,
    usage: Option<Value>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u64,
    message: Option<Said>,
    delta: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<Content>,
    refusal: Option<String>,
}

/// Text, which a few servers cut into parts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
}

/// What has been heard of an answer, whole or in pieces.
#[derive(Default)]
struct Heard {
    text: String,
    refuses: bool,
    chosen: bool,
    ending: Option<String>,
    model: Option<String>,
    usage: Option<Value>,
    error: Option<Value>,
}

impl Heard {
    fn take(&mut self, piece: Completion) {
        self.error = self.error.take().or(piece.error.filter(|error| !error.is_null()));
        self.model = self.model.take().or(piece.model);
        self.usage = piece.usage.filter(|usage| !usage.is_null()).or(self.usage.take());
        let choices = piece.choices.unwrap_or_default();
        let Some(choice) = choices.into_iter().find(|choice| choice.index == 0) else { return };
        self.chosen = true;
        self.ending = choice.finish_reason.or(self.ending.take());
        let Some(said) = choice.message.or(choice.delta) else { return };
        self.refuses |= said.refusal.is_some_and(|refusal| !refusal.is_empty());
        match said.content {
            Some(Content::Text(text)) => self.text.push_str(&text),
            Some(Content::Parts(parts)) => {
                parts.into_iter().filter_map(|part| part.text).for_each(|t| self.text.push_str(&t));
            }
            None => {}
        }
    }

    fn reply(self) -> Result<Reply, Fault> {
        if !self.chosen {
            return Err(Fault::new(FaultKind::Garbage, "its answer holds no choice"));
        }
        let ending = match self.ending.as_deref() {
            _ if self.refuses => Ending::Filtered,
            Some("length") => Ending::Limit,
            Some("content_filter") => Ending::Filtered,
            Some("tool_calls" | "function_call") => Ending::Astray,
            // Compatible servers have words of their own, or none; JSON says whether it is whole.
            _ => Ending::Whole,
        };
        ending.judged()?;
        let usage = self.usage.as_ref().map(usage).unwrap_or_default();
        Ok(Reply { text: self.text, model: self.model, usage })
    }
}

fn usage(usage: &Value) -> Usage {
    Usage {
        input_tokens: refused::count(usage, "/prompt_tokens"),
        cached_tokens: refused::count(usage, "/prompt_tokens_details/cached_tokens"),
        output_tokens: refused::count(usage, "/completion_tokens"),
        ..Usage::default()
    }
}

/// What the vendor's and its kin's error objects mean beyond their status.
fn told(status: StatusCode, body: &Value) -> Option<Told> {
    let error = body.get("error").filter(|error| error.is_object()).unwrap_or(body);
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default();
    let (code, kind) = (text("code"), text("type"));
    let says = |words: &[&str]| refused::says(text("message"), words);
    let is = |name: &str| code == name || kind == name;
    if is("insufficient_quota") || is("billing_hard_limit_reached") || is("billing_not_active") {
        return Some(Told::new(FaultKind::Quota, "the account's quota is used up"));
    }
    let long = ["maximum context length", "context window", "context size", "request too large"];
    if is("context_length_exceeded") || is("exceed_context_size_error") || says(&long) {
        return Some(Told::new(FaultKind::TooLong, "the text does not fit the model's window"));
    }
    if is("content_filter") || is("content_policy_violation") {
        return Some(Told::new(FaultKind::Filtered, "its content filter refused the text"));
    }
    if is("model_not_found") {
        return Some(Told::new(FaultKind::NotFound, "it does not know the model"));
    }
    if is("invalid_api_key") {
        return Some(Told::new(FaultKind::Unauthorized, "it does not accept the key"));
    }
    (status == StatusCode::BAD_REQUEST).then(|| option(text("param"), &says)).flatten()
}

/// The option of ours that the model does not take, with what to do about it.
fn option(param: &str, says: &dyn Fn(&[&str]) -> bool) -> Option<Told> {
    let named = |name: &str| param.starts_with(name) || says(&[name]);
    let detail = if named("response_format") || says(&["json_schema"]) {
        "it does not take this `response_format`; set `json_schema = false` for it"
    } else if named("stream_options") {
        "it does not take `stream_options`; set `stream = false` for it"
    } else if named("max_completion_tokens") || named("max_tokens") {
        "it does not take so long an answer; set `max_output_tokens` for it"
    } else if named("temperature") {
        "its model does not take `temperature`"
    } else {
        return None;
    };
    Some(Told::new(FaultKind::Refused, detail))
}

/// The status that an error inside a success would have had.
fn status_of(error: &Value) -> Option<u16> {
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default();
    let number = error.get("code").and_then(Value::as_u64).or_else(|| text("code").parse().ok());
    number.and_then(|code| u16::try_from(code).ok()).or_else(|| {
        let named = |name: &str| text("code") == name || text("type") == name;
        let statuses = [
            ("rate_limit_exceeded", 429),
            ("insufficient_quota", 429),
            ("invalid_api_key", 401),
            ("model_not_found", 404),
            ("context_length_exceeded", 400),
            ("invalid_request_error", 400),
            ("server_error", 500),
        ];
        statuses.iter().find(|(name, _)| named(name)).map(|(_, status)| *status)
    })
}
