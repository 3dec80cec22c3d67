//! Whether and when the same provider is asked again.
//!
//! Pure: given a fault, how long it took and what is left, [`RetryPolicy::pause`] says how long to
//! pause, or that it is time to go on to the next provider.
//!
//! - Only failures that came fast are tried again on the spot: a slow one has already cost its
//!   caller the time that the next provider needs.
//! - Being throttled is no reason to try again here; the breaker knows until when to wait, and the
//!   road comes back when nobody else could do the task.
//! - Pauses grow twofold from `base`, with full jitter: anything from zero to the bound, so that
//!   tasks which failed together do not come back together.
//! - [`Budget`] bounds what all tasks of one provider spend on retries together.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{clock::Instant, dialect::FaultKind};

/// When a provider is asked again.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    /// The first pause is at most this long.
    pub base: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// A failure that took longer than this is not tried again on the same provider.
    pub fast: Duration,
    /// Retries that a provider's calls earn: 0.2 lets one in five calls be a retry.
    pub ratio: f64,
    /// Retries a minute that need not be earned, so that a quiet provider has some.
    pub floor: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(250),
            longest: Duration::from_secs(8),
            fast: Duration::from_secs(5),
            ratio: 0.2,
            floor: 20.0,
        }
    }
}

impl RetryPolicy {
    /// The pause before the same provider is asked again, or `None` to go on. `calls` were made,
    /// the last took `took`; `left` is left until the deadline; `jitter` is from 0 to 1.
    pub(crate) fn pause(&self, fault: &Failed, left: Duration, jitter: f64) -> Option<Duration> {
        let tries = match fault.kind {
            FaultKind::Unavailable | FaultKind::Unreachable => u32::MAX,
            // A model may do better when asked once more.
            FaultKind::Invalid => 2,
            _ => 1,
        };
        let again = fault.calls < tries.min(fault.attempts) && fault.took <= self.fast;
        let doubled = self.base.saturating_mul(1 << fault.calls.saturating_sub(1).min(16));
        let pause = doubled.min(self.longest).mul_f64(jitter.clamp(0.0, 1.0));
        (again && pause < left).then_some(pause)
    }
}

/// A failed call, as far as a retry depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed {
    pub(crate) kind: FaultKind,
    /// Calls made for the task at this provider, this one included.
    pub(crate) calls: u32,
    /// Calls that the provider's configuration allows for one task.
    pub(crate) attempts: u32,
    /// How long the failed call took.
    pub(crate) took: Duration,
}

/// The retries that one provider's tasks may still make. Calls earn them, time brings a few.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<Purse>);

#[derive(Debug)]
struct Purse {
    retries: f64,
    counted: Instant,
}

impl Budget {
    pub(crate) fn new(policy: &RetryPolicy, now: Instant) -> Self {
        Self(Mutex::new(Purse { retries: policy.floor, counted: now }))
    }

    /// A call was made.
    pub(crate) fn earn(&self, policy: &RetryPolicy) {
        let mut purse = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        purse.retries = (purse.retries + policy.ratio).min(policy.bound());
    }

    /// Takes one retry, if there is one.
    pub(crate) fn spend(&self, policy: &RetryPolicy, now: Instant) -> bool {
        let mut purse = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = now.saturating_duration_since(purse.counted).as_secs_f64() / 60.0;
        purse.counted = now;
        purse.retries = (purse.retries + minutes * policy.floor).min(policy.bound());
        let enough = purse.retries >= 1.0;
        if enough {
            purse.retries -= 1.0;
        }
        enough
    }
}

impl RetryPolicy {
    /// Retries that can be saved up.
    fn bound(&self) -> f64 {
        self.floor.max(1.0) * 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Duration = Duration::from_secs(60);

    fn failed(kind: FaultKind, calls: u32) -> Failed {
        Failed { kind, calls, attempts: 3, took: Duration::from_millis(20) }
    }

    #[test]
    fn pauses_double_up_to_their_bound_and_jitter_reaches_down_to_zero() {
        let policy = RetryPolicy::default();
        let pause = |calls, jitter| {
            let fault = Failed { attempts: 20, ..failed(FaultKind::Unavailable, calls) };
            policy.pause(&fault, AMPLE, jitter).expect("tried again").as_millis()
        };
        assert_eq!([pause(1, 1.0), pause(2, 1.0), pause(3, 1.0)], [250, 500, 1000]);
        assert_eq!([pause(10, 1.0), pause(19, 1.0)], [8000, 8000]);
        assert_eq!([pause(1, 0.0), pause(3, 0.5)], [0, 500]);
    }

    #[test]
    fn attempts_are_bounded() {
        let policy = RetryPolicy::default();
        assert!(policy.pause(&failed(FaultKind::Unreachable, 2), AMPLE, 1.0).is_some());
        assert_eq!(policy.pause(&failed(FaultKind::Unreachable, 3), AMPLE, 1.0), None);
    }

    #[test]
    fn a_slow_failure_goes_on_to_the_next_provider() {
        let slow = Failed { took: Duration::from_secs(30), ..failed(FaultKind::Unavailable, 1) };
        assert_eq!(RetryPolicy::default().pause(&slow, AMPLE, 0.0), None);
    }

    #[test]
    fn what_asking_again_cannot_mend_is_not_asked_again() {
        use FaultKind as K;
        for kind in [K::Throttled, K::Quota, K::Unauthorized, K::Refused, K::Timeout, K::Garbage] {
            assert_eq!(
                RetryPolicy::default().pause(&failed(kind, 1), AMPLE, 0.0),
                None,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn an_invalid_answer_is_asked_for_once_more() {
        let policy = RetryPolicy::default();
        assert!(policy.pause(&failed(FaultKind::Invalid, 1), AMPLE, 1.0).is_some());
        assert_eq!(policy.pause(&failed(FaultKind::Invalid, 2), AMPLE, 1.0), None);
    }

    #[test]
    fn a_pause_that_would_pass_the_deadline_is_not_made() {
        let left = Duration::from_millis(200);
        let fault = failed(FaultKind::Unavailable, 1);
        assert_eq!(RetryPolicy::default().pause(&fault, left, 1.0), None);
        assert!(RetryPolicy::default().pause(&fault, left, 0.5).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn retries_are_earned_by_calls_and_by_time() {
        let policy = RetryPolicy { ratio: 0.2, floor: 2.0, ..RetryPolicy::default() };
        let start = crate::clock::now();
        let budget = Budget::new(&policy, start);
        let spend = |at| std::iter::from_fn(|| budget.spend(&policy, at).then_some(())).count();
        assert_eq!(spend(start), 2, "the floor");
        (0..11).for_each(|_| budget.earn(&policy));
        assert_eq!(spend(start), 2, "one in five calls");
        assert_eq!(spend(start + Duration::from_secs(60)), 2, "a minute's floor");
        assert_eq!(spend(start + Duration::from_secs(3600)), 4, "idle hours save up twice that");
    }
}
