//! Briefs already made: whole, as rendered bytes, in memory.
//!
//! A posted article whose bytes, content type, format and detail were seen before is answered
//! from here: nothing is opened, parsed, planned or checked again, and `id` and `created` stay the same.
//! The key also holds the hash of configuration, prompts, glossary and the version of the checks,
//! so a change to any of them misses. Briefs with something missing or stale are not kept for
//! later requests, though they can be read by id. Confidential briefs are not kept at all.
//!
//! What a person decides about a brief is written into what was rendered of it, so a hit says the same
//! of it as a read by its id and still asks nobody.
//!
//! A brief is read by its readers: those of the key that had it made, and of every key
//! that was answered with it since. To everybody else it does not exist.

use std::{
    collections::BTreeSet,
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::body::Bytes;
use moka::{Entry, future::Cache, ops::compute::Op};
use tokio::{sync::OwnedMutexGuard, time::Instant};

use crate::{
    brief::{Brief, BriefSection, Passage, check},
    clock,
    config::Config,
    finding::{Code, Finding},
    keys::{Identity, Scope},
    pipeline::Gateway,
    prompt::Prompts,
    provider::CachePolicy,
    render::{Format, Label},
    telemetry::meters::Lookups,
};

use super::{
    sharing::Sharing,
    source::{Options, Posted},
};

/// A rendered brief.
#[derive(Clone, Debug)]
pub(super) struct Rendered {
    /// The body of the response.
    pub(super) body: Bytes,
    /// The id of the brief.
    id: String,
    /// SHA-256 of its source, hex.
    source: String,
    readers: Readers,
    kept: Instant,
    fresh_until: Instant,
}

impl Rendered {
    /// The id of the brief.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256 of its source, hex.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// How much longer it is fresh.
    pub(super) fn fresh_for(&self) -> Duration {
        self.fresh_until.saturating_duration_since(clock::now())
    }
}

/// A rendered brief for whoever asked for it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) rendered: Rendered,
    /// They may read it by its id from now on, and may not have before.
    pub(super) for_a_new_reader: bool,
}

/// Those who may read a brief: one set for the brief and for what was rendered of it, so that whoever was
/// let in is known as long as either is here, and the disk hears of each once.
#[derive(Clone, Debug)]
struct Readers(Arc<Mutex<BTreeSet<String>>>);

impl Readers {
    fn of(first: &str) -> Self {
        Self(Arc::new(Mutex::new(BTreeSet::from([first.to_owned()]))))
    }

    /// Lets them in; says whether they were not in before.
    fn admit(&self, readers: String) -> bool {
        self.known().insert(readers)
    }

    fn hold(&self, readers: &str) -> bool {
        self.known().contains(readers)
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A brief with those who may read it.
#[derive(Debug)]
struct Readable {
    brief: Arc<Brief>,
    readers: Readers,
}

impl Readable {
    fn is_for(&self, identity: &Identity) -> bool {
        identity.may(Scope::Admin) || self.readers.hold(&identity.readers())
    }
}

/// The key of a whole brief in one format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    hash: [u8; 32],
    format: Format,
}

/// Briefs already made. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    rendered: Cache<Key, Rendered>,
    by_id: Cache<String, Arc<Readable>>,
    fresh_for: Duration,
    epoch: [u8; 32],
    prompts: Prompts,
    lookups: Lookups,
    /// Held from reading a decision to having written it: the last one stays.
    pen: Arc<tokio::sync::Mutex<()>>,
}

/// Share of `cache.memory_bytes` for each of the two maps here; the rest is for the providers'
/// answers and for texts that are given again.
const SHARE: u64 = 4;
/// What an entry takes beside its body and its id.
const OVERHEAD: usize = 512;

impl Answers {
    /// No briefs yet, bounded by the gateway's configuration.
    pub(super) fn new(gateway: &Gateway) -> Self {
        let bytes = gateway.config.cache.memory_bytes / SHARE;
        let rendered = Cache::builder().max_capacity(bytes);
        let rendered = rendered.weigher(|_, one: &Rendered| {
            (one.body.len() + one.id.len() + OVERHEAD).try_into().unwrap_or(u32::MAX)
        });
        let by_id = Cache::builder().max_capacity(bytes);
        let by_id = by_id.weigher(|_, one: &Arc<Readable>| weight(&one.brief));
        Self {
            rendered: rendered.build(),
            by_id: by_id.build(),
            fresh_for: gateway.config.cache.fresh_for,
            epoch: epoch(gateway),
            prompts: gateway.prompts.clone(),
            lookups: Lookups::of("brief"),
            pen: Arc::default(),
        }
    }

