//! The counts of one client.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::HeaderValue;
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    super::problem::Problem,
    fields::{self, Policy, Standing},
};
use crate::{
    clock::{self, TokioClock},
    config::Limits,
};

type Bucket = RateLimiter<NotKeyed, InMemoryState, TokioClock, StateInformationMiddleware>;

/// Seconds of a day of UTC.
const DAY: i64 = 86_400;

/// The counts of one client.
#[derive(Debug)]
pub(super) struct Client {
    limits: Limits,
    /// `RateLimit-Policy`, which those limits make.
    policy: Option<HeaderValue>,
    requests: Option<Bucket>,
    characters: Option<Bucket>,
    briefs: Option<Arc<Semaphore>>,
    day: Mutex<Day>,
}

/// What was taken on one day of UTC.
#[derive(Debug, Default)]
struct Day {
    /// Days since 1970.
    date: i64,
    requests: u64,
    characters: u64,
}

/// A limit that a request goes beyond.
#[derive(Debug)]
pub(super) struct Exceeded {
    /// Where the limit stands.
    pub(super) standing: Standing,
    /// Waiting does not help: the request is more than the whole quota.
    never: bool,
}

impl Exceeded {
    fn after(policy: Policy, wait: Duration) -> Self {
        // Rounded up: a client who waits just that long is let in.
        let reset = (wait.as_nanos().div_ceil(1_000_000_000) as u64).max(1);
        Self { standing: Standing { policy, remaining: 0, reset: Some(reset) }, never: false }
    }

    /// What the server of all replicas says.
    pub(super) fn told(policy: Policy, wait: Duration, never: bool) -> Self {
        Self { never, ..Self::after(policy, wait) }
    }

    /// The same, with a wait of at least so many seconds.
    pub(super) fn no_sooner(mut self, seconds: Option<u64>) -> Self {
        self.standing.reset = self.standing.reset.max(seconds);
        self
    }

    /// The problem that tells it.
    pub(super) fn problem(&self) -> Problem {
        let Policy { name, quota, .. } = self.standing.policy;
        let limit = self.standing.policy.in_words();
        if self.never {
            let detail = format!(
                "The request has more characters than the {quota} {limit}; send less, or have \
                 the limit raised."
            );
            return Problem::over_quota(detail, name);
        }
        let wait = self.standing.reset.unwrap_or(1);
        let detail = format!("The limit of {quota} {limit} is reached; try again in {wait} s.");
        Problem::rate_limited(detail, name, wait)
    }
}

/// What was taken, with where the quotas stand after it.
type Taken<T> = Result<(T, Vec<Standing>), Exceeded>;

impl Client {
    pub(super) fn new(limits: Limits) -> Self {
        let bucket = |quota: NonZeroU32| {
            RateLimiter::direct_with_clock(Quota::per_minute(quota), TokioClock)
                .with_middleware::<StateInformationMiddleware>()
        };
        let briefs = limits.concurrent_briefs.map(|n| Arc::new(Semaphore::new(n.get() as usize)));
        Self {
            requests: limits.requests_per_minute.map(bucket),
            characters: limits.characters_per_minute.map(bucket),
            briefs,
            day: Mutex::default(),
            policy: fields::policy(&limits),
            limits,
        }
    }

    /// The limits that it is held to.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The `RateLimit-Policy` of its answers.
    pub(super) fn policy(&self) -> Option<&HeaderValue> {
        self.policy.as_ref()
    }

