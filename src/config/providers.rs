//! `[[providers]]`: where work is sent.
//!
//! One struct serves every kind; which keys a kind needs or refuses is said by
//! [`ProviderConfig::problems`] alone (its rules stand in `kinds`), so that `mujaz check` and
//! `mujaz serve` agree.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Problem, duration, kinds};

/// A vendor's wire format, or the model inside the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Chat completions, as OpenAI and every compatible server speaks them.
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

impl Kind {
    /// Whether it is a language model over HTTP, which also writes summaries and headlines.
    #[must_use]
    pub fn summarizes(self) -> bool {
        matches!(self, Self::OpenAi | Self::Anthropic | Self::Gemini)
    }

    /// The name as configuration writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::DeepL => "deepl",
            Self::Google => "google",
            Self::Azure => "azure",
            Self::LibreTranslate => "libretranslate",
            Self::Http => "http",
            Self::Local => "local",
        }
    }

    /// The vendor's own address, where there is one. LibreTranslate and `http` have none.
    #[must_use]
    pub fn default_base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com"),
            Self::DeepL => Some("https://api.deepl.com"),
            Self::Google => Some("https://translation.googleapis.com"),
            Self::Azure => Some("https://api.cognitive.microsofttranslator.com"),
            Self::LibreTranslate | Self::Http | Self::Local => None,
        }
    }
}

/// One `[[providers]]` entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Appears in briefs, logs and metrics; letters, digits, `-` and `_`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The service's root; each vendor with one address of its own has it as default. `local`:
    /// another address of the hub.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Name of the environment variable that holds the key.
    #[serde(default)]
    pub api_key_env: Option<String>,
    /// The model, for language models; as briefs show it.
    #[serde(default)]
    pub model: Option<String>,
    /// Calls a minute, 1 or more; none means no limit.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, 1 or more; none means no limit.
    #[serde(default)]
    pub tokens_per_minute: Option<u32>,
    /// Characters a minute, 1 or more; none means no limit.
    #[serde(default)]
    pub characters_per_minute: Option<u32>,
    /// Characters a UTC day, counted across restarts; none means no limit.
    #[serde(default)]
    pub daily_characters: Option<u64>,
    /// Calls at the same time, 1 to 1024.
    #[serde(default = "default_in_flight")]
    pub max_in_flight: usize,
    /// The longest one call may take, 100 ms to 1 h.
    #[serde(default = "default_timeout", with = "duration")]
    pub timeout: Duration,
    /// How long it may say nothing: then its address is asked for a sign of life, and the call is
    /// given up where none comes. 100 ms to 1 h.
    #[serde(default = "default_silence", with = "duration")]
    pub silence: Duration,
    /// Calls for one task, the first included, 1 to 10.
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
    /// Price of a million tokens read, in United States dollars, 0 to 1,000,000.
    #[serde(default)]
    pub usd_per_million_input_tokens: Option<f64>,
    /// Price of a million tokens written, in United States dollars, 0 to 1,000,000.
    #[serde(default)]
    pub usd_per_million_output_tokens: Option<f64>,
    /// Translation services: price of a million characters, in United States dollars, 0 to
    /// 1,000,000.
    #[serde(default)]
    pub usd_per_million_characters: Option<f64>,
    /// Language models: tokens that question and answer may take together, 1024 to 10,000,000.
    #[serde(default)]
    pub context_tokens: Option<u32>,
    /// Language models: tokens that one answer may take, 64 to 1,000,000.
    #[serde(default)]
    pub max_output_tokens: Option<u32>,
    /// Language models: hold the answer to a JSON schema. On by default; off for a compatible
    /// server that refuses it.
    #[serde(default)]
    pub json_schema: Option<bool>,
    /// Language models: read the answer as a stream, so that who hangs up stops paying.
    #[serde(default)]
    pub stream: Option<bool>,
    /// Translation services but `http`: texts in one call, at most, 1 to 1000; none means what
    /// the vendor takes.
    #[serde(default)]
    pub max_texts: Option<usize>,
    /// Translation services but `http`: characters in one call, at most, 100 to 1,000,000; none
    /// means what the vendor takes.
    #[serde(default)]
    pub max_characters: Option<usize>,
    /// `deepl`: the English that is wanted, `EN-US` or `EN-GB`; none means `EN-US`.
    #[serde(default)]
    pub target_lang: Option<String>,
    /// `deepl`: glossaries kept there, at most 5.
    #[serde(default)]
    pub glossary_ids: Vec<String>,
    /// `azure`: the resource's region.
    #[serde(default)]
    pub region: Option<String>,
    /// `http`: how the service is spoken to.
    #[serde(default)]
    pub http: Option<HttpService>,
    /// `local`: the model file.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// `local`: a hub repository, `owner/name`, that holds the model file.
    #[serde(default)]
    pub hub: Option<String>,
    /// `local`: the file within the hub repository.
    #[serde(default)]
    pub file: Option<String>,
    /// `local`: SHA-256 of the model file, hex; checked where it is given.
    #[serde(default)]
    pub sha256: Option<String>,
    /// `local`: tasks that may wait for the model, 1 to 65536.
    #[serde(default = "default_queue")]
    pub queue: usize,
}

