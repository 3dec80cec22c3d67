//! How texts lie on the server: sealed, in the open, or not at all.
//!
//! # Format
//! One byte tells how: `1` is AES-256-GCM, twelve bytes of nonce and the sealed text, bound to the
//! name under which it lies, so that nobody can put one answer in another's place; `0` is the text
//! itself. Each replica reads only what its own configuration would write. Nonces are random: a key
//! is good for four thousand million answers.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

use super::names::Secret;
use crate::digest;

const OPEN: u8 = 0;
const SEALED: u8 = 1;
const NONCE: usize = 12;

/// How texts lie on the server.
pub(super) enum Texts {
    /// Sealed, with the key of names.
    Sealed(Box<Aes256Gcm>, Secret),
    /// In the open.
    Open,
    /// Not at all.
    Withheld,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.in_words())
    }
}

impl Texts {
    /// With a key they are sealed; without one, in the open where that is allowed. `None` where the
    /// key has the wrong length.
    pub(super) fn new(key: Option<&SecretString>, store_text: bool) -> Option<Self> {
        match key {
            Some(key) => {
                let key = bytes(key.expose_secret())?;
                let cipher = Aes256Gcm::new_from_slice(&key).ok()?;
                let names = blake3::derive_key("mujaz 2026 names of shared answers", &key);
                Some(Self::Sealed(Box::new(cipher), Secret(names)))
            }
            None if store_text => Some(Self::Open),
            None => Some(Self::Withheld),
        }
    }

    /// Whether texts lie there at all.
    pub(super) fn are_shared(&self) -> bool {
        !matches!(self, Self::Withheld)
    }

    pub(super) fn in_words(&self) -> &'static str {
        match self {
            Self::Sealed(..) => "sealed answers, flights, limits and budgets",
            Self::Open => "answers in the open, flights, limits and budgets",
            Self::Withheld => "hashes, limits and budgets, no answers",
        }
    }

    /// The key of names, where there is one.
    pub(super) fn naming_key(&self) -> Option<Secret> {
        match self {
            Self::Sealed(_, names) => Some(names.clone()),
            Self::Open | Self::Withheld => None,
        }
    }

    /// A text as it lies under this name; `None` where none may.
    pub(super) fn sealed(&self, name: &[u8], text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Withheld => None,
            Self::Open => Some([&[OPEN], text].concat()),
            Self::Sealed(cipher, _) => {
                let mut nonce = [0; NONCE];
                getrandom::fill(&mut nonce).ok()?;
                let payload = Payload { msg: text, aad: name };
                let sealed = cipher.encrypt(&nonce.into(), payload).ok()?;
                Some([&[SEALED], nonce.as_slice(), &sealed].concat())
            }
        }
    }

    /// What is told to the other replicas, who need not share texts for that: a hash.
    pub(super) fn told(&self, name: &[u8], hash: &[u8; 32]) -> Option<Vec<u8>> {
        match self {
            Self::Withheld => Self::Open.sealed(name, hash),
            Self::Open | Self::Sealed(..) => self.sealed(name, hash),
        }
    }

    /// What another replica told.
    pub(super) fn heard(&self, name: &[u8], told: &[u8]) -> Option<[u8; 32]> {
        let hash = match self {
            Self::Withheld => Self::Open.opened(name, told),
            Self::Open | Self::Sealed(..) => self.opened(name, told),
        };
        hash?.try_into().ok()
    }

    /// A text that lay under this name; `None` where it was not written as this replica writes.
    pub(super) fn opened(&self, name: &[u8], lying: &[u8]) -> Option<Vec<u8>> {
        let (&how, rest) = lying.split_first()?;
        match self {
            Self::Open if how == OPEN => Some(rest.to_vec()),
            Self::Sealed(cipher, _) if how == SEALED => {
                let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
                cipher.decrypt(&(*nonce).into(), Payload { msg: sealed, aad: name }).ok()
            }
            _ => None,
        }
    }
}

/// 32 bytes in hexadecimal or base64.
fn bytes(text: &str) -> Option<[u8; 32]> {
    digest::of_hex(text).or_else(|| STANDARD.decode(text).ok()?.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed_with(byte: u8) -> Texts {
        Texts::new(Some(&digest::hex(&[byte; 32]).into()), false).unwrap()
    }

    #[test]
    fn what_is_sealed_is_opened_with_the_same_key_under_the_same_name_alone() {
        let (texts, text) = (sealed_with(1), "نص لم ينشر".as_bytes());
        let lying = texts.sealed(b"name", text).unwrap();
        assert!(!lying.windows(4).any(|window| window == &text[..4]));
        assert_eq!(texts.opened(b"name", &lying).as_deref(), Some(text));
        assert_eq!(texts.opened(b"another", &lying), None);
        assert_eq!(sealed_with(2).opened(b"name", &lying), None);
        let mut damaged = lying.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(texts.opened(b"name", &damaged), None);
        assert_ne!(texts.sealed(b"name", text), Some(lying), "no nonce serves twice");
    }

    #[test]
    fn nobody_reads_what_their_own_configuration_would_not_write() {
        let open = Texts::new(None, true).unwrap();
        let lying = open.sealed(b"name", b"text").unwrap();
        assert_eq!(open.opened(b"name", &lying).as_deref(), Some(b"text".as_slice()));
        assert_eq!(sealed_with(1).opened(b"name", &lying), None, "a forged answer");
        let withheld = Texts::new(None, false).unwrap();
        assert_eq!(withheld.sealed(b"name", b"text"), None);
        assert_eq!(withheld.opened(b"name", &lying), None);
    }

    #[test]
    fn a_key_is_32_bytes_in_hex_or_base64() {
        let of = |text: &str| bytes(text);
        assert_eq!(of(&"07".repeat(32)), Some([7; 32]));
        assert_eq!(of(&STANDARD.encode([7; 32])), Some([7; 32]));
        for wrong in ["", "07", &"07".repeat(31), &STANDARD.encode([7; 31]), "not a key"] {
            assert_eq!(of(wrong), None, "{wrong}");
            let key = SecretString::from(wrong.to_owned());
            assert!(Texts::new(Some(&key), true).is_none(), "no falling back to the open");
        }
    }
}
