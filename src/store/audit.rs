//! The audit: what was done, by whom, from what, with which engines, at what cost.
//!
//! Records are only added; they leave when their retention is over. The article's text is no part
//! of a record. Where `[audit] keep_text` asks for it, it lies beside the record, so that
//! forgetting a brief takes the text away and leaves the record of what was done.

use jiff::Timestamp;
use redb::{ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{
    engine::Engine,
    error::{StepResult, StoreError},
    moment, record,
};

/// Moment and number to the record of [`AuditRecord`].
const RECORDS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("audit");
/// Brief to the record of the text it was made from.
const TEXTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("audit-texts");
/// `next`: the number of the next record.
const TOTALS: TableDefinition<'_, &str, u64> = TableDefinition::new("audit-totals");

/// Records that are read at once by [`Audit::export`], and swept in one transaction.
const TOGETHER: usize = 512;

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// When it was done.
    pub at: Timestamp,
    /// What was done: `brief`, `forget`, `review` and their like.
    pub action: String,
    /// Name of the key it was done with; none where no key was needed.
    pub actor: Option<String>,
    /// The desk, or the empty text.
    pub scope: String,
    /// Id of the brief.
    pub brief: Option<String>,
    /// SHA-256 of the source in hex; of a confidential one, a keyed hash.
    pub source: Option<String>,
    /// How it ended: `done`, or the code of the problem.
    pub outcome: String,
    /// Providers and models, as `provider/model`.
    #[serde(default)]
    pub engines: Vec<String>,
    /// Hash of the prompts in use.
    pub prompts: Option<String>,
    /// Hash of the glossary in use.
    pub glossary: Option<String>,
    /// Millionths of a United States dollar; none where a price is not configured.
    pub micro_usd: Option<u64>,
    /// Whatever else belongs to this action, as JSON.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub more: serde_json::Value,
}

/// Which records are asked for; what is not set does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// At this moment or later.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// With this action.
    pub action: Option<String>,
    /// By this key.
    pub actor: Option<String>,
    /// For this desk.
    pub scope: Option<String>,
    /// About this brief.
    pub brief: Option<String>,
    /// From this source.
    pub source: Option<String>,
}

/// A record's place, to go on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditPlace(u64, u64);

/// The audit. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Audit {
    pub(super) engine: Engine,
}

impl Audit {
    /// Adds a record, and the source's text where that is to be kept; resolves once it is on the
    /// disk.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn append(
        &self,
        entry: AuditRecord,
        text: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        self.engine
            .write(move |transaction| {
                let mut totals = transaction.open_table(TOTALS)?;
                let number = totals.get("next")?.map_or(0, |next| next.value());
                totals.insert("next", number + 1)?;
                let place = AuditPlace(moment::key(entry.at), number);
                let row = record::seal_row(&place.key(), &entry);
                let mut records = transaction.open_table(RECORDS)?;
                records.insert((place.0, place.1), row.as_slice())?;
                if let (Some(text), Some(brief)) = (text, &entry.brief) {
                    let text = record::seal(brief.as_bytes(), &text);
                    transaction.open_table(TEXTS)?.insert(brief.as_str(), text.as_slice())?;
                }
                Ok(())
            })
            .await
    }

    /// Up to `limit` records, oldest first, after `after`, each with its place.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn page(
        &self,
        query: AuditQuery,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<(AuditPlace, AuditRecord)>, StoreError> {
        self.engine.read(move |transaction| page(transaction, &query, after, limit)).await
    }

    /// All records that are asked for, oldest first, as lines of JSON with their newlines. Reads a
    /// few hundred at a time and waits for the disk: for a thread that may.
    pub fn export(&self, query: AuditQuery) -> impl Iterator<Item = Result<String, StoreError>> {
        Export { engine: self.engine.clone(), query, after: None, read: Vec::new(), over: false }
    }

    /// The text that a brief was made from, where it was kept.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn text(&self, brief: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let brief = brief.to_owned();
        self.engine
            .read(move |transaction| {
                let sealed = transaction.open_table(TEXTS)?.get(brief.as_str())?;
                let text = sealed.and_then(|sealed| {
                    record::open(brief.as_bytes(), sealed.value()).map(<[u8]>::to_vec)
                });
                Ok(text)
            })
            .await
    }

    /// Lets records go that are older than `first`, with their texts; gives how many they were.
    pub(super) async fn sweep(&self, first: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let swept = self.engine.write(move |transaction| sweep(transaction, first)).await?;
            removed += swept as u64;
            if swept < TOGETHER {
                return Ok(removed);
            }
        }
    }
}

