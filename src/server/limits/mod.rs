//! What one client may ask for: requests and characters a minute and a day, briefs at once.
//!
//! `client` counts, `fields` writes the headers. A client is the holder of a key, by the key's name
//! so that a key and its successor share one quota; where no key is needed it is an address. Minutes
//! are counted by GCRA (governor, on the program's clock): a minute's worth may come at once, and
//! then one request as each share of the minute passes. A day is one of UTC. A request that is
//! refused at the door takes nothing from any quota; one whose body has too many characters was let
//! in and counts as a request.
//!
//! # Memory
//! Holders of keys are as many as keys.toml names. Addresses are bounded to [`ADDRESSES`], the least
//! recently seen forgotten first; they lie in a map of their own, so that nobody can push a key's
//! counts out by coming from many addresses. An IPv6 client is its /64, because it has all of that.
//! Counts are in memory: a restart begins anew. Where replicas share a server, that counts for all of
//! them (`common`).

mod client;
mod common;
mod fields;

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::HeaderMap;
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::sync::OwnedSemaphorePermit;

use self::{
    client::{Client, Exceeded},
    common::Counted,
    fields::Standing,
};
use super::problem::Problem;
use crate::{
    config,
    keys::Identity,
    shared::{Place, Shared},
};

/// Addresses whose counts are kept.
const ADDRESSES: u64 = 65_536;
/// Holders of keys whose counts are kept.
const HOLDERS: u64 = 16_384;

/// The counts of all clients. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    default: config::Limits,
    holders: Cache<String, Arc<Client>>,
    addresses: Cache<Option<IpAddr>, Arc<Client>>,
    shared: Shared,
    /// How long a brief may be made.
    longest: Duration,
}

impl Limits {
    /// No counts yet; `default` holds for whoever has no limits of their own.
    pub(super) fn new(default: config::Limits) -> Self {
        Self {
            default,
            shared: Shared::alone(),
            longest: Duration::from_secs(3600),
            holders: Cache::builder()
                .max_capacity(HOLDERS)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            addresses: Cache::builder()
                .max_capacity(ADDRESSES)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        }
    }

    /// The same counts with another default, for briefs that are made so long at most; a client whose
    /// limits change by it begins anew.
    pub(super) fn renewed(&self, default: config::Limits, longest: Duration) -> Self {
        Self { default, longest, ..self.clone() }
    }

    /// The same for this replica alone, against its share of the limits.
    ///
    /// # Errors
    /// As [`Limits::admit`].
    fn enter(
        &self,
        identity: &Identity,
        address: Option<IpAddr>,
        working: bool,
    ) -> (Visit, Result<(), Problem>) {
        let limits = identity.limits.over(self.default).shared_by(self.shared.shares());
        if limits.is_none() {
            return (Visit::default(), Ok(()));
        }
        let client = self.client(identity, address, limits);
        let visit = Visit { client: Some(client), ..Visit::default() };
        let entered = visit.count(|client| client.enter(working)).map(|permit| {
            if let Some(permit) = permit {
                visit.seen().permit = Some(permit);
            }
        });
        (visit, entered)
    }

    fn client(
        &self,
        identity: &Identity,
        address: Option<IpAddr>,
        limits: config::Limits,
    ) -> Arc<Client> {
        match &identity.key {
            Some(_) => found(&self.holders, identity.name.clone(), limits),
            None => found(&self.addresses, address.map(network), limits),
        }
    }
}

fn found<K>(clients: &Cache<K, Arc<Client>>, key: K, limits: config::Limits) -> Arc<Client>
where
    K: std::hash::Hash + Eq + Send + Sync + Clone + 'static,
{
    // A key whose limits were changed begins anew under the new ones.
    let entry = clients
        .entry(key)
        .or_insert_with_if(|| Arc::new(Client::new(limits)), |client| client.limits() != limits);
    entry.into_value()
}

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// One request of a client, in the request's extensions: takes what it costs from the client's
/// quotas, and writes where these stand. Cheap to clone; a place among the briefs at once is held
/// until the last clone is gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Visit {
    client: Option<Arc<Client>>,
    /// Where all replicas count it.
    counted: Option<Counted>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    standings: Vec<Standing>,
    permit: Option<OwnedSemaphorePermit>,
    /// The place among the briefs at once of all replicas.
    place: Option<Place>,
    /// Characters taken today over all replicas.
    today: Option<u64>,
}

impl Seen {
    /// Notes the limit that is reached; gives the problem that tells it.
    fn exceeded(&mut self, exceeded: Exceeded) -> Problem {
        // What was used up on the way in must be there again too.
        let spent = self.standings.iter().filter(|standing| standing.remaining == 0);
        let exceeded = exceeded.no_sooner(spent.filter_map(|one| one.reset).max());
        self.standings = vec![exceeded.standing];
        exceeded.problem()
    }
}

/// Every byte of UTF-8 that begins a character counts one; in other charsets the count is near enough,
/// and costs no decoding.
fn characters(body: &[u8]) -> u64 {
    body.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64
}

impl Visit {
    /// Takes the characters of a request's body from what this replica counts; they are counted only
    /// where it matters.
    ///
    /// # Errors
    /// Where a limit is reached.
    fn characters(&self, body: &[u8]) -> Result<(), Problem> {
        self.count(|client| client.characters(|| characters(body))).map(drop)
    }

    /// The characters that this client has taken today and may take in all; `None` without a limit.
    pub(super) fn daily_characters(&self) -> Option<(u64, u64)> {
        let (taken, limit) = self.client.as_ref()?.daily_characters()?;
        Some((self.seen().today.unwrap_or(taken), limit))
    }

    /// Writes `RateLimit-Policy` and `RateLimit`, where this client is limited at all.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let Some(client) = &self.client else { return };
        fields::write(headers, client.policy(), &self.seen().standings);
    }

    fn count<T: Default>(
        &self,
        take: impl FnOnce(&Client) -> Result<(T, Vec<Standing>), Exceeded>,
    ) -> Result<T, Problem> {
        let Some(client) = &self.client else { return Ok(T::default()) };
        match take(client) {
            Ok((value, standings)) => {
                self.seen().standings.extend(standings);
                Ok(value)
            }
            Err(exceeded) => Err(self.seen().exceeded(exceeded)),
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
