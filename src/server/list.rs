//! `GET /v1/briefs`: the desk's newest briefs, page by page, as a list shows them.

use axum::{
    Json,
    extract::{Query, State as Shared, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{State, gate::Caller, jobs::list as places, kept, problem::Problem, reviews};
use crate::{
    brief::{Brief, review::Review},
    finding::Severity,
    store::Place,
};

/// Briefs on one page, where the request does not say, and at most.
const USUAL: usize = 20;
const MOST: usize = 100;

/// What may be asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    after: Option<String>,
    limit: Option<usize>,
}

/// The briefs that the key's desk may read, newest first.
#[utoipa::path(
    get,
    path = "/v1/briefs",
    operation_id = "listBriefs",
    tag = "briefs",
    params(
        ("after" = Option<String>, Query, description = "What the page before gave as `next`."),
        ("limit" = Option<usize>, Query, description = "Briefs on a page: 20 where nothing is said, at most 100."),
    ),
    responses(
        (status = 200, body = serde_json::Value, description = "`briefs`, the newest first, and `next`."),
        (status = 400), (status = 503),
    )
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let wanted =
        wanted.map_err(|_| Problem::malformed("The query takes `after` and `limit`, a number."))?;
    let Query(Wanted { after, limit }) = wanted;
    let limit = limit.unwrap_or(USUAL).clamp(1, MOST);
    let place = after.as_deref().map(places::opened).transpose()?;
    let briefs = kept::newest(&state, &identity, place, limit).await?;
    let reviews = reviews::of_all(&state, &briefs).await?;
    let unreviewed = Review::default();
    let shown = briefs.iter().map(|brief| {
        let review = reviews.get(&brief.id).unwrap_or(&unreviewed);
        line(&review.applied(brief), review)
    });
    let shown: Vec<Value> = shown.collect();
    let last = briefs.last().filter(|_| briefs.len() == limit);
    let next = last.and_then(|brief| {
        let moment = brief.provenance.created.parse().ok()?;
        Some(places::closed(&Place { moment, id: brief.id.clone() }))
    });
    Ok(Json(json!({ "briefs": shown, "next": next })).into_response())
}

fn line(brief: &Brief, review: &Review) -> Value {
    let count = |severity| brief.findings.iter().filter(|one| one.severity == severity).count();
    json!({
        "id": brief.id,
        "headline": brief.headline,
        "title_ar": brief.article.as_ref().and_then(|article| article.title.as_deref()),
        "dateline": brief.dateline,
        "created": brief.provenance.created,
        "status": review.status,
        "reviewer": review.reviewer,
        "findings": {
            "error": count(Severity::Error),
            "warning": count(Severity::Warning),
            "info": count(Severity::Info),
        },
        "superseded_by": brief.succession.superseded_by,
        "withdrawn": brief.succession.withdrawn,
        "links": { "brief": format!("/v1/briefs/{}", brief.id) },
    })
}
