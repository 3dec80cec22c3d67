//! What several replicas of the gateway have in common, in one Redis or Valkey.
//!
//! | file | what is common |
//! |---|---|
//! | `answers` | answers that were paid for, sealed or in the open as configured |
//! | `flights` | one replica does a task, the others wait for it |
//! | `turns` | a provider's limits: no minute of all replicas together sees more |
//! | `quota` | what one client may ask for |
//! | `sums` | what was spent today |
//! | `forgetting` | sources that every replica is to forget, however late it hears of it |
//! | `hints` | providers that another replica found down |
//! | `link`, `keeper` | the connection, the circuit before it, the heartbeat |
//! | `names`, `seal` | what things are called there, and how texts lie there |
//!
//! Each limit is one script, so it is atomic; all of them take their time from the server, so the
//! replicas' clocks do not matter.
//!
//! # When the server is away
//! A command that takes longer than `shared.timeout`, or fails, opens the circuit: from then on no
//! request asks the server, so each waits for it once at most. The keeper tries again by itself.
//! Meanwhile the replica goes on with what it has: its own tiers of the cache, its own flights, and
//! limits of which it takes one share of as many as there were replicas when they were last counted.
//! What it saw of the common counts before still counts, and what it took meanwhile is added when
//! the server is back. A server that was flushed is known by its missing epoch; then each replica
//! puts back what it knew, the larger number winning.
//!
//! # What it never does
//! It never fails a request and never waits longer than configured. No text of an article or an
//! answer lies there unless it is sealed or `store_text` is on; names of clients and sources lie
//! there as hashes. The address, which may hold a password, is in no message.

mod answers;
mod flights;
mod forgetting;
mod hints;
mod keeper;
mod link;
mod names;
mod quota;
mod seal;
mod sums;
mod turns;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use secrecy::SecretString;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use self::{
    answers::Keeping,
    flights::{Boarding, Lease},
    hints::Hint,
    quota::{Entered, Entry, Place},
    sums::{Claim, Claimed, Sums},
    turns::{Amounts, Given, Granted, Turns},
};
use self::{
    flights::Waiting,
    forgetting::Forgetting,
    hints::Hints,
    keeper::Saying,
    link::{Link, Standing},
    names::Names,
    seal::Texts,
};
use crate::{
    config::{self, secret},
    digest,
};

/// The environment variable with the key that seals answers.
pub const CACHE_KEY: &str = "MUJAZ_CACHE_KEY";
/// Things to say that may wait, at most; more are dropped.
const OUTBOX: usize = 4096;

/// Why `[shared]` cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SharedError {
    /// The variable that should hold the address is not set.
    #[error(
        "`shared.url_env` names the environment variable `{0}`, which is not set\nhint: set it to \
         the address of a Redis or Valkey, such as redis://127.0.0.1:6379, or remove `url_env`"
    )]
    NoAddress(String),
    /// The variable holds no address. The address itself may hold a password and is not shown.
    #[error(
        "the environment variable `{0}` holds no address of a Redis or Valkey\nhint: write \
         redis://user:password@host:6379/0; connections with TLS (rediss://) are not built in"
    )]
    WrongAddress(String),
    /// The key has the wrong length.
    #[error(
        "the environment variable `MUJAZ_CACHE_KEY` holds no key of 32 bytes\nhint: make one with \
         `openssl rand -hex 32`; all replicas need the same"
    )]
    WrongKey,
}

/// How it stands with what is shared, for `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedState {
    /// `up`, or `away`: then this replica goes on alone.
    pub state: &'static str,
    /// Replicas, this one included, when they were last counted.
    pub replicas: u32,
    /// Why the server is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is common to all replicas; for a gateway that is alone, nothing. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    inner: Option<Arc<Inner>>,
}

