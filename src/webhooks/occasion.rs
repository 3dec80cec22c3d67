//! What is told: that a brief was completed, failed, was superseded or withdrawn.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::{brief::Brief, finding::Severity};

/// Something that happened to a brief.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion<'a> {
    /// The event's type.
    pub(crate) kind: &'static str,
    /// The brief's id.
    pub(crate) id: &'a str,
    /// The brief, where there is one.
    pub(crate) brief: Option<&'a Brief>,
    /// Why there is none.
    pub(crate) problem: Option<&'a Value>,
    /// The batch it belongs to.
    pub(crate) batch: Option<&'a str>,
}

impl<'a> Occasion<'a> {
    fn of(kind: &'static str, brief: &'a Brief) -> Self {
        Self { kind, id: &brief.id, brief: Some(brief), problem: None, batch: None }
    }

    /// A brief is there.
    pub(crate) fn completed(brief: &'a Brief) -> Self {
        Self::of("brief.completed", brief)
    }

    /// Another brief took its place.
    pub(crate) fn superseded(brief: &'a Brief) -> Self {
        Self::of("brief.superseded", brief)
    }

    /// Its story was withdrawn.
    pub(crate) fn withdrawn(brief: &'a Brief) -> Self {
        Self::of("brief.withdrawn", brief)
    }

    /// It could not be made. `problem` is the problem as JSON.
    pub(crate) fn failed(id: &'a str, problem: &'a Value) -> Self {
        Self { kind: "brief.failed", id, brief: None, problem: Some(problem), batch: None }
    }

    /// The event's id: the same whenever the same is told of the same brief.
    pub(crate) fn id(&self) -> String {
        // A brief is superseded once by each later one.
        let by = self.brief.and_then(|brief| brief.succession.superseded_by.as_deref());
        let by = by.filter(|_| self.kind == "brief.superseded").unwrap_or_default();
        let told = format!("{} {} {by}", self.kind, self.id);
        format!("evt_{}", &blake3::hash(told.as_bytes()).to_hex()[..32])
    }

    /// The body. `home` is where the gateway is reached from outside.
    pub(crate) fn body(&self, now: Timestamp, home: Option<&Url>, include: bool) -> String {
        let path = format!("v1/briefs/{}", self.id);
        let link = home.and_then(|home| home.join(&path).ok());
        let link = link.map_or_else(|| format!("/{path}"), String::from);
        let mut data = json!({ "id": self.id, "links": { "brief": link } });
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                data[name] = value;
            }
        };
        put("batch", json!(self.batch));
        put("problem", json!(self.problem));
        if let Some(brief) = self.brief {
            let count = |severity| {
                brief.findings.iter().filter(|finding| finding.severity == severity).count()
            };
            put("uri", json!(brief.release.uri));
            put("source_sha256", json!(brief.provenance.source_sha256));
            put("errors", json!(count(Severity::Error)));
            put("warnings", json!(count(Severity::Warning)));
            put("supersedes", json!(brief.succession.supersedes));
            put("changes", json!(brief.succession.changes));
            put("superseded_by", json!(brief.succession.superseded_by));
            put("withdrawn", json!(brief.succession.withdrawn));
            if include {
                put("brief", json!(brief));
            }
        }
        json!({ "type": self.kind, "timestamp": now.to_string(), "data": data }).to_string()
    }
}
