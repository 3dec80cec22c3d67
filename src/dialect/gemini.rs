//! Gemini's generateContent.
//!
//! Wire format: `POST {base_url}/v1beta/models/{model}:generateContent`, or
//! `:streamGenerateContent?alt=sse`, with `x-goog-api-key`. The answer is held to a schema by
//! `generationConfig.responseSchema`, which takes a subset of OpenAPI's: no
//! `additionalProperties`, `nullable` for null, and an order of its own for properties. Text that
//! the vendor stops comes as a success with a `blockReason` or a `finishReason`. Errors are
//! Google's: a code, a status in capitals and `details` by type, a list around them at times.

use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Map, Value, json};

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

/// What every model on sale has at least; what it thinks counts as answer.
const WINDOW: Window = Window { context: 1_000_000, answer: 8192 };

/// News of war and crime is what a newsroom reads; the adjustable filters would stop it.
const FILTERS: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];

/// generateContent.
#[derive(Clone, Debug)]
pub struct Gemini {
    model: Model,
}

impl Gemini {
    /// The dialect of a provider of kind `gemini`.
    #[must_use]
    pub fn new(config: &ProviderConfig, prompts: Prompts) -> Self {
        Self { model: Model::new(config, prompts, WINDOW) }
    }

    fn body(&self, ask: &Ask<'_>, model: &str) -> Value {
        let turns = self.model.messages(ask);
        let (system, talk): (Vec<Message>, Vec<Message>) =
            turns.into_iter().partition(|turn| turn.role == Role::System);
        let part = |turn: Message| json!({"text": turn.content});
        let content = |turn: Message| {
            let role = if turn.role == Role::Assistant { "model" } else { "user" };
            json!({"role": role, "parts": [part(turn)]})
        };
        let mut body = json!({});
        if !system.is_empty() {
            let parts: Vec<Value> = system.into_iter().map(part).collect();
            body["systemInstruction"] = json!({"parts": parts});
        }
        body["contents"] = talk.into_iter().map(content).collect();
        body["generationConfig"] = self.generation(ask.task, model);
        let off = |category: &&str| json!({"category": category, "threshold": "BLOCK_NONE"});
        body["safetySettings"] = FILTERS.iter().map(off).collect();
        body
    }

    fn generation(&self, task: &Task, model: &str) -> Value {
        let mut generation = json!({"maxOutputTokens": self.model.window.answer});
        // The third generation is at its best with its own temperature, says the vendor, and may
        // repeat itself without end at a lower one.
        if takes_temperature(model) {
            generation["temperature"] = json!(0);
        }
        generation["responseMimeType"] = json!("application/json");
        if let Some(schema) = self.model.schema(task) {
            generation["responseSchema"] = subset(&schema);
        }
        generation
    }
}

impl Dialect for Gemini {
    fn capabilities(&self) -> Capabilities {
        self.model.capabilities()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let model = self.model.named()?;
        let method = match self.model.streams {
            true => "streamGenerateContent?alt=sse",
            false => "generateContent",
        };
        // A tuned model is named with its collection.
        let folder = if model.contains('/') { "" } else { "models/" };
        let path = format!("/v1beta/{folder}{model}:{method}");
        let auth = Auth::Header("x-goog-api-key", "");
        Ok(self.model.request(path, &self.body(ask, model), auth))
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        if !answer.status.is_success() {
            return Err(refused::fault(answer, told));
        }
        let mut heard = Heard::default();
        let streamed = events::is_stream(answer);
        if streamed {
            let stream = events::read::<Generated>(&answer.body)?;
            stream.chunks.into_iter().for_each(|piece| heard.take(piece));
        } else {
            heard.take(refused::json(&answer.body)?);
        }
        if let Some(error) = heard.error.take() {
            return Err(refused::inside(answer, &json!({"error": error}), told, status_of));
        }
        if streamed && heard.ending.is_none() && !heard.blocked {
            return Err(events::cut());
        }
        language::decoded(task, heard.reply()?)
    }
}

/// Whether a lower temperature does a model good.
fn takes_temperature(model: &str) -> bool {
    let generation = model.rsplit('/').next().and_then(|name| name.strip_prefix("gemini-"));
    generation.is_none_or(|rest| rest.starts_with("1.") || rest.starts_with("2."))
}

