//! What is told where no provider could do a task: each provider with its reason, in our words.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::dialect::{Fault, FaultKind};

/// No provider could do the task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// One for each provider that was tried, in order.
    pub reasons: Vec<Reason>,
    /// How long to wait before trying again, where a provider asked for that.
    pub retry_after: Option<Duration>,
}

/// Why one provider could not do a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The provider's name.
    pub provider: String,
    /// The kind of fault.
    pub kind: FaultKind,
    /// One clause for a person.
    pub detail: String,
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

/// A call that the deadline ended.
pub(crate) fn out_of_time<T>() -> Result<T, Fault> {
    Err(Fault::new(FaultKind::Timeout, "had not answered when the time was up"))
}

/// A call that nobody waits for any more.
pub(crate) fn forsaken() -> Fault {
    Fault::new(FaultKind::Cancelled, "was stopped, because everybody had hung up")
}

/// Work for another kind of provider.
pub(crate) fn misplaced() -> Fault {
    Fault::new(FaultKind::Refused, "was given what it cannot take")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_named_with_its_reason() {
        let reason = |provider: &str, kind, detail: &str| Reason {
            provider: provider.to_owned(),
            kind,
            detail: detail.to_owned(),
        };
        let reasons = vec![
            reason("one", FaultKind::Throttled, "asks for fewer calls"),
            reason("two", FaultKind::Timeout, "did not answer in time"),
        ];
        let failure = Failure { reasons, retry_after: None };
        insta::assert_snapshot!(failure, @"no provider could do the work: `one`: asks for fewer calls; `two`: did not answer in time");
    }
}
