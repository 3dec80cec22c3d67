//! A provider's limits over all replicas: no minute of them together sees more.
//!
//! The server sums what was let through by the second in which it was; a second counts until a full
//! minute has passed since its end, and one more second for calls that travel. Moments are given out
//! in the order asked for. Each answer of the server carries the sums of the whole window, so a replica
//! that loses the server knows what all of them have taken, up to its last heartbeat.
//!
//! While the server is away the replica's own limits decide (`provider::limit`), from what was seen
//! here; what they let through is noted here ([`Turns::note`]) and added when the server is back. A
//! flushed server is filled again by every replica with what it saw, the larger number winning, so
//! it matters little who comes first.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use redis::Script;

use super::{
    Shared,
    keeper::{self, Saying},
    link::{Away, Standing},
};
use crate::clock::{self, Instant};

/// Requests, tokens and characters.
pub(crate) type Amounts = [u64; 3];

/// How long a call counts: a minute, what remains of its second, and a second for travelling.
const COUNTS: Duration = Duration::from_secs(62);

/// One provider's limits, for all replicas.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    shared: Shared,
    name: String,
    limits: [Option<u64>; 3],
    seen: Mutex<Seen>,
}

/// What this replica knows of the window.
#[derive(Debug)]
struct Seen {
    /// Sums by the server's second.
    sums: BTreeMap<u64, Amounts>,
    /// A moment on both clocks: the server's milliseconds, and ours.
    clocks: (u64, Instant),
    /// Let through while the server was away.
    unsaid: Vec<(Instant, Amounts)>,
    /// Where all of this was last put.
    said_to: Option<Standing>,
}

/// A turn that the server gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    /// When.
    pub(crate) at: Instant,
    /// The server's second under which it is summed.
    second: u64,
}

/// What became of the wish for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// It was given.
    Turn(Granted),
    /// It would come only after this long.
    Full(Duration),
    /// There is no server to ask.
    Away,
}

/// Sums by the server's second, and what was let through without it.
type Untold = (BTreeMap<u64, Amounts>, Vec<(Instant, Amounts)>);

/// What the script says: whether, the wait, the second, the time, and the sums.
type Reply = (i64, i64, u64, u64, Vec<u64>);

impl Turns {
    /// The limits of this provider; `None` where it has none, or nothing is shared.
    pub(crate) fn new(shared: &Shared, provider: &str, limits: [Option<u64>; 3]) -> Option<Self> {
        let common = shared.inner.as_ref()?;
        limits.iter().any(Option::is_some).then_some(())?;
        let seen = Seen {
            sums: BTreeMap::new(),
            clocks: (0, clock::now()),
            unsaid: Vec::new(),
            said_to: None,
        };
        let inner = Arc::new(Inner {
            shared: shared.clone(),
            name: common.names.of("turns", provider.as_bytes()),
            limits,
            seen: Mutex::new(seen),
        });
        let mut all = common.turns.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.strong_count() > 0);
        all.push(Arc::downgrade(&inner));
        Some(Self { inner })
    }

    /// A turn within the limits, no later than `longest` from now.
    pub(crate) async fn reserve(&self, amounts: Amounts, longest: Duration) -> Given {
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        match self.inner.ask(amounts, longest).await {
            Ok((1, wait, second, ..)) => {
                let at = clock::now() + Duration::from_millis(wait.unsigned_abs());
                Given::Turn(Granted { at, second })
            }
            Ok((_, wait, ..)) => Given::Full(Duration::from_millis(wait.unsigned_abs())),
            Err(Away) => Given::Away,
        }
    }

    /// Sets right what a turn took; what is told here need not arrive.
    pub(crate) fn settle(&self, granted: Granted, reserved: Amounts, used: Amounts) {
        let changes: Vec<(String, i64)> = (0..3)
            .filter(|kind| self.inner.limits[*kind].is_some() && reserved[*kind] != used[*kind])
            .map(|kind| {
                let change = used[kind].cast_signed().wrapping_sub(reserved[kind].cast_signed());
                (format!("{}:{}", kind + 1, granted.second), change)
            })
            .collect();
        if !changes.is_empty() {
            self.inner.shared.tell(Saying::Adjust(self.inner.name.clone(), changes));
        }
    }

    /// Notes what was let through without the server.
    pub(crate) fn note(&self, at: Instant, amounts: Amounts) {
        let mut seen = self.inner.seen();
        let now = clock::now();
        seen.unsaid.retain(|(then, _)| *then + COUNTS > now);
        seen.unsaid.push((at, amounts));
    }

    /// What all replicas together took of the window, as far as this one knows; each amount at the
    /// latest moment at which it may have been. What was let through without the server counts once
    /// for each of so many `shares`.
    pub(crate) fn seen(&self, shares: u64) -> Vec<(Instant, Amounts)> {
        let seen = self.inner.seen();
        let sums = seen.sums.iter().map(|(second, sums)| (seen.moment(second + 1), *sums));
        let all = |amounts: &Amounts| amounts.map(|amount| amount.saturating_mul(shares));
        let unsaid = seen.unsaid.iter().map(|(at, amounts)| (*at, all(amounts)));
        let mut taken: Vec<(Instant, Amounts)> = sums.chain(unsaid).collect();
        taken.sort_unstable_by_key(|(at, _)| *at);
        taken
    }
}

