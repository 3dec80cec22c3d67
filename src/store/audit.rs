//! The audit: what was done, by whom, from what, with which engines, at what cost.
//!
//! Records are only added; they leave when their retention is over. The article's text is no part
//! of a record. Where `[audit] keep_text` asks for it, it lies beside the record, so that
//! forgetting a brief takes the text away and leaves the record of what was done.
//!
//! A confidential article leaves a keyed hash of its source ([`Audit::keyed`]): who has the text and
//! this store can tell that it was briefed, and nobody can try texts against an export. The key is made
//! once and leaves the store in no export.

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, OnceLock},
};

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

/// `key`: the key of keyed hashes.
const KEYS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("audit-keys");

/// Records that are read at once by [`Audit::export`], and swept in one transaction.
const TOGETHER: usize = 512;
/// Records that are looked at for one page; a page may be empty and not the last.
const LOOKED_AT: usize = 20_000;

/// One record. Its JSON is the same in the store, over HTTP and in an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// When it was done; of several servings, the first.
    pub at: Timestamp,
    /// What was done: `brief` (one was made, or could not be), `serve` (a kept one was given again),
    /// `review`, `withdraw`, `forget`.
    pub action: String,
    /// Name of the key it was done with; none where no key was needed.
    #[serde(rename = "key")]
    pub actor: Option<String>,
    /// Who may read the brief: `desk:…`, `key:…`, or the empty text for everybody.
    #[serde(rename = "readers")]
    pub scope: String,
    /// Id of the brief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<String>,
    /// SHA-256 of the source in hex.
    #[serde(rename = "source_sha256", default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of a confidential source, a keyed hash instead.
    #[serde(rename = "source_keyed", default, skip_serializing_if = "Option::is_none")]
    pub keyed: Option<String>,
    /// How it ended: `done`, or the name of the problem.
    #[serde(rename = "status")]
    pub outcome: String,
    /// Providers and models, as `provider/model`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engines: Vec<String>,
    /// Hash of the prompts in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<String>,
    /// Hash of the glossary in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glossary: Option<String>,
    /// Millionths of a United States dollar; none where a price is not configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micro_usd: Option<u64>,
    /// Of a review: what was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// Of a review: who decided, as they call themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// Of a kept brief: how often it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

impl AuditRecord {
    /// Of an action at a moment, with nothing else known yet.
    #[must_use]
    pub fn new(at: Timestamp, action: &str) -> Self {
        Self {
            at,
            action: action.to_owned(),
            actor: None,
            scope: String::new(),
            brief: None,
            source: None,
            keyed: None,
            outcome: "done".to_owned(),
            engines: Vec::new(),
            prompts: None,
            glossary: None,
            micro_usd: None,
            review: None,
            reviewer: None,
            count: None,
        }
    }
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
    /// About this brief.
    pub brief: Option<String>,
    /// From this source: its SHA-256 in hex, and its keyed hash.
    pub source: Option<(String, String)>,
}

/// Records, and where to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditPage {
    /// What was found, oldest first, each with its place.
    pub records: Vec<(AuditPlace, AuditRecord)>,
    /// Where to go on; none where nothing more can be found.
    pub next: Option<AuditPlace>,
}

/// A record's place, to go on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditPlace(u64, u64);

impl fmt::Display for AuditPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.0, self.1)
    }
}

impl FromStr for AuditPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |hex: &str| u64::from_str_radix(hex, 16).ok();
        let parts = text.split_once('-');
        let place = parts.and_then(|(time, n)| Some(Self(number(time)?, number(n)?)));
        place.ok_or_else(|| "it is none that a page gave as `next`".to_owned())
    }
}

/// The audit. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Audit {
    engine: Engine,
    key: Arc<OnceLock<[u8; 32]>>,
}

