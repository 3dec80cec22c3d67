//! A provider's limits: requests, tokens and characters a minute, and calls at the same time.
//!
//! # No window sees more
//! A vendor counts by the minute, so a bucket that lets a burst through and refills meanwhile
//! would show it twice the limit. Here every call that is let through is logged with its moment, and
//! the next one's moment is chosen so that no 60 s hold more than the limit. Within that, calls
//! go at once: an article's ten sections need not be spaced out. A window is taken a little longer
//! than a minute, because calls travel and arrive unevenly.
//!
//! # Turns
//! Moments are given out in the order asked for and never overtaken. Who cannot be served by
//! their latest moment is told so at once and takes none. Tokens are reserved by estimate and
//! settled when the use is known; a turn that is given up keeps its place in the log, which errs on
//! the vendor's side.
//!
//! # Several replicas
//! Where they share a server, moments are given out by it for all of them (`shared::turns`); what is
//! here decides while it is away. Calls at the same time are counted by each replica for itself.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{sleep_until, timeout_at},
};

use crate::{
    clock::{self, Instant},
    config::ProviderConfig,
    dialect::{Fault, FaultKind},
    shared::{Amounts, Given, Granted, Shared, Turns},
};

/// A minute, and a second for calls that travel.
const WINDOW: Duration = Duration::from_secs(61);

/// What one call takes of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// Tokens read and written.
    pub(crate) tokens: u64,
    /// Characters, as the vendor bills them.
    pub(crate) characters: u64,
}

/// One provider's limits.
#[derive(Debug)]
pub(crate) struct Limits {
    seats: Semaphore,
    own: Mutex<Own>,
    shared: Shared,
    /// The same limits over all replicas.
    common: Option<Turns>,
}

/// The windows as this replica knows them.
#[derive(Debug)]
struct Own {
    windows: [Window; 3],
    /// The last turn was given for all replicas together, so what they took is to be looked at first.
    outdated: bool,
}

/// Leave to make one call now. Its seat is free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    limits: &'a Limits,
    reserved: Amounts,
    given: By,
    _seat: SemaphorePermit<'a>,
}

/// Who gave a turn, and under what it was entered.
#[derive(Clone, Copy, Debug)]
enum By {
    All(Granted),
    /// The entries in this replica's windows, and how often each amount counts there.
    Own([u64; 3], u64),
}

impl Limits {
    pub(crate) fn new(config: &ProviderConfig, seats: usize, shared: &Shared) -> Self {
        let limits =
            [config.requests_per_minute, config.tokens_per_minute, config.characters_per_minute]
                .map(|limit| limit.map(|limit| u64::from(limit.max(1))));
        let common = Turns::new(shared, &config.name, limits);
        let windows = limits.map(Window::new);
        Self {
            seats: Semaphore::new(seats.clamp(1, Semaphore::MAX_PERMITS)),
            own: Mutex::new(Own { windows, outdated: common.is_some() }),
            shared: shared.clone(),
            common,
        }
    }

