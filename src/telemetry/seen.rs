//! What is measured of one request on its way: how long each stage took, how long it waited for
//! providers, and which trace it belongs to.
//!
//! A [`Seen`] is made where a request or a job begins and goes along with it, down to the calls of
//! providers. Stages that run side by side add up; waiting for providers does not: two calls at the same
//! time are one wait. Where nothing is measured it is empty and costs nothing.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use super::trace::Trace;
use crate::clock::{self, Instant};

/// A part of the work on a brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its body arrives.
    Body,
    /// It waits for its turn.
    Queue,
    /// The article is read.
    Read,
    /// Its tasks are planned.
    Plan,
    /// Providers and their limits are waited for.
    Provider,
    /// The answers are put together.
    Assemble,
    /// The English is checked.
    Check,
    /// The brief is written to the disk.
    Keep,
    /// It is rendered.
    Render,
}

impl Stage {
    /// Every stage, in the order of the work.
    pub const ALL: [Self; 9] = [
        Self::Body,
        Self::Queue,
        Self::Read,
        Self::Plan,
        Self::Provider,
        Self::Assemble,
        Self::Check,
        Self::Keep,
        Self::Render,
    ];

    /// Its name in metrics and in `Server-Timing`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Queue => "queue",
            Self::Read => "read",
            Self::Plan => "plan",
            Self::Provider => "provider",
            Self::Assemble => "assemble",
            Self::Check => "check",
            Self::Keep => "keep",
            Self::Render => "render",
        }
    }
}

/// How a brief or a translation was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Without waiting for a provider.
    Cached,
    /// Providers were asked.
    Made,
}

/// What is measured of one request. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Seen(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    begun: Instant,
    trace: Trace,
    micros: [AtomicU64; Stage::ALL.len()],
    answered: AtomicU8,
    waiting: Mutex<Waiting>,
}

/// Waits for providers that are under way.
#[derive(Debug, Default)]
struct Waiting {
    count: usize,
    since: Option<Instant>,
}

/// A wait for a provider; over when it is dropped.
#[derive(Debug)]
pub struct Wait(Option<Arc<Inner>>);

impl Seen {
    /// Measures from now on, as a part of `trace`.
    #[must_use]
    pub fn begin(trace: Trace) -> Self {
        let inner = Inner {
            begun: clock::now(),
            trace,
            micros: Default::default(),
            answered: AtomicU8::new(0),
            waiting: Mutex::default(),
        };
        Self(Some(Arc::new(inner)))
    }

    /// Measures anew, from now on and as a part of the same trace; empty where this is.
    #[must_use]
    pub fn anew(&self) -> Self {
        self.trace().map(Self::begin).unwrap_or_default()
    }

    /// The trace that it belongs to.
    #[must_use]
    pub fn trace(&self) -> Option<Trace> {
        self.0.as_ref().map(|inner| inner.trace)
    }

