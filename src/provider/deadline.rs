//! The moment by which a task must be answered, shared by everyone who waits for it.
//!
//! A flight is led by whoever came first, yet a later caller may have more time. So a deadline
//! can be put off while it is being waited for; it never comes nearer.

use std::{future::Future, time::Duration};

use tokio::{sync::watch, time::sleep_until};

use crate::clock::{self, Instant};

/// Taken off a caller's deadline for the work behind it, so that its outcome is there in time.
const MARGIN: Duration = Duration::from_millis(50);

/// A deadline that can be put off. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Deadline(watch::Sender<Instant>);

impl Deadline {
    pub(crate) fn new(at: Instant) -> Self {
        Self(watch::Sender::new(at))
    }

    /// The deadline of work for which a caller waits until `at`.
    pub(crate) fn ahead_of(at: Instant) -> Self {
        Self::new(at.checked_sub(MARGIN).unwrap_or(at))
    }

    pub(crate) fn at(&self) -> Instant {
        *self.0.borrow()
    }

    /// Time left; zero once it has passed.
    pub(crate) fn left(&self) -> Duration {
        self.at().saturating_duration_since(clock::now())
    }

    /// Puts it off to the other's moment, if that is later.
    pub(crate) fn extend(&self, other: &Self) {
        let at = other.at();
        self.0.send_if_modified(|current| {
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

    async fn passed(&self) {
        let mut changes = self.0.subscribe();
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
