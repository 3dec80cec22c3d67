//! What things are called on the server.
//!
//! A name is a prefix, a kind and a hash. Where there is a key, hashes are keyed with one derived
//! from it, so that nobody who reads the server can find out by trying whether a known text, source
//! or client is among them.

use crate::digest::hex;

/// Makes names.
#[derive(Clone, Debug)]
pub(super) struct Names {
    prefix: String,
    key: Option<Secret>,
}

/// A key that `Debug` does not show.
#[derive(Clone)]
pub(super) struct Secret(pub(super) [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Names {
    pub(super) fn new(prefix: &str, key: Option<Secret>) -> Self {
        Self { prefix: prefix.to_owned(), key }
    }

    /// The name of the only one of its kind.
    pub(super) fn only(&self, kind: &str) -> String {
        format!("{}:{kind}", self.prefix)
    }

    /// What stands before the hash in names of this kind.
    pub(super) fn before(&self, kind: &str) -> String {
        format!("{}:{kind}:", self.prefix)
    }

    /// The name of one of its kind.
    pub(super) fn of(&self, kind: &str, what: &[u8]) -> String {
        self.before(kind) + &self.hash(what)
    }

    /// The hash in such a name.
    pub(super) fn hash(&self, what: &[u8]) -> String {
        let hash = match &self.key {
            Some(Secret(key)) => blake3::keyed_hash(key, what),
            None => blake3::hash(what),
        };
        hex(hash.as_bytes())
    }
}
