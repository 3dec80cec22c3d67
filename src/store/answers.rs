//! Answers that were paid for: the disk tier under the cache in memory.
//!
//! # What is kept
//! Bytes under a 32-byte key, with the moment they were made and the SHA-256 of every source that
//! they served, so that everything about one source can be forgotten.
//!
//! # Bound
//! Entries are weighed by what they take on the disk. Each put that goes over the bound makes room
//! by a few entries, so no put ever waits for a long clearing. The oldest leave first; one that was
//! read since it was last in line goes to the end of it instead (second chance). That a reading
//! happened is known in memory alone: reading writes nothing.
//!
//! # What may happen to it
//! It may be thrown away: every entry can be paid for again. It lies in a file of its own, so that
//! damage to it takes nothing else along, and a fault of the disk turns it off for a while and
//! fails nobody.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use jiff::Timestamp;
use redb::{
    Range, ReadTransaction, ReadableTable, ReadableTableMetadata, Table, TableDefinition,
    WriteTransaction,
};
use serde::Serialize;

use super::{
    engine::Engine,
    error::{StepResult, StoreError},
    open::Kind,
    record,
};

/// A key, or the SHA-256 of a source.
type Hash = [u8; 32];

/// Key to the record of `made` and value.
const VALUES: TableDefinition<'_, &Hash, &[u8]> = TableDefinition::new("answers");
/// Key to place in line and weight.
const INDEX: TableDefinition<'_, &Hash, (u64, u64)> = TableDefinition::new("index");
/// Place in line to key: who leaves first.
const LINE: TableDefinition<'_, u64, &Hash> = TableDefinition::new("line");
/// Source and key: what served a source.
const SOURCES: TableDefinition<'_, (&Hash, &Hash), ()> = TableDefinition::new("sources");
/// Key and source: the same from the other side.
const TAGS: TableDefinition<'_, (&Hash, &Hash), ()> = TableDefinition::new("tags");
/// `bytes` kept and the `next` place in line.
const TOTALS: TableDefinition<'_, &str, u64> = TableDefinition::new("totals");

const FIRST: Hash = [0; 32];
const LAST: Hash = [0xff; 32];
/// Entries that one put may look at to make room.
const ROOM_STEPS: usize = 4;
/// Entries of which it is known at the same time that they were read.
const READ_MARKS: usize = 65_536;
/// An entry may take this share of the bound, at most.
const LARGEST_SHARE: u64 = 8;
/// Up to this size entries share pages; a larger one has pages of its own.
const SHARED_PAGE: u64 = 2048;
const PAGE: u64 = 4096;

pub(super) const KIND: Kind =
    Kind { file: "answers.redb", tables, page_cache: 4 << 20, lasting: false };

/// An answer that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What was kept.
    pub value: Vec<u8>,
    /// When it was made.
    pub made: Timestamp,
    /// SHA-256 of every source that it is known to have served.
    pub sources: Vec<[u8; 32]>,
}

/// What the tier holds and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AnswersStats {
    /// Answers kept.
    pub entries: u64,
    /// What they are reckoned to take on the disk, in bytes.
    pub bytes: u64,
    /// What they may take, in bytes; 0 where the tier is off.
    pub bound: u64,
    /// What the file takes on the disk, in bytes. It does not shrink when answers leave; their room
    /// is used again.
    pub file_bytes: u64,
    /// Answers found since the start.
    pub hits: u64,
    /// Answers looked for in vain since the start.
    pub misses: u64,
    /// Answers that left to make room since the start.
    pub evicted: u64,
    /// Transactions since the start; each is one wait for the disk, however much it wrote.
    pub transactions: u64,
}

/// The tier of answers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Answers {
    /// None where the tier is off.
    engine: Option<Engine>,
    bound: u64,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Keys read since they were last in line.
    read: Mutex<HashSet<Hash>>,
    hits: AtomicU64,
    misses: AtomicU64,
    evicted: AtomicU64,
}

