//! Refusals on the addresses of the drop-in endpoints, said as the vendor says them.
//!
//! Every layer refuses with a [`Problem`]; outside of them all stands [`speak`], which puts the
//! vendor's body and status in its place where the address is a vendor's. So a client meets one
//! shape of error whether its key, its quota, its body or a provider is the reason. Only here is it
//! known how the vendors number our problems; what a problem says is not changed.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use serde_json::json;

use super::problem::{self, Problem, RequestId};
use crate::dialect::FaultKind;

/// Where DeepL tells a request's id.
const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// A vendor whose clients are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    LibreTranslate,
    DeepL,
}

impl Vendor {
    /// Whose address this is.
    pub(super) fn at(path: &str) -> Option<Self> {
        match path {
            "/translate" | "/detect" | "/languages" | "/health" | "/frontend/settings" => {
                Some(Self::LibreTranslate)
            }
            _ if path.starts_with("/v2/") => Some(Self::DeepL),
            _ => None,
        }
    }

    fn status(self, problem: &Problem, keyless: bool) -> StatusCode {
        match (self, problem.status) {
            (Self::LibreTranslate, StatusCode::UNAUTHORIZED) if keyless => StatusCode::BAD_REQUEST,
            (_, StatusCode::UNAUTHORIZED) => StatusCode::FORBIDDEN,
            // A text that is too long is a wrong request there; a body that is too large is not.
            (Self::LibreTranslate, StatusCode::PAYLOAD_TOO_LARGE) if !problem.is("too-large") => {
                StatusCode::BAD_REQUEST
            }
            (Self::LibreTranslate, _) if problem.is("all-providers-failed") => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            (Self::DeepL, _) if is_quota(problem) => quota_exceeded(),
            (Self::DeepL, StatusCode::BAD_GATEWAY) => StatusCode::SERVICE_UNAVAILABLE,
            (_, status) => status,
        }
    }

    fn words(self, problem: &Problem, keyless: bool) -> String {
        let detail = &problem.detail;
        match (self, problem.status) {
            (Self::LibreTranslate, StatusCode::UNAUTHORIZED) if keyless => {
                "Please contact the server operator to get an API key".to_owned()
            }
            (Self::LibreTranslate, StatusCode::UNAUTHORIZED) => "Invalid API key".to_owned(),
            (Self::LibreTranslate, StatusCode::TOO_MANY_REQUESTS) => format!("Slowdown: {detail}"),
            (Self::LibreTranslate, _) if problem.is("all-providers-failed") => {
                format!("Cannot translate text: {detail}")
            }
            (Self::LibreTranslate, _) if problem.is("over-quota") => {
                format!("Invalid request: {detail}")
            }
            (Self::DeepL, _) if is_quota(problem) => format!("Quota exceeded: {detail}"),
            (Self::DeepL, StatusCode::TOO_MANY_REQUESTS) => format!("Too many requests: {detail}"),
            _ => detail.clone(),
        }
    }
}

/// DeepL's own status for a quota that is used up, which its clients do not try again.
fn quota_exceeded() -> StatusCode {
    StatusCode::from_u16(456).unwrap_or(StatusCode::TOO_MANY_REQUESTS)
}

/// Whether waiting for less than a day does not help: the key's characters of today are used up, or
/// every provider's budget is.
fn is_quota(problem: &Problem) -> bool {
    let quota = FaultKind::Quota.name();
    let spent = problem.providers.iter().all(|one| one.reason == quota);
    let day = problem.is("rate-limited") && problem.policies == ["daily-characters"];
    day || (!problem.providers.is_empty() && spent)
}

/// Says a problem as the vendor does whose address was asked.
pub(super) async fn speak(request: Request, next: Next) -> Response {
    let Some(vendor) = Vendor::at(request.uri().path()) else { return next.run(request).await };
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    if let Some(problem) = problem::take(&mut response) {
        tell(vendor, &problem, &mut response);
    }
    let id = id.and_then(|RequestId(id)| HeaderValue::from_str(&id).ok());
    if let Some(id) = id.filter(|_| vendor == Vendor::DeepL) {
        response.headers_mut().insert(TRACE_ID, id);
    }
    response
}

fn tell(vendor: Vendor, problem: &Problem, response: &mut Response) {
    let challenge = response.headers_mut().remove(header::WWW_AUTHENTICATE);
    let challenge = challenge.as_ref().and_then(|value| value.to_str().ok());
    // `access` names an error where there was a key.
    let keyless = challenge.is_some_and(|challenge| !challenge.contains("error="));
    let words = vendor.words(problem, keyless);
    let body = match vendor {
        Vendor::LibreTranslate => json!({ "error": words }),
        Vendor::DeepL => json!({ "message": words }),
    };
    *response.status_mut() = vendor.status(problem, keyless);
    *response.body_mut() = Body::from(body.to_string());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::problem::ProviderReason;

    fn failed(reasons: &[&str]) -> Problem {
        let reason = |reason: &&str| ProviderReason {
            provider: "one".to_owned(),
            reason: (*reason).to_owned(),
            detail: String::new(),
        };
        Problem::providers_failed("nobody", reasons.iter().map(reason).collect(), Some(9))
    }

    #[test]
    fn a_quota_is_only_what_waiting_a_little_does_not_mend() {
        assert!(is_quota(&failed(&["quota", "quota"])));
        assert!(!is_quota(&failed(&["quota", "unavailable"])));
        assert!(!is_quota(&failed(&[])));
        assert!(is_quota(&Problem::rate_limited("", "daily-characters", 60)));
        assert!(!is_quota(&Problem::rate_limited("", "daily-requests", 60)));
    }

    #[test]
    fn every_problem_has_its_vendor_s_number() {
        let problems = [
            Problem::unauthorized(""),
            Problem::forbidden(""),
            Problem::malformed(""),
            Problem::too_long(""),
            Problem::too_large(1),
            Problem::over_quota("", "characters"),
            Problem::rate_limited("", "requests", 1),
            Problem::rate_limited("", "daily-characters", 1),
            Problem::overloaded(),
            failed(&["quota"]),
            failed(&["timeout"]),
            Problem::internal(),
        ];
        let of = |vendor: Vendor| problems.each_ref().map(|p| vendor.status(p, false).as_u16());
        let libre = [403, 403, 400, 400, 413, 400, 429, 429, 503, 500, 500, 500];
        assert_eq!(of(Vendor::LibreTranslate), libre);
        assert_eq!(of(Vendor::DeepL), [403, 403, 400, 413, 413, 413, 429, 456, 503, 456, 503, 500]);
        assert_eq!(Vendor::LibreTranslate.status(&problems[0], true), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn our_own_addresses_are_no_vendor_s() {
        for path in ["/", "/v1/briefs", "/healthz", "/v1/superdesk/summary", "/v2", "/translates"] {
            assert_eq!(Vendor::at(path), None, "{path}");
        }
    }
}
