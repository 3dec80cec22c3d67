//! `"dry_run": true`: what a brief would take, and nothing done.

use axum::{
    Json,
    response::{IntoResponse, Response},
};

use super::{State, problem::Problem, source::Posted, split};
use crate::{
    pipeline,
    provider::{CachePolicy, Call},
};

/// The plan of an article that a desk posted, with its cost.
pub(super) async fn run(
    state: &State,
    posted: &Posted,
    (cache, desk): (CachePolicy, Option<&str>),
) -> Result<Response, Problem> {
    let deadline = pipeline::deadline(&state.gateway.config);
    let reading = split::read(state, posted.source.clone(), deadline).await?;
    if let Some(refusal) = reading.refusal() {
        return Err(split::refused(&refusal));
    }
    let confidential = posted.options.confidential;
    let desk = desk.map(str::to_owned);
    let call = Call { cache, confidential, desk, ..Call::until(deadline) };
    let detail = posted.options.detail;
    let foresight = state.gateway.foresee(&reading.article, detail, &call).await;
    Ok(Json(foresight).into_response())
}
