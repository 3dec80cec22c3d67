//! Sessions of people who signed in at the page.
//!
//! The browser holds a random id in a cookie that no script can read and no other site can make it
//! send; the server holds the id's hash and the id of the key that was presented. The key itself is
//! kept nowhere: it is looked at once, and its holder is looked up at each request, so revoking a key
//! ends its sessions. A session lasts [`LASTS`], and no longer than the process.
//!
//! A request that changes something and has only its cookie must say that it comes from our own page
//! ([`hosts::is_own_page`](super::hosts::is_own_page)).

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::time::Instant;

use super::{State, peer, problem::Problem};
use crate::{clock, digest::hex, keys::Identity};

/// How long a session lasts: a long shift.
pub(super) const LASTS: Duration = Duration::from_secs(12 * 3600);
/// Sessions at the same time; the least recently used end first.
const MOST: u64 = 10_000;
/// The cookie over plain HTTP, and over an encrypted connection, where browsers see to it that nobody
/// else has set a cookie of that name.
const PLAIN: &str = "mujaz-session";
const ENCRYPTED: &str = "__Host-mujaz-session";

/// Every session. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    open: Cache<[u8; 32], Open>,
}

#[derive(Clone, Debug)]
struct Open {
    /// The id of the key.
    key: Arc<str>,
    until: Instant,
}

impl Default for Sessions {
    fn default() -> Self {
        let open = Cache::builder().max_capacity(MOST).eviction_policy(EvictionPolicy::lru());
        Self { open: open.build() }
    }
}

/// Who has the session of this request.
pub(super) fn holder(state: &State, parts: &Parts) -> Option<Arc<Identity>> {
    let hash = presented(state, parts)?;
    let open = state.sessions.open.get(&hash)?;
    if open.until <= clock::now() {
        state.sessions.open.invalidate(&hash);
        return None;
    }
    state.keys.holder(&open.key)
}

/// Begins a session for the holder of a key; gives the cookie that carries it. One that the browser
/// had before ends.
///
/// # Errors
/// Where the system gives no randomness, or the identity has no key.
pub(super) fn begin(
    state: &State,
    parts: &Parts,
    identity: &Identity,
) -> Result<HeaderValue, Problem> {
    end(state, parts);
    let key = identity.key.as_deref().ok_or_else(Problem::internal)?;
    let mut id = [0_u8; 32];
    getrandom::fill(&mut id).map_err(|_| Problem::internal())?;
    let id = hex(&id);
    let open = Open { key: key.into(), until: clock::now() + LASTS };
    state.sessions.open.insert(hash(&id), open);
    cookie(state, parts, &id, LASTS.as_secs()).ok_or_else(Problem::internal)
}

/// Ends the session of this request; gives the cookie that takes it from the browser.
pub(super) fn end(state: &State, parts: &Parts) -> Option<HeaderValue> {
    if let Some(hash) = presented(state, parts) {
        state.sessions.open.invalidate(&hash);
    }
    cookie(state, parts, "", 0)
}

/// A request that another site made a browser send.
pub(super) fn forged() -> Problem {
    Problem::wrong_origin(
        "This request does not come from the page of this gateway; open the page and do it there. \
         Programs send a key.",
    )
}

fn cookie(state: &State, parts: &Parts, id: &str, seconds: u64) -> Option<HeaderValue> {
    let (name, secure) = match is_https(state, parts) {
        true => (ENCRYPTED, "; Secure"),
        false => (PLAIN, ""),
    };
    let text = format!("{name}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).ok()
}

fn is_https(state: &State, parts: &Parts) -> bool {
    peer::is_https(parts, &state.gateway.config.server)
}

/// The hash of the session id that a request carries.
fn presented(state: &State, parts: &Parts) -> Option<[u8; 32]> {
    let name = if is_https(state, parts) { ENCRYPTED } else { PLAIN };
    cookie_named(&parts.headers, name).map(hash)
}

fn cookie_named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';'));
    pairs.find_map(|pair| {
        let (own, value) = pair.split_once('=')?;
        (own.trim() == name).then(|| value.trim()).filter(|value| !value.is_empty())
    })
}

fn hash(id: &str) -> [u8; 32] {
    *blake3::hash(id.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let headers = |value: &'static str| {
            HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(value))])
        };
        let found = |value| cookie_named(&headers(value), PLAIN).map(str::to_owned);
        assert_eq!(found("a=1; mujaz-session=abc; b=2").as_deref(), Some("abc"));
        assert_eq!(found("xmujaz-session=abc"), None);
        assert_eq!(found("__Host-mujaz-session=abc"), None);
        assert_eq!(found("mujaz-session="), None);
    }
}
