//! Where work is done: the road of a task from the pipeline to a provider and back.
//!
//! [`Providers::run`] is that road: for each provider of the task's route, in order, a fresh
//! answer from the cache, else the flight that is already under way for the same task, else a new
//! one; a provider that fails is left for the next. Identical tasks share one flight; when
//! everybody who waits for it has hung up, it ends, and the model stops writing. Nothing here reads
//! the meaning of a task.

pub mod key;
#[cfg(feature = "local")]
pub mod local;

mod cache;
mod failure;
mod flights;

#[cfg(feature = "local")]
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use tokio::time::Instant;

pub use failure::{Failure, Reason};

use crate::{
    brief::{Answered, Task},
    config::Config,
    dialect::{Fault, FaultKind},
    prompt::Prompts,
};
#[cfg(feature = "local")]
use crate::{clock, config::load};
use cache::Answers;
use flights::Flights;

/// How a task may be answered, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The answer is worthless after this.
    pub deadline: Instant,
    /// Which use of the cache is allowed.
    pub cache: CachePolicy,
}

/// Which use of the cache a task may make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// Answer from it and keep the answer.
    #[default]
    Use,
    /// Neither read nor keep: the article is confidential.
    NoStore,
}

/// A task done.
#[derive(Clone, Debug)]
pub struct Done {
    /// The answer.
    pub answered: Arc<Answered>,
    /// It came out of the cache and cost nothing.
    pub cached: bool,
}

/// How far a provider is, for `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderState {
    /// The provider's name.
    pub name: String,
    /// `absent`, `fetching`, `loading`, `ready` or `failed`.
    pub state: &'static str,
    /// It answers tasks now or will when it has loaded.
    pub usable: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why providers cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// This build has no embedded model.
    #[error(
        "provider `{0}` is of kind `local`, and this build has no embedded model\nhint: build with \
         the default features"
    )]
    NoLocal(String),
    /// The embedded model is configured wrong.
    #[cfg(feature = "local")]
    #[error("{0}")]
    Local(#[from] local::LocalError),
}

/// All configured providers with their routes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Providers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The providers that translate, in the order in which they are tried.
    translate: Vec<Place>,
    prompts: Prompts,
    answers: Answers,
    flights: Flights,
}

/// One configured provider.
#[derive(Clone, Debug)]
struct Place {
    name: String,
    #[cfg(feature = "local")]
    local: local::Local,
}