    /// The same briefs under another configuration: their keys say under which one each was made.
    /// Memory of another size begins empty.
    pub(super) fn renewed(&self, gateway: &Gateway, before: &Config) -> Self {
        let fresh = Self { lookups: self.lookups.clone(), ..Self::new(gateway) };
        if gateway.config.cache.memory_bytes != before.cache.memory_bytes {
            return fresh;
        }
        let (rendered, by_id) = (self.rendered.clone(), self.by_id.clone());
        Self { rendered, by_id, pen: Arc::clone(&self.pen), ..fresh }
    }

    /// The key of what somebody posted, for one format.
    pub(super) fn key(&self, posted: &Posted, format: Format, sharing: &Sharing) -> Key {
        if posted.by_itself {
            return self.key_of_json(&posted.raw, format, sharing);
        }
        let mut hasher = self.hasher(sharing);
        let source = &posted.source;
        let told = (&source.content_type, &source.title, &source.published);
        let Options { detail, confidential, dry_run: _, webhook: _ } = &posted.options;
        let options = format!("{format:?} {detail:?} {confidential} {told:?}");
        hasher.update(&(options.len() as u64).to_le_bytes());
        hasher.update(options.as_bytes());
        hasher.update(&posted.raw);
        Key { hash: *hasher.finalize().as_bytes(), format }
    }

    /// The key of JSON that somebody posted, for one format, before it is opened. Nothing lies under it
    /// where the JSON is none, is confidential, or asks for more than the brief.
    pub(super) fn key_of_json(&self, raw: &[u8], format: Format, sharing: &Sharing) -> Key {
        let mut hasher = self.hasher(sharing);
        // No length that the other keys begin with.
        hasher.update(&u64::MAX.to_le_bytes());
        let name = format!("{format:?}");
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(raw);
        Key { hash: *hasher.finalize().as_bytes(), format }
    }

    fn hasher(&self, sharing: &Sharing) -> blake3::Hasher {
        let Sharing { desk, scope } = sharing;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.epoch);
        hasher.update(self.prompts.of(desk.as_deref()).hash().as_bytes());
        hasher.update(&(scope.len() as u64).to_le_bytes());
        hasher.update(scope.as_bytes());
        hasher
    }

    /// The rendered brief under `key`, where it is fresh and as young as `policy` asks. `identity`
    /// may read it by its id from now on.
    pub(super) async fn find(
        &self,
        key: &Key,
        policy: CachePolicy,
        identity: &Identity,
    ) -> Option<Found> {
        let youngest = match policy {
            CachePolicy::Use => None,
            CachePolicy::MaxAge(age) => Some(age),
            CachePolicy::NoCache | CachePolicy::NoStore => return None,
        };
        let now = clock::now();
        let rendered = self.rendered.get(key).await.filter(|one| {
            let age = now.saturating_duration_since(one.kept);
            one.fresh_until > now && youngest.is_none_or(|youngest| age <= youngest)
        });
        self.lookups.count(rendered.is_some());
        let rendered = rendered?;
        let for_a_new_reader = rendered.readers.admit(identity.readers());
        Some(Found { rendered, for_a_new_reader })
    }

    /// How often a whole brief was found, and how often not, since the start.
    pub(super) fn asked(&self) -> (u64, u64) {
        self.lookups.seen()
    }

    /// Keeps a brief under its id.
    pub(super) async fn hold(&self, brief: Arc<Brief>, readers: &str) {
        self.put(brief, Readers::of(readers)).await;
    }

    async fn put(&self, brief: Arc<Brief>, readers: Readers) -> Readers {
        let (id, one) = (brief.id.clone(), Readable { brief, readers: readers.clone() });
        self.by_id.insert(id, Arc::new(one)).await;
        readers
    }

    /// Keeps a brief under its id, and its `body` under `key` where it is whole; says whether it is.
    pub(super) async fn keep(
        &self,
        key: Key,
        brief: &Arc<Brief>,
        body: Bytes,
        readers: &str,
    ) -> bool {
        let near = self.by_id.get(&brief.id).await.map(|one| one.readers.clone());
        let readers = match near {
            Some(readers) => readers,
            None => self.put(Arc::clone(brief), Readers::of(readers)).await,
        };
        let whole = is_whole(brief);
        if whole {
            let kept = clock::now();
            let fresh_until = kept + self.fresh_for;
            let id = brief.id.clone();
            let source = brief.provenance.source_sha256.clone();
            let rendered = Rendered { body, id, source, readers, kept, fresh_until };
            self.rendered.insert(key, rendered).await;
        }
        whole
    }

    /// Puts another version in a brief's place, for the same readers; what was rendered of it is no
    /// longer served.
    pub(super) async fn replace(&self, brief: Arc<Brief>) {
        let id = brief.id.clone();
        if let Some(earlier) = self.by_id.get(&id).await {
            let readers = earlier.readers.clone();
            // The article stays: what an earlier version kept in the store has none.
            let article = brief.article.clone().or_else(|| earlier.brief.article.clone());
            self.put(Arc::new(Brief { article, ..Brief::clone(&brief) }), readers).await;
        }
        self.unrender(&id).await;
    }

    /// Whoever holds this may read a decision and [rewrite](Self::rewrite) by it; nobody else does
    /// meanwhile.
    pub(super) async fn pen(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.pen).lock_owned().await
    }

    /// Renders again what was rendered of a brief, as people left it and under the label that it has now.
    pub(super) async fn rewrite(&self, brief: &Brief, label: &Label) {
        let own = self.rendered.iter().filter(|(_, one)| one.id == brief.id);
        let own: Vec<(Arc<Key>, Rendered)> = own.collect();
        for (key, one) in own {
            let body = Bytes::from(key.format.render(brief, label));
            let again = Rendered { body, ..one };
            // What was forgotten meanwhile stays forgotten.
            let put = |there: Option<Entry<Key, Rendered>>| {
                ready(if there.is_some() { Op::Put(again) } else { Op::Nop })
            };
            self.rendered.entry(*key).and_compute_with(put).await;
        }
    }

    /// The brief of this id, where `identity` may read it.
    pub(super) async fn read(&self, id: &str, identity: &Identity) -> Option<Arc<Brief>> {
        let found = self.by_id.get(id).await.filter(|one| one.is_for(identity))?;
        Some(Arc::clone(&found.brief))
    }

    /// Forgets the brief of this id in every format, and gives it where it was still here; the caller
    /// has seen to it that it may be.
    pub(super) async fn forget(&self, id: &str) -> Option<Arc<Brief>> {
        let known = self.by_id.remove(id).await;
        self.unrender(id).await;
        known.map(|known| Arc::clone(&known.brief))
    }

    /// What was rendered from the source with this SHA-256, hex, is no longer served.
    pub(super) async fn forget_source(&self, source: &str) {
        self.forget_those(|one| one.source == source).await;
    }

    /// What was rendered of the brief of this id is no longer served.
    pub(super) async fn unrender(&self, id: &str) {
        self.forget_those(|one| one.id == id).await;
    }

    async fn forget_those(&self, those: impl Fn(&Rendered) -> bool) {
        let rendered = self.rendered.iter().filter(|(_, one)| those(one));
        let gone: Vec<Key> = rendered.map(|(key, _)| *key).collect();
        for key in gone {
            self.rendered.remove(&key).await;
        }
    }
}

