//! Opens one database file, whatever state it is in.
//!
//! A file that is torn, damaged, foreign or of no known format is renamed with a date and a new one
//! is begun in its place; one that must last and that a later mujaz has written is left as it is and
//! not opened; a file that cannot be written is left and memory takes its part. Opening
//! never fails and never waits for another process: the folder's lock is held by then.
//!
//! # Versions of the format
//! The version stands in the file's own table `format`.
//! 1. The tables of `answers` (one file), and of `briefs`, `reviews`, `jobs`, `spend` and `audit`
//!    (the other).

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};

use super::{
    backend::{Backend, sync_folder},
    error::{Fault, StepResult, guarded},
};

/// The format that this build reads and writes.
pub(super) const FORMAT: u32 = 1;
const FORMAT_TABLE: TableDefinition<'_, &str, u32> = TableDefinition::new("format");
/// Up to this size a file is verified in whole when it is opened.
const VERIFIED: u64 = 32 << 20;

/// What one of the store's files is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Its name within the state folder.
    pub(super) file: &'static str,
    /// Makes the tables that are not there yet.
    pub(super) tables: fn(&WriteTransaction) -> StepResult<()>,
    /// Memory for its pages, in bytes.
    pub(super) page_cache: usize,
    /// Its content must last: it is kept in memory where the disk does not take it, and what was
    /// set aside is never removed.
    pub(super) lasting: bool,
}

/// A database, and what keeps its bytes where that is not just the file.
#[derive(Debug)]
pub(super) struct Opened {
    /// Only ever taken when this is dropped.
    database: Option<Database>,
    pub(super) backend: Option<Backend>,
}

impl Opened {
    pub(super) fn database(&self) -> StepResult<&Database> {
        self.database.as_ref().ok_or(redb::Error::DatabaseClosed)
    }
}

impl Drop for Opened {
    /// redb writes as it closes, and may panic over a damaged file then.
    fn drop(&mut self) {
        let database = self.database.take();
        let _ = guarded(|| {
            drop(database);
            Ok(())
        });
    }
}

/// Makes the state folder, readable by its owner alone.
///
/// # Errors
/// Where there is none and none can be made.
pub(super) fn folder(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Opens the file of this kind in `dir`; a file that is no use is set aside.
///
/// # Errors
/// Where the system does not let it be read or written, or a damaged file cannot be set aside. Not
/// for a lasting one, which then begins in memory, unless a later mujaz has written it.
pub(super) fn open(kind: Kind, dir: &Path, now: Timestamp) -> Result<Opened, Fault> {
    let path = dir.join(kind.file);
    let mut opened = open_at(kind, &path);
    if let Err(Fault::Damaged(reason)) = &opened {
        opened = match set_aside(kind, &path, reason, now) {
            Ok(()) => open_at(kind, &path),
            Err(error) => Err(Fault::Unusable(error.to_string())),
        };
    }
    match opened {
        Err(fault @ (Fault::Damaged(_) | Fault::Unusable(_))) if kind.lasting => {
            let reason = fault.reason();
            tracing::warn!(file = %path.display(), reason, "cannot be used; going on in memory");
            memory(kind, Some(reason))
        }
        opened => opened,
    }
}

/// Reads the file of this kind in a folder that cannot be locked or written; what is written goes
/// to memory and stays there.
pub(super) fn open_unwritable(kind: Kind, dir: &Path, reason: &str) -> Result<Opened, Fault> {
    let path = dir.join(kind.file);
    let read = Backend::read_only(&path, reason)
        .map_err(|error| Fault::Unusable(error.to_string()))
        .and_then(|backend| over(kind, backend, 0));
    read.or_else(|_| memory(kind, Some(reason.to_owned())))
}

/// A database in memory; `trouble` says why, where that is a fault.
pub(super) fn memory(kind: Kind, trouble: Option<String>) -> Result<Opened, Fault> {
    over(kind, Backend::memory(trouble), 0)
}

fn open_at(kind: Kind, path: &Path) -> Result<Opened, Fault> {
    let unusable = |error: io::Error| Fault::Unusable(error.to_string());
    let length = fs::metadata(path).map_or(0, |meta| meta.len());
    if kind.lasting {
        return over(kind, Backend::open(path).map_err(unusable)?, length);
    }
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(path).map_err(unusable)?;
    let backend = guarded(|| Ok(redb::backends::FileBackend::new(file)?))?;
    let database = guarded(|| Ok(builder(kind).create_with_backend(backend)?))?;
    prepared(kind, Opened { database: Some(database), backend: None })
}

fn over(kind: Kind, backend: Backend, length: u64) -> Result<Opened, Fault> {
    let mut builder = builder(kind);
    builder.set_check_integrity_on_open((1..=VERIFIED).contains(&length));
    let database = guarded(|| Ok(builder.create_with_backend(backend.clone())?))?;
    prepared(kind, Opened { database: Some(database), backend: Some(backend) })
}

fn prepared(kind: Kind, opened: Opened) -> Result<Opened, Fault> {
    let found = guarded(|| format_of(opened.database()?))?;
    if let Some(found) = found.filter(|found| kind.lasting && *found > FORMAT) {
        return Err(Fault::Newer(found));
    }
    guarded(|| prepare(kind, opened.database()?, found))?;
    Ok(opened)
}

fn builder(kind: Kind) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(kind.page_cache);
    builder
}

