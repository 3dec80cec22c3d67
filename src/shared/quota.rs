//! What one client may ask for, over all replicas.
//!
//! Minutes are counted with governor's arithmetic, days are those of UTC, and briefs at the same time
//! are leases that lapse should a replica die. Clients lie on the server as hashes. A server that
//! was flushed lets a client have its quota again.

use std::time::Duration;

use redis::Script;

use super::{Shared, keeper::Saying};
use crate::config::Limits;

/// What a client asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// A request, with a place among the briefs at once, held so long at most, where it makes one.
    Request(Option<Duration>),
    /// Characters.
    Characters(u64),
}

/// What the server says.
#[derive(Debug)]
pub(crate) enum Entered {
    /// It may.
    May {
        /// What remains of briefs at once.
        briefs: Option<u64>,
        /// What remains of a minute's requests.
        requests: Option<u64>,
        /// What remains of a day's requests.
        daily_requests: Option<u64>,
        /// What remains of a minute's characters.
        characters: Option<u64>,
        /// Characters taken today.
        today: u64,
        /// The place among the briefs at once.
        place: Option<Place>,
    },
    /// The limit of this name is reached for so long; `None` where waiting does not help.
    Over(String, Option<Duration>),
}

/// A place among a client's briefs at once; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    shared: Shared,
    name: String,
    lease: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.tell(Saying::Leave(self.name.clone(), self.lease.clone()));
    }
}

impl Shared {
    /// Asks whether a client may; `None` where there is no server to ask.
    pub(crate) async fn enter(
        &self,
        client: &[u8],
        limits: &Limits,
        entry: Entry,
    ) -> Option<Entered> {
        self.enter_at(client, limits, entry, None).await
    }

    /// The same at a moment in microseconds since 1970, for tests.
    pub(super) async fn enter_at(
        &self,
        client: &[u8],
        limits: &Limits,
        entry: Entry,
        micros: Option<u64>,
    ) -> Option<Entered> {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/quota.lua")));
        let (inner, _) = self.there()?;
        let (places, lease) = (inner.names.of("places", client), uuid::Uuid::new_v4().to_string());
        let (held, count) = match entry {
            Entry::Request(held) => (held, 1),
            Entry::Characters(count) => (None, count),
        };
        let mut script = SCRIPT.key(inner.names.of("client", client));
        script.key(&places);
        script.arg(if matches!(entry, Entry::Request(_)) { "enter" } else { "characters" });
        for limit in in_order(limits) {
            script.arg(limit.map_or(-1, u64::cast_signed));
        }
        script.arg(count).arg(held.map_or("", |_| lease.as_str()));
        script.arg(held.map_or(0, |held| u64::try_from(held.as_millis()).unwrap_or(u64::MAX)));
        script.arg(micros.map_or_else(String::new, |micros| micros.to_string()));
        let reply: Vec<redis::Value> = inner.link.run(&script).await.ok()?;
        let reply = redis::Value::Array(reply);
        if let Ok((0_u8, name, wait)) = read::<(u8, String, i64)>(reply.clone()) {
            return Some(Entered::Over(name, u64::try_from(wait).ok().map(Duration::from_micros)));
        }
        let (_, briefs, requests, daily, characters, today) =
            read::<(u8, i64, i64, i64, i64, u64)>(reply).ok()?;
        let left = |remaining: i64| u64::try_from(remaining).ok();
        let place = || Place { shared: self.clone(), name: places, lease };
        Some(Entered::May {
            briefs: left(briefs),
            requests: left(requests),
            daily_requests: left(daily),
            characters: left(characters),
            today,
            place: left(briefs).map(|_| place()),
        })
    }
}

fn read<T: redis::FromRedisValue>(value: redis::Value) -> Result<T, redis::ParsingError> {
    redis::FromRedisValue::from_redis_value(value)
}

/// Requests and characters a minute, the same a day, briefs at once.
fn in_order(limits: &Limits) -> [Option<u64>; 5] {
    let Limits {
        requests_per_minute,
        characters_per_minute,
        daily_requests,
        daily_characters,
        concurrent_briefs,
    } = limits;
    let wide = |limit: &Option<std::num::NonZeroU32>| limit.map(|limit| u64::from(limit.get()));
    let day = |limit: &Option<std::num::NonZeroU64>| limit.map(std::num::NonZeroU64::get);
    [
        wide(requests_per_minute),
        wide(characters_per_minute),
        day(daily_requests),
        day(daily_characters),
        wide(concurrent_briefs),
    ]
}
