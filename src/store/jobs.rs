//! Work that was accepted and must be done, once, whatever happens to the process.
//!
//! # The life of a job
//! ```text
//! enqueue → queued → claim → running → finish → done
//!              ↑               │  ├──→ fail   → failed
//!              └── retry ──────┘  └──→ cancel → cancelled    (queued ones cancel too)
//! ```
//! A claim gives a job to one caller. When the process dies, its running jobs are queued again as
//! the store is opened the next time: the folder's lock says that nobody can still be at them. A
//! finish, failure or retry that comes for a job which is not running any more changes nothing and
//! says so, so a job that was cancelled stays cancelled.
//!
//! Payload and result are bytes to this module. Each change of state is one transaction.
//!
//! # Doing it once
//! A job may carry a key of its caller's ([`Once`]). The same key with the same payload gives the
//! first job back, with another payload it is a conflict, until the key expires.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{briefs::Place, engine::Engine, error::StoreError, idempotency, job_steps, moment};

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// Someone is at it.
    Running,
    /// It is done; there is a result.
    Done,
    /// It could not be done; there is a problem in the result's place.
    Failed,
    /// It was called off.
    Cancelled,
}

impl JobState {
    /// Whether nothing more will come of it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// A job, without its payload and result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it is: whoever claims names the kind.
    pub kind: String,
    /// Who may see it: a desk, or the empty text.
    pub scope: String,
    /// How far it is.
    pub state: JobState,
    /// When it was accepted.
    pub created: Timestamp,
    /// When its state last changed.
    pub changed: Timestamp,
    /// Not before this is it claimed.
    pub due: Timestamp,
    /// How often it was claimed.
    pub attempts: u32,
}

/// A job to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Its id, which nobody can guess and no other job has.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// Who may see it: a desk, or the empty text.
    pub scope: String,
    /// What is to be done.
    pub payload: Vec<u8>,
    /// Not before this is it claimed.
    pub due: Timestamp,
    /// The caller's key, where it is to be accepted once.
    pub once: Option<Once>,
}

/// A caller's key, by which a request that is sent twice is accepted once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// The key; it belongs to the job's scope.
    pub key: String,
    /// Hash of what was asked.
    pub hash: [u8; 32],
    /// From then on the key is forgotten.
    pub expires: Timestamp,
}

/// What came of a job to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is queued.
    New,
    /// Its key was used for the same before; this is the first job's id.
    Known(String),
    /// Its key was used for something else, the job with this id.
    Conflict(String),
}

/// A job in the hands of whoever claimed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The job, running now.
    pub job: Job,
    /// What is to be done.
    pub payload: Vec<u8>,
}

/// The jobs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub(super) engine: Engine,
}

impl Jobs {
    /// Accepts jobs, all or none of them; resolves once they are on the disk. Gives what came of
    /// each, in order.
    ///
    /// # Errors
    /// Where they could not be kept; then none is accepted.
    pub async fn enqueue(
        &self,
        jobs: Vec<NewJob>,
        now: Timestamp,
    ) -> Result<Vec<Enqueued>, StoreError> {
        self.engine
            .write(move |transaction| {
                jobs.iter().map(|job| job_steps::enqueue(transaction, job, now)).collect()
            })
            .await
    }

    /// Takes the job of this kind that has been due for longest, if any is due.
    ///
    /// # Errors
    /// Where it could not be marked as taken.
    pub async fn claim(&self, kind: &str, now: Timestamp) -> Result<Option<Claimed>, StoreError> {
        let kind = kind.to_owned();
        self.engine.write(move |transaction| job_steps::claim(transaction, &kind, now)).await
    }