impl Answers {
    /// A tier that keeps nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::new(None, 0)
    }

    pub(super) fn new(engine: Option<Engine>, bound: u64) -> Self {
        let bound = if engine.is_some() { bound } else { 0 };
        Self { engine, bound, seen: Arc::default() }
    }

    pub(super) fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    /// The answer under `key`. A disk that fails is a miss.
    pub async fn get(&self, key: &[u8; 32]) -> Option<Kept> {
        let engine = self.engine.as_ref()?;
        let key = *key;
        let kept = engine.read(move |transaction| find(transaction, &key)).await.ok().flatten();
        match &kept {
            Some(_) => self.seen.hit(key),
            None => self.seen.missed(),
        }
        kept
    }

    /// Keeps an answer, made for `source`; resolves once it is on the disk. An answer too large for
    /// the bound is not kept, which is no error.
    ///
    /// # Errors
    /// Where the disk fails: then it is not kept, and whoever has it may go on without.
    pub async fn put(
        &self,
        key: &[u8; 32],
        value: &[u8],
        made: Timestamp,
        source: Option<[u8; 32]>,
    ) -> Result<(), StoreError> {
        let Some(engine) = &self.engine else { return Ok(()) };
        let record = record::seal_made(key, made, value);
        let weight = weight(record.len());
        if weight > self.bound / LARGEST_SHARE {
            return Ok(());
        }
        let (key, bound, seen) = (*key, self.bound, Arc::clone(&self.seen));
        engine
            .write(move |transaction| {
                let mut line = Line::open(transaction)?;
                line.leave(&key)?;
                line.join(&key, weight)?;
                if let Some(source) = source {
                    line.tag(&key, &source)?;
                }
                transaction.open_table(VALUES)?.insert(&key, record.as_slice())?;
                line.make_room(transaction, bound, &seen)?;
                line.close()
            })
            .await
    }

    /// Remembers that a kept answer served `source` as well; nothing where it is not kept.
    ///
    /// # Errors
    /// Where the disk fails.
    pub async fn tag(&self, key: &[u8; 32], source: &[u8; 32]) -> Result<(), StoreError> {
        let Some(engine) = &self.engine else { return Ok(()) };
        let (key, source) = (*key, *source);
        engine
            .write(move |transaction| {
                let mut line = Line::open(transaction)?;
                if line.index.get(&key)?.is_some() {
                    line.tag(&key, &source)?;
                }
                Ok(())
            })
            .await
    }

    /// Forgets all answers that served the source with this SHA-256; gives their keys.
    ///
    /// # Errors
    /// Where the disk fails.
    pub async fn remove_by_source(&self, source: &[u8; 32]) -> Result<Vec<[u8; 32]>, StoreError> {
        let Some(engine) = &self.engine else { return Ok(Vec::new()) };
        let source = *source;
        engine
            .write(move |transaction| {
                let mut line = Line::open(transaction)?;
                let keys = line.keys_of(&source)?;
                let mut values = transaction.open_table(VALUES)?;
                for key in &keys {
                    line.forget(key)?;
                    values.remove(key)?;
                }
                line.close()?;
                Ok(keys)
            })
            .await
    }

    /// Forgets everything and gives the disk's room back.
    ///
    /// # Errors
    /// Where the file cannot be removed or begun anew.
    pub async fn clear(&self) -> Result<(), StoreError> {
        match &self.engine {
            Some(engine) => engine.renew().await,
            None => Ok(()),
        }
    }

    /// What the tier holds and did.
    ///
    /// # Errors
    /// Where the disk fails.
    pub async fn stats(&self) -> Result<AnswersStats, StoreError> {
        let Some(engine) = &self.engine else { return Ok(AnswersStats::default()) };
        let counted = engine.read(|transaction| {
            let entries = transaction.open_table(INDEX)?.len()?;
            let bytes = transaction.open_table(TOTALS)?.get("bytes")?;
            Ok((entries, bytes.map_or(0, |bytes| bytes.value())))
        });
        let (entries, bytes) = counted.await?;
        Ok(AnswersStats {
            entries,
            bytes,
            bound: self.bound,
            file_bytes: engine.file_bytes(),
            hits: self.seen.hits.load(Relaxed),
            misses: self.seen.misses.load(Relaxed),
            evicted: self.seen.evicted.load(Relaxed),
            transactions: engine.transactions(),
        })
    }
}

impl Seen {
    fn hit(&self, key: Hash) {
        self.hits.fetch_add(1, Relaxed);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= READ_MARKS {
            read.clear();
        }
        read.insert(key);
    }

    fn missed(&self) {
        self.misses.fetch_add(1, Relaxed);
    }

    /// Whether the key was read since this was last asked.
    fn was_read(&self, key: &Hash) -> bool {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }
}

/// The order in which entries leave and what they served, within one transaction.
struct Line<'t> {
    index: Table<'t, &'static Hash, (u64, u64)>,
    line: Table<'t, u64, &'static Hash>,
    sources: Table<'t, (&'static Hash, &'static Hash), ()>,
    tags: Table<'t, (&'static Hash, &'static Hash), ()>,
    totals: Table<'t, &'static str, u64>,
    bytes: u64,
    next: u64,
}