/// A JSON schema in the subset that the vendor takes.
fn subset(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    for (key, value) in object {
        match (key.as_str(), value) {
            ("additionalProperties", _) => {}
            ("type", Value::String(name)) if name == "null" => {
                out.insert("type".into(), json!("STRING"));
                out.insert("nullable".into(), json!(true));
            }
            ("type", Value::String(name)) => {
                out.insert("type".into(), json!(name.to_uppercase()));
            }
            ("properties", Value::Object(properties)) => {
                let each = properties.iter().map(|(name, value)| (name.clone(), subset(value)));
                out.insert("properties".into(), Value::Object(each.collect()));
                let order: Vec<&String> = properties.keys().collect();
                out.insert("propertyOrdering".into(), json!(order));
            }
            ("items", items) => {
                out.insert("items".into(), subset(items));
            }
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(out)
}

/// A whole response, or one piece of a streamed one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generated {
    candidates: Option<Vec<Candidate>>,
    prompt_feedback: Option<Feedback>,
    usage_metadata: Option<Value>,
    model_version: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    parts: Option<Vec<Part>>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    /// What the model thinks aloud is no answer.
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

/// What has been heard of an answer, whole or in pieces.
#[derive(Default)]
struct Heard {
    text: String,
    blocked: bool,
    chosen: bool,
    ending: Option<String>,
    model: Option<String>,
    usage: Option<Value>,
    error: Option<Value>,
}

impl Heard {
    fn take(&mut self, piece: Generated) {
        self.error = self.error.take().or(piece.error.filter(|error| !error.is_null()));
        self.model = self.model.take().or(piece.model_version);
        // Each piece counts all that came before.
        self.usage = piece.usage_metadata.or(self.usage.take());
        self.blocked |=
            piece.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some());
        let Some(candidate) = piece.candidates.unwrap_or_default().into_iter().next() else {
            return;
        };
        self.chosen = true;
        self.ending = candidate.finish_reason.or(self.ending.take());
        let parts = candidate.content.and_then(|content| content.parts).unwrap_or_default();
        let said = parts.into_iter().filter(|part| !part.thought).filter_map(|part| part.text);
        said.for_each(|text| self.text.push_str(&text));
    }

    fn reply(self) -> Result<Reply, Fault> {
        if !self.chosen && !self.blocked {
            return Err(Fault::new(FaultKind::Garbage, "its answer holds no candidate"));
        }
        let ending = match self.ending.as_deref() {
            _ if self.blocked => Ending::Filtered,
            None | Some("STOP" | "FINISH_REASON_UNSPECIFIED") => Ending::Whole,
            Some("MAX_TOKENS") => Ending::Limit,
            Some("MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" | "TOO_MANY_TOOL_CALLS") => {
                Ending::Astray
            }
            // Safety, prohibited content, blocklist, recitation, personal data, language, and
            // what the vendor will not say: asking again brings the same.
            Some(_) => Ending::Filtered,
        };
        ending.judged()?;
        let usage = self.usage.as_ref().map(usage).unwrap_or_default();
        Ok(Reply { text: self.text, model: self.model, usage })
    }
}

fn usage(usage: &Value) -> Usage {
    let tokens = |name: &str| refused::count(usage, name);
    Usage {
        input_tokens: tokens("/promptTokenCount"),
        cached_tokens: tokens("/cachedContentTokenCount"),
        // Thinking is billed as writing.
        output_tokens: tokens("/candidatesTokenCount") + tokens("/thoughtsTokenCount"),
        ..Usage::default()
    }
}

/// What Google's error objects mean beyond their status.
fn told(_: StatusCode, body: &Value) -> Option<Told> {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error")?;
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default();
    let details = error.get("details").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let says = |words: &[&str]| refused::says(text("message"), words);
    let reason = |name: &str| details.iter().any(|detail| detail["reason"] == name);
    match text("status") {
        _ if reason("API_KEY_INVALID") || says(&["api key not valid", "api key expired"]) => {
            Some(Told::new(FaultKind::Unauthorized, "it does not accept the key"))
        }
        "RESOURCE_EXHAUSTED" if details.iter().any(is_daily) => {
            Some(Told::new(FaultKind::Quota, "the account's quota of the day is used up"))
        }
        "RESOURCE_EXHAUSTED" => {
            let told = Told::new(FaultKind::Throttled, "it asks for fewer calls");
            Some(told.after(details.iter().find_map(delay)))
        }
        "INVALID_ARGUMENT" if says(&["maximum number of tokens", "token count"]) => {
            Some(Told::new(FaultKind::TooLong, "the text does not fit the model's window"))
        }
        "INVALID_ARGUMENT" => option(&says),
        "FAILED_PRECONDITION" if says(&["location"]) => {
            let detail = "it does not serve this place, or not without billing";
            Some(Told::new(FaultKind::Unauthorized, detail))
        }
        _ => None,
    }
}

/// The option of ours that the model does not take, with what to do about it.
fn option(says: &dyn Fn(&[&str]) -> bool) -> Option<Told> {
    let schema = ["schema", "response_mime_type", "responsemimetype", "json mode"];
    let detail = if says(&schema) {
        "its model cannot be held to this schema; set `json_schema = false` for it"
    } else if says(&["max_output_tokens", "maxoutputtokens"]) {
        "its model does not write so long an answer; set `max_output_tokens` for it"
    } else {
        return None;
    };
    Some(Told::new(FaultKind::Refused, detail))
}

/// Whether a detail names a quota of the day, which no wait of seconds mends.
fn is_daily(detail: &Value) -> bool {
    let violations = detail["violations"].as_array().map_or(&[][..], Vec::as_slice);
    violations.iter().filter_map(|one| one["quotaId"].as_str()).any(|id| id.contains("PerDay"))
}

/// The wait that a detail names, as `36s` or `3.5s`.
fn delay(detail: &Value) -> Option<Duration> {
    let told: SignedDuration = detail.get("retryDelay")?.as_str()?.parse().ok()?;
    Duration::try_from(told).ok()
}

/// The status that an error inside a success would have had.
fn status_of(body: &Value) -> Option<u16> {
    let code = body.pointer("/error/code").and_then(Value::as_u64)?;
    u16::try_from(code).ok()
}
