//! The hashes of keys in memory, following their file as it changes.
//!
//! Once a second at most, and only when a key is presented, the ring looks whether the file has
//! changed and then reads it again: a key is revoked or replaced without a restart. Looking is one
//! `stat`, reading a few kilobytes, so both are done where they are needed. A file that cannot be
//! read leaves the ring as it was; a file that is gone or empty leaves it empty, and once a key
//! has been needed, one is needed until the process ends: losing a file opens no door.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use tokio::time::Instant;

use super::{Entry, Identity, KeyFile, KeysError, Token, file};
use crate::clock;

/// How long a change of the file may go unseen.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// The keys of a server. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    file: Option<Arc<Watched>>,
}

#[derive(Debug)]
struct Watched {
    path: PathBuf,
    held: ArcSwap<Held>,
    needed: AtomicBool,
    looked: std::sync::Mutex<Looked>,
}

#[derive(Debug)]
struct Looked {
    at: Instant,
    stamp: Stamp,
}

/// What tells one version of the file from another; `None` where there is no file.
type Stamp = Option<(u64, i64, i64, u64)>;

#[derive(Debug, Default)]
struct Held {
    salt: [u8; 32],
    keys: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    hash: [u8; 32],
    identity: Arc<Identity>,
}

impl Keyring {
    /// The keys of the state folder; a ring that no key is in where there is no file yet.
    ///
    /// # Errors
    /// Where there is a file that cannot be used.
    pub fn open(state_dir: &Path) -> Result<Self, KeysError> {
        let path = state_dir.join(file::NAME);
        let stamp = stamp(&path);
        let held = read(&path)?;
        let watched = Watched {
            needed: AtomicBool::new(!held.keys.is_empty()),
            held: ArcSwap::from_pointee(held),
            looked: std::sync::Mutex::new(Looked { at: clock::now(), stamp }),
            path,
        };
        Ok(Self { file: Some(Arc::new(watched)) })
    }

    /// Whether a key is needed: there is one, or there was one since the start.
    #[must_use]
    pub fn needed(&self) -> bool {
        self.current().is_some_and(|watched| watched.needed.load(Ordering::Relaxed))
    }

    /// Keys that are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.current().map_or(0, |watched| watched.held.load().keys.len())
    }

    /// Whether no key is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whom a key stands for. The time it takes depends on the number of keys alone: every hash is
    /// compared to its end, whichever fits.
    #[must_use]
    pub fn find(&self, token: &Token) -> Option<Arc<Identity>> {
        let held = self.current()?.held.load_full();
        let hash = token.hash(&held.salt);
        let mut found = 0_u64;
        for (number, known) in (1_u64..).zip(&held.keys) {
            let same: Choice = known.hash.ct_eq(&hash);
            found.conditional_assign(&number, same);
        }
        let index = usize::try_from(found).ok()?.checked_sub(1)?;
        held.keys.get(index).map(|known| Arc::clone(&known.identity))
    }

    /// Looks at once whether the file has changed.
    pub fn look_again(&self) {
        if let Some(watched) = &self.file {
            watched.look(Duration::ZERO);
        }
    }

    /// Whom the key with this id stands for, as long as it is in the ring.
    #[must_use]
    pub fn holder(&self, id: &str) -> Option<Arc<Identity>> {
        let held = self.current()?.held.load_full();
        let known = held.keys.iter().find(|known| known.identity.key.as_deref() == Some(id));
        known.map(|known| Arc::clone(&known.identity))
    }

    /// The ring as its file is now, give or take [`LOOKED_AT_EVERY`].
    fn current(&self) -> Option<&Watched> {
        let watched = self.file.as_deref()?;
        watched.look(LOOKED_AT_EVERY);
        Some(watched)
    }
}

