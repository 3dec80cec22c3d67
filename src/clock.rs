//! The one door to time.
//!
//! Waits and lifetimes are measured on tokio's clock, so that a test which pauses it can let an
//! hour pass in no time. The wall clock follows: [`utc`] is the system's time plus whatever a test
//! has moved tokio's clock ahead. [`TokioClock`] lets governor's rate limits run on the same
//! clock. Nothing else in the program asks the time.
#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::{ops::Add, time::Duration};

use governor::{
    clock::{Clock, Reference},
    nanos::Nanos,
};
use jiff::{SignedDuration, Timestamp};
pub use tokio::time::Instant;

/// Now, on the clock by which waits are measured. Stands still while a test pauses time.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Now, on the wall clock. In production the system's time, with its corrections; under a test's
/// paused time, the time at which it was paused plus what was slept since.
#[must_use]
pub fn utc() -> Timestamp {
    let (tokio, system) = (Instant::now().into_std(), std::time::Instant::now());
    let ahead = SignedDuration::try_from(tokio.saturating_duration_since(system));
    let behind = SignedDuration::try_from(system.saturating_duration_since(tokio));
    let moved = ahead.unwrap_or_default() - behind.unwrap_or_default();
    let wall = Timestamp::now();
    wall.checked_add(moved).unwrap_or(wall)
}

/// governor's view of [`now`].
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

/// A reading of [`TokioClock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(Instant);

impl Clock for TokioClock {
    type Instant = Tick;

    fn now(&self) -> Tick {
        Tick(now())
    }
}

impl Add<Nanos> for Tick {
    type Output = Self;

    fn add(self, nanos: Nanos) -> Self {
        Self(self.0 + Duration::from(nanos))
    }
}

impl Reference for Tick {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, nanos: Nanos) -> Self {
        Self(self.0.checked_sub(nanos.into()).unwrap_or(self.0))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use governor::{Quota, RateLimiter};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_wall_clock_moves_with_paused_time() {
        let before = utc();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let moved = utc().duration_since(before).as_secs_f64();
        assert!((moved - 3600.0).abs() < 1.0, "{moved}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_obeys_paused_time() {
        let quota = Quota::per_minute(NonZeroU32::new(1).expect("one is not zero"));
        let limit = RateLimiter::direct_with_clock(quota, TokioClock);
        assert!(limit.check().is_ok());
        assert!(limit.check().is_err(), "one a minute");
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert!(limit.check().is_ok(), "a minute later");
    }
}
