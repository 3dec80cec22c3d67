//! The tables of jobs, and what is done to them within one transaction.
//!
//! A job stands in `jobs` and `jobs-by-time`, `jobs-by-scope`; while it is queued also in
//! `job-queue`, while it runs in `jobs-running`, and when it is over in `jobs-ended`.

use jiff::Timestamp;
use redb::{ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};

use super::{
    briefs::Place,
    error::StepResult,
    idempotency,
    jobs::{Claimed, Enqueued, Job, JobState, NewJob},
    moment, record,
};

/// Id to the record of [`Job`].
const JOBS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("jobs");
/// Id to the record of the payload.
const PAYLOADS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("job-payloads");
/// Id to the record of the result or the problem.
const RESULTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("job-results");
/// Kind, due moment and id of what is queued.
const QUEUE: TableDefinition<'_, (&str, u64, &str), ()> = TableDefinition::new("job-queue");
/// Ids of what is running.
const RUNNING: TableDefinition<'_, &str, ()> = TableDefinition::new("jobs-running");
/// Moment of creation and id.
const BY_TIME: TableDefinition<'_, (u64, &str), ()> = TableDefinition::new("jobs-by-time");
/// Scope, moment of creation and id.
const BY_SCOPE: TableDefinition<'_, (&str, u64, &str), ()> = TableDefinition::new("jobs-by-scope");
/// Moment of the end and id, of what is over.
const ENDED: TableDefinition<'_, (u64, &str), ()> = TableDefinition::new("jobs-ended");

/// Jobs that one transaction of a sweep lets go.
pub(super) const SWEPT_TOGETHER: usize = 256;
/// Sorts after every id.
const LAST: &str = "\u{10ffff}";

pub(super) fn enqueue(
    transaction: &WriteTransaction,
    new: &NewJob,
    now: Timestamp,
) -> StepResult<Enqueued> {
    let NewJob { id, kind, scope, payload, due, once } = new;
    if let Some(once) = once {
        match idempotency::claim(transaction, scope, once, id, now)? {
            Enqueued::New => {}
            known => return Ok(known),
        }
    }
    let sealed = record::seal(id.as_bytes(), payload);
    transaction.open_table(PAYLOADS)?.insert(id.as_str(), sealed.as_slice())?;
    let time = moment::key(now);
    transaction.open_table(BY_TIME)?.insert((time, id.as_str()), ())?;
    transaction.open_table(BY_SCOPE)?.insert((scope.as_str(), time, id.as_str()), ())?;
    let job = Job {
        id: id.clone(),
        kind: kind.clone(),
        scope: scope.clone(),
        state: JobState::Queued,
        created: now,
        changed: now,
        due: *due,
        attempts: 0,
    };
    queue(transaction, job)?;
    Ok(Enqueued::New)
}

pub(super) fn claim(
    transaction: &WriteTransaction,
    kind: &str,
    now: Timestamp,
) -> StepResult<Option<Claimed>> {
    loop {
        let Some(id) = take_due(transaction, kind, now)? else { return Ok(None) };
        let Some(job) = load(transaction, &id)? else { continue };
        let payload = transaction
            .open_table(PAYLOADS)?
            .get(id.as_str())?
            .and_then(|sealed| record::open(id.as_bytes(), sealed.value()).map(<[u8]>::to_vec));
        let Some(payload) = payload else {
            tracing::error!(id, "the payload of a job is damaged; the job failed");
            let failed = Job { state: JobState::Failed, changed: now, ..job };
            over(transaction, failed, None)?;
            continue;
        };
        transaction.open_table(RUNNING)?.insert(id.as_str(), ())?;
        let attempts = job.attempts.saturating_add(1);
        let job = Job { state: JobState::Running, changed: now, attempts, ..job };
        save(transaction, &job)?;
        return Ok(Some(Claimed { job, payload }));
    }
}

fn take_due(
    transaction: &WriteTransaction,
    kind: &str,
    now: Timestamp,
) -> StepResult<Option<String>> {
    let mut queue = transaction.open_table(QUEUE)?;
    let due = queue.range((kind, 0, "")..=(kind, moment::key(now), LAST))?.next().transpose()?;
    let Some((time, id)) = due.map(|(key, _)| (key.value().1, key.value().2.to_owned())) else {
        return Ok(None);
    };
    queue.remove((kind, time, id.as_str()))?;
    Ok(Some(id))
}