impl Watched {
    /// Reads the file again, where it has changed and was not looked at for so long.
    fn look(&self, rest: Duration) {
        // Whoever else looks at this moment does it for all.
        let Ok(mut looked) = self.looked.try_lock() else { return };
        let now = clock::now();
        if now.duration_since(looked.at) < rest {
            return;
        }
        looked.at = now;
        let stamp = stamp(&self.path);
        if stamp == looked.stamp {
            return;
        }
        match read(&self.path) {
            Ok(held) => {
                tracing::info!(keys = held.keys.len(), "keys.toml has changed and was read again");
                if !held.keys.is_empty() {
                    self.needed.store(true, Ordering::Relaxed);
                }
                self.held.store(Arc::new(held));
            }
            Err(error) => tracing::error!("keys.toml has changed and the old keys stay: {error}"),
        }
        looked.stamp = stamp;
    }
}

fn stamp(path: &Path) -> Stamp {
    let known = std::fs::metadata(path).ok()?;
    Some((known.ino(), known.mtime(), known.mtime_nsec(), known.len()))
}

fn read(path: &Path) -> Result<Held, KeysError> {
    let Some(file) = KeyFile::read(path)? else { return Ok(Held::default()) };
    let salt = file.salt_bytes().unwrap_or_default();
    let keys = file.keys.into_iter().filter_map(|entry| {
        let hash = entry.hash_bytes()?;
        Some(Known { hash, identity: Arc::new(identity(entry)) })
    });
    Ok(Held { salt, keys: keys.collect() })
}

fn identity(entry: Entry) -> Identity {
    let Entry { id, name, hash: _, scopes, desk, created: _, daily_budget_usd, limits } = entry;
    let scopes = scopes.into_iter().collect();
    Identity { name, key: Some(id), desk, scopes, limits, daily_budget_usd }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Limits, keys::Scope};

    fn blank(name: &str) -> Entry {
        Entry {
            id: String::new(),
            name: name.to_owned(),
            hash: String::new(),
            scopes: vec![Scope::Brief],
            desk: None,
            created: String::new(),
            daily_budget_usd: None,
            limits: Limits::default(),
        }
    }

    fn add(folder: &Path, name: &str) -> Token {
        let path = folder.join(file::NAME);
        KeyFile::change(&path, |file| file.add(blank(name))).unwrap().0
    }

    async fn a_second_later() {
        tokio::time::sleep(LOOKED_AT_EVERY).await;
    }

    #[tokio::test(start_paused = true)]
    async fn each_key_stands_for_its_own_name() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = ["one", "two", "three"].map(|name| (name, add(folder.path(), name)));
        let ring = Keyring::open(folder.path()).unwrap();
        assert_eq!(ring.len(), 3);
        for (name, token) in tokens {
            assert_eq!(ring.find(&token).unwrap().name, name);
        }
        assert!(ring.find(&Token::random().unwrap()).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_is_known_and_forgotten_without_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Keyring::open(folder.path()).unwrap();
        assert!(!ring.needed(), "nobody has made a key");
        let token = add(folder.path(), "desk");
        a_second_later().await;
        assert!(ring.needed() && ring.find(&token).is_some());
        let path = folder.path().join(file::NAME);
        KeyFile::change(&path, |file| {
            file.keys.clear();
            Ok(())
        })
        .unwrap();
        a_second_later().await;
        assert!(ring.find(&token).is_none(), "revoked");
        assert!(ring.needed(), "and the door stays shut");
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_breaks_leaves_the_keys_and_one_that_goes_shuts_the_door() {
        let folder = tempfile::tempdir().unwrap();
        let token = add(folder.path(), "desk");
        let ring = Keyring::open(folder.path()).unwrap();
        let path = folder.path().join(file::NAME);
        std::fs::write(&path, "salt = ").unwrap();
        a_second_later().await;
        assert!(ring.find(&token).is_some());
        std::fs::remove_file(&path).unwrap();
        a_second_later().await;
        assert!(ring.needed() && ring.find(&token).is_none());
    }
}
