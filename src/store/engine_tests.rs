//! How one file is written and read, and what happens when it is damaged.

use redb::TableDefinition;

use super::*;

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("test");

fn tables(transaction: &WriteTransaction) -> StepResult<()> {
    transaction.open_table(TABLE)?;
    Ok(())
}

fn kind(lasting: bool) -> Kind {
    // Without a page cache what is read comes from the file.
    Kind { file: "test.redb", tables, page_cache: 0, lasting }
}

fn engine(dir: &std::path::Path, lasting: bool) -> Engine {
    let kind = kind(lasting);
    Engine::new(kind, Some(dir.to_owned()), open::open(kind, dir, clock::utc()))
}

async fn put(engine: &Engine, key: u64, value: &[u8]) -> Result<(), StoreError> {
    let value = value.to_vec();
    engine
        .write(move |transaction| {
            transaction.open_table(TABLE)?.insert(key, value.as_slice())?;
            Ok(())
        })
        .await
}

async fn put_all(engine: &Engine, count: u64, bytes: usize) {
    let value = vec![7; bytes];
    let puts = (0..count).map(|key| put(engine, key, &value));
    assert!(futures_util::future::join_all(puts).await.iter().all(Result::is_ok));
}

async fn get(engine: &Engine, key: u64) -> Result<Option<Vec<u8>>, StoreError> {
    engine
        .read(move |transaction| {
            let value = transaction.open_table(TABLE)?.get(key)?;
            Ok(value.map(|value| value.value().to_vec()))
        })
        .await
}

#[tokio::test]
async fn what_was_written_is_read_at_once_and_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let first = engine(dir.path(), true);
    put(&first, 1, b"one").await.unwrap();
    assert_eq!(get(&first, 1).await, Ok(Some(b"one".to_vec())));
    first.close().await;
    assert_eq!(put(&first, 2, b"two").await, Err(StoreError::Closed));
    assert_eq!(get(&engine(dir.path(), true), 1).await, Ok(Some(b"one".to_vec())));
}

#[tokio::test]
async fn many_writes_at_once_share_few_transactions() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), true);
    let all = (0..1000).map(|key| put(&engine, key, b"value"));
    let results = futures_util::future::join_all(all).await;
    assert!(results.iter().all(Result::is_ok));
    // One that was under way when the others queued, and two of at most 512.
    assert!(engine.transactions() <= 4, "{}", engine.transactions());
    assert_eq!(get(&engine, 999).await, Ok(Some(b"value".to_vec())));
}

#[tokio::test(start_paused = true)]
async fn paused_time_stands_still_while_the_disk_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), true);
    let started = clock::now();
    let work = async {
        for key in 0..20 {
            put(&engine, key, b"value").await.unwrap();
            get(&engine, key).await.unwrap();
        }
    };
    tokio::select! {
        () = work => {}
        () = tokio::time::sleep(Duration::from_secs(1)) => panic!("time ran away"),
    }
    assert_eq!(clock::now(), started);
}

#[tokio::test]
async fn a_file_damaged_while_it_is_open_is_set_aside_and_a_new_one_begun() {
    for lasting in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(dir.path(), lasting);
        put_all(&engine, 200, 3000).await;
        let path = dir.path().join("test.redb");
        let length = std::fs::metadata(&path).unwrap().len();
        let garbage: Vec<u8> = (0..length).map(|n| (n * 31 % 251) as u8).collect();
        std::fs::write(&path, garbage).unwrap();
        let mut outcomes = Vec::new();
        for key in 0..200 {
            outcomes.push(get(&engine, key).await);
        }
        assert!(
            outcomes.contains(&Err(StoreError::Damaged { file: "test.redb" })),
            "someone is told"
        );
        assert!(
            outcomes.iter().all(|one| one
                .as_ref()
                .map_or(true, |value| { value.as_deref().is_none_or(|value| value == [7; 3000]) }))
        );
        put(&engine, 1, b"new").await.unwrap();
        assert_eq!(get(&engine, 1).await, Ok(Some(b"new".to_vec())));
        let ruins = std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap);
        let ruins = ruins.filter(|e| e.file_name().to_string_lossy().contains("damaged-"));
        assert_eq!(ruins.count(), 1);
    }
}

#[tokio::test]
async fn a_step_that_panics_takes_no_one_down() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), false);
    let step = |_: &WriteTransaction| -> StepResult<()> { panic!("as redb may on a damaged page") };
    assert_eq!(engine.write(step).await, Err(StoreError::Damaged { file: "test.redb" }));
    put(&engine, 1, b"one").await.unwrap();
    assert_eq!(get(&engine, 1).await, Ok(Some(b"one".to_vec())));
}

#[tokio::test]
async fn beginning_anew_gives_the_room_back_and_loses_no_later_write() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), false);
    put_all(&engine, 50, 100_000).await;
    let full = engine.file_bytes();
    let (renewed, after) = tokio::join!(engine.renew(), put(&engine, 99, b"after"));
    assert_eq!((renewed, after), (Ok(()), Ok(())));
    assert_eq!(get(&engine, 1).await, Ok(None));
    assert_eq!(get(&engine, 99).await, Ok(Some(b"after".to_vec())));
    assert!(engine.file_bytes() < full / 10, "{} of {full}", engine.file_bytes());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_opened_is_tried_again_later() {
    let dir = tempfile::tempdir().unwrap();
    // A folder stands where the file should be.
    let blocked = dir.path().join("test.redb");
    std::fs::create_dir(&blocked).unwrap();
    let engine = engine(dir.path(), false);
    assert!(engine.trouble().is_some());
    assert!(matches!(put(&engine, 1, b"one").await, Err(StoreError::Unusable { .. })));
    std::fs::remove_dir(&blocked).unwrap();
    assert!(matches!(put(&engine, 1, b"one").await, Err(StoreError::Unusable { .. })));
    tokio::time::advance(REST).await;
    assert_eq!(put(&engine, 1, b"one").await, Ok(()));
    assert_eq!(engine.trouble(), None);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_a_disk_that_hangs() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), true);
    let (release, hanging) = std::sync::mpsc::channel::<()>();
    let hang = engine.write(move |_| {
        // Until the test lets go of the other end.
        let _ = hanging.recv();
        Ok(())
    });
    let behind = put(&engine, 1, b"one");
    let pass = async {
        tokio::task::yield_now().await;
        tokio::time::advance(PATIENCE).await;
    };
    let (hang, behind, ()) = tokio::join!(hang, behind, pass);
    let slow = Err(StoreError::Slow { file: "test.redb" });
    assert_eq!((hang, behind), (slow.clone(), slow));
    drop(release);
    put(&engine, 2, b"two").await.unwrap();
    assert_eq!(get(&engine, 1).await, Ok(Some(b"one".to_vec())), "it was done in the end");
}

#[tokio::test]
async fn a_lasting_file_on_a_full_disk_goes_on_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", dir.path().join("test.redb")).unwrap();
    let engine = engine(dir.path(), true);
    put_all(&engine, 100, 3000).await;
    assert_eq!(get(&engine, 99).await, Ok(Some(vec![7; 3000])));
    assert!(engine.trouble().is_some());
}
