//! What was spent today, over all replicas.
//!
//! A day's sums lie in one hash: money by scope, characters by provider. A call's claim is set aside
//! in one step with the look at the bounds, so that calls of several replicas together cannot pass a
//! bound which none would pass alone. A replica remembers the sums that it was told; when the server
//! forgets, it puts the larger number back and adds what was spent meanwhile. What a replica held when
//! it died stays set aside until the day ends. Scopes lie there as hashes.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::civil::Date;
use redis::Script;

use super::{
    Shared,
    keeper::{self, Saying},
    link::{Away, Standing},
};

/// One sum that a call adds to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Names the sum, such as `money:desk`.
    pub(crate) sum: String,
    /// What it may come to.
    pub(crate) bound: Option<u64>,
    /// What the call adds.
    pub(crate) amount: u64,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// It is set aside, for all replicas.
    Held,
    /// The bound of this number would be passed.
    Over(usize),
    /// There is no server to ask; it is set aside here alone.
    Away,
}

/// The day's sums as this replica knows them.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    shared: Shared,
    day: Mutex<Day>,
}

#[derive(Debug, Default)]
struct Day {
    date: Date,
    /// By the name of the sum.
    sums: HashMap<String, Sum>,
    said_to: Option<Standing>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    /// What all replicas together came to when the server last said so.
    known: u64,
    /// What this one has added since without the server.
    since: i64,
}

impl Sums {
    pub(crate) fn new(shared: &Shared) -> Self {
        Self { shared: shared.clone(), day: Mutex::default() }
    }

    /// At least so much was spent today, as this replica's own book says.
    pub(crate) fn at_least(&self, date: Date, sum: &str, amount: u64) {
        let mut day = self.day(date);
        let sum = day.sums.entry(sum.to_owned()).or_default();
        if sum.known < amount {
            sum.known = amount;
            day.said_to = None;
        }
    }

    /// Sets aside what a call may take of these sums, where no bound is passed. Without the server
    /// what this replica adds counts as often as there are replicas, as if each did the same.
    pub(crate) async fn claim(&self, date: Date, claims: &[Claim]) -> Claimed {
        match self.ask(date, claims).await {
            Ok(claimed) => claimed,
            Err(Away) => self.claim_alone(date, claims),
        }
    }

    /// Adds to sums, or takes from them. `held` tells whether the server had set the claim aside.
    pub(crate) fn change(&self, date: Date, changes: Vec<(String, i64)>, held: bool) {
        let changes: Vec<(String, i64)> =
            changes.into_iter().filter(|(_, change)| *change != 0).collect();
        if changes.is_empty() || !self.shared.is_configured() {
            return;
        }
        if let Some((common, _)) = self.shared.there().filter(|_| held) {
            let name = common.names.of("spent", date.to_string().as_bytes());
            let hash = |sum: &str| common.names.hash(sum.as_bytes());
            let changes = changes.iter().map(|(sum, change)| (hash(sum), *change)).collect();
            self.shared.tell(Saying::Adjust(name, changes));
            return;
        }
        let mut day = self.day(date);
        for (sum, change) in changes {
            let sum = day.sums.entry(sum).or_default();
            sum.since = sum.since.saturating_add(change);
        }
    }

    async fn ask(&self, date: Date, claims: &[Claim]) -> Result<Claimed, Away> {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/hold.lua")));
        for _ in 0..2 {
            let (common, standing) = self.shared.there().ok_or(Away)?;
            self.bring_back(date, &standing).await?;
            let mut script = SCRIPT.key(common.names.of("spent", date.to_string().as_bytes()));
            script.key(common.names.only("epoch")).arg(&standing.epoch);
            for Claim { sum, bound, amount } in claims {
                script.arg(common.names.hash(sum.as_bytes()));
                script.arg(bound.map_or(-1, u64::cast_signed)).arg(amount);
            }
            let reply: Vec<redis::Value> = common.link.run(&script).await?;
            if reply.len() == 3 {
                let reply = redis::Value::Array(reply);
                let (held, over, sums): (i64, usize, Vec<u64>) =
                    redis::FromRedisValue::from_redis_value(reply).map_err(|_| Away)?;
                self.take_in(date, claims, &sums);
                return Ok(if held == 1 { Claimed::Held } else { Claimed::Over(over - 1) });
            }
            keeper::announce(common).await?;
        }
        Err(Away)
    }

    fn take_in(&self, date: Date, claims: &[Claim], sums: &[u64]) {
        let mut day = self.day(date);
        for (claim, known) in claims.iter().zip(sums) {
            day.sums.entry(claim.sum.clone()).or_default().known = *known;
        }
    }

    fn claim_alone(&self, date: Date, claims: &[Claim]) -> Claimed {
        if !self.shared.is_configured() {
            return Claimed::Away;
        }
        let shares = u64::from(self.shared.shares());
        let mut day = self.day(date);
        for (n, Claim { sum, bound, amount }) in claims.iter().enumerate() {
            let sum = day.sums.get(sum).copied().unwrap_or_default();
            let own = sum.since.max(0).unsigned_abs().saturating_add(*amount);
            let all = sum.known.saturating_add(own.saturating_mul(shares));
            if *amount > 0 && bound.is_some_and(|bound| all > bound) {
                return Claimed::Over(n);
            }
        }
        for Claim { sum, amount, .. } in claims {
            let sum = day.sums.entry(sum.clone()).or_default();
            sum.since = sum.since.saturating_add(amount.cast_signed());
        }
        Claimed::Away
    }

    /// Puts what this replica knows where the server may not know it.
    async fn bring_back(&self, date: Date, standing: &Standing) -> Result<(), Away> {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/merge_spend.lua")));
        let Some(common) = &self.shared.inner else { return Err(Away) };
        let Some(sums) = self.to_say(date, standing) else { return Ok(()) };
        let mut script = SCRIPT.key(common.names.of("spent", date.to_string().as_bytes()));
        script.key(common.names.only("epoch")).arg(&standing.epoch);
        for (sum, Sum { known, since }) in &sums {
            script.arg(common.names.hash(sum.as_bytes())).arg(known).arg(since);
        }
        let said = common.link.run::<i64>(&script).await;
        let mut day = self.day(date);
        for (name, told) in sums {
            let Some(sum) = day.sums.get_mut(&name) else { continue };
            match said {
                Ok(1) => sum.known = sum.known.saturating_add_signed(told.since),
                _ => sum.since = sum.since.saturating_add(told.since),
            }
        }
        if said != Ok(1) {
            day.said_to = None;
        }
        said.map(drop)
    }

    fn to_say(&self, date: Date, standing: &Standing) -> Option<HashMap<String, Sum>> {
        let mut day = self.day(date);
        if day.said_to.as_ref() == Some(standing) && day.sums.values().all(|sum| sum.since == 0) {
            return None;
        }
        day.said_to = Some(standing.clone());
        let sums = day.sums.clone();
        day.sums.values_mut().for_each(|sum| sum.since = 0);
        (!sums.is_empty()).then_some(sums)
    }

    /// The sums of this day; a new one begins empty.
    fn day(&self, date: Date) -> MutexGuard<'_, Day> {
        let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        if day.date != date {
            *day = Day { date, ..Day::default() };
        }
        day
    }
}
