//! The audit: what is recorded of briefs, and `GET /v1/audit`, by which an admin reads it.
//!
//! A brief that is made, that no provider could make, is reviewed, withdrawn or forgotten leaves a record before
//! its caller has the answer. A kept brief that is given again is counted, by brief and key, and written with
//! its count every few seconds and at the end: thousands a second must not wait for a disk. `kill -9` loses at
//! most those counts.
//!
//! # What is in no record
//! The text: that lies beside, where `[audit] keep_text` asks for it, until the brief is forgotten. Of an
//! article that nothing may be kept of (confidential, `no-store`) there is a keyed hash in place of the brief's
//! id and the source's hash, whatever `keep_text` says.
//!
//! A record that cannot be written stops no brief; it is logged as an error and counted.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Query, State as Shared},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{State, answers::Rendered, making::Commission, problem::Problem};
use crate::{
    brief::Brief,
    clock,
    digest::{hex, of_hex},
    keys::Identity,
    provider::Account,
    store::{Audit, AuditPage, AuditPlace, AuditQuery, AuditRecord, StoreError},
    telemetry::names,
};

/// How often the counts of kept briefs are written.
pub(super) const PAUSE: Duration = Duration::from_secs(5);
/// Records written in one transaction, and read for one piece of a stream.
const TOGETHER: usize = 512;
/// Records of an answer, where it is not asked for another number, and at most.
const PAGE: usize = 100;
const LONGEST_PAGE: usize = 1000;

/// Who writes the audit. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Auditor {
    audit: Audit,
    keep_text: bool,
    served: Arc<Mutex<HashMap<String, Vec<Served>>>>,
}

/// How often a kept brief was given to one key.
#[derive(Debug)]
struct Served {
    first: Timestamp,
    actor: Option<String>,
    readers: String,
    source: String,
    count: u64,
}

impl Auditor {
    pub(super) fn new(audit: &Audit, keep_text: bool) -> Self {
        Self { audit: audit.clone(), keep_text, served: Arc::default() }
    }

    /// The same under another configuration.
    pub(super) fn renewed(&self, keep_text: bool) -> Self {
        Self { keep_text, ..self.clone() }
    }

    /// A brief was made, and may be kept.
    pub(super) async fn made(&self, commission: &Commission, brief: &Brief) {
        let text = self.keep_text.then(|| commission.source.bytes.to_vec());
        let record = AuditRecord {
            brief: Some(brief.id.clone()),
            source: Some(brief.provenance.source_sha256.clone()),
            ..of_brief(brief, (&commission.account, &commission.readers))
        };
        self.write(record, text).await;
    }

    /// A brief was made of which nothing is kept.
    pub(super) async fn made_in_private(&self, brief: &Brief, by: (&Account, &str)) {
        let source = of_hex(&brief.provenance.source_sha256).unwrap_or_default();
        let keyed = self.keyed(&source).await;
        self.write(AuditRecord { keyed, ..of_brief(brief, by) }, None).await;
    }

    /// A brief could not be made; `problem` is its name.
    pub(super) async fn failed(&self, commission: &Commission, problem: &str) {
        let source: [u8; 32] = Sha256::digest(&commission.source.bytes).into();
        let mut record = AuditRecord {
            actor: actor(&commission.account),
            scope: commission.readers.clone(),
            outcome: problem.to_owned(),
            ..AuditRecord::new(clock::utc(), "brief")
        };
        if commission.keeps() {
            record.brief = Some(commission.id.clone());
            record.source = Some(hex(&source));
        } else {
            record.keyed = self.keyed(&source).await;
        }
        self.write(record, None).await;
    }

    /// An earlier brief was withdrawn.
    pub(super) async fn withdrawn(&self, commission: &Commission, brief: &Brief) {
        let record = AuditRecord {
            actor: actor(&commission.account),
            scope: commission.readers.clone(),
            ..about(brief, "withdraw")
        };
        self.write(record, None).await;
    }

    /// Somebody decided about a brief.
    pub(super) async fn reviewed(
        &self,
        identity: &Identity,
        brief: &Brief,
        (review, reviewer): (String, Option<String>),
    ) {
        let record = AuditRecord {
            actor: named(identity),
            scope: identity.readers(),
            review: Some(review),
            reviewer,
            ..about(brief, "review")
        };
        self.write(record, None).await;
    }