impl AuditPlace {
    fn key(self) -> Vec<u8> {
        [self.0.to_le_bytes(), self.1.to_le_bytes()].concat()
    }
}

impl AuditQuery {
    fn wants(&self, entry: &AuditRecord) -> bool {
        let Self { from: _, until: _, action, actor, scope, brief, source } = self;
        let one = |asked: &Option<String>, found: Option<&String>| {
            asked.as_ref().is_none_or(|asked| Some(asked) == found)
        };
        one(action, Some(&entry.action))
            && one(actor, entry.actor.as_ref())
            && one(scope, Some(&entry.scope))
            && one(brief, entry.brief.as_ref())
            && one(source, entry.source.as_ref())
    }
}

fn page(
    transaction: &ReadTransaction,
    query: &AuditQuery,
    after: Option<AuditPlace>,
    limit: usize,
) -> StepResult<Vec<(AuditPlace, AuditRecord)>> {
    let first = (query.from.map_or(0, moment::key), 0);
    let next = after.map_or((0, 0), |AuditPlace(time, number)| (time, number + 1));
    let until = (query.until.map_or(u64::MAX, moment::key), 0);
    let mut found = Vec::new();
    if first.max(next) >= until {
        return Ok(found);
    }
    for entry in transaction.open_table(RECORDS)?.range(first.max(next)..until)? {
        let (place, sealed) = entry?;
        let place = AuditPlace(place.value().0, place.value().1);
        match record::open_row::<AuditRecord>(&place.key(), sealed.value()) {
            Some(entry) if query.wants(&entry) => found.push((place, entry)),
            Some(_) => {}
            None => tracing::warn!(number = place.1, "an audit record is damaged and left out"),
        }
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

fn sweep(transaction: &WriteTransaction, first: Timestamp) -> StepResult<usize> {
    let mut records = transaction.open_table(RECORDS)?;
    let mut texts = transaction.open_table(TEXTS)?;
    let mut gone = Vec::new();
    for entry in records.range(..(moment::key(first), 0))?.take(TOGETHER) {
        let (place, sealed) = entry?;
        let place = AuditPlace(place.value().0, place.value().1);
        let entry = record::open_row::<AuditRecord>(&place.key(), sealed.value());
        gone.push((place, entry.and_then(|entry| entry.brief)));
    }
    for (AuditPlace(time, number), brief) in &gone {
        records.remove((*time, *number))?;
        if let Some(brief) = brief {
            texts.remove(brief.as_str())?;
        }
    }
    Ok(gone.len())
}

/// Takes the kept text of a brief away; its records stay.
pub(super) fn forget(transaction: &WriteTransaction, brief: &str) -> StepResult<()> {
    transaction.open_table(TEXTS)?.remove(brief)?;
    Ok(())
}

struct Export {
    engine: Engine,
    query: AuditQuery,
    after: Option<AuditPlace>,
    /// Read and not given yet, last first.
    read: Vec<AuditRecord>,
    over: bool,
}

impl Iterator for Export {
    type Item = Result<String, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.is_empty() && !self.over {
            let (query, after) = (&self.query, self.after);
            let look = |transaction: &ReadTransaction| page(transaction, query, after, TOGETHER);
            match self.engine.read_here(look) {
                Ok(records) => {
                    self.over = records.len() < TOGETHER;
                    self.after = records.last().map(|(place, _)| *place).or(self.after);
                    self.read = records.into_iter().rev().map(|(_, entry)| entry).collect();
                }
                Err(error) => {
                    self.over = true;
                    return Some(Err(error));
                }
            }
        }
        let entry = self.read.pop()?;
        // A record is a plain struct with text keys, which JSON always holds.
        let line = serde_json::to_string(&entry).unwrap_or_default();
        Some(Ok(line + "\n"))
    }
}

pub(super) fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(RECORDS)?;
    transaction.open_table(TEXTS)?;
    transaction.open_table(TOTALS)?;
    Ok(())
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
