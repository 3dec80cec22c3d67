//! LibreTranslate's endpoints, for clients that speak to a LibreTranslate server: `POST /translate`,
//! `POST /detect`, `GET /languages`, `GET /health`, `GET /frontend/settings`.
//!
//! Arabic to English is all there is; a text that is English already comes back as it is where its
//! language is to be found. The key comes in the body, so these endpoints stand behind
//! [`Gate::opens`](super::gate::Gate::opens) and enter by themselves. Refusals get their shape in
//! `dropin`. No alternatives are made: the list that a client asks for is empty.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Request, State as Shared},
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    State, access, caching,
    gate::{self, Asked},
    openapi::{
        shapes::Alive,
        vendors::{DetectBody, Language, LibreTranslateAnswer, LibreTranslateBody, Offered},
    },
    parameters::Parameters,
    problem::Problem,
    sharing::Sharing,
    translate::{self, Batch, Detected, MOST_CHARACTERS},
};
use crate::{
    clock::{self, Instant},
    keys::{Identity, Scope},
    pipeline::{self, Form, Whole},
    telemetry::{Answered, Seen},
};

/// `POST /translate`.
#[utoipa::path(
    post,
    path = "/translate",
    operation_id = "libreTranslate",
    tag = "drop-in",
    request_body(content((LibreTranslateBody = "application/json"), (LibreTranslateBody = "application/x-www-form-urlencoded"), (LibreTranslateBody = "multipart/form-data"))),
    responses(
        (status = 200, body = LibreTranslateAnswer, description = "The English.", headers(("X-Mujaz-Findings"))),
        (status = 429),
    )
)]
pub(super) async fn translate(Shared(state): Shared<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(_) => return Problem::internal().into_response(),
    };
    if let Some(response) = again(&state, &parts, &body).await {
        return response;
    }
    let working = true;
    let answered = async |parts: &Parts, fields: &Parameters, identity: &Identity| {
        let begun = state.gateway.again.begin();
        let (answer, made) = translated(&state, parts, fields, identity).await?;
        if let Some(made) = made.filter(|_| !fields.has("api_key")) {
            let whole = Whole { made, ..answer.clone() };
            state.gateway.again.keep_whole(key(&state, parts, &body, identity), whole, begun);
        }
        Ok(respond(&answer))
    };
    let request = Request::from_parts(parts, Body::from(body.clone()));
    entered(&state, request, working, answered).await
}

/// The answer that the same bytes were given, where their key is in the head: they are not opened for
/// that. A key in the body is found by opening it, so of such a request nothing is kept here.
async fn again(state: &State, parts: &Parts, body: &Bytes) -> Option<Response> {
    let identity = access::identify(state, parts, None).ok()?;
    let policy = caching::policy(&parts.headers, false);
    let whole = state.gateway.again.whole(&key(state, parts, body, &identity), policy)?;
    let asked = Asked { scope: Scope::Translate, working: true };
    let entered = match gate::enter(state, parts, None, asked).await {
        Ok(entered) => entered,
        Err(refusal) => return Some(refusal),
    };
    let response = match entered.visit.take_characters(body).await {
        Ok(()) => {
            if let Some(seen) = parts.extensions.get::<Seen>() {
                seen.answer(Answered::Cached);
            }
            respond(&whole)
        }
        Err(problem) => problem.into_response(),
    };
    Some(entered.leave(response))
}

/// What an answer to these bytes depends on: them, how they are to be read, the desk's prompts and who
/// shares it.
fn key(state: &State, parts: &Parts, body: &[u8], identity: &Identity) -> pipeline::Key {
    let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let Sharing { desk, scope } = state.sharing(identity);
    let prompts = state.gateway.prompts.of(desk.as_deref());
    pipeline::Key::of_body(body, kind.unwrap_or_default(), prompts.hash(), &scope)
}

fn respond(answer: &Whole) -> Response {
    let mut response = Response::new(Body::from(answer.body.clone()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    translate::write(response.headers_mut(), answer.note.as_deref());
    response
}

/// `POST /detect`.
#[utoipa::path(
    post,
    path = "/detect",
    operation_id = "libreDetect",
    tag = "drop-in",
    request_body(content((DetectBody = "application/json"), (DetectBody = "application/x-www-form-urlencoded"), (DetectBody = "multipart/form-data"))),
    responses(
        (status = 200, body = Vec<Language>, description = "The language."),
        (status = 429),
    )
)]
pub(super) async fn detect(Shared(state): Shared<State>, request: Request) -> Response {
    let working = false;
    let answered = async |_: &Parts, fields: &Parameters, _: &Identity| {
        let text = fields.text("q").ok_or_else(|| missing("q"))?;
        Ok(Json(json!([told(&translate::detected(text))])).into_response())
    };
    entered(&state, request, working, answered).await
}

