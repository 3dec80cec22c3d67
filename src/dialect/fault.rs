//! What can go wrong between a task and its answer, in the words of no vendor.
//!
//! Failover, retry and caching look at the [`FaultKind`] alone. Never holds any text of an answer,
//! an article or a key.

use std::time::Duration;

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
    /// The vendor refuses this request (400, 422): trying again changes nothing there.
    Refused,
    /// The task does not fit the model's window or the vendor's bounds (413). Split it.
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
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Throttled,
        Self::Quota,
        Self::Unauthorized,
        Self::NotFound,
        Self::Refused,
        Self::TooLong,
        Self::Filtered,
        Self::Unavailable,
        Self::Unreachable,
        Self::Timeout,
        Self::Garbage,
        Self::Truncated,
        Self::Invalid,
        Self::TooLarge,
        Self::Cancelled,
    ];

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
