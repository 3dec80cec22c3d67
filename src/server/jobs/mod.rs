//! Briefs that are accepted now and made later.
//!
//! `Prefer: respond-async`, a batch or a push puts an [`Assignment`] into the store and is answered with
//! 202 once it is on the disk. `work` makes the briefs, as many at a time as `jobs.workers` says, each
//! with a turn out of the same `server.max_briefs` that requests take, and ends a job once, whatever
//! happens to the process. The id of a job is the id of its brief.
//!
//! `once` reads `Idempotency-Key`, by which a request that is sent twice is done once.

pub(super) mod assignment;
pub(super) mod batches;
pub(super) mod list;
pub(super) mod once;
mod work;

use std::time::Duration;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

pub(super) use self::{assignment::Assignment, work::run};
use super::{Current, State, audit, problem::Problem};
use crate::{
    clock,
    keys::{Identity, Scope},
    store::{Enqueued, Job, JobState, NewJob, Once, Retention, StoreError},
    telemetry::meters,
    webhooks::Webhooks,
};

/// The kind of the store's jobs that make briefs.
pub(super) const KIND: &str = "brief";
const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Whether `Prefer: respond-async` is among the preferences (RFC 7240).
pub(super) fn preferred(headers: &HeaderMap) -> bool {
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split([',', ';']))
        .any(|one| one.trim().eq_ignore_ascii_case("respond-async"))
}

/// Accepts assignments, each with its id and, where it is to be done once, its key. Resolves when they
/// are on the disk; gives the id under which each is done.
///
/// # Errors
/// Where there are too many, a key was used for something else, or they could not be kept; then none
/// is accepted.
pub(super) async fn accept(
    state: &State,
    readers: &str,
    assignments: Vec<(String, Assignment, Option<Once>)>,
) -> Result<Vec<String>, Problem> {
    has_room(state, assignments.len()).await?;
    let now = clock::utc();
    let ids: Vec<String> = assignments.iter().map(|(id, ..)| id.clone()).collect();
    let jobs = assignments.into_iter().map(|(id, assignment, once)| NewJob {
        id,
        kind: KIND.to_owned(),
        scope: readers.to_owned(),
        payload: assignment.to_bytes(),
        due: now,
        once,
    });
    let accepted = state.store.jobs().enqueue(jobs.collect(), now).await.map_err(unkept)?;
    state.lane.call();
    let accepted = accepted.into_iter().zip(ids).map(|(what, id)| match what {
        Enqueued::New => Ok(id),
        Enqueued::Known(first) => Ok(first),
        Enqueued::Conflict(_) => Err(Problem::key_reused()),
    });
    accepted.collect()
}

