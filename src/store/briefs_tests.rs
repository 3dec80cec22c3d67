//! Briefs by id and by age.

use super::*;
use crate::store::{Retention, Store, StoreOptions};

fn now(second: i64) -> Timestamp {
    Timestamp::from_second(1_768_000_000 + second).unwrap()
}

fn brief(n: i64, scope: &str, bytes: usize) -> KeptBrief {
    let body = vec![b'x'; bytes];
    let (id, scope) = (format!("brief-{n}"), scope.to_owned());
    KeptBrief { id, scope, shared_with: BTreeSet::new(), created: now(n), body }
}

fn open(dir: &std::path::Path, disk_bytes: u64) -> Store {
    Store::open(dir, &StoreOptions { disk_bytes }, now(0)).unwrap()
}

async fn put_all(store: &Store, count: i64, bytes: usize) {
    let puts = (0..count).map(|n| store.briefs().put(brief(n, "", bytes)));
    assert!(futures_util::future::join_all(puts).await.iter().all(Result::is_ok));
}

fn ids(briefs: &[KeptBrief]) -> Vec<&str> {
    briefs.iter().map(|brief| brief.id.as_str()).collect()
}

#[tokio::test]
async fn a_brief_is_read_by_its_id_after_a_restart_until_it_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1 << 30);
    store.briefs().put(brief(1, "desk", 100)).await.unwrap();
    store.close().await;
    drop(store);
    let store = open(dir.path(), 1 << 30);
    assert_eq!(store.briefs().get("brief-1").await, Ok(Some(brief(1, "desk", 100))));
    assert_eq!(store.forget("brief-1").await, Ok(true));
    assert_eq!(store.briefs().get("brief-1").await, Ok(None));
    assert_eq!(store.briefs().newest(None, None, 10).await, Ok(Vec::new()));
    assert_eq!(store.briefs().newest(Some("desk"), None, 10).await, Ok(Vec::new()));
    assert_eq!(store.briefs().size().await, Ok((0, 0)));
    assert_eq!(store.forget("brief-1").await, Ok(false));
}

#[tokio::test]
async fn the_newest_come_first_page_by_page_within_a_scope() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1 << 30);
    for n in 0..9 {
        let scope = if n % 2 == 0 { "desk" } else { "desk2" };
        store.briefs().put(brief(n, scope, 10)).await.unwrap();
    }
    let page = store.briefs().newest(Some("desk"), None, 3).await.unwrap();
    assert_eq!(ids(&page), ["brief-8", "brief-6", "brief-4"]);
    let last = page.last().unwrap();
    let before = Place { moment: last.created, id: last.id.clone() };
    let page = store.briefs().newest(Some("desk"), Some(before), 3).await.unwrap();
    assert_eq!(ids(&page), ["brief-2", "brief-0"]);
    let all = store.briefs().newest(None, None, 4).await.unwrap();
    assert_eq!(ids(&all), ["brief-8", "brief-7", "brief-6", "brief-5"]);
}

#[tokio::test]
async fn a_brief_that_is_shared_is_listed_for_both_in_every_version_until_it_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1 << 30);
    let briefs = store.briefs();
    briefs.put(brief(1, "desk", 10)).await.unwrap();
    for scope in ["desk", "desk2", "desk2"] {
        briefs.share("brief-1", scope).await.unwrap();
    }
    briefs.share("unknown", "desk2").await.unwrap();
    briefs.put(brief(1, "desk", 20)).await.unwrap();
    let kept = briefs.get("brief-1").await.unwrap().unwrap();
    assert_eq!((kept.body.len(), kept.scope.as_str()), (20, "desk"));
    assert_eq!(["desk", "desk2", "desk3"].map(|scope| kept.is_for(scope)), [true, true, false]);
    for scope in ["desk", "desk2"] {
        assert_eq!(ids(&briefs.newest(Some(scope), None, 9).await.unwrap()), ["brief-1"]);
    }
    assert_eq!(ids(&briefs.newest(None, None, 9).await.unwrap()), ["brief-1"], "once");
    store.forget("brief-1").await.unwrap();
    assert_eq!(briefs.newest(Some("desk2"), None, 9).await, Ok(Vec::new()));
    assert_eq!(briefs.size().await, Ok((0, 0)));
}

#[tokio::test]
async fn who_may_read_a_brief_already_costs_no_write() {
    let store = Store::in_memory(&StoreOptions::default());
    let briefs = store.briefs();
    briefs.put(brief(1, "desk", 10)).await.unwrap();
    briefs.share("brief-1", "desk2").await.unwrap();
    let written = briefs.engine.transactions();
    for (id, scope) in [("brief-1", "desk"), ("brief-1", "desk2"), ("unknown", "desk2")] {
        briefs.share(id, scope).await.unwrap();
    }
    assert_eq!(briefs.engine.transactions(), written);
    briefs.share("brief-1", "desk3").await.unwrap();
    assert!(briefs.engine.transactions() > written, "a new one is written");
}

#[tokio::test]
async fn the_oldest_leave_when_there_are_too_many() {
    let dir = tempfile::tempdir().unwrap();
    // A quarter of a MiB for briefs: two hundred of them and a few.
    let store = open(dir.path(), 1 << 20);
    put_all(&store, 500, 700).await;
    let (count, bytes) = store.briefs().size().await.unwrap();
    assert!(bytes <= 1 << 18, "{bytes}");
    assert!((200..230).contains(&count), "{count}");
    assert_eq!(store.briefs().get("brief-0").await, Ok(None));
    assert!(store.briefs().get("brief-499").await.unwrap().is_some());
}

#[tokio::test]
async fn a_sweep_takes_briefs_past_their_retention() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1 << 30);
    put_all(&store, 600, 10).await;
    let hour = std::time::Duration::from_secs(3600);
    let retention = Retention { jobs: hour, audit: hour };
    let swept = store.sweep(retention, now(3600 + 590)).await.unwrap();
    assert_eq!(swept.briefs, 590);
    assert_eq!(store.briefs().size().await.unwrap().0, 10);
}
