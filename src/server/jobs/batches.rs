//! `POST /v1/batches` accepts up to 1,000 articles at once; `GET /v1/batches/{id}` says how far they are.
//!
//! Each article is looked at as one that comes alone: what is refused has its problem in the answer, and
//! the others are accepted all the same, in one transaction. A batch is a job that is over when it is
//! accepted, whose result names its articles.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, Request, State as Shared},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Assignment, KIND, has_room, once, status, unkept};
use crate::{
    body::{Bodies, Body, BodyError},
    clock,
    keys::{Identity, Scope},
    pipeline,
    server::{
        State,
        gate::Caller,
        making::{self, new_id},
        openapi::shapes::{self, BatchBody},
        problem::Problem,
        translate,
    },
    store::{Enqueued, JobState, NewJob, Once},
};

/// Articles in one batch, at most.
const MOST: usize = 1000;
/// The kinds of jobs that are batches begin so; the id follows.
const BATCH: &str = "batch:";

/// What is kept of a batch: for each article its brief's id, or why it was refused.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Batch {
    articles: Vec<Article>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Article {
    Id(String),
    Problem(Value),
}

/// Accepts a batch.
#[utoipa::path(
    post,
    path = "/v1/batches",
    operation_id = "createBatch",
    tag = "jobs",
    params(("Idempotency-Key" = Option<String>, Header, description = "A batch that is sent twice is done once.")),
    request_body = BatchBody,
    responses(
        (status = 202, body = shapes::Batch, description = "Accepted; what was refused says why.",
            headers(("Location"))),
        (status = 409), (status = 422),
    )
)]
pub(in crate::server) async fn create(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let raw = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let raw = raw.map_err(|_| Problem::internal())?;
    let Bodies { articles, webhook } = Bodies::open(&raw).map_err(|_| {
        Problem::malformed(
            "A batch is `{\"articles\": […], \"webhook\"?}`, each article an object as \
             `POST /v1/briefs` takes it.",
        )
    })?;
    if articles.is_empty() || articles.len() > MOST {
        return Err(Problem::malformed(format!("A batch has 1 to {MOST} articles.")));
    }
    let once = once::of(&headers, &[b"batch", &raw])?;
    let id = new_id();
    let mut batch = Batch::default();
    let mut accepted = Vec::new();
    for article in articles {
        match examined(&state, article, webhook.as_deref(), &id).await {
            Ok(assignment) => {
                let brief = new_id();
                batch.articles.push(Article::Id(brief.clone()));
                accepted.push((brief, assignment.paid_by(translate::account(&identity))));
            }
            Err(problem) => batch.articles.push(Article::Problem(json!(problem))),
        }
    }
    has_room(&state, accepted.len()).await?;
    let id = keep(&state, &identity.readers(), (id, batch), accepted, once).await?;
    let batch = find(&state, &id, &identity).await?;
    let body = told(&state, &id, &batch).await?;
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("/v1/batches/{id}")) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}

/// One article as it is accepted.
async fn examined(
    state: &State,
    article: Result<Body, BodyError>,
    webhook: Option<&str>,
    batch: &str,
) -> Result<Assignment, Problem> {
    let mut body = article.map_err(|error| Problem::malformed(error.to_string()))?;
    if body.confidential || body.dry_run {
        return Err(Problem::confidential(
            "Nothing of a confidential article is kept, so it cannot wait in a batch, and a dry \
             run does not wait; send it to /v1/briefs.",
        ));
    }
    body.webhook = body.webhook.or_else(|| webhook.map(str::to_owned));
    if let Some(webhook) = &body.webhook {
        let checked = state.webhooks.check(webhook);
        checked.map_err(|refusal| Problem::webhook_refused(refusal.to_string()))?;
    }
    let assignment = Assignment::of_body(body, Some(batch.to_owned()));
    match (assignment.source(), assignment.url()) {
        (Some(source), _) => {
            let deadline = pipeline::deadline(&state.gateway.config);
            making::read(state, &source, deadline).await?;
        }
        (None, Some(url)) => state.gateway.outside.check(url).map_err(|error| {
            Problem::malformed(format!("The article cannot be fetched: {error}."))
        })?,
        (None, None) => return Err(Problem::internal()),
    }
    Ok(assignment)
}

