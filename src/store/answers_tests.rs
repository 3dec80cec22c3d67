//! The disk tier of answers: what it finds, forgets and lets go.

use std::path::Path;

use super::*;
use crate::store::{Store, StoreOptions};

const MIB: u64 = 1 << 20;

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(1_768_000_000 + second).unwrap()
}

fn key(n: u64) -> Hash {
    *blake3::hash(&n.to_le_bytes()).as_bytes()
}

async fn put_all(answers: &Answers, all: impl Iterator<Item = (u64, Vec<u8>)>) {
    let puts = all.map(|(n, value)| async move {
        answers.put(&key(n), &value, moment(0), None).await.unwrap();
    });
    futures_util::future::join_all(puts).await;
}

fn open(dir: &Path, disk_bytes: u64) -> Store {
    Store::open(dir, &StoreOptions { disk_bytes }, moment(0)).unwrap()
}

#[tokio::test]
async fn an_answer_is_found_with_its_moment_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 64 * MIB);
    store.answers().put(&key(1), b"answer", moment(5), None).await.unwrap();
    store.close().await;
    drop(store);
    let store = open(dir.path(), 64 * MIB);
    let kept = Kept { value: b"answer".to_vec(), made: moment(5), sources: Vec::new() };
    assert_eq!(store.answers().get(&key(1)).await, Some(kept));
    assert_eq!(store.answers().get(&key(2)).await, None);
    let stats = store.answers().stats().await.unwrap();
    assert_eq!((stats.entries, stats.hits, stats.misses), (1, 1, 1));
}

#[tokio::test]
async fn a_second_answer_takes_the_first_ones_place() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 64 * MIB);
    for (n, value) in [(1, "first"), (2, "second")] {
        store.answers().put(&key(1), value.as_bytes(), moment(n), None).await.unwrap();
    }
    assert_eq!(store.answers().get(&key(1)).await.unwrap().value, b"second");
    assert_eq!(store.answers().stats().await.unwrap().entries, 1);
}

#[tokio::test]
async fn everything_made_from_a_source_is_forgotten_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 64 * MIB);
    let (one, other) = ([1; 32], [2; 32]);
    for n in 0..10 {
        let source = if n < 6 { one } else { other };
        store.answers().put(&key(n), b"answer", moment(0), Some(source)).await.unwrap();
    }
    store.answers().put(&key(10), b"answer", moment(0), None).await.unwrap();
    let mut removed = store.answers().remove_by_source(&one).await.unwrap();
    removed.sort_unstable();
    let mut those: Vec<Hash> = (0..6).map(key).collect();
    those.sort_unstable();
    assert_eq!(removed, those);
    assert_eq!(store.answers().remove_by_source(&one).await, Ok(Vec::new()));
    for n in 0..11 {
        assert_eq!(store.answers().get(&key(n)).await.is_some(), n >= 6, "{n}");
    }
}

#[tokio::test]
async fn an_answer_that_served_two_sources_is_forgotten_with_either() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 64 * MIB);
    let answers = store.answers();
    for n in 0..2 {
        answers.put(&key(n), b"answer", moment(0), Some([1; 32])).await.unwrap();
        answers.tag(&key(n), &[2; 32]).await.unwrap();
        assert_eq!(answers.get(&key(n)).await.unwrap().sources, [[1; 32], [2; 32]]);
    }
    assert_eq!(answers.remove_by_source(&[2; 32]).await.unwrap().len(), 2);
    assert_eq!(answers.get(&key(0)).await, None);
    assert_eq!(answers.remove_by_source(&[1; 32]).await, Ok(Vec::new()), "no tag is left behind");
    answers.tag(&key(7), &[2; 32]).await.unwrap();
    assert_eq!(answers.remove_by_source(&[2; 32]).await, Ok(Vec::new()), "it was never kept");
}

#[tokio::test]
async fn an_answer_made_again_is_still_about_its_first_source() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 64 * MIB);
    for source in [[1; 32], [2; 32]] {
        store.answers().put(&key(1), b"answer", moment(0), Some(source)).await.unwrap();
    }
    assert_eq!(store.answers().remove_by_source(&[1; 32]).await, Ok(vec![key(1)]));
    assert_eq!(store.answers().get(&key(1)).await, None);
}

#[tokio::test]
async fn the_oldest_leave_when_the_disk_is_full_and_what_is_read_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 4 * MIB);
    let answers = store.answers();
    let value = vec![7; 1000];
    for n in 0..40 {
        put_all(answers, (n * 200..(n + 1) * 200).map(|n| (n, value.clone()))).await;
        assert!(answers.get(&key(0)).await.is_some(), "read over and over, in round {n}");
    }
    let stats = answers.stats().await.unwrap();
    assert!(stats.bytes <= stats.bound, "{stats:?}");
    assert!(stats.bytes > stats.bound * 9 / 10, "{stats:?}");
    // What transactions under way hold on to comes on top.
    assert!(stats.file_bytes < stats.bound * 5 / 4 + 2 * MIB, "{stats:?}");
    assert!(answers.get(&key(1)).await.is_none());
    assert!(answers.get(&key(7999)).await.is_some());
}

#[tokio::test]
async fn large_and_small_answers_stay_within_the_bound_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 16 * MIB);
    let answers = store.answers();
    for round in 0..60_u64 {
        let sized = |n: u64| (n, vec![7; usize::try_from(n * 7919 % 60_000).unwrap()]);
        put_all(answers, (round * 30..(round + 1) * 30).map(sized)).await;
    }
    let stats = answers.stats().await.unwrap();
    assert!(stats.bytes <= stats.bound && stats.evicted > 0, "{stats:?}");
    assert!(stats.file_bytes < stats.bound * 3 / 2, "{stats:?}");
}

#[tokio::test]
async fn an_answer_too_large_for_the_bound_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), MIB);
    store.answers().put(&key(1), &vec![7; 500_000], moment(0), None).await.unwrap();
    assert_eq!(store.answers().get(&key(1)).await, None);
}

#[tokio::test]
async fn a_cleared_tier_is_empty_small_and_of_use() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 64 * MIB);
    put_all(store.answers(), (0..100).map(|n| (n, vec![7; 50_000]))).await;
    store.answers().clear().await.unwrap();
    let stats = store.answers().stats().await.unwrap();
    assert_eq!((stats.entries, stats.bytes), (0, 0));
    assert!(stats.file_bytes < MIB, "{stats:?}");
    store.answers().put(&key(1), b"new", moment(0), None).await.unwrap();
    assert!(store.answers().get(&key(1)).await.is_some());
}

#[tokio::test]
async fn without_room_nothing_is_kept_and_nothing_fails() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    store.answers().put(&key(1), b"answer", moment(0), None).await.unwrap();
    assert_eq!(store.answers().get(&key(1)).await, None);
    assert!(!dir.path().join(KIND.file).exists());
    assert!(!store.is_degraded());
}
