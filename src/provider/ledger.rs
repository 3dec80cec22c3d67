//! What may still be spent today, and what was.
//!
//! `[budget] daily_usd` bounds the whole gateway, a provider's `daily_characters` that provider, and
//! an [`Account`] whoever pays for the call. A call holds what it is estimated to take before it is
//! made, so that calls under way together cannot pass a bound which none would pass alone; what it
//! took replaces the hold when it has answered, and a call that failed gives its hold back. A day is
//! a UTC day. Sums are kept in the embedded store where there is one, and read back from it before
//! they are first needed, so they outlive the process. Where several replicas share a server, its sums
//! decide (`shared::sums`), and this book keeps what this replica spent.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::usage::Price;
use crate::{
    brief::Usage,
    clock,
    config::ProviderConfig,
    dialect::{Fault, FaultKind},
    shared::{Claim, Claimed, Shared, Sums},
    store::{Spend, Spent, WHOLE},
};

/// Why a call is not made: in the order in which bounds are looked at.
const REFUSALS: [&str; 3] = [
    "has used up its `daily_characters`",
    "is not called, because today's budget (`budget.daily_usd`) is used up",
    "is not called, because today's budget of your key is used up",
];

/// Who pays for a call, beside the gateway as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Names the account: a key or a desk. Empty for nobody in particular.
    pub scope: String,
    /// What it may spend in one UTC day, in millionths of a United States dollar; `None` means no
    /// bound of its own.
    pub daily_micro_usd: Option<u64>,
}

/// The account book of one process.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    daily_micro_usd: Mutex<Option<u64>>,
    day: Mutex<Day>,
    spend: Option<Spend>,
    /// The same sums over all replicas.
    common: Option<Sums>,
}

/// Sums of one day.
#[derive(Debug, Default)]
struct Day {
    date: Date,
    /// Money by scope; an entry means that the store has been asked.
    micro_usd: HashMap<String, u64>,
    /// Characters by provider.
    characters: HashMap<String, u64>,
}

/// What a call is expected to take. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Hold<'a> {
    ledger: &'a Ledger,
    config: &'a ProviderConfig,
    scope: &'a str,
    date: Date,
    held: Spent,
    /// It is set aside for all replicas.
    for_all: bool,
}

impl Ledger {
    /// A book with a bound in United States dollars a day, kept in `spend` where that is given.
    pub(crate) fn new(daily_usd: Option<f64>, spend: Option<Spend>) -> Self {
        let daily_micro_usd = Mutex::new(daily_usd.map(micro));
        Self { daily_micro_usd, day: Mutex::default(), spend, common: None }
    }

    /// The same book, whose bounds hold over all replicas.
    pub(crate) fn over(mut self, shared: &Shared) -> Self {
        self.common = shared.is_configured().then(|| Sums::new(shared));
        self
    }

    /// From now on the day has this bound; what was spent of it stays spent.
    pub(crate) fn bound(&self, daily_usd: Option<f64>) {
        *self.daily_micro_usd.lock().unwrap_or_else(PoisonError::into_inner) = daily_usd.map(micro);
    }