impl<'t> Line<'t> {
    fn open(transaction: &'t WriteTransaction) -> StepResult<Self> {
        let totals = transaction.open_table(TOTALS)?;
        let bytes = totals.get("bytes")?.map_or(0, |bytes| bytes.value());
        let next = totals.get("next")?.map_or(0, |next| next.value());
        Ok(Self {
            index: transaction.open_table(INDEX)?,
            line: transaction.open_table(LINE)?,
            sources: transaction.open_table(SOURCES)?,
            tags: transaction.open_table(TAGS)?,
            totals,
            bytes,
            next,
        })
    }

    /// Puts an entry at the end.
    fn join(&mut self, key: &Hash, weight: u64) -> StepResult<()> {
        self.index.insert(key, (self.next, weight))?;
        self.line.insert(self.next, key)?;
        self.next += 1;
        self.bytes += weight;
        Ok(())
    }

    fn tag(&mut self, key: &Hash, source: &Hash) -> StepResult<()> {
        self.tags.insert((key, source), ())?;
        self.sources.insert((source, key), ())?;
        Ok(())
    }

    /// Takes an entry out of line, where it is in it. What it served stays known.
    fn leave(&mut self, key: &Hash) -> StepResult<()> {
        if let Some((place, weight)) = self.index.remove(key)?.map(|found| found.value()) {
            self.line.remove(place)?;
            self.bytes = self.bytes.saturating_sub(weight);
        }
        Ok(())
    }

    /// Takes an entry out of line for good.
    fn forget(&mut self, key: &Hash) -> StepResult<()> {
        self.leave(key)?;
        for source in seconds(self.tags.range((key, &FIRST)..=(key, &LAST))?)? {
            self.tags.remove((key, &source))?;
            self.sources.remove((&source, key))?;
        }
        Ok(())
    }

    fn keys_of(&self, source: &Hash) -> StepResult<Vec<Hash>> {
        seconds(self.sources.range((source, &FIRST)..=(source, &LAST))?)
    }

    /// Moves an entry to the end of the line.
    fn requeue(&mut self, key: &Hash) -> StepResult<()> {
        let weight = self.index.get(key)?.map_or(0, |found| found.value().1);
        self.leave(key)?;
        self.join(key, weight)
    }

    /// Lets the first in line go while there is too much, a few at a time.
    fn make_room(
        &mut self,
        transaction: &WriteTransaction,
        bound: u64,
        seen: &Seen,
    ) -> StepResult<()> {
        let mut values = transaction.open_table(VALUES)?;
        for _ in 0..ROOM_STEPS {
            if self.bytes <= bound {
                break;
            }
            let Some(key) = self.line.first()?.map(|(_, key)| *key.value()) else { break };
            if seen.was_read(&key) {
                self.requeue(&key)?;
            } else {
                self.forget(&key)?;
                values.remove(&key)?;
                seen.evicted.fetch_add(1, Relaxed);
            }
        }
        Ok(())
    }

    fn close(mut self) -> StepResult<()> {
        self.totals.insert("bytes", self.bytes)?;
        self.totals.insert("next", self.next)?;
        Ok(())
    }
}

fn find(transaction: &ReadTransaction, key: &Hash) -> StepResult<Option<Kept>> {
    let found = transaction.open_table(VALUES)?.get(key)?;
    let Some(found) = found else { return Ok(None) };
    let Some((made, value)) = record::open_made(key, found.value()) else {
        tracing::warn!("a kept answer is damaged and left out");
        return Ok(None);
    };
    let sources = transaction.open_table(TAGS)?.range((key, &FIRST)..=(key, &LAST))?;
    Ok(Some(Kept { value: value.to_vec(), made, sources: seconds(sources)? }))
}

/// The second halves of these pairs.
fn seconds(pairs: Range<'_, (&'static Hash, &'static Hash), ()>) -> StepResult<Vec<Hash>> {
    pairs.map(|pair| Ok(*pair?.0.value().1)).collect()
}

/// What an entry of this length takes on the disk, as measured: small ones share pages that are
/// little more than half full, a large one has a power of two of pages; the index comes on top.
fn weight(length: usize) -> u64 {
    const INDEXED: u64 = 400;
    let length = length as u64 + 64;
    let value =
        if length <= SHARED_PAGE { length * 7 / 4 } else { length.max(PAGE).next_power_of_two() };
    value + INDEXED
}

fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(VALUES)?;
    transaction.open_table(INDEX)?;
    transaction.open_table(LINE)?;
    transaction.open_table(SOURCES)?;
    transaction.open_table(TAGS)?;
    transaction.open_table(TOTALS)?;
    Ok(())
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
