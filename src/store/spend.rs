//! What was spent, for each UTC day, scope and provider, across restarts.
//!
//! A scope is whoever has a budget: a key, a desk, or the empty text for the whole gateway. What
//! is added to a scope is added to the whole as well, in the same transaction.

use std::time::Duration;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use redb::{ReadTransaction, ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::Serialize;

use super::{
    engine::Engine,
    error::{StepResult, StoreError},
    moment,
};

/// Day, scope and provider to micro-dollars, characters and calls.
type Key<'a> = (i32, &'a str, &'a str);
const SPEND: TableDefinition<'_, (i32, &str, &str), (u64, u64, u64)> =
    TableDefinition::new("spend");

/// The scope of the whole gateway.
pub const WHOLE: &str = "";
/// Sorts after every provider's name.
const LAST: &str = "\u{10ffff}";
/// Days are kept this long.
const KEPT: Duration = Duration::from_secs(400 * 24 * 3600);

/// An amount that was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// Millionths of a United States dollar.
    pub micro_usd: u64,
    /// Characters that the provider counts.
    pub characters: u64,
    /// Calls made.
    pub calls: u64,
}

impl Spent {
    /// This amount and another.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            micro_usd: self.micro_usd.saturating_add(other.micro_usd),
            characters: self.characters.saturating_add(other.characters),
            calls: self.calls.saturating_add(other.calls),
        }
    }
}

/// What one scope spent at one provider on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DaySpend {
    /// The day, in UTC.
    pub day: Date,
    /// The provider's name in config.toml.
    pub provider: String,
    /// The amount.
    #[serde(flatten)]
    pub spent: Spent,
}

/// The account of what was spent. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spend {
    pub(super) engine: Engine,
}

impl Spend {
    /// Adds to the day of `now`, for the whole gateway and for each of these scopes; resolves once
    /// it is on the disk, where it is on its way when this returns.
    ///
    /// # Errors
    /// Where it could not be kept; then nothing was added.
    pub fn add(
        &self,
        provider: &str,
        scopes: &[&str],
        spent: Spent,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let (day, provider) = (number(day_of(now)), provider.to_owned());
        let mut scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        scopes.push(WHOLE.to_owned());
        scopes.sort_unstable();
        scopes.dedup();
        self.engine.write(move |transaction| {
            let mut table = transaction.open_table(SPEND)?;
            for scope in &scopes {
                add(&mut table, (day, scope, &provider), spent)?;
            }
            Ok(())
        })
    }

    /// What `scope` spent on the day of `now`, by provider.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn today(&self, scope: &str, now: Timestamp) -> Result<Vec<DaySpend>, StoreError> {
        self.since(scope, day_of(now)).await
    }

    /// What `scope` spent on `first` and later, by day and provider.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn since(&self, scope: &str, first: Date) -> Result<Vec<DaySpend>, StoreError> {
        let scope = scope.to_owned();
        self.engine.read(move |transaction| since(transaction, &scope, first)).await
    }

    pub(super) async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let first = number(day_of(moment::before(now, KEPT)));
        self.engine
            .write(move |transaction| {
                let mut table = transaction.open_table(SPEND)?;
                let mut removed = 0;
                table.retain_in(..(first, "", ""), |_, _| {
                    removed += 1;
                    false
                })?;
                Ok(removed)
            })
            .await
    }
}

fn add(
    table: &mut Table<'_, (i32, &'static str, &'static str), (u64, u64, u64)>,
    key: Key<'_>,
    spent: Spent,
) -> StepResult<()> {
    let so_far = table.get(key)?.map_or_else(Spent::default, |found| amount(found.value()));
    let Spent { micro_usd, characters, calls } = so_far.plus(spent);
    table.insert(key, (micro_usd, characters, calls))?;
    Ok(())
}

fn since(transaction: &ReadTransaction, scope: &str, first: Date) -> StepResult<Vec<DaySpend>> {
    let table = transaction.open_table(SPEND)?;
    let mut found = Vec::new();
    for entry in table.range((number(first), "", "")..(i32::MAX, LAST, LAST))? {
        let (key, spent) = entry?;
        let (day, of, provider) = key.value();
        if of == scope
            && let Some(day) = date(day)
        {
            let spent = amount(spent.value());
            found.push(DaySpend { day, provider: provider.to_owned(), spent });
        }
    }
    Ok(found)
}

fn amount((micro_usd, characters, calls): (u64, u64, u64)) -> Spent {
    Spent { micro_usd, characters, calls }
}

fn day_of(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

/// A day as a key: `20260118`.
fn number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

fn date(number: i32) -> Option<Date> {
    let part = |part: i32| i8::try_from(part).ok();
    let year = i16::try_from(number / 10_000).ok()?;
    Date::new(year, part(number / 100 % 100)?, part(number % 100)?).ok()
}

pub(super) fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(SPEND)?;
    Ok(())
}

#[cfg(test)]
#[path = "spend_tests.rs"]
mod tests;
