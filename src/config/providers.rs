//! `[[providers]]`: where work is sent.
//!
//! What cannot be is said by [`ProviderConfig::problems`] alone, so that `mujaz check` and
//! `mujaz serve` agree.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Problem;

/// What a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// The model inside the process.
    Local,
}

/// One `[[providers]]` entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Appears in briefs, logs and metrics; letters, digits, `-` and `_`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The model's name as briefs show it; the file's own name when unset.
    #[serde(default)]
    pub model: Option<String>,
    /// The model file.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// A hub repository, `owner/name`, that holds the model file.
    #[serde(default)]
    pub hub: Option<String>,
    /// The file within the hub repository.
    #[serde(default)]
    pub file: Option<String>,
    /// Another address of the hub.
    #[serde(default)]
    pub base_url: Option<String>,
    /// SHA-256 of the model file, hex; checked where it is given.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Tasks that may wait for the model, 1 to 65536.
    #[serde(default = "default_queue")]
    pub queue: usize,
}

impl Kind {
    /// Whether it can write summaries and headlines, besides translating.
    #[must_use]
    pub fn summarizes(self) -> bool {
        match self {
            Self::Local => false,
        }
    }
}

impl ProviderConfig {
    /// A provider with nothing set but its name and kind.
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            model: None,
            path: None,
            hub: None,
            file: None,
            base_url: None,
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
        let mut found = Vec::new();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if self.name.is_empty() || !self.name.chars().all(plain) {
            let message = "a provider's `name` is made of letters, digits, `-` and `_`";
            found.push(Problem::new("name", message));
        }
        if !(1..=65536).contains(&self.queue) {
            found.push(Problem::new("queue", "`queue` must lie between 1 and 65536"));
        }
        if self.path.is_some() && self.hub.is_some() {
            let hint = "keep `path` for a file on disk, or `hub` and `file` to fetch one";
            found.push(Problem::new("hub", "`path` and `hub` name two models").hint(hint));
        }
        if self.hub.is_some() != self.file.is_some() {
            let hint = "`hub` is `owner/name`, `file` the GGUF file in it";
            found.push(Problem::new("hub", "`hub` and `file` go together").hint(hint));
        }
        let hex = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if self.sha256.as_ref().is_some_and(|text| !hex(text)) {
            found.push(Problem::new("sha256", "`sha256` is 64 hexadecimal digits"));
        }
        found
    }
}

fn default_queue() -> usize {
    64
}
