//! Texts put into English before: checked, joined, ready to be given again.
//!
//! A client of a translation service asks for the same text many times. The providers' cache saves
//! the call; this saves reading, names and checks as well, which for a text are most of the time. What
//! is kept depends on the text, its form, its context, the desk's prompts and who may share it; glossary, prompts and
//! checks are those of one configuration, so nothing here outlives it. Nothing confidential, stale or
//! incomplete is kept, and forgetting any source empties it.
//!
//! Over the texts lie whole answers ([`Whole`]), by the bytes that asked for them: then nothing of a request
//! is opened at all.

use std::{
    sync::{
        Arc,
        atomic::{
            AtomicU64,
            Ordering::{AcqRel, Acquire},
        },
    },
    time::Duration,
};

use bytes::Bytes;
use moka::sync::Cache;

use super::{Form, Translation, Wanted};
use crate::{
    clock::{self, Instant},
    config,
    provider::{CachePolicy, Call},
    telemetry::meters::Lookups,
};

/// The share of `cache.memory_bytes` that each of the two maps has.
const SHARE: u64 = 16;
/// Bytes of an entry beside its text, and of one finding beside its message.
const OVERHEAD: usize = 512;

/// The texts that are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Again {
    kept: Cache<Key, Arc<Kept>>,
    whole: Cache<Key, Arc<Whole>>,
    fresh_for: Duration,
    /// How often everything was forgotten.
    cleared: Arc<AtomicU64>,
    lookups: Lookups,
}

/// When a translation was begun, and after which forgetting.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    at: Instant,
    cleared: u64,
}

impl Begun {
    /// When.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }
}

/// An answer as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its body.
    pub body: Bytes,
    /// What its header says is wrong with it.
    pub note: Option<String>,
    /// When the oldest of its texts was put into English.
    pub made: Instant,
}

#[derive(Debug)]
struct Kept {
    translation: Translation,
    made: Instant,
}

/// What a translation or an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a request's body of this content type, under prompts with this hash, for those who
    /// share this scope.
    #[must_use]
    pub fn of_body(body: &[u8], kind: &[u8], prompts: &str, scope: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [scope.as_bytes(), prompts.as_bytes(), kind, body] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The key of a text for a call, under prompts with this hash; none where nothing of it may be
    /// kept.
    pub(super) fn of(wanted: &Wanted, prompts: &str, call: &Call) -> Option<Self> {
        let Wanted { text, form, context } = wanted;
        call.keeps().then(|| {
            let form = match form {
                Form::Plain => "plain",
                Form::Markup => "markup",
            };
            let mut hasher = blake3::Hasher::new();
            let known = context.as_ref().map_or("none", |_| "some");
            let context = context.as_deref().unwrap_or_default();
            for part in [call.scope.as_str(), prompts, form, known, context, text] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
            Self(*hasher.finalize().as_bytes())
        })
    }
}

impl Again {
    pub(super) fn new(config: &config::Cache) -> Self {
        let kept = Cache::builder().max_capacity(config.memory_bytes / SHARE);
        let kept = kept.weigher(|_, one: &Arc<Kept>| weight(&one.translation));
        let whole = Cache::builder().max_capacity(config.memory_bytes / SHARE);
        let whole = whole.weigher(|_, one: &Arc<Whole>| {
            let bytes = one.body.len() + one.note.as_ref().map_or(0, String::len) + OVERHEAD;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        });
        let (fresh_for, lookups) = (config.fresh_for, Lookups::of("text"));
        let (kept, whole) = (kept.build(), whole.build());
        Self { kept, whole, fresh_for, cleared: Arc::default(), lookups }
    }

    /// The answer under `key`, where it is fresh and as young as `policy` asks.
    #[must_use]
    pub fn whole(&self, key: &Key, policy: CachePolicy) -> Option<Arc<Whole>> {
        let oldest = self.oldest(policy)?;
        let whole = self.whole.get(key).filter(|whole| is_younger(whole.made, oldest));
        if whole.is_some() {
            // Who is not found here is looked for among the texts, and counted there.
            self.lookups.count(true);
        }
        whole
    }

    /// Keeps an answer, unless something was forgotten since it was begun. Nothing of it may be
    /// confidential, stale or missing.
    pub fn keep_whole(&self, key: Key, whole: Whole, begun: Begun) {
        if begun.cleared == self.cleared.load(Acquire) {
            self.whole.insert(key, Arc::new(whole));
        }
    }

    /// The age at which nothing serves any more; none where nothing may.
    fn oldest(&self, policy: CachePolicy) -> Option<Duration> {
        match policy {
            CachePolicy::Use => Some(self.fresh_for),
            CachePolicy::MaxAge(age) => Some(age.min(self.fresh_for)),
            CachePolicy::NoCache | CachePolicy::NoStore => None,
        }
    }

    /// The translation under `key`, where it is fresh and as young as `policy` asks.
    pub(super) fn find(&self, key: &Key, policy: CachePolicy) -> Option<(Translation, Instant)> {
        let oldest = self.oldest(policy)?;
        let kept = self.kept.get(key).filter(|kept| is_younger(kept.made, oldest));
        self.lookups.count(kept.is_some());
        kept.map(|kept| (kept.translation.clone(), kept.made))
    }

    /// A translation is begun.
    #[must_use]
    pub fn begin(&self) -> Begun {
        Begun { at: clock::now(), cleared: self.cleared.load(Acquire) }
    }

