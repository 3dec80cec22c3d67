//! One provider at work: breaker, limits, the call itself, and whether to try again here.
//!
//! A task that is more than the provider takes in one call goes in parts, side by side; so does
//! one that the provider found too long or whose answer it cut off. An answer that is none is
//! asked for once more where the provider can be told what was wrong with it.

use std::{sync::Arc, time::Duration};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use tokio::time::sleep;
use tracing::Instrument;

use super::{
    BreakerPolicy, RetryPolicy,
    breaker::{Breaker, Health},
    deadline::Deadline,
    failure::{forsaken, misplaced, out_of_time},
    hedge::{self, Latencies},
    journey::{Denied, latest, too_late},
    ledger::{Account, Books, Ledger},
    limit::{Limits, Need, Turn},
    place::{Place, Progress, Worker},
    retry::{Budget, Failed},
    sound::{fuller, is_whole, sound},
    split::{self, Size},
    standing::Load,
    transport::{Destination, Transport},
    usage::{self, Meter, Price, Totals},
};
use crate::{
    brief::{Answered, Engine, Task, Text, Usage},
    clock::{self, Instant},
    config::ProviderConfig,
    dialect::{Ask, Decoded, Fault, FaultKind, WireRequest},
    finding::Finding,
    shared::Shared,
    telemetry::{self, Seen, TRACEPARENT, Trace, meters::ProviderMeters},
};

#[path = "report.rs"]
mod report;

/// A place with everything that its tasks share.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) place: Place,
    breaker: Arc<Breaker>,
    limits: Arc<Limits>,
    retry: RetryPolicy,
    budget: Arc<Budget>,
    meter: Arc<Meter>,
    latencies: Arc<Latencies>,
    ledger: Arc<Ledger>,
    shared: Shared,
    meters: ProviderMeters,
}

/// How often a task is halved that a provider finds too long.
const HALVINGS: u32 = 4;

/// What a provider is told that left texts out.
const LEFT_OUT: &str = "it gave no English for some of the texts";

/// What one provider is asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) task: &'a Task,
    /// What was wrong with an earlier answer to it.
    pub(crate) complaints: &'a [String],
    /// Who asks, where prompts may differ.
    pub(crate) desk: Option<&'a str>,
    pub(crate) deadline: &'a Deadline,
    /// Who pays.
    pub(crate) account: &'a Account,
    /// Nobody else could do it, so waiting for a turn may take all the time there is.
    pub(crate) patient: bool,
    pub(crate) progress: Option<&'a Progress>,
    /// What is measured of the request that it is for.
    pub(crate) seen: &'a Seen,
    /// Where what it costs is written down.
    pub(crate) books: &'a Books,
}

/// Why there is no answer.
enum Miss {
    /// No call was made.
    Uncalled(Denied),
    /// A call came to nothing after this long.
    Called(Fault, Duration),
}

/// A task as this provider takes it.
#[derive(Clone)]
enum Work {
    Wire(Box<WireRequest>),
    Embedded,
}

impl Provider {
    pub(crate) fn new(
        place: Place,
        breaker: BreakerPolicy,
        retry: RetryPolicy,
        (ledger, shared): (Arc<Ledger>, Shared),
    ) -> Self {
        shared.know(&place.config.name);
        Self {
            ledger,
            meters: ProviderMeters::of(&place.config.name),
            breaker: Arc::new(Breaker::new(breaker)),
            limits: Arc::new(Limits::new(&place.config, place.seats(), &shared)),
            budget: Arc::new(Budget::new(&retry, clock::now())),
            retry,
            meter: Arc::default(),
            latencies: Arc::default(),
            shared,
            place,
        }
    }

