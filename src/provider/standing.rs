//! How each provider stands: what `/readyz`, `/v1/status`, the metrics and `mujaz check` tell of it.
//!
//! Plain data; `road` and `attempt` fill it in.

use std::time::Duration;

use super::{breaker::Health, open::ProviderState, usage::Totals};
use crate::dialect::Fault;

/// How far a provider's limits are used: so much of so much, `None` where there is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Calls this minute.
    pub requests: Option<(u64, u64)>,
    /// Tokens this minute.
    pub tokens: Option<(u64, u64)>,
    /// Characters this minute.
    pub characters: Option<(u64, u64)>,
    /// Calls at this moment.
    pub seats: (usize, usize),
}

/// How one provider stands, for metrics, status and readiness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name and how far it is, as `/readyz` tells it.
    pub state: ProviderState,
    /// Whether calls go through.
    pub health: Health,
    /// How far its limits are used.
    pub load: Load,
    /// What it did since the start.
    pub totals: Totals,
}

impl Standing {
    /// How much longer it is left alone, if it is.
    #[must_use]
    pub fn shut_for(&self) -> Option<Duration> {
        self.health.shut_for()
    }
}

/// What came of one provider's check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its name in config.toml.
    pub provider: String,
    /// How long it took to answer or to fail.
    pub latency: Duration,
    /// The model that answered, where the provider names one; or what went wrong, whose kind tells
    /// whether it was reached, knew the key and knew the model.
    pub outcome: Result<Option<String>, Fault>,
}
