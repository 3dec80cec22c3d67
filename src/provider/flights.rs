//! One piece of work for everyone who asks for the same thing at the same time.
//!
//! The first who asks starts a task of its own for the work; whoever asks for the same key before
//! it ends waits for the same result, errors included. Nobody waits for another key. The work does
//! not belong to any of its callers: it goes on when they all hang up, unless it asks its
//! [`Deadline`] whether anybody still waits. At shutdown [`Flights::drain`] waits for what is under
//! way.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{
    deadline::{Deadline, Waiter},
    key::Key,
};
use crate::{clock::Instant, telemetry::Seen};

/// The work under way, by key.
#[derive(Clone, Debug)]
pub(crate) struct Flights<T: Clone> {
    under_way: Arc<Mutex<HashMap<Key, Flight<T>>>>,
    tracker: TaskTracker,
}

#[derive(Clone, Debug)]
struct Flight<T: Clone> {
    /// The latest deadline of all who joined.
    deadline: Deadline,
    /// The result, or nothing where the work panicked.
    landed: Shared<BoxFuture<'static, Option<T>>>,
}

/// A result, and whether this caller's request started the work.
#[derive(Debug)]
pub(crate) struct Landed<T> {
    /// `None` where the caller's deadline passed first, or the work panicked.
    pub(crate) result: Option<T>,
    pub(crate) led: bool,
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    pub(crate) fn new() -> Self {
        Self { under_way: Arc::default(), tracker: TaskTracker::new() }
    }

    /// Joins the work for this key, or starts it with `work`, and waits until `at`.
    pub(crate) async fn join<F>(
        &self,
        key: Key,
        at: Instant,
        work: impl FnOnce(Deadline) -> F,
        seen: &Seen,
    ) -> Landed<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (flight, led, _waiter) = self.board(key, at, work);
        // Who leads counts its calls; for who joins the whole is a wait for the provider.
        let _wait = (!led).then(|| seen.wait());
        flight.deadline.extend(&Deadline::ahead_of(at));
        let result = Deadline::new(at).bound(flight.landed).await.flatten();
        Landed { result, led }
    }

    fn board<F>(
        &self,
        key: Key,
        at: Instant,
        work: impl FnOnce(Deadline) -> F,
    ) -> (Flight<T>, bool, Option<Waiter>)
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut under_way = self.lock();
        if let Some(flight) = under_way.get(&key)
            && let Some(waiter) = flight.deadline.wait()
        {
            return (flight.clone(), false, Some(waiter));
        }
        let deadline = Deadline::ahead_of(at);
        let waiter = deadline.wait();
        let place = Place { flights: self.clone(), key, deadline: deadline.clone() };
        let work = work(deadline.clone());
        let work = async move {
            let _place = place;
            work.await
        };
        let task = self.tracker.spawn(work.in_current_span());
        let landed = task.map(Result::ok).boxed().shared();
        let flight = Flight { deadline, landed };
        under_way.insert(key, flight.clone());
        (flight, true, waiter)
    }

    /// Flights under way.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Waits until nothing is under way. New work may still be started meanwhile.
    pub(crate) async fn drain(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

impl<T: Clone> Flights<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Flight<T>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A flight's place in the map, given up when the work ends in whatever way.
struct Place<T: Clone> {
    flights: Flights<T>,
    key: Key,
    deadline: Deadline,
}

impl<T: Clone> Drop for Place<T> {
    fn drop(&mut self) {
        let mut under_way = self.flights.lock();
        // Work that was given up may have been followed by another flight.
        if under_way.get(&self.key).is_some_and(|flight| flight.deadline.is(&self.deadline)) {
            under_way.remove(&self.key);
        }
    }
}
