//! Every way in which a request can end badly, as `application/problem+json` (RFC 9457).
//!
//! This is the only place that knows our status codes. Each problem has a constructor; its
//! `type` is stable and listed in the README, its `detail` is one sentence for the caller with
//! what to do. A handler returns the [`Problem`]; `finish` writes it with the request's id, so
//! that no handler has to carry that. No text of an article, a provider or a key is in any.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::StoreError;

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request that ended badly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind, a path such as `/problems/not-arabic`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    #[serde(serialize_with = "status_number")]
    #[schema(value_type = u16)]
    pub status: StatusCode,
    /// What happened this time and what to do.
    pub detail: String,
    /// The request's id; written by `finish`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What each provider said, where all failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderReason>,
    /// Seconds to wait; also sent as `Retry-After`.
    #[serde(rename = "retry_after_s", skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The policies of `RateLimit-Policy` that the request went beyond.
    #[serde(rename = "violated-policies", skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
}

/// Why one provider could not do the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderReason {
    /// The provider's name.
    pub provider: String,
    /// The stable kind of fault.
    pub reason: String,
    /// The same for people.
    pub detail: String,
}

fn status_number<S: serde::Serializer>(status: &StatusCode, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_u16(status.as_u16())
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::store_failed(&error.to_string())
    }
}

