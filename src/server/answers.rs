//! Briefs already made: whole, as rendered bytes, in memory.
//!
//! A posted article whose bytes, content type, format and detail were seen before is answered
//! from here: nothing is parsed, planned or checked again, and `id` and `created` stay the same.
//! The key also holds the hash of configuration, prompts, glossary and the version of the checks,
//! so a change to any of them misses. Briefs with something missing or stale are not kept for
//! later requests, though they can be read by id. Confidential briefs are not kept at all.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use moka::future::Cache;
use tokio::time::Instant;

use crate::{
    brief::{Brief, check},
    clock,
    finding::Code,
    pipeline::Gateway,
    render::Format,
};

use super::source::Posted;

/// A rendered brief.
#[derive(Clone, Debug)]
pub(super) struct Rendered {
    /// The body of the response.
    pub(super) body: Bytes,
    /// The id of the brief.
    id: String,
    fresh_until: Instant,
}

/// The key of a whole brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

/// Briefs already made. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    rendered: Cache<Key, Rendered>,
    by_id: Cache<String, Arc<Brief>>,
    fresh_for: Duration,
    epoch: [u8; 32],
}

/// Share of `cache.memory_bytes` for each of the two maps here; the rest is the providers'.
const SHARE: u64 = 4;

impl Answers {
    /// No briefs yet, bounded by the gateway's configuration.
    pub(super) fn new(gateway: &Gateway) -> Self {
        let bytes = gateway.config.cache.memory_bytes / SHARE;
        let rendered = Cache::builder().max_capacity(bytes);
        let rendered = rendered.weigher(|_, one: &Rendered| {
            (one.body.len() + one.id.len() + 160).try_into().unwrap_or(u32::MAX)
        });
        let by_id = Cache::builder().max_capacity(bytes);
        let by_id = by_id.weigher(|_, brief: &Arc<Brief>| weight(brief));
        Self {
            rendered: rendered.build(),
            by_id: by_id.build(),
            fresh_for: gateway.config.cache.fresh_for,
            epoch: epoch(gateway),
        }
    }

    /// The key of what was posted, for one format.
    pub(super) fn key(&self, posted: &Posted, format: Format) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.epoch);
        let source = &posted.source;
        let told = (&source.content_type, &source.title, &source.published);
        let options = format!("{format:?} {:?} {told:?}", posted.options);
        hasher.update(&(options.len() as u64).to_le_bytes());
        hasher.update(options.as_bytes());
        hasher.update(&posted.raw);
        Key(*hasher.finalize().as_bytes())
    }

    /// The rendered brief under `key`, where it is fresh.
    pub(super) async fn find(&self, key: &Key) -> Option<Rendered> {
        self.rendered.get(key).await.filter(|one| one.fresh_until > clock::now())
    }

    /// Keeps a brief under its id, and under `key` where it is whole.
    pub(super) async fn keep(&self, key: Key, brief: Arc<Brief>, body: Bytes) {
        if is_whole(&brief) {
            let fresh_until = clock::now() + self.fresh_for;
            self.rendered.insert(key, Rendered { body, id: brief.id.clone(), fresh_until }).await;
        }
        self.by_id.insert(brief.id.clone(), brief).await;
    }

    /// The brief of this id.
    pub(super) async fn read(&self, id: &str) -> Option<Arc<Brief>> {
        self.by_id.get(id).await
    }

    /// Forgets the brief of this id everywhere; says whether it was known.
    pub(super) async fn forget(&self, id: &str) -> bool {
        let known = self.by_id.remove(id).await.is_some();
        if known {
            let kept = self.rendered.iter().filter(|(_, one)| one.id == id);
            let gone: Vec<Key> = kept.map(|(key, _)| *key).collect();
            for key in gone {
                self.rendered.remove(&key).await;
            }
        }
        known
    }
}

fn is_whole(brief: &Brief) -> bool {
    !brief.findings.iter().any(|f| matches!(f.code, Code::PassageMissing | Code::Stale))
}

fn weight(brief: &Brief) -> u32 {
    let passages = brief.summary.iter().chain(brief.sections.iter().flat_map(|s| &s.passages));
    let text: usize = passages.map(|passage| passage.text.len() + 64).sum();
    let findings: usize = brief.findings.iter().map(|finding| finding.message.len() + 96).sum();
    let sections = brief.article.iter().flat_map(|article| &article.sections);
    let article: usize =
        sections.flat_map(|s| &s.paragraphs).map(|paragraph| paragraph.text.len() + 64).sum();
    (text + findings + article + 1024).try_into().unwrap_or(u32::MAX)
}

/// The hash of everything besides the request that decides a brief.
fn epoch(gateway: &Gateway) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&check::VERSION.to_le_bytes());
    hasher.update(gateway.prompts.hash().as_bytes());
    hasher.update(gateway.glossary.hash().as_bytes());
    hasher.update(format!("{:?}{:?}", gateway.config.tasks, gateway.config.providers).as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::Source,
        config::Config,
        render::{Label, sample},
        server::source::Options,
    };

    #[tokio::test]
    async fn a_brief_that_is_forgotten_is_answered_in_no_format() {
        let answers = Answers::new(&Gateway::open(Config::default()).unwrap());
        let raw = Bytes::from_static(b"text");
        let posted = Posted { source: Source::default(), options: Options::default(), raw };
        let brief = Arc::new(Brief { findings: Vec::new(), ..sample::brief() });
        let formats = [Format::Json, Format::Markdown, Format::Html, Format::Ninjs];
        for format in formats {
            let body = format.render(&brief, &Label::Draft).into();
            answers.keep(answers.key(&posted, format), brief.clone(), body).await;
        }
        for format in formats {
            assert!(answers.find(&answers.key(&posted, format)).await.is_some(), "{format:?}");
        }
        assert!(answers.forget(&brief.id).await);
        for format in formats {
            assert!(answers.find(&answers.key(&posted, format)).await.is_none(), "{format:?}");
        }
    }
}
