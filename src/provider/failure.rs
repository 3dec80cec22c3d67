//! What is told where no provider could do a task: each provider with its reason, in our words.

use std::{fmt, time::Duration};

use crate::dialect::{Fault, FaultKind};

/// No provider could do the task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// One for each provider that was tried, in order.
    pub reasons: Vec<Reason>,
    /// How long to wait before trying again, where a provider asked for that.
    pub retry_after: Option<Duration>,
}

/// Why one provider could not do a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The provider's name.
    pub provider: String,
    /// The kind of fault.
    pub kind: FaultKind,
    /// One clause for a person.
    pub detail: String,
}

impl Failure {
    /// Adds what one provider said.
    pub(super) fn add(&mut self, provider: &str, fault: Fault) {
        let Fault { kind, detail, retry_after } = fault;
        self.reasons.push(Reason { provider: provider.to_owned(), kind, detail });
        self.retry_after = match (self.retry_after, retry_after) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reasons.is_empty() {
            return write!(f, "no provider is configured for this task");
        }
        write!(f, "no provider could do the work: ")?;
        for (index, reason) in self.reasons.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(f, "{gap}`{}`: {}", reason.provider, reason.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_named_with_its_reason_and_the_shortest_wait_is_kept() {
        let mut failure = Failure::default();
        let wait = |seconds| Some(Duration::from_secs(seconds));
        let fault = Fault::new(FaultKind::Throttled, "it asks for fewer calls");
        failure.add("one", Fault { retry_after: wait(9), ..fault.clone() });
        failure.add("two", Fault { retry_after: wait(4), ..fault });
        failure.add("three", Fault::new(FaultKind::Timeout, "it did not answer in time"));
        assert_eq!(failure.retry_after, wait(4));
        insta::assert_snapshot!(failure.to_string());
    }
}
