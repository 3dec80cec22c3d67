//! Systems that push articles: each article becomes a job.
//!
//! A push is known by its signature alone, which is verified over the raw body in constant time before
//! anything is read of it; a hook without a configured secret does not exist. What came before is not
//! done twice: an article is known by what its sender calls it and by its version.

pub(super) mod miniflux;
pub(super) mod superdesk;

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    State,
    jobs::{self, Assignment},
    making::new_id,
    problem::Problem,
};
use crate::{
    clock,
    config::{Hook, secret},
    digest::bytes_of_hex,
    keys::Identity,
    store::Once,
};

/// An article that was pushed, and what makes it this version of it.
struct Pushed {
    assignment: Assignment,
    version: String,
}

/// The secret of a hook, where it is on.
///
/// # Errors
/// Where it is off.
fn secret(hook: &Hook) -> Result<SecretString, Problem> {
    let secret = hook.secret_env.as_deref().and_then(secret::from_environment);
    secret.ok_or_else(|| {
        Problem::not_found("This hook is off; config.toml says how to switch it on under [hooks].")
    })
}

/// The signature that a header carries, as bytes.
fn signature(headers: &HeaderMap, name: &str, prefix: &str) -> Result<Vec<u8>, Problem> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let bytes = value.and_then(|value| value.trim().strip_prefix(prefix)).and_then(bytes_of_hex);
    bytes.ok_or_else(|| wrong(&format!("The request carries no `{name}` that is a signature.")))
}

fn wrong(detail: &str) -> Problem {
    Problem::unauthorized(detail)
}

/// Whether a signature is the one of this body.
fn verified<M: hmac::Mac + hmac::KeyInit>(
    secret: &SecretString,
    body: &Bytes,
    signature: &[u8],
) -> Result<(), Problem> {
    let mac = <M as hmac::KeyInit>::new_from_slice(secret.expose_secret().as_bytes());
    let mut mac = mac.map_err(|_| Problem::internal())?;
    mac.update(body);
    // Compares in constant time.
    mac.verify_slice(signature).map_err(|_| {
        wrong("The signature does not belong to this body; both sides need the same secret.")
    })
}

/// Who may read what comes through a hook.
fn readers(hook: &Hook) -> String {
    hook.desk.as_deref().map_or_else(String::new, Identity::readers_of)
}

/// Accepts what was pushed; answers with the ids under which it is done.
async fn accept(state: &State, hook: &Hook, pushed: Vec<Pushed>) -> Result<Response, Problem> {
    let retention = state.gateway.config.jobs.retention;
    let known = SignedDuration::try_from(retention).unwrap_or(SignedDuration::MAX);
    let expires = clock::utc().checked_add(known).unwrap_or(Timestamp::MAX);
    let mut fresh = Vec::new();
    let assignments = pushed.into_iter().map(|Pushed { assignment, version }| {
        let key = format!("push:{}", blake3::hash(version.as_bytes()).to_hex());
        let once = Once { key, hash: [0; 32], expires };
        let id = new_id();
        fresh.push(id.clone());
        (id, assignment, Some(once))
    });
    let assignments = assignments.collect();
    let ids = jobs::accept(state, &readers(hook), assignments).await?;
    let duplicates = ids.iter().zip(&fresh).filter(|(id, fresh)| id != fresh).count();
    let links: Vec<String> = ids.iter().map(|id| format!("/v1/briefs/{id}")).collect();
    let body =
        json!({ "accepted": ids.len() - duplicates, "duplicates": duplicates, "briefs": links });
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bodys_own_signature_passes() {
        use hmac::{Hmac, KeyInit, Mac};
        let secret = SecretString::from("shared");
        let body = Bytes::from_static(b"{}");
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"shared").unwrap();
        mac.update(&body);
        let right = mac.finalize().into_bytes().to_vec();
        assert!(verified::<Hmac<sha2::Sha256>>(&secret, &body, &right).is_ok());
        let other = Bytes::from_static(b"{ }");
        assert!(verified::<Hmac<sha2::Sha256>>(&secret, &other, &right).is_err());
        assert!(verified::<Hmac<sha2::Sha256>>(&secret, &body, &right[..16]).is_err());
        assert!(verified::<Hmac<sha2::Sha256>>(&secret, &body, &[]).is_err());
    }
}
