//! Keys by which a request that is sent twice is accepted once.

use jiff::Timestamp;
use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{
    error::StepResult,
    jobs::{Enqueued, Once},
    moment, record,
};

/// Scope and key to the record of [`Row`].
const KEYS: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("once");
/// Moment of expiry, scope and key.
const EXPIRY: TableDefinition<'_, (u64, &str, &str), ()> = TableDefinition::new("once-expiry");

#[derive(Serialize, Deserialize)]
struct Row {
    job: String,
    hash: [u8; 32],
    expires: Timestamp,
}

/// Whether a job is new by its key; if so the key is remembered for it.
pub(super) fn claim(
    transaction: &WriteTransaction,
    scope: &str,
    once: &Once,
    job: &str,
    now: Timestamp,
) -> StepResult<Enqueued> {
    let Once { key, hash, expires } = once;
    let key = key.as_str();
    let mut keys = transaction.open_table(KEYS)?;
    let mut expiry = transaction.open_table(EXPIRY)?;
    let sealed_by = [scope.as_bytes(), &[0], key.as_bytes()].concat();
    let earlier = keys.get((scope, key))?;
    let earlier = earlier.and_then(|sealed| record::open_row::<Row>(&sealed_by, sealed.value()));
    if let Some(earlier) = earlier {
        if earlier.expires > now {
            let same = earlier.hash == *hash;
            return Ok(match same {
                true => Enqueued::Known(earlier.job),
                false => Enqueued::Conflict(earlier.job),
            });
        }
        expiry.remove((moment::key(earlier.expires), scope, key))?;
    }
    let row = Row { job: job.to_owned(), hash: *hash, expires: *expires };
    let row = record::seal_row(&sealed_by, &row);
    keys.insert((scope, key), row.as_slice())?;
    expiry.insert((moment::key(*expires), scope, key), ())?;
    Ok(Enqueued::New)
}

/// Forgets the keys that have expired.
pub(super) fn sweep(transaction: &WriteTransaction, now: Timestamp) -> StepResult<()> {
    let mut keys = transaction.open_table(KEYS)?;
    let mut expiry = transaction.open_table(EXPIRY)?;
    let mut gone: Vec<(String, String)> = Vec::new();
    expiry.retain_in(..(moment::key(now), "", ""), |(_, scope, key), ()| {
        gone.push((scope.to_owned(), key.to_owned()));
        false
    })?;
    for (scope, key) in &gone {
        keys.remove((scope.as_str(), key.as_str()))?;
    }
    Ok(())
}

pub(super) fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(KEYS)?;
    transaction.open_table(EXPIRY)?;
    Ok(())
}
