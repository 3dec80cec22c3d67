//! What was spent, across days, scopes and restarts.

use super::*;
use crate::store::{Store, StoreOptions};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn spent(micro_usd: u64) -> Spent {
    Spent { micro_usd, characters: 10, calls: 1 }
}

fn open(dir: &std::path::Path) -> Store {
    Store::open(dir, &StoreOptions::default(), at("2026-01-18T00:00:00Z")).unwrap()
}

async fn usd(spend: &Spend, scope: &str, now: &str) -> u64 {
    let days = spend.today(scope, at(now)).await.unwrap();
    days.iter().map(|day| day.spent.micro_usd).sum()
}

#[tokio::test]
async fn what_a_scope_spends_counts_for_the_whole_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (spend, now) = (store.spend(), at("2026-01-18T10:00:00Z"));
    spend.add("deepl", &["desk-a", "key-1"], spent(300), now).await.unwrap();
    spend.add("deepl", &["desk-b"], spent(50), now).await.unwrap();
    spend.add("openai", &[], spent(7), now).await.unwrap();
    let now = "2026-01-18T23:59:59Z";
    assert_eq!(usd(spend, WHOLE, now).await, 357);
    assert_eq!(usd(spend, "desk-a", now).await, 300);
    assert_eq!(usd(spend, "key-1", now).await, 300);
    assert_eq!(usd(spend, "desk-b", now).await, 50);
    let deepl = &spend.today(WHOLE, at(now)).await.unwrap()[0];
    assert_eq!(deepl.provider, "deepl");
    assert_eq!(deepl.spent, Spent { micro_usd: 350, characters: 20, calls: 2 });
}

#[tokio::test]
async fn a_day_ends_at_midnight_utc_and_a_restart_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.spend().add("deepl", &[], spent(5), at("2026-01-18T23:59:59.9Z")).await.unwrap();
    store.close().await;
    drop(store);
    let store = open(dir.path());
    let spend = store.spend();
    assert_eq!(usd(spend, WHOLE, "2026-01-18T00:00:00Z").await, 5);
    assert_eq!(usd(spend, WHOLE, "2026-01-19T00:00:00Z").await, 0);
}

#[tokio::test]
async fn nothing_is_lost_when_many_add_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (spend, now) = (store.spend(), at("2026-01-18T10:00:00Z"));
    let all = (0..500).map(|_| spend.add("deepl", &["desk"], spent(3), now));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    let days = spend.today("desk", now).await.unwrap();
    assert_eq!(days[0].spent, Spent { micro_usd: 1500, characters: 5000, calls: 500 });
}

#[tokio::test]
async fn earlier_days_are_listed_in_order_until_they_are_swept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let spend = store.spend();
    for (n, day) in ["2024-02-29", "2025-12-31", "2026-01-01"].iter().enumerate() {
        let now = at(&format!("{day}T12:00:00Z"));
        spend.add("deepl", &[], spent(n as u64), now).await.unwrap();
    }
    let since = |first: Date| spend.since(WHOLE, first);
    let days = since(Date::constant(2025, 12, 31)).await.unwrap();
    let days: Vec<String> = days.iter().map(|day| day.day.to_string()).collect();
    assert_eq!(days, ["2025-12-31", "2026-01-01"]);
    assert_eq!(spend.sweep(at("2026-01-18T00:00:00Z")).await, Ok(1));
    assert_eq!(since(Date::constant(2024, 1, 1)).await.unwrap().len(), 2);
}
