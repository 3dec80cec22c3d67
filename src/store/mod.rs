//! The embedded store: what must outlive the process, in the state folder.
//!
//! Two files of redb's, because not all of it is worth the same:
//!
//! | file | holds | when it is damaged |
//! |---|---|---|
//! | `answers.redb` | answers that were paid for ([`Answers`]) | set aside; paid for again |
//! | `lasting.redb` | [`Briefs`], [`Stories`], [`Reviews`], [`Jobs`], [`Spend`], [`Audit`] | set aside for good, a new one is begun |
//!
//! # Promises
//! What a write resolved for is on the disk: `kill -9` at any moment loses at most what was in
//! flight. Many writes at once share one sync. Every record carries a checksum of its own and is
//! left out where that is wrong. One process has a state folder at a time; a second one is told
//! who has it ([`StoreError::Busy`]).
//!
//! # When the disk fails
//! The start is never stopped by the state of a file. Where the folder cannot be written, or stops
//! being writable, what must last goes on in memory (bounded) and is put back once the disk can be
//! written again, answers are no longer kept on the disk, [`Store::is_degraded`] says so, and one
//! warning names file and reason.
//!
//! # What it never does
//! It does not read what it keeps, log it, or ask the time: every rule about time takes `now`.
//! Files are readable by their owner alone.

mod answers;
mod audit;
mod backend;
mod briefs;
mod engine;
mod error;
mod idempotency;
mod job_steps;
mod jobs;
mod lock;
mod moment;
mod open;
mod patch;
mod record;
mod reviews;
mod spend;
mod stories;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use redb::WriteTransaction;

pub use self::{
    answers::{Answers, AnswersStats, Kept},
    audit::{Audit, AuditPage, AuditPlace, AuditQuery, AuditRecord},
    briefs::{Briefs, KeptBrief, Place},
    error::StoreError,
    jobs::{Claimed, Enqueued, Job, JobState, Jobs, NewJob, Once},
    reviews::{Appended, Review, Reviews},
    spend::{DaySpend, Spend, Spent, WHOLE},
    stories::Stories,
};
use self::{
    engine::Engine,
    error::{Fault, StepResult},
    lock::{FolderLock, Taken},
    open::{Kind, Opened},
};

/// Share of the disk that briefs may take; the rest is for answers.
const BRIEFS_SHARE: u64 = 4;

const LASTING: Kind =
    Kind { file: "lasting.redb", tables: lasting_tables, page_cache: 4 << 20, lasting: true };

/// Bounds of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreOptions {
    /// Bytes of disk that kept answers and briefs may take together. With 0 no answer is kept.
    pub disk_bytes: u64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { disk_bytes: 1 << 30 }
    }
}

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Jobs after their end, and briefs.
    pub jobs: Duration,
    /// Audit records.
    pub audit: Duration,
}

/// What a sweep let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Briefs past their retention.
    pub briefs: u64,
    /// Jobs past their retention.
    pub jobs: u64,
    /// Audit records past their retention.
    pub audit: u64,
}

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    answers: Answers,
    lasting: Engine,
    briefs: Briefs,
    reviews: Reviews,
    jobs: Jobs,
    spend: Spend,
    stories: Stories,
    audit: Audit,
    /// Why the folder as a whole is not used, where it should be.
    trouble: Option<String>,
    /// Held for as long as the files are open.
    lock: Mutex<Option<FolderLock>>,
}

impl Store {
    /// Opens the store in `dir`, which is made where it is not there. Jobs that were running when
    /// the last process ended are queued again. Reads and writes files.
    ///
    /// # Errors
    /// Where another process has the folder, or a later mujaz has written what must last. Nothing
    /// else stops it: see the module.
    pub fn open(dir: &Path, options: &StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        if let Err(error) = open::folder(dir) {
            return Ok(Self::aground(dir, options, &error));
        }
        let lock = match lock::take(dir) {
            Taken::Ours(lock) => lock,
            Taken::Theirs(holder) => {
                return Err(StoreError::Busy { dir: dir.to_owned(), holder });
            }
            Taken::Impossible(error) => return Ok(Self::aground(dir, options, &error)),
        };
        let answers = (options.disk_bytes > 0).then(|| {
            let opened = open::open(answers::KIND, dir, now);
            Engine::new(answers::KIND, Some(dir.to_owned()), opened)
        });
        let opened = open::open(LASTING, dir, now).and_then(|opened| {
            resume(&opened, now)?;
            Ok(opened)
        });
        if let Err(Fault::Newer(found)) = opened {
            let (path, known) = (dir.join(LASTING.file), open::FORMAT);
            return Err(StoreError::Newer { path, found, known });
        }
        let lasting = Engine::new(LASTING, Some(dir.to_owned()), opened);
        Ok(Self::of(options, answers, lasting, None, Some(lock)))
    }

    /// A store that lives as long as the process, for work beside a process that has the folder,
    /// and for tests. Keeps no answers.
    #[must_use]
    pub fn in_memory(options: &StoreOptions) -> Self {
        let lasting = Engine::new(LASTING, None, open::memory(LASTING, None));
        Self::of(options, None, lasting, None, None)
    }

    /// What is there can be read; what is new stays in memory.
    fn aground(dir: &Path, options: &StoreOptions, error: &std::io::Error) -> Self {
        let reason = error.to_string();
        tracing::warn!(
            dir = %dir.display(), reason,
            "the state folder cannot be used: nothing of this process will be kept on the disk"
        );
        let opened = open::open_unwritable(LASTING, dir, &reason);
        let lasting = Engine::new(LASTING, None, opened);
        Self::of(options, None, lasting, Some(reason), None)
    }

