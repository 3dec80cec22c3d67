//! A second call beside one that takes unusually long, where the provider's configuration asks.
//!
//! "Unusually" is measured: longer than 95 in 100 of this provider's own recent answers. So about
//! one call in twenty is doubled, which cuts the slowest answers short for five percent more calls.
//! Off by default, because most providers bill each call.

use std::{
    collections::VecDeque,
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, future::select_ok};
use tokio::time::sleep;

use crate::dialect::Fault;

/// Answers that are remembered.
const RECENT: usize = 100;
/// Answers before which nothing is usual yet.
const ENOUGH: usize = 20;

/// How long one provider's recent answers took.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Mutex<VecDeque<Duration>>);

impl Latencies {
    pub(crate) fn note(&self, took: Duration) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back(took);
    }

    /// What 95 in 100 answers do not exceed, once there are enough to say.
    pub(crate) fn p95(&self) -> Option<Duration> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<_> = recent.iter().copied().collect();
        drop(recent);
        sorted.sort_unstable();
        let place = (sorted.len() * 95).div_ceil(100).checked_sub(1)?;
        (sorted.len() >= ENOUGH).then(|| sorted[place])
    }
}

/// The first call's outcome if it comes within `usual`; otherwise the first answer of either.
pub(crate) async fn race<T: Send>(
    first: impl Future<Output = Result<T, Fault>> + Send,
    usual: Duration,
    second: impl Future<Output = Result<T, Fault>> + Send,
) -> Result<T, Fault> {
    let mut first = first.boxed();
    tokio::select! {
        biased;
        outcome = &mut first => outcome,
        () = sleep(usual) => select_ok([first, second.boxed()]).await.map(|(done, _)| done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_usual_before_there_are_enough_answers() {
        let latencies = Latencies::default();
        (1..ENOUGH).for_each(|_| latencies.note(Duration::from_secs(1)));
        assert_eq!(latencies.p95(), None);
        latencies.note(Duration::from_secs(1));
        assert_eq!(latencies.p95(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn the_usual_follows_recent_answers() {
        let latencies = Latencies::default();
        (0..500).for_each(|_| latencies.note(Duration::from_secs(9)));
        (1..=100).for_each(|n| latencies.note(Duration::from_millis(n)));
        assert_eq!(latencies.p95(), Some(Duration::from_millis(95)));
    }
}