impl Problem {
    fn new(status: StatusCode, name: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{name}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            request_id: None,
            providers: Vec::new(),
            retry_after: None,
            policies: Vec::new(),
        }
    }

    /// The name of its kind, such as `too-large`.
    pub(super) fn name(&self) -> &str {
        self.kind.trim_start_matches("/problems/")
    }

    /// Whether it is of this kind, such as `too-large`.
    pub(super) fn is(&self, name: &str) -> bool {
        self.kind.strip_prefix("/problems/") == Some(name)
    }

    /// 422: there is no text.
    pub fn empty(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "empty-article", "The article is empty", detail)
    }

    /// 422: there is text but no story in it.
    pub fn no_body(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "no-article-body", "No article body was found", detail)
    }

    /// 422: the story is in another language.
    pub fn not_arabic(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "not-arabic", "The article is not in Arabic", detail)
    }

    /// 400: the JSON is broken or a field is wrong.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-request", "The request is malformed", detail)
    }

    /// 413: the body is larger than `server.max_body_bytes`.
    pub fn too_large(limit: usize) -> Self {
        let detail = format!(
            "The article is larger than the limit of {limit} bytes; send less, or raise \
             `server.max_body_bytes` in config.toml."
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The article is too large", detail)
    }

    /// 502: the address of the article does not give it.
    pub fn fetch_failed(detail: impl Into<String>) -> Self {
        let title = "The article could not be fetched";
        Self::new(StatusCode::BAD_GATEWAY, "fetch-failed", title, detail)
    }

    /// 401: a key is needed, and none or none that is known was presented.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "A key is needed", detail)
    }

    /// 403: the key has not the scope.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "The key may not do this", detail)
    }

    /// 403: the request names a host or comes from a page that the gateway does not answer.
    pub fn wrong_origin(detail: impl Into<String>) -> Self {
        let title = "The gateway does not answer here";
        Self::new(StatusCode::FORBIDDEN, "wrong-origin", title, detail)
    }

    /// 429: a limit is reached; after `wait` seconds the same request passes.
    pub fn rate_limited(detail: impl Into<String>, policy: &str, wait: u64) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let problem = Self::new(status, "rate-limited", "A limit is reached", detail);
        Self { retry_after: Some(wait), policies: vec![policy.to_owned()], ..problem }
    }

    /// 413: one request has more characters than a limit allows in all its time.
    pub fn over_quota(detail: impl Into<String>, policy: &str) -> Self {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        let problem = Self::new(status, "over-quota", "The request can never pass", detail);
        Self { policies: vec![policy.to_owned()], ..problem }
    }

    /// 413: more texts or characters than one request for translation may have.
    pub fn too_long(detail: impl Into<String>) -> Self {
        let title = "The request is too long";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", title, detail)
    }

    /// 408: the body did not come in time.
    pub fn body_timeout(seconds: u64) -> Self {
        let detail = format!(
            "The body did not end within {seconds} s; send it again, or raise \
             `server.body_timeout` in config.toml for slow lines."
        );
        let title = "The body came too slowly";
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-timeout", title, detail)
    }

    /// 431: the request's head is larger than is read.
    pub fn head_too_large(detail: impl Into<String>) -> Self {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        Self::new(status, "head-too-large", "The request's head is too large", detail)
    }

    /// 415: the content type is none that is read.
    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "unsupported-media-type", "The content type is not supported", detail)
    }

    /// 406: nothing on offer is acceptable.
    pub fn not_acceptable() -> Self {
        let detail = "Ask for application/json or text/markdown in the Accept header.";
        let title = "No acceptable format";
        Self::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", title, detail)
    }

    /// 404: nothing is at this address.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// 405: the address does not take this method.
    pub fn method_not_allowed() -> Self {
        let detail = "This address does not take that method; GET /docs describes the endpoints.";
        let title = "Method not allowed";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", title, detail)
    }

    /// 503: more requests wait than `server.queue` allows.
    pub fn overloaded() -> Self {
        let detail = "Too many briefs are waiting; try again shortly.";
        let title = "The gateway is full";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", title, detail);
        problem.retry_after = Some(1);
        problem
    }

    /// 503 where waiting helps, 502 where not: no provider could do any of the work.
    pub fn providers_failed(
        detail: impl Into<String>,
        providers: Vec<ProviderReason>,
        retry_after: Option<u64>,
    ) -> Self {
        let status = match retry_after {
            Some(_) => StatusCode::SERVICE_UNAVAILABLE,
            None => StatusCode::BAD_GATEWAY,
        };
        let title = "No provider could do the work";
        let problem = Self::new(status, "all-providers-failed", title, detail);
        Self { providers, retry_after, ..problem }
    }

    /// What the first request with the same `Idempotency-Key` was told, from the store.
    pub(crate) fn repeated(kept: &serde_json::Value) -> Self {
        let text = |name: &str| kept[name].as_str().unwrap_or_default().to_owned();
        let status = kept["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = Self::new(status, "", &text("title"), text("detail"));
        Self { kind: text("type"), ..problem }
    }

    /// 410: the brief was called off before it was made.
    pub fn cancelled() -> Self {
        let detail = "This brief was cancelled before it was made; post the article again.";
        Self::new(StatusCode::GONE, "cancelled", "The brief was cancelled", detail)
    }

    /// 409: the first request with this `Idempotency-Key` is not done yet.
    pub fn in_flight() -> Self {
        let detail = "The first request with this Idempotency-Key is still being answered; ask \
                      again when it is done.";
        let title = "The same request is under way";
        let problem = Self::new(StatusCode::CONFLICT, "in-flight", title, detail);
        Self { retry_after: Some(1), ..problem }
    }

    /// 422: an `Idempotency-Key` came again with something else.
    pub fn key_reused() -> Self {
        let detail = "This Idempotency-Key was used for another request; take a new one.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "key-reused", "The Idempotency-Key was used before", detail)
    }

    /// 422: a confidential article is kept nowhere, and this needs something kept.
    pub fn confidential(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "confidential", "Not for confidential articles", detail)
    }

    /// 422: the decision about a brief cannot be taken.
    pub fn review_refused(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "review-refused", "The review cannot be taken", detail)
    }

    /// 412: somebody else has decided since; `version` holds now.
    pub fn review_changed(version: u32) -> Self {
        let detail = format!(
            "The review has version {version} by now; read it again, and send its `ETag` as \
             `If-Match`."
        );
        let status = StatusCode::PRECONDITION_FAILED;
        Self::new(status, "review-changed", "Somebody else has decided", detail)
    }

    /// 422: the webhook is not one that the operator allows.
    pub fn webhook_refused(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "webhook-refused", "The webhook is not allowed", detail)
    }

    /// 503: more jobs are queued than `jobs.max_queued` allows.
    pub fn jobs_full() -> Self {
        let detail = "As many jobs are queued as `jobs.max_queued` allows; try again later.";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let problem = Self::new(status, "jobs-full", "The queue of jobs is full", detail);
        Self { retry_after: Some(60), ..problem }
    }

    /// 503: the store cannot keep what must last.
    pub fn unkept() -> Self {
        let detail = "The state folder cannot be written, so nothing was accepted; try again.";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let problem = Self::new(status, "not-kept", "Nothing could be kept", detail);
        Self { retry_after: Some(10), ..problem }
    }

    /// Whether the same request may pass later.
    pub(crate) fn passes(&self) -> bool {
        self.retry_after.is_some() || self.status.is_server_error()
    }

    /// 503: the state folder cannot be read or written. `reason` is the system's.
    fn store_failed(reason: &str) -> Self {
        let detail = format!("What was asked may not have been done everywhere: {reason}.");
        let title = "The state folder cannot be used";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self { retry_after: Some(30), ..Self::new(status, "store-failed", title, detail) }
    }

    /// 500: a fault of ours.
    pub fn internal() -> Self {
        let detail = "Something went wrong here; the log has the same request_id.";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "internal", "Internal error", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The id of a request: its own where it came with a plain one.
pub(super) fn id_of(request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    given.filter(|id| is_plain(id)).map_or_else(new_id, str::to_owned)
}

/// Gives an answer its request's id, and a problem its body; gives the problem's kind where there is
/// one.
pub(super) fn finish(response: &mut Response, id: String) -> Option<String> {
    let value = HeaderValue::from_str(&id);
    let kind = take(response).map(|problem| {
        let kind = problem.name().to_owned();
        write(response, Problem { request_id: Some(id), ..problem });
        kind
    });
    if let Ok(value) = value {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    kind
}

/// Takes the problem out of a refusal, ours or the router's.
pub(super) fn take(response: &mut Response) -> Option<Problem> {
    let bare = is_bare_refusal(response);
    response.extensions_mut().remove::<Problem>().or(bare)
}

/// The id of the request in hand.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// The router's own refusals, which come without a body of ours: with none, or with plain text, which
/// no endpoint refuses with.
fn is_bare_refusal(response: &Response) -> Option<Problem> {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let ours = kind.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::BAD_REQUEST if !ours => Some(Problem::malformed(
            "The address cannot be read: its path or query is not what this endpoint takes.",
        )),
        StatusCode::NOT_FOUND if !ours => Some(Problem::not_found(
            "Nothing is at this address; GET /docs describes the endpoints.",
        )),
        StatusCode::METHOD_NOT_ALLOWED if !ours => Some(Problem::method_not_allowed()),
        StatusCode::UNSUPPORTED_MEDIA_TYPE if !ours => Some(Problem::unsupported_media_type(
            "The body is packed in a way that is not read; send it plain or as gzip.",
        )),
        _ => None,
    }
}

/// Puts a problem in the place of a response's body; headers that layers have set stay.
fn write(response: &mut Response, problem: Problem) {
    *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
    *response.status_mut() = problem.status;
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}
