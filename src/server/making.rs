//! From an article that was let in to a brief: one road for every door, be it a request, a stream, the
//! page's form, an assistant, Superdesk's widget or a job.
//!
//! [`again`] gives a brief that is kept whole. [`make`] asks the pipeline, counts and records what came of
//! it, and [`conclude`] puts the brief in its place: among the briefs of its story, into the store and the
//! memory, and to the webhooks that hear of it. What is confidential, asked for with `no-store`, or no more
//! than an answer, is concluded nowhere. [`in_turn`] is the same for whoever has no turn yet.

use std::sync::Arc;

use axum::body::Bytes;
use tokio::time::Instant;

use super::{
    State,
    answers::{Found, Key, Rendered},
    kept,
    problem::{Problem, ProviderReason},
    reviews,
    sharing::Sharing,
    split, succession,
};
use crate::{
    article::{Reading, Source},
    brief::Brief,
    keys::Identity,
    pipeline::{self, BriefError, Listener, Order},
    provider::{Account, CachePolicy, Call, Failure},
    render::{Format, Label},
    server::source::Options,
    telemetry::{Answered, Seen, Stage, meters::Outcome},
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
    /// Whether the brief is there when its request has been answered: by its id, in lists, for webhooks.
    pub(super) lasts: bool,
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

/// The brief that is kept whole under `key`, given again to whoever may have it so: from now on they may
/// read it by its id, their webhook hears of it, and that it was given is counted and recorded.
///
/// # Errors
/// Where the webhook could not be told.
pub(super) async fn again(
    state: &State,
    (key, cache): (&Key, CachePolicy),
    (identity, seen): (&Identity, &Seen),
    webhook: Option<&str>,
) -> Result<Option<Rendered>, Problem> {
    let found = state.answers.find(key, cache, identity).await;
    let Some(Found { rendered, for_a_new_reader }) = found else { return Ok(None) };
    if for_a_new_reader {
        kept::share(state, rendered.id(), identity).await;
    }
    if let Some(webhook) = webhook
        && let Some(brief) = kept::read(state, rendered.id(), identity).await
    {
        let (brief, _) = reviews::reviewed(state, brief).await?;
        let told = state.webhooks.tell(&Occasion::completed(&brief), Some(webhook)).await;
        told.map_err(|_| Problem::unkept())?;
    }
    seen.answer(Answered::Cached);
    state.auditor.served(identity, &rendered);
    state.observer.briefs.count(Outcome::Cached);
    Ok(Some(rendered))
}

/// Makes a brief when its turn has come.
///
/// # Errors
/// As [`make`], and where no turn came in time.
pub(super) async fn in_turn(
    state: &State,
    commission: &Commission,
    reading: Reading,
    listener: &Listener,
) -> Result<Made, Problem> {
    let deadline = pipeline::deadline(&state.gateway.config);
    let turn = state.admission.turn(deadline);
    let _turn = commission.seen.time_async(Stage::Queue, turn).await?;
    make(state, commission, reading, (deadline, listener)).await
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
        seen: commission.seen.clone(),
        ..Call::until(deadline)
    };
    let call = commission.sharing(state).on(call);
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
    /// With whom it shares what is kept.
    pub(super) fn sharing(&self, state: &State) -> Sharing {
        Sharing::of_readers(state.gateway.config.cache.scope, &self.readers, &self.account)
    }

    /// Whether anything of it may be kept.
    pub(super) fn keeps(&self) -> bool {
        self.lasts && !self.options.confidential && self.cache != CachePolicy::NoStore
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
