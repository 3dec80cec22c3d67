//! Reads the configuration again while the server runs: at SIGHUP, and when one of its files changes.
//!
//! The files are the configuration itself, the newsroom's glossaries and the prompts of its folder.
//! Their folders are watched, because editors and cluster mounts exchange files instead of writing
//! them; what stirs there counts only where the content of a file is another than before. keys.toml is
//! followed by its own ring, and SIGHUP makes that look at once.
//!
//! Most editors write in steps, and half a configuration can be valid: without its `[auth]`, say. So the
//! files are used as soon as they have stayed the same for a moment before and after they were read. One
//! that is empty or gone is refused, although it would mean the defaults at a start.
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
use tokio::{signal::unix::Signal, sync::mpsc, task::spawn_blocking};

use crate::{
    clock,
    config::{Config, files, load},
    keys::Keyring,
    server::{self, Current},
};

/// For how long the files must stay the same to count as written to their end.
const SETTLING: Duration = Duration::from_millis(100);

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
    /// Whether the configuration has had a file since the start.
    filed: bool,
}

impl Inputs {
    fn of(named: Option<&Path>, config: &Config) -> Self {
        let mut files = files::named(config);
        let file = load::file(named);
        let filed = file.exists();
        files.insert(file);
        Self { hash: hash(&files), files, config: config.clone(), filed }
    }

    /// The same as they are now.
    fn again(&self, named: Option<&Path>) -> Self {
        self.followed_by(named, &self.config)
    }

    /// Those of another configuration.
    fn followed_by(&self, named: Option<&Path>, config: &Config) -> Self {
        let next = Self::of(named, config);
        Self { filed: self.filed || next.filed, ..next }
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
            // What stirred while nobody watched is seen by its content.
            let changed = inputs.again(self.named.as_deref()).hash != inputs.hash;
            let asked = tokio::select! {
                biased;
                Some(()) = hangup.recv() => true,
                () = std::future::ready(()), if changed => false,
                Some(()) = stirs.recv() => false,
            };
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
        }
        let begun = clock::now();
        let Some((inputs, loaded)) = self.settled(&before, asked) else { return before };
        let outcome = loaded.and_then(|config| self.use_it(config));
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

    /// The files once nobody writes them any more, and the configuration that they hold; `None` where
    /// nobody asked for it and nothing in them is another than before.
    fn settled(&self, before: &Inputs, asked: bool) -> Option<(Inputs, Result<Config, String>)> {
        let named = self.named.as_deref();
        loop {
            let seen = before.again(named);
            std::thread::sleep(SETTLING);
            if !asked && seen.hash == before.hash {
                return None;
            }
            let loaded = whole(named, before.filed);
            if before.again(named).hash == seen.hash {
                let inputs = before.followed_by(named, loaded.as_ref().unwrap_or(&before.config));
                return Some((inputs, loaded));
            }
        }
    }

    fn use_it(&self, config: Config) -> Result<Vec<&'static str>, String> {
        let refused = server::exposed(self.address, self.keys.needed(), &config.auth)
            .or_else(|| super::trouble(&config));
        match refused {
            Some(sentence) => Err(in_one_line(&sentence)),
            None => self.current.renew(config).map_err(|error| in_one_line(&error.to_string())),
        }
    }
}

/// The configuration as its file is now; one that has had a file has to be there and to say something.
fn whole(named: Option<&Path>, filed: bool) -> Result<Config, String> {
    let file = load::file(named);
    match std::fs::metadata(&file).map(|known| known.len()) {
        Ok(0) => Err(format!("{} is empty; for the defaults, restart", file.display())),
        Err(_) if filed => Err(format!("{} is gone; for the defaults, restart", file.display())),
        _ => load::load(named).map(|loaded| loaded.config).map_err(|error| error.in_one_line()),
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
    #[test]
    fn a_file_that_is_empty_or_gone_is_not_taken_for_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "").unwrap();
        let told = whole(Some(&file), true).unwrap_err();
        assert!(told.ends_with("config.toml is empty; for the defaults, restart"), "{told}");
        std::fs::remove_file(&file).unwrap();
        let told = whole(Some(&file), true).unwrap_err();
        assert!(told.ends_with("config.toml is gone; for the defaults, restart"), "{told}");
        std::fs::write(&file, "# As it is.\n").unwrap();
        assert!(whole(Some(&file), true).is_ok());
        assert!(whole(None, false).is_ok(), "it was started without one");
    }
}
