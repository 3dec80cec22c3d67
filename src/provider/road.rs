//! The road of a task, from its key to an answer or to everyone's reasons.
//!
//! [`Providers::run`] is what a caller sees; `lead` is what happens once for all who want the same
//! thing. What one provider does with a task is in `attempt.rs`.

use std::{sync::Arc, time::Duration};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use metrics::Counter;
use tokio::time::sleep_until;

use super::{
    Call, Done, Failure, How, Options, Routes,
    attempt::{Asked, Provider},
    cache::Cache,
    deadline::Deadline,
    flights::{Flights, Landed},
    ids,
    journey::{Denied, Journey, Read},
    key::Key,
    ledger::{Books, Ledger},
    open::ProviderState,
    place::Place,
    sound::is_whole,
    standing::{Checked, Standing},
    transport::Transport,
    usage::{Counts, Tally},
};
use crate::{
    brief::{Answered, Task},
    clock,
    shared::{Lease, Shared},
    store::StoreError,
    telemetry::{meters::Lookups, names},
};

#[path = "recall.rs"]
mod recall;
#[path = "together.rs"]
mod together;

use recall::Tiers;

/// Every configured provider, with what is kept and what is under way. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Providers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    providers: Vec<Arc<Provider>>,
    routes: Routes,
    cache: Cache,
    flights: Flights<Result<Done, Failure>>,
    transport: Transport,
    ledger: Arc<Ledger>,
    shared: Shared,
    near: Lookups,
    joined: Lookups,
    stale: Counter,
    tally: Arc<Counts>,
}

