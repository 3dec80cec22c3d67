//! Sources that every replica is to forget, however late it hears of it.
//!
//! A replica that is told to forget a source takes the answers off the server, tells the others by a
//! message, and leaves the message there for those who are away: each replica reads what was left since it
//! last looked, when it connects and with every heartbeat, so a message that was lost is made good too.
//! While the server is away, what is to be told is owed, and said first of all when it is back. What is
//! owed is lost with the process.

use std::{
    collections::{HashSet, VecDeque},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::Script;
use tokio::sync::broadcast;

use super::{Inner, Shared, link::Away};
use crate::digest;

/// What messages about sources are bound to.
const FORGET: &[u8] = b"forget";
/// How long a message is left for those who are away: as long as answers are kept where nothing else is
/// configured.
const LEFT_FOR: Duration = Duration::from_secs(90 * 24 * 3600);
/// Messages that are left, at most; the oldest go first.
const LEFT: usize = 10_000;
/// Messages that are read at once; the rest comes with the next heartbeat.
const TOGETHER: usize = 256;
/// Sources to forget that one who listens may be behind.
const BEHIND: usize = 1024;
/// Messages that are known not to be new.
const KNOWN: usize = 1024;

/// What is to be forgotten, as far as this replica knows.
#[derive(Debug)]
pub(super) struct Forgetting {
    /// Told to whoever forgets it here.
    here: broadcast::Sender<[u8; 32]>,
    owed: Mutex<HashSet<[u8; 32]>>,
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    /// What was left before this was read, in the server's milliseconds.
    until: u64,
    /// Messages that came by themselves.
    lately: VecDeque<String>,
}

impl Default for Forgetting {
    fn default() -> Self {
        let here = broadcast::Sender::new(BEHIND);
        Self { here, owed: Mutex::default(), heard: Mutex::default() }
    }
}

impl Forgetting {
    fn owed(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a message; says whether it is new.
    fn note(&self, told: &str) -> bool {
        let lately = &mut self.heard().lately;
        if lately.iter().any(|known| known == told) {
            return false;
        }
        if lately.len() == KNOWN {
            lately.pop_front();
        }
        lately.push_back(told.to_owned());
        true
    }
}

impl Shared {
    /// Sources that any replica was told to forget, this one included.
    pub(crate) fn forgotten(&self) -> Option<broadcast::Receiver<[u8; 32]>> {
        self.inner.as_ref().map(|inner| inner.forgetting.here.subscribe())
    }

    /// Forgets the answers that served `source`, on the server and in every replica; where the server is
    /// away, once it is back. Gives how many were forgotten beside those of `near`.
    pub(crate) async fn forget(&self, source: &[u8; 32], near: &HashSet<[u8; 32]>) -> usize {
        let Some(inner) = &self.inner else { return 0 };
        let debt = Debt { forgetting: &inner.forgetting, source, paid: false };
        if self.there().is_none() {
            return 0;
        }
        let Ok(names) = forget(inner, source).await else { return 0 };
        debt.paid();
        let near: HashSet<String> = near.iter().map(|key| inner.names.hash(key)).collect();
        names.difference(&near).count()
    }
}

/// A source that is owed to the others from when this is dropped, unless they were told: also where
/// whoever wanted it forgotten has hung up.
struct Debt<'a> {
    forgetting: &'a Forgetting,
    source: &'a [u8; 32],
    paid: bool,
}

impl Debt<'_> {
    fn paid(mut self) {
        self.paid = true;
    }
}

impl Drop for Debt<'_> {
    fn drop(&mut self) {
        if !self.paid {
            self.forgetting.owed().insert(*self.source);
        }
    }
}

impl Inner {
    /// Does what a message says, unless it is known.
    pub(super) fn hear_forgotten(&self, told: &str) {
        if !self.forgetting.note(told) {
            return;
        }
        let told = digest::bytes_of_hex(told);
        if let Some(source) = told.and_then(|told| self.texts.heard(FORGET, &told)) {
            // Nobody listens where there is no server.
            let _ = self.forgetting.here.send(source);
        }
    }
}

/// Forgets a source on the server and tells the others.
async fn forget(inner: &Inner, source: &[u8; 32]) -> Result<HashSet<String>, Away> {
    static SCRIPT: LazyLock<Script> =
        LazyLock::new(|| Script::new(include_str!("scripts/forget.lua")));
    // A system without random numbers seals nothing; what is owed stays owed.
    let told = inner.texts.told(FORGET, source).ok_or(Away)?;
    let mut script = SCRIPT.key(inner.names.of("source", source));
    script.key(inner.names.only("forgotten"));
    script.arg(inner.names.before("answer")).arg(inner.names.only("news"));
    script.arg(digest::hex(&told)).arg(LEFT_FOR.as_millis() as u64).arg(LEFT);
    inner.link.run(&script).await
}

/// Says what is owed, then reads what the others left.
pub(super) async fn look_around(inner: &Inner) -> Result<(), Away> {
    let owed: Vec<[u8; 32]> = inner.forgetting.owed().iter().copied().collect();
    for source in &owed {
        forget(inner, source).await?;
        inner.forgetting.owed().remove(source);
    }
    // What nobody listens to would be lost.
    if inner.forgetting.here.receiver_count() == 0 {
        return Ok(());
    }
    static SCRIPT: LazyLock<Script> =
        LazyLock::new(|| Script::new(include_str!("scripts/forgotten.lua")));
    let since = inner.forgetting.heard().until;
    let mut script = SCRIPT.key(inner.names.only("forgotten"));
    script.arg(since).arg(TOGETHER);
    let (now, left): (u64, Vec<(String, u64)>) = inner.link.run(&script).await?;
    let until = if left.len() < TOGETHER { Some(now) } else { left.last().map(|(_, at)| *at) };
    for (told, _) in &left {
        inner.hear_forgotten(told);
    }
    inner.forgetting.heard().until = until.unwrap_or(now);
    Ok(())
}
