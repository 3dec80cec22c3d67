//! One flight over all replicas: who leads, and what those who follow are given.

use futures_util::FutureExt as _;

use super::{super::landed, Deadline, Done, Failure, How, Inner, Journey, Key, Tiers};
use crate::shared::{Boarding, Lease};

impl Inner {
    /// Leads a flight of this replica: for all replicas, or after another one that leads already.
    pub(super) async fn share(
        &self,
        key: Key,
        journey: Journey,
        deadline: Deadline,
    ) -> Result<Done, Failure> {
        if let Some(done) = self.recall(&journey, Tiers::All).await {
            return Ok(done);
        }
        let boarding = self.shared.board(key.bytes(), &journey.seen, deadline.passed()).boxed();
        match boarding.await {
            Boarding::Alone => self.lead(journey, deadline, None).await,
            Boarding::TooLate => Err(journey.failure("had not answered when the time was up")),
            Boarding::Landed(outcome) => match landed::read(&outcome) {
                Some(outcome) => self.joined(&journey, outcome).await,
                None => self.lead(journey, deadline, None).await,
            },
            Boarding::Leads(lease) => self.lead_all(journey, deadline, lease).boxed().await,
        }
    }

    /// Leads the flight of all replicas.
    async fn lead_all(
        &self,
        journey: Journey,
        deadline: Deadline,
        lease: Lease,
    ) -> Result<Done, Failure> {
        let work = self.lead(journey, deadline.clone(), Some(&lease));
        let outcome = lease.during(work).await;
        if let Some(told) = landed::write(&outcome, &deadline) {
            lease.land(&told).await;
        }
        outcome
    }

    /// What came of a flight that another replica led.
    async fn joined(
        &self,
        journey: &Journey,
        outcome: Result<Done, Failure>,
    ) -> Result<Done, Failure> {
        let done = outcome?;
        if let Some(source) = journey.source.filter(|_| journey.keep) {
            self.served(&journey.keys(), source).await;
        }
        let how = if done.how == How::Stale { How::Stale } else { How::Joined };
        Ok(done.unpaid(how))
    }
}
