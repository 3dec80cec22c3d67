//! Anthropic's Messages.
//!
//! Wire format: `POST {base_url}/v1/messages` with `x-api-key` and `anthropic-version`. The fixed
//! instructions are marked for the vendor's prompt cache, which keeps what is long enough for the
//! model (1,024 tokens and more). The answer is held to a schema by `output_config.format`; models
//! older than that are made to call a tool whose input is the answer. Errors come as
//! `{"type": "error", "error": {"type", "message"}}`, in a stream as an event of that type.

use http::{HeaderValue, StatusCode};
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
    prompt::{Message, Prompts, Role},
};

const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");
/// What every model on sale has at least.
const WINDOW: Window = Window { context: 200_000, answer: 8192 };
/// The tool whose input is the answer.
const TOOL: &str = "answer";

/// Messages.
#[derive(Clone, Debug)]
pub struct Anthropic {
    model: Model,
    /// The model is older than `output_config`.
    old: bool,
    /// The model lets a temperature be set.
    temperature: bool,
}

impl Anthropic {
    /// The dialect of a provider of kind `anthropic`.
    #[must_use]
    pub fn new(config: &ProviderConfig, prompts: Prompts) -> Self {
        let name = config.model.as_deref().unwrap_or_default();
        Self {
            model: Model::new(config, prompts, WINDOW),
            old: is_old(name),
            temperature: takes_temperature(name),
        }
    }

    fn body(&self, ask: &Ask<'_>, model: &str) -> Value {
        let turns = self.model.messages(ask);
        let (system, talk): (Vec<Message>, Vec<Message>) =
            turns.into_iter().partition(|turn| turn.role == Role::System);
        let text = |turn: Message| json!({"type": "text", "text": turn.content});
        let mut system: Vec<Value> = system.into_iter().map(text).collect();
        if let Some(last) = system.last_mut() {
            last["cache_control"] = json!({"type": "ephemeral"});
        }
        let mut body = json!({"model": model, "max_tokens": self.model.window.answer});
        if self.temperature {
            body["temperature"] = json!(0);
        }
        if !system.is_empty() {
            body["system"] = Value::Array(system);
        }
        body["messages"] = json!(talk);
        if let Some(schema) = self.model.schema(ask.task) {
            self.hold(&mut body, schema);
        }
        if self.model.streams {
            body["stream"] = json!(true);
        }
        body
    }

    /// Holds the answer to a schema.
    fn hold(&self, body: &mut Value, schema: Value) {
        if self.old {
            let what = "Takes the answer to the task.";
            let tool = json!({"name": TOOL, "description": what, "input_schema": schema});
            body["tools"] = json!([tool]);
            body["tool_choice"] = json!({"type": "tool", "name": TOOL});
        } else {
            body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
        }
    }
}

impl Dialect for Anthropic {
    fn capabilities(&self) -> Capabilities {
        self.model.capabilities()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let body = self.body(ask, self.model.named()?);
        let auth = Auth::Header("x-api-key", "");
        let mut request = self.model.request("/v1/messages".to_owned(), &body, auth);
        request.headers.insert("anthropic-version", VERSION);
        Ok(request)
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        if !answer.status.is_success() {
            return Err(refused::fault(answer, told));
        }
        let mut heard = Heard::default();
        if events::is_stream(answer) {
            let stream = events::read::<Event>(&answer.body)?;
            stream.chunks.into_iter().for_each(|event| heard.hear(event));
        } else {
            match refused::json(&answer.body)? {
                Whole::Error { error } => heard.error = Some(error),
                Whole::Message(message) => heard.message(message),
            }
            heard.stopped = true;
        }
        if let Some(error) = heard.error.take() {
            return Err(refused::inside(answer, &json!({"error": error}), told, status_of));
        }
        language::decoded(task, heard.reply()?)
    }
}

/// Whether a model takes no `output_config`: the vendor's third and earlier generations, and the
/// fourth before its fifth revision.
fn is_old(model: &str) -> bool {
    const OLD: [&str; 6] = [
        "claude-2",
        "claude-3",
        "claude-opus-4-0",
        "claude-sonnet-4-0",
        "claude-opus-4-2025",
        "claude-sonnet-4-2025",
    ];
    OLD.iter().any(|old| model.contains(old))
}

/// Whether a temperature may be set. The vendor took the option from its models after the sixth
/// revision of the fourth generation; those of others, which only speak like it, keep it.
fn takes_temperature(model: &str) -> bool {
    const TAKES: [&str; 9] = [
        "opus-4-1",
        "opus-4-5",
        "opus-4-6",
        "sonnet-4-5",
        "sonnet-4-6",
        "haiku-4-5",
        "instant",
        "v2",
        "v1",
    ];
    !model.contains("claude") || is_old(model) || TAKES.iter().any(|name| model.contains(name))
}

/// A body that came whole.
#[derive(Deserialize)]
#[serde(untagged)]
enum Whole {
    Message(Sent),
    Error { error: Value },
}

/// A message, or the frame of one in a stream.
#[derive(Deserialize)]
struct Sent {
    content: Vec<Block>,
    model: Option<String>,
    stop_reason: Option<String>,
    usage: Option<Value>,
}

/// An event of a stream. Pings and what may come to be are passed over.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Sent,
    },
    ContentBlockStart {
        index: u64,
        content_block: Block,
    },
    ContentBlockDelta {
        index: u64,
        delta: Piece,
    },
    MessageDelta {
        delta: Stop,
        usage: Option<Value>,
    },
    MessageStop,
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

