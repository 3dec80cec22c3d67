//! Makes the briefs of accepted jobs and ends each job once.
//!
//! # When the process dies
//! A job that was running is claimed again after the restart. What was paid for is in the answers'
//! cache; a brief that was already kept is not made again, only its job is ended. The events that
//! webhooks hear of come out of the brief's id, so none is told twice under two ids.
//!
//! # When it is told to stop
//! Nothing more is claimed. What runs may finish until the drain is over; then it is put back.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;

use super::Assignment;
use crate::{
    clock, pipeline,
    render::Format,
    server::{
        Current, State, kept,
        live::{Teller, Underway},
        making::{self, Commission, Made},
        problem::Problem,
        source::Posted,
    },
    store::Claimed,
    telemetry::{Stage, names},
    webhooks::Occasion,
};

/// The first wait of a job whose providers are all away; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: u64 = 30;
const LONGEST_WAIT: u64 = 3600;

/// Works until the yard stops.
pub(in crate::server) async fn run(current: Current) {
    let state = current.state();
    let (yard, lane) = (state.yard.clone(), state.lane.clone());
    let turn = || async {
        let state = current.state();
        let deadline = pipeline::deadline(&state.gateway.config);
        state.admission.turn(deadline).await.ok()
    };
    let work = |claimed, turn: OwnedSemaphorePermit| one(current.state(), claimed, turn);
    lane.run(yard, turn, work).await;
}

/// How a job ended.
enum Ended {
    /// As the brief with this id: the job's own, or the earlier one that it withdrew.
    Made(String),
    Problem(Problem),
    /// Somebody called it off.
    Cancelled,
    /// The process ends.
    Parked,
}

impl Ended {
    /// What came of a try, for the metric.
    fn word(&self, later: bool) -> &'static str {
        match self {
            Self::Made(_) => "made",
            Self::Problem(_) if later => "later",
            Self::Problem(_) => "failed",
            Self::Cancelled => "cancelled",
            Self::Parked => "parked",
        }
    }
}

/// What becomes of a job that ended.
enum Settled {
    Over,
    /// It is tried again.
    Later,
}

async fn one(state: State, claimed: Claimed, turn: OwnedSemaphorePermit) {
    let id = claimed.job.id.clone();
    let underway = state.works.begin(&id, claimed.job.scope.clone());
    let stop = underway.work.stop.clone();
    let span = tracing::info_span!("job", id);
    let making = perform(&state, &claimed, &underway).instrument(span.clone());
    let making = AssertUnwindSafe(making).catch_unwind();
    let ended = tokio::select! {
        biased;
        () = stop.cancelled() => Ended::Cancelled,
        () = state.parking.cancelled() => Ended::Parked,
        made = making => match made {
            Ok(Ok(brief)) => Ended::Made(brief),
            Ok(Err(problem)) => Ended::Problem(problem),
            Err(_) => {
                Ended::Problem(Problem::internal())
            }
        },
    };
    drop(turn);
    match settle(&state, &claimed, &underway, ended).await {
        Ok(Settled::Over) => drop(underway),
        Ok(Settled::Later) => underway.pause(),
        // It stays running, and is queued again when the store is opened the next time.
        Err(_) => tracing::error!(id, "how a job ended could not be kept"),
    }
    state.lane.call();
}

/// Makes the brief, unless it is there already; gives its id.
async fn perform(state: &State, claimed: &Claimed, underway: &Underway) -> Result<String, Problem> {
    let Claimed { job, payload } = claimed;
    let assignment = Assignment::from_bytes(payload).ok_or_else(Problem::internal)?;
    let teller = Teller::new(&underway.work);
    if let Some(kept) = kept::find(state, &job.id, &job.scope).await {
        let webhook = assignment.webhook.as_deref();
        let told = state.webhooks.tell(&Occasion::completed(&kept.brief), webhook).await;
        return told.map(|()| job.id.clone()).map_err(|_| Problem::unkept());
    }
    let commission = assignment.commission(state, &job.id, &job.scope).await?;
    let deadline = pipeline::deadline(&state.gateway.config);
    let reading = making::read(state, &commission.source, deadline);
    let mut reading = commission.seen.time_async(Stage::Read, reading).await?;
    reading.article.release.uri = reading.article.release.uri.take().or(assignment.uri);
    let known = reading.findings.clone();
    teller.article(&reading.article);
    teller.findings(&known, &[]);
    let listener = teller.listener();
    let made = making::make(state, &commission, reading, (deadline, &listener)).await?;
    remember(state, &commission, &made).await;
    teller.findings(&made.brief.findings, &known);
    teller.brief(&String::from_utf8_lossy(&made.json));
    state.observer.briefs.enter(&commission.seen);
    Ok(made.brief.id.clone())
}

