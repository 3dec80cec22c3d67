//! `[[providers]]`: where work is sent.
//!
//! One struct serves every kind; which fields a kind needs or refuses is said by
//! [`ProviderConfig::problems`], so that `mujaz check` and `mujaz serve` agree.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// A vendor's wire format, or the model inside the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Chat completions with JSON-schema output, and every compatible server.
    OpenAi,
    /// Anthropic messages.
    Anthropic,
    /// Gemini generateContent.
    Gemini,
    /// DeepL v2 translate.
    DeepL,
    /// Google Cloud Translation v2.
    Google,
    /// Azure Translator v3.
    Azure,
    /// LibreTranslate and servers that speak like it.
    LibreTranslate,
    /// A JSON service described in configuration alone.
    Http,
    /// The model inside the process.
    Local,
}

/// One `[[providers]]` entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Appears in briefs, logs and metrics; letters, digits, `-` and `_`.
    pub name: String,
    /// The wire format.
    pub kind: Kind,
    /// The service's root; each kind has a default where the vendor has one address.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Name of the environment variable that holds the key.
    #[serde(default)]
    pub api_key_env: Option<String>,
    /// The model, for language models.
    #[serde(default)]
    pub model: Option<String>,
    /// Calls a minute; none means no limit.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute; none means no limit.
    #[serde(default)]
    pub tokens_per_minute: Option<u32>,
    /// Characters a minute; none means no limit.
    #[serde(default)]
    pub characters_per_minute: Option<u32>,
    /// Calls at the same time.
    #[serde(default = "default_in_flight")]
    pub max_in_flight: usize,
    /// The longest one call may take.
    #[serde(default = "default_timeout", with = "super::duration")]
    pub timeout: Duration,
    /// Calls for one task, the first included.
    #[serde(default = "default_attempts")]
    pub attempts: u32,
    /// Plain http to another host than loopback.
    #[serde(default)]
    pub allow_http: bool,
    /// Unpublished stories may be sent there.
    #[serde(default)]
    pub confidential: bool,
    /// A second call beside one that takes longer than 95 in 100 here; each may be billed.
    #[serde(default)]
    pub hedge: bool,
    /// Price of a million tokens read, in United States dollars.
    #[serde(default)]
    pub usd_per_million_input_tokens: Option<f64>,
    /// Price of a million tokens written, in United States dollars.
    #[serde(default)]
    pub usd_per_million_output_tokens: Option<f64>,
    /// Price of a million characters, in United States dollars.
    #[serde(default)]
    pub usd_per_million_characters: Option<f64>,
    /// `local`: the model file.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// `local`: hub repository, `owner/name`.
    #[serde(default)]
    pub hub: Option<String>,
    /// `local`: the file within the hub repository.
    #[serde(default)]
    pub file: Option<String>,
    /// `local`: SHA-256 of the model file, hex.
    #[serde(default)]
    pub sha256: Option<String>,
    /// `local`: threads; none means one for each core.
    #[serde(default)]
    pub threads: Option<usize>,
    /// `local`: tasks that may wait for the model.
    #[serde(default = "default_queue")]
    pub queue: usize,
    /// Headers sent with each request (`http`).
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

fn default_in_flight() -> usize {
    8
}
fn default_timeout() -> Duration {
    Duration::from_secs(60)
}
fn default_attempts() -> u32 {
    3
}
fn default_queue() -> usize {
    64
}
