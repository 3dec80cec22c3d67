//! Texts put into English before: checked, joined, ready to be given again.
//!
//! A client of a translation service asks for the same text many times. The providers' cache saves
//! the call; this saves reading, names and checks as well, which for a text are most of the time. What
//! is kept depends on the text, its form, its context, the desk's prompts and who may share it; glossary, prompts and
//! checks are those of one configuration, so nothing here outlives it. Nothing confidential, stale or
//! incomplete is kept, and forgetting any source empties it.

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

use moka::sync::Cache;

use super::{Form, Translation, Wanted};
use crate::{
    clock::{self, Instant},
    config,
    finding::Code,
    provider::{CachePolicy, Call},
    telemetry::meters::Lookups,
};

/// Its share of `cache.memory_bytes`.
const SHARE: u64 = 8;
/// Bytes of an entry beside its text, and of one finding beside its message.
const OVERHEAD: usize = 256;

/// The texts that are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Again {
    kept: Cache<Key, Arc<Kept>>,
    fresh_for: Duration,
    /// How often everything was forgotten.
    cleared: Arc<AtomicU64>,
    lookups: Lookups,
}

/// When a translation was begun, and after which forgetting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    at: Instant,
    cleared: u64,
}

#[derive(Debug)]
struct Kept {
    translation: Translation,
    made: Instant,
}

/// What a translation depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

impl Key {
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
        let (fresh_for, lookups) = (config.fresh_for, Lookups::of("text"));
        Self { kept: kept.build(), fresh_for, cleared: Arc::default(), lookups }
    }

    /// The translation under `key`, where it is fresh and as young as `policy` asks.
    pub(super) fn find(&self, key: &Key, policy: CachePolicy) -> Option<Translation> {
        let oldest = match policy {
            CachePolicy::Use => self.fresh_for,
            CachePolicy::MaxAge(age) => age.min(self.fresh_for),
            CachePolicy::NoCache | CachePolicy::NoStore => return None,
        };
        let kept = self.kept.get(key).filter(|kept| {
            let age = clock::now().saturating_duration_since(kept.made);
            age < oldest
        });
        self.lookups.count(kept.is_some());
        kept.map(|kept| kept.translation.clone())
    }

    /// A translation is begun.
    pub(super) fn begin(&self) -> Begun {
        Begun { at: clock::now(), cleared: self.cleared.load(Acquire) }
    }

    /// Keeps a translation, unless it is stale or something was forgotten since it was begun.
    pub(super) fn keep(&self, key: Key, translation: &Translation, begun: Begun) {
        let stale = translation.findings.iter().any(|finding| finding.code == Code::Stale);
        if !stale && begun.cleared == self.cleared.load(Acquire) {
            let kept = Kept { translation: translation.clone(), made: begun.at };
            self.kept.insert(key, Arc::new(kept));
        }
    }

    /// Forgets everything, what is under way included.
    pub(super) fn clear(&self) {
        self.cleared.fetch_add(1, AcqRel);
        self.kept.invalidate_all();
    }
}

fn weight(translation: &Translation) -> u32 {
    let findings = translation.findings.iter().map(|finding| finding.message.len() + OVERHEAD);
    let bytes = translation.text.len() + findings.sum::<usize>() + OVERHEAD;
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Finding, Severity};

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

    fn english() -> Translation {
        Translation { text: "English".to_owned(), findings: Vec::new() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_translation_is_given_again_while_it_is_fresh_and_young_enough() {
        let (again, key) = (again(), Key::of(&wanted("نص"), "", &call()).unwrap());
        again.keep(key, &english(), again.begin());
        tokio::time::sleep(Duration::from_secs(600)).await;
        let young = |seconds| CachePolicy::MaxAge(Duration::from_secs(seconds));
        assert_eq!(again.find(&key, CachePolicy::Use), Some(english()));
        assert_eq!(again.find(&key, young(601)), Some(english()));
        assert_eq!(again.find(&key, young(599)), None);
        assert_eq!(again.find(&key, CachePolicy::NoCache), None);
        tokio::time::sleep(Duration::from_secs(3000)).await;
        assert_eq!(again.find(&key, CachePolicy::Use), None, "an hour has passed");
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
        assert_eq!(again.find(&key, CachePolicy::Use), None, "stale");
        again.keep(key, &english(), again.begin());
        let under_way = again.begin();
        again.clear();
        assert_eq!(again.find(&key, CachePolicy::Use), None, "forgotten");
        again.keep(key, &english(), under_way);
        assert_eq!(again.find(&key, CachePolicy::Use), None, "begun before that");
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
