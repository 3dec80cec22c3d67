//! Opening the store on whatever is found, and going on without a disk.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
};

use super::*;

fn now() -> Timestamp {
    "2026-01-18T10:00:00Z".parse().unwrap()
}

fn open(dir: &Path) -> Store {
    Store::open(dir, &StoreOptions::default(), now()).unwrap()
}

fn spent(micro_usd: u64) -> Spent {
    Spent { micro_usd, characters: 0, calls: 1 }
}

/// A folder with one answer and one amount spent in it.
async fn used() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let all = (0..40).map(|n| {
        let store = store.clone();
        async move {
            store.answers().put(&[n; 32], &[n; 2000], now(), None).await.unwrap();
            store.spend().add(&format!("provider-{n}"), &[], spent(5), now()).await.unwrap();
        }
    });
    futures_util::future::join_all(all).await;
    store.close().await;
    dir
}

/// How many answers and amounts are found, after checking that each is right.
async fn found(store: &Store) -> (usize, usize) {
    let mut answers = 0;
    for n in 0..40 {
        if let Some(kept) = store.answers().get(&[n; 32]).await {
            assert_eq!(kept.value, [n; 2000]);
            answers += 1;
        }
    }
    let mut today = store.spend().today(WHOLE, now()).await.unwrap_or_default();
    today.retain(|day| day.provider != "new");
    assert!(today.iter().all(|day| day.spent == spent(5)));
    (answers, today.len())
}

fn ruins(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.contains("damaged")).collect();
    names.sort();
    names
}

/// The folder is of use again.
async fn works(store: &Store) {
    store.answers().put(&[99; 32], b"new", now(), None).await.unwrap();
    assert_eq!(store.answers().get(&[99; 32]).await.unwrap().value, b"new");
    store.spend().add("new", &["desk"], spent(1), now()).await.unwrap();
    assert_eq!(store.spend().today("desk", now()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_folder_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let error = Store::open(dir.path(), &StoreOptions::default(), now()).unwrap_err();
    let holder = Some(std::process::id());
    assert_eq!(error, StoreError::Busy { dir: dir.path().to_owned(), holder });
    let text = error.to_string().replace(dir.path().to_str().unwrap(), "/var/lib/mujaz");
    insta::assert_snapshot!(text.replace(&std::process::id().to_string(), "4711"));
    first.close().await;
    works(&open(dir.path())).await;
}

#[tokio::test]
async fn folder_and_files_are_for_their_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("deep/state");
    let _store = open(&dir);
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.clone()), 0o700);
    for file in ["answers.redb", "lasting.redb", "lock"] {
        assert_eq!(mode(dir.join(file)), 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_file_cut_at_any_length_never_stops_the_start() {
    for file in ["answers.redb", "lasting.redb"] {
        let dir = used().await;
        let path = dir.path().join(file);
        let whole = fs::read(&path).unwrap();
        let step = whole.len() / 23;
        for length in (1..whole.len()).step_by(step).chain([64, 4096, whole.len() - 1]) {
            fs::write(&path, &whole[..length]).unwrap();
            let store = open(dir.path());
            let (answers, spends) = found(&store).await;
            works(&store).await;
            let other = if file == "lasting.redb" { answers } else { spends };
            assert!(other >= 40, "the other file is untouched at {length}");
            assert!(!store.is_degraded());
            store.close().await;
            drop(store);
            fs::write(&path, &whole).unwrap();
        }
        assert!(!ruins(dir.path()).is_empty());
    }
}

#[tokio::test]
async fn garbage_in_the_place_of_a_file_is_set_aside_under_its_date() {
    let dir = used().await;
    fs::write(dir.path().join("answers.redb"), [0x5a; 100_000]).unwrap();
    let store = open(dir.path());
    assert_eq!(found(&store).await, (0, 40));
    works(&store).await;
    assert_eq!(ruins(dir.path()), ["answers.redb.damaged-2026-01-18T10-00-00.000000Z"]);
}

#[tokio::test]
async fn flipped_bits_never_become_a_wrong_answer() {
    let dir = used().await;
    let files = ["answers.redb", "lasting.redb"].map(|file| dir.path().join(file));
    let whole = files.clone().map(|file| fs::read(file).unwrap());
    for round in 0..20_usize {
        for (file, bytes) in files.iter().zip(&whole) {
            let mut damaged = bytes.clone();
            for n in 0..20 {
                let at = (round * 7919 + n * 104_729) % damaged.len();
                damaged[at] ^= 1 << (n % 8);
            }
            fs::write(file, damaged).unwrap();
        }
        let store = open(dir.path());
        // Each that is found is checked to be right.
        found(&store).await;
        let again = found(&store).await;
        assert!(again.0 <= 40 && again.1 <= 40);
        store.spend().add("new", &["desk"], spent(1), now()).await.ok();
        works(&store).await;
        drop(store);
    }
}

#[tokio::test]
async fn only_the_last_ruin_of_answers_is_kept_and_every_ruin_of_what_must_last() {
    let dir = tempfile::tempdir().unwrap();
    for second in 0..3 {
        for file in ["answers.redb", "lasting.redb"] {
            fs::write(dir.path().join(file), "no database").unwrap();
        }
        let later = now() + jiff::SignedDuration::from_secs(second);
        drop(Store::open(dir.path(), &StoreOptions::default(), later).unwrap());
    }
    let (answers, lasting): (Vec<_>, Vec<_>) =
        ruins(dir.path()).into_iter().partition(|name| name.starts_with("answers"));
    assert_eq!((answers.len(), lasting.len()), (1, 3));
}

#[tokio::test]
async fn a_file_of_no_known_format_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    of_format(&dir.path().join("lasting.redb"), 0);
    works(&open(dir.path())).await;
    assert_eq!(ruins(dir.path()).len(), 1);
}

#[tokio::test]
async fn what_a_later_mujaz_has_written_is_left_as_it_is_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lasting.redb");
    of_format(&path, 99);
    of_format(&dir.path().join("answers.redb"), 99);
    let refused = Store::open(dir.path(), &StoreOptions::default(), now()).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, known: 1, .. }), "{refused}");
    let refused = Store::open(dir.path(), &StoreOptions::default(), now()).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { .. }), "it is still there: {refused}");
    assert!(ruins(dir.path()).iter().all(|name| name.starts_with("answers")), "paid for again");
}

