//! Works off the jobs of one kind, so many at a time, for as long as the process lives.
//!
//! A lane sleeps until a job is due or somebody calls; it claims a job only when there is a place for
//! it and whoever does the work is ready, so that what waits stays in the store, where a cancel finds
//! it. The work itself says how the job ended; a lane only hands it out. A clock that is put back while
//! jobs wait makes none of them wait for it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::{self, Instant},
    store::{Claimed, Jobs},
};

/// The longest sleep; whoever queues a job calls, so this only guards against a call that was missed.
const IDLE: Duration = Duration::from_secs(60);
/// The wall clock is put right by as much now and then, and nobody waits longer for that.
const CORRECTION: SignedDuration = SignedDuration::from_secs(2);
/// The rest after the store could not be asked.
const TROUBLE: Duration = Duration::from_secs(5);

/// A lane. Cheap to clone; one clone works.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    jobs: Jobs,
    kind: &'static str,
    places: Arc<Semaphore>,
    called: Arc<Notify>,
    /// Both clocks when they were last looked at.
    clocks: Arc<Mutex<Option<(Instant, Timestamp)>>>,
    working: Arc<AtomicUsize>,
}

/// Where the work of lanes goes on, and what ends it.
#[derive(Clone, Debug)]
pub(crate) struct Yard {
    /// Work under way.
    pub(crate) tasks: TaskTracker,
    /// From then on nothing is claimed.
    pub(crate) stopping: CancellationToken,
}

impl Lane {
    /// A lane for the jobs of one kind.
    pub(crate) fn new(jobs: &Jobs, kind: &'static str, places: usize) -> Self {
        let places = Arc::new(Semaphore::new(places));
        let (called, clocks, working) = Default::default();
        Self { jobs: jobs.clone(), kind, places, called, clocks, working }
    }

    /// Jobs that are worked on.
    pub(crate) fn busy(&self) -> usize {
        self.working.load(Relaxed)
    }

    /// Says that a job was queued.
    pub(crate) fn call(&self) {
        self.called.notify_one();
    }

    /// Hands jobs out until the yard stops. `ready` gives what a job needs before it is claimed.
    pub(crate) async fn run<T, R, W>(
        self,
        yard: Yard,
        ready: impl Fn() -> R,
        work: impl Fn(Claimed, T) -> W,
    ) where
        R: Future<Output = Option<T>>,
        W: Future<Output = ()> + Send + 'static,
    {
        let next = || yard.stopping.run_until_cancelled(self.next(&ready));
        while let Some(Some((claimed, leave, place))) = next().await {
            let work = work(claimed, leave);
            self.working.fetch_add(1, Relaxed);
            let working = Working(Arc::clone(&self.working));
            yard.tasks.spawn(async move {
                work.await;
                drop((working, place));
            });
        }
    }

    async fn next<T, R>(&self, ready: &impl Fn() -> R) -> Option<(Claimed, T, OwnedSemaphorePermit)>
    where
        R: Future<Output = Option<T>>,
    {
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        loop {
            let mut called = std::pin::pin!(self.called.notified());
            called.as_mut().enable();
            let wait = match self.take(ready).await {
                Ok((claimed, leave)) => return Some((claimed, leave, place)),
                Err(wait) => wait,
            };
            let _ = timeout(wait, called).await;
        }
    }

    /// A job that is due, or how long to wait for one.
    async fn take<T, R>(&self, ready: &impl Fn() -> R) -> Result<(Claimed, T), Duration>
    where
        R: Future<Output = Option<T>>,
    {
        if self.clock_was_put_back() && self.jobs.hasten(self.kind, clock::utc()).await.is_err() {
            // It has to be done the next time.
            *self.clocks() = None;
            return Err(TROUBLE);
        }
        let due = self.jobs.next_due(self.kind).await.map_err(|_| TROUBLE)?.ok_or(IDLE)?;
        let early = due.duration_since(clock::utc());
        if early.is_positive() {
            return Err(Duration::try_from(early).unwrap_or(IDLE).min(IDLE));
        }
        let leave = ready().await.ok_or(TROUBLE)?;
        let claimed = self.jobs.claim(self.kind, clock::utc()).await.map_err(|_| TROUBLE)?;
        Ok((claimed.ok_or(Duration::ZERO)?, leave))
    }

    fn clocks(&self) -> MutexGuard<'_, Option<(Instant, Timestamp)>> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the wall clock says less than when it was last looked at and the time since; at first
    /// that is not known, and may be. A job waits until a moment of that clock.
    fn clock_was_put_back(&self) -> bool {
        let (now, wall) = (clock::now(), clock::utc());
        let Some((then, wall_then)) = self.clocks().replace((now, wall)) else { return true };
        let passed = SignedDuration::try_from(now - then).unwrap_or_default();
        wall.duration_since(wall_then) < passed - CORRECTION
    }
}

/// A job that is worked on.
struct Working(Arc<AtomicUsize>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{NewJob, Store, StoreOptions};

    fn job(n: u32, due: jiff::Timestamp) -> NewJob {
        NewJob {
            id: format!("job-{n}"),
            kind: "kind".to_owned(),
            scope: String::new(),
            payload: Vec::new(),
            due,
            once: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_are_handed_out_when_due_within_their_number_until_it_stops() {
        let store = Store::in_memory(&StoreOptions::default());
        let lane = Lane::new(store.jobs(), "kind", 2);
        let yard = Yard { tasks: TaskTracker::new(), stopping: CancellationToken::new() };
        let begun = clock::now();
        let told: Arc<Mutex<Vec<(String, u64)>>> = Arc::default();
        let work = |claimed: Claimed, (): ()| {
            let told = Arc::clone(&told);
            async move {
                told.lock().unwrap().push((claimed.job.id, begun.elapsed().as_secs()));
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
        };
        let now = clock::utc();
        let later = now + jiff::SignedDuration::from_secs(300);
        let jobs = vec![job(1, now), job(2, now), job(3, now), job(4, later)];
        store.jobs().enqueue(jobs, clock::utc()).await.unwrap();
        lane.call();
        let running = lane.clone().run(yard.clone(), || async { Some(()) }, work);
        let stop = async {
            tokio::time::sleep(Duration::from_secs(400)).await;
            yard.stopping.cancel();
        };
        tokio::join!(running, stop);
        let told = told.lock().unwrap();
        let ids: Vec<&str> = told.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["job-1", "job-2", "job-3", "job-4"]);
        assert!(told[1].1 < 10 && told[2].1 >= 10, "two at a time: {told:?}");
        assert!((300..=361).contains(&told[3].1), "when it is due: {told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_of_a_future_that_was_put_back_wait_as_long_as_they_were_to() {
        let store = Store::in_memory(&StoreOptions::default());
        let (now, later) = (clock::utc(), SignedDuration::from_hours(2));
        let ahead = now + later;
        let jobs = vec![job(1, ahead), job(2, ahead + SignedDuration::from_secs(30))];
        store.jobs().enqueue(jobs, ahead).await.unwrap();
        store.jobs().enqueue(vec![job(3, ahead)], now).await.unwrap();
        assert_eq!(store.jobs().hasten("kind", now).await.unwrap(), 2, "the third waits by intent");
        let lane = Lane::new(store.jobs(), "kind", 1);
        let first = lane.take(&|| async { Some(()) }).await.unwrap().0;
        assert_eq!(first.job.id, "job-1");
        let wait = lane.take(&|| async { Some(()) }).await.unwrap_err();
        assert!(wait <= Duration::from_secs(30), "{wait:?}");
    }
}
