//! One record's bytes: a version, a checksum over key and payload, the payload.
//!
//! redb sums its pages but does not verify them on every read. A bit that flipped on the disk must
//! never become a wrong number in a brief, so a record that does not sum up is no record.
//!
//! # Versions
//! 1. the payload as it was given.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

const VERSION: u8 = 1;
const SUM: usize = 8;

/// The record of `payload` under `key`.
pub(super) fn seal(key: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(1 + SUM + payload.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&sum(key, payload));
    sealed.extend_from_slice(payload);
    sealed
}

/// The payload of a record, where it is whole and of this version.
pub(super) fn open<'a>(key: &[u8], sealed: &'a [u8]) -> Option<&'a [u8]> {
    let (version, rest) = sealed.split_first()?;
    let (stored, payload) = rest.split_at_checked(SUM)?;
    (*version == VERSION && stored == sum(key, payload)).then_some(payload)
}

/// The record of `payload` with the moment it was made.
pub(super) fn seal_made(key: &[u8], made: Timestamp, payload: &[u8]) -> Vec<u8> {
    seal(key, &[&made.as_microsecond().to_le_bytes(), payload].concat())
}

/// The moment and the payload of such a record, where it is whole and of this version.
pub(super) fn open_made<'a>(key: &[u8], sealed: &'a [u8]) -> Option<(Timestamp, &'a [u8])> {
    let (made, payload) = open(key, sealed)?.split_first_chunk()?;
    Some((Timestamp::from_microsecond(i64::from_le_bytes(*made)).ok()?, payload))
}

/// The record of a row, as compact JSON.
pub(super) fn seal_row<T: Serialize>(key: &[u8], row: &T) -> Vec<u8> {
    // Rows are plain structs with text keys, which JSON always holds; an empty record reads as none.
    seal(key, &serde_json::to_vec(row).unwrap_or_default())
}

/// The row of a record, where it is whole and of this version.
pub(super) fn open_row<T: DeserializeOwned>(key: &[u8], sealed: &[u8]) -> Option<T> {
    serde_json::from_slice(open(key, sealed)?).ok()
}

fn sum(key: &[u8], payload: &[u8]) -> [u8; SUM] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(payload);
    let mut sum = [0; SUM];
    hasher.finalize_xof().fill(&mut sum);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_back_what_was_sealed() {
        assert_eq!(open(b"key", &seal(b"key", b"payload")), Some(&b"payload"[..]));
        assert_eq!(open(b"", &seal(b"", b"")), Some(&b""[..]));
    }

    #[test]
    fn a_record_with_any_bit_flipped_is_none() {
        let sealed = seal(b"key", b"7,500 soldiers");
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(b"key", &flipped), None, "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert_eq!(open(b"key", &sealed[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn a_record_found_under_another_key_is_none() {
        assert_eq!(open(b"kez", &seal(b"key", b"payload")), None);
    }
}
