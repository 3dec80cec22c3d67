//! A model file out of a hub repository that the operator names.
//!
//! hf-hub does the work: it keeps files in its own layout under the model folder, goes on with a
//! partial one, and takes endpoint and token from its usual environment variables. What is on disk
//! already is used without asking the network.

use std::{path::Path, sync::Arc};

use hf_hub::{
    HFClient,
    progress::{DownloadEvent, ProgressEvent, ProgressHandler},
};

use super::fetch::{LocalError, Progress};

/// One file of one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hub {
    owner: String,
    name: String,
    file: String,
    endpoint: Option<String>,
}

impl Hub {
    /// A file of `owner/name`; none where the repository is written otherwise. `endpoint`
    /// replaces the hub's address, for a mirror.
    pub(crate) fn new(repository: &str, file: &str, endpoint: Option<&str>) -> Option<Self> {
        let (owner, name) = repository.split_once('/')?;
        let plain = |part: &str| !part.is_empty() && !part.contains('/');
        (plain(owner) && plain(name)).then(|| Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            file: file.to_owned(),
            endpoint: endpoint.map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
        })
    }

    /// The file's path within the repository.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The file on disk, fetched if it is not there.
    pub(crate) async fn file_on_disk(
        &self,
        cache: &Path,
        progress: Progress,
    ) -> Result<std::path::PathBuf, LocalError> {
        let mut client = HFClient::builder().cache_dir(cache.join("hub")).retry_max_attempts(3);
        if let Some(endpoint) = &self.endpoint {
            client = client.endpoint(endpoint);
        }
        let client = client.build().map_err(|error| self.failed(&error))?;
        let repository = client.model(&self.owner, &self.name);
        let wanted = || repository.download_file().filename(self.file.as_str());
        if let Ok(path) = wanted().local_files_only(true).send().await {
            return Ok(path);
        }
        let listener: Arc<dyn ProgressHandler> = Arc::new(Listener(progress));
        wanted().progress(listener).send().await.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &hf_hub::HFError) -> LocalError {
        LocalError::Hub {
            repository: format!("{}/{}", self.owner, self.name),
            file: self.file.clone(),
            reason: error.to_string(),
        }
    }
}

struct Listener(Progress);

impl ProgressHandler for Listener {
    fn on_progress(&self, event: &ProgressEvent) {
        match event {
            ProgressEvent::Download(DownloadEvent::Progress { files }) => {
                for file in files {
                    self.0.fetched(file.bytes_completed, file.total_bytes);
                }
            }
            ProgressEvent::Download(DownloadEvent::AggregateProgress {
                bytes_completed,
                total_bytes,
                ..
            }) => self.0.fetched(*bytes_completed, *total_bytes),
            _ => {}
        }
    }
}
