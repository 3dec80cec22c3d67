//! `GET /v1/briefs/{id}/article`: the Arabic that a brief was made from, for whoever reads both.
//!
//! No JSON of a brief holds it; it has an address of its own, which whoever may read the brief may
//! read. Nothing of a confidential article is here, because nothing of it is kept.

use axum::{
    Json,
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{State, gate::Caller, kept, one_brief, problem::Problem};
use crate::article::{Article, Dateline, Section};

/// An article as it stands beside its brief: what `POST /v1/split` gives, without what was dropped.
#[derive(Debug, Serialize)]
pub(super) struct Story<'a> {
    language: &'a str,
    title: Option<&'a str>,
    byline: Option<&'a str>,
    dateline: Option<&'a Dateline>,
    sections: &'a [Section],
}

impl<'a> Story<'a> {
    pub(super) fn of(article: &'a Article) -> Self {
        Self {
            language: &article.language,
            title: article.title.as_deref(),
            byline: article.byline.as_deref(),
            dateline: article.dateline.as_ref(),
            sections: &article.sections,
        }
    }
}

/// The article of the brief with this id.
#[utoipa::path(
    get,
    path = "/v1/briefs/{id}/article",
    operation_id = "readArticle",
    tag = "briefs",
    params(("id" = String, Path, description = "The brief's id.")),
    responses(
        (status = 200, body = serde_json::Value, description = "What `POST /v1/split` gives, without what was dropped."),
        (status = 404),
    )
)]
pub(super) async fn read(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let brief = kept::read(&state, &id, &identity).await.ok_or_else(one_brief::unknown)?;
    let article = brief.article.as_deref().ok_or_else(|| {
        Problem::not_found("The article of this brief was not kept; the brief is older than that.")
    })?;
    Ok(Json(Story::of(article)).into_response())
}