#[derive(Debug)]
struct Inner {
    link: Link,
    names: Names,
    texts: Texts,
    /// Names this replica.
    replica: String,
    lease: Duration,
    /// Host and port, without what is secret.
    host: String,
    waiting: Waiting,
    hints: Hints,
    turns: Mutex<Vec<std::sync::Weak<turns::Inner>>>,
    outbox: mpsc::Sender<Saying>,
    unsaid: Mutex<Option<mpsc::Receiver<Saying>>>,
    forgetting: Forgetting,
    begun: AtomicBool,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Shared {
    /// What a gateway shares that is alone: nothing.
    #[must_use]
    pub fn alone() -> Self {
        Self::default()
    }

    /// As `[shared]` says. Reads the address and the key from the environment; sends nothing.
    ///
    /// # Errors
    /// Where the address or the key is missing or wrong.
    pub fn open(config: &config::Shared) -> Result<Self, SharedError> {
        let Some(variable) = &config.url_env else { return Ok(Self::alone()) };
        let url = secret::from_environment(variable)
            .ok_or_else(|| SharedError::NoAddress(variable.clone()))?;
        let key = secret::from_environment(CACHE_KEY);
        Self::at(&url, key.as_ref(), config)
    }

    /// The same with this address, and this key to seal with. Sends nothing.
    ///
    /// # Errors
    /// Where the address or the key is wrong.
    pub fn at(
        url: &SecretString,
        key: Option<&SecretString>,
        config: &config::Shared,
    ) -> Result<Self, SharedError> {
        let texts = Texts::new(key, config.store_text).ok_or(SharedError::WrongKey)?;
        let variable = config.url_env.clone().unwrap_or_default();
        let (link, host) = Link::new(url, config).ok_or(SharedError::WrongAddress(variable))?;
        let names = Names::new(&config.prefix, texts.naming_key());
        let (outbox, unsaid) = mpsc::channel(OUTBOX);
        let replica = uuid::Uuid::new_v4().simple().to_string();
        let inner = Inner {
            link,
            names,
            texts,
            replica,
            lease: config.lease,
            host,
            waiting: Waiting::default(),
            hints: Hints::default(),
            turns: Mutex::default(),
            outbox,
            unsaid: Mutex::new(Some(unsaid)),
            forgetting: Forgetting::default(),
            begun: AtomicBool::new(false),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        Ok(Self { inner: Some(Arc::new(inner)) })
    }

    /// Whether there is anything to share with.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.inner.is_some()
    }

    /// What lies on the server, in a few words, and where that is; `None` for a gateway that is
    /// alone.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        let inner = self.inner.as_ref()?;
        Some(format!("{} at {}", inner.texts.in_words(), inner.host))
    }

    /// Connects, and keeps the connection from then on. Waits for the first attempt, no longer than
    /// `shared.connect_timeout`; a server that is away is no error. Call within a tokio runtime.
    pub async fn join(&self) {
        let Some(inner) = &self.inner else { return };
        if inner.begun.swap(true, Relaxed) {
            return;
        }
        let unsaid = inner.unsaid.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(unsaid) = unsaid {
            inner.tasks.spawn(keeper::keep(Arc::clone(inner), unsaid));
            inner.link.tried().await;
        }
    }

    /// Tells the others that this replica goes, and closes the connection.
    pub async fn leave(&self) {
        let Some(inner) = &self.inner else { return };
        inner.stop.cancel();
        inner.tasks.close();
        inner.tasks.wait().await;
    }

    /// How it stands; `None` for a gateway that is alone.
    #[must_use]
    pub fn state(&self) -> Option<SharedState> {
        let inner = self.inner.as_ref()?;
        let reason = inner.link.trouble();
        let state = if reason.is_none() { "up" } else { "away" };
        Some(SharedState { state, replicas: inner.link.replicas(), reason })
    }

    /// As many replicas as share a limit while the server is away: as were last counted, and one
    /// while it is there or none is configured.
    pub(crate) fn shares(&self) -> u32 {
        let away = self.inner.as_ref().filter(|inner| inner.link.standing().is_none());
        away.map_or(1, |inner| inner.link.replicas())
    }

    /// The server where it is to be asked.
    fn there(&self) -> Option<(&Arc<Inner>, Standing)> {
        let inner = self.inner.as_ref()?;
        Some((inner, inner.link.standing()?))
    }

    /// Says something without waiting for it.
    fn tell(&self, saying: Saying) {
        let Some(inner) = &self.inner else { return };
        if inner.outbox.try_send(saying).is_err() {
            tracing::debug!("something was not told to the other replicas");
        }
    }
}

impl Inner {
    /// A message for all replicas, this one included.
    fn message(&self, kind: &str, body: &[u8]) -> String {
        format!("{kind} {}", digest::hex(body))
    }

    /// Does what a message says.
    fn hear(&self, message: &str) {
        let Some((kind, body)) = message.split_once(' ') else { return };
        match kind {
            "landed" => self.waiting.call(body),
            "forget" => self.hear_forgotten(body),
            "breaker" => {
                let body = digest::bytes_of_hex(body);
                if let Some(hint) = body.and_then(|body| serde_json::from_slice(&body).ok()) {
                    self.hints.hear(hint, &self.replica);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "../../tests/it/support/redis.rs"]
#[expect(dead_code, reason = "tests of the whole use the rest of it")]
mod server;
#[cfg(test)]
#[path = "shared_tests.rs"]
mod tests;
