//! When a provider is left alone, decided once for all its tasks.
//!
//! # Why two reasons to shut
//! *The vendor asks for it* (429, a `Retry-After`): calls wait until the time named, then all go
//! again. A later, shorter wish never shortens an earlier one. *The vendor is down* (some
//! failures in a row with no success between, or one that only a person can mend): calls are
//! refused at once for a cool-down that doubles up to a bound, then one probe goes ahead.
//!
//! # Recovery
//! While the probe is under way the rest may wait for it: an article's other sections should not be
//! lost to the first one's curiosity. Its success opens the breaker, its failure shuts it again.
//! A probe that is dropped gives its place up.
//!
//! # Several replicas
//! What one finds out is a hint to the others ([`Breaker::heed`]): they shut as if they had seen it
//! themselves, and open by a probe of their own.
//!
//! # What counts as a failure
//! Faults in which nothing sensible came back. A refusal, a filter, a text too long are answers:
//! they prove that the provider is alive.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    clock::{self, Instant},
    dialect::{Fault, FaultKind},
    shared::Hint,
};

/// How soon a task looks again whether a probe has come back.
const PROBE_POLL: Duration = Duration::from_millis(100);

/// When a provider is left alone, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakerPolicy {
    /// Failures in a row after which it is left alone.
    pub failures: u32,
    /// The first cool-down; each failed probe doubles it.
    pub cool_down: Duration,
    /// No cool-down is longer.
    pub longest: Duration,
    /// After a 429 that names no time; each further one in a row doubles it.
    pub throttled: Duration,
    /// After a used-up quota that names no time.
    pub quota: Duration,
    /// After a fault that a person must mend: a wrong key, model or address.
    pub misconfigured: Duration,
    /// A vendor's wish is honoured up to this.
    pub longest_wish: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 3,
            cool_down: Duration::from_secs(5),
            longest: Duration::from_secs(60),
            throttled: Duration::from_secs(1),
            quota: Duration::from_secs(600),
            misconfigured: Duration::from_secs(60),
            longest_wish: Duration::from_secs(6 * 3600),
        }
    }
}

/// A provider's condition, for metrics and readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Calls go through.
    Open,
    /// Left alone for this kind of fault until a time.
    Shut(FaultKind, Instant),
    /// One call goes ahead of the others.
    Probing,
}

impl Health {
    /// How much longer the provider is left alone, if it is.
    #[must_use]
    pub fn shut_for(self) -> Option<Duration> {
        match self {
            Self::Shut(_, until) => Some(until.saturating_duration_since(clock::now())),
            Self::Open | Self::Probing => None,
        }
    }
}

/// One provider's breaker.
#[derive(Debug)]
pub(crate) struct Breaker {
    policy: BreakerPolicy,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures since the last success.
    failures: u32,
    /// Times it was shut since the last success, by outage and by throttling.
    outages: u32,
    throttles: u32,
    shut: Option<Shut>,
    probing: bool,
}

#[derive(Debug)]
struct Shut {
    until: Instant,
    fault: Fault,
    /// One call goes ahead when the time is up; otherwise all go.
    probe: bool,
}

