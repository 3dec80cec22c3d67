//! `DELETE /v1/cache/{source_sha256}` forgets what is kept of one source text.
//!
//! It takes away the answers that were made from the source or served it, and whole briefs in
//! memory; the next request pays for them again. Briefs stay under their ids: each is forgotten by
//! `DELETE /v1/briefs/{id}`. Where replicas share a server, each of them hears of it and forgets too, one
//! that is not connected when it is back.

use axum::{
    Json,
    extract::{Path, State as Shared},
};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::{Current, State, openapi, problem::Problem};
use crate::digest::{hex, of_hex};

/// Forgets what another replica was told to forget, until the process stops.
pub(super) fn begin(current: &Current) {
    let (current, state) = (current.clone(), current.state());
    let Some(mut forgotten) = state.gateway.shared.forgotten() else { return };
    let yard = state.yard.clone();
    let stopping = yard.stopping.clone();
    yard.tasks.spawn(async move {
        while let Some(heard) = stopping.run_until_cancelled(forgotten.recv()).await {
            match heard {
                Ok(source) => forget_here(&current.state(), &source).await,
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "sources that other replicas forgot are kept here");
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

async fn forget_here(state: &State, source: &[u8; 32]) {
    state.answers.forget_source(&hex(source)).await;
    if let Err(error) = state.gateway.forget_source_here(source).await {
        tracing::warn!(%error, "a source that another replica forgot is still on this disk");
    }
}

/// How many answers were forgotten; none is no error.
#[utoipa::path(
    delete,
    path = "/v1/cache/{source_sha256}",
    operation_id = "forgetSource",
    tag = "briefs",
    params(("source_sha256" = String, Path, description = "SHA-256 of the source, as its briefs show it.")),
    responses(
        (status = 200, body = openapi::shapes::Forgotten, description = "How much was forgotten; none is no error."),
        (status = 400), (status = 503),
    )
)]
pub(super) async fn forget(
    Shared(state): Shared<State>,
    Path(source): Path<String>,
) -> Result<Json<Value>, Problem> {
    let bytes = of_hex(&source).ok_or_else(|| {
        Problem::malformed(
            "The address ends with the SHA-256 of a source in 64 hexadecimal digits, as \
             `source_sha256` of a brief shows it.",
        )
    })?;
    state.answers.forget_source(&source.to_ascii_lowercase()).await;
    let forgotten = state.gateway.forget_source(&bytes).await?;
    Ok(Json(json!({ "forgotten": forgotten })))
}
