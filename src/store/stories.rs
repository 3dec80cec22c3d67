//! Which brief is the latest of a story, by whatever the story is known by.
//!
//! A name of a story is what its carrier calls it or what its title comes to; to this module it is
//! text that belongs to a scope.

use jiff::Timestamp;
use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{
    engine::Engine,
    error::{StepResult, StoreError},
    moment, record,
};

/// Scope and name to the record of [`Row`].
const STORIES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("stories");
/// Moment, scope and name.
const BY_TIME: TableDefinition<'_, (u64, &str, &str), ()> = TableDefinition::new("stories-by-time");

/// Stories that one transaction of a sweep lets go.
const SWEPT_TOGETHER: usize = 256;

#[derive(Serialize, Deserialize)]
struct Row {
    brief: String,
    changed: Timestamp,
}

/// The stories. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stories {
    pub(super) engine: Engine,
}

impl Stories {
    /// The brief that was last put under this name.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn latest(&self, scope: &str, name: &str) -> Result<Option<String>, StoreError> {
        let (scope, name) = (scope.to_owned(), name.to_owned());
        self.engine
            .read(move |transaction| {
                let table = transaction.open_table(STORIES)?;
                let found = table.get((scope.as_str(), name.as_str()))?;
                let row = found.and_then(|sealed| {
                    record::open_row::<Row>(&sealed_by(&scope, &name), sealed.value())
                });
                Ok(row.map(|row| row.brief))
            })
            .await
    }

    /// Puts a brief under each of these names.
    ///
    /// # Errors
    /// Where it could not be kept.
    pub async fn put(
        &self,
        scope: &str,
        names: Vec<String>,
        brief: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (scope, brief) = (scope.to_owned(), brief.to_owned());
        self.engine
            .write(move |transaction| {
                names.iter().try_for_each(|name| put(transaction, &scope, name, &brief, now))
            })
            .await
    }

    /// Lets go what was last put before `first`.
    pub(super) async fn sweep(&self, first: Timestamp) -> Result<(), StoreError> {
        loop {
            let swept = self
                .engine
                .write(move |transaction| sweep(transaction, moment::key(first)))
                .await?;
            if swept < SWEPT_TOGETHER {
                return Ok(());
            }
        }
    }
}

fn put(
    transaction: &WriteTransaction,
    scope: &str,
    name: &str,
    brief: &str,
    now: Timestamp,
) -> StepResult<()> {
    let mut stories = transaction.open_table(STORIES)?;
    let mut by_time = transaction.open_table(BY_TIME)?;
    let key = sealed_by(scope, name);
    let earlier = stories.get((scope, name))?;
    if let Some(row) = earlier.and_then(|row| record::open_row::<Row>(&key, row.value())) {
        by_time.remove((moment::key(row.changed), scope, name))?;
    }
    let row = record::seal_row(&key, &Row { brief: brief.to_owned(), changed: now });
    stories.insert((scope, name), row.as_slice())?;
    by_time.insert((moment::key(now), scope, name), ())?;
    Ok(())
}

fn sweep(transaction: &WriteTransaction, first: u64) -> StepResult<usize> {
    let mut by_time = transaction.open_table(BY_TIME)?;
    let old = by_time.range(..(first, "", ""))?.take(SWEPT_TOGETHER);
    let old: StepResult<Vec<(u64, String, String)>> = old
        .map(|entry| {
            let (key, _) = entry?;
            let (time, scope, name) = key.value();
            Ok((time, scope.to_owned(), name.to_owned()))
        })
        .collect();
    let old = old?;
    let mut stories = transaction.open_table(STORIES)?;
    for (time, scope, name) in &old {
        by_time.remove((*time, scope.as_str(), name.as_str()))?;
        stories.remove((scope.as_str(), name.as_str()))?;
    }
    Ok(old.len())
}

fn sealed_by(scope: &str, name: &str) -> Vec<u8> {
    [scope.as_bytes(), &[0], name.as_bytes()].concat()
}

pub(super) fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(STORIES)?;
    transaction.open_table(BY_TIME)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{Retention, Store, StoreOptions};

    fn now(second: i64) -> Timestamp {
        Timestamp::from_second(1_768_000_000 + second).unwrap()
    }

    #[tokio::test]
    async fn the_latest_brief_of_a_story_is_found_within_its_scope_until_it_is_swept() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &StoreOptions::default(), now(0)).unwrap();
        let stories = store.stories();
        let names = || vec!["urn:one".to_owned(), "title".to_owned()];
        stories.put("desk", names(), "first", now(0)).await.unwrap();
        stories.put("desk", vec!["urn:one".to_owned()], "second", now(5000)).await.unwrap();
        assert_eq!(stories.latest("desk", "urn:one").await, Ok(Some("second".to_owned())));
        assert_eq!(stories.latest("desk", "title").await, Ok(Some("first".to_owned())));
        assert_eq!(stories.latest("other", "urn:one").await, Ok(None));
        let hour = Duration::from_secs(3600);
        store.sweep(Retention { jobs: hour, audit: hour }, now(5001)).await.unwrap();
        assert_eq!(stories.latest("desk", "title").await, Ok(None));
        assert_eq!(stories.latest("desk", "urn:one").await, Ok(Some("second".to_owned())));
    }
}
