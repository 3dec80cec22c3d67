//! `POST /v1/split`: the article as mujaz reads it. Calls no provider.

use axum::{
    extract::{Request, State as Shared},
    http::header,
    response::{IntoResponse, Response},
};

use tokio::time::Instant;

use super::{State, problem::Problem, source};
use crate::{
    article::{Reading, Refusal, Source},
    pipeline,
};

/// The reading as the contract's JSON, or a 4xx problem where there is no Arabic story.
#[utoipa::path(
    post,
    path = "/v1/split",
    operation_id = "splitArticle",
    tag = "briefs",
    responses((status = 200, body = Reading, description = "The article as it is read."))
)]
pub(super) async fn split(
    Shared(state): Shared<State>,
    request: Request,
) -> Result<Response, Problem> {
    let posted = source::posted(request, &state.gateway).await?;
    let deadline = pipeline::deadline(&state.gateway.config);
    let reading = read(&state, posted.source, deadline).await?;
    if let Some(refusal) = reading.refusal() {
        return Err(refused(&refusal));
    }
    let body = serde_json::to_vec(&reading).map_err(|_| Problem::internal())?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// The article as mujaz reads it. A large one takes milliseconds of pure computation, so it is read
/// off the async threads, and on no more cores than there are.
pub(super) async fn read(
    state: &State,
    source: Source,
    deadline: Instant,
) -> Result<Reading, Problem> {
    let reader = state.admission.reader(deadline).await?;
    let gateway = state.gateway.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let reading = gateway.read(&source);
        drop(reader);
        reading
    });
    reading.await.map_err(|_| Problem::internal())
}

/// The problem that tells a refusal.
pub(super) fn refused(refusal: &Refusal) -> Problem {
    let detail = refusal.to_string();
    match refusal {
        Refusal::Empty => Problem::empty(detail),
        Refusal::NotArabic { .. } => Problem::not_arabic(detail),
        _ => Problem::no_body(detail),
    }
}