impl Audit {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, key: Arc::default() }
    }

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
        let add = move |transaction: &WriteTransaction| {
            add(transaction, &entry)?;
            if let (Some(text), Some(brief)) = (text, &entry.brief) {
                let text = record::seal(brief.as_bytes(), &text);
                transaction.open_table(TEXTS)?.insert(brief.as_str(), text.as_slice())?;
            }
            Ok(())
        };
        self.engine.write(add).await
    }

    /// Adds records together; resolves once they are on the disk.
    ///
    /// # Errors
    /// Where they could not be kept; then none is.
    pub async fn append_all(&self, entries: Vec<AuditRecord>) -> Result<(), StoreError> {
        let add = move |transaction: &WriteTransaction| {
            entries.iter().try_for_each(|entry| add(transaction, entry))
        };
        self.engine.write(add).await
    }

    /// The keyed hash of a source, in hex, for a source whose own hash must not lie here.
    ///
    /// # Errors
    /// Where the key can be neither read nor made.
    pub async fn keyed(&self, source: &[u8; 32]) -> Result<String, StoreError> {
        let key = match self.key.get() {
            Some(key) => *key,
            None => {
                let mut new = [0; 32];
                getrandom::fill(&mut new).map_err(|error| StoreError::Unusable {
                    file: "lasting.redb",
                    reason: error.to_string(),
                })?;
                let key = self.engine.write(move |transaction| key(transaction, new)).await?;
                *self.key.get_or_init(|| key)
            }
        };
        Ok(blake3::keyed_hash(&key, source).to_hex().to_string())
    }

    /// Up to `limit` records, oldest first, after `after`. Looks at so many that nobody waits long.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn page(
        &self,
        query: AuditQuery,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<AuditPage, StoreError> {
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
        let Self { from: _, until: _, action, actor, brief, source } = self;
        let of_source = source.as_ref().is_none_or(|(plain, keyed)| {
            entry.source.as_ref() == Some(plain) || entry.keyed.as_ref() == Some(keyed)
        });
        let one = |asked: &Option<String>, found: Option<&String>| {
            asked.as_ref().is_none_or(|asked| Some(asked) == found)
        };
        one(action, Some(&entry.action))
            && one(actor, entry.actor.as_ref())
            && one(brief, entry.brief.as_ref())
            && of_source
    }
}

fn page(
    transaction: &ReadTransaction,
    query: &AuditQuery,
    after: Option<AuditPlace>,
    limit: usize,
) -> StepResult<AuditPage> {
    let first = (query.from.map_or(0, moment::key), 0);
    let next = after.map_or((0, 0), |AuditPlace(time, number)| (time, number + 1));
    let until = (query.until.map_or(u64::MAX, moment::key), 0);
    let mut found = AuditPage { records: Vec::new(), next: None };
    if first.max(next) >= until {
        return Ok(found);
    }
    let mut looked_at = 0;
    for entry in transaction.open_table(RECORDS)?.range(first.max(next)..until)? {
        let (place, sealed) = entry?;
        let place = AuditPlace(place.value().0, place.value().1);
        match record::open_row::<AuditRecord>(&place.key(), sealed.value()) {
            Some(entry) if query.wants(&entry) => found.records.push((place, entry)),
            Some(_) => {}
            None => tracing::warn!(number = place.1, "an audit record is damaged and left out"),
        }
        looked_at += 1;
        if found.records.len() >= limit || looked_at >= LOOKED_AT {
            found.next = Some(place);
            break;
        }
    }
    Ok(found)
}

fn add(transaction: &WriteTransaction, entry: &AuditRecord) -> StepResult<()> {
    let mut totals = transaction.open_table(TOTALS)?;
    let number = totals.get("next")?.map_or(0, |next| next.value());
    totals.insert("next", number + 1)?;
    let place = AuditPlace(moment::key(entry.at), number);
    let row = record::seal_row(&place.key(), entry);
    transaction.open_table(RECORDS)?.insert((place.0, place.1), row.as_slice())?;
    Ok(())
}

/// The key of keyed hashes; the new one where there is none that is whole.
fn key(transaction: &WriteTransaction, new: [u8; 32]) -> StepResult<[u8; 32]> {
    const NAME: &str = "key";
    let mut keys = transaction.open_table(KEYS)?;
    let kept = keys.get(NAME)?.and_then(|sealed| {
        record::open(NAME.as_bytes(), sealed.value()).and_then(|key| key.try_into().ok())
    });
    if let Some(key) = kept {
        return Ok(key);
    }
    keys.insert(NAME, record::seal(NAME.as_bytes(), &new).as_slice())?;
    Ok(new)
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
        while self.read.is_empty() && !self.over {
            let (query, after) = (&self.query, self.after);
            let look = |transaction: &ReadTransaction| page(transaction, query, after, TOGETHER);
            match self.engine.read_here(look) {
                Ok(AuditPage { records, next }) => {
                    self.over = next.is_none();
                    self.after = next;
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
    transaction.open_table(KEYS)?;
    Ok(())
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
