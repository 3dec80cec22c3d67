//! One flight for everybody who waits for the same task.
//!
//! # Who waits for whom
//! The first to ask leads: its future does the work and is shared. Those who come while it is
//! under way poll the same future, whoever of them hangs up; when all have, it is dropped and the
//! work ends. Different keys never wait for each other. An error is shared as an answer is.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc};

use futures_util::{
    FutureExt,
    future::{Shared, WeakShared},
};

use super::key::Key;
use crate::{brief::Answered, dialect::Fault};

/// What a flight brings.
pub(super) type Landing = Result<Arc<Answered>, Fault>;

type Work = Pin<Box<dyn Future<Output = Landing> + Send>>;

/// The flights under way.
#[derive(Debug, Default)]
pub(super) struct Flights {
    under_way: std::sync::Mutex<HashMap<Key, WeakShared<Work>>>,
}

impl Flights {
    /// The flight for `key`: the one under way, or a new one that `begin` starts when polled.
    pub(super) fn join<F>(&self, key: Key, begin: impl FnOnce() -> F) -> Shared<Work>
    where
        F: Future<Output = Landing> + Send + 'static,
    {
        // A panic while the lock was held cannot leave the map half changed.
        let mut under_way =
            self.under_way.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(flight) = under_way.get(&key).and_then(WeakShared::upgrade)
            && flight.peek().is_none()
        {
            return flight;
        }
        under_way.retain(|_, flight| flight.upgrade().is_some());
        let work: Work = Box::pin(begin());
        let flight = work.shared();
        if let Some(weak) = flight.downgrade() {
            under_way.insert(key, weak);
        }
        flight
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;
    use crate::dialect::FaultKind;

    async fn count(calls: Arc<AtomicUsize>) -> Landing {
        calls.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(5)).await;
        Err(Fault::new(FaultKind::Unavailable, "shared"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_who_ask_the_same_share_one_call_and_its_error() {
        let (flights, calls) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let key = Key::of_text("one");
        let all = (0..1000).map(|_| flights.join(key, || count(Arc::clone(&calls))));
        let landings = futures_util::future::join_all(all).await;
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert!(landings.iter().all(|l| l.as_ref().is_err_and(|f| f.detail == "shared")));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_who_hangs_up_does_not_take_the_others_along() {
        let (flights, calls) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let key = Key::of_text("one");
        let leader = flights.join(key, || count(Arc::clone(&calls)));
        let follower = flights.join(key, || count(Arc::clone(&calls)));
        let _ = tokio::time::timeout(Duration::from_secs(1), leader).await;
        let _ = follower.await;
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_nobody_waits_for_any_more_ends() {
        let (flights, calls) = (Flights::default(), Arc::new(AtomicUsize::new(0)));
        let key = Key::of_text("one");
        let alone = flights.join(key, || count(Arc::clone(&calls)));
        let _ = tokio::time::timeout(Duration::from_secs(1), alone).await;
        let _ = flights.join(key, || count(Arc::clone(&calls))).await;
        assert_eq!(calls.load(Ordering::SeqCst), 2, "the first was dropped, so this one leads");
    }
}