impl Inner {
    /// Asks for a turn; a negative `longest` only looks.
    async fn ask(&self, amounts: Amounts, longest: i64) -> Result<Reply, Away> {
        for _ in 0..2 {
            let (common, standing) = self.shared.there().ok_or(Away)?;
            self.bring_back(&standing).await?;
            let script = self.script(&standing, amounts, longest);
            let mut reply: Vec<redis::Value> = common.link.run(&script).await?;
            if reply.len() == 5 {
                let reply = redis::Value::Array(std::mem::take(&mut reply));
                let reply: Reply =
                    redis::FromRedisValue::from_redis_value(reply).map_err(|_| Away)?;
                self.seen().take_in(&reply);
                return Ok(reply);
            }
            // It was flushed: another epoch begins.
            keeper::announce(common).await?;
        }
        Err(Away)
    }

    fn script(
        &self,
        standing: &Standing,
        amounts: Amounts,
        longest: i64,
    ) -> redis::ScriptInvocation<'static> {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/turn.lua")));
        let mut script = SCRIPT.key(&self.name);
        script.key(self.epoch()).arg(&standing.epoch).arg(longest);
        for limit in self.limits {
            script.arg(limit.map_or(-1, u64::cast_signed));
        }
        for amount in amounts {
            script.arg(amount);
        }
        script
    }

    fn epoch(&self) -> String {
        self.shared.inner.as_ref().map_or_else(String::new, |common| common.names.only("epoch"))
    }

    /// Puts what this replica knows where the server may not know it: after a new connection, and
    /// after a flush.
    async fn bring_back(&self, standing: &Standing) -> Result<(), Away> {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/merge_window.lua")));
        let Some((sums, unsaid)) = self.seen().unsaid_to(standing) else { return Ok(()) };
        let Some(common) = &self.shared.inner else { return Err(Away) };
        let now = clock::now();
        let mut script = SCRIPT.key(&self.name);
        script.key(self.epoch()).arg(&standing.epoch);
        for (second, amounts) in &sums {
            for (kind, amount) in self.limited(amounts) {
                script.arg(kind).arg(second).arg(amount);
            }
        }
        script.arg("+");
        for (at, amounts) in &unsaid {
            // A turn that is still to come counts from its moment on.
            let ago = match now.checked_duration_since(*at) {
                Some(ago) => millis(ago),
                None => -millis(*at - now),
            };
            for (kind, amount) in self.limited(amounts) {
                script.arg(kind).arg(ago).arg(amount);
            }
        }
        let said = common.link.run::<i64>(&script).await;
        if said != Ok(1) {
            let mut seen = self.seen();
            seen.unsaid.extend(unsaid);
            seen.said_to = None;
        }
        said.map(drop)
    }

    fn limited<'a>(&'a self, amounts: &'a Amounts) -> impl Iterator<Item = (usize, u64)> + 'a {
        let limited = (0..3).filter(|kind| self.limits[*kind].is_some() && amounts[*kind] > 0);
        limited.map(|kind| (kind + 1, amounts[kind]))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn take_in(&mut self, (_, _, _, now, sums): &Reply) {
        self.clocks = (*now, clock::now());
        self.sums.clear();
        for one in sums.chunks_exact(3) {
            let (kind, second, amount) = (one[0], one[1], one[2]);
            let sums = self.sums.entry(second).or_default();
            if let Some(sum) = usize::try_from(kind).ok().and_then(|kind| sums.get_mut(kind - 1)) {
                *sum = amount;
            }
        }
    }

    /// What is to be said to this server, if it was not said; it is taken to be said then.
    fn unsaid_to(&mut self, standing: &Standing) -> Option<Untold> {
        if self.said_to.as_ref() == Some(standing) {
            return None;
        }
        let now = clock::now();
        let old = |second: &u64| self.moment(second + 62) <= now;
        let sums: BTreeMap<u64, Amounts> =
            self.sums.iter().filter(|(second, _)| !old(second)).map(|(s, a)| (*s, *a)).collect();
        self.said_to = Some(standing.clone());
        let mut unsaid = std::mem::take(&mut self.unsaid);
        unsaid.retain(|(then, _)| *then + COUNTS > now);
        Some((sums, unsaid))
    }

    /// A second of the server's clock on ours.
    fn moment(&self, second: u64) -> Instant {
        let (server, ours) = self.clocks;
        let millis = second.saturating_mul(1000);
        if millis >= server {
            ours + Duration::from_millis(millis - server)
        } else {
            ours.checked_sub(Duration::from_millis(server - millis)).unwrap_or(ours)
        }
    }
}

/// Looks at every provider's window, so that this replica knows it should the server go away.
pub(super) async fn look_around(common: &super::Inner) {
    let all: Vec<Arc<Inner>> = {
        let all = common.turns.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).collect()
    };
    // Two roads over one provider look once.
    let all: HashMap<String, Arc<Inner>> =
        all.into_iter().map(|one| (one.name.clone(), one)).collect();
    for one in all.values() {
        if one.ask([0; 3], -1).await.is_err() {
            return;
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