/// Keeps the brief for whoever posts the same article.
async fn remember(state: &State, commission: &Commission, made: &Made) {
    let posted = Posted {
        raw: commission.source.bytes.clone(),
        source: commission.source.clone(),
        options: commission.options.clone(),
        by_itself: false,
    };
    let key = state.answers.key(&posted, Format::Json, &commission.sharing(state));
    making::remember(state, commission, made, (key, made.json.clone())).await;
}

async fn settle(
    state: &State,
    claimed: &Claimed,
    underway: &Underway,
    ended: Ended,
) -> Result<Settled, Problem> {
    let (job, now) = (&claimed.job, clock::utc());
    let jobs = state.store.jobs();
    let tries = state.gateway.config.jobs.attempts;
    let later = matches!(&ended, Ended::Problem(p) if p.passes() && job.attempts < tries);
    names::JOBS.counter(&[ended.word(later)]).increment(1);
    match ended {
        Ended::Made(brief) => {
            let counted =
                jobs.finish(&job.id, brief.into_bytes(), now).await.map_err(super::unkept)?;
            if !counted {
                // It was called off at the last moment.
                kept::forget(state, &job.id, true).await?;
            }
        }
        Ended::Cancelled => {
            // Its brief may just have been on its way to the disk.
            kept::forget(state, &job.id, true).await?;
            Teller::new(&underway.work).problem(&Problem::cancelled());
        }
        Ended::Parked => {
            jobs.retry(&job.id, now, now).await.map_err(super::unkept)?;
            return Ok(Settled::Later);
        }
        Ended::Problem(problem) => {
            if later {
                let due = now + wait(job.attempts, problem.retry_after);
                jobs.retry(&job.id, due, now).await.map_err(super::unkept)?;
                return Ok(Settled::Later);
            }
            Teller::new(&underway.work).problem(&problem);
            fail(state, claimed, &problem, now).await?;
        }
    }
    Ok(Settled::Over)
}

/// Ends a job as failed, and tells the webhooks before.
async fn fail(
    state: &State,
    claimed: &Claimed,
    problem: &Problem,
    now: Timestamp,
) -> Result<(), Problem> {
    let id = &claimed.job.id;
    let bytes = serde_json::to_vec(problem).map_err(|_| Problem::internal())?;
    let value = serde_json::json!(problem);
    let webhook = Assignment::from_bytes(&claimed.payload).and_then(|one| one.webhook);
    let told = state.webhooks.tell(&Occasion::failed(id, &value), webhook.as_deref()).await;
    told.map_err(super::unkept)?;
    state.store.jobs().fail(id, bytes, now).await.map_err(super::unkept)?;
    Ok(())
}

/// The wait before the next try: at least what the providers ask for, doubling, a fifth shorter or
/// longer so that the jobs of an hour do not all come back at once.
fn wait(attempts: u32, asked: Option<u64>) -> SignedDuration {
    let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let jittered =
        Duration::from_secs(doubled.min(LONGEST_WAIT)).mul_f64(0.8 + 0.4 * fastrand::f64());
    let asked = Duration::from_secs(asked.unwrap_or(0).min(24 * 3600));
    SignedDuration::try_from(jittered.max(asked)).unwrap_or(SignedDuration::from_hours(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_waits_longer_each_time_and_as_long_as_providers_ask() {
        let seconds = |attempts, asked| wait(attempts, asked).as_secs();
        assert!((24..=36).contains(&seconds(1, None)));
        assert!((192..=288).contains(&seconds(4, None)));
        assert!((2880..=4320).contains(&seconds(60, None)));
        assert_eq!(seconds(1, Some(7200)), 7200);
    }
}
