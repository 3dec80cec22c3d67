//! `state_dir/keys.toml`: the hashes of keys and what each may do.
//!
//! The file holds no key. It is written whole, beside its place and then moved there, so that a
//! reader sees the old or the new one and never half of one; it is readable by its owner alone. Two
//! commands that change it at once wait for each other on `keys.lock`.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Scope, Token};
use crate::{config::Limits, digest::hex};

/// The file's name in the state folder.
pub const NAME: &str = "keys.toml";

const HEAD: &str =
    "# Written by `mujaz key`. Hashes only: no key can be read out of this file.\n\n";

/// What keys.toml holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// 32 random bytes in hexadecimal, which enter every hash.
    pub salt: String,
    /// One entry for each key.
    #[serde(default)]
    pub keys: Vec<Entry>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Names this key among those of the same name; the first digits of its hash.
    pub id: String,
    /// Who holds it. Two keys may share a name while one replaces the other; they share its limits.
    pub name: String,
    /// BLAKE3 of the key, keyed by the file's salt, in hexadecimal.
    pub hash: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The desk that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
    /// When it was made.
    pub created: String,
    /// What its work may cost a day, in United States dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_budget_usd: Option<f64>,
    /// Its own limits.
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
}

/// Why keys cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file or its folder cannot be used.
    #[error("cannot use {}: {source}\nhint: `server.state_dir` names the folder", path.display())]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is not what `mujaz key` writes.
    #[error("{}: {reason}\nhint: mend it, or move it away and make new keys", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong, without its values.
        reason: String,
    },
    /// The system gave no randomness.
    #[error("the system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl KeyFile {
    /// A file without keys and with a new salt.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn new() -> Result<Self, KeysError> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        Ok(Self { salt: hex(&salt), keys: Vec::new() })
    }

    /// What the file at `path` holds; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read or is no file of keys.
    pub fn read(path: &Path) -> Result<Option<Self>, KeysError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeysError::Unusable { path: path.to_owned(), source }),
        };
        let broken = |reason: String| KeysError::Broken { path: path.to_owned(), reason };
        let file: Self = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(1, |span| {
                text.as_bytes()[..span.start.min(text.len())]
                    .iter()
                    .filter(|b| **b == b'\n')
                    .count()
                    + 1
            });
            broken(format!("line {at}: {}", error.message()))
        })?;
        file.salt_bytes()
            .ok_or_else(|| broken("`salt` is not 64 hexadecimal digits".to_owned()))?;
        if let Some(entry) = file.keys.iter().find(|entry| entry.hash_bytes().is_none()) {
            return Err(broken(format!("the hash of key `{}` is not 64 digits", entry.id)));
        }
        Ok(Some(file))
    }

    /// Changes the file at `path`, or begins one there; other commands wait meanwhile.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn change<T>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, KeysError>,
    ) -> Result<T, KeysError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| KeysError::Unusable { path, source }
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
        let lock = folder.join("keys.lock");
        let held = OpenOptions::new().create(true).append(true).mode(0o600).open(&lock);
        let held = held.map_err(at(&lock))?;
        held.lock().map_err(at(&lock))?;
        let mut file = match Self::read(path)? {
            Some(file) => file,
            None => Self::new()?,
        };
        let result = change(&mut file)?;
        file.write(path).map_err(at(path))?;
        Ok(result)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let text = toml::to_string_pretty(self).map_err(io::Error::other)?;
        let beside = path.with_extension("toml.new");
        // A leftover of a run that was killed may have other rights.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        new.write_all(HEAD.as_bytes())?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(&beside, path)?;
        // The folder's entry must reach the disk too, or a revoked key could come back.
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Adds a key and gives it with its id.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn add(&mut self, blank: Entry) -> Result<(Token, String), KeysError> {
        let salt = self.salt_bytes().unwrap_or_default();
        let token = Token::random()?;
        let hash = hex(&token.hash(&salt));
        let id = hash[..8].to_owned();
        self.keys.push(Entry { id: id.clone(), hash, ..blank });
        Ok((token, id))
    }

    pub(super) fn salt_bytes(&self) -> Option<[u8; 32]> {
        bytes(&self.salt)
    }
}

impl Entry {
    pub(super) fn hash_bytes(&self) -> Option<[u8; 32]> {
        bytes(&self.hash)
    }
}

fn bytes(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn blank(name: &str) -> Entry {
        Entry {
            id: String::new(),
            name: name.to_owned(),
            hash: String::new(),
            scopes: vec![Scope::Brief],
            desk: Some("foreign".to_owned()),
            created: "2026-01-02T03:04:05Z".to_owned(),
            daily_budget_usd: Some(2.5),
            limits: Limits { requests_per_minute: 10.try_into().ok(), ..Limits::default() },
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_holds_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/keys.toml");
        let (token, id) = KeyFile::change(&path, |file| file.add(blank("desk"))).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let secret = token.reveal();
        assert!(!text.contains(&secret[4..20]), "no part of the key");
        let file = KeyFile::read(&path).unwrap().unwrap();
        assert_eq!(file.keys[0], Entry { id, hash: file.keys[0].hash.clone(), ..blank("desk") });
        let salt = file.salt_bytes().unwrap();
        assert_eq!(file.keys[0].hash_bytes().unwrap(), token.hash(&salt));
    }

    #[test]
    fn file_and_folder_are_the_owners_alone_and_nothing_is_left_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/keys.toml");
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(path.with_extension("toml.new"), "left over").unwrap();
        for name in ["one", "two"] {
            KeyFile::change(&path, |file| file.add(blank(name))).unwrap();
        }
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!path.with_extension("toml.new").exists());
        assert_eq!(KeyFile::read(&path).unwrap().unwrap().keys.len(), 2);
    }

    #[test]
    fn commands_that_change_it_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        std::thread::scope(|scope| {
            for n in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    KeyFile::change(path, |file| file.add(blank(&n.to_string()))).unwrap();
                });
            }
        });
        assert_eq!(KeyFile::read(&path).unwrap().unwrap().keys.len(), 8);
    }

    #[test]
    fn a_file_that_is_none_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let cases = ["salt = 1", "salt = \"abc\"\n", "salt = \"00\"\n\nsalz = 2\n"];
        let told = cases.map(|text| {
            fs::write(&path, text).unwrap();
            let told = KeyFile::read(&path).unwrap_err().to_string();
            told.replace(&folder.path().display().to_string(), "")
        });
        insta::assert_snapshot!(told.join("\n"));
        assert!(KeyFile::read(&folder.path().join("none.toml")).unwrap().is_none());
    }
}
