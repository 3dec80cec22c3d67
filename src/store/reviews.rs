//! What people decided about briefs: a list for each brief that only grows.
//!
//! Nothing is changed or taken back; a new decision is a new entry. Two people who decide at the
//! same time do not overwrite each other: whoever comes second and says which entry they had seen
//! is told that there is a newer one.

use std::collections::HashMap;

use jiff::Timestamp;
use redb::{ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};

use super::{
    engine::Engine,
    error::{StepResult, StoreError},
    record,
};

/// Brief and number to the record of the entry.
const REVIEWS: TableDefinition<'_, (&str, u32), &[u8]> = TableDefinition::new("reviews");

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its brief.
    pub brief: String,
    /// Its place in the brief's list, from 1.
    pub number: u32,
    /// When it was added.
    pub at: Timestamp,
    /// What was decided, as it was given.
    pub body: Vec<u8>,
}

/// What came of adding an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It has this number.
    As(u32),
    /// It was not added: the list's last entry is this one, not the one that was expected.
    Newer(u32),
}

/// The lists of reviews. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reviews {
    pub(super) engine: Engine,
}

impl Reviews {
    /// Adds an entry to a brief's list; resolves once it is on the disk. Where `after` is given,
    /// only if that is the number of the last entry (0: there is none).
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn append(
        &self,
        brief: &str,
        body: Vec<u8>,
        after: Option<u32>,
        now: Timestamp,
    ) -> Result<Appended, StoreError> {
        let brief = brief.to_owned();
        self.engine
            .write(move |transaction| {
                let mut table = transaction.open_table(REVIEWS)?;
                let last = table.range((brief.as_str(), 0)..=(brief.as_str(), u32::MAX))?;
                let last = last.last().transpose()?.map_or(0, |(key, _)| key.value().1);
                if after.is_some_and(|after| after != last) {
                    return Ok(Appended::Newer(last));
                }
                let number = last + 1;
                let row = record::seal_made(&key(&brief, number), now, &body);
                table.insert((brief.as_str(), number), row.as_slice())?;
                Ok(Appended::As(number))
            })
            .await
    }

    /// A brief's entries, oldest first.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn list(&self, brief: &str) -> Result<Vec<Review>, StoreError> {
        let brief = brief.to_owned();
        self.engine
            .read(move |transaction| {
                let from = (brief.as_str(), 0);
                read(transaction, from, usize::MAX, |of| of == brief)
            })
            .await
    }

    /// A brief's last entry.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn last(&self, brief: &str) -> Result<Option<Review>, StoreError> {
        let brief = brief.to_owned();
        self.engine.read(move |transaction| last(transaction, &brief)).await
    }

    /// The last entry of each of these briefs that has one, in one read.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn last_of(
        &self,
        briefs: Vec<String>,
    ) -> Result<HashMap<String, Review>, StoreError> {
        self.engine
            .read(move |transaction| {
                let mut found = HashMap::with_capacity(briefs.len());
                for brief in briefs {
                    if let Some(last) = last(transaction, &brief)? {
                        found.insert(brief, last);
                    }
                }
                Ok(found)
            })
            .await
    }

    /// Up to `limit` entries of all briefs, in the order of the briefs' ids, after the entry that
    /// `after` names; for exports.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn page(
        &self,
        after: Option<(String, u32)>,
        limit: usize,
    ) -> Result<Vec<Review>, StoreError> {
        self.engine
            .read(move |transaction| {
                let (brief, number) = after.unwrap_or_default();
                let from = (brief.as_str(), number.saturating_add(1));
                read(transaction, from, limit, |_| true)
            })
            .await
    }
}

/// A brief's last entry that can be read.
fn last(transaction: &ReadTransaction, brief: &str) -> StepResult<Option<Review>> {
    let table = transaction.open_table(REVIEWS)?;
    for entry in table.range((brief, 0)..=(brief, u32::MAX))?.rev() {
        let (place, sealed) = entry?;
        let found = opened(place.value(), sealed.value());
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// An entry, where it is not damaged.
fn opened((brief, number): (&str, u32), sealed: &[u8]) -> Option<Review> {
    let Some((at, body)) = record::open_made(&key(brief, number), sealed) else {
        tracing::warn!(brief, number, "a review is damaged and left out");
        return None;
    };
    Some(Review { brief: brief.to_owned(), number, at, body: body.to_vec() })
}

/// Entries from a place in the table on, while `belongs` says so of their brief.
fn read(
    transaction: &ReadTransaction,
    from: (&str, u32),
    limit: usize,
    belongs: impl Fn(&str) -> bool,
) -> StepResult<Vec<Review>> {
    let table = transaction.open_table(REVIEWS)?;
    let mut found = Vec::new();
    for entry in table.range(from..)? {
        let (place, sealed) = entry?;
        if found.len() == limit || !belongs(place.value().0) {
            break;
        }
        found.extend(opened(place.value(), sealed.value()));
    }
    Ok(found)
}

pub(super) fn forget(transaction: &WriteTransaction, brief: &str) -> StepResult<()> {
    let mut table = transaction.open_table(REVIEWS)?;
    table.retain_in((brief, 0)..=(brief, u32::MAX), |_, _| false)?;
    Ok(())
}

fn key(brief: &str, number: u32) -> Vec<u8> {
    [brief.as_bytes(), &number.to_le_bytes()].concat()
}

pub(super) fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(REVIEWS)?;
    Ok(())
}

#[cfg(test)]
#[path = "reviews_tests.rs"]
mod tests;
