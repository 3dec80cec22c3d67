//! Bodies of requests, read whole and within their bounds, for every endpoint that takes one.
//!
//! ```text
//! bound    encoding known? length allowed? → room in memory → (gunzip) → read: time and size
//!          → nesting of JSON → characters against the client's limits → the endpoint
//! ```
//!
//! Behind these layers a body lies in memory: an endpoint takes it as `Bytes`, and no extractor can
//! meet one that is too long, too slow, a bomb, or broken. gzip is opened as it streams and stops at
//! the same bound as a plain body, so a bomb costs what a plain body costs. `identity` and `gzip` are
//! the encodings that are read.

use std::error::Error;

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::BytesMut;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::{State, admission::declared_length, form, held::hold, limits::Visit, problem::Problem};
use crate::{
    clock,
    config::Server,
    pipeline,
    telemetry::{Seen, Stage},
};

/// Levels that a JSON body may nest; what clients send needs four.
const MAX_NESTING: usize = 64;

/// Before a body is opened: refuses what is known to be wrong from its head, and waits for room.
pub(super) async fn bound(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let server = &state.gateway.config.server;
    let limit = limit(request.headers(), server);
    if !is_readable(request.headers()) {
        let problem = Problem::unsupported_media_type(
            "The Content-Encoding is not read; send the body plain or with gzip.",
        );
        let accepted = [(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"))];
        return (accepted, problem).into_response();
    }
    if declared_length(request.headers()).is_some_and(|length| length > limit) {
        return Problem::too_large(server.max_body_bytes).into_response();
    }
    let deadline = pipeline::deadline(&state.gateway.config);
    match state.admission.room(request.headers(), server, deadline).await {
        // The bound on what comes over the wire holds for gzip that opens to nothing.
        Ok(room) => {
            let request = request.map(|body| Body::new(Limited::new(body, limit)));
            hold(next.run(request).await, room)
        }
        Err(problem) => problem.into_response(),
    }
}

/// After a body is opened: reads it whole, and takes its characters from the client's quota.
pub(super) async fn read(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let server = &state.gateway.config.server;
    let (parts, body) = request.into_parts();
    let expected = declared_length(&parts.headers).unwrap_or(0);
    let whole = collect(body, expected, limit(&parts.headers, server));
    let begun = clock::now();
    let whole = tokio::time::timeout(server.body_timeout, whole).await;
    if let Some(seen) = parts.extensions.get::<Seen>() {
        seen.add(Stage::Body, begun.elapsed());
    }
    let bytes = match whole {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(Unread::TooLarge)) => {
            return Problem::too_large(server.max_body_bytes).into_response();
        }
        Ok(Err(Unread::Broken)) => {
            return Problem::malformed(
                "The body broke off before its end, or its gzip is damaged; send it again.",
            )
            .into_response();
        }
        Err(_) => return Problem::body_timeout(server.body_timeout.as_secs()).into_response(),
    };
    if essence(&parts.headers).ends_with("json") && nesting(&bytes) > MAX_NESTING {
        let detail = format!("The body nests deeper than {MAX_NESTING} levels; send it flatter.");
        return Problem::malformed(detail).into_response();
    }
    if let Some(visit) = parts.extensions.get::<Visit>()
        && let Err(problem) = visit.take_characters(&bytes).await
    {
        return problem.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// Bytes that a body may have; a form has more around its article.
fn limit(headers: &HeaderMap, server: &Server) -> usize {
    let form = essence(headers) == "multipart/form-data";
    server.max_body_bytes + if form { form::MARGIN } else { 0 }
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unread {
    TooLarge,
    Broken,
}

async fn collect<B>(mut body: B, expected: usize, limit: usize) -> Result<Bytes, Unread>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    // A body that comes in one piece stays where it lies; any other goes into one buffer of the
    // right size, so that none is in memory twice.
    let (mut first, mut kept) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unread(error.into().as_ref()))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + kept.len() + data.len() > limit {
            return Err(Unread::TooLarge);
        }
        if first.is_empty() && kept.is_empty() {
            first = data;
            continue;
        }
        if kept.is_empty() {
            kept.reserve(expected.min(limit));
            kept.extend_from_slice(&std::mem::take(&mut first));
        }
        kept.extend_from_slice(&data);
    }
    Ok(if kept.is_empty() { first } else { kept.freeze() })
}

fn unread(error: &(dyn Error + Send + Sync + 'static)) -> Unread {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<LengthLimitError>() {
            return Unread::TooLarge;
        }
        cause = one.source();
    }
    Unread::Broken
}

fn is_readable(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let readable = |value: &HeaderValue| matches!(value.as_bytes(), b"gzip" | b"identity");
    encodings.next().is_none_or(readable) && encodings.next().is_none()
}

/// The content type without its parameters.
fn essence(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The levels to which a JSON text nests; brackets in strings are text.
fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut at) = (0_usize, 0, 0);
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            // Texts are most of a body and are passed over at the speed of memory.
            b'"' => at += quoted(&json[at..]),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The length of a string whose first quote was read, its last quote included.
fn quoted(json: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &json[at..]) {
        at += found + 1;
        if json[at - 1] == b'"' {
            return at;
        }
        at = json.len().min(at + 1);
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_strings() {
        assert_eq!(nesting(br#"{"a":[1,{"b":"[[[\"[[["}],"c":{}}"#), 3);
        assert_eq!(nesting("[".repeat(1000).as_bytes()), 1000);
        assert_eq!(nesting(b"]]]][[ \\"), 2);
        assert_eq!(nesting("{\"نص\":\"}{\"}".as_bytes()), 1);
    }

    #[test]
    fn one_encoding_that_is_known_is_read() {
        let with = |values: &[&'static str]| {
            let encoding = header::CONTENT_ENCODING;
            let values = values.iter().map(|v| (encoding.clone(), HeaderValue::from_static(v)));
            let mut headers = HeaderMap::new();
            for (name, value) in values {
                headers.append(name, value);
            }
            is_readable(&headers)
        };
        assert!(with(&[]) && with(&["gzip"]) && with(&["identity"]));
        assert!(!with(&["br"]) && !with(&["gzip", "gzip"]) && !with(&["gzip, gzip"]));
    }

    #[tokio::test]
    async fn a_body_is_cut_at_its_bound_and_not_after_it() {
        let limit = 10;
        let whole = collect(Body::from("0123456789"), 0, limit).await;
        assert_eq!(whole.unwrap(), "0123456789");
        let over = collect(Body::from("0123456789a"), 0, limit).await;
        assert_eq!(over.unwrap_err(), Unread::TooLarge);
        let wire = Limited::new(Body::from("0123456789a"), limit);
        assert_eq!(collect(wire, 0, 100).await.unwrap_err(), Unread::TooLarge);
    }
}