/// Queues again what was running when the last process ended. Gives how many jobs they were.
pub(super) fn resume(transaction: &WriteTransaction, now: Timestamp) -> StepResult<usize> {
    let running = transaction.open_table(RUNNING)?;
    let ids: StepResult<Vec<String>> =
        running.iter()?.map(|entry| Ok(entry?.0.value().to_owned())).collect();
    drop(running);
    let ids = ids?;
    for id in &ids {
        transaction.open_table(RUNNING)?.remove(id.as_str())?;
        if let Some(job) = load(transaction, id)? {
            // It was due, even where the clock has been put back since.
            let due = job.due.min(now);
            queue(transaction, Job { due, changed: now, ..job })?;
        }
    }
    Ok(ids.len())
}

/// Jobs that were queued at a moment after `now`: the clock was put back. They are to wait as long as
/// they were to wait then.
pub(super) fn hasten(
    transaction: &WriteTransaction,
    kind: &str,
    now: Timestamp,
) -> StepResult<usize> {
    let table = transaction.open_table(QUEUE)?;
    let late = table.range((kind, moment::key(now), "")..=(kind, u64::MAX, LAST))?;
    let ids: StepResult<Vec<String>> =
        late.map(|entry| Ok(entry?.0.value().2.to_owned())).collect();
    drop(table);
    let mut hastened = 0;
    for id in ids? {
        let Some(job) = load(transaction, &id)?.filter(|job| job.changed > now) else { continue };
        unqueue(transaction, &job)?;
        let due = now + job.due.duration_since(job.changed);
        queue(transaction, Job { due, changed: now, ..job })?;
        hastened += 1;
    }
    Ok(hastened)
}

pub(super) fn queue(transaction: &WriteTransaction, job: Job) -> StepResult<()> {
    let key = (job.kind.as_str(), moment::key(job.due), job.id.as_str());
    transaction.open_table(QUEUE)?.insert(key, ())?;
    save(transaction, &Job { state: JobState::Queued, ..job })
}

pub(super) fn unqueue(transaction: &WriteTransaction, job: &Job) -> StepResult<()> {
    let key = (job.kind.as_str(), moment::key(job.due), job.id.as_str());
    transaction.open_table(QUEUE)?.remove(key)?;
    transaction.open_table(RUNNING)?.remove(job.id.as_str())?;
    Ok(())
}

/// Marks a job as over, with its result or problem. Its payload is not needed any more.
pub(super) fn over(
    transaction: &WriteTransaction,
    job: Job,
    result: Option<&[u8]>,
) -> StepResult<()> {
    let id = job.id.as_str();
    transaction.open_table(ENDED)?.insert((moment::key(job.changed), id), ())?;
    transaction.open_table(PAYLOADS)?.remove(id)?;
    if let Some(result) = result {
        let result = record::seal(id.as_bytes(), result);
        transaction.open_table(RESULTS)?.insert(id, result.as_slice())?;
    }
    save(transaction, &job)
}

/// The running job with this id, which is not among the running ones any more.
pub(super) fn take_running(transaction: &WriteTransaction, id: &str) -> StepResult<Option<Job>> {
    let job = load(transaction, id)?.filter(|job| job.state == JobState::Running);
    if job.is_some() {
        transaction.open_table(RUNNING)?.remove(id)?;
    }
    Ok(job)
}

pub(super) fn next_due(transaction: &ReadTransaction, kind: &str) -> StepResult<Option<Timestamp>> {
    let queue = transaction.open_table(QUEUE)?;
    let first = queue.range((kind, 0, "")..=(kind, u64::MAX, LAST))?.next().transpose()?;
    Ok(first.map(|(key, _)| moment::of(key.value().1)))
}

pub(super) fn queued(transaction: &ReadTransaction, kind: &str, most: usize) -> StepResult<usize> {
    let queue = transaction.open_table(QUEUE)?;
    Ok(queue.range((kind, 0, "")..=(kind, u64::MAX, LAST))?.take(most).count())
}

