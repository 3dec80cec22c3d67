//! One database file with one writer: many writes at once become one transaction.
//!
//! # Writes
//! A write is a step that joins the queue and waits. One blocking thread at a time takes
//! everything that is queued, runs it in one transaction and commits with one sync; what arrives
//! meanwhile is the next transaction. A step resolves when what it wrote is on the disk. No thread
//! is kept while there is nothing to write, and a test's paused time stands still meanwhile.
//!
//! # Reads
//! A read sees the last committed state. It runs on a blocking thread, a few at a time: it takes
//! microseconds where the disk answers, and a disk that hangs must not hang the server.
//!
//! # Faults
//! A file that turns out to be damaged is set aside and a new one begun; a step never sees half of
//! another. Where the file cannot be used at all, a lasting database goes on in memory and another
//! is off until the disk is tried again.
//!
//! # What a step must not do
//! Fail for a reason of its own after it has written: an error ends the whole transaction, with all
//! who share it. What a caller did wrong is part of the step's value.

use std::{
    fmt,
    os::unix::fs::MetadataExt,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use redb::{Database, ReadTransaction, ReadableDatabase, WriteTransaction};
use tokio::sync::{Semaphore, oneshot};

use super::{
    backend::Backend,
    error::{Fault, StepResult, StoreError, guarded},
    open::{self, Kind, Opened},
};
use crate::clock::{self, Instant};

/// Steps in one transaction, at most; the rest is the next one's.
const TOGETHER: usize = 512;
/// Reads at the same time, at most; more would only wait for each other, each on a thread that the
/// allocator keeps memory for.
const READERS: usize = 4;
/// Memory that a lasting database may take in place of its disk, in bytes.
const MEMORY_BOUND: u64 = 256 << 20;
/// Nobody waits longer for the disk.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a file that cannot be used is left alone.
const REST: Duration = Duration::from_secs(30);

/// One database. Cheap to clone.
#[derive(Clone)]
pub(super) struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    kind: Kind,
    /// Where its file lies; none for memory alone.
    dir: Option<PathBuf>,
    database: ArcSwapOption<Opened>,
    queue: Mutex<Queue>,
    readers: Arc<Semaphore>,
    /// Held while the database is replaced.
    standing: Mutex<Standing>,
    transactions: AtomicU64,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Work>,
    /// Someone is at work and will see what is queued.
    busy: bool,
}

enum Work {
    Write(Box<dyn Step>),
    /// Begin anew with an empty file.
    Renew(oneshot::Sender<Result<(), StoreError>>),
}

#[derive(Default)]
struct Standing {
    closed: bool,
    /// Why there is no database, and when to try again.
    off: Option<(String, Instant)>,
}

/// A write and whoever waits for it.
trait Step: Send {
    fn run(&mut self, transaction: &WriteTransaction) -> StepResult<()>;
    fn resolve(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Awaited<T, F> {
    step: Option<F>,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F> Step for Awaited<T, F>
where
    F: FnOnce(&WriteTransaction) -> StepResult<T> + Send,
{
    fn run(&mut self, transaction: &WriteTransaction) -> StepResult<()> {
        if let Some(step) = self.step.take() {
            self.value = Some(step(transaction)?);
        }
        Ok(())
    }

    fn resolve(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { step: _, value, reply } = *self;
        // Who has hung up needs no answer.
        let _ = reply.send(outcome.and_then(|()| value.ok_or(StoreError::Closed)));
    }
}

impl Engine {
    /// The database of this kind in `dir`, as it was opened; none in memory. A fault leaves it off
    /// for a while.
    pub(super) fn new(kind: Kind, dir: Option<PathBuf>, opened: Result<Opened, Fault>) -> Self {
        let mut standing = Standing::default();
        let database = match opened {
            Ok(opened) => Some(Arc::new(opened)),
            Err(fault) => {
                let reason = fault.reason();
                tracing::warn!(file = kind.file, reason, "is not used for now");
                standing.off = Some((reason, clock::now() + REST));
                None
            }
        };
        let inner = Inner {
            kind,
            dir,
            database: ArcSwapOption::new(database),
            queue: Mutex::default(),
            readers: Arc::new(Semaphore::new(READERS)),
            standing: Mutex::new(standing),
            transactions: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Runs `step` in a transaction and gives its value once that is on the disk. The step is queued
    /// by the call itself, so that two databases may write at the same time before either is waited
    /// for. Call within a tokio runtime.
    ///
    /// # Errors
    /// Where the transaction was not committed; then nothing of it remains. `Slow` where nobody knows
    /// yet.
    pub(super) fn write<T, F>(
        &self,
        step: F,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTransaction) -> StepResult<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue(Work::Write(Box::new(Awaited { step: Some(step), value: None, reply })));
        let engine = self.clone();
        async move { engine.in_time(answer).await }
    }

    /// Runs `look` on the last committed state. Call within a tokio runtime.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) async fn read<T, F>(&self, look: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTransaction) -> StepResult<T> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        self.in_time(async move {
            let turn = Arc::clone(&inner.readers).acquire_owned().await;
            let looking = tokio::task::spawn_blocking(move || {
                // Given back when the read is over, whoever still waits for it.
                let _turn = turn;
                inner.look(look)
            });
            looking.await
        })
        .await
    }

    /// What comes of `work`, which fails itself only where the process is stopping.
    async fn in_time<T, E>(
        &self,
        work: impl Future<Output = Result<Result<T, StoreError>, E>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done.unwrap_or(Err(StoreError::Closed)),
            Err(_) => Err(StoreError::Slow { file: self.inner.kind.file }),
        }
    }

