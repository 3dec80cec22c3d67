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

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
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
    windows: Mutex<[Window; 3]>,
}

/// Leave to make one call now. Its seat is free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    limits: &'a Limits,
    entries: [u64; 3],
    _seat: SemaphorePermit<'a>,
}

impl Limits {
    pub(crate) fn new(config: &ProviderConfig, seats: usize) -> Self {
        let limits =
            [config.requests_per_minute, config.tokens_per_minute, config.characters_per_minute];
        Self {
            seats: Semaphore::new(seats.clamp(1, Semaphore::MAX_PERMITS)),
            windows: Mutex::new(limits.map(Window::new)),
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
        let (at, entries) = self.reserve(need, latest)?;
        if at > clock::now() {
            sleep_until(at).await;
        }
        Ok(Turn { limits: self, entries, _seat: seat })
    }

    /// Seats taken.
    pub(crate) fn busy(&self, seats: usize) -> usize {
        seats.saturating_sub(self.seats.available_permits())
    }

    /// What this minute has seen and may see of requests, tokens and characters; `None` without a
    /// limit.
    pub(crate) fn standing(&self) -> [Option<(u64, u64)>; 3] {
        let now = clock::now();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.each_mut().map(|window| {
            window.forget(now);
            window.limit.map(|limit| (window.total, limit))
        })
    }

    fn reserve(&self, need: Need, latest: Instant) -> Result<(Instant, [u64; 3]), Fault> {
        let amounts = [1, need.tokens, need.characters];
        let now = clock::now();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let moments = windows.iter_mut().zip(amounts).map(|(w, amount)| w.earliest(now, amount));
        let at = moments.max().unwrap_or(now);
        if at > latest {
            let wait = Some(at - now);
            let full = Fault::new(FaultKind::Throttled, "has reached its limit for this minute");
            return Err(Fault { retry_after: wait, ..full });
        }
        let mut entries = [0; 3];
        for ((window, amount), entry) in windows.iter_mut().zip(amounts).zip(&mut entries) {
            *entry = window.log(at, amount);
        }
        Ok((at, entries))
    }
}

impl Turn<'_> {
    /// Gives the turn back: no call was made.
    pub(crate) fn unused(self) {
        let mut windows = self.limits.windows.lock().unwrap_or_else(PoisonError::into_inner);
        for (window, entry) in windows.iter_mut().zip(self.entries) {
            window.settle(entry, 0);
        }
    }

    /// Sets what was reserved right by what was used.
    pub(crate) fn settle(self, used: Need) {
        let mut windows = self.limits.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let [_, tokens, characters] = &mut *windows;
        tokens.settle(self.entries[1], used.tokens);
        characters.settle(self.entries[2], used.characters);
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
    fn new(limit: Option<u32>) -> Self {
        let limit = limit.map(|limit| u64::from(limit.max(1)));
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