    /// Adds what `work` takes to a stage.
    pub fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        if self.0.is_none() {
            return work();
        }
        let begun = clock::now();
        let done = work();
        self.add(stage, begun.elapsed());
        done
    }

    /// Adds what `work` takes to a stage; what it waits for providers meanwhile is not the stage's.
    pub async fn time_async<T>(&self, stage: Stage, work: impl Future<Output = T>) -> T {
        if self.0.is_none() {
            return work.await;
        }
        let (begun, waited) = (clock::now(), self.took(Stage::Provider));
        let done = work.await;
        let waited = self.took(Stage::Provider).saturating_sub(waited);
        self.add(stage, begun.elapsed().saturating_sub(waited));
        done
    }

    /// Adds to a stage.
    pub fn add(&self, stage: Stage, took: Duration) {
        if let Some(inner) = &self.0 {
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            inner.micros[stage as usize].fetch_add(micros, Relaxed);
        }
    }

    /// A provider is waited for until the guard is dropped.
    #[must_use]
    pub fn wait(&self) -> Wait {
        if let Some(inner) = &self.0 {
            let mut waiting = inner.waiting();
            waiting.count += 1;
            waiting.since.get_or_insert_with(clock::now);
        }
        Wait(self.0.clone())
    }

    /// What a stage took so far.
    #[must_use]
    pub fn took(&self, stage: Stage) -> Duration {
        let Some(inner) = &self.0 else { return Duration::ZERO };
        let over = Duration::from_micros(inner.micros[stage as usize].load(Relaxed));
        let since = (stage == Stage::Provider).then(|| inner.waiting().since).flatten();
        over + since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// What the whole took so far.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, |inner| inner.begun.elapsed())
    }

    /// The gateway's own time so far: the whole less its body, its queue and its providers.
    #[must_use]
    pub fn overhead(&self) -> Duration {
        let others = [Stage::Body, Stage::Queue, Stage::Provider].map(|stage| self.took(stage));
        self.total().saturating_sub(others.iter().sum())
    }

    /// Notes that the answer is there, and that it came whole out of the cache or was made.
    pub fn answer(&self, answered: Answered) {
        if let Some(inner) = &self.0 {
            inner.answered.store(1 + answered as u8, Relaxed);
        }
    }

    /// How the answer was come by; `None` where there is none. What was made without a provider came
    /// out of the cache too.
    #[must_use]
    pub fn answered(&self) -> Option<Answered> {
        match self.0.as_ref()?.answered.load(Relaxed) {
            0 => None,
            1 => Some(Answered::Cached),
            _ if self.took(Stage::Provider).is_zero() => Some(Answered::Cached),
            _ => Some(Answered::Made),
        }
    }

    /// `Server-Timing`: the stages that took time, in milliseconds, and the whole.
    #[must_use]
    pub fn server_timing(&self) -> String {
        use std::fmt::Write;
        let mut told = String::new();
        let millis = |took: Duration| took.as_secs_f64() * 1e3;
        for stage in &Stage::ALL[1..] {
            let took = self.took(*stage);
            if !took.is_zero() {
                let _ = write!(told, "{};dur={:.3}, ", stage.name(), millis(took));
            }
        }
        let _ = write!(told, "total;dur={:.3}", millis(self.total()));
        told
    }
}

impl Inner {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while it holds the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let Some(inner) = &self.0 else { return };
        let mut waiting = inner.waiting();
        waiting.count -= 1;
        if waiting.count == 0
            && let Some(since) = waiting.since.take()
        {
            let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
            inner.micros[Stage::Provider as usize].fetch_add(micros, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[tokio::test(start_paused = true)]
    async fn calls_side_by_side_are_one_wait() {
        let seen = Seen::begin(Trace::begin());
        let first = seen.wait();
        sleep(ms(100)).await;
        let second = seen.wait();
        sleep(ms(100)).await;
        assert_eq!(seen.took(Stage::Provider), ms(200), "one that is under way counts");
        drop(first);
        sleep(ms(50)).await;
        drop(second);
        sleep(ms(7)).await;
        assert_eq!(seen.took(Stage::Provider), ms(250));
        assert_eq!((seen.total(), seen.overhead()), (ms(257), ms(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stage_is_not_charged_for_the_provider_that_it_asks() {
        let seen = Seen::begin(Trace::begin());
        let work = async {
            sleep(ms(3)).await;
            let _wait = seen.wait();
            sleep(ms(1000)).await;
        };
        seen.time_async(Stage::Check, work).await;
        assert_eq!((seen.took(Stage::Check), seen.took(Stage::Provider)), (ms(3), ms(1000)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_from_the_cache_tells_its_whole_time_alone() {
        let cached = Seen::begin(Trace::begin());
        cached.add(Stage::Body, ms(1));
        sleep(ms(2)).await;
        cached.answer(Answered::Cached);
        assert_eq!(cached.server_timing(), "total;dur=2.000");
        let made = Seen::begin(Trace::begin());
        made.add(Stage::Read, ms(1));
        drop(made.wait());
        made.answer(Answered::Made);
        assert_eq!(made.answered(), Some(Answered::Cached), "no provider was waited for");
        assert_eq!(made.server_timing(), "read;dur=1.000, total;dur=0.000");
    }

    #[test]
    fn where_nothing_is_measured_nothing_is_told() {
        let none = Seen::default();
        none.answer(Answered::Made);
        drop(none.wait());
        assert_eq!((none.trace(), none.answered(), none.total()), (None, None, Duration::ZERO));
    }
}
