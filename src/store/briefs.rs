//! Briefs by id, and the newest of them for feeds.
//!
//! Bounded by bytes: the oldest leave when there are too many. A brief belongs to the scope that it
//! was made for, and is shared with those that were answered with it since. Lists keep to a scope;
//! that a single brief is shown to nobody else is for the caller to see to, with
//! [`KeptBrief::is_for`].

use std::{collections::BTreeSet, ops::ControlFlow};

use jiff::Timestamp;
use redb::{
    ReadTransaction, ReadableTable, ReadableTableMetadata, TableDefinition, WriteTransaction,
};
use serde::{Deserialize, Serialize};

use super::{
    engine::Engine,
    error::{StepResult, StoreError},
    moment, record,
};

/// Id to the record of [`Row`].
const ROWS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("briefs");
/// Id to the record of the brief itself.
const BODIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("brief-bodies");
/// Moment and id, oldest first.
const BY_TIME: TableDefinition<'_, (u64, &str), ()> = TableDefinition::new("briefs-by-time");
/// Scope, moment and id.
const BY_SCOPE: TableDefinition<'_, (&str, u64, &str), ()> =
    TableDefinition::new("briefs-by-scope");
/// `bytes` kept.
const TOTALS: TableDefinition<'_, &str, u64> = TableDefinition::new("brief-totals");

/// Briefs that one put may let go to make room.
const ROOM_STEPS: usize = 4;
/// What a brief takes beside its body, as reckoned.
const OVERHEAD: u64 = 512;
/// Briefs that one transaction of a sweep lets go.
const SWEPT_TOGETHER: usize = 256;

/// A brief as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBrief {
    /// Its id.
    pub id: String,
    /// Whom it was made for: a desk or key, or the empty text for everybody.
    pub scope: String,
    /// Who else may read it.
    pub shared_with: BTreeSet<String>,
    /// When it was made.
    pub created: Timestamp,
    /// The brief, as it was given.
    pub body: Vec<u8>,
}

impl KeptBrief {
    /// Whether `scope` may read it.
    #[must_use]
    pub fn is_for(&self, scope: &str) -> bool {
        self.scope == scope || self.shared_with.contains(scope)
    }
}

impl Row {
    fn is_for(&self, scope: &str) -> bool {
        self.scope == scope || self.shared_with.contains(scope)
    }
}

/// A place in the list of briefs, to go on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The moment of the last one seen.
    pub moment: Timestamp,
    /// Its id.
    pub id: String,
}

/// The briefs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Briefs {
    pub(super) engine: Engine,
    pub(super) bound: u64,
}

#[derive(Serialize, Deserialize)]
struct Row {
    scope: String,
    shared_with: BTreeSet<String>,
    created: Timestamp,
    bytes: u64,
}