    fn of(
        options: &StoreOptions,
        answers: Option<Engine>,
        lasting: Engine,
        trouble: Option<String>,
        lock: Option<FolderLock>,
    ) -> Self {
        let for_briefs = options.disk_bytes / BRIEFS_SHARE;
        let answers = Answers::new(answers, options.disk_bytes - for_briefs);
        let engine = || lasting.clone();
        let inner = Inner {
            answers,
            briefs: Briefs { engine: engine(), bound: for_briefs },
            reviews: Reviews { engine: engine() },
            jobs: Jobs { engine: engine() },
            spend: Spend { engine: engine() },
            stories: Stories { engine: engine() },
            audit: Audit::new(engine()),
            lasting,
            trouble,
            lock: Mutex::new(lock),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Answers that were paid for.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.inner.answers
    }

    /// What was spent.
    #[must_use]
    pub fn spend(&self) -> &Spend {
        &self.inner.spend
    }

    /// Accepted work.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    /// Briefs by id.
    #[must_use]
    pub fn briefs(&self) -> &Briefs {
        &self.inner.briefs
    }

    /// The latest brief of each story.
    #[must_use]
    pub fn stories(&self) -> &Stories {
        &self.inner.stories
    }

    /// What people decided about briefs.
    #[must_use]
    pub fn reviews(&self) -> &Reviews {
        &self.inner.reviews
    }

    /// What was done.
    #[must_use]
    pub fn audit(&self) -> &Audit {
        &self.inner.audit
    }

    /// Forgets a brief everywhere: itself, its reviews, its job, the text kept for the audit. The
    /// audit's records stay. Gives whether a brief or job of this id was known.
    ///
    /// # Errors
    /// Where it could not be forgotten; then nothing of it is.
    pub async fn forget(&self, brief: &str) -> Result<bool, StoreError> {
        let brief = brief.to_owned();
        let forgotten = self.inner.lasting.write(move |transaction| {
            let had_job = job_steps::forget(transaction, &brief)?;
            Ok(forget_brief(transaction, &brief)? || had_job)
        });
        forgotten.await
    }

    /// The same of a brief whose job was called off: the job stays, and says so. Gives whether there
    /// was a brief.
    ///
    /// # Errors
    /// Where it could not be forgotten; then nothing of it is.
    pub async fn call_off(&self, brief: &str) -> Result<bool, StoreError> {
        let brief = brief.to_owned();
        self.inner.lasting.write(move |transaction| forget_brief(transaction, &brief)).await
    }

    /// Lets go what is past its retention. Takes short turns, so nobody waits long for it.
    ///
    /// # Errors
    /// Where the disk fails; what was let go by then stays gone.
    pub async fn sweep(&self, retention: Retention, now: Timestamp) -> Result<Swept, StoreError> {
        let swept = Swept {
            briefs: self.briefs().sweep(moment::before(now, retention.jobs)).await?,
            jobs: self.jobs().sweep(now, retention.jobs).await?,
            audit: self.audit().sweep(moment::before(now, retention.audit)).await?,
        };
        self.stories().sweep(moment::before(now, retention.jobs)).await?;
        self.spend().sweep(now).await?;
        Ok(swept)
    }

    /// Whether something that should be on the disk is not: for the metric and `/readyz`.
    #[must_use]
    pub fn is_degraded(&self) -> bool {
        self.trouble().is_some()
    }

    /// The system's reason why the disk is not used where it should be.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let inner = &self.inner;
        let answers = || inner.answers.engine().and_then(Engine::trouble);
        inner.trouble.clone().or_else(|| inner.lasting.trouble()).or_else(answers)
    }

    /// Tries the disk again where it is not used: what memory holds in its place is written once it
    /// takes it. Without this it would wait for the next write, and be lost with the process.
    pub async fn retry(&self) {
        let answers = self.inner.answers.engine();
        for engine in answers.into_iter().chain([&self.inner.lasting]) {
            if engine.trouble().is_some() {
                // What still fails is told by `trouble`.
                let _ = engine.write(open::touch).await;
            }
        }
    }

    /// Finishes what is queued, closes the files and gives the folder free. Whatever is asked later
    /// fails.
    pub async fn close(&self) {
        if let Some(engine) = self.inner.answers.engine() {
            engine.close().await;
        }
        self.inner.lasting.close().await;
        // Nothing panics while it holds this.
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn forget_brief(transaction: &WriteTransaction, brief: &str) -> StepResult<bool> {
    reviews::forget(transaction, brief)?;
    audit::forget(transaction, brief)?;
    briefs::forget(transaction, brief)
}

fn resume(opened: &Opened, now: Timestamp) -> Result<(), Fault> {
    error::guarded(|| {
        let mut transaction = opened.database()?.begin_write()?;
        transaction.set_quick_repair(true);
        let resumed = job_steps::resume(&transaction, now)?;
        if resumed == 0 {
            transaction.abort()?;
            return Ok(());
        }
        transaction.commit()?;
        tracing::info!(jobs = resumed, "jobs that were under way are queued again");
        Ok(())
    })
}

fn lasting_tables(transaction: &WriteTransaction) -> StepResult<()> {
    briefs::tables(transaction)?;
    reviews::tables(transaction)?;
    job_steps::tables(transaction)?;
    spend::tables(transaction)?;
    stories::tables(transaction)?;
    audit::tables(transaction)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
