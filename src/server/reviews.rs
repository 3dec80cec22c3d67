//! `GET` and `PUT /v1/briefs/{id}/review`, and `GET /v1/reviews/corrections`: what people decided.
//!
//! A decision is added and never changed; the last one holds. Each has a number, which is the `ETag`
//! of the review; a `PUT` with `If-Match` of an older one is refused (412), so that two editors do
//! not overwrite each other unseen. Who may read a brief may read its review.
//!
//! Corrections leave as a glossary file that `[glossary] files` takes, for a person to read first.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    sync::Arc,
};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{State, gate::Caller, kept, one_brief, problem::Problem};
use crate::{
    brief::{
        Brief,
        review::{Correction, Decision, Review, decide},
    },
    clock,
    keys::{Identity, Scope},
    render::Label,
    store::{self, Appended},
};

/// Entries read from the store at once.
const PAGE: usize = 256;
/// Corrections in one export, at most.
const MOST: usize = 10_000;

/// A decision as it is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// Who may read the brief.
    readers: String,
    review: Review,
}

/// A review as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShownReview)]
pub(super) struct Shown {
    #[serde(flatten)]
    review: Review,
    /// The number of the decision that holds; 0 where there is none.
    version: u32,
    /// When it was taken, RFC 3339.
    at: Option<String>,
    /// All decisions, oldest first.
    history: Vec<Past>,
}

/// A decision that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PastReview)]
pub(super) struct Past {
    version: u32,
    at: String,
    #[serde(flatten)]
    review: Review,
}

/// The review of a brief.
#[utoipa::path(
    get,
    path = "/v1/briefs/{id}/review",
    operation_id = "readReview",
    tag = "reviews",
    params(("id" = String, Path, description = "The brief's id.")),
    responses(
        (status = 200, body = Shown, description = "The review as it stands.", headers(("ETag"))),
        (status = 404), (status = 503),
    )
)]
pub(super) async fn read(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    known(&state, &id, &identity).await?;
    shown(&state, &id).await
}

/// Adds a decision.
#[utoipa::path(
    put,
    path = "/v1/briefs/{id}/review",
    operation_id = "reviewBrief",
    tag = "reviews",
    params(
        ("id" = String, Path, description = "The brief's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the review that is changed."),
    ),
    request_body(content = Decision, example = json!({"status": "approved", "reviewer": "N. Haddad"})),
    responses(
        (status = 200, body = Shown, description = "The review as it stands now.", headers(("ETag"))),
        (status = 404), (status = 412), (status = 422), (status = 503),
    )
)]
pub(super) async fn decided(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let known = known(&state, &id, &identity).await?;
    let decision: Decision = serde_json::from_slice(&body).map_err(|error| {
        Problem::malformed(format!(
            "The review is not the JSON that is taken here; see line {}, column {}.",
            error.line(),
            error.column()
        ))
    })?;
    let reviews = state.store.reviews();
    let last = reviews.last(&id).await?;
    let version = last.as_ref().map_or(0, |last| last.number);
    if !matches(&headers, version) {
        return Err(Problem::review_changed(version));
    }
    let before = last.map(|last| open(&last).review).unwrap_or_default();
    let review = decide(&known, &before, decision)
        .map_err(|error| Problem::review_refused(error.to_string()))?;
    // An admin may decide about the brief of any desk; it stays that desk's.
    let brief = state.store.briefs().get(&id).await?;
    let readers = brief.map_or_else(|| identity.readers(), |brief| brief.scope);
    let told = (review.status.name().to_owned(), review.reviewer.clone());
    let body = serde_json::to_vec(&Kept { readers, review });
    let body = body.map_err(|_| Problem::internal())?;
    let added = reviews.append(&id, body, Some(version), clock::utc()).await;
    match added? {
        Appended::As(_) => {
            state.works.outdated(&id);
            written(&state, &known).await;
            state.auditor.reviewed(&identity, &known, told).await;
            shown(&state, &id).await
        }
        Appended::Newer(version) => Err(Problem::review_changed(version)),
    }
}

/// The brief as it stands after its review, and the label that it goes out with.
pub(super) async fn reviewed(
    state: &State,
    brief: Arc<Brief>,
) -> Result<(Arc<Brief>, Label), Problem> {
    let review = of(state, &brief.id).await?;
    Ok(left(brief, review.as_ref()))
}

/// The brief as a review left it, and the label that it goes out with.
pub(super) fn left(brief: Arc<Brief>, review: Option<&Review>) -> (Arc<Brief>, Label) {
    let Some(review) = review else { return (brief, Label::Draft) };
    let label = review.approved_by().map_or(Label::Draft, |by| Label::Approved { by });
    (Arc::new(review.applied(&brief)), label)
}

/// The decisions about these briefs that hold, by the briefs' ids, in one read.
pub(super) async fn of_all(
    state: &State,
    briefs: &[Brief],
) -> Result<HashMap<String, Review>, Problem> {
    let ids = briefs.iter().map(|brief| brief.id.clone()).collect();
    let last = state.store.reviews().last_of(ids).await?;
    Ok(last.into_iter().map(|(id, last)| (id, open(&last).review)).collect())
}

/// Writes what was decided about a brief into what is kept rendered of it.
pub(super) async fn written(state: &State, brief: &Arc<Brief>) {
    let _pen = state.answers.pen().await;
    match reviewed(state, Arc::clone(brief)).await {
        Ok((brief, label)) => state.answers.rewrite(&brief, &label).await,
        // Better made anew than given without what was decided.
        Err(_) => state.answers.unrender(&brief.id).await,
    }
}

