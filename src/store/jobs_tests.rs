//! Accepted work: once, in order, whatever happens.

use super::*;
use crate::store::{Retention, Store, StoreOptions};

fn now(second: i64) -> Timestamp {
    Timestamp::from_second(1_768_000_000 + second).unwrap()
}

fn open(dir: &std::path::Path, second: i64) -> Store {
    Store::open(dir, &StoreOptions::default(), now(second)).unwrap()
}

fn job(n: i64) -> NewJob {
    NewJob {
        id: format!("job-{n:04}"),
        kind: "brief".to_owned(),
        scope: if n % 2 == 0 { "desk" } else { "desk2" }.to_owned(),
        payload: format!("payload {n}").into_bytes(),
        due: now(n),
        once: None,
    }
}

async fn enqueue(jobs: &Jobs, n: i64) {
    assert_eq!(jobs.enqueue(vec![job(n)], now(n)).await, Ok(vec![Enqueued::New]));
}

async fn claim(jobs: &Jobs, second: i64) -> Option<String> {
    jobs.claim("brief", now(second)).await.unwrap().map(|claimed| claimed.job.id)
}

/// How many are queued, and how many are running.
async fn at_work(jobs: &Jobs) -> (usize, usize) {
    let all = jobs.list(None, None, 1000).await.unwrap();
    let count = |state| all.iter().filter(|job| job.state == state).count();
    (count(JobState::Queued), count(JobState::Running))
}

#[tokio::test]
async fn jobs_are_claimed_in_the_order_in_which_they_are_due_and_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    for n in [3, 1, 2] {
        enqueue(jobs, n).await;
    }
    assert_eq!(jobs.next_due("brief").await, Ok(Some(now(1))));
    let claimed = jobs.claim("brief", now(2)).await.unwrap().unwrap();
    assert_eq!(claimed.payload, b"payload 1");
    assert_eq!((claimed.job.state, claimed.job.attempts), (JobState::Running, 1));
    assert_eq!(claim(jobs, 2).await.as_deref(), Some("job-0002"));
    assert_eq!(claim(jobs, 2).await, None, "the third is not due yet");
    assert_eq!(jobs.claim("webhook", now(9)).await, Ok(None), "another kind");
    assert_eq!(claim(jobs, 3).await.as_deref(), Some("job-0003"));
    assert_eq!(at_work(jobs).await, (0, 3));
}

#[tokio::test]
async fn of_many_who_claim_at_once_no_two_get_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    jobs.enqueue((0..100).map(job).collect(), now(0)).await.unwrap();
    let claims = futures_util::future::join_all((0..150).map(|_| claim(jobs, 999))).await;
    let mut ids: Vec<String> = claims.into_iter().flatten().collect();
    ids.sort();
    assert_eq!(ids, (0..100).map(|n| job(n).id).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_job_ends_once_and_keeps_its_result() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    for n in 0..2 {
        enqueue(jobs, n).await;
    }
    assert_eq!(jobs.finish("job-0000", Vec::new(), now(5)).await, Ok(false), "not running yet");
    claim(jobs, 5).await;
    claim(jobs, 5).await;
    assert_eq!(jobs.finish("job-0000", b"result".to_vec(), now(6)).await, Ok(true));
    assert_eq!(jobs.finish("job-0000", b"again".to_vec(), now(7)).await, Ok(false));
    assert_eq!(jobs.result("job-0000").await, Ok(Some(b"result".to_vec())));
    assert_eq!(jobs.fail("job-0001", b"problem".to_vec(), now(6)).await, Ok(true));
    let failed = jobs.get("job-0001").await.unwrap().unwrap();
    assert_eq!((failed.state, failed.changed), (JobState::Failed, now(6)));
    assert_eq!(jobs.result("job-0001").await, Ok(Some(b"problem".to_vec())));
    assert_eq!(jobs.get("unknown").await, Ok(None));
}

#[tokio::test]
async fn what_ran_when_the_process_ended_is_queued_again_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    for n in 0..4 {
        enqueue(store.jobs(), n).await;
    }
    for _ in 0..3 {
        claim(store.jobs(), 9).await;
    }
    store.jobs().finish("job-0000", b"done".to_vec(), now(9)).await.unwrap();
    drop(store);
    let store = open(dir.path(), 100);
    let jobs = store.jobs();
    assert_eq!(at_work(jobs).await, (3, 0));
    assert_eq!(claim(jobs, 100).await.as_deref(), Some("job-0001"));
    let again = jobs.claim("brief", now(100)).await.unwrap().unwrap();
    assert_eq!((again.job.id.as_str(), again.job.attempts), ("job-0002", 2));
    assert_eq!(claim(jobs, 100).await.as_deref(), Some("job-0003"));
    assert_eq!(claim(jobs, 100).await, None);
    assert_eq!(jobs.result("job-0000").await, Ok(Some(b"done".to_vec())));
}