impl Providers {
    /// The road for these providers. Sends nothing yet. A name in a route that no place has is
    /// passed over; configuration refuses it before.
    #[must_use]
    pub fn new(places: Vec<Place>, routes: Routes, options: Options) -> Self {
        let Options { max_answer_bytes, cache, breaker, retry, daily_usd, spend, disk, shared } =
            options;
        let ledger = Arc::new(Ledger::new(daily_usd, spend).over(&shared));
        let provider = |place| {
            let common = (Arc::clone(&ledger), shared.clone());
            Arc::new(Provider::new(place, breaker.clone(), retry.clone(), common))
        };
        let inner = Inner {
            providers: places.into_iter().map(provider).collect(),
            routes,
            cache: Cache::new(cache, disk).over(&shared),
            flights: Flights::new(),
            transport: Transport::new(max_answer_bytes),
            ledger,
            shared,
            tally: Arc::default(),
            near: Lookups::of("memory"),
            joined: Lookups::of("flight"),
            stale: names::STALE.counter(&[]),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The road under a new configuration. Kept answers, flights under way, connections and the
    /// book of what was spent go on; a provider takes over what was learned of the one that had its
    /// name before. Calls under way on the old road end on it.
    pub(crate) fn renewed(&self, places: Vec<Place>, routes: Routes, options: Options) -> Self {
        let old = &*self.inner;
        old.ledger.bound(options.daily_usd);
        let provider = |place| {
            let (breaker, retry) = (options.breaker.clone(), options.retry.clone());
            let fresh =
                Provider::new(place, breaker, retry, (Arc::clone(&old.ledger), old.shared.clone()));
            let before = old.providers.iter().find(|one| one.name() == fresh.name());
            Arc::new(match before {
                Some(before) => before.handed_to(fresh),
                None => fresh,
            })
        };
        let inner = Inner {
            providers: places.into_iter().map(provider).collect(),
            routes,
            cache: old.cache.renewed(options.cache.clone()),
            flights: old.flights.clone(),
            transport: old.transport.clone(),
            ledger: Arc::clone(&old.ledger),
            shared: old.shared.clone(),
            near: old.near.clone(),
            joined: old.joined.clone(),
            stale: old.stale.clone(),
            tally: Arc::clone(&old.tally),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Does a task: from what is kept, with others who want the same, or by calling providers in
    /// their order until one answers.
    ///
    /// # Errors
    /// Where nobody did it before the deadline: each provider of the route with its reason.
    pub async fn run(&self, task: Task, call: Call) -> Result<Done, Failure> {
        let (task, ids) = ids::number(task);
        let Inner { routes, providers, .. } = &*self.inner;
        let (flight, journey) = Journey::new(task, &call, routes, providers);
        // The disk is asked by whoever leads, once for all who want the same.
        let done = match self.inner.recall(&journey, Tiers::Memory).await {
            Some(done) => done,
            None if call.keeps() => self.fly(flight, journey, &call).await?,
            None => self.inner.lead(journey, Deadline::ahead_of(call.deadline), None).await?,
        };
        self.inner.tally.count(done.how);
        Ok(Done { answered: ids.restore(done.answered), ..done })
    }

    /// How the tasks done since the start were come by.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.inner.tally.read()
    }

    /// What all providers together may cost today, in millionths of a United States dollar.
    #[must_use]
    pub fn micro_usd_bound(&self) -> Option<u64> {
        self.inner.ledger.micro_usd_bound()
    }

    /// The journey that a task would make, and whether what is kept would answer it.
    pub(crate) async fn recollect(&self, task: Task, call: &Call) -> (Journey, bool) {
        let (task, _) = ids::number(task);
        let Inner { routes, providers, .. } = &*self.inner;
        let (_, journey) = Journey::new(task, call, routes, providers);
        let kept = self.inner.recall(&journey, Tiers::All).await.is_some();
        (journey, kept)
    }

    /// Joins the flight of an equal task, or starts it. It outlives this caller.
    async fn fly(&self, key: Key, journey: Journey, call: &Call) -> Result<Done, Failure> {
        let late = journey.failure("had not answered when the time was up");
        let keys = journey.keys();
        let inner = Arc::clone(&self.inner);
        let lead = |deadline| async move { inner.share(key, journey, deadline).await };
        let Landed { result, led } =
            self.inner.flights.join(key, call.deadline, lead, &call.seen).await;
        self.inner.joined.count(!led);
        let done = result.unwrap_or(Err(late))?;
        if let Some(source) = call.source.filter(|_| !led) {
            self.inner.served(&keys, source).await;
        }
        Ok(if led || done.cached() { done } else { done.unpaid(How::Joined) })
    }

    /// Every provider's place, in the order of the configuration.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        self.inner.providers.iter().map(|provider| &provider.place)
    }

    /// Whether the provider of this name can be told what was wrong with its answer.
    #[must_use]
    pub fn repairs(&self, name: &str) -> bool {
        self.places().any(|place| place.config.name == name && place.capabilities().repairs)
    }

    /// Waits until every call under way has ended. Callers bound this wait.
    pub async fn drain(&self) {
        self.inner.flights.drain().await;
    }

    /// Forgets every kept answer.
    ///
    /// # Errors
    /// Where the disk fails; memory has forgotten them then.
    pub async fn clear_cache(&self) -> Result<(), StoreError> {
        self.inner.cache.clear().await
    }

    /// Forgets every kept answer that served the source text with this SHA-256, in all replicas;
    /// gives how many they were, not counting what other replicas keep for themselves.
    ///
    /// # Errors
    /// Where the disk fails; memory has forgotten them then.
    pub async fn forget_source(&self, source: &[u8; 32]) -> Result<usize, StoreError> {
        self.inner.cache.forget(source).await
    }

    /// The same in this replica alone, because another one was told to.
    ///
    /// # Errors
    /// Where the disk fails; memory has forgotten them then.
    pub async fn forget_source_here(&self, source: &[u8; 32]) -> Result<(), StoreError> {
        self.inner.cache.forget_here(source).await.map(drop)
    }

    /// Kept answers and their bytes, as far as they have been counted.
    #[must_use]
    pub fn cache_size(&self) -> (u64, u64) {
        self.inner.cache.size()
    }

    /// Tasks under way that callers may share.
    #[must_use]
    pub fn flights(&self) -> usize {
        self.inner.flights.count()
    }

    /// What was spent and is held today over all providers whose prices are known, in millionths of
    /// a United States dollar.
    #[must_use]
    pub fn micro_usd_today(&self) -> u64 {
        self.inner.ledger.micro_usd_today()
    }

    /// Makes one tiny call to each provider, past breaker, limits and cache, and tells what came of
    /// it. Each may take as long as `timeout`.
    pub async fn check(&self, timeout: Duration) -> Vec<Checked> {
        let Inner { providers, transport, .. } = &*self.inner;
        let check = async |provider: &Arc<Provider>| {
            let began = clock::now();
            let outcome = provider.greet(transport, &Deadline::new(began + timeout)).await;
            let (provider, latency) = (provider.name().to_owned(), began.elapsed());
            Checked { provider, latency, outcome }
        };
        join_all(providers.iter().map(check)).await
    }

    /// How each provider stands, in the order of the configuration.
    #[must_use]
    pub fn standing(&self) -> Vec<Standing> {
        let standing = |provider: &Arc<Provider>| {
            let health = provider.health();
            let state = ProviderState::of(&provider.place, health);
            Standing { state, health, load: provider.load(), totals: provider.totals() }
        };
        self.inner.providers.iter().map(standing).collect()
    }
}

impl Inner {
    /// The road itself. An answer that leaves texts out serves only where nobody gives a whole one.
    /// Its room is taken when it is taken, which most tasks that were asked for before never do.
    fn lead<'a>(
        &'a self,
        journey: Journey,
        deadline: Deadline,
        lease: Option<&'a Lease>,
    ) -> BoxFuture<'a, Result<Done, Failure>> {
        async move {
            // Another replica's flight may have landed between the first look and now.
            if lease.is_some()
                && let Some(done) = self.recall(&journey, Tiers::All).await
            {
                return Ok(done);
            }
            let books = Books::default();
            let outcome = self.travel(journey, (&deadline, &books), lease).await;
            books.close().await;
            outcome
        }
        .boxed()
    }