    /// Waits for a seat and for the moment at which the limits allow the call.
    ///
    /// # Errors
    /// `Throttled` where that would be later than `latest`.
    pub(crate) async fn turn(&self, need: Need, latest: Instant) -> Result<Turn<'_>, Fault> {
        let seat = match timeout_at(latest, self.seats.acquire()).await {
            Ok(Ok(seat)) => seat,
            _ => {
                return Err(Fault::new(
                    FaultKind::Throttled,
                    "is busy with as many calls as it may be",
                ));
            }
        };
        let reserved = [1, need.tokens, need.characters];
        let (at, given) = self.reserve(reserved, latest).await?;
        if at > clock::now() {
            sleep_until(at).await;
        }
        Ok(Turn { limits: self, reserved, given, _seat: seat })
    }

    /// Seats taken.
    pub(crate) fn busy(&self, seats: usize) -> usize {
        seats.saturating_sub(self.seats.available_permits())
    }

    /// What this minute has seen and may see of requests, tokens and characters, over all replicas as far as
    /// is known here; `None` without a limit.
    pub(crate) fn standing(&self) -> [Option<(u64, u64)>; 3] {
        let now = clock::now();
        let mut own = self.own();
        if let Some(common) = self.common.as_ref().filter(|_| own.outdated) {
            own.look_at(&common.seen(u64::from(self.shared.shares())));
            // It is outdated again with the next heartbeat.
            own.outdated = true;
        }
        own.windows.each_mut().map(|window| {
            window.forget(now);
            window.limit.map(|limit| (window.total, limit))
        })
    }

    async fn reserve(&self, amounts: Amounts, latest: Instant) -> Result<(Instant, By), Fault> {
        let Some(common) = &self.common else { return self.reserve_own(amounts, latest) };
        let longest = latest.saturating_duration_since(clock::now());
        match common.reserve(amounts, longest).await {
            Given::Turn(granted) => {
                self.own().outdated = true;
                Ok((granted.at, By::All(granted)))
            }
            Given::Full(wait) => Err(full(wait)),
            Given::Away => {
                let (at, by) = self.reserve_own(amounts, latest)?;
                common.note(at, amounts);
                Ok((at, by))
            }
        }
    }

    /// Without the other replicas: what this one lets through counts as often as there are replicas,
    /// as if each of them did the same.
    fn reserve_own(&self, amounts: Amounts, latest: Instant) -> Result<(Instant, By), Fault> {
        let (now, shares) = (clock::now(), u64::from(self.shared.shares()));
        let amounts = amounts.map(|amount| amount.saturating_mul(shares));
        let mut own = self.own();
        if let Some(common) = self.common.as_ref().filter(|_| own.outdated) {
            own.look_at(&common.seen(shares));
        }
        let windows = &mut own.windows;
        let moments = windows.iter_mut().zip(amounts).map(|(w, amount)| w.earliest(now, amount));
        let at = moments.max().unwrap_or(now);
        if at > latest {
            return Err(full(at - now));
        }
        let mut entries = [0; 3];
        for ((window, amount), entry) in windows.iter_mut().zip(amounts).zip(&mut entries) {
            *entry = window.log(at, amount);
        }
        Ok((at, By::Own(entries, shares)))
    }

    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Own {
    /// Begins anew from what all replicas took.
    fn look_at(&mut self, taken: &[(Instant, Amounts)]) {
        for (kind, window) in self.windows.iter_mut().enumerate() {
            // Numbers of earlier entries stay unknown.
            window.first += window.logged.len() as u64;
            window.logged.clear();
            window.total = 0;
            for (at, amounts) in taken {
                window.log(*at, amounts[kind]);
            }
        }
        self.outdated = false;
    }
}

fn full(wait: Duration) -> Fault {
    let full = Fault::new(FaultKind::Throttled, "has reached its limit for this minute");
    Fault { retry_after: Some(wait), ..full }
}

impl Turn<'_> {
    /// Gives the turn back: no call was made.
    pub(crate) fn unused(self) {
        self.set([0; 3]);
    }

    /// Sets what was reserved right by what was used.
    pub(crate) fn settle(self, used: Need) {
        self.set([1, used.tokens, used.characters]);
    }

    fn set(self, used: Amounts) {
        match (self.given, &self.limits.common) {
            (By::All(granted), Some(common)) => common.settle(granted, self.reserved, used),
            (By::All(_), None) => {}
            (By::Own(entries, shares), _) => {
                let mut own = self.limits.own();
                for (kind, window) in own.windows.iter_mut().enumerate() {
                    window.settle(entries[kind], used[kind].saturating_mul(shares));
                }
            }
        }
    }
}

/// What was let through within one window, in order.
#[derive(Debug)]
struct Window {
    /// Amount that one window may see; none means no limit, and nothing is logged.
    limit: Option<u64>,
    logged: VecDeque<(Instant, u64)>,
    /// Sum of what is logged.
    total: u64,
    /// Number of the first entry in the log, counted from the first ever.
    first: u64,
}

impl Window {
    fn new(limit: Option<u64>) -> Self {
        Self { limit, logged: VecDeque::new(), total: 0, first: 0 }
    }

    /// The first moment from `now` at which `amount` more may be let through. More than the
    /// whole limit waits for an empty window.
    fn earliest(&mut self, now: Instant, amount: u64) -> Instant {
        let Some(limit) = self.limit else { return now };
        self.forget(now);
        let mut at = self.logged.back().map_or(now, |&(last, _)| last.max(now));
        let mut within = self.total;
        for &(then, logged) in &self.logged {
            if within.saturating_add(amount) <= limit {
                break;
            }
            within -= logged;
            at = at.max(then + WINDOW);
        }
        at
    }

    /// Enters an amount; gives the entry's number.
    fn log(&mut self, at: Instant, amount: u64) -> u64 {
        if self.limit.is_some() {
            self.logged.push_back((at, amount));
            self.total += amount;
        }
        (self.first + self.logged.len() as u64).saturating_sub(1)
    }

    fn settle(&mut self, entry: u64, amount: u64) {
        let place = entry.checked_sub(self.first).and_then(|n| usize::try_from(n).ok());
        if let Some((_, logged)) = place.and_then(|n| self.logged.get_mut(n)) {
            self.total = self.total - *logged + amount;
            *logged = amount;
        }
    }

    fn forget(&mut self, now: Instant) {
        while let Some(&(then, amount)) = self.logged.front()
            && then + WINDOW <= now
        {
            self.logged.pop_front();
            self.total -= amount;
            self.first += 1;
        }
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
