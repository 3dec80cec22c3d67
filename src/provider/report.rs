//! What is told of a call when it has ended: to the ledger, to breaker and limits, to the meters, and to
//! the other replicas.

use std::time::Duration;

use super::{
    super::{
        breaker::Pass,
        ledger::{Books, Hold},
        limit::Turn,
        usage,
    },
    Provider,
};
use crate::{
    brief::{Answered, Usage},
    clock::{self, Instant},
    dialect::{Fault, FaultKind},
};

impl Provider {
    /// Puts what a call took in the place of what was held for it. An answer that is of no use is
    /// billed as any other, by what it was estimated to take; a call that failed took nothing.
    pub(super) fn settle(
        &self,
        hold: Hold<'_>,
        (outcome, estimate): (&Result<Answered, Fault>, &Usage),
        books: &Books,
    ) {
        use FaultKind as K;
        let usage = match outcome {
            Ok(Answered { usage, .. }) => usage,
            Err(Fault { kind: K::Truncated | K::Filtered | K::Invalid, .. }) => estimate,
            Err(_) => return,
        };
        let micro_usd = hold.settle(usage, books);
        self.meters.billed(usage, micro_usd);
    }

    /// Tells breaker, limits, meter and log what came of a call.
    pub(super) fn report(
        &self,
        pass: Pass<'_>,
        turn: Turn<'_>,
        outcome: &Result<Answered, Fault>,
        took: Duration,
    ) {
        let (provider, took_ms) = (self.name(), took.as_millis());
        self.meters.attempt(outcome.as_ref().err().map(|fault| fault.kind), took);
        let before = self.breaker.shut();
        match outcome {
            Ok(Answered { usage, .. }) => {
                pass.succeeded();
                turn.settle(usage::counted(self.place.config.kind, usage));
                self.meter.answered(usage);
                self.latencies.note(took);
                tracing::debug!(provider, took_ms, "a call was answered");
            }
            Err(fault) => {
                // Cut short before it was slow, a call says nothing about the provider.
                let slow = took >= self.retry.fast.min(self.place.config.timeout);
                if fault.kind != FaultKind::Timeout || slow {
                    pass.failed(fault);
                }
                self.meter.failed();
                tracing::warn!(provider, took_ms, kind = fault.kind.name(), "a call failed");
            }
        }
        self.tell(before);
    }

    /// Says, in the log and to the other replicas, that the provider is to be left alone longer than
    /// before, or answers again.
    fn tell(&self, before: Option<(FaultKind, Instant, bool)>) {
        let provider = self.name();
        match (before, self.breaker.shut()) {
            (Some((_, earlier, _)), Some((_, until, _))) if until <= earlier => {}
            (_, Some((kind, until, probe))) => {
                let left = until.saturating_duration_since(clock::now());
                let (kind_name, seconds) = (kind.name(), left.as_secs());
                tracing::warn!(provider, kind = kind_name, seconds, "a provider is left alone");
                self.shared.tell_shut(provider, kind, left, probe);
            }
            (Some(_), None) => {
                tracing::info!(provider, "a provider is asked again");
                self.shared.tell_open(provider);
            }
            (None, None) => {}
        }
    }
}
