//! From an article that was let in to a brief that is kept: the same for a request, a stream and a job.
//!
//! [`make`] asks the pipeline; [`conclude`] puts the brief in its place: among the briefs of its story,
//! into the store and the memory, and to the webhooks that hear of it. What is confidential, or asked
//! for with `no-store`, is concluded nowhere.

use std::sync::Arc;

use axum::body::Bytes;
use tokio::time::Instant;

use super::{
    State,
    answers::Key,
    kept,
    problem::{Problem, ProviderReason},
    reviews, split, succession,
};
use crate::{
    article::{Reading, Source},
    brief::Brief,
    keys::Identity,
    pipeline::{BriefError, Listener, Order},
    provider::{Account, CachePolicy, Call, Failure},
    render::{Format, Label},
    server::source::Options,
    telemetry::{Seen, Stage, meters::Outcome},
    webhooks::Occasion,
};

/// What is to be made, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Commission {
    /// The brief's id.
    pub(super) id: String,
    /// Who may read it, as [`Identity::readers`] names them.
    pub(super) readers: String,
    /// The article as it arrived.
    pub(super) source: Source,
    /// What is asked for beside it.
    pub(super) options: Options,
    /// How far the cache serves.
    pub(super) cache: CachePolicy,
    /// The batch it belongs to.
    pub(super) batch: Option<String>,
    /// Who pays for it.
    pub(super) account: Account,
    /// What is measured of it.
    pub(super) seen: Seen,
}

/// A brief with its JSON.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) brief: Arc<Brief>,
    pub(super) json: Bytes,
}

impl Made {
    fn new(brief: Brief, seen: &Seen) -> Self {
        let render = || Bytes::from(Format::Json.render(&brief, &Label::Draft));
        let json = seen.time(Stage::Render, render);
        Self { brief: Arc::new(brief), json }
    }
}

/// An id for a brief, which nobody can guess.
pub(super) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Reads the article and refuses what holds no story; calls no provider.
///
/// # Errors
/// The refusal.
pub(super) async fn read(
    state: &State,
    source: &Source,
    deadline: Instant,
) -> Result<Reading, Problem> {
    let reading = split::read(state, source.clone(), deadline).await?;
    match reading.refusal() {
        None => Ok(reading),
        // A notice that withdraws a story needs no body of its own.
        Some(_) if succession::is_withdrawal(&reading) => Ok(reading),
        Some(refusal) => Err(split::refused(&refusal)),
    }
}

/// Makes and concludes a brief. The caller has the turn.
///
/// # Errors
/// Where there is none: no story, no provider, no way to keep it.
pub(super) async fn make(
    state: &State,
    commission: &Commission,
    reading: Reading,
    (deadline, listener): (Instant, &Listener),
) -> Result<Made, Problem> {
    let keeps = commission.keeps();
    if keeps && let Some(withdrawn) = succession::withdraw(state, commission, &reading).await? {
        state.observer.briefs.count(Outcome::Withdrawn);
        state.auditor.withdrawn(commission, &withdrawn).await;
        return Ok(Made::new(withdrawn, &commission.seen));
    }
    let call = Call {
        cache: commission.cache,
        confidential: commission.options.confidential,
        account: commission.account.clone(),
        desk: commission.desk().map(str::to_owned),
        seen: commission.seen.clone(),
        ..Call::until(deadline)
    };
    let detail = commission.options.detail;
    let order = Order { source: commission.source.clone(), detail, call };
    let brief = match state.gateway.brief_of(reading, &order, listener).await {
        Ok(brief) => brief,
        Err(BriefError::Refused(refusal)) => return Err(split::refused(&refusal)),
        Err(BriefError::Failed(failure)) => {
            let problem = failed(&failure);
            state.observer.briefs.count(Outcome::Failed);
            state.auditor.failed(commission, problem.name()).await;
            return Err(problem);
        }
    };
    state.observer.briefs.count(Outcome::Made);
    state.observer.briefs.findings(&brief.findings);
    let brief = Brief { id: commission.id.clone(), ..brief };
    match keeps {
        true => conclude(state, commission, brief).await,
        false => {
            let by = (&commission.account, commission.readers.as_str());
            let noted = state.auditor.made_in_private(&brief, by);
            commission.seen.time_async(Stage::Keep, noted).await;
            Ok(Made::new(brief, &commission.seen))
        }
    }
}

async fn conclude(state: &State, commission: &Commission, brief: Brief) -> Result<Made, Problem> {
    let seen = &commission.seen;
    let succeeded = succession::succeed(state, commission, brief);
    let (brief, earlier) = seen.time_async(Stage::Keep, succeeded).await?;
    let made = Made::new(brief, seen);
    // The record goes to the disk with the brief, in one sync.
    let noted = state.auditor.made(commission, &made.brief);
    let kept = async {
        kept::put(state, &made.brief, &commission.readers).await?;
        if let Some(earlier) = earlier {
            succession::give_way(state, commission, (earlier, &made.brief)).await?;
        }
        tell(state, commission, Occasion::completed(&made.brief)).await
    };
    let both = async { tokio::join!(kept, noted) };
    let (kept, ()) = seen.time_async(Stage::Keep, both).await;
    kept?;
    Ok(made)
}

/// Tells the webhooks.
///
/// # Errors
/// Where that could not be kept.
pub(super) async fn tell(
    state: &State,
    commission: &Commission,
    occasion: Occasion<'_>,
) -> Result<(), Problem> {
    let occasion = Occasion { batch: commission.batch.as_deref(), ..occasion };
    let told = state.webhooks.tell(&occasion, commission.options.webhook.as_deref()).await;
    told.map_err(|_| Problem::unkept())
}

/// Keeps a brief in memory under its key, where it may be kept and is whole; says whether it is.
pub(super) async fn remember(
    state: &State,
    commission: &Commission,
    made: &Made,
    (key, body): (Key, Bytes),
) -> bool {
    if !commission.keeps() {
        return false;
    }
    let stored = state.answers.keep(key, &made.brief, body, &commission.readers).await;
    // Somebody may have read and decided about it since it was kept.
    if !matches!(reviews::of(state, &made.brief.id).await, Ok(None)) {
        reviews::written(state, &made.brief).await;
    }
    stored
}

impl Commission {
    /// The desk that asked, where the readers are one.
    pub(super) fn desk(&self) -> Option<&str> {
        Identity::desk_of(&self.readers)
    }

    /// Whether anything of it may be kept.
    pub(super) fn keeps(&self) -> bool {
        !self.options.confidential && self.cache != CachePolicy::NoStore
    }
}

pub(super) fn failed(failure: &Failure) -> Problem {
    let reasons = failure.reasons.iter().map(|reason| ProviderReason {
        provider: reason.provider.clone(),
        reason: reason.kind.name().to_owned(),
        detail: reason.detail.clone(),
    });
    let retry_after = failure.retry_after.map(|wait| wait.as_secs_f64().ceil() as u64);
    Problem::providers_failed(failure.to_string(), reasons.collect(), retry_after)
}