    /// Sets aside what a call is expected to take.
    ///
    /// # Errors
    /// `Quota` where a bound would be passed, with the time until the next day.
    pub(crate) async fn hold<'a>(
        &'a self,
        config: &'a ProviderConfig,
        account: &'a Account,
        estimate: &Usage,
    ) -> Result<Hold<'a>, Fault> {
        self.recall(WHOLE).await;
        self.recall(&account.scope).await;
        let (now, held) = (clock::utc(), spent(config, estimate));
        let refused = |detail| {
            let quota = Fault::new(FaultKind::Quota, detail);
            Fault { retry_after: Some(until_tomorrow(now)), ..quota }
        };
        let claimed = match &self.common {
            Some(common) => {
                let claims = self.claims(config, account, held);
                let date = self.day(now).date;
                match common.claim(date, &claims).await {
                    Claimed::Over(n) => return Err(refused(REFUSALS[n])),
                    claimed => Some(claimed),
                }
            }
            None => None,
        };
        let mut day = self.day(now);
        if claimed.is_none()
            && let Some(detail) = self.refusal(&day, config, account, held)
        {
            return Err(refused(detail));
        }
        day.add(&config.name, &account.scope, held);
        let (scope, date) = (account.scope.as_str(), day.date);
        let for_all = claimed == Some(Claimed::Held);
        Ok(Hold { ledger: self, config, scope, date, held, for_all })
    }

    /// What a call claims of the sums of all replicas, in the order of [`REFUSALS`].
    fn claims(&self, config: &ProviderConfig, account: &Account, held: Spent) -> Vec<Claim> {
        let money =
            |scope: &str, bound| Claim { sum: money_of(scope), bound, amount: held.micro_usd };
        let (sum, bound) = (characters_of(&config.name), config.daily_characters);
        let mut claims = vec![
            Claim { sum, bound, amount: held.characters },
            money(WHOLE, self.micro_usd_bound()),
        ];
        if account.scope != WHOLE {
            claims.push(money(&account.scope, account.daily_micro_usd));
        }
        claims
    }

    /// What was spent and is held today, in millionths of a United States dollar.
    pub(crate) fn micro_usd_today(&self) -> u64 {
        self.day(clock::utc()).micro_usd.get(WHOLE).copied().unwrap_or_default()
    }

    /// What all may cost in a day, in millionths of a United States dollar.
    pub(crate) fn micro_usd_bound(&self) -> Option<u64> {
        *self.daily_micro_usd.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refusal(
        &self,
        day: &Day,
        config: &ProviderConfig,
        account: &Account,
        more: Spent,
    ) -> Option<&'static str> {
        let over = |bound: Option<u64>, so_far: Option<&u64>, more: u64| {
            let so_far = so_far.copied().unwrap_or_default();
            bound.is_some_and(|bound| so_far.saturating_add(more) > bound)
        };
        let money = |scope: &str| day.micro_usd.get(scope);
        if over(config.daily_characters, day.characters.get(&config.name), more.characters) {
            return Some(REFUSALS[0]);
        }
        if more.micro_usd > 0 && over(self.micro_usd_bound(), money(WHOLE), more.micro_usd) {
            return Some(REFUSALS[1]);
        }
        if more.micro_usd > 0
            && over(account.daily_micro_usd, money(&account.scope), more.micro_usd)
        {
            return Some(REFUSALS[2]);
        }
        None
    }

    /// Reads back what a scope spent today, once a day.
    async fn recall(&self, scope: &str) {
        let now = clock::utc();
        if self.day(now).micro_usd.contains_key(scope) {
            return;
        }
        let found = match &self.spend {
            Some(spend) => spend.today(scope, now).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let mut day = self.day(now);
        if day.micro_usd.contains_key(scope) {
            return;
        }
        let sum = found.iter().map(|one| one.spent.micro_usd).sum();
        day.micro_usd.insert(scope.to_owned(), sum);
        if let Some(common) = &self.common {
            common.at_least(day.date, &money_of(scope), sum);
            for one in found.iter().filter(|_| scope == WHOLE) {
                common.at_least(day.date, &characters_of(&one.provider), one.spent.characters);
            }
        }
        if scope == WHOLE {
            for one in found {
                let sum = day.characters.entry(one.provider).or_default();
                *sum = sum.saturating_add(one.spent.characters);
            }
        }
    }

    /// The book of this day; a new one begins empty.
    fn day(&self, now: Timestamp) -> MutexGuard<'_, Day> {
        let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        let today = TimeZone::UTC.to_datetime(now).date();
        if day.date != today {
            *day = Day { date: today, ..Day::default() };
        }
        day
    }
}

