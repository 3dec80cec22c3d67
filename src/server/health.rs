//! `GET /healthz` and `GET /readyz`: is the process alive, and can it make briefs.
//!
//! Neither touches a provider or waits for anything, so both answer while the embedded model
//! works at full load.

use axum::{Json, extract::State as Shared, http::StatusCode};
use serde_json::{Value, json};

use super::{
    State,
    openapi::shapes::{Alive, Ready},
};
use crate::provider::ProviderState;

/// 200 while the process runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "gateway",
    responses((status = 200, body = Alive, description = "The process runs."))
)]
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// 200 where briefs can be made, 503 where not or where the process is about to end, with each
/// provider's state, and why the disk is not used where it should be, or what replicas share: that
/// degrades, and stops nothing.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "gateway",
    responses(
        (status = 200, body = Ready, description = "Briefs can be made."),
        (status = 503, body = Ready, description = "No provider can work, or the process is about to end."),
    )
)]
pub(super) async fn ready(Shared(state): Shared<State>) -> (StatusCode, Json<Value>) {
    let standing = state.gateway.providers.standing();
    let providers: Vec<ProviderState> = standing.into_iter().map(|one| one.state).collect();
    let able = providers.iter().any(|provider| provider.usable);
    let (status, word) = match (state.leaving.is_cancelled(), able) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        (false, true) => (StatusCode::OK, "ready"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    };
    let store = state.gateway.store.trouble();
    let shared = state.gateway.shared.state();
    let mut told = json!({ "status": word, "providers": providers });
    if let Some(reason) = store {
        told["store"] = json!({ "state": "degraded", "reason": reason });
    }
    if let Some(shared) = shared {
        told["shared"] = json!(shared);
    }
    (status, Json(told))
}
