//! The shapes of JSON that endpoints write without a type of its own, for the document alone.

#![expect(dead_code, reason = "they describe; the endpoints write")]

use serde::Serialize;
use utoipa::ToSchema;

use crate::{brief::Brief, pipeline::Foresight, provider::ProviderState, server::problem::Problem};

/// What a request for a brief is answered with.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::server) enum BriefOrForesight {
    /// The brief.
    Brief(Box<Brief>),
    /// The plan and its cost, for `dry_run`.
    Foresight(Foresight),
}

/// What is at a brief's address.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::server) enum BriefOrFailure {
    /// The brief.
    Brief(Box<Brief>),
    /// It could not be made.
    Failed(FailedBrief),
}

/// One event of a stream.
#[derive(ToSchema)]
pub(in crate::server) struct Event {
    /// What happened; `message` where the stream does not say.
    event: Option<String>,
    /// What to send as `Last-Event-ID` to go on behind it.
    id: Option<String>,
    /// JSON.
    data: String,
}

/// A brief that is being made.
#[derive(ToSchema)]
#[schema(examples(json!({"id": "0c2f5a54c7d14e6f9b1f0f8a6f1f3a55", "status": "queued"})))]
pub(in crate::server) struct Accepted {
    /// The brief's id.
    id: String,
    /// `queued` or `running`.
    status: Standing,
}

/// How far a job is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::server) enum Standing {
    /// It waits.
    Queued,
    /// It is being made.
    Running,
    /// Its brief is there.
    Done,
    /// It could not be made.
    Failed,
    /// It was called off.
    Cancelled,
    /// It was refused when it came.
    Refused,
    /// It was forgotten.
    Forgotten,
}

/// A brief that could not be made.
#[derive(Serialize, ToSchema)]
pub(in crate::server) struct FailedBrief {
    id: String,
    /// `failed`.
    status: Standing,
    problem: Problem,
}

/// Several articles.
#[derive(ToSchema)]
#[schema(examples(json!({"articles": [{"text": "مسقط - أعلنت الوزارة أمس توسعة الميناء."}]})))]
pub(in crate::server) struct BatchBody {
    /// 1 to 1,000, each as `POST /v1/briefs` takes it as JSON.
    #[schema(value_type = Vec<crate::body::Fields>)]
    articles: Vec<String>,
    /// Who is told of each that names nobody itself.
    webhook: Option<String>,
}

/// A batch and how far it is.
#[derive(ToSchema)]
pub(in crate::server) struct Batch {
    id: String,
    /// `running` while any article is open, then `done`.
    status: Standing,
    /// How many articles stand where.
    counts: std::collections::BTreeMap<String, u64>,
    articles: Vec<BatchArticle>,
    links: std::collections::BTreeMap<String, String>,
}

/// One article of a batch.
#[derive(ToSchema)]
pub(in crate::server) struct BatchArticle {
    /// Its place in the batch, from 0.
    index: usize,
    status: Standing,
    /// Its brief's id, where it was accepted.
    id: Option<String>,
    /// Why it was refused.
    problem: Option<Problem>,
}

/// A page of jobs.
#[derive(ToSchema)]
pub(in crate::server) struct JobList {
    jobs: Vec<Job>,
    /// What to send as `after` for the next page, where there is one.
    next: Option<String>,
}

/// One job.
#[derive(ToSchema)]
pub(in crate::server) struct Job {
    id: String,
    status: Standing,
    /// RFC 3339.
    created: String,
    /// RFC 3339.
    changed: String,
    attempts: u32,
    links: std::collections::BTreeMap<String, String>,
}

/// What became of a push.
#[derive(ToSchema)]
pub(in crate::server) struct Pushed {
    /// Articles that were accepted.
    accepted: usize,
    /// Articles that had come before.
    duplicates: usize,
    /// Where their briefs will be.
    briefs: Vec<String>,
}

/// How much was forgotten.
#[derive(ToSchema)]
pub(in crate::server) struct Forgotten {
    /// Answers that were kept of the source.
    forgotten: u64,
}

/// The process runs.
#[derive(ToSchema)]
pub(in crate::server) struct Alive {
    /// `ok`.
    status: String,
}

/// Whether briefs can be made.
#[derive(ToSchema)]
pub(in crate::server) struct Ready {
    /// `ready` or `not ready`.
    status: String,
    providers: Vec<ProviderState>,
    /// Why the disk is not used, where it should be.
    store: Option<std::collections::BTreeMap<String, String>>,
}
