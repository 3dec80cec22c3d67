//! Who makes a request, and whether they may: the key out of the request, its identity out of the
//! ring, the scope that the route asks for.
//!
//! A key comes as `Authorization: Bearer …`, as `X-API-Key: …`, or the way the clients of a
//! translation service send theirs: `Authorization: DeepL-Auth-Key …`, or in the body (LibreTranslate's
//! `api_key`), which only an endpoint can read and hands to [`identify`].
//!
//! A browser that signed in at the page has a session in the place of a key ([`session`]).
//! What it changes must come from that page.
//!
//! Where no key was ever made none is needed, and one that is presented is not looked at; `listen`
//! sees to it that such a server is reached over loopback alone. A presented key is never repeated in
//! an answer or a log.

use std::sync::Arc;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{State, hosts, problem::Problem, session};
use crate::keys::{Identity, Scope, Token};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Why a request is not let in, and what `WWW-Authenticate` says of it.
#[derive(Debug)]
pub(super) struct Refused {
    problem: Problem,
    challenge: Option<Challenge>,
}

/// What `WWW-Authenticate` asks for (RFC 6750).
#[derive(Clone, Copy, Debug)]
enum Challenge {
    /// A key.
    Key,
    /// Another key.
    OtherKey,
    /// A key with this scope.
    Scope(Scope),
}

impl Refused {
    /// The problem alone, where there is no place for a challenge.
    pub(super) fn into_problem(self) -> Problem {
        self.problem
    }

    fn unknown(detail: impl Into<String>) -> Self {
        Self { problem: Problem::unauthorized(detail), challenge: Some(Challenge::OtherKey) }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Some(asked) = self.challenge else { return self.problem.into_response() };
        let mut challenge = "Bearer realm=\"mujaz\"".to_owned();
        match asked {
            Challenge::Key => {}
            Challenge::OtherKey => challenge.push_str(", error=\"invalid_token\""),
            Challenge::Scope(scope) => {
                challenge.push_str(", error=\"insufficient_scope\"");
                challenge.push_str(&format!(", scope=\"{scope}\""));
            }
        }
        let mut response = self.problem.into_response();
        if let Ok(value) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// Who makes a request. `in_body` is a key that the endpoint found in the body; one in the headers
/// goes before it.
///
/// # Errors
/// Where a key is needed and there is none, or none that is known.
pub(super) fn identify(
    state: &State,
    parts: &Parts,
    in_body: Option<&str>,
) -> Result<Arc<Identity>, Refused> {
    if !state.keys.needed() {
        return Ok(Arc::clone(&state.anonymous));
    }
    let Some(presented) = presented(&parts.headers)?.or(in_body) else {
        return signed_in(state, parts);
    };
    let token = Token::parse(presented)
        .map_err(|why| Refused::unknown(format!("The key cannot be one: {why}.")))?;
    state.keys.find(&token).ok_or_else(|| {
        Refused::unknown(
            "The key is not known here; it may have been revoked, or be another server's.",
        )
    })
}

/// Who signed in at the page.
fn signed_in(state: &State, parts: &Parts) -> Result<Arc<Identity>, Refused> {
    let Some(identity) = session::holder(state, parts) else {
        return Err(Refused {
            problem: Problem::unauthorized(
                "No key came with the request; send it as `Authorization: Bearer mjz_…` or \
                 `X-API-Key: mjz_…`. `mujaz key new` makes one.",
            ),
            challenge: Some(Challenge::Key),
        });
    };
    if !parts.method.is_safe() && !hosts::is_own_page(parts) {
        return Err(Refused { problem: session::forged(), challenge: None });
    }
    Ok(identity)
}

/// Lets an identity through that has the scope.
///
/// # Errors
/// Where it has not.
pub(super) fn permit(identity: &Identity, scope: Scope) -> Result<(), Refused> {
    if identity.may(scope) {
        return Ok(());
    }
    let has: Vec<&str> = identity.scopes.iter().map(|scope| scope.name()).collect();
    let detail = format!(
        "The key `{}` has not the scope `{scope}` (it has {}); `mujaz key new --scope` makes one \
         that has.",
        identity.name,
        if has.is_empty() { "none".to_owned() } else { has.join(", ") }
    );
    Err(Refused { problem: Problem::forbidden(detail), challenge: Some(Challenge::Scope(scope)) })
}

/// The key that the headers carry.
fn presented(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, key) =
            value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
        let known = ["bearer", "deepl-auth-key"];
        if known.iter().any(|name| scheme.eq_ignore_ascii_case(name)) {
            return Ok(Some(key));
        }
        return Err(Refused::unknown(
            "The Authorization header has another form; write `Authorization: Bearer mjz_…`.",
        ));
    }
    Ok(headers.get(API_KEY).and_then(|value| value.to_str().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_key_is_read_from_each_place_where_clients_put_it() {
        for value in ["Bearer mjz_1", "bearer mjz_1", "DeepL-Auth-Key mjz_1"] {
            assert_eq!(presented(&with(header::AUTHORIZATION, value)).unwrap(), Some("mjz_1"));
        }
        assert_eq!(presented(&with(API_KEY, "mjz_1")).unwrap(), Some("mjz_1"));
        assert_eq!(presented(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn another_scheme_is_no_missing_key() {
        assert!(presented(&with(header::AUTHORIZATION, "Basic dTpw")).is_err());
        assert!(presented(&with(header::AUTHORIZATION, "mjz_1")).is_err());
    }
}