impl Briefs {
    /// Keeps a brief in place of an earlier one of its id, shared with those whom that one was shared
    /// with; resolves once it is on the disk.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn put(&self, mut brief: KeptBrief) -> Result<(), StoreError> {
        let bound = self.bound;
        self.engine
            .write(move |transaction| {
                if let Some(mut earlier) = row(transaction, &brief.id)? {
                    brief.shared_with.append(&mut earlier.shared_with);
                    brief.shared_with.insert(earlier.scope);
                    brief.shared_with.remove(&brief.scope);
                }
                forget(transaction, &brief.id)?;
                insert(transaction, &brief)?;
                make_room(transaction, bound)
            })
            .await
    }

    /// Lets `scope` read a brief as well; nothing is written where it is not kept or may already.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn share(&self, id: &str, scope: &str) -> Result<(), StoreError> {
        let (id, scope) = (id.to_owned(), scope.to_owned());
        let looked_for = (id.clone(), scope.clone());
        let known = move |transaction: &ReadTransaction| {
            let (id, scope) = looked_for;
            let row = transaction.open_table(ROWS)?.get(id.as_str())?;
            let row = row.and_then(|row| record::open_row::<Row>(id.as_bytes(), row.value()));
            Ok(row.is_none_or(|row| row.is_for(&scope)))
        };
        if self.engine.read(known).await? {
            return Ok(());
        }
        self.engine.write(move |transaction| share(transaction, &id, scope)).await
    }

    /// The brief of this id.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn get(&self, id: &str) -> Result<Option<KeptBrief>, StoreError> {
        let id = id.to_owned();
        self.engine.read(move |transaction| read(transaction, &id)).await
    }

    /// Up to `limit` briefs, newest first: of one scope, or of all; those older than `before`.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn newest(
        &self,
        scope: Option<&str>,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Vec<KeptBrief>, StoreError> {
        let scope = scope.map(str::to_owned);
        self.engine
            .read(move |transaction| {
                let ids = newest(transaction, scope.as_deref(), before, limit)?;
                let briefs = ids.iter().map(|id| read(transaction, id));
                briefs.filter_map(Result::transpose).collect()
            })
            .await
    }

    /// How many briefs are kept, and their bytes.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn size(&self) -> Result<(u64, u64), StoreError> {
        let size = self.engine.read(|transaction| {
            let bytes = transaction.open_table(TOTALS)?.get("bytes")?;
            Ok((transaction.open_table(ROWS)?.len()?, bytes.map_or(0, |bytes| bytes.value())))
        });
        size.await
    }

    /// Lets briefs go that were made before `first`; gives how many they were.
    pub(super) async fn sweep(&self, first: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let swept = self.engine.write(move |transaction| {
                let ids = older(transaction, moment::key(first))?;
                for id in &ids {
                    forget(transaction, id)?;
                }
                Ok(ids.len())
            });
            let swept = swept.await?;
            removed += swept as u64;
            if swept < SWEPT_TOGETHER {
                return Ok(removed);
            }
        }
    }
}

fn insert(transaction: &WriteTransaction, brief: &KeptBrief) -> StepResult<()> {
    let KeptBrief { id, scope, shared_with, created, body } = brief;
    let id = id.as_str();
    let bytes = body.len() as u64 + OVERHEAD;
    let shared_with = shared_with.clone();
    save(transaction, id, &Row { scope: scope.clone(), shared_with, created: *created, bytes })?;
    let body = record::seal(id.as_bytes(), body);
    transaction.open_table(BODIES)?.insert(id, body.as_slice())?;
    let time = moment::key(*created);
    transaction.open_table(BY_TIME)?.insert((time, id), ())?;
    let mut by_scope = transaction.open_table(BY_SCOPE)?;
    for scope in brief.shared_with.iter().chain([scope]) {
        by_scope.insert((scope.as_str(), time, id), ())?;
    }
    reckon(transaction, |total| total + bytes)?;
    Ok(())
}

fn save(transaction: &WriteTransaction, id: &str, row: &Row) -> StepResult<()> {
    let row = record::seal_row(id.as_bytes(), row);
    transaction.open_table(ROWS)?.insert(id, row.as_slice())?;
    Ok(())
}

fn row(transaction: &WriteTransaction, id: &str) -> StepResult<Option<Row>> {
    let rows = transaction.open_table(ROWS)?;
    let row = rows.get(id)?;
    Ok(row.and_then(|row| record::open_row(id.as_bytes(), row.value())))
}

fn share(transaction: &WriteTransaction, id: &str, scope: String) -> StepResult<()> {
    let Some(mut row) = row(transaction, id)? else { return Ok(()) };
    if row.is_for(&scope) {
        return Ok(());
    }
    let place = (scope.as_str(), moment::key(row.created), id);
    transaction.open_table(BY_SCOPE)?.insert(place, ())?;
    row.shared_with.insert(scope);
    save(transaction, id, &row)
}