/// What calls of one task took, on its way to the disk while the task goes on. Nobody is answered
/// before it is there.
#[derive(Default)]
pub(crate) struct Books(Mutex<Vec<BoxFuture<'static, ()>>>);

impl Books {
    fn enter(&self, entry: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Waits until all of it is on the disk.
    pub(crate) async fn close(&self) {
        let entries = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        join_all(entries).await;
    }
}

impl Hold<'_> {
    /// Tells the other replicas what changed of what was held.
    fn tell(&self, from: Spent, to: Spent) {
        let Some(common) = &self.ledger.common else { return };
        let change = |from: u64, to: u64| to.cast_signed().saturating_sub(from.cast_signed());
        let money = change(from.micro_usd, to.micro_usd);
        let characters = change(from.characters, to.characters);
        let mut changes =
            vec![(characters_of(&self.config.name), characters), (money_of(WHOLE), money)];
        if self.scope != WHOLE {
            changes.push((money_of(self.scope), money));
        }
        common.change(self.date, changes, self.for_all);
    }

    /// Puts what the call took in the place of what was held, and into `books` where it outlives the
    /// process; gives what it cost, in millionths of a United States dollar.
    pub(crate) fn settle(mut self, usage: &Usage, books: &Books) -> u64 {
        let took = Spent { calls: 1, ..spent(self.config, usage) };
        let held = std::mem::take(&mut self.held);
        self.tell(held, took);
        let now = clock::utc();
        {
            let mut day = self.ledger.day(now);
            if day.date == self.date {
                day.remove(&self.config.name, self.scope, held);
            }
            day.add(&self.config.name, self.scope, took);
        }
        let Some(spend) = &self.ledger.spend else { return took.micro_usd };
        let scopes: &[&str] = if self.scope.is_empty() { &[] } else { &[self.scope] };
        let written = spend.add(&self.config.name, scopes, took, now);
        let provider = self.config.name.clone();
        books.enter(
            async move {
                if written.await.is_err() {
                    tracing::warn!(provider, "what a call cost could not be kept on disk");
                }
            }
            .boxed(),
        );
        took.micro_usd
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.tell(self.held, Spent::default());
        let mut day = self.ledger.day(clock::utc());
        if day.date == self.date {
            day.remove(&self.config.name, self.scope, self.held);
        }
    }
}

impl Day {
    fn add(&mut self, provider: &str, scope: &str, spent: Spent) {
        self.change(
            provider,
            scope,
            |sum| *sum = sum.saturating_add(spent.micro_usd),
            |sum| {
                *sum = sum.saturating_add(spent.characters);
            },
        );
    }

    fn remove(&mut self, provider: &str, scope: &str, spent: Spent) {
        self.change(
            provider,
            scope,
            |sum| *sum = sum.saturating_sub(spent.micro_usd),
            |sum| {
                *sum = sum.saturating_sub(spent.characters);
            },
        );
    }

    fn change(
        &mut self,
        provider: &str,
        scope: &str,
        money: impl Fn(&mut u64),
        characters: impl Fn(&mut u64),
    ) {
        money(self.micro_usd.entry(WHOLE.to_owned()).or_default());
        if scope != WHOLE {
            money(self.micro_usd.entry(scope.to_owned()).or_default());
        }
        characters(self.characters.entry(provider.to_owned()).or_default());
    }
}

/// The name of a sum of money over all replicas.
fn money_of(scope: &str) -> String {
    format!("money {scope}")
}

/// The name of a sum of characters over all replicas.
fn characters_of(provider: &str) -> String {
    format!("characters {provider}")
}

fn spent(config: &ProviderConfig, usage: &Usage) -> Spent {
    let cost = Price::of(config).map_or(0.0, |price| price.cost_usd(usage));
    Spent { micro_usd: micro(cost), characters: usage.characters, calls: 0 }
}

/// United States dollars in millionths, rounded up, so that no call is free by rounding.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest integer there is"
)]
fn micro(usd: f64) -> u64 {
    (usd * 1e6).ceil() as u64
}