/// The format that the file says it has.
fn format_of(database: &Database) -> StepResult<Option<u32>> {
    let transaction = database.begin_read()?;
    match transaction.open_table(FORMAT_TABLE) {
        Ok(table) => Ok(ReadableTable::get(&table, "version")?.map(|version| version.value())),
        Err(_) => Ok(None),
    }
}

/// Checks the format that was found, and makes the tables that are not there yet.
fn prepare(kind: Kind, database: &Database, found: Option<u32>) -> StepResult<()> {
    let is_new = database.begin_read()?.list_tables()?.next().is_none();
    match found {
        // Written by this build, or before a crash could interrupt its first transaction.
        Some(FORMAT) => {}
        None if is_new => {}
        found => {
            let found = found.map_or("none".to_owned(), |version| version.to_string());
            return Err(redb::Error::Corrupted(format!(
                "its format is {found}, and this mujaz reads {FORMAT}"
            )));
        }
    }
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    transaction.open_table(FORMAT_TABLE)?.insert("version", FORMAT)?;
    (kind.tables)(&transaction)?;
    transaction.commit()?;
    Ok(())
}

/// Changes nothing and commits: the file is written, if it can be.
pub(super) fn touch(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(FORMAT_TABLE)?.insert("version", FORMAT)?;
    Ok(())
}

/// Renames a file that is no use, so that a new one can be begun.
///
/// # Errors
/// Where the system does not let it be renamed.
pub(super) fn set_aside(kind: Kind, path: &Path, reason: &str, now: Timestamp) -> io::Result<()> {
    if !kind.lasting {
        // It can be paid for again; its ruins must not fill the disk.
        for old in earlier_ruins(kind, path) {
            let _ = fs::remove_file(old);
        }
    }
    let date = now.strftime("%Y-%m-%dT%H-%M-%S%.6fZ");
    let aside = path.with_file_name(format!("{}.damaged-{date}", kind.file));
    fs::rename(path, &aside)?;
    sync_folder(path);
    tracing::warn!(
        file = %path.display(), aside = %aside.display(), reason,
        "a file in the state folder was no use and has been set aside; a new one is begun"
    );
    Ok(())
}

fn earlier_ruins(kind: Kind, path: &Path) -> Vec<PathBuf> {
    let prefix = format!("{}.damaged-", kind.file);
    let entries = path.parent().and_then(|dir| fs::read_dir(dir).ok());
    let names = entries.into_iter().flatten().filter_map(Result::ok);
    names
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path())
        .collect()
}
