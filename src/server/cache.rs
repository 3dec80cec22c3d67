//! `DELETE /v1/cache/{source_sha256}` forgets what is kept of one source text.
//!
//! It takes away the answers that were made from the source or served it, and whole briefs in
//! memory; the next request pays for them again. Briefs stay under their ids: each is forgotten by
//! `DELETE /v1/briefs/{id}`.

use axum::{
    Json,
    extract::{Path, State as Shared},
};
use serde_json::{Value, json};

use super::{State, problem::Problem};
use crate::digest::of_hex;

/// How many answers were forgotten; none is no error.
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
    let forgotten = state.gateway.forget_source(&bytes).await;
    let forgotten = forgotten.map_err(|error| Problem::store_failed(&error.to_string()))?;
    Ok(Json(json!({ "forgotten": forgotten })))
}
