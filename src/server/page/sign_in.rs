//! `POST /sign-in` and `POST /sign-out`: a key becomes a session, and a session ends.
//!
//! The key comes in the body of a form, is looked at once and is not repeated: not in an answer, not in
//! an address, not in a log. What was wrong with it comes back as one word in the address of the page,
//! which says it in a sentence.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State as Shared},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    keys::{Mistyped, Scope, Token},
    server::{State, problem::Problem, session},
};

const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");

/// Begins a session and goes to the page.
pub(super) async fn sign_in(
    Shared(state): Shared<State>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Problem::internal())?;
    if !state.keys.needed() {
        return Ok(Redirect::to("/").into_response());
    }
    let key = url::form_urlencoded::parse(&body).find(|(name, _)| name == "key");
    let key = key.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let identity = match known(&state, &key) {
        Ok(identity) => identity,
        Err(why) => return Ok(Redirect::to(&format!("/?sign-in={why}")).into_response()),
    };
    let cookie = session::begin(&state, &parts, &identity)?;
    tracing::info!(key = identity.name, "signed in at the page");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// Whom a typed key stands for, or one word that says why nobody.
fn known(state: &State, key: &str) -> Result<std::sync::Arc<crate::keys::Identity>, &'static str> {
    if key.trim().is_empty() {
        return Err("empty");
    }
    let token = Token::parse(key).map_err(|why| match why {
        Mistyped::Foreign => "foreign",
        Mistyped::Length => "length",
        Mistyped::Checksum => "checksum",
    })?;
    let identity = state.keys.find(&token).ok_or("unknown")?;
    if identity.may(Scope::Read) { Ok(identity) } else { Err("scope") }
}

/// Ends the session and goes to the page.
pub(super) async fn sign_out(Shared(state): Shared<State>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = Redirect::to("/").into_response();
    let headers = response.headers_mut();
    if let Some(cookie) = session::end(&state, &parts) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    // Pages that the browser holds for its back button go too.
    headers.insert(CLEAR, HeaderValue::from_static("\"cache\""));
    response
}