fn read(transaction: &ReadTransaction, id: &str) -> StepResult<Option<KeptBrief>> {
    let row = transaction.open_table(ROWS)?.get(id)?;
    let body = transaction.open_table(BODIES)?.get(id)?;
    let (Some(row), Some(body)) = (row, body) else { return Ok(None) };
    let row = record::open_row::<Row>(id.as_bytes(), row.value());
    let body = record::open(id.as_bytes(), body.value());
    let (Some(Row { scope, shared_with, created, .. }), Some(body)) = (row, body) else {
        tracing::warn!(id, "a brief is damaged and left out");
        return Ok(None);
    };
    let (id, body) = (id.to_owned(), body.to_vec());
    Ok(Some(KeptBrief { id, scope, shared_with, created, body }))
}

fn newest(
    transaction: &ReadTransaction,
    scope: Option<&str>,
    before: Option<Place>,
    limit: usize,
) -> StepResult<Vec<String>> {
    let (time, id) =
        before.map_or((u64::MAX, String::new()), |place| (moment::key(place.moment), place.id));
    let id = id.as_str();
    match scope {
        None => {
            let range = transaction.open_table(BY_TIME)?.range(..(time, id))?;
            let ids = range.rev().take(limit).map(|entry| Ok(entry?.0.value().1.to_owned()));
            ids.collect()
        }
        Some(scope) => {
            let table = transaction.open_table(BY_SCOPE)?;
            let range = table.range((scope, 0, "")..(scope, time, id))?;
            let ids = range.rev().take(limit).map(|entry| Ok(entry?.0.value().2.to_owned()));
            ids.collect()
        }
    }
}

fn older(transaction: &WriteTransaction, time: u64) -> StepResult<Vec<String>> {
    let table = transaction.open_table(BY_TIME)?;
    let ids = table.range(..(time, ""))?.take(SWEPT_TOGETHER);
    ids.map(|entry| Ok(entry?.0.value().1.to_owned())).collect()
}

/// Forgets the brief of this id; says whether it was known.
pub(super) fn forget(transaction: &WriteTransaction, id: &str) -> StepResult<bool> {
    transaction.open_table(BODIES)?.remove(id)?;
    let mut rows = transaction.open_table(ROWS)?;
    let Some(row) = rows.remove(id)? else { return Ok(false) };
    if let Some(Row { scope, shared_with, created, bytes }) =
        record::open_row(id.as_bytes(), row.value())
    {
        let time = moment::key(created);
        transaction.open_table(BY_TIME)?.remove((time, id))?;
        let mut by_scope = transaction.open_table(BY_SCOPE)?;
        for scope in shared_with.iter().chain([&scope]) {
            by_scope.remove((scope.as_str(), time, id))?;
        }
        reckon(transaction, |total| total.saturating_sub(bytes))?;
    }
    Ok(true)
}

fn make_room(transaction: &WriteTransaction, bound: u64) -> StepResult<()> {
    for _ in 0..ROOM_STEPS {
        if reckon(transaction, |total| total)? <= bound || drop_first(transaction)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn drop_first(transaction: &WriteTransaction) -> StepResult<ControlFlow<()>> {
    let mut by_time = transaction.open_table(BY_TIME)?;
    let first = by_time.pop_first()?.map(|(key, _)| key.value().1.to_owned());
    drop(by_time);
    let Some(id) = first else { return Ok(ControlFlow::Break(())) };
    forget(transaction, &id)?;
    Ok(ControlFlow::Continue(()))
}

/// Changes the bytes kept, and gives what they are then.
fn reckon(transaction: &WriteTransaction, change: impl Fn(u64) -> u64) -> StepResult<u64> {
    let mut table = transaction.open_table(TOTALS)?;
    let total = table.get("bytes")?.map_or(0, |bytes| bytes.value());
    let changed = change(total);
    if changed != total {
        table.insert("bytes", changed)?;
    }
    Ok(changed)
}

pub(super) fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(ROWS)?;
    transaction.open_table(BODIES)?;
    transaction.open_table(BY_TIME)?;
    transaction.open_table(BY_SCOPE)?;
    transaction.open_table(TOTALS)?;
    Ok(())
}

#[cfg(test)]
#[path = "briefs_tests.rs"]
mod tests;
