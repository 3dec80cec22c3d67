//! `POST /v1/hooks/superdesk`: Superdesk's HTTP push, one item of ninjs.
//!
//! Signed with HMAC-SHA1 as `x-superdesk-signature: sha1=…`. Pictures and other associated items are no
//! articles and are accepted without being done, because Superdesk pushes them on their own too.

use axum::{body::Bytes, extract::State as Shared, http::HeaderMap, response::Response};
use hmac::Hmac;
use serde::Deserialize;
use sha1::Sha1;

use super::{Pushed, accept, secret, signature, verified};
use crate::{
    article::Source,
    pipeline,
    provider::CachePolicy,
    server::{
        State,
        jobs::Assignment,
        making,
        openapi::shapes::Pushed as Told,
        problem::Problem,
        source::{Options, Posted},
    },
};

/// What is looked at here; the article itself is read by the reader of ninjs.
#[derive(Deserialize)]
struct Item {
    #[serde(alias = "uri")]
    guid: Option<String>,
    version: Option<serde_json::Value>,
    #[serde(alias = "versionCreated")]
    versioncreated: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Takes a pushed item.
#[utoipa::path(
    post,
    path = "/v1/hooks/superdesk",
    operation_id = "superdeskPush",
    tag = "hooks",
    params(("x-superdesk-signature" = String, Header, description = "`sha1=` and the HMAC-SHA1 of the body, in hex.")),
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
    let hook = &state.gateway.config.hooks.superdesk;
    let secret = secret(hook)?;
    let signature = signature(&headers, "x-superdesk-signature", "sha1=")?;
    verified::<Hmac<Sha1>>(&secret, &body, &signature)?;
    let item: Item = serde_json::from_slice(&body)
        .map_err(|_| Problem::malformed("The push is no item of ninjs."))?;
    if item.kind.as_deref().is_some_and(|kind| !matches!(kind, "text" | "composite")) {
        return accept(&state, hook, Vec::new()).await;
    }
    let content_type = Some("application/ninjs+json".to_owned());
    let source = Source { bytes: body.clone(), content_type, ..Source::default() };
    let deadline = pipeline::deadline(&state.gateway.config);
    making::read(&state, &source, deadline).await?;
    let options = Options { detail: hook.detail, ..Options::default() };
    let posted = Posted { raw: body.clone(), source, options, by_itself: false };
    let assignment = Assignment::of(&posted, CachePolicy::Use);
    // An item that is pushed again unchanged is the same; a correction has another body.
    let version = format!(
        "superdesk {} {:?} {} {}",
        item.guid.as_deref().unwrap_or_default(),
        item.version,
        item.versioncreated.as_deref().unwrap_or_default(),
        blake3::hash(&body).to_hex()
    );
    accept(&state, hook, vec![Pushed { assignment, version }]).await
}
