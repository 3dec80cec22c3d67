//! What the operator sets: the types, their defaults and their bounds.
//!
//! `load` reads a file into [`Config`], `error` shows what is wrong with it the way a compiler
//! does, `files` reads the newsroom's own glossary and prompts. The values here are the defaults;
//! config.toml shows every one of them and a test holds the two together.

pub mod duration;
pub mod error;
pub mod fetch;
pub mod files;
pub mod fixed;
mod http_service;
mod kinds;
pub mod limits;
pub mod load;
pub mod providers;
pub mod secret;
pub mod server;
pub mod shared;
pub mod telemetry;
pub mod webhooks;

pub use error::{ConfigError, Problem};
pub use fetch::Fetch;
pub use limits::Limits;
pub use providers::{HttpService, Kind, ProviderConfig};
pub use server::{Auth, ClientHeader, Server};
pub use shared::Shared;
pub use telemetry::{LogFormat, Telemetry};
pub use webhooks::{Hook, Hooks, WebhookConfig};

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// The whole of config.toml.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Listening, bounds and places on disk.
    pub server: Server,
    /// Who may come in.
    pub auth: Auth,
    /// What one client may ask for.
    pub limits: Limits,
    /// Which providers do which tasks.
    pub tasks: Tasks,
    /// Where work is sent.
    pub providers: Vec<ProviderConfig>,
    /// What is kept of answers.
    pub cache: Cache,
    /// What several replicas have in common.
    pub shared: Shared,
    /// What may be spent.
    pub budget: Budget,
    /// Work that is accepted and done later.
    pub jobs: Jobs,
    /// Who is told of briefs.
    pub webhooks: WebhookConfig,
    /// Whose pushes become briefs.
    pub hooks: Hooks,
    /// The record of what was done.
    pub audit: Audit,
    /// Logs, metrics and traces.
    pub telemetry: Telemetry,
    /// The newsroom's own terms.
    pub glossary: Glossary,
    /// The newsroom's own prompts.
    pub prompts: Prompts,
    /// Articles given by their address.
    pub fetch: Fetch,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: Server::default(),
            auth: Auth::default(),
            limits: Limits::default(),
            tasks: Tasks::default(),
            providers: vec![ProviderConfig::local()],
            cache: Cache::default(),
            shared: Shared::default(),
            budget: Budget::default(),
            jobs: Jobs::default(),
            webhooks: WebhookConfig::default(),
            hooks: Hooks::default(),
            audit: Audit::default(),
            telemetry: Telemetry::default(),
            glossary: Glossary::default(),
            prompts: Prompts::default(),
            fetch: Fetch::default(),
        }
    }
}

/// `[tasks]`: the order in which providers are tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tasks {
    /// For translation.
    pub translate: Vec<String>,
    /// For summaries and headlines by a language model; none means that key sentences are
    /// chosen in Arabic and translated.
    pub summarize: Vec<String>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self { translate: vec!["local".to_owned()], summarize: Vec::new() }
    }
}

/// `[cache]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cache {
    /// Memory that answers and briefs may take together, in bytes; 0 keeps nothing.
    pub memory_bytes: u64,
    /// Disk that kept answers and briefs may take together, in bytes, up to 1 TiB; 0 keeps no
    /// answers across restarts.
    pub disk_bytes: u64,
    /// How long an answer is served without asking again.
    #[serde(with = "duration")]
    pub fresh_for: Duration,
    /// How much longer it serves while no provider can answer.
    #[serde(with = "duration")]
    pub stale_for: Duration,
    /// Who is given again what somebody else has paid for.
    #[serde(rename = "cache_scope")]
    pub scope: CacheScope,
}

/// Who shares what is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheScope {
    /// Everybody with everybody.
    #[default]
    All,
    /// The keys of one desk with one another; a key of no desk with nobody.
    Desk,
    /// Each key has its own.
    Key,
}

impl CacheScope {
    /// A name that those who share have in common, empty where all do: of `readers`, the desk or the key of
    /// no desk, and of `key`, which is empty where what is asked for is nobody's in particular.
    #[must_use]
    pub fn among<'a>(self, readers: &'a str, key: &'a str) -> &'a str {
        match self {
            Self::All => "",
            Self::Key if !key.is_empty() => key,
            Self::Desk | Self::Key => readers,
        }
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            disk_bytes: 1 << 30,
            fresh_for: days(7),
            stale_for: days(60),
            scope: CacheScope::All,
        }
    }
}

/// `[budget]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// What all providers together may cost in one UTC day, in United States dollars, counted over
    /// those whose prices are configured; none means no bound.
    pub daily_usd: Option<f64>,
}

/// `[jobs]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    /// How long jobs are kept after their end, and briefs after they were made, 1 h to 10 years.
    #[serde(with = "duration")]
    pub retention: Duration,
    /// Jobs worked on at the same time, 1 to 4096; each takes one of `server.max_briefs` turns.
    pub workers: usize,
    /// Jobs that may wait, 1 to 1000000; more are refused.
    pub max_queued: usize,
    /// How often a job is tried whose providers are all away, 1 to 100.
    pub attempts: u32,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { retention: days(30), workers: 8, max_queued: 10_000, attempts: 8 }
    }
}

/// `[audit]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// How long records are kept, 1 h to 10 years.
    #[serde(with = "duration")]
    pub retention: Duration,
    /// Whether the article's text is kept beside its record.
    pub keep_text: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self { retention: days(365), keep_text: false }
    }
}

fn days(count: u64) -> Duration {
    Duration::from_secs(count * 24 * 3600)
}

/// `[glossary]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Glossary {
    /// Files of the newsroom's own terms; they win over the built-in ones, later over earlier.
    pub files: Vec<PathBuf>,
}

/// `[prompts]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prompts {
    /// Folder whose files replace the built-in prompts of the same name. A folder in it, named as
    /// a desk, does the same for that desk alone.
    pub folder: Option<PathBuf>,
}
