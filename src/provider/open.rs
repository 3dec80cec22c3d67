//! From the configuration to providers that can be asked, and how far each of them is.
//!
//! Reads keys from the environment once, by the names that the configuration gives. Starts
//! nothing and sends nothing.

#[cfg(feature = "local")]
use std::{path::PathBuf, sync::Arc};

use serde::Serialize;
use utoipa::ToSchema;

#[cfg(feature = "local")]
use super::local::Local;
use super::{CacheOptions, Embedded, Health, Options, Place, Providers, Routes, place::Worker};
#[cfg(feature = "local")]
use crate::config::load;
use crate::{
    config::{Config, ProviderConfig, secret},
    dialect,
    prompt::Prompts,
    shared::Shared,
    store::{Answers, Store},
};

/// How far a provider is, for `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
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

impl ProviderState {
    /// Of the provider at a place; the embedded model knows itself how far it is.
    pub(super) fn of(place: &Place, health: Health) -> Self {
        let (state, reason) = match (embedded(place), health) {
            (Some(model), _) => model.state(),
            (None, Health::Open) => ("open", None),
            (None, Health::Probing) => ("probing", None),
            (None, Health::Shut(kind, _)) => ("shut", Some(kind.name().to_owned())),
        };
        let name = place.config.name.clone();
        Self { name, state, usable: reason.is_none(), reason }
    }
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
        "provider `{provider}` takes its key from the environment variable `{}`, which is \
         not set\nhint: set it, or remove `api_key_env` where no key is needed",
        secret::shown(.variable)
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
    /// process in `store`; without one they are kept in memory alone. `shared` is what other replicas
    /// have in common with this one. A provider that no task names needs no key. Starts nothing.
    ///
    /// # Errors
    /// Where a provider cannot be set up: its key is missing, or this build cannot run it.
    pub fn open(
        config: &Config,
        prompts: &Prompts,
        store: Option<&Store>,
        shared: &Shared,
    ) -> Result<Self, SetUpError> {
        let options = Options {
            spend: store.map(|store| store.spend().clone()),
            disk: store.map_or_else(Answers::none, |store| store.answers().clone()),
            shared: shared.clone(),
            ..options(config)
        };
        Ok(Self::new(places(config, prompts)?, routes(config), options))
    }

    /// The same under another configuration: what is kept, under way, counted and learned goes on,
    /// see `renewed`; a model inside the process that is configured as before stays
    /// loaded. These providers are as they were, whatever comes of it.
    ///
    /// # Errors
    /// As [`Providers::open`].
    pub fn reopened(&self, config: &Config, prompts: &Prompts) -> Result<Self, SetUpError> {
        let keep = |mut place: Place| {
            let before = self.places().find(|before| before.config == place.config);
            if let Some(model) = before.and_then(embedded).and_then(|model| model.prompted(prompts))
            {
                place.worker = Worker::Embedded(model);
            }
            place
        };
        let places = places(config, prompts)?.into_iter().map(keep).collect();
        Ok(self.renewed(places, routes(config), options(config)))
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

/// The places of the providers that some task names.
fn places(config: &Config, prompts: &Prompts) -> Result<Vec<Place>, SetUpError> {
    let tasks = &config.tasks;
    let named = |provider: &&ProviderConfig| {
        tasks.translate.contains(&provider.name) || tasks.summarize.contains(&provider.name)
    };
    config.providers.iter().filter(named).map(|one| place(one, prompts)).collect()
}

fn routes(config: &Config) -> Routes {
    let tasks = &config.tasks;
    Routes { translate: tasks.translate.clone(), summarize: tasks.summarize.clone() }
}

/// What the configuration says of the road; where things are kept is not part of it.
fn options(config: &Config) -> Options {
    // Half of the memory is for whole briefs, an eighth for texts in English.
    let cache = CacheOptions {
        bytes: config.cache.memory_bytes / 8 * 3,
        fresh_for: config.cache.fresh_for,
        stale_for: config.cache.stale_for,
    };
    Options { cache, daily_usd: config.budget.daily_usd, ..Options::default() }
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
    let reads = config.kind.summarizes();
    let place = Place::remote(config, dialect, key.transpose()?);
    Ok(if reads { place.prompted_by(prompts) } else { place })
}

#[cfg(feature = "local")]
fn in_process(config: &ProviderConfig, prompts: &Prompts) -> Result<Place, SetUpError> {
    let model = Local::new(config, &load::cache_dir(), prompts.clone())?;
    let mut config = config.clone();
    config.model = Some(model.model().to_owned());
    // Its time is bounded by the request's deadline alone: a passage waits for the others.
    Ok(Place::embedded(config, Arc::new(model)).prompted_by(prompts))
}

#[cfg(not(feature = "local"))]
fn in_process(config: &ProviderConfig, _prompts: &Prompts) -> Result<Place, SetUpError> {
    Err(SetUpError::NoLocal(config.name.clone()))
}