/// Whether so many more may be queued.
///
/// # Errors
/// Where not.
pub(super) async fn has_room(state: &State, more: usize) -> Result<(), Problem> {
    let most = state.gateway.config.jobs.max_queued;
    let queued = state.store.jobs().queued(KIND, most).await.map_err(unkept)?;
    match queued + more <= most {
        true => Ok(()),
        false => Err(Problem::jobs_full()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where errors are mapped")]
pub(super) fn unkept(error: StoreError) -> Problem {
    tracing::error!(%error, "the store failed");
    Problem::unkept()
}

/// 202: it is accepted, or under way.
pub(super) fn accepted(id: &str, status: &str) -> Response {
    let body = json!({ "id": id, "status": status }).to_string();
    let mut response = (StatusCode::ACCEPTED, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(value) = HeaderValue::from_str(&format!("/v1/briefs/{id}")) {
        headers.insert(header::LOCATION, value);
    }
    headers.insert(header::RETRY_AFTER, HeaderValue::from(1));
    response
}

/// The same for a request that preferred it so.
pub(super) fn deferred(id: &str, status: &str) -> Response {
    let mut response = accepted(id, status);
    response.headers_mut().insert(APPLIED, HeaderValue::from_static("respond-async"));
    response
}

/// The job of this id, where `identity` may see it.
pub(super) async fn find(state: &State, id: &str, identity: &Identity) -> Option<Job> {
    let job = state.store.jobs().get(id).await.ok().flatten()?;
    let may = identity.may(Scope::Admin) || job.scope == identity.readers();
    (may && is_brief(&job)).then_some(job)
}

/// Whether a job makes a brief, later or within a request.
fn is_brief(job: &Job) -> bool {
    job.kind == KIND || job.kind.starts_with(once::LIVE)
}

/// How far a job is, in the contract's words.
pub(super) fn status(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Done => "done",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}

/// The answer for a brief that is not there, from its job; `None` where the job says nothing of it.
///
/// # Errors
/// The problem of one that was cancelled.
pub(super) async fn standing(state: &State, job: &Job) -> Result<Option<Response>, Problem> {
    match job.state {
        JobState::Queued | JobState::Running => Ok(Some(accepted(&job.id, status(job.state)))),
        JobState::Cancelled => Err(Problem::cancelled()),
        JobState::Done => Ok(None),
        JobState::Failed => {
            let problem = problem_of(state, &job.id).await;
            let body = json!({ "id": job.id, "status": "failed", "problem": problem });
            let json = [(header::CONTENT_TYPE, "application/json")];
            Ok(Some((json, body.to_string()).into_response()))
        }
    }
}

/// The id of the brief that came of a job which is done; another than the job's own where it withdrew
/// an earlier one.
pub(super) async fn made(state: &State, job: &Job) -> Option<String> {
    if job.state != JobState::Done {
        return None;
    }
    let result = state.store.jobs().result(&job.id).await.ok().flatten()?;
    String::from_utf8(result).ok().filter(|brief| !brief.is_empty() && *brief != job.id)
}

/// The problem of a job that failed.
pub(super) async fn problem_of(state: &State, id: &str) -> Value {
    let result = state.store.jobs().result(id).await.ok().flatten();
    let kept = result.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    kept.unwrap_or_else(|| json!(Problem::internal()))
}

/// Stops a job that is not over; says whether there was one to stop.
///
/// # Errors
/// Where that could not be kept.
pub(super) async fn cancel(state: &State, job: &Job) -> Result<bool, Problem> {
    if job.state.is_over() {
        return Ok(false);
    }
    let was = state.store.jobs().cancel(&job.id, clock::utc()).await.map_err(unkept)?;
    match was {
        Some(JobState::Queued) => state.works.call_off(&job.id, &Problem::cancelled()),
        _ => state.works.forget(&job.id),
    }
    Ok(was.is_some_and(|was| !was.is_over()))
}

/// Everything that goes on without a request: jobs, webhooks, and letting go what is old.
pub(super) fn begin(current: &Current) {
    let state = current.state();
    let (yard, in_use) = (state.yard.clone(), current.clone());
    yard.tasks.spawn(run(current.clone()));
    let in_use = move || in_use.state().webhooks.clone();
    yard.tasks.spawn(Webhooks::run(in_use, yard.clone()));
    every(current, Duration::from_secs(3600), sweep);
    // The disk is tried again while it is not used, whether or not anybody writes.
    every(current, Duration::from_secs(5), |state: State| async move { state.store.retry().await });
    every(current, audit::PAUSE, |state: State| async move { state.auditor.flush().await });
    every(current, meters::UPKEEP, |_| async { meters::upkeep() });
}

/// Does this again and again, with so long between, until the process stops.
fn every<F>(current: &Current, pause: Duration, work: impl Fn(State) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send,
{
    let (current, yard) = (current.clone(), current.state().yard.clone());
    let stopping = yard.stopping.clone();
    yard.tasks.spawn(async move {
        while stopping.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
            work(current.state()).await;
        }
    });
}

async fn sweep(state: State) {
    let config = &state.gateway.config;
    let retention = Retention { jobs: config.jobs.retention, audit: config.audit.retention };
    match state.store.sweep(retention, clock::utc()).await {
        Ok(swept) => tracing::debug!(?swept, "let go what is old"),
        Err(error) => tracing::warn!(%error, "what is old could not be let go"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preference_is_read_among_others_and_across_headers() {
        let with = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(PREFER, HeaderValue::from_static(value));
            }
            preferred(&headers)
        };
        assert!(with(&["respond-async"]));
        assert!(with(&["wait=5, Respond-Async"]));
        assert!(with(&["handling=lenient", "respond-async; wait=10"]));
        assert!(!with(&[]));
        assert!(!with(&["respond-sync", "return=minimal"]));
    }
}
