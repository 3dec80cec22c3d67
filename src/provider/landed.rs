//! What came of a flight, for those replicas that followed it.
//!
//! Failures are told too, so that a text which is refused is not sent once for each replica. Not told is
//! a failure that lies in the leader: it ran out of time, or its callers hung up; who follows may have
//! more time. Then the lease is given up and one of those who wait leads.

use serde::{Deserialize, Serialize};

use super::{Done, Failure, How, deadline::Deadline};
use crate::{brief::Answered, dialect::FaultKind};

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Writing<'a> {
    Done { answered: &'a Answered, stale: bool },
    Failed(&'a Failure),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reading {
    Done { answered: Answered, stale: bool },
    Failed(Failure),
}

/// An outcome as text; `None` where it is nobody's but the leader's.
pub(crate) fn write(outcome: &Result<Done, Failure>, deadline: &Deadline) -> Option<Vec<u8>> {
    let outcome = match outcome {
        Ok(done) => Writing::Done { answered: &done.answered, stale: done.how == How::Stale },
        Err(failure) => {
            let cancelled = |kind| kind == FaultKind::Cancelled;
            if deadline.left().is_zero() || failure.reasons.iter().any(|r| cancelled(r.kind)) {
                return None;
            }
            Writing::Failed(failure)
        }
    };
    serde_json::to_vec(&outcome).ok()
}

/// An outcome that another replica told.
pub(crate) fn read(told: &[u8]) -> Option<Result<Done, Failure>> {
    Some(match serde_json::from_slice(told).ok()? {
        Reading::Done { answered, stale } => {
            let how = if stale { How::Stale } else { How::Called };
            Ok(Done { answered, how, cost_usd: None })
        }
        Reading::Failed(failure) => Err(failure),
    })
}