#[tokio::test]
async fn what_ran_is_due_at_once_although_the_clock_was_put_back_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 7000);
    let jobs = store.jobs();
    jobs.enqueue(vec![NewJob { due: now(7000), ..job(0) }], now(7000)).await.unwrap();
    assert!(claim(jobs, 7000).await.is_some());
    drop(store);
    let store = open(dir.path(), 100);
    assert_eq!(claim(store.jobs(), 100).await.as_deref(), Some("job-0000"));
}

#[tokio::test]
async fn a_cancelled_job_stays_cancelled_whoever_finishes_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    for n in 0..2 {
        enqueue(jobs, n).await;
    }
    claim(jobs, 9).await;
    assert_eq!(jobs.cancel("job-0000", now(9)).await, Ok(Some(JobState::Running)));
    assert_eq!(jobs.cancel("job-0001", now(9)).await, Ok(Some(JobState::Queued)));
    assert_eq!(jobs.cancel("job-0001", now(9)).await, Ok(Some(JobState::Cancelled)));
    assert_eq!(jobs.cancel("unknown", now(9)).await, Ok(None));
    assert_eq!(jobs.finish("job-0000", b"late".to_vec(), now(9)).await, Ok(false));
    assert_eq!(jobs.get("job-0000").await.unwrap().unwrap().state, JobState::Cancelled);
    assert_eq!(claim(jobs, 9).await, None);
    assert_eq!(at_work(jobs).await, (0, 0));
}

#[tokio::test]
async fn a_job_put_back_is_claimed_again_when_it_is_due() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    enqueue(jobs, 0).await;
    claim(jobs, 0).await;
    assert_eq!(jobs.retry("job-0000", now(60), now(1)).await, Ok(true));
    assert_eq!(jobs.retry("job-0000", now(60), now(1)).await, Ok(false));
    assert_eq!(claim(jobs, 59).await, None);
    assert_eq!(claim(jobs, 60).await.as_deref(), Some("job-0000"));
}

#[tokio::test]
async fn a_key_gives_the_first_job_back_until_it_expires() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    let once = |n: i64, hash: u8, second: i64| {
        let expires = now(second + 100);
        let once = Once { key: "order-66".to_owned(), hash: [hash; 32], expires };
        jobs.enqueue(
            vec![NewJob { scope: "desk".to_owned(), once: Some(once), ..job(n) }],
            now(second),
        )
    };
    let first = "job-0001".to_owned();
    assert_eq!(once(1, 7, 0).await, Ok(vec![Enqueued::New]));
    assert_eq!(once(2, 7, 99).await, Ok(vec![Enqueued::Known(first.clone())]));
    assert_eq!(once(3, 8, 99).await, Ok(vec![Enqueued::Conflict(first)]));
    assert_eq!(once(4, 8, 100).await, Ok(vec![Enqueued::New]), "it has expired");
    let other = Once { key: "order-66".to_owned(), hash: [9; 32], expires: now(500) };
    let other = NewJob { scope: "desk2".to_owned(), once: Some(other), ..job(5) };
    assert_eq!(jobs.enqueue(vec![other], now(100)).await, Ok(vec![Enqueued::New]));
    let hour = std::time::Duration::from_secs(3600);
    store.sweep(Retention { jobs: hour, audit: hour }, now(201)).await.unwrap();
    assert_eq!(once(6, 7, 201).await, Ok(vec![Enqueued::New]), "and was swept");
}

#[tokio::test]
async fn the_newest_are_listed_first_page_by_page_within_a_scope() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    for n in 0..6 {
        enqueue(jobs, n).await;
    }
    let ids = async |scope: Option<&str>, before: Option<Place>, limit| {
        let list = jobs.list(scope, before, limit).await.unwrap();
        list.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Some("desk"), None, 2).await, ["job-0004", "job-0002"]);
    let before = Place { moment: now(2), id: "job-0002".to_owned() };
    assert_eq!(ids(Some("desk"), Some(before), 2).await, ["job-0000"]);
    assert_eq!(ids(None, None, 3).await, ["job-0005", "job-0004", "job-0003"]);
}

#[tokio::test]
async fn a_sweep_takes_what_ended_long_ago_and_leaves_what_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0);
    let jobs = store.jobs();
    for n in 0..4 {
        enqueue(jobs, n).await;
    }
    claim(jobs, 9).await;
    jobs.finish("job-0000", b"done".to_vec(), now(10)).await.unwrap();
    claim(jobs, 9).await;
    jobs.finish("job-0001", b"done".to_vec(), now(5000)).await.unwrap();
    claim(jobs, 9).await;
    let hour = std::time::Duration::from_secs(3600);
    let swept = store.sweep(Retention { jobs: hour, audit: hour }, now(5001)).await.unwrap();
    assert_eq!(swept.jobs, 1);
    assert_eq!(jobs.get("job-0000").await, Ok(None));
    assert_eq!(jobs.result("job-0000").await, Ok(None));
    assert_eq!(jobs.list(None, None, 10).await.unwrap().len(), 3);
}