fn of_format(path: &Path, version: u32) {
    let database = redb::Database::create(path).unwrap();
    let transaction = database.begin_write().unwrap();
    let format: redb::TableDefinition<'_, &str, u32> = redb::TableDefinition::new("format");
    transaction.open_table(format).unwrap().insert("version", version).unwrap();
    transaction.commit().unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_leaves_everything_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let store = open(&dir.path().join("file/state"));
    assert!(store.is_degraded());
    store.spend().add("provider", &[], spent(3), now()).await.unwrap();
    assert_eq!(store.spend().today(WHOLE, now()).await.unwrap().len(), 1);
    store.answers().put(&[1; 32], b"answer", now(), None).await.unwrap();
    assert_eq!(store.answers().get(&[1; 32]).await, None);
}

#[tokio::test]
async fn a_folder_without_a_lock_is_read_and_what_is_new_stays_in_memory() {
    let dir = used().await;
    fs::remove_file(dir.path().join("lock")).unwrap();
    fs::create_dir(dir.path().join("lock")).unwrap();
    let before = fs::read(dir.path().join("lasting.redb")).unwrap();
    let store = open(dir.path());
    assert!(store.is_degraded());
    assert_eq!(found(&store).await.1, 40, "what was spent is known");
    store.spend().add("new", &[], spent(1), now()).await.unwrap();
    assert_eq!(store.spend().today(WHOLE, now()).await.unwrap().len(), 41);
    store.close().await;
    assert_eq!(fs::read(dir.path().join("lasting.redb")).unwrap(), before);
}

#[tokio::test]
async fn a_full_disk_degrades_the_store_and_fails_nobody() {
    let dir = tempfile::tempdir().unwrap();
    for file in ["answers.redb", "lasting.redb"] {
        symlink("/dev/full", dir.path().join(file)).unwrap();
    }
    let store = open(dir.path());
    assert!(store.is_degraded());
    store.spend().add("provider", &[], spent(3), now()).await.unwrap();
    assert_eq!(store.spend().today(WHOLE, now()).await.unwrap().len(), 1);
    assert_eq!(store.answers().get(&[1; 32]).await, None);
}

#[tokio::test]
async fn a_store_in_memory_keeps_no_answers_and_is_not_degraded() {
    let store = Store::in_memory(&StoreOptions::default());
    store.answers().put(&[1; 32], b"answer", now(), None).await.unwrap();
    assert_eq!(store.answers().get(&[1; 32]).await, None);
    store.spend().add("provider", &[], spent(3), now()).await.unwrap();
    assert_eq!(store.spend().today(WHOLE, now()).await.unwrap().len(), 1);
    assert!(!store.is_degraded());
}
