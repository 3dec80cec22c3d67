//! The moment by which a task must be answered, shared by everyone who waits for it.
//!
//! A flight is led by whoever came first, yet a later caller may have more time. So a deadline
//! can be put off while it is being waited for; it never comes nearer. It also knows whether
//! anybody still waits: paid work goes on without them, work inside the process does not.

use std::{future::Future, time::Duration};

use tokio::{sync::watch, time::sleep_until};

use crate::clock::{self, Instant};

/// Taken off a caller's deadline for the work behind it, so that its outcome is there in time.
const MARGIN: Duration = Duration::from_millis(50);

/// A deadline that can be put off. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    at: watch::Sender<Instant>,
    waiting: watch::Sender<Waiting>,
}

/// Who waits for the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    /// Nobody has been counted yet.
    Uncounted,
    /// So many wait now.
    Now(usize),
    /// The work has stopped because nobody waited.
    GivenUp,
}

/// Somebody who waits. Dropping it is hanging up.
#[derive(Debug)]
pub(crate) struct Waiter(watch::Sender<Waiting>);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| {
            if let Waiting::Now(count) = waiting {
                *count = count.saturating_sub(1);
            }
        });
    }
}

impl Deadline {
    pub(crate) fn new(at: Instant) -> Self {
        Self { at: watch::Sender::new(at), waiting: watch::Sender::new(Waiting::Uncounted) }
    }

    /// Counts one who waits; `None` where the work has been given up.
    pub(crate) fn wait(&self) -> Option<Waiter> {
        let joined = self.waiting.send_if_modified(|waiting| {
            match waiting {
                Waiting::GivenUp => return false,
                Waiting::Uncounted => *waiting = Waiting::Now(1),
                Waiting::Now(count) => *count += 1,
            }
            true
        });
        joined.then(|| Waiter(self.waiting.clone()))
    }

    /// Completes when all who were counted have hung up; never where nobody was. From then on
    /// nobody else can wait.
    pub(crate) async fn forsaken(&self) {
        let mut waiting = self.waiting.subscribe();
        loop {
            // The sender lives as long as this, so the wait cannot fail.
            let _ = waiting.wait_for(|waiting| *waiting == Waiting::Now(0)).await;
            let given_up = self.waiting.send_if_modified(|waiting| {
                let empty = *waiting == Waiting::Now(0);
                if empty {
                    *waiting = Waiting::GivenUp;
                }
                empty
            });
            if given_up {
                return;
            }
        }
    }

    /// The deadline of work for which a caller waits until `at`.
    pub(crate) fn ahead_of(at: Instant) -> Self {
        Self::new(at.checked_sub(MARGIN).unwrap_or(at))
    }

    /// Whether the other is this very deadline.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.at.same_channel(&other.at)
    }

    pub(crate) fn at(&self) -> Instant {
        *self.at.borrow()
    }

    /// Time left; zero once it has passed.
    pub(crate) fn left(&self) -> Duration {
        self.at().saturating_duration_since(clock::now())
    }

    /// Puts it off to the other's moment, if that is later.
    pub(crate) fn extend(&self, other: &Self) {
        let at = other.at();
        self.at.send_if_modified(|current| {
            let later = at > *current;
            *current = at.max(*current);
            later
        });
    }

    /// What the work gives, or `None` where the deadline passes first, which drops the work.
    pub(crate) async fn bound<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.passed() => None,
        }
    }

    /// Completes when it has passed.
    pub(crate) async fn passed(&self) {
        let mut changes = self.at.subscribe();
        loop {
            let at = *changes.borrow_and_update();
            tokio::select! {
                () = sleep_until(at) => return,
                Ok(()) = changes.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_is_forsaken_when_the_last_who_waits_hangs_up() {
        let deadline = Deadline::new(clock::now() + Duration::from_secs(60));
        let soon = Duration::from_secs(1);
        let forsaken = || tokio::time::timeout(soon, deadline.forsaken());
        assert!(forsaken().await.is_err(), "nobody was counted");
        let (one, other) = (deadline.wait(), deadline.wait());
        drop(one);
        assert!(forsaken().await.is_err(), "one still waits");
        drop(other);
        assert!(forsaken().await.is_ok());
        assert!(deadline.wait().is_none(), "too late to wait for it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_put_off_while_waited_for_is_kept_later() {
        let start = clock::now();
        let deadline = Deadline::new(start + Duration::from_secs(1));
        let other = deadline.clone();
        let extend = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            other.extend(&Deadline::new(start + Duration::from_secs(5)));
            other.extend(&Deadline::new(start + Duration::from_secs(2)));
        };
        let (done, ()) = tokio::join!(deadline.bound(pending::<()>()), extend);
        assert_eq!(done, None);
        assert_eq!(clock::now().duration_since(start).as_secs(), 5, "it never comes nearer");
    }
}
