//! Answers that were paid for, and failures that would only be repeated.
//!
//! # Tiers
//! In memory, under it in the store, which outlives the process, and under that, where several
//! replicas share a server, with all of them (`shared::answers`). An answer found below is taken into
//! memory; a new one is on the disk before its caller has it. A disk or a server that fails or is slow
//! costs its answers and fails nobody.
//!
//! # How long
//! An answer is fresh for `fresh_for`; after that it is kept for `stale_for` more and serves only
//! when no provider can answer. A failure that lies in the text is remembered by its kind, for the
//! times in [`failure_lifetime`]; a failure that lies in the provider is the breaker's business.
//! The two are kept apart, so that a failure never drives out an answer.
//!
//! # Time
//! moka's own lifetimes do not obey a paused clock, so each entry carries the moment it was made,
//! and this module decides. Moments are wall-clock, because entries outlive the process.
//!
//! # Space
//! Entries in memory are weighed by their bytes, overhead included, and the least used go first.
//!
//! # Versions on the disk
//! 1. `{"v":1,"answered":…}`, the answer as JSON. What is of another version, or no such JSON, is
//!    no answer.

use std::{collections::HashSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::{
    brief::Answered,
    clock,
    dialect::{Fault, FaultKind},
    shared::{Keeping, Lease, Shared},
    store::{Answers, StoreError},
    telemetry::meters::Lookups,
};

/// The version of an answer on the disk; see the list above.
const VERSION: u32 = 1;
/// A disk that takes longer is left alone: its answer is asked for again, or not kept there.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// The answers and failures.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    answers: moka::future::Cache<Key, Kept>,
    disk: Answers,
    shared: Shared,
    failures: moka::future::Cache<Key, (Fault, Timestamp)>,
    options: CacheOptions,
    lookups: Lookups,
}

/// An answer with the moment it was made.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) answered: Arc<Answered>,
    made: Timestamp,
    weight: u32,
    /// What it is known to have served.
    sources: Arc<[Source]>,
}

/// SHA-256 of a source text.
pub(crate) type Source = [u8; 32];

#[derive(Serialize)]
struct Writing<'a> {
    v: u32,
    answered: &'a Answered,
}

#[derive(Deserialize)]
struct Reading {
    v: u32,
    answered: Answered,
}

/// An answer on its way to other replicas, with the moment it was made.
#[derive(Serialize)]
struct Travelling<'a> {
    v: u32,
    made: Timestamp,
    answered: &'a Answered,
}

#[derive(Deserialize)]
struct Travelled {
    v: u32,
    made: Timestamp,
    answered: Answered,
}

impl Cache {
    pub(crate) fn new(options: CacheOptions, disk: Answers) -> Self {
        let answers = memory(options.bytes);
        let failures = moka::future::Cache::new(FAILURES);
        let lookups = Lookups::of("disk");
        Self { answers, disk, shared: Shared::alone(), failures, options, lookups }
    }

    /// The same tiers, and under them that of all replicas.
    pub(crate) fn over(mut self, shared: &Shared) -> Self {
        self.shared = shared.clone();
        self
    }

    /// The same answers under other options. Memory of another size begins empty; what the disk
    /// keeps comes back as it is asked for.
    pub(crate) fn renewed(&self, options: CacheOptions) -> Self {
        let kept = self.clone();
        if options.bytes == self.options.bytes {
            return Self { options, ..kept };
        }
        Self { answers: memory(options.bytes), options, ..kept }
    }

    /// An answer in memory that is fresh and, where that is asked, younger than `max_age`.
    pub(crate) async fn near(&self, key: &Key, max_age: Option<Duration>) -> Option<Kept> {
        self.answers.get(key).await.filter(|kept| self.is_fresh(kept, max_age))
    }

    /// The same from memory or the disk.
    pub(crate) async fn fresh(&self, key: &Key, max_age: Option<Duration>) -> Option<Kept> {
        self.find(key).await.filter(|kept| self.is_fresh(kept, max_age))
    }

    /// An answer that may serve because nobody can give a better one.
    pub(crate) async fn stale(&self, key: &Key) -> Option<Kept> {
        let bound = self.options.fresh_for.saturating_add(self.options.stale_for);
        self.find(key).await.filter(|kept| younger(kept.made, bound))
    }

    fn is_fresh(&self, kept: &Kept, max_age: Option<Duration>) -> bool {
        let fresh_for = self.options.fresh_for;
        younger(kept.made, max_age.map_or(fresh_for, |age| age.min(fresh_for)))
    }

    async fn find(&self, key: &Key) -> Option<Kept> {
        if let Some(kept) = self.answers.get(key).await {
            return Some(kept);
        }
        let on_disk = self.on_disk(key).await;
        self.lookups.count(on_disk.is_some());
        match on_disk {
            Some(kept) => Some(kept),
            None => self.far(key).await,
        }
    }

    /// An answer that another replica paid for.
    async fn far(&self, key: &Key) -> Option<Kept> {
        let text = self.shared.answer(key.bytes()).await?;
        let Travelled { v, made, answered } = serde_json::from_slice(&text).ok()?;
        if v != VERSION {
            return None;
        }
        let (answered, weight) = (Arc::new(answered), weight(text.len()));
        let kept = Kept { answered, made, weight, sources: Arc::default() };
        self.answers.insert(*key, kept.clone()).await;
        Some(kept)
    }