fn is_whole(brief: &Brief) -> bool {
    !brief.findings.iter().any(|f| matches!(f.code, Code::PassageMissing | Code::Stale))
}

/// What a brief takes in memory, its article and the cache's own share included: each text with what
/// lies around it, rounded up.
fn weight(brief: &Brief) -> u32 {
    // A text's and a list's head, and what the allocator rounds up.
    const AROUND: usize = 48;
    const WHOLE: usize = 2048;
    let text = |text: &Option<String>| text.as_ref().map_or(0, |text| text.len() + AROUND);
    let passages = brief.summary.iter().chain(brief.sections.iter().flat_map(|s| &s.passages));
    let passages = passages.map(|passage| {
        let Passage { text: english, sources, arabic } = passage;
        english.len() + size_of_val(sources.as_slice()) + 2 * AROUND + text(arabic)
    });
    let headings = brief.sections.iter().map(|section| {
        2 * AROUND + size_of::<BriefSection>() + text(&section.heading) + text(&section.heading_ar)
    });
    let findings = brief.findings.iter().map(|finding| {
        let Finding { code: _, severity: _, message, passage, sources } = finding;
        message.len() + size_of_val(sources.as_slice()) + 3 * AROUND + text(passage)
    });
    let names = brief.names.iter().map(|name| name.ar.len() + name.en.len() + 3 * AROUND);
    let article = brief.article.as_deref();
    let sections = article.into_iter().flat_map(|article| &article.sections);
    let paragraphs = sections.map(|section| {
        let texts = section.paragraphs.iter().map(|paragraph| paragraph.text.len() + 2 * AROUND);
        texts.sum::<usize>() + 3 * AROUND + text(&section.heading)
    });
    let dropped = article.into_iter().flat_map(|article| &article.dropped);
    let dropped = dropped.map(|dropped| dropped.text.len() + 2 * AROUND);
    let parts = passages.chain(headings).chain(findings).chain(names).chain(paragraphs);
    (parts.chain(dropped).sum::<usize>() + WHOLE).try_into().unwrap_or(u32::MAX)
}

