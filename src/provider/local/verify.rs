//! SHA-256 of model files, computed once for each state of a file.
//!
//! Hashing a gigabyte takes seconds, so what was found is kept in the cache folder beside the
//! file's size and time of change; a start hashes again only when either differs.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sha2::{Digest as _, Sha256};

use super::fetch::{FetchProgress, LocalError};
use crate::digest::hex;

/// Succeeds where the file has this SHA-256 (hex, any case). Blocks; seconds for a gigabyte.
///
/// # Errors
/// Where the file cannot be read or has another hash.
pub(crate) fn verify(
    file: &Path,
    wanted: &str,
    cache: &Path,
    progress: &dyn FetchProgress,
) -> Result<(), LocalError> {
    let unreadable = |source| LocalError::Path { path: file.to_owned(), source };
    let stamp = stamp(file).map_err(unreadable)?;
    let note = note_path(file, cache);
    let known = fs::read_to_string(&note).ok();
    let known = known.as_deref().and_then(|note| note.strip_prefix(&stamp)).map(str::trim);
    let found = if let Some(found) = known {
        found.to_owned()
    } else {
        progress.verifying();
        let found = sha256(file).map_err(unreadable)?;
        write_note(&note, &stamp, &found);
        found
    };
    if found.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(LocalError::Hash { path: file.to_owned(), found, wanted: wanted.to_owned() })
}

/// Notes the hash of a file that was computed while it was written.
pub(crate) fn remember(file: &Path, found: &str, cache: &Path) {
    if let Ok(stamp) = stamp(file) {
        write_note(&note_path(file, cache), &stamp, found);
    }
}

fn write_note(note: &Path, stamp: &str, found: &str) {
    // Without the note the next start hashes again; nothing else is lost.
    let _ = fs::write(note, format!("{stamp}{found}\n"));
}

/// Size and time of change: what tells one state of a file from another.
fn stamp(file: &Path) -> io::Result<String> {
    let data = fs::metadata(file)?;
    let changed = data.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {} ", data.len(), changed.as_nanos()))
}

fn note_path(file: &Path, cache: &Path) -> PathBuf {
    let absolute = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let name = blake3::hash(absolute.as_os_str().as_encoded_bytes()).to_hex();
    cache.join(format!("{}.verified", &name[..16]))
}

/// The SHA-256 of a file, lower-case hex.
pub(crate) fn sha256(file: &Path) -> io::Result<String> {
    let mut reader = File::open(file)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl FetchProgress for Count {
        fn fetched(&self, _: u64, _: u64) {}
        fn verifying(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    const ABC: &str = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";

    #[test]
    fn a_file_is_hashed_once_for_each_state_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("model");
        let hashed = Count::default();
        let check = || verify(&file, ABC, folder.path(), &hashed);
        fs::write(&file, "abc").unwrap();
        check().unwrap();
        check().unwrap();
        assert_eq!(hashed.0.load(Ordering::Relaxed), 1);
        fs::write(&file, "abcd").unwrap();
        let error = check().unwrap_err();
        assert_eq!(hashed.0.load(Ordering::Relaxed), 2);
        assert!(error.to_string().contains("another file"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = verify(&folder.path().join("none"), ABC, folder.path(), &Count::default());
        assert!(error.unwrap_err().to_string().contains("none"));
    }
}