    /// When the next job of this kind is due, if any is queued.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn next_due(&self, kind: &str) -> Result<Option<Timestamp>, StoreError> {
        let kind = kind.to_owned();
        self.engine.read(move |transaction| job_steps::next_due(transaction, &kind)).await
    }

    /// Makes queued jobs of a kind due as long from now as they were to wait, where their moments lie
    /// in a future that the clock has since been put back from. Gives how many they were.
    ///
    /// # Errors
    /// Where that could not be kept.
    pub async fn hasten(&self, kind: &str, now: Timestamp) -> Result<usize, StoreError> {
        let kind = kind.to_owned();
        let step = move |transaction: &_| job_steps::hasten(transaction, &kind, now);
        self.engine.write(step).await
    }

    /// Ends a running job with its result. Gives whether it was running.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn finish(
        &self,
        id: &str,
        result: Vec<u8>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.end(id, JobState::Done, result, now).await
    }

    /// Ends a running job with its problem. Gives whether it was running.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn fail(
        &self,
        id: &str,
        problem: Vec<u8>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.end(id, JobState::Failed, problem, now).await
    }

    async fn end(
        &self,
        id: &str,
        state: JobState,
        result: Vec<u8>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.engine
            .write(move |transaction| {
                let Some(job) = job_steps::take_running(transaction, &id)? else {
                    return Ok(false);
                };
                job_steps::over(transaction, Job { state, changed: now, ..job }, Some(&result))?;
                Ok(true)
            })
            .await
    }

    /// Puts a running job back in the queue, due at `due`. Gives whether it was running.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn retry(
        &self,
        id: &str,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.engine
            .write(move |transaction| {
                let Some(job) = job_steps::take_running(transaction, &id)? else {
                    return Ok(false);
                };
                job_steps::queue(transaction, Job { due, changed: now, ..job })?;
                Ok(true)
            })
            .await
    }

    /// Calls a job off. Gives the state it was in, where there is such a job: whoever is at a
    /// running one must be stopped by the caller, and one that is over stays as it is.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn cancel(&self, id: &str, now: Timestamp) -> Result<Option<JobState>, StoreError> {
        let id = id.to_owned();
        self.engine
            .write(move |transaction| {
                let Some(job) = job_steps::load(transaction, &id)? else { return Ok(None) };
                let state = job.state;
                if !state.is_over() {
                    job_steps::unqueue(transaction, &job)?;
                    let cancelled = Job { state: JobState::Cancelled, changed: now, ..job };
                    job_steps::over(transaction, cancelled, None)?;
                }
                Ok(Some(state))
            })
            .await
    }

    /// The job with this id.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn get(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let id = id.to_owned();
        self.engine.read(move |transaction| job_steps::read(transaction, &id)).await
    }

    /// The states of these jobs; those that are not known are left out.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn states(&self, ids: Vec<String>) -> Result<HashMap<String, JobState>, StoreError> {
        self.engine
            .read(move |transaction| {
                let mut states = HashMap::with_capacity(ids.len());
                for id in ids {
                    if let Some(job) = job_steps::read(transaction, &id)? {
                        states.insert(id, job.state);
                    }
                }
                Ok(states)
            })
            .await
    }

    /// The result of a job that is done, or the problem of one that failed.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn result(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let id = id.to_owned();
        self.engine.read(move |transaction| job_steps::result(transaction, &id)).await
    }

    /// Up to `limit` jobs, newest first: of one scope, or of all; those older than `before`.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn list(
        &self,
        scope: Option<&str>,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError> {
        let scope = scope.map(str::to_owned);
        self.engine
            .read(move |transaction| {
                let ids = job_steps::newest(transaction, scope.as_deref(), before, limit)?;
                let jobs = ids.iter().map(|id| job_steps::read(transaction, id));
                jobs.filter_map(Result::transpose).collect()
            })
            .await
    }

    /// How many jobs of this kind are queued, counted up to `most`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn queued(&self, kind: &str, most: usize) -> Result<usize, StoreError> {
        let kind = kind.to_owned();
        self.engine.read(move |transaction| job_steps::queued(transaction, &kind, most)).await
    }

    /// Lets jobs go that ended longer than `retention` ago, and keys that have expired; gives how
    /// many jobs they were.
    pub(super) async fn sweep(
        &self,
        now: Timestamp,
        retention: Duration,
    ) -> Result<u64, StoreError> {
        self.engine.write(move |transaction| idempotency::sweep(transaction, now)).await?;
        let first = moment::key(moment::before(now, retention));
        let mut removed = 0;
        loop {
            let swept =
                self.engine.write(move |transaction| job_steps::sweep(transaction, first)).await?;
            removed += swept as u64;
            if swept < job_steps::SWEPT_TOGETHER {
                return Ok(removed);
            }
        }
    }
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
