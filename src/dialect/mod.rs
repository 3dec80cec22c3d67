//! Vendors' wire formats: a task in, a wire request out; a wire answer in, an answer out.
//!
//! A dialect is a codec. It never sends, waits or retries, and it is the only place that knows a
//! vendor's field names and status codes. What went wrong leaves as a [`Fault`] whose
//! [`FaultKind`] is all that retry, failover and caching need to know; no text of the vendor's
//! answer is ever part of it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::{
    brief::{Answer, Task, Usage},
    finding::Finding,
};

/// What a provider can be asked for; the plan is split and merged to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Tasks it can do: a translation service only translates.
    pub summarizes: bool,
    /// Texts in one call, at most.
    pub max_texts: usize,
    /// Characters (Unicode scalar values) in one call, at most.
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
    /// A header whose name stands in the configuration.
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

/// What went wrong with one attempt. Its text is ours: no vendor's word stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// What retry, failover and caching need to know.
    pub kind: FaultKind,
    /// One clause for a person, without any text of the vendor, the article or a key.
    pub detail: String,
    /// How long the vendor asks to be left alone.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A fault without a wait.
    #[must_use]
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None }
    }
}

/// Kinds of fault. The variants are the policy: each says whether the same provider may be tried
/// again, whether the next one may, and how long the failure is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The vendor asks for fewer calls (429, 529). Wait as told, or go on to the next.
    Throttled,
    /// The vendor's quota or our budget is used up (402, 456). Go on; stays so for a while.
    Quota,
    /// The key is missing, wrong or not allowed (401, 403). Go on; stays so until mended.
    Unauthorized,
    /// The vendor does not know the model or the address (404). Go on; stays so until mended.
    NotFound,
    /// The vendor refuses this request (400, 413, 422): trying again changes nothing there.
    Refused,
    /// The task does not fit the model's window. Split it.
    TooLong,
    /// The vendor's filter stopped the text, or the model declined. Go on to the next.
    Filtered,
    /// The vendor failed (5xx). Worth another try.
    Unavailable,
    /// No connection, or it was cut. Worth another try.
    Unreachable,
    /// Nothing came in time. Not tried again there: go on.
    Timeout,
    /// A success that is no answer: not JSON, wrong shape, truncated, empty.
    Garbage,
    /// The answer stopped at the model's length limit.
    Truncated,
    /// The answer failed validation: wrong ids, left Arabic, a preamble.
    Invalid,
    /// The answer was larger than is read.
    TooLarge,
    /// The caller hung up or the deadline passed before it could start.
    Cancelled,
}

impl FaultKind {
    /// The stable name, kebab-case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Quota => "quota",
            Self::Unauthorized => "unauthorized",
            Self::NotFound => "not-found",
            Self::Refused => "refused",
            Self::TooLong => "too-long",
            Self::Filtered => "filtered",
            Self::Unavailable => "unavailable",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Garbage => "garbage",
            Self::Truncated => "truncated",
            Self::Invalid => "invalid",
            Self::TooLarge => "too-large",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A vendor's wire format. Object-safe: configuration chooses it.
pub trait Dialect: Send + Sync + std::fmt::Debug {
    /// What the vendor can be asked for.
    fn capabilities(&self) -> Capabilities;

    /// The request for a task that fits the capabilities.
    ///
    /// # Errors
    /// A fault of kind `Refused` where the vendor cannot do this kind of task.
    fn encode(&self, task: &Task) -> Result<WireRequest, Fault>;

    /// The answer to that task.
    ///
    /// # Errors
    /// A fault for every status that is no success and every success that is no answer.
    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault>;
}
