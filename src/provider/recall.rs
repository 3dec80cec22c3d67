//! What is kept, looked for along a journey's route: fresh, or past its lifetime where nobody can answer.
//!
//! Whoever is given a kept answer is written down beside it, so that forgetting a source finds it.

use std::time::Duration;

use futures_util::{FutureExt as _, future::BoxFuture};

use super::{
    super::cache::{Kept, Source},
    Done, How, Inner, Journey, Key, Read,
};
use crate::{
    brief::Answered,
    finding::{Code, Finding, Severity},
};

/// Where kept answers are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tiers {
    Memory,
    All,
}

impl Inner {
    /// A fresh answer of any provider of the route, in the route's order. Its room is given back when
    /// nothing was found, which is when a task begins to wait.
    pub(super) fn recall<'a>(
        &'a self,
        journey: &'a Journey,
        tiers: Tiers,
    ) -> BoxFuture<'a, Option<Done>> {
        async move {
            let max_age = match journey.read {
                Read::Any => None,
                Read::Within(age) => Some(age),
                Read::Nothing => return None,
            };
            let done = self.find(journey, tiers, max_age).await;
            // The lower tiers count for themselves.
            if tiers == Tiers::Memory {
                self.near.count(done.is_some());
            }
            done
        }
        .boxed()
    }

    async fn find(
        &self,
        journey: &Journey,
        tiers: Tiers,
        max_age: Option<Duration>,
    ) -> Option<Done> {
        for candidate in journey.candidates.iter().filter(|candidate| candidate.is_open()) {
            let kept = match tiers {
                Tiers::Memory => self.cache.near(&candidate.key, max_age).await,
                Tiers::All => self.cache.fresh(&candidate.key, max_age).await,
            };
            if let Some(kept) = kept {
                return Some(self.recalled(journey, candidate.key, kept, How::Cached).await);
            }
        }
        None
    }

    async fn recalled(&self, journey: &Journey, key: Key, kept: Kept, how: How) -> Done {
        let answered = Answered::clone(&kept.answered);
        if let Some(source) = journey.source.filter(|_| journey.keep) {
            self.cache.tag(key, kept, source).await;
        }
        Done { answered, how, cost_usd: None }.unpaid(how)
    }

    /// Remembers that `source` was served by whichever of these keys has an answer: in this replica, or
    /// with all of them.
    pub(super) async fn served(&self, keys: &[Key], source: Source) {
        let mut elsewhere = Vec::new();
        for key in keys {
            match self.cache.near(key, None).await {
                Some(kept) => self.cache.tag(*key, kept, source).await,
                None => elsewhere.push(*key),
            }
        }
        self.cache.tag_far(&elsewhere, &source).await;
    }

    /// An answer past its lifetime, where every provider is down or over quota.
    pub(super) async fn stale(&self, journey: &Journey) -> Option<Done> {
        if journey.read != Read::Any || !journey.is_everyone_away() {
            return None;
        }
        for candidate in &journey.candidates {
            if let Some(kept) = self.cache.stale(&candidate.key).await {
                let mut done = self.recalled(journey, candidate.key, kept, How::Stale).await;
                done.answered.findings.push(stale_finding());
                self.stale.increment(1);
                return Some(done);
            }
        }
        None
    }
}

fn stale_finding() -> Finding {
    let message =
        "No provider could answer; this English was made earlier and is past its lifetime.";
    Finding::new(Code::Stale, Severity::Warning, message)
}
