//! `GET` and `DELETE /v1/briefs/{id}`: reads a brief, or forgets it everywhere.
//!
//! While it is being made there is a stream of how it comes along, and 202 without one; what could not
//! be made says why. A brief of another desk does not exist.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};

use super::{
    State,
    briefs::{joined, respond},
    gate::Caller,
    jobs, kept, live,
    live::Watch,
    openapi,
    problem::Problem,
    reviews,
};
use crate::{brief::Brief, render::Format};

/// The brief of this id, or how far it is.
#[utoipa::path(
    get,
    path = "/v1/briefs/{id}",
    operation_id = "readBrief",
    tag = "briefs",
    params(
        ("id" = String, Path, description = "The brief's id."),
        ("Accept" = Option<String>, Header, description = "The format; `text/event-stream` for what happens."),
        ("Last-Event-ID" = Option<String>, Header, description = "Where a stream that broke off goes on."),
    ),
    responses(
        (status = 200, description = "The brief, in the format that `Accept` prefers, or that it could not be made and why.", content(
            (openapi::shapes::BriefOrFailure = "application/json", example = json!(openapi::example())),
            (String = "text/markdown"),
            (String = "text/html"),
            (serde_json::Value = "application/ninjs+json"),
            (openapi::shapes::Event = "text/event-stream"),
        )),
        (status = 202, description = "It is being made.", body = openapi::shapes::Accepted,
            headers(("Location"), ("Retry-After"))),
        (status = 404), (status = 406), (status = 410), (status = 503),
    )
)]
pub(super) async fn read(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accept = joined(&headers, header::ACCEPT);
    let streamed = live::asked(accept.as_deref());
    if let Some(work) = state.works.find(&id).filter(|work| work.is_for(&identity))
        && streamed
    {
        return Ok(Watch::new(work, live::since(&headers, &id)).respond());
    }
    if let Some(brief) = kept::read(&state, &id, &identity).await {
        return shown(&state, brief, (accept.as_deref(), streamed)).await;
    }
    if let Some(job) = jobs::find(&state, &id, &identity).await {
        if let Some(other) = jobs::made(&state, &job).await
            && let Some(brief) = kept::read(&state, &other, &identity).await
        {
            return shown(&state, brief, (accept.as_deref(), streamed)).await;
        }
        if streamed && !job.state.is_over() {
            let work = state.works.expect(&id, job.scope);
            return Ok(Watch::new(work, live::since(&headers, &id)).respond());
        }
        if let Some(response) = jobs::standing(&state, &job).await? {
            return Ok(response);
        }
    }
    let running = state.works.running_one(&id).filter(|work| work.is_for(&identity));
    running.map(|_| jobs::accepted(&id, "running")).ok_or_else(unknown)
}

/// A brief that is there, as people left it, in the form that is accepted.
async fn shown(
    state: &State,
    brief: Arc<Brief>,
    (accept, streamed): (Option<&str>, bool),
) -> Result<Response, Problem> {
    let (brief, label) = reviews::reviewed(state, brief).await?;
    if streamed {
        let json = Format::Json.render(&brief, &label);
        return Ok(live::events(&brief.id, &[("brief", &json)]));
    }
    let format = Format::negotiate(accept).ok_or_else(Problem::not_acceptable)?;
    Ok(respond(format, format.render(&brief, &label).into()))
}

/// Calls off a brief that is not made yet; forgets one that is, everywhere.
#[utoipa::path(
    delete,
    path = "/v1/briefs/{id}",
    operation_id = "forgetBrief",
    tag = "briefs",
    params(("id" = String, Path, description = "The brief's id.")),
    responses(
        (status = 204, description = "It is called off, or forgotten everywhere."),
        (status = 404), (status = 503),
    )
)]
pub(super) async fn forget(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let job = jobs::find(&state, &id, &identity).await;
    if let Some(job) = &job
        && jobs::cancel(&state, job).await?
    {
        state.auditor.forgotten(&identity, &id, None).await;
        return Ok(StatusCode::NO_CONTENT);
    }
    let brief = kept::read(&state, &id, &identity).await;
    let work = state.works.find(&id).filter(|work| work.is_for(&identity));
    if job.is_none() && brief.is_none() && work.is_none() {
        return Err(unknown());
    }
    state.works.forget(&id);
    kept::forget(&state, &id, false).await?;
    state.auditor.forgotten(&identity, &id, brief.as_deref()).await;
    Ok(StatusCode::NO_CONTENT)
}

/// No brief has this id, for this reader.
pub(super) fn unknown() -> Problem {
    Problem::not_found("No brief has this id; it may have been forgotten.")
}
