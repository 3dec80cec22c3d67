//! Lifetimes on paused time, and the bound in bytes.

use tokio::time::sleep;

use super::*;
use crate::{
    brief::{Answer, Engine, Usage},
    provider::key::Readable,
    store::{Store, StoreOptions},
};

fn key(name: &str) -> Key {
    Readable::default().with("name", name).key()
}

fn answered(text: &str) -> Answered {
    Answered {
        answer: Answer::Translate { texts: vec![Some(text.to_owned())] },
        engine: Engine { provider: "p".into(), model: None },
        usage: Usage::default(),
        findings: Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_fresh_then_stale_then_gone() {
    let second = Duration::from_secs(1);
    let options = CacheOptions { bytes: 1 << 20, fresh_for: 10 * second, stale_for: 20 * second };
    let cache = Cache::new(options, Answers::none());
    cache.keep(key("a"), answered("one"), None, None).await;
    sleep(9 * second).await;
    assert!(cache.fresh(&key("a"), None).await.is_some());
    assert!(cache.fresh(&key("a"), Some(5 * second)).await.is_none(), "too old for this caller");
    sleep(2 * second).await;
    assert!(cache.fresh(&key("a"), None).await.is_none());
    assert!(cache.stale(&key("a")).await.is_some());
    sleep(20 * second).await;
    assert!(cache.stale(&key("a")).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_text_is_remembered_and_drives_out_no_answer() {
    let cache = Cache::new(CacheOptions::default(), Answers::none());
    cache.keep(key("a"), answered("one"), None, None).await;
    cache.remember(key("a"), &Fault::new(FaultKind::Filtered, "declined")).await;
    assert!(cache.fresh(&key("a"), None).await.is_some());
    sleep(Duration::from_secs(599)).await;
    assert!(cache.failure(&key("a")).await.is_some());
    sleep(Duration::from_secs(2)).await;
    assert!(cache.failure(&key("a")).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_provider_is_not_remembered_for_the_text() {
    let cache = Cache::new(CacheOptions::default(), Answers::none());
    for kind in [FaultKind::Throttled, FaultKind::Unavailable, FaultKind::Timeout] {
        cache.remember(key("a"), &Fault::new(kind, "failed")).await;
        assert!(cache.failure(&key("a")).await.is_none(), "{kind:?}");
    }
}

#[tokio::test]
async fn many_small_answers_stay_within_the_bound() {
    let options = CacheOptions { bytes: 1 << 20, ..CacheOptions::default() };
    let cache = Cache::new(options, Answers::none());
    for n in 0..20_000 {
        cache.keep(key(&n.to_string()), answered("a short sentence"), None, None).await;
    }
    cache.answers.run_pending_tasks().await;
    let (entries, bytes) = cache.size();
    assert!(entries > 1000 && bytes <= 1 << 20, "{entries} entries of {bytes} bytes");
}

#[tokio::test]
async fn an_answer_on_the_disk_that_cannot_be_read_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default(), clock::utc()).unwrap();
    let cache = || Cache::new(CacheOptions::default(), store.answers().clone());
    cache().keep(key("a"), answered("one"), None, None).await;
    assert!(cache().fresh(&key("a"), None).await.is_some());
    let whole = store.answers().get(key("a").bytes()).await.unwrap().value;
    let newer = String::from_utf8(whole.clone()).unwrap().replacen("1", "2", 1);
    for value in [&b""[..], b"{}", b"garbage", &whole[..whole.len() / 2], newer.as_bytes()] {
        store.answers().put(key("a").bytes(), value, clock::utc(), None).await.unwrap();
        assert!(cache().fresh(&key("a"), None).await.is_none());
    }
}
