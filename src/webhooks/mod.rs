//! Telling others: one signed request for each event, by Standard Webhooks, until it has arrived.
//!
//! An event is put into the store with the work that caused it, and delivered from there: `kill -9` loses
//! none, and the id of an event comes out of what happened, so it is the same in every attempt and
//! after every restart. `occasion` says what is told, `sign` signs it, `deliver` sends it and decides about
//! another try.
//!
//! Whom to tell comes from `[[webhooks.endpoints]]`, and from a request's `webhook` where
//! `[webhooks]` allows its host. Secrets come from the environment each time and are kept nowhere.
//! No text of an article is told unless `include_brief` is on.

mod deliver;
mod occasion;
mod sign;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

pub(crate) use self::occasion::Occasion;
use crate::{
    clock,
    config::{Config, Fetch, secret, webhooks::WebhookConfig},
    lane::{Lane, Yard},
    outside::Outside,
    store::{NewJob, Once, Store, StoreError},
};

/// The kind of the store's jobs that are deliveries.
pub(crate) const KIND: &str = "webhook";
/// Deliveries under way at the same time.
const SIDE_BY_SIDE: usize = 16;
/// How long an event is known as told.
const REMEMBERED: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 30);

/// Why a webhook that a request names is not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// No secret to sign with.
    #[error("No secret signs webhooks that requests name; set `webhooks.secret_env`.")]
    NoSecret,
    /// Not a host that the operator lists.
    #[error("The webhook's host is not among `webhooks.allow`.")]
    Host,
    /// No address of that kind.
    #[error("A webhook is an https address on a public host, without a user name.")]
    Address,
}

/// One delivery, as it waits in the store.
#[derive(Debug, Serialize, Deserialize)]
struct Delivery {
    /// The event's id.
    event: String,
    /// Where to.
    url: String,
    /// What is told, as it is signed.
    body: String,
}

/// Those who are told. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Webhooks {
    told: Arc<Told>,
    store: Store,
    lane: Lane,
}

/// Who is told what, as configured.
#[derive(Debug)]
struct Told {
    config: WebhookConfig,
    public_url: Option<Url>,
    outside: Outside,
}

impl Told {
    fn new(config: &Config) -> Self {
        let WebhookConfig { timeout, allow_private, .. } = config.webhooks;
        let bounds = Fetch { timeout, allow_private, ..Fetch::default() };
        Self {
            config: config.webhooks.clone(),
            public_url: config.server.public_url.clone(),
            outside: Outside::new(&bounds),
        }
    }
}

impl Webhooks {
    pub(crate) fn new(config: &Config, store: &Store) -> Self {
        Self {
            told: Arc::new(Told::new(config)),
            store: store.clone(),
            lane: Lane::new(store.jobs(), KIND, SIDE_BY_SIDE),
        }
    }

    /// The same under another configuration. These go on telling those whom their own names.
    #[must_use]
    pub(crate) fn renewed(&self, config: &Config) -> Self {
        Self { told: Arc::new(Told::new(config)), ..self.clone() }
    }

    /// Delivers until the yard stops, each event as those say that are in use when it goes out.
    pub(crate) async fn run(in_use: impl Fn() -> Self, yard: Yard) {
        let lane = in_use().lane;
        let work = move |claimed, ()| {
            let webhooks = in_use();
            async move { webhooks.deliver(claimed).await }
        };
        lane.run(yard, || async { Some(()) }, work).await;
    }

    /// Whether a webhook that a request names may be told.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn check(&self, url: &str) -> Result<(), Refusal> {
        let Told { config, outside, .. } = &*self.told;
        outside.check(url).map_err(|_| Refusal::Address)?;
        let url = Url::parse(url).map_err(|_| Refusal::Address)?;
        if url.scheme() != "https" && !config.allow_private {
            return Err(Refusal::Address);
        }
        let host = url.host_str().unwrap_or_default();
        if !config.allow_any && !config.allow.iter().any(|one| one == host) {
            return Err(Refusal::Host);
        }
        let secret = config.secret_env.iter().find_map(|name| secret::from_environment(name));
        secret.map(drop).ok_or(Refusal::NoSecret)
    }

    /// Puts an event into the store for everybody who hears of it; `named` is the request's own
    /// webhook. An event that was told before is not told again.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub(crate) async fn tell(
        &self,
        occasion: &Occasion<'_>,
        named: Option<&str>,
    ) -> Result<(), StoreError> {
        let Told { config, public_url, .. } = &*self.told;
        let hears = config.endpoints.iter().filter(|one| one.hears(occasion.kind));
        let mut urls: Vec<&str> = hears.map(|one| one.url.as_str()).chain(named).collect();
        urls.sort_unstable();
        urls.dedup();
        if urls.is_empty() {
            return Ok(());
        }
        let now = clock::utc();
        let event = occasion.id();
        let body = occasion.body(now, public_url.as_ref(), config.include_brief);
        let jobs = urls.iter().map(|url| {
            let delivery =
                Delivery { event: event.clone(), url: (*url).to_owned(), body: body.clone() };
            let id = format!("{event}.{}", &blake3::hash(url.as_bytes()).to_hex()[..16]);
            let expires = now.checked_add(REMEMBERED).unwrap_or(jiff::Timestamp::MAX);
            NewJob {
                once: Some(Once { key: id.clone(), hash: [0; 32], expires }),
                id,
                kind: KIND.to_owned(),
                scope: KIND.to_owned(),
                // Plain data, which JSON always holds.
                payload: serde_json::to_vec(&delivery).unwrap_or_default(),
                due: now,
            }
        });
        self.store.jobs().enqueue(jobs.collect(), now).await?;
        self.lane.call();
        Ok(())
    }
}

/// Why the configured endpoints cannot be told, where that is so: a secret that is missing or none.
#[must_use]
pub(crate) fn trouble(config: &WebhookConfig) -> Option<String> {
    let endpoints = config.endpoints.iter().map(|one| one.secret_env.as_str());
    let mut names = endpoints.chain(config.secret_env.as_deref());
    let unusable = |name: &&str| {
        !secret::from_environment(name).is_some_and(|secrets| sign::is_usable(&secrets))
    };
    let name = secret::shown(names.find(unusable)?);
    Some(format!(
        "webhooks are signed with the secret in {name}, which is unset or none\nhint: a secret is \
         `whsec_` and the base64 of 24 to 64 bytes; several are separated by spaces"
    ))
}

#[cfg(test)]
#[path = "webhooks_tests.rs"]
mod tests;