/// A block of content. What a model thinks aloud is no answer.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    ToolUse {
        name: String,
        #[serde(default)]
        input: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Piece {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    Input { partial_json: String },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Stop {
    stop_reason: Option<String>,
}

/// What has been heard of an answer, whole or in pieces.
#[derive(Default)]
struct Heard {
    text: String,
    /// The input of the tool, which wins over words beside it.
    input: Option<String>,
    /// The block that is the tool's.
    tool: Option<u64>,
    ending: Option<String>,
    model: Option<String>,
    usage: Usage,
    stopped: bool,
    error: Option<Value>,
}

impl Heard {
    fn message(&mut self, sent: Sent) {
        self.model = sent.model;
        self.ending = sent.stop_reason;
        if let Some(usage) = sent.usage {
            self.count(&usage);
        }
        for block in sent.content {
            match block {
                Block::Text { text } => self.text.push_str(&text),
                Block::ToolUse { name, input } if name == TOOL => {
                    self.input = Some(input.to_string());
                }
                Block::ToolUse { .. } | Block::Other => {}
            }
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::MessageStart { message } => self.message(message),
            Event::ContentBlockStart { content_block: Block::Text { text }, .. } => {
                self.text.push_str(&text);
            }
            Event::ContentBlockStart { index, content_block: Block::ToolUse { name, .. } } => {
                if name == TOOL {
                    self.tool = Some(index);
                    self.input = Some(String::new());
                }
            }
            Event::ContentBlockDelta { delta: Piece::Text { text }, .. } => {
                self.text.push_str(&text);
            }
            Event::ContentBlockDelta { index, delta: Piece::Input { partial_json } } => {
                let input = self.input.as_mut().filter(|_| self.tool == Some(index));
                input.into_iter().for_each(|input| input.push_str(&partial_json));
            }
            Event::MessageDelta { delta, usage } => {
                self.ending = delta.stop_reason.or(self.ending.take());
                usage.iter().for_each(|usage| self.count(usage));
            }
            Event::MessageStop => self.stopped = true,
            Event::Error { error } => self.error = self.error.take().or(Some(error)),
            Event::ContentBlockStart { .. } | Event::ContentBlockDelta { .. } | Event::Other => {}
        }
    }

    /// The vendor counts what it wrote to or read from its cache apart, and in a stream each
    /// figure stands for all that came before.
    fn count(&mut self, usage: &Value) {
        let tokens = |name: &str| refused::count(usage, name);
        let cached = tokens("/cache_read_input_tokens");
        let read = tokens("/input_tokens") + tokens("/cache_creation_input_tokens") + cached;
        if read > 0 {
            (self.usage.input_tokens, self.usage.cached_tokens) = (read, cached);
        }
        self.usage.output_tokens = self.usage.output_tokens.max(tokens("/output_tokens"));
    }

    fn reply(self) -> Result<Reply, Fault> {
        if !self.stopped {
            return Err(events::cut());
        }
        let ending = match self.ending.as_deref() {
            Some("max_tokens" | "model_context_window_exceeded") => Ending::Limit,
            Some("refusal") => Ending::Filtered,
            Some("tool_use") if self.input.is_none() => Ending::Astray,
            Some("pause_turn") => Ending::Astray,
            _ => Ending::Whole,
        };
        ending.judged()?;
        Ok(Reply { text: self.input.unwrap_or(self.text), model: self.model, usage: self.usage })
    }
}

/// What the vendor's error objects mean beyond their status.
fn told(_: StatusCode, body: &Value) -> Option<Told> {
    let error = body.get("error").unwrap_or(body);
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default();
    let says = |words: &[&str]| refused::says(text("message"), words);
    let long = ["prompt is too long", "exceed context limit", "context window", "context size"];
    match text("type") {
        "overloaded_error" => Some(Told::new(FaultKind::Throttled, "it is overloaded")),
        "billing_error" => Some(Told::new(FaultKind::Quota, "the account's credit is used up")),
        "request_too_large" => Some(too_long()),
        "exceed_context_size_error" => Some(too_long()),
        "timeout_error" => Some(Told::new(FaultKind::Unavailable, "it ran out of time")),
        "invalid_request_error" if says(&["credit balance"]) => {
            Some(Told::new(FaultKind::Quota, "the account's credit is used up"))
        }
        "invalid_request_error" if says(&long) => Some(too_long()),
        "invalid_request_error" if says(&["content filter", "usage polic"]) => {
            Some(Told::new(FaultKind::Filtered, "its filter refused the text"))
        }
        "invalid_request_error" => option(&says),
        _ => None,
    }
}

fn too_long() -> Told {
    Told::new(FaultKind::TooLong, "the text does not fit the model's window")
}

/// The option of ours that the model does not take, with what to do about it.
fn option(says: &dyn Fn(&[&str]) -> bool) -> Option<Told> {
    let schema = ["output_config", "output_format", "grammar", "schema", "tool_choice"];
    let detail = if says(&schema) {
        "its model cannot be held to this schema; set `json_schema = false` for it"
    } else if says(&["max_tokens"]) {
        "its model does not write so long an answer; set `max_output_tokens` for it"
    } else if says(&["temperature"]) {
        "its model does not take `temperature`"
    } else {
        return None;
    };
    Some(Told::new(FaultKind::Refused, detail))
}

/// The status that an error inside a success would have had.
fn status_of(body: &Value) -> Option<u16> {
    let kind = body.pointer("/error/type").and_then(Value::as_str)?;
    let statuses = [
        ("invalid_request_error", 400),
        ("authentication_error", 401),
        ("billing_error", 402),
        ("permission_error", 403),
        ("not_found_error", 404),
        ("request_too_large", 413),
        ("rate_limit_error", 429),
        ("api_error", 500),
        ("timeout_error", 504),
        ("overloaded_error", 529),
    ];
    statuses.iter().find(|(name, _)| *name == kind).map(|(_, status)| *status)
}