    /// What `fresh`, the provider of this name under a new configuration, takes over: what was
    /// counted, always; its limits' minute, where the limits are the same; what its calls have
    /// shown of it, where nothing about it has changed.
    pub(crate) fn handed_to(&self, fresh: Self) -> Self {
        let (old, new) = (&self.place.config, &fresh.place.config);
        let bounds = |config: &ProviderConfig| {
            (config.requests_per_minute, config.tokens_per_minute, config.characters_per_minute)
        };
        let same_limits = bounds(old) == bounds(new) && self.place.seats() == fresh.place.seats();
        let limits = if same_limits { &self.limits } else { &fresh.limits };
        let known = if old == new { self } else { &fresh };
        Self {
            breaker: Arc::clone(&known.breaker),
            limits: Arc::clone(limits),
            budget: Arc::clone(&known.budget),
            meter: Arc::clone(&self.meter),
            latencies: Arc::clone(&known.latencies),
            ..fresh
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.place.config.name
    }

    pub(crate) fn health(&self) -> Health {
        self.breaker.health()
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.limits.busy(self.place.seats())
    }

    pub(crate) fn totals(&self) -> Totals {
        self.meter.totals()
    }

    /// What its limits by the minute have seen and may see, and its seats.
    pub(crate) fn load(&self) -> Load {
        let [requests, tokens, characters] = self.limits.standing();
        let seats = (self.in_flight(), self.place.seats());
        Load { requests, tokens, characters, seats }
    }

    /// How much longer it is left alone, if it is.
    pub(crate) fn shut_for(&self) -> Option<Duration> {
        self.health().shut_for()
    }

    /// United States dollars for an answer, where the prices are known.
    pub(crate) fn cost_usd(&self, usage: &Usage) -> Option<f64> {
        Price::of(&self.place.config).map(|price| price.cost_usd(usage))
    }

    /// Asks until it answers or is not worth asking again now, in as many parts as the task needs
    /// here. `calls` counts every call made for the task, over all rounds.
    pub(crate) async fn ask(&self, asked: Asked<'_>, calls: &mut u32) -> Result<Answered, Denied> {
        let able = self.place.capabilities();
        let size = Size { texts: able.max_texts, characters: able.max_characters };
        if !split::fits(asked.task, size) {
            return self.in_parts(asked, size, calls, HALVINGS).await;
        }
        self.whole_or_halved(asked, calls, HALVINGS).await
    }

    /// The task as it is; in parts where the provider says that it is too long.
    fn whole_or_halved<'a>(
        &'a self,
        asked: Asked<'a>,
        calls: &'a mut u32,
        halvings: u32,
    ) -> BoxFuture<'a, Result<Answered, Denied>> {
        async move {
            let denied = match self.ask_whole(asked, calls).await {
                Ok(answered) => return Ok(answered),
                Err(denied) => denied,
            };
            let long = matches!(denied.fault.kind, FaultKind::TooLong | FaultKind::Truncated);
            match split::half(asked.task).filter(|_| long && halvings > 0) {
                Some(size) => self.in_parts(asked, size, calls, halvings - 1).await,
                None => Err(denied),
            }
        }
        .boxed()
    }

    /// The task's parts side by side; the first that fails fails the task.
    async fn in_parts(
        &self,
        asked: Asked<'_>,
        size: Size,
        calls: &mut u32,
        halvings: u32,
    ) -> Result<Answered, Denied> {
        let split = split::split(asked.task, size);
        let part = async |task| {
            let mut made = 0;
            let asked = Asked { task, progress: None, ..asked };
            (self.whole_or_halved(asked, &mut made, halvings).await, made)
        };
        let outcomes = join_all(split.parts.iter().map(part)).await;
        *calls += outcomes.iter().map(|(_, made)| made).sum::<u32>();
        let answers: Result<Vec<Answered>, Denied> =
            outcomes.into_iter().map(|(outcome, _)| outcome).collect();
        split.join(answers?).ok_or_else(|| Denied::for_good(misplaced()))
    }

    async fn ask_whole(&self, asked: Asked<'_>, calls: &mut u32) -> Result<Answered, Denied> {
        let mut complaints = asked.complaints.to_vec();
        let mut partial = None;
        loop {
            let (fault, took) = match self.attempt(&asked, &complaints, calls).await {
                Ok(answered) if partial.is_none() && self.may_complete(&answered, *calls) => {
                    complaints.push(LEFT_OUT.to_owned());
                    partial = Some(answered);
                    continue;
                }
                Ok(answered) => return Ok(fuller(partial, answered)),
                Err(miss) => match (partial.take(), miss) {
                    (Some(partial), _) => return Ok(partial),
                    (None, Miss::Uncalled(denied)) => return Err(denied),
                    (None, Miss::Called(fault, took)) => (fault, took),
                },
            };
            if fault.kind == FaultKind::Invalid && self.place.capabilities().repairs {
                complaints.push(fault.detail.clone());
            }
            match self.pause(&fault, took, *calls, asked.deadline.left()) {
                Some(pause) => {
                    let _wait = asked.seen.wait();
                    sleep(pause).await;
                }
                None => return Err(self.denied(fault, *calls)),
            }
        }
    }

    /// Whether a provider that left texts out is told so and asked once more.
    fn may_complete(&self, answered: &Answered, calls: u32) -> bool {
        !is_whole(&answered.answer) && self.place.capabilities().repairs && calls < self.attempts()
    }

    /// One tiny call, whatever breaker and limits say: the model that answered.
    pub(crate) async fn greet(
        &self,
        transport: &Transport,
        deadline: &Deadline,
    ) -> Result<Option<String>, Fault> {
        let text =
            Text {
                id: "title".to_owned(), text: "صباح الخير".to_owned(), sources: Vec::new()
            };
        let task = &Task::Translate { texts: vec![text], context: None, terms: Vec::new() };
        let (work, _, estimate) = self.prepare(&Ask { task, complaints: &[], desk: None })?;
        let account = &Account::default();
        let hold = self.ledger.hold(&self.place.config, account, &estimate).await?;
        let books = &Books::default();
        let asked = Asked {
            transport,
            task,
            complaints: &[],
            desk: None,
            deadline,
            account,
            patient: true,
            progress: None,
            seen: &Seen::default(),
            books,
        };
        let call = deadline.bound(self.call(work, &asked)).await;
        let answered = call.unwrap_or_else(out_of_time)?;
        hold.settle(&answered.usage, books);
        books.close().await;
        Ok(answered.engine.model)
    }

    /// One call, if the breaker and the limits allow it.
    async fn attempt(
        &self,
        asked: &Asked<'_>,
        complaints: &[String],
        calls: &mut u32,
    ) -> Result<Answered, Miss> {
        if asked.deadline.left().is_zero() {
            return Err(Miss::Uncalled(too_late()));
        }
        if let Some(hint) = self.shared.hint(self.name()) {
            self.breaker.heed(hint);
        }
        self.breaker.admit().map_err(|fault| self.left_alone(fault, *calls))?;
        let ask = Ask { task: asked.task, complaints, desk: asked.desk };
        let (work, need, estimate) = self.prepare(&ask).map_err(unfit)?;
        let hold = self.ledger.hold(&self.place.config, asked.account, &estimate);
        let hold = hold.await.inspect_err(|_| self.meters.refused()).map_err(unfit)?;
        let latest = latest(asked.deadline.at(), asked.patient);
        let turn = self.turn(need, latest, asked).await?;
        // It may have been shut while this task waited for its turn.
        let pass = match self.breaker.admit() {
            Ok(pass) => pass,
            Err(fault) => {
                turn.unused();
                return Err(self.left_alone(fault, *calls));
            }
        };
        *calls += 1;
        self.budget.earn(&self.retry);
        let began = clock::now();
        let work = self.hedged((work, need), asked, calls);
        let outcome = asked.deadline.bound(work).await.unwrap_or_else(out_of_time);
        let took = clock::now().duration_since(began);
        self.report(pass, turn, &outcome, took);
        self.settle(hold, (&outcome, &estimate), asked.books);
        outcome.map_err(|fault| Miss::Called(fault, took))
    }

    /// Waits for the provider's limits.
    async fn turn(&self, need: Need, latest: Instant, asked: &Asked<'_>) -> Result<Turn<'_>, Miss> {
        let begun = clock::now();
        let _wait = asked.seen.wait();
        let turn = self.limits.turn(need, latest).await;
        match &turn {
            Ok(_) => self.meters.waited(begun.elapsed()),
            Err(_) => self.meters.refused(),
        }
        turn.map_err(|fault| busy(fault, asked))
    }

    /// What a task is expected to take, estimated as its limits estimate it. A task that goes in
    /// parts takes a little more.
    pub(crate) fn expected(&self, ask: &Ask<'_>) -> Usage {
        let characters = ask.task.characters() as u64;
        let whole = self.prepare(ask);
        whole.map_or(Usage { characters, ..Usage::default() }, |(_, _, usage)| usage)
    }

    /// The task as this provider takes it, what it takes of the limits, and what it may cost.
    fn prepare(&self, ask: &Ask<'_>) -> Result<(Work, Need, Usage), Fault> {
        let characters = ask.task.characters() as u64;
        let (work, input_tokens, output_tokens) = match &self.place.worker {
            Worker::Embedded(_) => (Work::Embedded, 0, 0),
            Worker::Remote { dialect, .. } => {
                let wire = dialect.encode(ask)?;
                if wire.body.len() > dialect.capabilities().max_bytes {
                    return Err(Fault::new(FaultKind::TooLong, "takes less in one request"));
                }
                // Four bytes of JSON make about a token; English takes half as many as the
                // Arabic has letters.
                let read = wire.body.len() as u64 / 4;
                (Work::Wire(Box::new(wire)), read, characters / 2)
            }
        };
        let need = Need { tokens: input_tokens + output_tokens, characters };
        Ok((work, need, Usage { input_tokens, output_tokens, characters, ..Usage::default() }))
    }

    /// The call, with a second one beside it where that is configured and the first is slow.
    async fn hedged(
        &self,
        (work, need): (Work, Need),
        asked: &Asked<'_>,
        calls: &mut u32,
    ) -> Result<Answered, Fault> {
        let usual = self.latencies.p95().filter(|_| self.place.config.hedge);
        let Some(usual) = usual.filter(|_| *calls < self.attempts()) else {
            return self.call(work, asked).await;
        };
        let second = async {
            let turn = self.limits.turn(need, clock::now()).await?;
            *calls += 1;
            let answered = self.call(work.clone(), asked).await?;
            turn.settle(usage::counted(self.place.config.kind, &answered.usage));
            Ok(answered)
        };
        hedge::race(self.call(work.clone(), asked), usual, second).await
    }

    /// One call, in a span of its own. Its room is taken when it begins: hundreds of tasks can wait
    /// for the few that call.
    fn call<'a>(
        &'a self,
        work: Work,
        asked: &'a Asked<'_>,
    ) -> BoxFuture<'a, Result<Answered, Fault>> {
        async move {
            let provider = self.name();
            let span = tracing::info_span!("attempt", provider, outcome = tracing::field::Empty);
            let outcome = self.exchange(work, asked).instrument(span.clone()).await;
            span.record("outcome", outcome.as_ref().map_or_else(|f| f.kind.name(), |_| "answered"));
            outcome
        }
        .boxed()
    }

    async fn exchange(&self, work: Work, asked: &Asked<'_>) -> Result<Answered, Fault> {
        let wait = asked.seen.wait();
        let answered = match (work, &self.place.worker) {
            (Work::Wire(mut wire), Worker::Remote { dialect, key }) => {
                let config = &self.place.config;
                let to = Destination {
                    base_url: config.base_url.as_deref().unwrap_or_default(),
                    allow_http: config.allow_http,
                    key: key.as_ref(),
                    timeout: config.timeout,
                    silence: config.silence,
                };
                let dropped = std::mem::take(&mut wire.findings);
                if let Some(trace) = telemetry::here(asked.seen).and_then(Trace::header) {
                    wire.headers.insert(TRACEPARENT, trace);
                }
                let answer = asked.transport.send(*wire, &to).await?;
                drop(wait);
                self.answered(dialect.decode(asked.task, &answer)?, dropped)
            }
            (_, Worker::Embedded(model)) => tokio::select! {
                answered = model.run(asked.task, asked.desk, asked.progress.cloned()) => answered?,
                // Nobody pays for it, so it need not go on when nobody waits for it.
                () = asked.deadline.forsaken() => return Err(forsaken()),
            },
            (Work::Embedded, Worker::Remote { .. }) => return Err(misplaced()),
        };
        sound(asked.task, &answered.answer).map(|()| answered)
    }

    fn answered(&self, decoded: Decoded, mut findings: Vec<Finding>) -> Answered {
        let Decoded { answer, usage, model, findings: more } = decoded;
        findings.extend(more);
        let model = model.or_else(|| self.place.config.model.clone());
        let engine = Engine { provider: self.name().to_owned(), model };
        Answered { answer, engine, usage, findings }
    }

    /// The pause before the next call here, if there is to be one.
    fn pause(&self, fault: &Fault, took: Duration, calls: u32, left: Duration) -> Option<Duration> {
        let attempts = self.attempts();
        let failed = Failed { kind: fault.kind, calls, attempts, took };
        let pause = self.retry.pause(&failed, left, fastrand::f64())?;
        self.budget.spend(&self.retry, clock::now()).then_some(pause)
    }

    fn attempts(&self) -> u32 {
        self.place.config.attempts.max(1)
    }

    /// The last word of a call: worth another round where the vendor named a time.
    fn denied(&self, fault: Fault, calls: u32) -> Denied {
        let timed = fault.kind == FaultKind::Throttled || fault.retry_after.is_some();
        let again = self.breaker.opens().filter(|_| timed && calls < self.attempts());
        Denied { fault, again }
    }

    /// A refusal by the breaker: worth another round where it will let calls through again.
    fn left_alone(&self, fault: Fault, calls: u32) -> Miss {
        let again = self.breaker.opens().filter(|_| calls < self.attempts());
        Miss::Uncalled(Denied { fault, again })
    }
}

/// A refusal by the limits: who left time for others may come back and wait longer.
fn busy(fault: Fault, asked: &Asked<'_>) -> Miss {
    let again = (!asked.patient).then(clock::now);
    Miss::Uncalled(Denied { fault, again })
}

fn unfit(fault: Fault) -> Miss {
    Miss::Uncalled(Denied::for_good(fault))
}
