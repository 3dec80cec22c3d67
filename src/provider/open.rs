//! From the configuration to providers that can be asked, and how far each of them is.
//!
//! Reads keys from the environment once, by the names that the configuration gives. Starts
//! nothing and sends nothing.

#[cfg(feature = "local")]
use std::{path::PathBuf, sync::Arc};

use serde::Serialize;

#[cfg(feature = "local")]
use super::local::Local;
use super::{
    CacheOptions, Embedded, Health, Options, Place, Providers, Routes, Standing, place::Worker,
};
#[cfg(feature = "local")]
use crate::config::load;
use crate::{
    config::{Config, ProviderConfig, secret},
    dialect,
    prompt::Prompts,
    store::{Answers, Store},
};

/// How far a provider is, for `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderState {
    /// The provider's name.
    pub name: String,
    /// Over HTTP: `open`, `shut` or `probing`. The embedded model: `absent`, `fetching`, `loading`,
    /// `ready` or `failed`.
    pub state: &'static str,
    /// It answers tasks now or will when it has loaded.
    pub usable: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why providers cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// This build has no embedded model.
    #[error(
        "provider `{0}` is of kind `local`, and this build has no embedded model\nhint: name \
         another provider in `[tasks]`, or build with the default features"
    )]
    NoLocal(String),
    /// The variable that should hold a provider's key is not set.
    #[error(
        "provider `{provider}` takes its key from the environment variable `{variable}`, which is \
         not set\nhint: set it, or remove `api_key_env` where no key is needed"
    )]
    NoKey {
        /// The provider.
        provider: String,
        /// The variable.
        variable: String,
    },
    /// The embedded model is configured wrong.
    #[cfg(feature = "local")]
    #[error("{0}")]
    Local(#[from] super::local::LocalError),
}

impl Providers {
    /// The providers that `[tasks]` of a checked configuration names. Answers and sums outlive the
    /// process in `store`; without one they are kept in memory alone. A provider that no task names
    /// needs no key. Starts nothing.
    ///
    /// # Errors
    /// Where a provider cannot be set up: its key is missing, or this build cannot run it.
    pub fn open(
        config: &Config,
        prompts: &Prompts,
        store: Option<&Store>,
    ) -> Result<Self, SetUpError> {
        let tasks = &config.tasks;
        let named = |provider: &&ProviderConfig| {
            tasks.translate.contains(&provider.name) || tasks.summarize.contains(&provider.name)
        };
        let places: Result<Vec<Place>, SetUpError> =
            config.providers.iter().filter(named).map(|one| place(one, prompts)).collect();
        let routes =
            Routes { translate: tasks.translate.clone(), summarize: tasks.summarize.clone() };
        // Half of the memory is for whole briefs, an eighth for texts in English.
        let cache = CacheOptions {
            bytes: config.cache.memory_bytes / 8 * 3,
            fresh_for: config.cache.fresh_for,
            stale_for: config.cache.stale_for,
        };
        let options = Options {
            cache,
            daily_usd: config.budget.daily_usd,
            spend: store.map(|store| store.spend().clone()),
            disk: store.map_or_else(Answers::none, |store| store.answers().clone()),
            ..Options::default()
        };
        Ok(Self::new(places?, routes, options))
    }

    /// How far each provider is, in the order of the configuration.
    #[must_use]
    pub fn states(&self) -> Vec<ProviderState> {
        self.places().zip(self.standing()).map(|(place, standing)| state(place, standing)).collect()
    }

    /// Begins to load embedded models in the background. Call within a tokio runtime.
    pub fn warm(&self) {
        self.places().filter_map(embedded).for_each(Embedded::warm);
    }
}

#[cfg(feature = "local")]
impl Providers {
    /// Fetches and verifies embedded models that are not on disk; gives their files.
    ///
    /// # Errors
    /// Where a model cannot be had.
    pub async fn prepare(
        &self,
        progress: super::local::Progress,
    ) -> Result<Vec<PathBuf>, super::local::LocalError> {
        let mut files = Vec::new();
        for model in self.places().filter_map(embedded) {
            files.push(model.prepare(Arc::clone(&progress)).await?);
        }
        Ok(files)
    }
}

fn embedded(place: &Place) -> Option<&dyn Embedded> {
    match &place.worker {
        Worker::Embedded(model) => Some(model.as_ref()),
        Worker::Remote { .. } => None,
    }
}

fn place(config: &ProviderConfig, prompts: &Prompts) -> Result<Place, SetUpError> {
    let Some(dialect) = dialect::build(config, prompts) else { return in_process(config, prompts) };
    let key = config.api_key_env.as_ref().map(|variable| {
        secret::from_environment(variable).ok_or_else(|| SetUpError::NoKey {
            provider: config.name.clone(),
            variable: variable.clone(),
        })
    });
    let mut config = config.clone();
    if config.base_url.is_none() {
        config.base_url = config.kind.default_base_url().map(str::to_owned);
    }
    // A translation service reads no prompts, so its answers outlive a change of theirs.
    let prompted = if config.kind.summarizes() { prompts.hash() } else { "" };
    Ok(Place::remote(config, dialect, key.transpose()?).prompted_by(prompted))
}

#[cfg(feature = "local")]
fn in_process(config: &ProviderConfig, prompts: &Prompts) -> Result<Place, SetUpError> {
    let model = Local::new(config, &load::cache_dir(), prompts.clone())?;
    let mut config = config.clone();
    config.model = Some(model.model().to_owned());
    // Its time is bounded by the request's deadline alone: a passage waits for the others.
    Ok(Place::embedded(config, Arc::new(model)).prompted_by(prompts.hash()))
}

#[cfg(not(feature = "local"))]
fn in_process(config: &ProviderConfig, _prompts: &Prompts) -> Result<Place, SetUpError> {
    Err(SetUpError::NoLocal(config.name.clone()))
}

fn state(place: &Place, standing: Standing) -> ProviderState {
    let (state, reason) = match (embedded(place), standing.health) {
        (Some(model), _) => model.state(),
        (None, Health::Open) => ("open", None),
        (None, Health::Probing) => ("probing", None),
        (None, Health::Shut(kind, _)) => ("shut", Some(kind.name().to_owned())),
    };
    ProviderState { name: standing.provider, state, usable: reason.is_none(), reason }
}