    /// Keeps a translation, unless it is stale or something was forgotten since it was begun.
    pub(super) fn keep(&self, key: Key, translation: &Translation, begun: Begun) {
        if !translation.is_stale() && begun.cleared == self.cleared.load(Acquire) {
            let kept = Kept { translation: translation.clone(), made: begun.at };
            self.kept.insert(key, Arc::new(kept));
        }
    }

    /// Forgets everything, what is under way included.
    pub(super) fn clear(&self) {
        self.cleared.fetch_add(1, AcqRel);
        self.kept.invalidate_all();
        self.whole.invalidate_all();
    }
}

fn is_younger(made: Instant, oldest: Duration) -> bool {
    clock::now().saturating_duration_since(made) < oldest
}

fn weight(translation: &Translation) -> u32 {
    let findings = translation.findings.iter().map(|finding| finding.message.len() + OVERHEAD);
    let bytes = translation.text.len() + findings.sum::<usize>() + OVERHEAD;
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Code, Finding, Severity};

    fn again() -> Again {
        let hour = Duration::from_secs(3600);
        Again::new(&config::Cache { fresh_for: hour, ..config::Cache::default() })
    }

    fn call() -> Call {
        Call::until(clock::now() + Duration::from_secs(60))
    }

    fn wanted(text: &str) -> Wanted {
        Wanted { text: text.to_owned(), ..Wanted::default() }
    }

    fn found(again: &Again, key: &Key, policy: CachePolicy) -> Option<Translation> {
        again.find(key, policy).map(|(translation, _)| translation)
    }

    fn english() -> Translation {
        Translation { text: "English".to_owned(), findings: Vec::new() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_translation_is_given_again_while_it_is_fresh_and_young_enough() {
        let (again, key) = (again(), Key::of(&wanted("نص"), "", &call()).unwrap());
        again.keep(key, &english(), again.begin());
        tokio::time::sleep(Duration::from_secs(600)).await;
        let young = |seconds| CachePolicy::MaxAge(Duration::from_secs(seconds));
        assert_eq!(found(&again, &key, CachePolicy::Use), Some(english()));
        assert_eq!(found(&again, &key, young(601)), Some(english()));
        assert_eq!(found(&again, &key, young(599)), None);
        assert_eq!(found(&again, &key, CachePolicy::NoCache), None);
        tokio::time::sleep(Duration::from_secs(3000)).await;
        assert_eq!(found(&again, &key, CachePolicy::Use), None, "an hour has passed");
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_not_be_kept_or_was_forgotten_is_not_given() {
        let again = again();
        let secret = Call { confidential: true, ..call() };
        let unkept = Call { cache: CachePolicy::NoStore, ..call() };
        assert_eq!(Key::of(&wanted("نص"), "", &secret), None);
        assert_eq!(Key::of(&wanted("نص"), "", &unkept), None);
        let key = Key::of(&wanted("نص"), "", &call()).unwrap();
        let stale = Finding::new(Code::Stale, Severity::Warning, "old");
        again.keep(key, &Translation { findings: vec![stale], ..english() }, again.begin());
        assert_eq!(found(&again, &key, CachePolicy::Use), None, "stale");
        again.keep(key, &english(), again.begin());
        let under_way = again.begin();
        again.clear();
        assert_eq!(found(&again, &key, CachePolicy::Use), None, "forgotten");
        again.keep(key, &english(), under_way);
        assert_eq!(found(&again, &key, CachePolicy::Use), None, "begun before that");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_as_old_as_its_oldest_text_and_goes_with_the_texts() {
        let (again, key) = (again(), Key::of_body(b"{}", b"application/json", "", ""));
        let whole = || {
            let body = Bytes::from_static(b"{}");
            Whole { body, note: None, made: clock::now() - Duration::from_secs(600) }
        };
        let young = |seconds| CachePolicy::MaxAge(Duration::from_secs(seconds));
        let under_way = again.begin();
        again.keep_whole(key, whole(), under_way);
        assert!(again.whole(&key, young(601)).is_some() && again.whole(&key, young(600)).is_none());
        assert!(again.whole(&key, CachePolicy::NoCache).is_none());
        for (kind, prompts, scope) in
            [("text/json", "", ""), ("application/json", "1", ""), ("application/json", "", "1")]
        {
            let other = Key::of_body(b"{}", kind.as_bytes(), prompts, scope);
            assert!(again.whole(&other, CachePolicy::Use).is_none());
        }
        again.clear();
        assert!(again.whole(&key, CachePolicy::Use).is_none(), "forgotten");
        again.keep_whole(key, whole(), under_way);
        assert!(again.whole(&key, CachePolicy::Use).is_none(), "begun before that");
    }

    #[tokio::test(start_paused = true)]
    async fn every_part_of_what_is_asked_makes_another_key() {
        let base = wanted("نص");
        let with = |wanted: Wanted, call: Call| Key::of(&wanted, "", &call).unwrap();
        let keys = [
            with(base.clone(), call()),
            with(wanted("نص آخر"), call()),
            with(Wanted { form: Form::Markup, ..base.clone() }, call()),
            with(Wanted { context: Some(String::new()), ..base.clone() }, call()),
            with(Wanted { context: Some("سياق".into()), ..base.clone() }, call()),
            with(base, Call { scope: "desk".into(), ..call() }),
        ];
        let distinct: std::collections::HashSet<Key> = keys.into_iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }
}
