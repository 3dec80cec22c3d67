//! What can go wrong with the store, said to the person who can do something about it.
//!
//! Little does: a folder that cannot be written, a full disk and a damaged file are survived (see
//! the module above) and told as warnings. No variant holds anything that was kept.

use std::path::PathBuf;

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process has the state folder open.
    #[error(
        "the state folder {} is in use by another mujaz{}\nhint: stop it, or give this one a \
         folder of its own with `server.state_dir`",
        dir.display(), by(*holder)
    )]
    Busy {
        /// The folder.
        dir: PathBuf,
        /// The other process, where it could be told.
        holder: Option<u32>,
    },
    /// The file was found damaged while it was read or written, and has been set aside.
    #[error("{file} was damaged and has been set aside; what was asked was not done")]
    Damaged {
        /// The file's name within the state folder.
        file: &'static str,
    },
    /// The file cannot be read or written.
    #[error("{file} in the state folder cannot be used: {reason}")]
    Unusable {
        /// The file's name within the state folder.
        file: &'static str,
        /// The system's reason.
        reason: String,
    },
    /// A later mujaz has written the file; this one would have to begin without what it holds.
    #[error(
        "{} was written by a later mujaz (its format is {found}, and this one reads {known})\nhint: \
         run that mujaz again, put back the folder's backup from before the upgrade, or name another \
         folder with `server.state_dir`",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The latest format that this build reads.
        known: u32,
    },
    /// The disk did not answer in time. What was asked may still come to be done.
    #[error("{file} in the state folder did not answer in time")]
    Slow {
        /// The file's name within the state folder.
        file: &'static str,
    },
    /// The disk cannot be written, and memory has taken as much in its place as it may.
    #[error(
        "the state folder cannot be written and memory holds all it may in its place\nhint: make \
         room on the disk of the state folder"
    )]
    Full,
    /// The store is closed: the process is stopping.
    #[error("the store is closed, because the process is stopping")]
    Closed,
}

fn by(holder: Option<u32>) -> String {
    holder.map_or_else(String::new, |process| format!(" (process {process})"))
}

/// What a step inside a transaction can fail with.
pub(super) type StepResult<T> = Result<T, redb::Error>;

/// What a failure says about the file that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its content is wrong.
    Damaged(String),
    /// The system does not let it be read or written.
    Unusable(String),
    /// It has a format of the future.
    Newer(u32),
}

impl Fault {
    /// The fault as a clause.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Damaged(reason) | Self::Unusable(reason) => reason,
            Self::Newer(found) => format!("its format is {found}, which a later mujaz writes"),
        }
    }

    /// The fault behind an error of redb's.
    pub(super) fn of(error: impl Into<redb::Error>) -> Self {
        use redb::Error as E;
        use std::io::ErrorKind as K;
        match error.into() {
            // A file that is none of redb's own, or points to places that it does not have.
            E::Io(error)
                if matches!(error.kind(), K::InvalidData | K::UnexpectedEof | K::InvalidInput) =>
            {
                Self::Damaged(error.to_string())
            }
            E::Io(error) => Self::Unusable(error.to_string()),
            error @ (E::PreviousIo | E::Backend(_) | E::DatabaseClosed | E::Unsupported) => {
                Self::Unusable(error.to_string())
            }
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// Runs `work`, turning a panic inside redb, which a damaged file can cause, into a fault.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, Fault> {
    // What was half changed is behind the database handle, and that is thrown away.
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Fault::of),
        Err(_) => Err(Fault::Damaged("its content makes no sense".to_owned())),
    }
}
