//! Answers that were paid for, and failures that would only be repeated.
//!
//! # How long
//! An answer is fresh for `fresh_for`; after that it is kept for `stale_for` more and serves only
//! when no provider can answer. A failure that lies in the text is remembered by its kind, for the
//! times in [`failure_lifetime`]; a failure that lies in the provider is the breaker's business.
//! The two are kept apart, so that a failure never drives out an answer.
//!
//! # Time
//! moka's own lifetimes do not obey a paused clock, so each entry carries the moment it was made,
//! and this module decides. Moments are wall-clock, so that entries could outlive the process.
//!
//! # Space
//! Entries are weighed by their bytes, overhead included, and the least used go first.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::key::Key;
use crate::{
    brief::Answered,
    clock,
    dialect::{Fault, FaultKind},
};

/// What an entry takes beside the length of its JSON, rounded up from what a million took.
const OVERHEAD: usize = 512;
/// Failures remembered at the same time.
const FAILURES: u64 = 10_000;

/// What is kept, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheOptions {
    /// Bytes of answers kept in memory, at most. Zero keeps nothing.
    pub bytes: u64,
    /// How long an answer serves. The same text in the same model under the same prompts does not
    /// go bad, so this is long.
    pub fresh_for: Duration,
    /// How much longer it serves while no provider can answer.
    pub stale_for: Duration,
}

impl Default for CacheOptions {
    fn default() -> Self {
        let day = Duration::from_secs(24 * 3600);
        Self { bytes: 64 << 20, fresh_for: 30 * day, stale_for: 60 * day }
    }
}

/// How long a failure of this kind is remembered for the same task; none for a failure that says
/// something about the provider rather than about the text.
fn failure_lifetime(kind: FaultKind) -> Option<Duration> {
    use FaultKind as K;
    let seconds = match kind {
        K::Refused | K::TooLong | K::Filtered => 600,
        K::Truncated | K::Invalid | K::TooLarge => 30,
        K::Throttled | K::Quota | K::Unauthorized | K::NotFound | K::Unavailable => return None,
        K::Unreachable | K::Timeout | K::Garbage | K::Cancelled => return None,
    };
    Some(Duration::from_secs(seconds))
}

/// The answers and failures in memory.
#[derive(Debug)]
pub(crate) struct Cache {
    answers: moka::future::Cache<Key, Kept>,
    failures: moka::future::Cache<Key, (Fault, Timestamp)>,
    options: CacheOptions,
}

/// An answer with the moment it was made.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) answered: Arc<Answered>,
    made: Timestamp,
    weight: u32,
}

impl Cache {
    pub(crate) fn new(options: CacheOptions) -> Self {
        let answers = moka::future::Cache::builder()
            .max_capacity(options.bytes)
            .weigher(|_, kept: &Kept| kept.weight)
            .build();
        let failures = moka::future::Cache::new(FAILURES);
        Self { answers, failures, options }
    }

    /// An answer that is fresh and, where that is asked, younger than `max_age`.
    pub(crate) async fn fresh(&self, key: &Key, max_age: Option<Duration>) -> Option<Kept> {
        let kept = self.answers.get(key).await?;
        let bound = max_age.map_or(self.options.fresh_for, |age| age.min(self.options.fresh_for));
        younger(kept.made, bound).then_some(kept)
    }

    /// An answer that may serve because nobody can give a better one.
    pub(crate) async fn stale(&self, key: &Key) -> Option<Kept> {
        let kept = self.answers.get(key).await?;
        let bound = self.options.fresh_for.saturating_add(self.options.stale_for);
        younger(kept.made, bound).then_some(kept)
    }

    /// A failure of this very task that is not worth repeating yet.
    pub(crate) async fn failure(&self, key: &Key) -> Option<Fault> {
        let (fault, made) = self.failures.get(key).await?;
        let bound = failure_lifetime(fault.kind)?;
        younger(made, bound).then_some(fault)
    }

    /// Keeps an answer. It must have been validated.
    pub(crate) async fn keep(&self, key: Key, answered: Answered) {
        let bytes = serde_json::to_vec(&answered).map_or(usize::MAX, |text| text.len());
        let weight = u32::try_from(bytes.saturating_add(OVERHEAD)).unwrap_or(u32::MAX);
        let kept = Kept { answered: Arc::new(answered), made: clock::utc(), weight };
        self.answers.insert(key, kept).await;
    }

    /// Remembers a failure, where its kind is one to remember.
    pub(crate) async fn remember(&self, key: Key, fault: &Fault) {
        if failure_lifetime(fault.kind).is_some() {
            self.failures.insert(key, (fault.clone(), clock::utc())).await;
        }
    }

    /// Entries and bytes, as far as moka has counted.
    pub(crate) fn size(&self) -> (u64, u64) {
        (self.answers.entry_count(), self.answers.weighted_size())
    }

    pub(crate) fn clear(&self) {
        self.answers.invalidate_all();
        self.failures.invalidate_all();
    }
}

fn younger(made: Timestamp, bound: Duration) -> bool {
    let age = Duration::try_from(clock::utc().duration_since(made)).unwrap_or_default();
    age < bound
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