    /// A brief was called off or forgotten.
    pub(super) async fn forgotten(&self, identity: &Identity, id: &str, brief: Option<&Brief>) {
        let record = AuditRecord {
            actor: named(identity),
            scope: identity.readers(),
            brief: Some(id.to_owned()),
            source: brief.map(|brief| brief.provenance.source_sha256.clone()),
            ..AuditRecord::new(clock::utc(), "forget")
        };
        self.write(record, None).await;
    }

    /// A kept brief is given again. Waits for nothing.
    pub(super) fn served(&self, identity: &Identity, rendered: &Rendered) {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let actor = identity.key.as_ref().map(|_| identity.name.as_str());
        if let Some(of_brief) = served.get_mut(rendered.id()) {
            let same = |one: &&mut Served| one.actor.as_deref() == actor;
            if let Some(one) = of_brief.iter_mut().find(same) {
                one.count += 1;
                return;
            }
        }
        let one = Served {
            first: clock::utc(),
            actor: actor.map(str::to_owned),
            readers: identity.readers(),
            source: rendered.source().to_owned(),
            count: 1,
        };
        served.entry(rendered.id().to_owned()).or_default().push(one);
    }

    /// Writes the counts of kept briefs.
    pub(super) async fn flush(&self) {
        let served =
            std::mem::take(&mut *self.served.lock().unwrap_or_else(PoisonError::into_inner));
        let record = |(id, of_brief): (String, Vec<Served>)| {
            of_brief.into_iter().map(move |one| AuditRecord {
                actor: one.actor,
                scope: one.readers,
                brief: Some(id.clone()),
                source: Some(one.source),
                count: Some(one.count),
                ..AuditRecord::new(one.first, "serve")
            })
        };
        let mut records: Vec<AuditRecord> = served.into_iter().flat_map(record).collect();
        records.sort_by_key(|record| record.at);
        let all = records.len();
        let mut records = records.into_iter();
        for _ in 0..all.div_ceil(TOGETHER) {
            let some: Vec<AuditRecord> = records.by_ref().take(TOGETHER).collect();
            let count = some.len() as u64;
            note("serve", count, self.audit.append_all(some).await);
        }
    }

    async fn keyed(&self, source: &[u8; 32]) -> Option<String> {
        let keyed = self.audit.keyed(source).await;
        keyed.inspect_err(|error| tracing::error!(%error, "a source has no keyed hash")).ok()
    }

    async fn write(&self, record: AuditRecord, text: Option<Vec<u8>>) {
        let action = record.action.clone();
        note(&action, 1, self.audit.append(record, text).await);
    }
}

/// Counts records that were written, or says that they were not.
fn note(action: &str, count: u64, written: Result<(), StoreError>) {
    match written {
        Ok(()) => names::AUDIT_RECORDS.counter(&[action]).increment(count),
        Err(error) => {
            names::AUDIT_FAILURES.counter(&[]).increment(count);
            tracing::error!(action, count, %error, "the audit could not be written");
        }
    }
}

fn of_brief(brief: &Brief, (account, readers): (&Account, &str)) -> AuditRecord {
    let engines = brief.provenance.engines.iter().map(|engine| match &engine.model {
        Some(model) => format!("{}/{model}", engine.provider),
        None => engine.provider.clone(),
    });
    let mut engines: Vec<String> = engines.collect();
    engines.sort();
    engines.dedup();
    AuditRecord {
        actor: actor(account),
        scope: readers.to_owned(),
        engines,
        prompts: Some(brief.provenance.prompts.clone()),
        glossary: Some(brief.provenance.glossary.clone()),
        micro_usd: brief.usage.cost_usd.map(|usd| (usd * 1e6).ceil() as u64),
        ..AuditRecord::new(clock::utc(), "brief")
    }
}

fn about(brief: &Brief, action: &str) -> AuditRecord {
    AuditRecord {
        brief: Some(brief.id.clone()),
        source: Some(brief.provenance.source_sha256.clone()),
        ..AuditRecord::new(clock::utc(), action)
    }
}

/// The name of the key that pays.
fn actor(account: &Account) -> Option<String> {
    account.scope.strip_prefix("key:").map(str::to_owned)
}

fn named(identity: &Identity) -> Option<String> {
    identity.key.as_ref().map(|_| identity.name.clone())
}

