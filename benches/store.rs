//! What the store takes: puts that wait for the disk, gets, and opening after a crash.
//!
//! `cargo bench --bench store`; with `--profile dev` where an optimised build would take too long.
//! Prints one line for each figure. The folder for the files can be named as an argument, to
//! measure a certain disk.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use mujaz::store::{Store, StoreOptions};

const WRITERS: u64 = 64;
const MIB: u64 = 1 << 20;

fn now() -> Timestamp {
    Timestamp::from_second(1_768_000_000).unwrap_or_default()
}

fn key(n: u64) -> [u8; 32] {
    *blake3::hash(&n.to_le_bytes()).as_bytes()
}

fn open(dir: &Path, disk_bytes: u64) -> Store {
    Store::open(dir, &StoreOptions { disk_bytes }, now()).expect("nobody else has the folder")
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the real clock")]
fn clock() -> Instant {
    Instant::now()
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() - 1) * percent / 100]
}

fn show(what: &str, mut times: Vec<Duration>, whole: Duration) {
    times.sort_unstable();
    let rate = times.len() as f64 / whole.as_secs_f64();
    let [p50, p99] = [50, 99].map(|percent| percentile(&times, percent));
    println!("{what:<44} {rate:>9.0}/s   p50 {p50:>10.1?}   p99 {p99:>10.1?}");
}

async fn puts(store: &Store, writers: u64, each: u64, bytes: usize) {
    let started = clock();
    let writing = (0..writers).map(|writer| async move {
        let value = vec![7; bytes];
        let mut times = Vec::new();
        for n in 0..each {
            let started = clock();
            let key = key(writer * each + n);
            store.answers().put(&key, &value, now(), None).await.expect("the disk works");
            times.push(started.elapsed());
        }
        times
    });
    let times = futures_util::future::join_all(writing).await.concat();
    show(&format!("put, {writers} at once, {bytes} bytes"), times, started.elapsed());
}

async fn gets(store: &Store, readers: u64, each: u64, known: u64) {
    let started = clock();
    let reading = (0..readers).map(|reader| async move {
        let mut times = Vec::new();
        for n in 0..each {
            let started = clock();
            let found = store.answers().get(&key((reader * each + n) * 7919 % known)).await;
            assert!(found.is_some());
            times.push(started.elapsed());
        }
        times
    });
    let times = futures_util::future::join_all(reading).await.concat();
    show(&format!("get, {readers} at once"), times, started.elapsed());
}

async fn fill(dir: &Path) -> Store {
    let store = open(dir, 256 * MIB);
    let mut started = clock();
    let value = vec![7; 1500];
    for round in 0..400 {
        let all = (0..512).map(|n| (round * 512 + n, &value));
        let all = all.map(|(n, value)| {
            let store = store.clone();
            async move { store.answers().put(&key(n), value, now(), None).await }
        });
        futures_util::future::join_all(all).await;
        if round % 100 == 99 {
            let stats = store.answers().stats().await.expect("the disk works");
            println!("{:?} for 51200 more: {stats:?}", started.elapsed());
            started = clock();
        }
    }
    store
}

#[tokio::main]
async fn main() {
    let base = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let base = base.map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(base).expect("a folder to write in");
    let small = dir.path().join("small");
    let store = open(&small, 1024 * MIB);
    puts(&store, 1, 50, 1500).await;
    puts(&store, WRITERS, 40, 1500).await;
    gets(&store, 1, 2000, WRITERS * 40).await;
    gets(&store, WRITERS, 200, WRITERS * 40).await;
    drop(store);
    let large = dir.path().join("large");
    let store = fill(&large).await;
    puts(&store, WRITERS, 20, 1500).await;
    drop(store);
    let started = clock();
    let store = open(&large, 256 * MIB);
    println!("opening 256 MiB after a clean end: {:?}", started.elapsed());
    // As after a crash: the file is never closed.
    let crashed = dir.path().join("crashed");
    store.answers().put(&key(0), &[1; 1500], now(), None).await.expect("the disk works");
    std::fs::create_dir(&crashed).expect("a folder");
    std::fs::copy(large.join("answers.redb"), crashed.join("answers.redb")).expect("a copy");
    let started = clock();
    let _store = open(&crashed, 256 * MIB);
    println!("opening it after a crash: {:?}", started.elapsed());
}