/// Leave to make one call. Dropped without a report, it gives a probe's place up.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        Self { policy, state: Mutex::default() }
    }

    /// Leave to make a call.
    ///
    /// # Errors
    /// The fault for which the provider is left alone, with the time that remains.
    pub(crate) fn admit(&self) -> Result<Pass<'_>, Fault> {
        let mut state = self.state();
        let now = clock::now();
        let probe = match &state.shut {
            None => false,
            Some(shut) if now < shut.until => return Err(shut.refusal(shut.until - now)),
            Some(shut) if shut.probe && state.probing => return Err(shut.refusal(PROBE_POLL)),
            Some(shut) => shut.probe,
        };
        if !probe {
            state.shut = None;
        }
        state.probing = probe;
        Ok(Pass { breaker: self, probe })
    }

    /// When a waiting task may be let through, or `None` where waiting is not worth it.
    pub(crate) fn opens(&self) -> Option<Instant> {
        let state = self.state();
        let shut = state.shut.as_ref()?;
        match (shut.probe, state.probing) {
            (false, _) => Some(shut.until),
            (true, true) => Some(clock::now() + PROBE_POLL),
            (true, false) => None,
        }
    }

    /// For what and until when it is shut, and whether a probe goes ahead then.
    pub(crate) fn shut(&self) -> Option<(FaultKind, Instant, bool)> {
        self.state().shut.as_ref().map(|shut| (shut.fault.kind, shut.until, shut.probe))
    }

    /// Takes in what another replica found out.
    pub(crate) fn heed(&self, hint: Hint) {
        let (mut state, now) = (self.state(), clock::now());
        match hint {
            Hint::Shut { until, kind, probe } => {
                let fault = Fault::new(kind, "is left alone, because it failed for others");
                state.shut_for(until.saturating_duration_since(now), &fault, probe);
            }
            // The probe goes ahead at once and decides.
            Hint::Answers => {
                if let Some(shut) = state.shut.as_mut().filter(|shut| shut.probe) {
                    shut.until = shut.until.min(now);
                }
            }
        }
    }

    pub(crate) fn health(&self) -> Health {
        let state = self.state();
        match &state.shut {
            _ if state.probing => Health::Probing,
            Some(shut) if clock::now() < shut.until => Health::Shut(shut.fault.kind, shut.until),
            _ => Health::Open,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The call gave an answer, of whatever use.
    pub(crate) fn succeeded(self) {
        let mut state = self.breaker.state();
        if self.probe || state.shut.is_none() {
            *state = State::default();
        }
    }

    /// The call came to nothing.
    pub(crate) fn failed(self, fault: &Fault) {
        let mut state = self.breaker.state();
        state.fail(&self.breaker.policy, fault, self.probe);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.state().probing = false;
        }
    }
}

impl State {
    fn fail(&mut self, policy: &BreakerPolicy, fault: &Fault, probe: bool) {
        use FaultKind as K;
        let wish = fault.retry_after.map(|wish| wish.min(policy.longest_wish));
        match fault.kind {
            K::Throttled => {
                let pause = wish.unwrap_or_else(|| doubled(policy.throttled, self.throttles));
                self.throttles += 1;
                self.shut_for(pause.min(policy.longest_wish), fault, false);
            }
            K::Quota => self.shut_for(wish.unwrap_or(policy.quota), fault, true),
            K::Unauthorized | K::NotFound => self.shut_for(policy.misconfigured, fault, true),
            K::Unavailable | K::Unreachable | K::Timeout | K::Garbage | K::TooLarge => {
                self.fail_in_a_row(policy, fault, probe);
                if let Some(wish) = wish {
                    self.shut_for(wish, fault, self.shut.as_ref().is_some_and(|s| s.probe));
                }
            }
            K::Refused | K::TooLong | K::Filtered | K::Truncated | K::Invalid => {
                if probe || self.shut.is_none() {
                    *self = Self::default();
                }
            }
            K::Cancelled => {}
        }
    }

    fn fail_in_a_row(&mut self, policy: &BreakerPolicy, fault: &Fault, probe: bool) {
        self.failures += 1;
        // Calls that were under way when it shut must not lengthen the cool-down.
        if probe || (self.shut.is_none() && self.failures >= policy.failures) {
            let cool_down = doubled(policy.cool_down, self.outages).min(policy.longest);
            self.outages += 1;
            self.shut_for(cool_down, fault, true);
        }
    }

    /// Shuts, or stays shut where that lasts longer.
    fn shut_for(&mut self, pause: Duration, fault: &Fault, probe: bool) {
        let until = clock::now() + pause;
        if self.shut.as_ref().is_none_or(|shut| shut.until < until) {
            self.shut = Some(Shut { until, fault: fault.clone(), probe });
        }
    }
}

impl Shut {
    fn refusal(&self, wait: Duration) -> Fault {
        Fault { retry_after: Some(wait), ..self.fault.clone() }
    }
}

fn doubled(first: Duration, times: u32) -> Duration {
    first.saturating_mul(1 << times.min(12))
}

#[cfg(test)]
#[path = "breaker_tests.rs"]
mod tests;
