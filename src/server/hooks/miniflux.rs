//! `POST /v1/hooks/miniflux`: new entries of Miniflux's feeds.
//!
//! Signed with HMAC-SHA256 in `X-Miniflux-Signature`. Each entry whose content is an Arabic story becomes
//! a job; the others are left out and counted, because feeds bring pictures and single lines too. An
//! entry is known by id and hash; its address names its story, so that an entry whose content changed
//! takes the place of its earlier brief.

use axum::{body::Bytes, extract::State as Shared, http::HeaderMap, response::Response};
use hmac::Hmac;
use serde::Deserialize;
use sha2::Sha256;

use super::{Pushed, accept, secret, signature, verified};
use crate::{
    body::{Body, Carried},
    brief::Detail,
    pipeline,
    server::{State, jobs::Assignment, making, openapi::shapes::Pushed as Told, problem::Problem},
};

#[derive(Deserialize)]
struct Push {
    #[serde(default)]
    entries: Vec<Entry>,
    /// A saved entry comes alone.
    entry: Option<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: i64,
    #[serde(default)]
    hash: String,
    title: Option<String>,
    url: Option<String>,
    published_at: Option<String>,
    #[serde(default)]
    content: String,
}

/// Takes pushed entries.
#[utoipa::path(
    post,
    path = "/v1/hooks/miniflux",
    operation_id = "minifluxPush",
    tag = "hooks",
    params(("X-Miniflux-Signature" = String, Header, description = "The HMAC-SHA256 of the body, in hex.")),
    request_body(content = serde_json::Value, description = "What the system sends."),
    responses(
        (status = 202, body = Told, description = "Accepted."),
        (status = 401), (status = 404), (status = 422),
    )
)]
pub(in crate::server) async fn push(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let hook = &state.gateway.config.hooks.miniflux;
    let secret = secret(hook)?;
    let signature = signature(&headers, "x-miniflux-signature", "")?;
    verified::<Hmac<Sha256>>(&secret, &body, &signature)?;
    let push: Push = serde_json::from_slice(&body)
        .map_err(|_| Problem::malformed("The push is no event of Miniflux."))?;
    let mut pushed = Vec::new();
    for entry in push.entries.into_iter().chain(push.entry) {
        pushed.extend(examined(&state, entry, hook.detail).await);
    }
    accept(&state, hook, pushed).await
}

/// One entry, where it is a story.
async fn examined(state: &State, entry: Entry, detail: Detail) -> Option<Pushed> {
    let Entry { id, hash, title, url, published_at, content } = entry;
    let version = format!("miniflux {id} {hash}");
    let body = Body {
        carried: Carried::Html(content),
        title,
        published: published_at,
        detail: Some(detail),
        confidential: false,
        dry_run: false,
        webhook: None,
    };
    let assignment = Assignment::of_body(body, None).named(url);
    let source = assignment.source()?;
    let deadline = pipeline::deadline(&state.gateway.config);
    making::read(state, &source, deadline).await.ok()?;
    Some(Pushed { assignment, version })
}
