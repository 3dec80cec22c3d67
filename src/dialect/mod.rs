//! Vendors' wire formats: a task in, a wire request out; a wire answer in, an answer out.
//!
//! A dialect is a codec. It never sends, waits or retries, and it is the only place that knows a
//! vendor's field names and status codes. What went wrong leaves as a [`Fault`] whose
//! [`FaultKind`] is all that retry, failover and caching need to know; no text of the vendor's
//! answer is ever part of it.

mod anthropic;
mod azure;
mod build;
mod deepl;
mod events;
mod fault;
mod gemini;
mod google;
pub(crate) mod http;
mod language;
mod libretranslate;
mod model;
mod openai;
mod refused;
mod status;
mod translations;

use ::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use jiff::Timestamp;

use crate::{
    brief::{Answer, Task, Usage},
    finding::Finding,
};

pub use self::{
    anthropic::Anthropic,
    azure::Azure,
    build::build,
    deepl::DeepL,
    fault::{Fault, FaultKind},
    gemini::Gemini,
    google::Google,
    http::Http,
    libretranslate::LibreTranslate,
    openai::OpenAi,
};

/// What a provider can be asked for; tasks are split and merged to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// It writes summaries and headlines: a translation service only translates.
    pub summarizes: bool,
    /// Texts in one call, at most.
    pub max_texts: usize,
    /// Characters (Unicode scalar values) of text in one call, at most.
    pub max_characters: usize,
    /// Encoded bytes of one request, at most.
    pub max_bytes: usize,
    /// It takes surrounding text that is not translated.
    pub context: bool,
    /// It takes terms with each request.
    pub glossary: bool,
    /// It can be held to a JSON schema.
    pub structured: bool,
    /// It can answer as a stream.
    pub streaming: bool,
    /// It can be told what was wrong with its last answer and asked again.
    pub repairs: bool,
}

/// What one call asks for.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The task, which fits the capabilities.
    pub task: &'a Task,
    /// What was wrong with the last answer to it, in our words, one sentence each. Empty for a
    /// first call, and for every call to a provider that does not repair.
    pub complaints: &'a [String],
    /// The desk that asks, where it has prompts of its own.
    pub desk: Option<&'a str>,
}

/// A request ready to be sent, but for the provider's key, which the transport adds.
#[derive(Clone, Debug)]
pub struct WireRequest {
    /// HTTP method.
    pub method: Method,
    /// Path and query to be joined to the provider's `base_url`, with a leading slash.
    pub path: String,
    /// Headers beside those of authentication.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Where the key goes.
    pub auth: Auth,
    /// The answer comes as server-sent events.
    pub stream: bool,
    /// What the request left out because the provider does not support it.
    pub findings: Vec<Finding>,
}

/// Where a provider's key goes in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// No key is sent.
    None,
    /// `authorization: Bearer KEY`.
    Bearer,
    /// A header of this name holding this prefix and the key.
    Header(&'static str, &'static str),
    /// A header whose name and prefix stand in the configuration.
    NamedHeader(String, String),
    /// A field of this name in a JSON body (LibreTranslate's `api_key`).
    JsonField(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
}

/// A whole answer as it came over the wire.
#[derive(Clone, Debug)]
pub struct WireAnswer {
    /// The vendor's status.
    pub status: StatusCode,
    /// The vendor's headers.
    pub headers: HeaderMap,
    /// The body, bounded in size; a stream is given as its joined bytes.
    pub body: Bytes,
    /// When it came, for waits that a vendor gives as a date.
    pub received: Timestamp,
}

/// A decoded answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The answer.
    pub answer: Answer,
    /// What it cost, as far as the vendor says; `calls` is left to the road.
    pub usage: Usage,
    /// The model that answered, where the vendor names it.
    pub model: Option<String>,
    /// What a reader should know.
    pub findings: Vec<Finding>,
}

/// A vendor's wire format. Object-safe: configuration chooses it.
pub trait Dialect: Send + Sync + std::fmt::Debug {
    /// What the vendor can be asked for.
    fn capabilities(&self) -> Capabilities;

    /// The request for a task that fits the capabilities.
    ///
    /// # Errors
    /// A fault of kind `Refused` where the vendor cannot do this kind of task.
    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault>;

    /// The answer to that task.
    ///
    /// # Errors
    /// A fault for every status that is no success and every success that is no answer.
    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault>;
}

#[cfg(test)]
mod cassettes_tests;
