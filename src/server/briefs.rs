//! `POST /v1/briefs` makes a brief; `GET` and `DELETE /v1/briefs/{id}` read and forget one.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    State,
    caching::{self, CacheStatus},
    gate::Caller,
    problem::{Problem, ProviderReason},
    source::{self, Posted},
    split,
};
use crate::{
    brief::Brief,
    pipeline::{self, BriefError, Listener, Order},
    provider::{CachePolicy, Call, Failure},
    render::{Format, Label, html},
};

/// The brief of the posted article in the format that `Accept` prefers.
pub(super) async fn create(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    request: Request,
) -> Result<Response, Problem> {
    let accept = joined(request.headers(), header::ACCEPT);
    let format = Format::negotiate(accept.as_deref()).ok_or_else(Problem::not_acceptable)?;
    let headers = request.headers().clone();
    let posted = source::posted(request, &state.gateway).await?;
    let policy = caching::policy(&headers, posted.options.confidential);
    let key = state.answers.key(&posted, format);
    if let Some(rendered) = state.answers.find(&key, policy, &identity).await {
        let status = CacheStatus::Hit(rendered.fresh_for());
        return Ok(with_status(respond(format, rendered.body), status));
    }
    let brief = Arc::new(make(&state, posted, policy).await?);
    let body = Bytes::from(format.render(&brief, &Label::Draft));
    let stored = policy != CachePolicy::NoStore
        && state.answers.keep(key, brief, body.clone(), &identity).await;
    Ok(with_status(respond(format, body), CacheStatus::Made { policy, stored }))
}

async fn make(state: &State, posted: Posted, cache: CachePolicy) -> Result<Brief, Problem> {
    let deadline = pipeline::deadline(&state.gateway.config);
    let _turn = state.admission.turn(deadline).await?;
    let source = posted.source;
    let reading = split::read(state, source.clone(), deadline).await?;
    let confidential = posted.options.confidential;
    let call = Call { cache, confidential, ..Call::until(deadline) };
    let order = Order { source, detail: posted.options.detail, call };
    let silent: Listener = Arc::new(|_| ());
    state.gateway.brief_of(reading, &order, &silent).await.map_err(|error| match error {
        BriefError::Refused(refusal) => split::refused(&refusal),
        BriefError::Failed(failure) => failed(&failure),
    })
}

/// The brief of this id.
pub(super) async fn read(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accept = joined(&headers, header::ACCEPT);
    let format = Format::negotiate(accept.as_deref()).ok_or_else(Problem::not_acceptable)?;
    let brief = state.answers.read(&id, &identity).await.ok_or_else(unknown)?;
    Ok(respond(format, format.render(&brief, &Label::Draft).into()))
}

/// Forgets the brief of this id.
pub(super) async fn forget(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    match state.answers.forget(&id, &identity).await {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown()),
    }
}

fn unknown() -> Problem {
    Problem::not_found("No brief has this id; it may have been forgotten.")
}

/// All values of a header that may come more than once, as one list.
fn joined(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let values: Vec<&str> =
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn respond(format: Format, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if format == Format::Html
        && let Ok(policy) = HeaderValue::from_str(&html::POLICY)
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn with_status(mut response: Response, status: CacheStatus) -> Response {
    status.write(response.headers_mut());
    response
}

fn failed(failure: &Failure) -> Problem {
    let reasons = failure.reasons.iter().map(|reason| ProviderReason {
        provider: reason.provider.clone(),
        reason: reason.kind.name().to_owned(),
        detail: reason.detail.clone(),
    });
    let retry_after = failure.retry_after.map(|wait| wait.as_secs_f64().ceil() as u64);
    Problem::providers_failed(failure.to_string(), reasons.collect(), retry_after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_with_the_policy_that_allows_its_own_style_alone() {
        let policy = |format| {
            let response = respond(format, Bytes::new());
            response.headers().get(header::CONTENT_SECURITY_POLICY).cloned()
        };
        assert_eq!(policy(Format::Html).unwrap(), html::POLICY.as_str());
        assert_eq!(policy(Format::Json), None);
    }
}
