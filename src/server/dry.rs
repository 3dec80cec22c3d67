//! `"dry_run": true`: what a brief would take, and nothing done.

use axum::{
    Json,
    response::{IntoResponse, Response},
};

use super::{State, problem::Problem, sharing::Sharing, source::Posted, split};
use crate::{
    pipeline,
    provider::{CachePolicy, Call},
};

/// The plan of an article, with what it would cost whoever posted it.
pub(super) async fn run(
    state: &State,
    posted: &Posted,
    (cache, sharing): (CachePolicy, Sharing),
) -> Result<Response, Problem> {
    let deadline = pipeline::deadline(&state.gateway.config);
    let reading = split::read(state, posted.source.clone(), deadline).await?;
    if let Some(refusal) = reading.refusal() {
        return Err(split::refused(&refusal));
    }
    let confidential = posted.options.confidential;
    let call = sharing.on(Call { cache, confidential, ..Call::until(deadline) });
    let detail = posted.options.detail;
    let foresight = state.gateway.foresee(&reading.article, detail, &call).await;
    Ok(Json(foresight).into_response())
}