impl Providers {
    /// The providers that a checked configuration names. Starts nothing.
    ///
    /// # Errors
    /// Where a provider cannot be set up in this build.
    pub fn new(config: &Config, prompts: &Prompts) -> Result<Self, SetUpError> {
        let mut translate = Vec::new();
        for name in &config.tasks.translate {
            if let Some(provider) = config.providers.iter().find(|p| p.name == *name) {
                translate.push(Place::new(provider, prompts)?);
            }
        }
        // Half of the memory is for whole briefs.
        let answers = Answers::new(config.cache.memory_bytes / 2, config.cache.fresh_for);
        let inner =
            Inner { translate, prompts: prompts.clone(), answers, flights: Flights::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The answer to a task, from the cache, a flight under way, or the first provider of its
    /// route that can.
    ///
    /// # Errors
    /// Where no provider could: one reason for each that was tried.
    pub async fn run(&self, task: Task, call: Call) -> Result<Done, Failure> {
        let task = Arc::new(task);
        let mut failure = Failure::default();
        for place in self.route(&task) {
            match self.at(place, &task, call).await {
                Ok(done) => return Ok(done),
                Err(fault) => failure.add(&place.name, fault),
            }
        }
        Err(failure)
    }

    fn route(&self, task: &Task) -> &[Place] {
        match task {
            Task::Translate { .. } => &self.inner.translate,
            Task::Summarize { .. } | Task::Headline { .. } => &[],
        }
    }

    async fn at(&self, place: &Place, task: &Arc<Task>, call: Call) -> Result<Done, Fault> {
        if call.cache == CachePolicy::NoStore {
            let answered = place.do_task(Arc::clone(task), call.deadline).await?;
            return Ok(Done { answered, cached: false });
        }
        let key = key::key(task, &place.name, place.model(), self.inner.prompts.hash());
        if let Some(answered) = self.inner.answers.find(&key).await {
            return Ok(Done { answered, cached: true });
        }
        let flight = self.inner.flights.join(key, || {
            let (place, task) = (place.clone(), Arc::clone(task));
            let answers = self.inner.answers.clone();
            async move {
                let answered = place.do_task(task, call.deadline).await?;
                // Kept by the flight, once, and not by each of those who wait for it.
                answers.keep(key, Arc::clone(&answered)).await;
                Ok(answered)
            }
        });
        let late = |_| Fault::new(FaultKind::Timeout, "nothing came before the deadline");
        let answered = tokio::time::timeout_at(call.deadline, flight).await.map_err(late)??;
        Ok(Done { answered, cached: false })
    }

    /// How far each provider is.
    #[must_use]
    pub fn states(&self) -> Vec<ProviderState> {
        self.inner.translate.iter().map(Place::state).collect()
    }
}

#[cfg(feature = "local")]
impl Providers {
    /// Begins to load embedded models in the background. Call within a tokio runtime.
    pub fn warm(&self) {
        for place in &self.inner.translate {
            place.local.warm();
        }
    }

    /// Fetches and verifies embedded models that are not on disk; gives their files.
    ///
    /// # Errors
    /// Where a model cannot be had.
    pub async fn prepare(
        &self,
        progress: local::Progress,
    ) -> Result<Vec<PathBuf>, local::LocalError> {
        let mut files = Vec::new();
        for place in &self.inner.translate {
            files.push(place.local.prepare(Arc::clone(&progress)).await?);
        }
        Ok(files)
    }
}

#[cfg(feature = "local")]
impl Place {
    fn new(config: &crate::config::ProviderConfig, prompts: &Prompts) -> Result<Self, SetUpError> {
        let local = local::Local::new(config, &load::cache_dir(), prompts.clone())?;
        Ok(Self { name: config.name.clone(), local })
    }

    fn model(&self) -> &str {
        self.local.model()
    }

    async fn do_task(&self, task: Arc<Task>, deadline: Instant) -> Result<Arc<Answered>, Fault> {
        let started = clock::now();
        let result = self.local.run(&task, deadline, |_| ()).await;
        let seconds = clock::now().duration_since(started).as_secs_f64();
        let outcome = result.as_ref().map_or_else(|fault| fault.kind.name(), |_| "done");
        tracing::debug!(provider = self.name, task = task.name(), seconds, outcome, "task");
        result.map(Arc::new)
    }

    fn state(&self) -> ProviderState {
        use local::ModelState;
        let (state, reason) = match self.local.state() {
            ModelState::Absent => ("absent", None),
            ModelState::Fetching => ("fetching", None),
            ModelState::Loading => ("loading", None),
            ModelState::Ready => ("ready", None),
            ModelState::Failed(reason) => ("failed", Some(reason)),
        };
        ProviderState { name: self.name.clone(), state, usable: reason.is_none(), reason }
    }
}

#[cfg(not(feature = "local"))]
impl Providers {
    /// Without embedded models there is nothing to load.
    pub fn warm(&self) {}
}

#[cfg(not(feature = "local"))]
impl Place {
    fn new(config: &crate::config::ProviderConfig, _prompts: &Prompts) -> Result<Self, SetUpError> {
        Err(SetUpError::NoLocal(config.name.clone()))
    }

    fn model(&self) -> &str {
        ""
    }

    async fn do_task(&self, _task: Arc<Task>, _deadline: Instant) -> Result<Arc<Answered>, Fault> {
        Err(Fault::new(FaultKind::NotFound, "this build has no embedded model"))
    }

    fn state(&self) -> ProviderState {
        let reason = Some("this build has no embedded model".to_owned());
        ProviderState { name: self.name.clone(), state: "failed", usable: false, reason }
    }
}
