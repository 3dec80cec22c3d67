//! Answers already given, in memory, weighed by bytes.
//!
//! # How long an answer lives
//! Until its own `fresh_until` on [`crate::clock`], so that a test with paused time sees it expire;
//! moka's own lifetimes would not. The least used leave first when the bound is reached.
//!
//! Only whole answers are kept: one with a text missing is asked for again.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use tokio::time::Instant;

use super::key::Key;
use crate::{
    brief::{Answer, Answered},
    clock,
};

/// Memory that an entry takes beside its texts, in bytes.
const OVERHEAD: usize = 256;

/// The cache of answers. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    kept: Cache<Key, Kept>,
    fresh_for: Duration,
}

#[derive(Clone, Debug)]
struct Kept {
    answered: Arc<Answered>,
    fresh_until: Instant,
}

impl Answers {
    /// An empty cache of at most `bytes`, whose answers live for `fresh_for`.
    pub(super) fn new(bytes: u64, fresh_for: Duration) -> Self {
        let weigh = |_: &Key, kept: &Kept| weight(&kept.answered.answer);
        Self { kept: Cache::builder().max_capacity(bytes).weigher(weigh).build(), fresh_for }
    }

    /// The fresh answer under `key`.
    pub(super) async fn find(&self, key: &Key) -> Option<Arc<Answered>> {
        let kept = self.kept.get(key).await?;
        (kept.fresh_until > clock::now()).then_some(kept.answered)
    }

    /// Keeps an answer where it is whole.
    pub(super) async fn keep(&self, key: Key, answered: Arc<Answered>) {
        if is_whole(&answered.answer) {
            let fresh_until = clock::now() + self.fresh_for;
            self.kept.insert(key, Kept { answered, fresh_until }).await;
        }
    }
}

fn is_whole(answer: &Answer) -> bool {
    match answer {
        Answer::Translate { texts } => texts.iter().all(Option::is_some),
        Answer::Summarize { .. } | Answer::Headline { .. } => true,
    }
}

fn weight(answer: &Answer) -> u32 {
    let text: usize = match answer {
        Answer::Translate { texts } => texts.iter().flatten().map(String::len).sum(),
        Answer::Summarize { heading, passages } => {
            heading.as_ref().map_or(0, String::len)
                + passages.iter().map(|p| p.text.len()).sum::<usize>()
        }
        Answer::Headline { headline, summary } => {
            headline.len() + summary.iter().map(|p| p.text.len()).sum::<usize>()
        }
    };
    (text + OVERHEAD).try_into().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::{Engine, Usage};

    fn answered(texts: Vec<Option<String>>) -> Arc<Answered> {
        Arc::new(Answered {
            answer: Answer::Translate { texts },
            engine: Engine { provider: "p".to_owned(), model: None },
            usage: Usage::default(),
            findings: Vec::new(),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_served_until_its_lifetime_ends() {
        let answers = Answers::new(1 << 20, Duration::from_secs(60));
        let key = Key::of_text("one");
        answers.keep(key, answered(vec![Some("text".to_owned())])).await;
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(answers.find(&key).await.is_some());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(answers.find(&key).await.is_none());
    }

    #[tokio::test]
    async fn an_answer_with_a_text_missing_is_not_kept() {
        let answers = Answers::new(1 << 20, Duration::from_secs(60));
        let key = Key::of_text("one");
        answers.keep(key, answered(vec![Some("text".to_owned()), None])).await;
        assert!(answers.find(&key).await.is_none());
    }
}