    async fn on_disk(&self, key: &Key) -> Option<Kept> {
        let found = tokio::time::timeout(PATIENCE, self.disk.get(key.bytes())).await.ok()??;
        let Reading { v, answered } = serde_json::from_slice(&found.value).ok()?;
        if v != VERSION {
            return None;
        }
        let kept = Kept {
            answered: Arc::new(answered),
            made: found.made,
            weight: weight(found.value.len()),
            sources: found.sources.into(),
        };
        self.answers.insert(*key, kept.clone()).await;
        Some(kept)
    }

    /// A failure of this very task that is not worth repeating yet.
    pub(crate) async fn failure(&self, key: &Key) -> Option<Fault> {
        let (fault, made) = self.failures.get(key).await?;
        let bound = failure_lifetime(fault.kind)?;
        younger(made, bound).then_some(fault)
    }

    /// Keeps an answer made for `source`, brought by the holder of a `lease` where there is one; it is
    /// on the disk when this ends. It must have been validated.
    pub(crate) async fn keep(
        &self,
        key: Key,
        answered: Answered,
        source: Option<Source>,
        lease: Option<&Lease>,
    ) {
        let made = clock::utc();
        let travelling = Travelling { v: VERSION, made, answered: &answered };
        let travelling = serde_json::to_vec(&travelling).unwrap_or_default();
        let text = serde_json::to_vec(&Writing { v: VERSION, answered: &answered });
        // An answer is plain text and numbers, which JSON always holds.
        let Ok(text) = text else { return };
        let kept = Kept {
            answered: Arc::new(answered),
            made,
            weight: weight(text.len()),
            sources: source.into_iter().collect(),
        };
        self.answers.insert(key, kept).await;
        let (lifetime, source_of) = (self.lifetime(), source.as_ref());
        let keeping = Keeping { key: key.bytes(), text: &travelling, source: source_of, lifetime };
        let near = settle(self.disk.put(key.bytes(), &text, made, source));
        tokio::join!(near, self.shared.keep(keeping, lease));
    }

    /// After that an answer can serve nobody.
    fn lifetime(&self) -> Duration {
        self.options.fresh_for.saturating_add(self.options.stale_for)
    }

    /// Remembers that a kept answer served `source` as well.
    pub(crate) async fn tag(&self, key: Key, kept: Kept, source: Source) {
        if !kept.sources.contains(&source) {
            let sources = kept.sources.iter().copied().chain([source]).collect();
            self.answers.insert(key, Kept { sources, ..kept }).await;
            let (near, keys) = (settle(self.disk.tag(key.bytes(), &source)), [key]);
            tokio::join!(near, self.tag_far(&keys, &source));
        }
    }

    /// Remembers that those of these answers served `source` that lie with all replicas.
    pub(crate) async fn tag_far(&self, keys: &[Key], source: &Source) {
        if keys.is_empty() {
            return;
        }
        let keys: Vec<[u8; 32]> = keys.iter().map(|key| *key.bytes()).collect();
        self.shared.tag(&keys, source, self.lifetime()).await;
    }

    /// Forgets all answers that served `source`, in all replicas; gives how many they were, not
    /// counting what others keep for themselves.
    ///
    /// # Errors
    /// Where the disk fails; memory and the other replicas have forgotten them then.
    pub(crate) async fn forget(&self, source: &Source) -> Result<usize, StoreError> {
        let here = self.forget_here(source).await;
        let none = HashSet::new();
        let far = self.shared.forget(source, here.as_ref().unwrap_or(&none)).await;
        here.map(|near| near.len() + far)
    }

    /// The same in this replica alone; gives their keys.
    ///
    /// # Errors
    /// Where the disk fails; memory has forgotten them then.
    pub(crate) async fn forget_here(
        &self,
        source: &Source,
    ) -> Result<HashSet<[u8; 32]>, StoreError> {
        let served = |(_, kept): &(Arc<Key>, Kept)| kept.sources.contains(source);
        let near: HashSet<Key> = self.answers.iter().filter(served).map(|(key, _)| *key).collect();
        for key in &near {
            self.answers.invalidate(key).await;
        }
        let far = self.disk.remove_by_source(source).await?;
        let far: HashSet<Key> = far.into_iter().map(Key::of_bytes).collect();
        for key in far.difference(&near) {
            self.answers.invalidate(key).await;
        }
        Ok(near.union(&far).map(|key| *key.bytes()).collect())
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

    /// Forgets everything.
    ///
    /// # Errors
    /// Where the disk fails; memory has forgotten everything then.
    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        self.answers.invalidate_all();
        self.failures.invalidate_all();
        self.disk.clear().await
    }
}

fn memory(bytes: u64) -> moka::future::Cache<Key, Kept> {
    let weigher = |_: &Key, kept: &Kept| kept.weight;
    // The rest is what the allocator leaves between entries that come and go: 4 % over a million.
    let for_entries = bytes - bytes / 16;
    moka::future::Cache::builder().max_capacity(for_entries).weigher(weigher).build()
}

/// Waits for the disk, but not for long. Whoever has the answer can go on without.
async fn settle(write: impl Future<Output = Result<(), StoreError>>) {
    let failed = match tokio::time::timeout(PATIENCE, write).await {
        Ok(outcome) => outcome.err().map(|error| error.to_string()),
        Err(_) => Some("it did not answer in time".to_owned()),
    };
    if let Some(reason) = failed {
        tracing::debug!(reason, "an answer is not on the disk");
    }
}

fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes.saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
}

fn younger(made: Timestamp, bound: Duration) -> bool {
    let age = Duration::try_from(clock::utc().duration_since(made)).unwrap_or_default();
    age < bound
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