/// Puts a batch and its articles into the store together; gives the id of the batch that stands there.
async fn keep(
    state: &State,
    readers: &str,
    (id, batch): (String, Batch),
    accepted: Vec<(String, Assignment)>,
    once: Option<Once>,
) -> Result<String, Problem> {
    let (jobs, now) = (state.store.jobs(), clock::utc());
    // With a key, each article has one of its own, so that a batch that came before brings nothing new.
    let nth =
        |n: usize| once.clone().map(|once| Once { key: format!("{} #{n}", once.key), ..once });
    let job = |id: String, kind: &str, payload: Vec<u8>, once: Option<Once>| NewJob {
        id,
        kind: kind.to_owned(),
        scope: readers.to_owned(),
        payload,
        due: now,
        once,
    };
    let payload = serde_json::to_vec(&batch).map_err(|_| Problem::internal())?;
    let whole = job(id.clone(), &format!("{BATCH}{id}"), payload, once.clone());
    let articles = accepted.into_iter().enumerate();
    let articles = articles.map(|(n, (brief, one))| job(brief, KIND, one.to_bytes(), nth(n)));
    let all = std::iter::once(whole).chain(articles).collect();
    let first = jobs.enqueue(all, now).await.map_err(unkept)?.into_iter().next();
    let id = match first {
        Some(Enqueued::Known(first)) => first,
        Some(Enqueued::Conflict(_)) => return Err(Problem::key_reused()),
        Some(Enqueued::New) | None => id,
    };
    // Its own kind, so this claims it and nothing else; its result is what came with it.
    if let Some(claimed) = jobs.claim(&format!("{BATCH}{id}"), now).await.map_err(unkept)? {
        jobs.finish(&id, claimed.payload, now).await.map_err(unkept)?;
    }
    state.lane.call();
    Ok(id)
}

/// How far a batch is.
#[utoipa::path(
    get,
    path = "/v1/batches/{id}",
    operation_id = "readBatch",
    tag = "jobs",
    params(("id" = String, Path, description = "The batch's id.")),
    responses(
        (status = 200, body = shapes::Batch, description = "How far its articles are."),
        (status = 404), (status = 503),
    )
)]
pub(in crate::server) async fn read(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let batch = find(&state, &id, &identity).await?;
    Ok(Json(told(&state, &id, &batch).await?).into_response())
}

async fn find(state: &State, id: &str, identity: &Identity) -> Result<Batch, Problem> {
    let unknown = || Problem::not_found("No batch has this id; it may be past its retention.");
    let jobs = state.store.jobs();
    let job = jobs.get(id).await.map_err(unkept)?.filter(|job| {
        let may = identity.may(Scope::Admin) || job.scope == identity.readers();
        may && job.kind.starts_with(BATCH)
    });
    job.ok_or_else(unknown)?;
    let result = jobs.result(id).await.map_err(unkept)?;
    result.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(unknown)
}

async fn told(state: &State, id: &str, batch: &Batch) -> Result<Value, Problem> {
    let ids = batch.articles.iter().filter_map(|article| match article {
        Article::Id(id) => Some(id.clone()),
        Article::Problem(_) => None,
    });
    let states = state.store.jobs().states(ids.collect()).await.map_err(unkept)?;
    let mut counts: BTreeMap<&str, usize> =
        ["queued", "running", "done", "failed", "cancelled", "refused", "forgotten"]
            .map(|name| (name, 0))
            .into();
    let mut articles = Vec::with_capacity(batch.articles.len());
    for (index, article) in batch.articles.iter().enumerate() {
        let (name, shown) = match article {
            Article::Problem(problem) => {
                ("refused", json!({ "index": index, "status": "refused", "problem": problem }))
            }
            Article::Id(id) => {
                let name = states.get(id).copied().map_or("forgotten", status);
                (name, json!({ "index": index, "status": name, "id": id }))
            }
        };
        *counts.entry(name).or_default() += 1;
        articles.push(shown);
    }
    let open = states.values().filter(|state| !JobState::is_over(**state)).count();
    let whole = if open > 0 { "running" } else { "done" };
    let links = json!({ "self": format!("/v1/batches/{id}") });
    Ok(json!({
        "id": id, "status": whole, "counts": counts, "articles": articles, "links": links,
    }))
}