/// A JSON translation service described in configuration alone (`kind = "http"`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpService {
    /// Path and query below `base_url`, with a leading slash.
    pub path: String,
    /// Headers sent with each request; never a key.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The header that carries the key; none means `authorization`.
    #[serde(default)]
    pub key_header: Option<String>,
    /// What stands before the key in that header, such as `Bearer ` with its space.
    #[serde(default)]
    pub key_prefix: String,
    /// The request's JSON as a minijinja template over `texts` (a list), `text` (the first of
    /// them) and `context` (the title, or `null`), which bring their own quotes, and `source`
    /// (`ar`) and `target` (`en`), which do not.
    pub body: String,
    /// JSON pointer to the English. For several texts a `*` stands for the text's place, as in
    /// `/outputs/*/output`.
    pub answer: String,
    /// JSON pointer to the service's own error code, for services that answer errors with 200.
    #[serde(default)]
    pub error: Option<String>,
    /// What statuses and error codes mean: a status or code, and one of `throttled`, `quota`,
    /// `unauthorized`, `not-found`, `refused`, `too-long`, `filtered`, `unavailable`.
    #[serde(default)]
    pub errors: BTreeMap<String, String>,
    /// Texts in one call, at most, 1 to 1000; 1 where the service takes no list.
    #[serde(default = "one")]
    pub max_texts: usize,
    /// Characters in one call, at most, 100 to 1,000,000.
    #[serde(default = "default_characters")]
    pub max_characters: usize,
}

impl ProviderConfig {
    /// A provider with nothing set but its name and kind.
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            base_url: None,
            api_key_env: None,
            model: None,
            requests_per_minute: None,
            tokens_per_minute: None,
            characters_per_minute: None,
            daily_characters: None,
            max_in_flight: default_in_flight(),
            timeout: default_timeout(),
            silence: default_silence(),
            attempts: default_attempts(),
            allow_http: false,
            confidential: false,
            hedge: false,
            usd_per_million_input_tokens: None,
            usd_per_million_output_tokens: None,
            usd_per_million_characters: None,
            context_tokens: None,
            max_output_tokens: None,
            json_schema: None,
            stream: None,
            max_texts: None,
            max_characters: None,
            target_lang: None,
            glossary_ids: Vec::new(),
            region: None,
            http: None,
            path: None,
            hub: None,
            file: None,
            sha256: None,
            queue: default_queue(),
        }
    }

    /// The embedded model as it stands in a configuration without providers.
    #[must_use]
    pub fn local() -> Self {
        Self::new("local", Kind::Local)
    }

    /// Everything that cannot be, with paths relative to this entry.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        kinds::problems(self)
    }
}

fn default_in_flight() -> usize {
    8
}
fn default_timeout() -> Duration {
    Duration::from_secs(60)
}
fn default_silence() -> Duration {
    Duration::from_secs(10)
}
fn default_attempts() -> u32 {
    3
}
fn default_queue() -> usize {
    64
}
fn one() -> usize {
    1
}
fn default_characters() -> usize {
    5000
}
