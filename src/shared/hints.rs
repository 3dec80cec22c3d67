//! Providers that another replica found down, or up again.
//!
//! A hint shuts a breaker as if this replica had seen it itself, and never opens one before its own
//! probe: it only lets that probe go at once. It is dropped with the connection, because hints are
//! worth little when they are old. Names of providers lie on the server in the open.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Shared, keeper::Saying, names::Names};
use crate::{
    clock::{self, Instant},
    dialect::FaultKind,
};

/// What is told of one provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    by: String,
    provider: String,
    /// Why it is left alone; `None` where it answers again.
    fault: Option<FaultKind>,
    /// How long, in milliseconds.
    millis: u64,
    /// Whether one call goes ahead when the time is up.
    probe: bool,
    /// When the hint lapses, in milliseconds since 1970 on the teller's clock.
    until: i64,
}

/// What a breaker is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// The provider is to be left alone until then, for this kind of fault.
    Shut {
        /// Until when.
        until: Instant,
        /// Why.
        kind: FaultKind,
        /// Whether one call goes ahead when the time is up.
        probe: bool,
    },
    /// It answers again.
    Answers,
}

#[derive(Debug, Default)]
pub(super) struct Hints {
    providers: Mutex<HashMap<String, Option<Hint>>>,
}

impl Hints {
    /// Takes in what another replica told.
    pub(super) fn hear(&self, told: Told, myself: &str) {
        if told.by == myself {
            return;
        }
        let left = match told.until - clock::utc().as_millisecond() {
            left if left <= 0 => return,
            left => Duration::from_millis(left.unsigned_abs().min(told.millis)),
        };
        let hint = match told.fault {
            Some(kind) => Hint::Shut { until: clock::now() + left, kind, probe: told.probe },
            None => Hint::Answers,
        };
        // Of a provider that is not configured here nothing is kept.
        if let Some(place) = self.lock().get_mut(&told.provider) {
            *place = Some(hint);
        }
    }

    /// Names under which hints on the known providers are left.
    pub(super) fn known(&self, names: &Names) -> Vec<String> {
        self.lock().keys().map(|provider| names.of("breaker", provider.as_bytes())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Option<Hint>>> {
        self.providers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Wants to hear of this provider.
    pub(crate) fn know(&self, provider: &str) {
        if let Some(inner) = &self.inner {
            inner.hints.lock().entry(provider.to_owned()).or_default();
        }
    }

    /// What another replica told of this provider since this was last asked.
    pub(crate) fn hint(&self, provider: &str) -> Option<Hint> {
        self.inner.as_ref()?.hints.lock().get_mut(provider)?.take()
    }

    /// Tells the others that a provider is to be left alone for so long.
    pub(crate) fn tell_shut(&self, provider: &str, kind: FaultKind, left: Duration, probe: bool) {
        self.tell_of(provider, Some(kind), left, probe);
    }

    /// Tells the others that a provider which was left alone answers again.
    pub(crate) fn tell_open(&self, provider: &str) {
        self.tell_of(provider, None, Duration::from_secs(5), false);
    }

    fn tell_of(&self, provider: &str, fault: Option<FaultKind>, left: Duration, probe: bool) {
        let Some(inner) = &self.inner else { return };
        let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        let told = Told {
            by: inner.replica.clone(),
            provider: provider.to_owned(),
            fault,
            millis,
            probe,
            until: clock::utc().as_millisecond().saturating_add_unsigned(millis),
        };
        // Names and numbers are always JSON.
        let Ok(body) = serde_json::to_vec(&told) else { return };
        let message = inner.message("breaker", &body);
        let name = inner.names.of("breaker", provider.as_bytes());
        self.tell(Saying::Tell(message, Some((name, millis))));
    }
}
