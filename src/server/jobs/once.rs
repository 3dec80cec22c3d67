//! `Idempotency-Key`: a request that is sent twice is done once (the IETF's draft).
//!
//! The key is a string as the draft has it (`"…"`); a bare word is taken too, because most clients
//! send one. It belongs to the desk and to what was asked: the same key with the same is answered with
//! what the first request made, with something else refused (422), and while the first is still being
//! answered with 409. It is known for a day.
//!
//! A request that is answered at once takes a job of a kind of its own, which nobody else claims, so
//! the store knows whether its answer is there. Where the process died over it, or no provider could
//! answer, the next request with the key does the work.

use axum::http::{HeaderMap, HeaderName};
use jiff::{SignedDuration, Timestamp};

use super::{made, problem_of, unkept};
use crate::{
    clock,
    server::{State, making::new_id, problem::Problem},
    store::{Enqueued, JobState, NewJob, Once},
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key, in bytes.
const LONGEST: usize = 255;
/// How long a key is known.
const KNOWN: SignedDuration = SignedDuration::from_hours(24);
/// The kinds of jobs that a request does itself begin so; the id follows.
pub(super) const LIVE: &str = "live:";

/// What becomes of a request that came with a key.
#[derive(Debug)]
pub(in crate::server) enum Begun {
    /// It is done now, as this id.
    Ours(String),
    /// It was done, as this id.
    Done(String),
    /// It was done, and this came of it.
    Failed(serde_json::Value),
}

/// The request's key, for a request that is known by what it asks.
///
/// # Errors
/// Where it is malformed.
pub(in crate::server) fn of(headers: &HeaderMap, asked: &[&[u8]]) -> Result<Option<Once>, Problem> {
    let Some(key) = key(headers)? else { return Ok(None) };
    let mut hasher = blake3::Hasher::new();
    for part in asked {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let expires = clock::utc().checked_add(KNOWN).unwrap_or(Timestamp::MAX);
    Ok(Some(Once { key, hash: *hasher.finalize().as_bytes(), expires }))
}

/// Whether a request came with a key.
pub(in crate::server) fn is_asked(headers: &HeaderMap) -> bool {
    headers.contains_key(KEY)
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let malformed = || {
        Problem::malformed(
            "The Idempotency-Key is none; send one string of 1 to 255 visible ASCII characters, \
             such as a UUID in quotes.",
        )
    };
    let mut values = headers.get_all(KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let value = value.to_str().map_err(|_| malformed())?.trim();
    if values.next().is_some() {
        return Err(malformed());
    }
    let key = match value.strip_prefix('"') {
        Some(rest) => quoted(rest).ok_or_else(malformed)?,
        None if value.contains(['"', ' ', ',']) => return Err(malformed()),
        None => value.to_owned(),
    };
    let fits = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|b| (0x20..0x7f).contains(&b));
    if fits { Ok(Some(key)) } else { Err(malformed()) }
}

/// A string of structured fields (RFC 9651) behind its first quote.
fn quoted(rest: &str) -> Option<String> {
    let mut key = String::new();
    let mut letters = rest.chars();
    loop {
        match letters.next()? {
            '"' => break,
            '\\' => key.push(letters.next().filter(|c| matches!(c, '"' | '\\'))?),
            other => key.push(other),
        }
    }
    // Parameters are allowed and mean nothing.
    let rest = letters.as_str();
    (rest.is_empty() || rest.starts_with(';')).then_some(key)
}

/// Begins a request that is answered at once, or finds what came of the first one with its key.
///
/// # Errors
/// Where the first one is under way, was called off, or asked for something else.
pub(in crate::server) async fn begin(
    state: &State,
    readers: &str,
    once: Once,
) -> Result<Begun, Problem> {
    let jobs = state.store.jobs();
    let id = new_id();
    let job = live(&id, readers, Some(once));
    let what = jobs.enqueue(vec![job], clock::utc()).await.map_err(unkept)?;
    let first = match what.into_iter().next() {
        Some(Enqueued::Known(first)) => first,
        Some(Enqueued::Conflict(_)) => return Err(Problem::key_reused()),
        Some(Enqueued::New) | None => return ours(state, id).await,
    };
    let job = jobs.get(&first).await.map_err(unkept)?;
    match job.as_ref().map(|job| job.state) {
        Some(JobState::Done) => {
            let other = match &job {
                Some(job) => made(state, job).await,
                None => None,
            };
            Ok(Begun::Done(other.unwrap_or(first)))
        }
        Some(JobState::Failed) => Ok(Begun::Failed(problem_of(state, &first).await)),
        Some(JobState::Running) => Err(Problem::in_flight()),
        Some(JobState::Cancelled) => Err(Problem::cancelled()),
        Some(JobState::Queued) => ours(state, first).await,
        // Forgotten: it is done anew.
        None => {
            let job = live(&first, readers, None);
            jobs.enqueue(vec![job], clock::utc()).await.map_err(unkept)?;
            ours(state, first).await
        }
    }
}

async fn ours(state: &State, id: String) -> Result<Begun, Problem> {
    let (jobs, kind, now) = (state.store.jobs(), format!("{LIVE}{id}"), clock::utc());
    let mut claimed = jobs.claim(&kind, now).await.map_err(unkept)?;
    // What was put back before the clock was is not to wait for that moment.
    if claimed.is_none() && jobs.hasten(&kind, now).await.map_err(unkept)? > 0 {
        claimed = jobs.claim(&kind, now).await.map_err(unkept)?;
    }
    match claimed {
        Some(_) => Ok(Begun::Ours(id)),
        None => Err(Problem::in_flight()),
    }
}

/// Notes what came of a request that was begun, a brief of this id or a problem; says whether it was still wanted.
pub(in crate::server) async fn end(
    state: &State,
    id: &str,
    outcome: Result<&str, &Problem>,
) -> bool {
    let (jobs, now) = (state.store.jobs(), clock::utc());
    let noted = match outcome {
        Ok(brief) => jobs.finish(id, brief.as_bytes().to_vec(), now).await,
        Err(problem) if problem.passes() => jobs.retry(id, now, now).await,
        Err(problem) => jobs.fail(id, serde_json::to_vec(problem).unwrap_or_default(), now).await,
    };
    noted.unwrap_or_else(|_| {
        tracing::error!(id, "what came of a request could not be kept");
        true
    })
}

fn live(id: &str, readers: &str, once: Option<Once>) -> NewJob {
    NewJob {
        id: id.to_owned(),
        kind: format!("{LIVE}{id}"),
        scope: readers.to_owned(),
        payload: Vec::new(),
        due: clock::utc(),
        once,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(values: &[&'static str]) -> Result<Option<String>, Problem> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(KEY, HeaderValue::from_static(value));
        }
        key(&headers)
    }

    #[test]
    fn a_key_is_a_quoted_string_or_a_bare_word() {
        assert_eq!(read(&[]), Ok(None));
        for value in ["\"8e03978e\"", "8e03978e", " \"8e03978e\";v=1"] {
            assert_eq!(read(&[value]), Ok(Some("8e03978e".to_owned())), "{value}");
        }
        assert_eq!(read(&["\"a \\\"b\\\" \\\\\""]), Ok(Some("a \"b\" \\".to_owned())));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for value in ["", "\"\"", "\"open", "open\"", "two words", "\"a\" b", "\"\\a\"", "a,b"] {
            assert!(read(&[value]).is_err(), "{value}");
        }
        assert!(read(&["a", "b"]).is_err());
    }

    #[test]
    fn what_is_asked_is_part_of_it() {
        let headers = HeaderMap::from_iter([(KEY, HeaderValue::from_static("a"))]);
        let hash = |asked: &[&[u8]]| of(&headers, asked).unwrap().unwrap().hash;
        assert_eq!(hash(&[b"ab", b"c"]), hash(&[b"ab", b"c"]));
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }
}
