//! Answers of language models that are none: error objects, and bodies that are no JSON.
//!
//! The status gives the kind of a fault and how long to wait; a vendor's error object can know
//! better, and what it says is read for that alone. None of its words leave this module.

use std::time::Duration;

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fault, FaultKind, WireAnswer, status};

/// What an error object tells beyond its status, in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    kind: FaultKind,
    detail: &'static str,
    wait: Option<Duration>,
}

impl Told {
    /// A kind that the status alone does not show.
    pub(super) fn new(kind: FaultKind, detail: &'static str) -> Self {
        Self { kind, detail, wait: None }
    }

    /// The same, with a wait that stands in the body.
    pub(super) fn after(mut self, wait: Option<Duration>) -> Self {
        self.wait = wait;
        self
    }
}

/// How a vendor's error object is read.
pub(super) type Reading = fn(StatusCode, &Value) -> Option<Told>;

/// The fault that an answer without success is.
pub(super) fn fault(answer: &WireAnswer, told: Reading) -> Fault {
    let plain = status::refusal(answer);
    let body = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let Some(told) = told(answer.status, &body) else { return plain };
    let waits = matches!(told.kind, FaultKind::Throttled | FaultKind::Unavailable);
    let retry_after = told.wait.or(plain.retry_after).filter(|_| waits);
    Fault { retry_after, ..Fault::new(told.kind, told.detail) }
}

/// The fault that an error object inside a success is, as if it had come with its own status.
pub(super) fn inside(
    answer: &WireAnswer,
    error: &Value,
    told: Reading,
    status_of: fn(&Value) -> Option<u16>,
) -> Fault {
    let status = status_of(error).and_then(|status| StatusCode::from_u16(status).ok());
    let Some(status) = status.filter(|status| status.as_u16() >= 400) else {
        let told = told(StatusCode::OK, error);
        let nameless = Told::new(FaultKind::Garbage, "it sent an error as a success");
        let Told { kind, detail, .. } = told.unwrap_or(nameless);
        return Fault::new(kind, detail);
    };
    let body = error.to_string().into();
    fault(&WireAnswer { status, body, ..answer.clone() }, told)
}

/// The JSON of a success.
///
/// # Errors
/// Garbage, where the body is anything else.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let detail = match (body.trim_ascii_start().first(), error.classify()) {
            (None, _) => "its answer is empty",
            (Some(b'<'), _) => "its answer is a web page, not JSON",
            (_, serde_json::error::Category::Data) => "its answer is JSON of another shape",
            (_, serde_json::error::Category::Eof) => "its answer breaks off in mid-JSON",
            _ => "its answer is no JSON",
        };
        Fault::new(FaultKind::Garbage, detail)
    })
}

/// Whether a vendor's message holds one of these words, which are in lower case.
pub(super) fn says(message: &str, words: &[&str]) -> bool {
    let message = message.to_lowercase();
    words.iter().any(|words| message.contains(words))
}

/// A count that stands at a JSON pointer, else 0: an answer is not lost over its bill. At most
/// 2³²-1, so that counts can be added up.
pub(super) fn count(usage: &Value, pointer: &str) -> u64 {
    let count = usage.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    count.min(u64::from(u32::MAX))
}
