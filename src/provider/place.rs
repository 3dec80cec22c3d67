//! A configured provider: what is sent where, or the model inside the process.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::{
    brief::{Answered, Task},
    config::ProviderConfig,
    dialect::{Capabilities, Dialect, Fault},
    prompt::Prompts,
};

/// Told how many texts of a task are finished.
pub type Progress = Arc<dyn Fn(usize) + Send + Sync>;

/// A model inside the process.
pub trait Embedded: Send + Sync + fmt::Debug {
    /// What it can be asked for.
    fn capabilities(&self) -> Capabilities;

    /// Begins to load in the background, unless that has begun.
    fn warm(&self);

    /// How far it is, and why it cannot be had where it cannot.
    fn state(&self) -> (&'static str, Option<String>);

    /// Sees to it that the model's file is on disk, and names it.
    ///
    /// # Errors
    /// Where it cannot be had.
    #[cfg(feature = "local")]
    fn prepare(
        &self,
        progress: super::local::Progress,
    ) -> BoxFuture<'_, Result<std::path::PathBuf, super::local::LocalError>>;

    /// The same model under other prompts, without loading it again; `None` where it has to be made
    /// anew.
    fn prompted(&self, _prompts: &Prompts) -> Option<Arc<dyn Embedded>> {
        None
    }

    /// Does a task for a desk. The road bounds it in time: dropping the future ends the work.
    ///
    /// # Errors
    /// A fault whose kind says what to do next, as a dialect's.
    fn run<'a>(
        &'a self,
        task: &'a Task,
        desk: Option<&'a str>,
        progress: Option<Progress>,
    ) -> BoxFuture<'a, Result<Answered, Fault>>;
}

/// A configured provider, ready to work.
#[derive(Debug)]
pub struct Place {
    pub(crate) config: ProviderConfig,
    pub(crate) worker: Worker,
    /// What shapes its answers beside the task and the configuration, where it reads any.
    pub(crate) prompts: Option<Prompts>,
}

/// Who does the work.
#[derive(Debug)]
pub(crate) enum Worker {
    Remote { dialect: Box<dyn Dialect>, key: Option<SecretString> },
    Embedded(Arc<dyn Embedded>),
}

impl Place {
    /// A service reached over HTTP. `config.base_url` must be set by now, to the vendor's own
    /// address where the operator gave none.
    #[must_use]
    pub fn remote(
        config: ProviderConfig,
        dialect: Box<dyn Dialect>,
        key: Option<SecretString>,
    ) -> Self {
        Self { config, worker: Worker::Remote { dialect, key }, prompts: None }
    }

    /// The model inside the process. It bounds its own queue (`queue`), and confidential texts may
    /// be given to it, because they do not leave the process.
    #[must_use]
    pub fn embedded(config: ProviderConfig, model: Arc<dyn Embedded>) -> Self {
        Self { config, worker: Worker::Embedded(model), prompts: None }
    }

    /// The same place, whose answers depend on these prompts.
    #[must_use]
    pub fn prompted_by(mut self, prompts: &Prompts) -> Self {
        self.prompts = Some(prompts.clone());
        self
    }

    /// The hash of the prompts that it uses for a desk; empty where it reads none.
    pub(crate) fn prompted(&self, desk: Option<&str>) -> &str {
        self.prompts.as_ref().map_or("", |prompts| prompts.of(desk).hash())
    }

    /// What it can be asked for.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        match &self.worker {
            Worker::Remote { dialect, .. } => dialect.capabilities(),
            Worker::Embedded(model) => model.capabilities(),
        }
    }

    /// Tasks it may be busy with at the same time.
    pub(crate) fn seats(&self) -> usize {
        match &self.worker {
            Worker::Remote { .. } => self.config.max_in_flight,
            Worker::Embedded(_) => self.config.queue,
        }
    }

    /// Whether unpublished text may be given to it.
    pub(crate) fn trusted(&self) -> bool {
        self.config.confidential || matches!(self.worker, Worker::Embedded(_))
    }
}
