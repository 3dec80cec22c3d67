//! Reads the configuration again while the server runs: at SIGHUP, and when one of its files changes.
//!
//! The files are the configuration itself, the newsroom's glossaries and the prompts of its folder.
//! Their folders are watched, because editors and cluster mounts exchange files instead of writing
//! them; what stirs there counts only where the content of a file is another than before. keys.toml is
//! followed by its own ring, and SIGHUP makes that look at once.
//!
//! A configuration that `serve` would refuse changes nothing: what is wrong is logged in one line with
//! file, line, column and hint, and without any text of the file. Secrets come from the environment of
//! the process, which only a restart changes.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{EventKind, RecursiveMode, Watcher};
use tokio::{signal::unix::Signal, sync::mpsc, task::spawn_blocking, time::sleep};

use crate::{
    clock,
    config::{Config, files, load},
    keys::Keyring,
    server::{self, Current},
    webhooks,
};

/// How long what stirs in a folder may take to settle: an editor writes in several steps.
const SETTLING: Duration = Duration::from_millis(200);

/// What is needed to read the configuration again.
#[derive(Clone)]
pub(super) struct Reloader {
    /// The file as `--config` names it.
    pub(super) named: Option<PathBuf>,
    /// Where the server listens.
    pub(super) address: SocketAddr,
    /// Its keys.
    pub(super) keys: Keyring,
    /// What it serves by.
    pub(super) current: Current,
}

/// What was read the last time.
struct Inputs {
    config: Config,
    files: BTreeSet<PathBuf>,
    hash: blake3::Hash,
}

impl Inputs {
    fn of(named: Option<&Path>, config: &Config) -> Self {
        let mut files = files::named(config);
        files.insert(load::file(named));
        Self { hash: hash(&files), files, config: config.clone() }
    }

    /// The same as they are now.
    fn again(&self, named: Option<&Path>) -> Self {
        Self::of(named, &self.config)
    }
}

fn hash(files: &BTreeSet<PathBuf>) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(file.as_os_str().as_encoded_bytes());
        // One that cannot be read is told of when it is needed.
        let content = std::fs::read(file).map_or([0; 32], |bytes| blake3::hash(&bytes).into());
        hasher.update(&content);
    }
    hasher.finalize()
}

impl Reloader {
    /// Reads again whenever there is a reason. Never ends by itself.
    pub(super) async fn run(self, config: Config, mut hangup: Signal) {
        let mut inputs = Inputs::of(self.named.as_deref(), &config);
        loop {
            let (stirred, mut stirs) = mpsc::channel(1);
            let watching = watch(&inputs.files, stirred);
            let asked = tokio::select! {
                Some(()) = hangup.recv() => true,
                Some(()) = stirs.recv() => false,
            };
            if !asked {
                sleep(SETTLING).await;
            }
            drop(watching);
            let (reloader, before) = (self.clone(), inputs);
            let read = spawn_blocking(move || reloader.look(before, asked)).await;
            // It is built without panics; should one come, the old configuration is what there is.
            let Ok(read) = read else { return std::future::pending().await };
            inputs = read;
        }
    }

    fn look(&self, before: Inputs, asked: bool) -> Inputs {
        if asked {
            self.keys.look_again();
        } else if before.again(self.named.as_deref()).hash == before.hash {
            return before;
        }
        let begun = clock::now();
        let loaded = load::load(self.named.as_deref());
        let (inputs, outcome) = match loaded {
            Ok(loaded) => {
                // Read before it is used, so that a change meanwhile is seen as one.
                let inputs = Inputs::of(self.named.as_deref(), &loaded.config);
                (inputs, self.use_it(loaded.config))
            }
            Err(error) => (before.again(self.named.as_deref()), Err(error.in_one_line())),
        };
        match outcome {
            Ok(fixed) => {
                for key in fixed {
                    tracing::warn!(key, "a changed key takes effect at the next restart alone");
                }
                let took_ms = begun.elapsed().as_millis();
                tracing::info!(took_ms, "the configuration was read again and is in use");
            }
            Err(wrong) => {
                tracing::error!(wrong, "the new configuration cannot be used; the old one stays");
            }
        }
        inputs
    }

    fn use_it(&self, config: Config) -> Result<Vec<&'static str>, String> {
        let refused = server::exposed(self.address, self.keys.needed(), &config.auth)
            .or_else(|| webhooks::trouble(&config.webhooks));
        match refused {
            Some(sentence) => Err(in_one_line(&sentence)),
            None => self.current.renew(config).map_err(|error| in_one_line(&error.to_string())),
        }
    }
}

fn in_one_line(text: &str) -> String {
    text.replace('\n', "; ")
}

/// Watches the folders of these files until dropped; says that something stirs.
fn watch(files: &BTreeSet<PathBuf>, stirred: mpsc::Sender<()>) -> Option<impl Watcher + use<>> {
    let tell = move |event: notify::Result<notify::Event>| {
        // Reading is no change; our own would never end.
        if !matches!(event, Ok(notify::Event { kind: EventKind::Access(_), .. })) {
            // One that waits to be looked at stands for all.
            let _ = stirred.try_send(());
        }
    };
    let watcher = notify::recommended_watcher(tell);
    let mut watcher = watcher
        .inspect_err(|error| {
            tracing::warn!(%error, "files cannot be watched; SIGHUP reads them again");
        })
        .ok()?;
    let folders: BTreeSet<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    for folder in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if folder.is_dir()
            && let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive)
        {
            let folder = folder.display();
            tracing::warn!(%folder, %error, "a folder cannot be watched; SIGHUP reads it again");
        }
    }
    Some(watcher)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_of_a_desk_that_was_not_there_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.prompts.folder = Some(folder.path().to_owned());
        let file = folder.path().join("config.toml");
        let before = Inputs::of(Some(&file), &config);
        assert_eq!(before.again(Some(&file)).hash, before.hash);
        std::fs::create_dir(folder.path().join("sport")).unwrap();
        let desk = before.again(Some(&file));
        assert_ne!(desk.hash, before.hash);
        std::fs::write(folder.path().join("sport/style.md"), "Short.").unwrap();
        assert_ne!(desk.again(Some(&file)).hash, desk.hash);
    }
}
