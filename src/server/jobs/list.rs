//! `GET /v1/jobs`: the desk's jobs, newest first, page by page.

use axum::{
    Json,
    extract::{Query, State as Shared},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{KIND, status};
use crate::{
    keys::Scope,
    server::{State, gate::Caller, openapi::shapes::JobList, problem::Problem},
    store::{Job, JobState, Place},
};

/// Jobs on one page, where the request does not say, and at most.
const USUAL: usize = 50;
const MOST: usize = 500;
/// Pages of the store read for one page of the answer, at most.
const READS: usize = 40;

/// What may be asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::server) struct Wanted {
    status: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// The jobs that the key's desk may see.
#[utoipa::path(
    get,
    path = "/v1/jobs",
    operation_id = "listJobs",
    tag = "jobs",
    params(
        ("status" = Option<String>, Query, description = "`queued`, `running`, `done`, `failed` or `cancelled`."),
        ("after" = Option<String>, Query, description = "What the page before gave as `next`."),
        ("limit" = Option<usize>, Query, description = "Jobs on a page: 50 where nothing is said, at most 500."),
    ),
    responses(
        (status = 200, body = JobList, description = "The newest first."),
        (status = 400), (status = 503),
    )
)]
pub(in crate::server) async fn list(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = wanted.map_err(|_| {
        Problem::malformed("The query takes `status`, `after` and `limit`, a number.")
    })?;
    let Query(Wanted { status: wanted, after, limit }) = wanted;
    let wanted = wanted.as_deref().map(named).transpose()?;
    let limit = limit.unwrap_or(USUAL).clamp(1, MOST);
    let mut place = after.as_deref().map(opened).transpose()?;
    let readers = identity.readers();
    let scope = (!identity.may(Scope::Admin)).then_some(readers.as_str());
    let mut found: Vec<Job> = Vec::new();
    let mut more = true;
    for _ in 0..READS {
        let page = state.store.jobs().list(scope, place.clone(), MOST).await;
        let page = page.map_err(super::unkept)?;
        more = page.len() == MOST;
        for job in page {
            place = Some(Place { moment: job.created, id: job.id.clone() });
            if job.kind == KIND && wanted.is_none_or(|wanted| job.state == wanted) {
                found.push(job);
            }
            if found.len() == limit {
                more = true;
                break;
            }
        }
        if !more || found.len() == limit {
            break;
        }
    }
    let next = place.filter(|_| more).map(|place| closed(&place));
    let jobs: Vec<Value> = found.iter().map(shown).collect();
    Ok(Json(json!({ "jobs": jobs, "next": next })).into_response())
}

fn shown(job: &Job) -> Value {
    json!({
        "id": job.id,
        "status": status(job.state),
        "created": job.created.to_string(),
        "changed": job.changed.to_string(),
        "attempts": job.attempts,
        "links": { "brief": format!("/v1/briefs/{}", job.id) },
    })
}

fn named(name: &str) -> Result<JobState, Problem> {
    let all = [
        JobState::Queued,
        JobState::Running,
        JobState::Done,
        JobState::Failed,
        JobState::Cancelled,
    ];
    all.into_iter().find(|state| status(*state) == name).ok_or_else(|| {
        Problem::malformed("`status` is queued, running, done, failed or cancelled.")
    })
}

pub(in crate::server) fn closed(place: &Place) -> String {
    format!("{}.{}", place.moment.as_microsecond(), place.id)
}

pub(in crate::server) fn opened(text: &str) -> Result<Place, Problem> {
    let opened = text.split_once('.').and_then(|(moment, id)| {
        let moment = Timestamp::from_microsecond(moment.parse().ok()?).ok()?;
        Some(Place { moment, id: id.to_owned() })
    });
    opened.ok_or_else(|| Problem::malformed("`after` is what an earlier answer gave as `next`."))
}
