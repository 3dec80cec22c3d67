//! The same limits over all replicas.
//!
//! Where replicas share a server, it counts each client for all of them with the arithmetic of
//! `client`. While it is away each replica counts for itself, against one share of as many as there are
//! replicas; what was taken then is not counted later.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use super::{
    Limits, Seen, Visit,
    client::{Exceeded, until_midnight},
    fields::{Policy, Standing},
};
use crate::{
    config,
    keys::Identity,
    server::problem::Problem,
    shared::{Entered, Entry, Shared},
};

/// A client as the server counts it.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    shared: Shared,
    name: Vec<u8>,
    limits: config::Limits,
}

impl Limits {
    /// Counted for all replicas; a place among a client's briefs at once is held for `longest` at most.
    pub(in crate::server) fn over(mut self, shared: &Shared, longest: Duration) -> Self {
        self.shared = shared.clone();
        self.longest = longest;
        self
    }

    /// A request comes in, `working` where it makes a brief or the like.
    ///
    /// # Errors
    /// Where a limit is reached; the visit still has the headers that tell which.
    pub(in crate::server) async fn admit(
        &self,
        identity: &Identity,
        address: Option<IpAddr>,
        working: bool,
    ) -> (Visit, Result<(), Problem>) {
        let limits = identity.limits.over(self.default);
        if limits.is_none() {
            return (Visit::default(), Ok(()));
        }
        let name = match &identity.key {
            Some(_) => format!("key {}", identity.name),
            None => format!("address {:?}", address.map(super::network)),
        };
        let counted = Counted { shared: self.shared.clone(), name: name.into_bytes(), limits };
        let held = (working && limits.concurrent_briefs.is_some()).then_some(self.longest);
        match counted.ask(Entry::Request(held)).await {
            Some(entered) => {
                let client = Some(self.client(identity, address, limits));
                let visit = Visit { client, counted: Some(counted), ..Visit::default() };
                let entered = visit.note(entered, 1);
                (visit, entered)
            }
            None => self.enter(identity, address, working),
        }
    }
}

impl Visit {
    /// Takes the characters of a request's body.
    ///
    /// # Errors
    /// Where a limit is reached.
    pub(in crate::server) async fn take_characters(&self, body: &[u8]) -> Result<(), Problem> {
        let limited = |counted: &&Counted| {
            let limits = &counted.limits;
            limits.characters_per_minute.is_some() || limits.daily_characters.is_some()
        };
        if let Some(counted) = self.counted.as_ref().filter(limited) {
            let count = super::characters(body);
            if let Some(entered) = counted.ask(Entry::Characters(count)).await {
                return self.note(entered, count);
            }
        }
        self.characters(body)
    }

    /// Takes in what the server said.
    fn note(&self, entered: Entered, count: u64) -> Result<(), Problem> {
        let Some(counted) = &self.counted else { return Ok(()) };
        let mut seen = self.seen();
        match entered {
            Entered::Over(name, wait) => {
                let policy = counted.policy(&name).ok_or_else(Problem::internal)?;
                let never = wait.is_none() || (policy.is_of_characters() && count > policy.quota);
                let wait = wait.unwrap_or(Duration::from_secs(60));
                Err(seen.exceeded(Exceeded::told(policy, wait, never)))
            }
            may => {
                counted.standings(may, &mut seen);
                Ok(())
            }
        }
    }
}

impl Counted {
    async fn ask(&self, entry: Entry) -> Option<Entered> {
        self.shared.enter(&self.name, &self.limits, entry).await
    }

    fn standings(&self, entered: Entered, seen: &mut Seen) {
        let Entered::May { briefs, requests, daily_requests, characters, today, place } = entered
        else {
            return;
        };
        let minute = |name: &str, remaining: Option<u64>, limit: Option<NonZeroU32>| {
            let share = 60_u64.div_ceil(u64::from(limit?.get()));
            Some(Standing { policy: self.policy(name)?, remaining: remaining?, reset: Some(share) })
        };
        let daily = |name: &str, remaining: Option<u64>| {
            Some(Standing::daily(self.policy(name)?, remaining?, until_midnight()))
        };
        let briefs = briefs.and_then(|remaining| {
            Some(Standing { policy: self.policy("briefs")?, remaining, reset: None })
        });
        let of_day = self.limits.daily_characters.map(|limit| limit.get().saturating_sub(today));
        let standings = [
            briefs,
            minute("requests", requests, self.limits.requests_per_minute),
            daily("daily-requests", daily_requests),
            minute("characters", characters, self.limits.characters_per_minute),
            daily("daily-characters", of_day.filter(|_| characters.is_some() || today > 0)),
        ];
        seen.standings.extend(standings.into_iter().flatten());
        seen.today = Some(today);
        if place.is_some() {
            seen.place = place;
        }
    }

    fn policy(&self, name: &str) -> Option<Policy> {
        let limits = &self.limits;
        match name {
            "briefs" => limits.concurrent_briefs.map(|quota| Policy::briefs(quota.get())),
            "requests" => limits.requests_per_minute.map(Policy::requests),
            "characters" => limits.characters_per_minute.map(Policy::characters),
            "daily-requests" => limits.daily_requests.map(Policy::daily_requests),
            "daily-characters" => limits.daily_characters.map(Policy::daily_characters),
            _ => None,
        }
    }
}