/// `GET /languages`.
#[utoipa::path(
    get,
    path = "/languages",
    operation_id = "libreLanguages",
    tag = "drop-in",
    responses((status = 200, body = Vec<Offered>, description = "Arabic, and what it can be put into."))
)]
pub(super) async fn languages() -> Json<Value> {
    Json(json!([
        {"code": "ar", "name": "Arabic", "targets": ["en"]},
        {"code": "en", "name": "English", "targets": []},
    ]))
}

/// `GET /health`.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "libreHealth",
    tag = "drop-in",
    responses((status = 200, body = Alive, description = "The process runs."))
)]
pub(super) async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /frontend/settings`.
#[utoipa::path(
    get,
    path = "/frontend/settings",
    operation_id = "libreSettings",
    tag = "drop-in",
    responses((status = 200, body = serde_json::Value, description = "What LibreTranslate's page wants to know."))
)]
pub(super) async fn settings(Shared(state): Shared<State>) -> Json<Value> {
    let keys = state.keys.needed();
    let milliseconds = 500;
    Json(json!({
        "apiKeys": keys,
        "charLimit": MOST_CHARACTERS,
        "filesTranslation": false,
        "frontendTimeout": milliseconds,
        "keyRequired": keys,
        "language": {
            "source": {"code": "ar", "name": "Arabic"},
            "target": {"code": "en", "name": "English"},
        },
        "suggestions": false,
        "supportedFilesFormat": [],
    }))
}

/// Opens a request, lets it in by the key in its body, and answers it.
async fn entered(
    state: &State,
    request: Request,
    working: bool,
    answer: impl AsyncFnOnce(&Parts, &Parameters, &Identity) -> Result<Response, Problem>,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(_) => return Problem::internal().into_response(),
    };
    let fields = match Parameters::of(&parts.headers, Bytes::clone(&body)).await {
        Ok(fields) => fields,
        Err(problem) => return problem.into_response(),
    };
    let asked = Asked { scope: Scope::Translate, working };
    let entered = match gate::enter(state, &parts, fields.text("api_key"), asked).await {
        Ok(entered) => entered,
        Err(refusal) => return refusal,
    };
    let response = match entered.visit.take_characters(&body).await {
        Ok(()) => answer(&parts, &fields, &entered.caller.0).await.into_response(),
        Err(problem) => problem.into_response(),
    };
    entered.leave(response)
}

async fn translated(
    state: &State,
    parts: &Parts,
    fields: &Parameters,
    identity: &Identity,
) -> Result<(Whole, Option<Instant>), Problem> {
    let texts = fields.texts("q").ok_or_else(|| missing("q"))?;
    let source = fields.text("source").ok_or_else(|| missing("source"))?;
    let target = fields.text("target").ok_or_else(|| missing("target"))?;
    if !matches!(source, "auto" | "ar") {
        return Err(unsupported(source));
    }
    if target != "en" {
        return Err(unsupported(target));
    }
    let form = match fields.text("format") {
        None | Some("text") => Form::Plain,
        Some("html") => Form::Markup,
        Some(other) => {
            return Err(Problem::malformed(format!("{} format is not supported", shown(other))));
        }
    };
    let (detect, many) = (source == "auto", texts.many);
    let batch = Batch { texts: texts.list, detect, form, context: None };
    let seen = parts.extensions.get::<Seen>().cloned().unwrap_or_default();
    let english = translate::translate(state, identity, (&parts.headers, &seen), batch).await?;
    let mut answer = json!({"translatedText": shaped(&english.texts, many)});
    if detect {
        let languages: Vec<Value> = english.languages.iter().map(told).collect();
        answer["detectedLanguage"] = shaped(&languages, many);
    }
    if fields.number("alternatives").is_some_and(|count| count > 0) {
        let none = vec![json!([]); english.texts.len()];
        answer["alternatives"] = shaped(&none, many);
    }
    // JSON with text keys, which always can be written.
    let body = Bytes::from(serde_json::to_vec(&answer).unwrap_or_default());
    let (note, made) = (english.note(), english.made());
    Ok((Whole { body, note, made: made.unwrap_or_else(clock::now) }, made))
}

/// One value for one text, a list for a list.
fn shaped<T: Clone + Into<Value>>(values: &[T], many: bool) -> Value {
    match values {
        [one] if !many => one.clone().into(),
        all => all.iter().cloned().map(Into::into).collect::<Vec<Value>>().into(),
    }
}

fn told(detected: &Detected) -> Value {
    json!({"confidence": detected.confidence, "language": detected.language})
}

fn missing(name: &str) -> Problem {
    Problem::malformed(format!("Invalid request: missing {name} parameter"))
}

fn unsupported(code: &str) -> Problem {
    Problem::malformed(format!("{} is not supported", shown(code)))
}

/// What a client sent, cut and cleaned for an error.
fn shown(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(20).collect()
}