fn until_tomorrow(now: Timestamp) -> Duration {
    let here = now.to_zoned_datetime(TimeZone::UTC);
    let tomorrow = here.tomorrow().and_then(|day| day.start_of_day());
    let left = tomorrow.map(|midnight| midnight.timestamp().duration_since(now));
    left.ok().and_then(|left| Duration::try_from(left).ok()).unwrap_or(Duration::from_secs(3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(more: &str) -> ProviderConfig {
        toml::from_str(&format!("name = \"p\"\nkind = \"deepl\"\n{more}")).unwrap()
    }

    fn characters(characters: u64) -> Usage {
        Usage { characters, ..Usage::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_providers_characters_of_a_day_are_held_settled_and_given_back() {
        let (ledger, nobody) = (Ledger::new(None, None), Account::default());
        let config = provider("daily_characters = 100");
        let first = ledger.hold(&config, &nobody, &characters(60)).await.unwrap();
        let refused = ledger.hold(&config, &nobody, &characters(60)).await.unwrap_err();
        assert_eq!(refused.kind, FaultKind::Quota);
        first.settle(&characters(40), &Books::default());
        let second = ledger.hold(&config, &nobody, &characters(60)).await.unwrap();
        drop(second);
        ledger.hold(&config, &nobody, &characters(60)).await.expect("a call that failed took none");
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_day_begins_with_nothing_spent() {
        let (ledger, nobody) = (Ledger::new(Some(1.0), None), Account::default());
        let config = provider("usd_per_million_characters = 1000000.0");
        let hold = ledger.hold(&config, &nobody, &characters(1)).await.unwrap();
        hold.settle(&characters(1), &Books::default());
        let refused = ledger.hold(&config, &nobody, &characters(1)).await.unwrap_err();
        let wait = refused.retry_after.unwrap();
        assert!(wait <= Duration::from_secs(24 * 3600));
        tokio::time::sleep(wait).await;
        ledger.hold(&config, &nobody, &characters(1)).await.expect("it is tomorrow");
    }

    #[tokio::test(start_paused = true)]
    async fn what_costs_nothing_is_done_on_an_empty_purse() {
        let (ledger, nobody) = (Ledger::new(Some(0.0), None), Account::default());
        ledger.hold(&provider(""), &nobody, &characters(9)).await.expect("no price, no cost");
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_has_a_bound_of_its_own_and_counts_for_the_whole() {
        let ledger = Ledger::new(Some(10.0), None);
        let config = provider("usd_per_million_characters = 1000000.0");
        let desk = Account { scope: "desk".into(), daily_micro_usd: Some(2_000_000) };
        let hold = ledger.hold(&config, &desk, &characters(2)).await.unwrap();
        hold.settle(&characters(2), &Books::default());
        let refused = ledger.hold(&config, &desk, &characters(1)).await.unwrap_err();
        assert!(refused.detail.contains("your key"), "{refused}");
        assert_eq!(ledger.micro_usd_today(), 2_000_000);
        ledger.hold(&config, &Account::default(), &characters(8)).await.expect("others may");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_spent_is_known_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            let options = crate::store::StoreOptions::default();
            crate::store::Store::open(folder.path(), &options, clock::utc()).unwrap()
        };
        let config = provider("daily_characters = 100");
        let nobody = Account::default();
        {
            let store = open();
            let ledger = Ledger::new(None, Some(store.spend().clone()));
            let hold = ledger.hold(&config, &nobody, &characters(90)).await.unwrap();
            let books = Books::default();
            hold.settle(&characters(90), &books);
            books.close().await;
            store.close().await;
        }
        let store = open();
        let ledger = Ledger::new(None, Some(store.spend().clone()));
        ledger.hold(&config, &nobody, &characters(20)).await.expect_err("90 are spent");
        ledger.hold(&config, &nobody, &characters(10)).await.expect("10 are left");
    }
}
