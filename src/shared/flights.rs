//! One replica does a task, the others wait for it.
//!
//! Who leads holds a lease with a token that only grows. It is renewed while the work goes on and
//! lapses when its holder dies; then one of those who wait leads. A leader that was held up beyond
//! its lease has an old token, and what it brings is not kept where a later one has led.
//!
//! Followers are told by a message when the work has ended, and look for themselves now and then in
//! case the message was lost. What came of the work lies there for a few seconds, sealed like any
//! answer. Where no text may lie on the server, there is nothing that a follower could be given: then
//! each replica flies for itself, and nobody waits for what could not be had.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::Script;
use tokio::{
    sync::Notify,
    time::{interval_at, timeout},
};

use super::{Inner, Shared, keeper::Saying, link::Away};
use crate::{
    clock::{self, Instant},
    telemetry::{Seen, Wait, names},
};

/// How long what came of a flight lies there for those who followed it.
const LEFT_FOR: Duration = Duration::from_secs(5);
/// How often a follower looks for itself.
const LOOK: Duration = Duration::from_millis(500);

/// What a task that wants to start finds.
#[derive(Debug)]
pub(crate) enum Boarding {
    /// This replica leads.
    Leads(Lease),
    /// Another one led, and this came of it.
    Landed(Vec<u8>),
    /// There is nobody to share with.
    Alone,
    /// Another replica was still at it when the time was up.
    TooLate,
}

/// Those who wait, by the name of the flight.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    flights: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Waiting {
    pub(super) fn call(&self, hex: &str) {
        let name = crate::digest::bytes_of_hex(hex).and_then(|name| String::from_utf8(name).ok());
        let waiting = name.and_then(|name| self.lock().get(&name).cloned());
        if let Some(waiting) = waiting {
            waiting.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Notify>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who wait; one for each flight, because a replica follows it once.
struct Ear<'a> {
    waiting: &'a Waiting,
    name: String,
    called: Arc<Notify>,
}

impl<'a> Ear<'a> {
    fn new(waiting: &'a Waiting, name: &str) -> Self {
        let called = Arc::clone(waiting.lock().entry(name.to_owned()).or_default());
        Self { waiting, name: name.to_owned(), called }
    }
}

impl Drop for Ear<'_> {
    fn drop(&mut self) {
        let mut flights = self.waiting.lock();
        // The map's own and this one.
        if flights.get(&self.name).is_some_and(|called| Arc::strong_count(called) <= 2) {
            flights.remove(&self.name);
        }
    }
}

/// Leave to do a task for all replicas. Dropped before it has landed, it lets another one lead.
#[derive(Debug)]
pub(crate) struct Lease {
    inner: Arc<Inner>,
    name: String,
    token: String,
    landed: bool,
}

/// The wait for another replica's flight, measured when it is over.
struct Following {
    _wait: Wait,
    since: Instant,
}

impl Drop for Following {
    fn drop(&mut self) {
        names::SHARED_WAIT_SECONDS.histogram(&[]).record(self.since.elapsed());
    }
}

/// What the script says: what to do, the token, and what came of it.
type Board = (u8, String, Option<Vec<u8>>);

impl Shared {
    /// Leads the flight of this key, or waits until whoever leads it has landed; that wait is one for a
    /// provider in what is `seen`. `late` completes when nobody waits any more.
    pub(crate) async fn board(
        &self,
        key: &[u8; 32],
        seen: &Seen,
        late: impl Future<Output = ()>,
    ) -> Boarding {
        let Some((inner, _)) = self.there().filter(|(inner, _)| inner.texts.are_shared()) else {
            return Boarding::Alone;
        };
        let name = inner.names.of("flight", key);
        let ear = Ear::new(&inner.waiting, &name);
        tokio::pin!(late);
        let (mut followed, mut following) = (String::new(), None);
        loop {
            let called = ear.called.notified();
            tokio::pin!(called);
            // From here on no call is missed.
            called.as_mut().enable();
            match board(inner, &name, &followed).await {
                Err(Away) => return Boarding::Alone,
                Ok((1, token, _)) => {
                    let inner = Arc::clone(inner);
                    return Boarding::Leads(Lease { inner, name, token, landed: false });
                }
                Ok((2, _, Some(outcome))) => {
                    match inner.texts.opened(name.as_bytes(), &outcome) {
                        Some(outcome) => return Boarding::Landed(outcome),
                        // It was left by a replica that is configured otherwise.
                        None => followed.clear(),
                    }
                }
                Ok((_, token, _)) => followed = token,
            }
            following.get_or_insert_with(|| Following { _wait: seen.wait(), since: clock::now() });
            tokio::select! {
                _ = timeout(LOOK, called) => {}
                () = &mut late => return Boarding::TooLate,
            }
        }
    }
}

async fn board(inner: &Inner, name: &str, followed: &str) -> Result<Board, Away> {
    static SCRIPT: std::sync::LazyLock<Script> =
        std::sync::LazyLock::new(|| Script::new(include_str!("scripts/board.lua")));
    let mut script = SCRIPT.key(name);
    script.key(inner.names.only("fence"));
    script.arg(millis(inner.lease)).arg(followed);
    let mut reply: Vec<redis::Value> = inner.link.run(&script).await?;
    reply.resize(3, redis::Value::Nil);
    redis::FromRedisValue::from_redis_value(redis::Value::Array(reply)).map_err(|_| Away)
}

/// Ends a flight; gives whether it was still led with this token.
pub(super) async fn land(
    inner: &Inner,
    name: &str,
    token: &str,
    (message, outcome): (&str, Option<&[u8]>),
) -> Result<i64, Away> {
    static SCRIPT: std::sync::LazyLock<Script> =
        std::sync::LazyLock::new(|| Script::new(include_str!("scripts/land.lua")));
    let mut script = SCRIPT.key(name);
    script.arg(token).arg(inner.names.only("news")).arg(message);
    script.arg(outcome.unwrap_or_default()).arg(millis(LEFT_FOR));
    inner.link.run(&script).await
}

impl Lease {
    /// The token, which is larger than that of any earlier leader.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Does the work and renews the lease meanwhile.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let third = self.inner.lease / 3;
        let mut renewal = interval_at(clock::now() + third, third);
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                _ = renewal.tick() => self.renew().await,
            }
        }
    }

    async fn renew(&self) {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/renew.lua")));
        let mut script = SCRIPT.key(&self.name);
        script.arg(&self.token).arg(millis(self.inner.lease));
        if self.inner.link.run::<i64>(&script).await == Ok(0) {
            // What is being paid for goes on; the token keeps it from being put over a later answer.
            tracing::debug!("a lease has lapsed while its work went on");
        }
    }

    /// Tells all who follow what came of it.
    pub(crate) async fn land(mut self, outcome: &[u8]) {
        self.landed = true;
        let sealed = self.inner.texts.sealed(self.name.as_bytes(), outcome);
        let message = self.message();
        let outcome = (message.as_str(), sealed.as_deref());
        let _ = land(&self.inner, &self.name, &self.token, outcome).await;
    }

    fn message(&self) -> String {
        self.inner.message("landed", self.name.as_bytes())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.landed {
            let abandon = Saying::Abandon(self.name.clone(), self.token.clone(), self.message());
            let _ = self.inner.outbox.try_send(abandon);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
