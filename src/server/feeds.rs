//! `GET /v1/feed.json` and `GET /v1/feed.atom`: the desk's newest briefs.
//!
//! What was superseded or withdrawn is left out: a reader that follows the feed sees the later version in
//! its place, which says what changed. So is what a person rejected; what a person approved goes out
//! under that name.

use std::sync::Arc;

use axum::{
    extract::State as Shared,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use url::Url;

use super::{State, gate::Caller, kept, problem::Problem, reviews};
use crate::{
    brief::Brief,
    clock,
    finding::Code,
    keys::Identity,
    render::{
        Label,
        feed::{self, ATOM, Channel, Entry, JSON_FEED},
    },
};

/// Briefs in a feed, at most.
const MOST: usize = 50;
/// Briefs read for a feed; what is superseded or withdrawn is among them.
const READ: usize = 100;

/// JSON Feed 1.1.
#[utoipa::path(
    get,
    path = "/v1/feed.json",
    operation_id = "feedJson",
    tag = "feeds",
    responses(
        (status = 200, body = serde_json::Value, content_type = "application/feed+json", description = "The desk's newest briefs."),
        (status = 503),
    )
)]
pub(super) async fn json(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let text = written(&state, &identity, &headers, ("v1/feed.json", feed::json_feed)).await?;
    Ok(answer(JSON_FEED, text))
}

/// Atom.
#[utoipa::path(
    get,
    path = "/v1/feed.atom",
    operation_id = "feedAtom",
    tag = "feeds",
    responses(
        (status = 200, body = String, content_type = "application/atom+xml", description = "The desk's newest briefs."),
        (status = 503),
    )
)]
pub(super) async fn atom(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let text = written(&state, &identity, &headers, ("v1/feed.atom", feed::atom)).await?;
    Ok(answer(ATOM, text))
}

type Writer = fn(&Channel<'_>, &[Entry<'_>]) -> String;

async fn written(
    state: &State,
    identity: &Identity,
    headers: &HeaderMap,
    (path, write): (&str, Writer),
) -> Result<String, Problem> {
    let mut briefs = kept::newest(state, identity, None, READ).await?;
    briefs.retain(|brief| {
        brief.succession.superseded_by.is_none() && brief.succession.withdrawn.is_none()
    });
    briefs.truncate(MOST);
    let reviews = reviews::of_all(state, &briefs).await?;
    let left = briefs.into_iter().map(|brief| {
        let review = reviews.get(&brief.id);
        reviews::left(Arc::new(brief), review)
    });
    let rejected = |brief: &Brief| brief.findings.iter().any(|f| f.code == Code::ReviewRejected);
    let reviewed: Vec<(Arc<Brief>, Label)> = left.filter(|(brief, _)| !rejected(brief)).collect();
    let entries: Vec<Entry<'_>> =
        reviewed.iter().map(|(brief, label)| Entry { brief, label }).collect();
    let home = home(state, headers).ok_or_else(Problem::internal)?;
    let address = home.join(path).map_err(|_| Problem::internal())?;
    let title = "Briefs of Arabic news";
    let channel = Channel { title, home: &home, address: &address, now: clock::utc() };
    Ok(write(&channel, &entries))
}

/// Where the gateway is reached from outside: as configured, else as the request names it.
fn home(state: &State, headers: &HeaderMap) -> Option<Url> {
    let server = &state.gateway.config.server;
    let named = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        Url::parse(&format!("http://{host}/")).ok()
    };
    let listens = || Url::parse(&format!("http://{}/", server.listen)).ok();
    server.public_url.clone().or_else(named).or_else(listens)
}

fn answer(media_type: &'static str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
    response
}
