//! `[limits]`: what one client may ask for. The same fields stand beside a key in keys.toml.

use std::num::{NonZeroU32, NonZeroU64};

use serde::{Deserialize, Serialize};

/// What one client may ask for: the holder of a key, else an address. Nothing is limited by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests a minute; as many may come at once, and then one at a time as the minute passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<NonZeroU32>,
    /// Characters a minute, counted over request bodies as they arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters_per_minute: Option<NonZeroU32>,
    /// Briefs made or waited for at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_briefs: Option<NonZeroU32>,
    /// Requests a day, from midnight to midnight UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_requests: Option<NonZeroU64>,
    /// Characters a day, from midnight to midnight UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_characters: Option<NonZeroU64>,
}

impl Limits {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// One share of these limits where so many replicas each take one; none falls below one.
    #[must_use]
    pub fn shared_by(self, replicas: u32) -> Self {
        let small = |limit: Option<NonZeroU32>| {
            limit.map(|limit| {
                NonZeroU32::new(limit.get() / replicas.max(1)).unwrap_or(NonZeroU32::MIN)
            })
        };
        let large = |limit: Option<NonZeroU64>| {
            let share = |limit: NonZeroU64| limit.get() / u64::from(replicas.max(1));
            limit.map(|limit| NonZeroU64::new(share(limit)).unwrap_or(NonZeroU64::MIN))
        };
        Self {
            requests_per_minute: small(self.requests_per_minute),
            characters_per_minute: small(self.characters_per_minute),
            concurrent_briefs: small(self.concurrent_briefs),
            daily_requests: large(self.daily_requests),
            daily_characters: large(self.daily_characters),
        }
    }

    /// These limits, and where one is not set, that of `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            requests_per_minute: self.requests_per_minute.or(below.requests_per_minute),
            characters_per_minute: self.characters_per_minute.or(below.characters_per_minute),
            concurrent_briefs: self.concurrent_briefs.or(below.concurrent_briefs),
            daily_requests: self.daily_requests.or(below.daily_requests),
            daily_characters: self.daily_characters.or(below.daily_characters),
        }
    }
}
