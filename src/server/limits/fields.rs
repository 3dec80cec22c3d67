//! `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers-10 has them.
//!
//! `RateLimit-Policy` lists every policy that the client is under, `RateLimit` where the most
//! constrained of those that the request touched stands: `r` is what remains, `t` the seconds until
//! there is more. Characters are no unit of the draft's registry; `qu="characters"` says what is
//! counted all the same.

use std::{
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::Limits;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// One limit of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) name: &'static str,
    pub(super) quota: u64,
    /// Seconds; `None` for what is held and given back.
    window: Option<u64>,
    /// `None` is requests.
    unit: Option<&'static str>,
}

impl Policy {
    pub(super) fn requests(limit: NonZeroU32) -> Self {
        let quota = u64::from(limit.get());
        Self { name: "requests", quota, window: Some(60), unit: None }
    }

    pub(super) fn characters(limit: NonZeroU32) -> Self {
        let quota = u64::from(limit.get());
        Self { name: "characters", quota, window: Some(60), unit: Some("characters") }
    }

    pub(super) fn briefs(quota: u32) -> Self {
        let unit = Some("concurrent-requests");
        Self { name: "briefs", quota: u64::from(quota), window: None, unit }
    }

    pub(super) fn daily_requests(limit: NonZeroU64) -> Self {
        Self { name: "daily-requests", quota: limit.get(), window: Some(86_400), unit: None }
    }

    pub(super) fn daily_characters(limit: NonZeroU64) -> Self {
        let unit = Some("characters");
        Self { name: "daily-characters", quota: limit.get(), window: Some(86_400), unit }
    }

    /// Whether characters are counted.
    pub(super) fn is_of_characters(self) -> bool {
        self.unit == Some("characters")
    }

    /// What the quota counts, as words after its number.
    pub(super) fn in_words(self) -> &'static str {
        match self.name {
            "requests" => "requests a minute",
            "characters" => "characters a minute",
            "daily-requests" => "requests a day",
            "daily-characters" => "characters a day",
            _ => "briefs at the same time",
        }
    }

    fn field(self) -> String {
        let Self { name, quota, window, unit } = self;
        let unit = unit.map_or_else(String::new, |unit| format!(";qu=\"{unit}\""));
        let window = window.map_or_else(String::new, |seconds| format!(";w={seconds}"));
        format!("\"{name}\";q={quota}{unit}{window}")
    }
}

/// Where a policy stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) policy: Policy,
    pub(super) remaining: u64,
    /// Seconds until there is more.
    pub(super) reset: Option<u64>,
}

impl Standing {
    pub(super) fn daily(policy: Policy, remaining: u64, left: Duration) -> Self {
        Self { policy, remaining, reset: Some(left.as_secs() + 1) }
    }

    fn field(&self) -> String {
        let reset = self.reset.map_or_else(String::new, |seconds| format!(";t={seconds}"));
        format!("\"{}\";r={}{reset}", self.policy.name, self.remaining)
    }

    /// What remains of the whole, in millionths.
    fn share(&self) -> u64 {
        self.remaining.saturating_mul(1_000_000) / self.policy.quota.max(1)
    }
}

/// `RateLimit-Policy` of whoever is held to these limits; it stays the same from request to request.
pub(super) fn policy(limits: &Limits) -> Option<HeaderValue> {
    let policies: Vec<String> = policies(limits).map(Policy::field).collect();
    HeaderValue::from_str(&policies.join(", ")).ok()
}

/// Writes both fields.
pub(super) fn write(headers: &mut HeaderMap, policy: Option<&HeaderValue>, standings: &[Standing]) {
    if let Some(value) = policy {
        headers.insert(POLICY, value.clone());
    }
    let constrained = standings.iter().min_by_key(|standing| standing.share());
    if let Some(value) = constrained.and_then(|one| HeaderValue::from_str(&one.field()).ok()) {
        headers.insert(LIMIT, value);
    }
}

fn policies(limits: &Limits) -> impl Iterator<Item = Policy> {
    let Limits {
        requests_per_minute,
        characters_per_minute,
        concurrent_briefs,
        daily_requests,
        daily_characters,
    } = *limits;
    [
        requests_per_minute.map(Policy::requests),
        characters_per_minute.map(Policy::characters),
        concurrent_briefs.map(|quota| Policy::briefs(quota.get())),
        daily_requests.map(Policy::daily_requests),
        daily_characters.map(Policy::daily_characters),
    ]
    .into_iter()
    .flatten()
}