    /// The same on the caller's own thread, which may wait for the disk.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn read_here<T>(
        &self,
        look: impl FnOnce(&ReadTransaction) -> StepResult<T>,
    ) -> Result<T, StoreError> {
        self.inner.look(look)
    }

    /// Forgets everything, and gives the file's room back.
    ///
    /// # Errors
    /// Where no new file can be begun.
    pub(super) async fn renew(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue(Work::Renew(reply));
        self.in_time(answer).await
    }

    /// Finishes what is queued, then closes the file. Whatever is asked later fails.
    pub(super) async fn close(&self) {
        // Everything queued before it is committed by then, or has been told why not.
        let _ = self.write(|_| Ok(())).await;
        let inner = Arc::clone(&self.inner);
        let closing = tokio::task::spawn_blocking(move || {
            inner.standing().closed = true;
            inner.database.store(None);
        });
        let _ = closing.await;
    }

    /// Why the disk is not used, where it should be.
    pub(super) fn trouble(&self) -> Option<String> {
        if let Some((reason, _)) = &self.inner.standing().off {
            return Some(reason.clone());
        }
        self.inner.backend().and_then(|backend| backend.trouble())
    }

    /// Bytes that the file takes on the disk; it is longer than that, with holes.
    pub(super) fn file_bytes(&self) -> u64 {
        const BLOCK: u64 = 512;
        let path = self.inner.dir.as_ref().map(|dir| dir.join(self.inner.kind.file));
        path.and_then(|path| std::fs::metadata(path).ok()).map_or(0, |meta| meta.blocks() * BLOCK)
    }

    /// Transactions committed since the start.
    pub(super) fn transactions(&self) -> u64 {
        self.inner.transactions.load(Relaxed)
    }

    fn queue(&self, work: Work) {
        let mut queue = self.inner.queue();
        queue.waiting.push(work);
        if !queue.busy {
            queue.busy = true;
            let inner = Arc::clone(&self.inner);
            // Ends when the queue is empty; whoever queues next starts it again.
            tokio::task::spawn_blocking(move || inner.work());
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("file", &self.inner.kind.file).finish_non_exhaustive()
    }
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn backend(&self) -> Option<Backend> {
        self.database.load().as_ref().and_then(|opened| opened.backend.clone())
    }

    fn work(&self) {
        while let Some(batch) = self.next_batch() {
            let mut steps = Vec::new();
            for work in batch {
                match work {
                    Work::Write(step) => steps.push(step),
                    Work::Renew(reply) => {
                        self.commit(std::mem::take(&mut steps));
                        let _ = reply.send(self.begin_anew());
                    }
                }
            }
            self.commit(steps);
        }
    }

    fn next_batch(&self) -> Option<Vec<Work>> {
        let mut queue = self.queue();
        if queue.waiting.is_empty() {
            queue.busy = false;
            return None;
        }
        let count = queue.waiting.len().min(TOGETHER);
        Some(queue.waiting.drain(..count).collect())
    }

    fn commit(&self, mut steps: Vec<Box<dyn Step>>) {
        if steps.is_empty() {
            return;
        }
        let outcome = self.writable().and_then(|opened| {
            let done = guarded(|| run(opened.database()?, &mut steps));
            done.map_err(|fault| self.replace(&opened, fault))
        });
        self.transactions.fetch_add(1, Relaxed);
        for step in steps {
            step.resolve(outcome.clone());
        }
    }

    fn look<T>(
        &self,
        look: impl FnOnce(&ReadTransaction) -> StepResult<T>,
    ) -> Result<T, StoreError> {
        let opened = self.opened()?;
        let seen = guarded(|| look(&opened.database()?.begin_read()?));
        seen.map_err(|fault| self.replace(&opened, fault))
    }

    fn writable(&self) -> Result<Arc<Opened>, StoreError> {
        let opened = self.opened()?;
        let held = opened.backend.as_ref().map_or(0, Backend::bytes_in_memory);
        if held > MEMORY_BOUND { Err(StoreError::Full) } else { Ok(opened) }
    }

    fn opened(&self) -> Result<Arc<Opened>, StoreError> {
        if let Some(opened) = self.database.load_full() {
            return Ok(opened);
        }
        let mut standing = self.standing();
        if standing.closed {
            return Err(StoreError::Closed);
        }
        if let Some(opened) = self.database.load_full() {
            return Ok(opened);
        }
        match &standing.off {
            Some((reason, again)) if *again > clock::now() => Err(self.unusable(reason)),
            _ => self.open(&mut standing),
        }
    }

    /// Opens the database where there is none.
    fn open(&self, standing: &mut Standing) -> Result<Arc<Opened>, StoreError> {
        let opened = match &self.dir {
            Some(dir) => open::open(self.kind, dir, clock::utc()),
            None => open::memory(self.kind, None),
        };
        match opened {
            Ok(opened) => {
                let opened = Arc::new(opened);
                self.database.store(Some(Arc::clone(&opened)));
                if standing.off.take().is_some() {
                    tracing::info!(file = self.kind.file, "is used again");
                }
                Ok(opened)
            }
            Err(fault) => {
                let reason = fault.reason();
                let error = self.unusable(&reason);
                standing.off = Some((reason, clock::now() + REST));
                Err(error)
            }
        }
    }

    /// Gives up the database that showed a fault, and says what to tell whoever met it.
    fn replace(&self, used: &Arc<Opened>, fault: Fault) -> StoreError {
        let mut standing = self.standing();
        let file = self.kind.file;
        let error = match &fault {
            Fault::Damaged(_) => StoreError::Damaged { file },
            Fault::Unusable(_) | Fault::Newer(_) => self.unusable(&fault.clone().reason()),
        };
        let current = self.database.load_full();
        if standing.closed || !current.is_some_and(|current| Arc::ptr_eq(&current, used)) {
            return error;
        }
        self.database.store(None);
        match fault {
            Fault::Damaged(reason) => {
                if let Some(dir) = &self.dir {
                    let path = dir.join(file);
                    if let Err(failed) = open::set_aside(self.kind, &path, &reason, clock::utc()) {
                        tracing::warn!(file, reason = %failed, "cannot be set aside");
                    }
                }
                let _ = self.open(&mut standing);
            }
            Fault::Unusable(reason) if self.kind.lasting => {
                tracing::warn!(file, reason, "cannot be used; going on in memory");
                if let Ok(opened) = open::memory(self.kind, Some(reason)) {
                    self.database.store(Some(Arc::new(opened)));
                }
            }
            fault @ (Fault::Unusable(_) | Fault::Newer(_)) => {
                let reason = fault.reason();
                tracing::warn!(file, reason, "is not used for now");
                standing.off = Some((reason, clock::now() + REST));
            }
        }
        error
    }

    fn begin_anew(&self) -> Result<(), StoreError> {
        let mut standing = self.standing();
        if standing.closed {
            return Err(StoreError::Closed);
        }
        // Who still reads keeps the old file open and sees its last state.
        self.database.store(None);
        if let Some(dir) = &self.dir {
            let removed = std::fs::remove_file(dir.join(self.kind.file));
            if let Err(error) = removed
                && error.kind() != std::io::ErrorKind::NotFound
            {
                return Err(self.unusable(&error.to_string()));
            }
        }
        self.open(&mut standing).map(drop)
    }

    fn unusable(&self, reason: &str) -> StoreError {
        StoreError::Unusable { file: self.kind.file, reason: reason.to_owned() }
    }
}

fn run(database: &Database, steps: &mut [Box<dyn Step>]) -> StepResult<()> {
    let mut transaction = database.begin_write()?;
    // After a crash the file opens at once, at the price of one more sync for each transaction.
    transaction.set_quick_repair(true);
    for step in steps {
        step.run(&transaction)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
