//! The store against `kill -9`: what was acknowledged is there, whenever the process dies.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use jiff::Timestamp;
use mujaz::store::{KeptBrief, Spent, Store, StoreOptions, WHOLE};

const ROUNDS: u64 = 20;
const WRITERS: u64 = 16;

fn now() -> Timestamp {
    "2026-01-18T10:00:00Z".parse().unwrap()
}

fn key(n: u64) -> [u8; 32] {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&n.to_le_bytes());
    key
}

/// What stands under `n`: a length and bytes of its own.
fn value(n: u64) -> Vec<u8> {
    let length = 100 + usize::try_from(n * 7919 % 6000).unwrap();
    n.to_le_bytes().into_iter().cycle().take(length).collect()
}

fn brief(n: u64) -> KeptBrief {
    let id = format!("brief-{n}");
    let (scope, shared_with) = (String::new(), BTreeSet::new());
    KeptBrief { id, scope, shared_with, created: now(), body: value(n) }
}

/// Writes numbers from `first` on and says each once it is kept, until it is killed.
async fn write_on(dir: &Path, first: u64) {
    let store = Store::open(dir, &StoreOptions::default(), now()).unwrap();
    let next = Arc::new(AtomicU64::new(first));
    let writers = (0..WRITERS).map(|_| {
        let (store, next) = (store.clone(), Arc::clone(&next));
        async move {
            loop {
                let n = next.fetch_add(1, Relaxed);
                let spent = Spent { micro_usd: 1, characters: 0, calls: 1 };
                let (key, value) = (key(n), value(n));
                let done = tokio::join!(
                    store.answers().put(&key, &value, now(), None),
                    store.briefs().put(brief(n)),
                    store.spend().add("provider", &[], spent, now()),
                );
                assert_eq!(done, (Ok(()), Ok(()), Ok(())));
                println!("kept {n}");
            }
        }
    });
    futures_util::future::join_all(writers).await;
}

/// Not a test of its own: the process that the test below starts and kills. It is told on stdin
/// where to write; without that it ends at once.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "is started, and killed, by another test"]
async fn a_writer_to_be_killed() {
    let mut order = String::new();
    std::io::stdin().lock().read_line(&mut order).unwrap();
    if let Some((first, dir)) = order.trim().split_once(' ') {
        write_on(Path::new(dir), first.parse().unwrap()).await;
    }
}

fn start_writer(dir: &Path, first: u64) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::a_writer_to_be_killed", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{first} {}", dir.display()).unwrap();
    child
}

/// Lets a writer write for a moment, kills it, and gives what it said it had kept.
fn killed_writer(dir: &Path, round: u64) -> BTreeSet<u64> {
    let mut child = start_writer(dir, round * 1_000_000);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let kept = |line: &str| line.trim().strip_prefix("kept ")?.parse::<u64>().ok();
    let mut acknowledged = BTreeSet::new();
    let mut line = String::new();
    while acknowledged.is_empty() && out.read_line(&mut line).unwrap() > 0 {
        acknowledged.extend(kept(&line));
        line.clear();
    }
    // At a different point of its transactions every time.
    std::thread::sleep(Duration::from_millis(5 + round * 13 % 90));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    // A last line that was cut off names another number.
    let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
    acknowledged.extend(whole.lines().filter_map(kept));
    acknowledged
}

#[tokio::test]
async fn whatever_was_kept_is_there_after_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let kept = killed_writer(dir.path(), round);
        assert!(!kept.is_empty(), "the writer of round {round} wrote nothing");
        acknowledged.extend(kept);
        let store = Store::open(dir.path(), &StoreOptions::default(), now()).unwrap();
        for &n in &acknowledged {
            let answer = store.answers().get(&key(n)).await;
            assert!(answer.is_some_and(|answer| answer.value == value(n)), "answer {n}");
            assert_eq!(store.briefs().get(&format!("brief-{n}")).await, Ok(Some(brief(n))));
        }
        let spent = store.spend().today(WHOLE, now()).await.unwrap();
        let calls = spent[0].spent.calls;
        let most = acknowledged.len() as u64 + (round + 1) * WRITERS;
        assert!((acknowledged.len() as u64..=most).contains(&calls), "{calls} of {most}");
        assert!(!store.is_degraded());
        store.close().await;
    }
    let names = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name());
    let ruins = names.filter(|name| name.to_string_lossy().contains("damaged")).count();
    assert_eq!(ruins, 0, "no file was given up");
}
