//! Briefs in the making: who may watch them, what has been told of each, and how to stop one.
//!
//! A brief that is watched or was accepted as a job has a [`Work`] here while it is made. What is told
//! of it goes into a [`Log`], from which any number of connections read, each from where it left off;
//! `stream` writes it as server-sent events. The making does not depend on who watches: a client that
//! hangs up finds the rest when it comes back, and work that was paid for is finished.
//!
//! # Bounds
//! A log keeps at most [`LOG_BYTES`] and lets its oldest events go; the brief itself always has room. Logs
//! of briefs that are done stay for clients that come back, [`OVER_BYTES`] of them in all, the least
//! used going first. A confidential brief is in no register, and its log ends with its connection.

mod log;
mod stream;
mod told;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use moka::sync::Cache;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(super) use self::{
    log::Log,
    stream::{Watch, asked, events, since},
    told::Teller,
};
use super::problem::Problem;
use crate::keys::{Identity, Scope};

/// Bytes of events kept of one brief.
const LOG_BYTES: usize = 1 << 20;
/// Bytes of events kept of all briefs that are done.
const OVER_BYTES: u64 = 16 << 20;

/// A brief in the making, or one just done.
#[derive(Debug)]
pub(super) struct Work {
    /// The brief's id.
    pub(super) id: String,
    /// Who may watch and stop it, as [`Identity::readers`] names them.
    readers: String,
    /// What was told of it.
    pub(super) log: Log,
    /// Told to stop.
    pub(super) stop: CancellationToken,
}

impl Work {
    /// A work that nobody else knows of.
    pub(super) fn private(id: &str) -> Arc<Self> {
        Self::new(id, String::new())
    }

    fn new(id: &str, readers: String) -> Arc<Self> {
        let log = Log::new(id, LOG_BYTES);
        Arc::new(Self { id: id.to_owned(), readers, log, stop: CancellationToken::new() })
    }

    /// Whether `identity` may watch and stop it.
    pub(super) fn is_for(&self, identity: &Identity) -> bool {
        identity.may(Scope::Admin) || self.readers == identity.readers()
    }
}

/// Every work of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Works {
    running: Arc<Mutex<HashMap<String, Arc<Work>>>>,
    over: Cache<String, Arc<Work>>,
    /// Everything that goes on without a connection; waited for at shutdown.
    pub(super) tasks: TaskTracker,
}

impl Default for Works {
    fn default() -> Self {
        let over = Cache::builder()
            .max_capacity(OVER_BYTES)
            .weigher(|_, work: &Arc<Work>| u32::try_from(work.log.bytes()).unwrap_or(u32::MAX));
        Self { running: Arc::default(), over: over.build(), tasks: TaskTracker::new() }
    }
}

impl Works {
    /// Registers a work until the guard is dropped; then its log is ended.
    pub(super) fn begin(&self, id: &str, readers: String) -> Underway {
        Underway { work: self.expect(id, readers), works: self.clone(), pauses: false }
    }

    /// The work of this id, which may begin later: what is told then is read from it.
    pub(super) fn expect(&self, id: &str, readers: String) -> Arc<Work> {
        let mut running = self.running();
        Arc::clone(running.entry(id.to_owned()).or_insert_with(|| Work::new(id, readers)))
    }

    /// Ends a work that never began in this process, where somebody waits for it.
    pub(super) fn call_off(&self, id: &str, problem: &Problem) {
        let waiting = self.running().remove(id);
        if let Some(work) = waiting {
            Teller::new(&work).problem(problem);
            work.log.end();
        }
    }

    /// The work of this id, while it is made.
    pub(super) fn running_one(&self, id: &str) -> Option<Arc<Work>> {
        self.running().get(id).cloned()
    }

    /// The work of this id, also for a while after its end.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Work>> {
        self.running_one(id).or_else(|| self.over.get(id))
    }

    /// Tells a work to stop, and forgets what was told of it.
    pub(super) fn forget(&self, id: &str) {
        if let Some(work) = self.running_one(id) {
            work.stop.cancel();
        }
        self.outdated(id);
    }

    /// What was told of a work that is over is no longer how its brief stands.
    pub(super) fn outdated(&self, id: &str) {
        self.over.invalidate(id);
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Arc<Work>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A work that is under way.
#[derive(Debug)]
pub(super) struct Underway {
    /// The work.
    pub(super) work: Arc<Work>,
    works: Works,
    pauses: bool,
}

impl Underway {
    /// The work goes on later; whoever watches keeps watching.
    pub(super) fn pause(mut self) {
        self.pauses = true;
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        if self.pauses {
            return;
        }
        self.work.log.end();
        self.works.running().remove(&self.work.id);
        if !self.work.stop.is_cancelled() {
            self.works.over.insert(self.work.id.clone(), Arc::clone(&self.work));
        }
    }
}