/// The decision about a brief that holds, where there is one.
pub(super) async fn of(state: &State, id: &str) -> Result<Option<Review>, Problem> {
    let last = state.store.reviews().last(id).await?;
    Ok(last.map(|last| open(&last).review))
}

async fn known(state: &State, id: &str, identity: &Identity) -> Result<Arc<Brief>, Problem> {
    let brief = kept::read(state, id, identity).await;
    brief.ok_or_else(one_brief::unknown)
}

async fn shown(state: &State, id: &str) -> Result<Response, Problem> {
    let entries = state.store.reviews().list(id).await?;
    let history: Vec<Past> = entries
        .iter()
        .map(|one| Past { version: one.number, at: one.at.to_string(), review: open(one).review })
        .collect();
    let last = history.last();
    let shown = Shown {
        review: last.map(|last| last.review.clone()).unwrap_or_default(),
        version: last.map_or(0, |last| last.version),
        at: last.map(|last| last.at.clone()),
        history,
    };
    let version = shown.version;
    let mut response = Json(shown).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// An entry that cannot be read is no decision.
fn open(entry: &store::Review) -> Kept {
    serde_json::from_slice(&entry.body).unwrap_or_default()
}

/// Whether `If-Match` (RFC 9110, section 13.1.1) allows a change of this version; without one, any.
fn matches(headers: &HeaderMap, version: u32) -> bool {
    let mut values = headers.get_all(header::IF_MATCH).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    let tags = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let own = format!("\"{version}\"");
    tags.map(str::trim).any(|tag| tag == own || tag == "*" && version > 0)
}

/// What a client asks of the corrections.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    format: Shape,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    #[default]
    Csv,
    Toml,
}

/// Names and terms that people put in other words, as a glossary file.
#[utoipa::path(
    get,
    path = "/v1/reviews/corrections",
    operation_id = "corrections",
    tag = "reviews",
    params(("format" = Option<String>, Query, description = "`csv`, which is usual, or `toml`.")),
    responses(
        (status = 200, description = "A glossary file for a person to read first.",
            content((String = "text/csv"), (String = "application/toml"))),
        (status = 400), (status = 503),
    )
)]
pub(super) async fn corrections(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let found = candidates(&state, &identity).await?;
    let (media_type, text) = match asked.format {
        Shape::Csv => ("text/csv; charset=utf-8", csv(&found)?),
        Shape::Toml => ("application/toml", toml(&found)),
    };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], text).into_response())
}

/// A candidate with how many briefs it was made in, and one of them.
struct Candidate {
    correction: Correction,
    brief: String,
    briefs: usize,
}

/// The candidates of all briefs that `identity` may read, by their Arabic; of each brief those of
/// its last decision.
async fn candidates(state: &State, identity: &Identity) -> Result<Vec<Candidate>, Problem> {
    let reviews = state.store.reviews();
    let mut last: BTreeMap<String, Vec<Correction>> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = reviews.page(after.take(), PAGE).await?;
        for entry in &page {
            let Kept { readers, review } = open(entry);
            if identity.may(Scope::Admin) || readers == identity.readers() {
                last.insert(entry.brief.clone(), review.corrections);
            }
        }
        let kept: usize = last.values().map(Vec::len).sum();
        match page.last() {
            Some(entry) if page.len() == PAGE && kept < MOST => {
                after = Some((entry.brief.clone(), entry.number));
            }
            _ => break,
        }
    }
    let mut found: BTreeMap<(String, String), Candidate> = BTreeMap::new();
    for (brief, corrections) in last {
        for correction in corrections {
            let key = (correction.ar.clone(), correction.en.clone());
            let one = found.entry(key);
            one.or_insert_with(|| Candidate { correction, brief: brief.clone(), briefs: 0 })
                .briefs += 1;
        }
    }
    Ok(found.into_values().take(MOST).collect())
}

/// What a person should know of a candidate, as a comment.
fn comment(candidate: &Candidate) -> String {
    let Candidate { correction, brief, briefs } = candidate;
    let more = match briefs {
        1 => String::new(),
        more => format!(", and in {} more briefs", more - 1),
    };
    let Correction { was, place, .. } = correction;
    // The place of an edit and a brief's id hold no line break, and names are on one line.
    format!("# was “{}” in {place} of brief {brief}{more}", was.replace(['\n', '\r'], " "))
}

/// One Arabic name has one line; where people disagree the others are comments, since a glossary
/// with two would be refused.
fn csv(found: &[Candidate]) -> Result<String, Problem> {
    let mut out = String::from("ar,en\n");
    let mut before = "";
    for candidate in found {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let Correction { ar, en, .. } = &candidate.correction;
        writer.write_record([ar, en]).map_err(|_| Problem::internal())?;
        let row = writer.into_inner().map_err(|_| Problem::internal())?;
        let row = String::from_utf8(row).map_err(|_| Problem::internal())?;
        let again = if before == ar { "# or: " } else { "" };
        let _ = write!(out, "{}\n{again}{row}", comment(candidate));
        before = ar;
    }
    Ok(out)
}

/// The same in TOML.
fn toml(found: &[Candidate]) -> String {
    let mut out = String::from("[house]\n");
    let mut before = "";
    for candidate in found {
        let Correction { ar, en, .. } = &candidate.correction;
        let pair =
            format!("{} = {}", ::toml::Value::from(ar.as_str()), ::toml::Value::from(en.as_str()));
        let again = if before == ar { "# or: " } else { "" };
        let _ = writeln!(out, "{}\n{again}{pair}", comment(candidate));
        before = ar;
    }
    out
}

#[cfg(test)]
#[path = "reviews_tests.rs"]
mod tests;