/// What an admin asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    key: Option<String>,
    action: Option<String>,
    brief: Option<String>,
    source_sha256: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// The records that are asked for, oldest first: a page as JSON, or all of them as JSON Lines.
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "readAudit",
    tag = "gateway",
    params(
        ("since" = Option<String>, Query, description = "RFC 3339; records of this moment or later."),
        ("until" = Option<String>, Query, description = "RFC 3339; records before this moment."),
        ("key" = Option<String>, Query, description = "Of the key with this name."),
        ("action" = Option<String>, Query, description = "Such as `brief`, `serve`, `review`, `forget`."),
        ("brief" = Option<String>, Query, description = "About the brief with this id."),
        ("source_sha256" = Option<String>, Query, description = "About this source, 64 hexadecimal digits."),
        ("limit" = Option<usize>, Query, description = "Records on a page."),
        ("after" = Option<String>, Query, description = "What the page before gave as `next`."),
    ),
    responses(
        (status = 200, description = "`records` and `next`, or a record on each line.", content(
            (serde_json::Value = "application/json"),
            (String = "application/jsonl"),
        )),
        (status = 400), (status = 503),
    )
)]
pub(super) async fn read(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked.map_err(|_| {
        Problem::malformed(
            "The query is none; it takes `since`, `until` (RFC 3339), `key`, `action`, `brief`, \
             `source_sha256`, `limit` and `after`.",
        )
    })?;
    // What was given until now is among the records.
    state.auditor.flush().await;
    let audit = state.store.audit();
    let query = query(audit, &asked).await?;
    let after = asked.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|why| Problem::malformed(format!("`after` is wrong: {why}.")))?;
    if lines_asked(&headers) {
        return Ok(lines(audit.clone(), query, (after, asked.limit)));
    }
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
    let AuditPage { records, next } = audit.page(query, after, limit).await?;
    let records: Vec<AuditRecord> = records.into_iter().map(|(_, record)| record).collect();
    let next = next.map(|place| place.to_string());
    Ok(Json(json!({ "records": records, "next": next })).into_response())
}

async fn query(audit: &Audit, asked: &Asked) -> Result<AuditQuery, Problem> {
    let source = match &asked.source_sha256 {
        None => None,
        Some(text) => {
            let source = of_hex(text).ok_or_else(|| {
                Problem::malformed("`source_sha256` is none; it has 64 hexadecimal digits.")
            })?;
            Some((hex(&source), audit.keyed(&source).await?))
        }
    };
    Ok(AuditQuery {
        from: asked.since,
        until: asked.until,
        action: asked.action.clone(),
        actor: asked.key.clone(),
        brief: asked.brief.clone(),
        source,
    })
}

fn lines_asked(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let kinds = accept.unwrap_or_default().split(',').map(|range| range.split(';').next());
    kinds.flatten().any(|kind| {
        ["application/jsonl", "application/x-ndjson"]
            .iter()
            .any(|lines| kind.trim().eq_ignore_ascii_case(lines))
    })
}

/// Records as lines of JSON, read as they go out; up to a number of them, else all. A store that fails on
/// the way breaks the answer off, so that half of it is not taken for the whole.
fn lines(
    audit: Audit,
    query: AuditQuery,
    (after, limit): (Option<AuditPlace>, Option<usize>),
) -> Response {
    let begin = Some((after, limit.unwrap_or(usize::MAX)));
    let pieces = stream::try_unfold(begin, move |place| {
        let (audit, query) = (audit.clone(), query.clone());
        async move {
            let Some((after, left)) = place.filter(|(_, left)| *left > 0) else { return Ok(None) };
            let page = audit.page(query, after, left.min(TOGETHER)).await?;
            let mut text = String::new();
            for (_, record) in &page.records {
                // A record is a plain struct with text keys, which JSON always holds.
                text.push_str(&serde_json::to_string(record).unwrap_or_default());
                text.push('\n');
            }
            let left = left.saturating_sub(page.records.len());
            let next = page.next.map(|next| (Some(next), left));
            Ok::<_, StoreError>(Some((Bytes::from(text), next)))
        }
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let kind = HeaderValue::from_static("application/jsonl");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_given_where_they_are_asked_for() {
        let asked = |accept: &'static str| {
            let accept = (header::ACCEPT, HeaderValue::from_static(accept));
            lines_asked(&HeaderMap::from_iter([accept]))
        };
        assert!(asked("application/jsonl") && asked("text/html, application/x-ndjson;q=0.9"));
        assert!(!asked("application/json") && !asked("*/*") && !lines_asked(&HeaderMap::new()));
    }
}