    /// Asks around until somebody answers. What is done once, after that, has its room then: most of a
    /// task's time is waiting here.
    async fn travel(
        &self,
        mut journey: Journey,
        (deadline, books): (&Deadline, &Books),
        lease: Option<&Lease>,
    ) -> Result<Done, Failure> {
        let last = journey.candidates.len().saturating_sub(1);
        let (mut patient, mut partial) = (false, None);
        loop {
            for n in 0..journey.candidates.len() {
                match self.ask(&mut journey, n, (deadline, books), patient || n == last).await {
                    Some(answered) if is_whole(&answered.answer) => {
                        return Ok(self.keep(&journey, n, answered, lease).boxed().await);
                    }
                    Some(answered) => partial = journey.leave(n, answered, partial),
                    None => {}
                }
            }
            match journey.again() {
                Some(at) if at < deadline.at() => {
                    let _wait = journey.seen.wait();
                    sleep_until(at).await;
                }
                _ => break,
            }
            patient = true;
        }
        match partial {
            Some((n, answered)) => Ok(self.keep(&journey, n, answered, lease).boxed().await),
            None => {
                let stale = self.stale(&journey).boxed().await;
                stale.ok_or_else(|| journey.failure("was not asked"))
            }
        }
    }

    /// Asks one candidate, unless it has said its last word.
    async fn ask(
        &self,
        journey: &mut Journey,
        n: usize,
        (deadline, books): (&Deadline, &Books),
        patient: bool,
    ) -> Option<Answered> {
        let Journey {
            task,
            complaints,
            desk,
            account,
            read,
            keep,
            source: _,
            progress,
            seen,
            candidates,
        } = journey;
        let candidate = candidates.get_mut(n).filter(|candidate| candidate.is_open())?;
        if *read != Read::Nothing
            && let Some(fault) = self.cache.failure(&candidate.key).await
        {
            candidate.denied = Some(Denied::for_good(fault));
            return None;
        }
        let transport = &self.transport;
        let (desk, progress) = (desk.as_deref(), progress.as_ref());
        let asked = Asked {
            transport,
            task,
            complaints,
            desk,
            deadline,
            account,
            patient,
            progress,
            seen,
            books,
        };
        match candidate.provider.ask(asked, &mut candidate.calls).await {
            Ok(answered) => Some(answered),
            Err(denied) => {
                if *keep {
                    self.cache.remember(candidate.key, &denied.fault).await;
                }
                candidate.denied = Some(denied);
                None
            }
        }
    }

    /// Bills an answer, and keeps it under the provider that gave it if nothing is missing.
    async fn keep(
        &self,
        journey: &Journey,
        n: usize,
        mut answered: Answered,
        lease: Option<&Lease>,
    ) -> Done {
        answered.usage.calls = journey.candidates.iter().map(|c| u64::from(c.calls)).sum();
        let candidate = &journey.candidates[n];
        if journey.keep && is_whole(&answered.answer) {
            self.cache.keep(candidate.key, answered.clone(), journey.source, lease).await;
        }
        let cost_usd = candidate.provider.cost_usd(&answered.usage);
        Done { answered, how: How::Called, cost_usd }
    }
}
