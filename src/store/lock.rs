//! One process for one state folder.
//!
//! The system holds the lock for as long as the file is open, so a process that was killed leaves
//! none behind. The file holds the process id, for the message to whoever comes second.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

const NAME: &str = "lock";

/// The lock of a state folder; dropping it gives the folder free.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

/// What came of asking for the lock.
#[derive(Debug)]
pub(super) enum Taken {
    /// It is ours.
    Ours(FolderLock),
    /// Another process has it, where it could be told which.
    Theirs(Option<u32>),
    /// The folder holds no lock: it cannot be written.
    Impossible(std::io::Error),
}

/// Takes the lock of `dir`, or says who has it. Never waits.
pub(super) fn take(dir: &Path) -> Taken {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let mut file = match options.open(dir.join(NAME)) {
        Ok(file) => file,
        Err(error) => return Taken::Impossible(error),
    };
    match file.try_lock() {
        Ok(()) => {
            // The id is for people; the lock holds without it.
            let id = std::process::id();
            let _ = file.set_len(0).and_then(|()| write!(file, "{id}"));
            Taken::Ours(FolderLock { _file: file })
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = file.read_to_string(&mut text);
            Taken::Theirs(text.trim().parse().ok())
        }
        Err(TryLockError::Error(error)) => Taken::Impossible(error),
    }
}