/// The hash of everything besides the request that decides a brief.
fn epoch(gateway: &Gateway) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&check::VERSION.to_le_bytes());
    hasher.update(gateway.glossary.hash().as_bytes());
    hasher.update(format!("{:?}{:?}", gateway.config.tasks, gateway.config.providers).as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{article::Source, render::sample, server::source::Options};

    fn answers() -> Answers {
        Answers::new(&Gateway::open(Config::default()).unwrap())
    }

    fn posted() -> Posted {
        let raw = Bytes::from_static(b"text");
        let (source, options) = (Source::default(), Options::default());
        Posted { source, options, raw, by_itself: false }
    }

    fn whole() -> Arc<Brief> {
        Arc::new(Brief { findings: Vec::new(), ..sample::brief() })
    }

    #[tokio::test]
    async fn a_brief_that_is_forgotten_is_answered_in_no_format() {
        let (answers, posted) = (answers(), posted());
        let (brief, identity) = (whole(), Identity::anonymous());
        let formats = [Format::Json, Format::Markdown, Format::Html, Format::Ninjs];
        for format in formats {
            let body = format.render(&brief, &Label::Draft).into();
            let key = answers.key(&posted, format, &Sharing::default());
            assert!(answers.keep(key, &brief, body, &identity.readers()).await, "it is whole");
        }
        let found = async |format| {
            let key = answers.key(&posted, format, &Sharing::default());
            answers.find(&key, CachePolicy::Use, &identity).await.is_some()
        };
        for format in formats {
            assert!(found(format).await, "{format:?}");
        }
        answers.forget(&brief.id).await;
        for format in formats {
            assert!(!found(format).await, "{format:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_takes_from_the_cache_only_what_it_asks_for() {
        let (answers, posted) = (answers(), posted());
        let (brief, identity) = (whole(), Identity::anonymous());
        let key = answers.key(&posted, Format::Json, &Sharing::default());
        answers.keep(key, &brief, Bytes::from_static(b"{}"), &identity.readers()).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let found = async |policy| answers.find(&key, policy, &identity).await.is_some();
        assert!(found(CachePolicy::Use).await);
        assert!(found(CachePolicy::MaxAge(Duration::from_secs(60))).await);
        assert!(!found(CachePolicy::MaxAge(Duration::from_secs(59))).await);
        assert!(!found(CachePolicy::NoCache).await);
        assert!(!found(CachePolicy::NoStore).await);
        tokio::time::sleep(Config::default().cache.fresh_for).await;
        assert!(!found(CachePolicy::Use).await, "no longer fresh");
    }

    #[tokio::test]
    async fn a_brief_is_read_only_by_those_who_were_answered_with_it() {
        let desk = |name: &str, scopes: &[Scope]| Identity {
            key: Some("1a2b3c4d".to_owned()),
            desk: Some(name.to_owned()),
            scopes: scopes.iter().copied().collect(),
            ..Identity::anonymous()
        };
        let foreign = desk("foreign", &[Scope::Brief]);
        let sport = desk("sport", &[Scope::Brief]);
        let admin = desk("it", &[Scope::Admin]);
        let (answers, posted, brief) = (answers(), posted(), whole());
        let key = answers.key(&posted, Format::Json, &Sharing::default());
        answers.keep(key, &brief, Bytes::from_static(b"{}"), &foreign.readers()).await;
        assert!(answers.read(&brief.id, &foreign).await.is_some());
        assert!(answers.read(&brief.id, &admin).await.is_some());
        assert!(answers.read(&brief.id, &sport).await.is_none());
        assert!(answers.find(&key, CachePolicy::Use, &sport).await.is_some());
        assert!(answers.read(&brief.id, &sport).await.is_some(), "it was answered with it");
        answers.forget(&brief.id).await;
        assert!(answers.read(&brief.id, &foreign).await.is_none(), "everywhere");
    }

    #[tokio::test]
    async fn a_reader_is_new_once_also_where_the_brief_itself_has_left_the_memory() {
        let (answers, posted, brief) = (answers(), posted(), whole());
        let key = answers.key(&posted, Format::Json, &Sharing::default());
        answers.keep(key, &brief, Bytes::from_static(b"{}"), "desk:foreign").await;
        answers.by_id.invalidate(&brief.id).await;
        let sport = Identity { desk: Some("sport".to_owned()), ..Identity::anonymous() };
        let mut new = Vec::new();
        for _ in 0..3 {
            let found = answers.find(&key, CachePolicy::Use, &sport).await;
            new.push(found.unwrap().for_a_new_reader);
        }
        assert_eq!(new, [true, false, false]);
    }
}
