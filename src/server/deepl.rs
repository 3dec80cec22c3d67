//! DeepL's endpoints, for clients that speak to DeepL: `POST /v2/translate`, `GET` and
//! `POST /v2/usage`, `GET` and `POST /v2/languages`.
//!
//! Arabic to English is all there is; English comes out the same for `EN`, `EN-US` and `EN-GB`. What
//! only shapes DeepL's own engine (formality, model, splitting) is passed over. A glossary that lies
//! at DeepL is refused, because its terms would be missing from the English without a word; the
//! gateway's own glossary is always used. Refusals get their shape in `dropin`.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State as Shared},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    State,
    gate::Caller,
    limits::Visit,
    openapi::vendors::{DeepLAnswer, DeepLBody, DeepLLanguage, DeepLUsage, DeepLWhich},
    parameters::Parameters,
    problem::Problem,
    translate::{self, Batch},
};
use crate::{pipeline::Form, telemetry::Seen};

/// What DeepL says where there is no limit.
const UNLIMITED: u64 = 1_000_000_000_000;

/// `POST /v2/translate`.
#[utoipa::path(
    post,
    path = "/v2/translate",
    operation_id = "deeplTranslate",
    tag = "drop-in",
    request_body(content((DeepLBody = "application/json"), (DeepLBody = "application/x-www-form-urlencoded"), (DeepLBody = "multipart/form-data"))),
    responses(
        (status = 200, body = DeepLAnswer, description = "The English.", headers(("X-Mujaz-Findings"))),
        (status = 404, description = "A glossary of DeepL's is asked for; none is kept here."),
        (status = 456),
    )
)]
pub(super) async fn translate(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    seen: Seen,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let fields = Parameters::of(&headers, body).await?;
    let (batch, lengths) = wanted(&fields)?;
    let english = translate::translate(&state, &identity, (&headers, &seen), batch).await?;
    let billed = fields.flag("show_billed_characters");
    let texts = english.texts.iter().zip(&english.languages).zip(lengths);
    let translation = |((text, detected), length): ((&String, &translate::Detected), usize)| {
        let language = detected.language.to_ascii_uppercase();
        let mut one = json!({"detected_source_language": language, "text": text});
        if billed {
            one["billed_characters"] = length.into();
        }
        one
    };
    let translations: Vec<Value> = texts.map(translation).collect();
    let mut response = Json(json!({"translations": translations})).into_response();
    english.write(response.headers_mut());
    Ok(response)
}

/// What is asked for, and the characters of each text.
fn wanted(fields: &Parameters) -> Result<(Batch, Vec<usize>), Problem> {
    let texts = fields.texts("text").ok_or_else(|| missing("text"))?.list;
    let target = fields.text("target_lang").ok_or_else(|| missing("target_lang"))?;
    let is = |code: &str, known: &[&str]| known.iter().any(|one| one.eq_ignore_ascii_case(code));
    if !is(target, &["EN", "EN-US", "EN-GB"]) {
        return Err(unsupported("target_lang"));
    }
    let source = fields.text("source_lang");
    if source.is_some_and(|code| !is(code, &["AR"])) {
        return Err(unsupported("source_lang"));
    }
    if fields.has("glossary_id") || fields.has("glossary_ids") {
        return Err(Problem::not_found(
            "Glossary not found: no glossary of DeepL's is kept here; `[glossary] files` in \
             config.toml takes your terms",
        ));
    }
    let form = match fields.text("tag_handling") {
        None => Form::Plain,
        Some("html" | "xml") => Form::Markup,
        Some(_) => return Err(unsupported("tag_handling")),
    };
    let lengths = texts.iter().map(|text| text.chars().count()).collect();
    let context = fields.text("context").map(str::to_owned);
    Ok((Batch { texts, detect: source.is_none(), form, context }, lengths))
}

/// `GET` and `POST /v2/usage`: the key's characters of today; without such a limit, the characters
/// that providers have counted since the start.
#[utoipa::path(
    method(get, post),
    path = "/v2/usage",
    operation_id = "deeplUsage",
    tag = "drop-in",
    responses((status = 200, body = DeepLUsage, description = "Characters taken and allowed."), (status = 456))
)]
pub(super) async fn usage(
    Shared(state): Shared<State>,
    axum::Extension(visit): axum::Extension<Visit>,
) -> Json<Value> {
    let counted = || {
        let standing = state.gateway.providers.standing();
        standing.iter().map(|provider| provider.totals.characters).sum()
    };
    let (count, limit) = visit.daily_characters().unwrap_or_else(|| (counted(), UNLIMITED));
    Json(json!({"character_count": count, "character_limit": limit}))
}

/// `GET` and `POST /v2/languages`; `type` comes in the address or, from DeepL's own client, in the
/// body.
#[utoipa::path(
    method(get, post),
    path = "/v2/languages",
    operation_id = "deeplLanguages",
    tag = "drop-in",
    params(("type" = Option<String>, Query, description = "`source`, which is usual, or `target`.")),
    request_body(content((DeepLWhich = "application/json"), (DeepLWhich = "application/x-www-form-urlencoded"))),
    responses((status = 200, body = Vec<DeepLLanguage>, description = "The languages."), (status = 456))
)]
pub(super) async fn languages(
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let query = Parameters::encoded(query.unwrap_or_default().as_bytes());
    let fields = Parameters::of(&headers, body).await?.over(query);
    match fields.text("type") {
        None | Some("source") => Ok(Json(json!([{"language": "AR", "name": "Arabic"}]))),
        Some("target") => Ok(Json(json!([
            {"language": "EN-GB", "name": "English (British)", "supports_formality": false},
            {"language": "EN-US", "name": "English (American)", "supports_formality": false},
        ]))),
        Some(_) => Err(unsupported("type")),
    }
}

fn missing(name: &str) -> Problem {
    Problem::malformed(format!("Parameter '{name}' not specified."))
}

fn unsupported(name: &str) -> Problem {
    Problem::malformed(format!("Value for '{name}' not supported."))
}
