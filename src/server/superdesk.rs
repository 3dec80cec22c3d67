//! The three endpoints that Superdesk's AI widget calls: headlines, a summary, a translation.
//!
//! Each takes the item as Superdesk has it in hand (`headline`, `body_html`, `language` …), bare or as
//! `{"article": …, "language": "en"}`, and answers with what its callback returns: a list of
//! strings, a string, a string of HTML. Headlines and summary are those of a brief that is made and
//! checked as any other; a translation keeps the item's own paragraphs and is cleaned of everything
//! that runs. Refusals are problems of ours.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{
    State, caching,
    gate::Caller,
    making::{self, Commission, new_id},
    openapi::vendors::SuperdeskItem,
    parameters::Parameters,
    problem::Problem,
    source::Options,
    translate::{self, Batch},
};
use crate::{
    article::{Reading, Source},
    brief::{Brief, Detail},
    keys::Identity,
    pipeline::{self, Form, Listener},
    telemetry::{Seen, Stage},
};

/// Where an item has its text, and how it is written there.
const BODIES: [(&str, Form); 3] =
    [("body_html", Form::Markup), ("body_xhtml", Form::Markup), ("body_text", Form::Plain)];

/// `POST /v1/superdesk/headlines`: a list of one headline.
#[utoipa::path(
    post,
    path = "/v1/superdesk/headlines",
    operation_id = "superdeskHeadlines",
    tag = "drop-in",
    request_body = SuperdeskItem,
    responses(
        (status = 200, body = Vec<String>, content_type = "application/json", description = "A list of one headline."),
        (status = 422), (status = 502),
    )
)]
pub(super) async fn headlines(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    seen: Seen,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Vec<String>>, Problem> {
    let brief = brief(&state, &identity, (&headers, &seen), &body).await?;
    Ok(Json(vec![brief.headline.clone()]))
}

/// `POST /v1/superdesk/summary`: a paragraph.
#[utoipa::path(
    post,
    path = "/v1/superdesk/summary",
    operation_id = "superdeskSummary",
    tag = "drop-in",
    request_body = SuperdeskItem,
    responses(
        (status = 200, body = String, content_type = "application/json", description = "A paragraph."),
        (status = 422), (status = 502),
    )
)]
pub(super) async fn summary(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    seen: Seen,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<String>, Problem> {
    let brief = brief(&state, &identity, (&headers, &seen), &body).await?;
    let passages: Vec<&str> = brief.summary.iter().map(|passage| passage.text.as_str()).collect();
    Ok(Json(passages.join(" ")))
}

/// `POST /v1/superdesk/translations`: the body in English, as HTML.
#[utoipa::path(
    post,
    path = "/v1/superdesk/translations",
    operation_id = "superdeskTranslations",
    tag = "drop-in",
    params(("language" = Option<String>, Query, description = "`en`.")),
    request_body = SuperdeskItem,
    responses(
        (status = 200, body = String, content_type = "application/json", description = "The body in English, as HTML."),
        (status = 422), (status = 502),
    )
)]
pub(super) async fn translations(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    seen: Seen,
    parts: Parts,
    body: Bytes,
) -> Result<Response, Problem> {
    let Item { article, language } = item(&body)?;
    let query = Parameters::encoded(parts.uri.query().unwrap_or_default().as_bytes());
    let language = query.text("language").map(str::to_owned).or(language);
    let english = |code: &str| {
        code.eq_ignore_ascii_case("en") || code.to_ascii_lowercase().starts_with("en-")
    };
    if language.as_deref().is_some_and(|code| !english(code)) {
        return Err(Problem::malformed("Only English is written; ask for `language` `en`."));
    }
    read(&state, &source(&article), &seen).await?;
    let found = BODIES.iter().find_map(|(name, form)| Some((article.get(*name)?.as_str()?, *form)));
    let Some((text, form)) = found else {
        return Err(Problem::no_body("The item has no `body_html`; send the item with its text."));
    };
    let context = article.get("headline").and_then(Value::as_str).map(str::to_owned);
    let batch = Batch { texts: vec![text.to_owned()], detect: false, form, context };
    let english = translate::translate(&state, &identity, (&parts.headers, &seen), batch).await?;
    let text = english.texts.concat();
    let html = match form {
        Form::Markup => ammonia::clean(&text),
        Form::Plain => paragraphs(&text),
    };
    let mut response = Json(html).into_response();
    english.write(response.headers_mut());
    Ok(response)
}

fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| format!("<p>{}</p>", html_escape::encode_text(line))).collect()
}

/// What the widget sends.
struct Item {
    article: Value,
    /// The language that is wanted, where it stands beside the article.
    language: Option<String>,
}

fn item(body: &[u8]) -> Result<Item, Problem> {
    let broken = "The body is no JSON object; send the item as Superdesk has it.";
    let value: Value = serde_json::from_slice(body).map_err(|_| Problem::malformed(broken))?;
    let Value::Object(mut fields) = value else { return Err(Problem::malformed(broken)) };
    match fields.remove("article") {
        Some(article @ Value::Object(_)) => {
            let language = fields.get("language").and_then(Value::as_str).map(str::to_owned);
            Ok(Item { article, language })
        }
        Some(_) => Err(Problem::malformed("`article` is no object; send the item itself.")),
        // A bare item's `language` is its own.
        None => Ok(Item { article: Value::Object(fields), language: None }),
    }
}

async fn read(state: &State, source: &Source, seen: &Seen) -> Result<Reading, Problem> {
    let deadline = pipeline::deadline(&state.gateway.config);
    seen.time_async(Stage::Read, making::read(state, source, deadline)).await
}

fn source(article: &Value) -> Source {
    let content_type = Some("application/ninjs+json".to_owned());
    Source { bytes: article.to_string().into(), content_type, ..Source::default() }
}

/// Headline and summary, which is all that the widget asks for. The brief is nobody's to read again: it
/// must not take the place of the whole one that the same item may have.
async fn brief(
    state: &State,
    identity: &Identity,
    (headers, seen): (&HeaderMap, &Seen),
    body: &[u8],
) -> Result<Arc<Brief>, Problem> {
    let source = source(&item(body)?.article);
    let reading = read(state, &source, seen).await?;
    let commission = Commission {
        id: new_id(),
        readers: identity.readers(),
        source,
        options: Options { detail: Detail::Headline, ..Options::default() },
        cache: caching::policy(headers, false),
        lasts: false,
        batch: None,
        account: translate::account(identity),
        seen: seen.clone(),
    };
    let silent: Listener = Arc::new(|_| ());
    Ok(making::in_turn(state, &commission, reading, &silent).await?.brief)
}