    /// Takes one request, and a place among the briefs at once where it is `working`.
    pub(super) fn enter(&self, working: bool) -> Taken<Option<OwnedSemaphorePermit>> {
        let mut standings = Vec::new();
        let permit = match (&self.briefs, working) {
            (Some(places), true) => Some(self.place(places, &mut standings)?),
            _ => None,
        };
        let mut day = self.today();
        let daily = self.limits.daily_requests.map(|limit| (Policy::daily_requests(limit), limit));
        if let Some((policy, limit)) = &daily
            && day.requests >= limit.get()
        {
            return Err(Exceeded::after(*policy, until_midnight()));
        }
        if let (Some(bucket), Some(limit)) = (&self.requests, self.limits.requests_per_minute) {
            standings.push(take(bucket, Policy::requests(limit), NonZeroU32::MIN)?);
        }
        day.requests += 1;
        if let Some((policy, limit)) = daily {
            standings.push(Standing::daily(policy, limit.get() - day.requests, until_midnight()));
        }
        Ok((permit, standings))
    }

    /// Takes the characters of a body; they are counted only where there is a limit.
    pub(super) fn characters(&self, count: impl FnOnce() -> u64) -> Taken<()> {
        let mut standings = Vec::new();
        let (minute, daily) = (self.limits.characters_per_minute, self.limits.daily_characters);
        if minute.is_none() && daily.is_none() {
            return Ok(((), standings));
        }
        let count = count();
        let mut day = self.today();
        let after = day.characters.saturating_add(count);
        if let Some(limit) = daily
            && after > limit.get()
        {
            let exceeded = Exceeded::after(Policy::daily_characters(limit), until_midnight());
            return Err(Exceeded { never: count > limit.get(), ..exceeded });
        }
        if let (Some(bucket), Some(limit)) = (&self.characters, minute) {
            let policy = Policy::characters(limit);
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            if let Some(count) = NonZeroU32::new(count) {
                standings.push(take(bucket, policy, count)?);
            }
        }
        day.characters = after;
        if let Some(limit) = daily {
            let policy = Policy::daily_characters(limit);
            standings.push(Standing::daily(policy, limit.get() - after, until_midnight()));
        }
        Ok(((), standings))
    }

    /// The characters taken today, and how many a day has; `None` without a limit.
    pub(super) fn daily_characters(&self) -> Option<(u64, u64)> {
        let limit = self.limits.daily_characters?;
        Some((self.today().characters, limit.get()))
    }

    fn place(
        &self,
        places: &Arc<Semaphore>,
        standings: &mut Vec<Standing>,
    ) -> Result<OwnedSemaphorePermit, Exceeded> {
        let quota = self.limits.concurrent_briefs.map_or(0, NonZeroU32::get);
        let policy = Policy::briefs(quota);
        // When one of the others ends is not known; asking again each second is cheap for both.
        let full = |_| Exceeded::after(policy, Duration::from_secs(1));
        let permit = Arc::clone(places).try_acquire_owned().map_err(full)?;
        let remaining = places.available_permits() as u64;
        standings.push(Standing { policy, remaining, reset: None });
        Ok(permit)
    }

    /// The counts of this day.
    fn today(&self) -> std::sync::MutexGuard<'_, Day> {
        let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        let date = clock::utc().as_second().div_euclid(DAY);
        if day.date != date {
            *day = Day { date, ..Day::default() };
        }
        day
    }
}

fn take(bucket: &Bucket, policy: Policy, count: NonZeroU32) -> Result<Standing, Exceeded> {
    let whole = Duration::from_secs(60);
    match bucket.check_n(count) {
        Ok(Ok(state)) => {
            let remaining = u64::from(state.remaining_burst_capacity());
            // One more is there after one share of the minute at the latest.
            let share = state.quota().replenish_interval();
            let reset = share.as_nanos().div_ceil(1_000_000_000) as u64;
            Ok(Standing { policy, remaining, reset: Some(reset) })
        }
        Ok(Err(until)) => Err(Exceeded::after(policy, until.wait_time_from(TokioClock.now()))),
        Err(_) => Err(Exceeded { never: true, ..Exceeded::after(policy, whole) }),
    }
}

/// The time that is left of this day of UTC.
pub(super) fn until_midnight() -> Duration {
    let passed = clock::utc().as_millisecond().rem_euclid(DAY * 1000);
    Duration::from_millis((DAY * 1000 - passed).unsigned_abs())
}
