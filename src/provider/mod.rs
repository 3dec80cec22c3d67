//! Where work is sent, and what is done when it fails.
//!
//! [`Providers::run`] takes a task the whole road; `road.rs` shows it in one screen:
//!
//! ```text
//! ids → key → cache: hit
//!           │ join the flight of an equal task, of this replica or another
//!           │ lead: for each provider of the route
//!                   breaker → limits → attempt → classify → retry here │ next provider │ give up
//! ```
//!
//! # Who stops when
//! A caller waits until its own deadline. The work behind it is a flight of its own: it outlives
//! a caller who hangs up, because what was paid for is kept, and lasts until the latest deadline of
//! all who joined. Where nothing may be kept (`no-store`, confidential) there is no flight: a caller
//! who hangs up closes the connection.
//!
//! # What is remembered
//! Whole answers, under the provider that really gave them; failures of a text (`Refused`, `Filtered`
//! and their like) for a short time of their own; failures of a provider in its breaker.
//!
//! # What never happens
//! No text, key, address or vendor's word is part of a [`Failure`], a log line or a metric.

mod attempt;
mod breaker;
mod cache;
mod deadline;
mod failure;
mod flights;
mod foresee;
mod hedge;
mod ids;
mod journey;
mod key;
mod landed;
mod ledger;
mod limit;
#[cfg(feature = "local")]
pub mod local;
mod open;
mod place;
mod retry;
mod road;
mod route;
mod sound;
mod split;
mod standing;
mod transport;
mod usage;

use std::{fmt, time::Duration};

pub use self::{
    breaker::{BreakerPolicy, Health},
    cache::CacheOptions,
    failure::{Failure, Reason},
    foresee::{Estimate, Foreseen},
    key::task_key,
    ledger::Account,
    open::{ProviderState, SetUpError},
    place::{Embedded, Place, Progress},
    retry::RetryPolicy,
    road::Providers,
    standing::{Checked, Load, Standing},
    usage::{Price, Tally, Totals},
};
use crate::{
    brief::{Answered, Usage},
    clock::Instant,
    shared::Shared,
    store::{Answers, Spend},
    telemetry::Seen,
};

/// The names of providers to try for each kind of task, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// For translations.
    pub translate: Vec<String>,
    /// For sections' briefs, headline and summary.
    pub summarize: Vec<String>,
}

/// How the road behaves where a provider's own configuration does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes read of one answer, at most, after decompression.
    pub max_answer_bytes: usize,
    /// What is kept, and for how long.
    pub cache: CacheOptions,
    /// When a provider is left alone.
    pub breaker: BreakerPolicy,
    /// When a provider is asked again.
    pub retry: RetryPolicy,
    /// What all providers together may cost in one UTC day, in United States dollars.
    pub daily_usd: Option<f64>,
    /// Where what was spent outlives the process.
    pub spend: Option<Spend>,
    /// Where answers outlive the process.
    pub disk: Answers,
    /// What all replicas have in common.
    pub shared: Shared,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_answer_bytes: 8 << 20,
            cache: CacheOptions::default(),
            breaker: BreakerPolicy::default(),
            retry: RetryPolicy::default(),
            daily_usd: None,
            spend: None,
            disk: Answers::none(),
            shared: Shared::alone(),
        }
    }
}

/// How a caller wants one task run.
#[derive(Clone)]
pub struct Call {
    /// The caller waits no longer than this.
    pub deadline: Instant,
    /// Whether kept answers serve and whether this one is kept.
    pub cache: CachePolicy,
    /// The text is unpublished: only providers marked so may see it, and nothing is kept.
    pub confidential: bool,
    /// Who may share the answer: callers of the same scope. Empty for everybody.
    pub scope: String,
    /// The desk that asks; its own prompts are used where it has some.
    pub desk: Option<String>,
    /// What was wrong with an earlier answer to the same task, one sentence each; then only
    /// providers that can be told are asked.
    pub complaints: Vec<String>,
    /// Who pays, where that is bounded.
    pub account: Account,
    /// SHA-256 of the source text, under which kept answers can be forgotten.
    pub source: Option<[u8; 32]>,
    /// Told how far the embedded model is; other providers say nothing on the way.
    pub progress: Option<Progress>,
    /// What is measured of the caller's request.
    pub seen: Seen,
}

impl Call {
    /// An ordinary call: kept answers serve everybody.
    #[must_use]
    pub fn until(deadline: Instant) -> Self {
        let cache = CachePolicy::Use;
        let scope = String::new();
        Self {
            deadline,
            cache,
            confidential: false,
            scope,
            desk: None,
            complaints: Vec::new(),
            account: Account::default(),
            source: None,
            progress: None,
            seen: Seen::default(),
        }
    }

    /// Whether the answer may be kept or shared with another caller.
    pub(crate) fn keeps(&self) -> bool {
        !self.confidential && self.cache != CachePolicy::NoStore
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("deadline", &self.deadline)
            .field("cache", &self.cache)
            .field("confidential", &self.confidential)
            .finish_non_exhaustive()
    }
}

/// Whether kept answers serve a call and whether its own is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// Any fresh answer serves; a stale one where no provider can answer.
    #[default]
    Use,
    /// Only an answer younger than this serves.
    MaxAge(Duration),
    /// No kept answer serves; the new one is kept.
    NoCache,
    /// Nothing is read, kept or shared.
    NoStore,
}

/// How an answer was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A provider was called for this task.
    Called,
    /// Another caller's call for an equal task was shared.
    Joined,
    /// It was kept and fresh.
    Cached,
    /// It was kept and past its lifetime, and no provider could answer.
    Stale,
}

/// A task that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The answer. Its usage is what *this* caller's task cost: nothing unless `how` is `Called`.
    pub answered: Answered,
    /// How it was come by.
    pub how: How,
    /// United States dollars; `None` where the provider's price is not configured.
    pub cost_usd: Option<f64>,
}

impl Done {
    /// Nothing was paid for it.
    #[must_use]
    pub fn cached(&self) -> bool {
        self.how != How::Called
    }

    /// The same answer for a caller who paid nothing for it.
    pub(crate) fn unpaid(mut self, how: How) -> Self {
        self.answered.usage = Usage::default();
        Self { how, cost_usd: Some(0.0), ..self }
    }
}
