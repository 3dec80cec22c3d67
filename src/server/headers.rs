//! The heads of requests and answers: how much of the one is read, and what the other tells browsers.
//!
//! A head over [`MAX_FIELDS`] or [`MAX_BYTES`] is refused with a problem that says so. `listen` gives
//! hyper a somewhat higher bound, at which it refuses by itself and closes the connection, so that a
//! head of any size costs bounded memory.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::problem::Problem;

/// Header fields of a request.
pub(super) const MAX_FIELDS: usize = 64;
/// Bytes of a request's address and header fields together.
pub(super) const MAX_BYTES: usize = 16 << 10;

/// What browsers are told with every answer, unless the answer says otherwise.
const ALWAYS: [(HeaderName, &str); 5] = [
    // A brief is never run as a script or a style, whatever a browser thinks it looks like.
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Addresses hold ids of briefs, which other sites need not see.
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Unpublished copy stays out of shared caches and disks.
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// For HTML: nothing is loaded, run or framed. A page of ours that needs more sets its own.
const HTML: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                    form-action 'none'; frame-ancestors 'none'";
/// For everything else, which has nothing to load.
const OTHER: &str = "default-src 'none'; frame-ancestors 'none'";

/// Refuses a head that is too large, and adds the headers that every answer has.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match too_large(&request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    harden(response.headers_mut());
    response
}

fn too_large(request: &Request) -> Option<Problem> {
    let headers = request.headers();
    let fields: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if headers.len() > MAX_FIELDS {
        return Some(Problem::head_too_large(format!(
            "The request has {} header fields; {MAX_FIELDS} are read.",
            headers.len()
        )));
    }
    if fields + address > MAX_BYTES {
        return Some(Problem::head_too_large(format!(
            "Address and header fields have {} bytes; {MAX_BYTES} are read.",
            fields + address
        )));
    }
    None
}

fn harden(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let policy = if kind.starts_with(b"text/html") { HTML } else { OTHER };
    let name = header::CONTENT_SECURITY_POLICY;
    headers.entry(name).or_insert(HeaderValue::from_static(policy));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_may_be_styled_and_nothing_may_be_framed() {
        for (kind, policy) in [("text/html; charset=utf-8", HTML), ("application/json", OTHER)] {
            let kind = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
            let mut headers = HeaderMap::from_iter([kind]);
            harden(&mut headers);
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], policy);
            assert!(policy.contains("frame-ancestors 'none'"));
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        }
    }

    #[test]
    fn what_an_answer_says_itself_stays() {
        let own = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        let mut headers = HeaderMap::from_iter([own]);
        harden(&mut headers);
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=60");
    }
}
