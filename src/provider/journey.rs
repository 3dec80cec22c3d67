//! One task on its way: who may do it, in which order, and what each said so far. Sends nothing.

use std::{sync::Arc, time::Duration};

use super::{
    CachePolicy, Call, Failure, Reason, Routes,
    attempt::Provider,
    key::{self, Key, Readable},
    ledger::Account,
    place::Progress,
    route,
    sound::given,
};
use crate::{
    brief::{Answered, Task},
    clock::{self, Instant},
    dialect::{Fault, FaultKind},
    telemetry::Seen,
};

/// One task on its way.
pub(crate) struct Journey {
    pub(crate) task: Task,
    /// What was wrong with an earlier answer to it.
    pub(crate) complaints: Vec<String>,
    /// Who asks, where prompts may differ.
    pub(crate) desk: Option<String>,
    /// Who pays for it.
    pub(crate) account: Account,
    pub(crate) read: Read,
    /// What comes of it is kept.
    pub(crate) keep: bool,
    /// SHA-256 of the source text that it is about.
    pub(crate) source: Option<[u8; 32]>,
    pub(crate) progress: Option<Progress>,
    /// What is measured of the request that began it.
    pub(crate) seen: Seen,
    /// The providers of its route, in order.
    pub(crate) candidates: Vec<Candidate>,
}

/// Which kept answers serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// Fresh ones, and stale ones where nobody can answer.
    Any,
    /// Those younger than this.
    Within(Duration),
    /// None.
    Nothing,
}

/// A provider of the route.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) provider: Arc<Provider>,
    /// Under which its answer is kept.
    pub(crate) key: Key,
    /// Calls made so far.
    pub(crate) calls: u32,
    /// Its last word, if it was asked or may not be.
    pub(crate) denied: Option<Denied>,
}

/// Why a provider did not do the task, and when it is worth asking again, if at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    pub(crate) fault: Fault,
    pub(crate) again: Option<Instant>,
}

impl Denied {
    pub(crate) fn for_good(fault: Fault) -> Self {
        Self { fault, again: None }
    }
}

impl Candidate {
    /// Whether it may still say something else.
    pub(crate) fn is_open(&self) -> bool {
        self.denied.as_ref().is_none_or(|denied| denied.again.is_some())
    }

    /// How long until it is worth asking again; nothing where a person must mend it first.
    fn wait(&self) -> Option<Duration> {
        let fault = &self.denied.as_ref()?.fault;
        if matches!(fault.kind, FaultKind::Unauthorized | FaultKind::NotFound) {
            return None;
        }
        fault.retry_after.or_else(|| self.provider.shut_for())
    }
}

impl Journey {
    /// Under which its answer may be kept, in the order of the route.
    pub(crate) fn keys(&self) -> Vec<Key> {
        self.candidates.iter().map(|candidate| candidate.key).collect()
    }

    /// The journey of a task, with the key that equal journeys share.
    pub(crate) fn new(
        task: Task,
        call: &Call,
        routes: &Routes,
        providers: &[Arc<Provider>],
    ) -> (Key, Self) {
        let mut readable = key::of_task(&task, &call.scope);
        for complaint in &call.complaints {
            readable = readable.hiding("complaint", complaint);
        }
        let named = |name: &String| providers.iter().find(|p| p.name() == name);
        let candidate = |provider: &Arc<Provider>| Candidate {
            key: key::of_place(&readable, &provider.place, call.desk.as_deref()).key(),
            calls: 0,
            denied: route::fits(&provider.place, &task, call).err().map(Denied::for_good),
            provider: Arc::clone(provider),
        };
        let candidates: Vec<_> =
            routes.names(&task).iter().filter_map(named).map(candidate).collect();
        let read = match call.cache {
            _ if !call.keeps() => Read::Nothing,
            CachePolicy::Use => Read::Any,
            CachePolicy::MaxAge(age) => Read::Within(age),
            CachePolicy::NoCache | CachePolicy::NoStore => Read::Nothing,
        };
        let flight = flight(readable, read, &candidates);
        let (progress, seen) = (call.progress.clone(), call.seen.clone());
        let (complaints, account) = (call.complaints.clone(), call.account.clone());
        let journey = Self {
            task,
            complaints,
            desk: call.desk.clone(),
            account,
            read,
            keep: call.keeps(),
            source: call.source,
            progress,
            seen,
            candidates,
        };
        (flight, journey)
    }

    /// Goes on from a candidate whose answer leaves texts out; gives the fullest answer so far.
    pub(crate) fn leave(
        &mut self,
        n: usize,
        answered: Answered,
        fullest: Option<(usize, Answered)>,
    ) -> Option<(usize, Answered)> {
        let left_out = Fault::new(FaultKind::Invalid, "gave no English for some of the texts");
        self.candidates[n].denied = Some(Denied::for_good(left_out));
        match fullest {
            Some(first) if given(&first.1.answer) >= given(&answered.answer) => Some(first),
            _ => Some((n, answered)),
        }
    }

    /// When someone is worth asking again.
    pub(crate) fn again(&self) -> Option<Instant> {
        self.candidates.iter().filter_map(|c| c.denied.as_ref()?.again).min()
    }

    /// Every provider that may do the task is down or over quota.
    pub(crate) fn is_everyone_away(&self) -> bool {
        use FaultKind as K;
        self.candidates.iter().filter_map(|c| c.denied.as_ref()).all(|denied| {
            !matches!(denied.fault.kind, K::TooLong | K::Filtered | K::Truncated | K::Invalid)
        })
    }

    /// Everybody's reasons. `silent` is said for those who have not been heard.
    pub(crate) fn failure(&self, silent: &str) -> Failure {
        let reason = |candidate: &Candidate| {
            let (kind, detail) = match &candidate.denied {
                Some(Denied { fault, .. }) => (fault.kind, fault.detail.clone()),
                None => (FaultKind::Timeout, silent.to_owned()),
            };
            Reason { provider: candidate.provider.name().to_owned(), kind, detail }
        };
        Failure {
            reasons: self.candidates.iter().map(reason).collect(),
            retry_after: self.candidates.iter().filter_map(Candidate::wait).min(),
        }
    }
}

/// What equal journeys share: the task, the scope, which kept answers serve and who may answer.
fn flight(mut readable: Readable, read: Read, candidates: &[Candidate]) -> Key {
    readable = readable.with("read", format_args!("{read:?}"));
    for candidate in candidates {
        readable = readable.with("candidate", format_args!("{:?}", candidate.key));
    }
    readable.key()
}

/// A refusal because the caller's time was up before a call could be made.
pub(crate) fn too_late() -> Denied {
    Denied::for_good(Fault::new(FaultKind::Cancelled, "was not asked, because the time was up"))
}

/// The latest moment up to which a task waits for its turn at one provider. Who has others to
/// go to leaves them half of the time.
pub(crate) fn latest(deadline: Instant, patient: bool) -> Instant {
    let now = clock::now();
    let left = deadline.saturating_duration_since(now);
    if patient { deadline } else { now + left / 2 }
}