pub(super) fn result(transaction: &ReadTransaction, id: &str) -> StepResult<Option<Vec<u8>>> {
    let sealed = transaction.open_table(RESULTS)?.get(id)?;
    let payload = |sealed: &[u8]| record::open(id.as_bytes(), sealed).map(<[u8]>::to_vec);
    Ok(sealed.and_then(|sealed| payload(sealed.value())))
}

fn save(transaction: &WriteTransaction, job: &Job) -> StepResult<()> {
    let row = record::seal_row(job.id.as_bytes(), job);
    transaction.open_table(JOBS)?.insert(job.id.as_str(), row.as_slice())?;
    Ok(())
}

pub(super) fn load(transaction: &WriteTransaction, id: &str) -> StepResult<Option<Job>> {
    let jobs = transaction.open_table(JOBS)?;
    let found = jobs.get(id)?;
    Ok(found.and_then(|sealed| whole(id, sealed.value())))
}

pub(super) fn read(transaction: &ReadTransaction, id: &str) -> StepResult<Option<Job>> {
    let found = transaction.open_table(JOBS)?.get(id)?;
    Ok(found.and_then(|sealed| whole(id, sealed.value())))
}

fn whole(id: &str, sealed: &[u8]) -> Option<Job> {
    let job = record::open_row(id.as_bytes(), sealed);
    if job.is_none() {
        tracing::error!(id, "a job is damaged and left out");
    }
    job
}

pub(super) fn newest(
    transaction: &ReadTransaction,
    scope: Option<&str>,
    before: Option<Place>,
    limit: usize,
) -> StepResult<Vec<String>> {
    let (time, id) =
        before.map_or((u64::MAX, String::new()), |place| (moment::key(place.moment), place.id));
    let id = id.as_str();
    match scope {
        None => {
            let range = transaction.open_table(BY_TIME)?.range(..(time, id))?;
            let ids = range.rev().take(limit).map(|entry| Ok(entry?.0.value().1.to_owned()));
            ids.collect()
        }
        Some(scope) => {
            let range =
                transaction.open_table(BY_SCOPE)?.range((scope, 0, "")..(scope, time, id))?;
            let ids = range.rev().take(limit).map(|entry| Ok(entry?.0.value().2.to_owned()));
            ids.collect()
        }
    }
}

pub(super) fn sweep(transaction: &WriteTransaction, first: u64) -> StepResult<usize> {
    let ended = transaction.open_table(ENDED)?;
    let range = ended.range(..(first, ""))?.take(SWEPT_TOGETHER);
    let ids: StepResult<Vec<String>> =
        range.map(|entry| Ok(entry?.0.value().1.to_owned())).collect();
    drop(ended);
    let ids = ids?;
    for id in &ids {
        forget(transaction, id)?;
    }
    Ok(ids.len())
}

/// Forgets the job with this id, whatever its state; says whether it was known.
pub(super) fn forget(transaction: &WriteTransaction, id: &str) -> StepResult<bool> {
    let Some(job) = load(transaction, id)? else { return Ok(false) };
    unqueue(transaction, &job)?;
    transaction.open_table(PAYLOADS)?.remove(id)?;
    transaction.open_table(RESULTS)?.remove(id)?;
    transaction.open_table(ENDED)?.remove((moment::key(job.changed), id))?;
    let created = moment::key(job.created);
    transaction.open_table(BY_TIME)?.remove((created, id))?;
    transaction.open_table(BY_SCOPE)?.remove((job.scope.as_str(), created, id))?;
    transaction.open_table(JOBS)?.remove(id)?;
    Ok(true)
}

pub(super) fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    for table in [JOBS, PAYLOADS, RESULTS] {
        transaction.open_table(table)?;
    }
    for table in [BY_SCOPE, QUEUE] {
        transaction.open_table(table)?;
    }
    for table in [BY_TIME, ENDED] {
        transaction.open_table(table)?;
    }
    transaction.open_table(RUNNING)?;
    idempotency::tables(transaction)
}
