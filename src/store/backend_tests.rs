//! What the bytes under a database do when their disk fails.

use redb::StorageBackend;

use super::*;

fn content(backend: &Backend) -> Vec<u8> {
    let mut bytes = vec![0; usize_of(backend.len().unwrap())];
    backend.read(0, &mut bytes).unwrap();
    bytes
}

/// From now on nothing can be written to the file.
fn break_disk(backend: &Backend) {
    let mut image = backend.write_image();
    let path = image.path.clone().unwrap();
    image.file = Some(File::open(path).unwrap());
}

fn written(dir: &Path) -> (PathBuf, Backend) {
    let path = dir.join("file");
    let backend = Backend::open(&path).unwrap();
    backend.set_len(3 * BLOCK).unwrap();
    backend.write(0, &[1; 3 * 4096]).unwrap();
    backend.sync_data().unwrap();
    (path, backend)
}

#[tokio::test]
async fn a_disk_that_can_be_written_holds_everything() {
    let dir = tempfile::tempdir().unwrap();
    let (path, backend) = written(dir.path());
    backend.write(BLOCK - 2, &[2; 4]).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), content(&backend));
    assert_eq!(content(&backend)[4093..4099], [1, 2, 2, 2, 2, 1]);
    assert_eq!(backend.bytes_in_memory(), 0);
}

#[tokio::test]
async fn a_disk_that_stops_taking_writes_is_not_noticed_above() {
    let dir = tempfile::tempdir().unwrap();
    let (path, backend) = written(dir.path());
    backend.write(10, &[2; 4]).unwrap();
    break_disk(&backend);
    backend.write(BLOCK + 1, &[3; 2]).unwrap();
    backend.set_len(5 * BLOCK).unwrap();
    backend.write(5 * BLOCK - 1, &[4]).unwrap();
    backend.sync_data().unwrap();
    let seen = content(&backend);
    assert_eq!(seen.len(), 5 * 4096);
    assert_eq!(seen[9..15], [1, 2, 2, 2, 2, 1]);
    assert_eq!(seen[4096..4100], [1, 3, 3, 1]);
    assert_eq!(seen[3 * 4096..5 * 4096 - 1], [0; 2 * 4096 - 1]);
    assert_eq!(seen[5 * 4096 - 1], 4);
    assert!(backend.trouble().is_some());
    assert_eq!(backend.bytes_in_memory(), 3 * BLOCK, "what was not synced, and what came since");
    assert_eq!(std::fs::metadata(path).unwrap().len(), 3 * BLOCK);
}

#[tokio::test]
async fn what_was_cut_off_comes_back_as_zeros() {
    let dir = tempfile::tempdir().unwrap();
    let (_, backend) = written(dir.path());
    for broken in [false, true] {
        if broken {
            break_disk(&backend);
        }
        backend.write(0, &[1; 3 * 4096]).unwrap();
        backend.set_len(BLOCK + 7).unwrap();
        backend.set_len(3 * BLOCK).unwrap();
        let seen = content(&backend);
        assert_eq!(seen[..4096 + 7], [1; 4096 + 7], "broken: {broken}");
        assert_eq!(seen[4096 + 7..], [0; 2 * 4096 - 7], "broken: {broken}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_takes_writes_again_gets_what_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let (path, backend) = written(dir.path());
    break_disk(&backend);
    backend.write(BLOCK, &[2; 100]).unwrap();
    backend.sync_data().unwrap();
    assert!(backend.trouble().is_some(), "it is not tried at every sync");
    tokio::time::advance(FIRST_WAIT).await;
    backend.sync_data().unwrap();
    assert_eq!(backend.trouble(), None);
    assert_eq!(std::fs::read(&path).unwrap(), content(&backend));
    backend.write(0, &[3]).unwrap();
    assert_eq!(std::fs::read(&path).unwrap()[0], 3, "and what follows");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_taken_away_gets_the_whole_image() {
    let dir = tempfile::tempdir().unwrap();
    let (path, backend) = written(dir.path());
    break_disk(&backend);
    backend.write(BLOCK, &[2; 100]).unwrap();
    std::fs::rename(&path, dir.path().join("elsewhere")).unwrap();
    tokio::time::advance(FIRST_WAIT).await;
    backend.sync_data().unwrap();
    assert_eq!(backend.trouble(), None);
    assert_eq!(std::fs::read(&path).unwrap(), content(&backend));
}

#[tokio::test(start_paused = true)]
async fn what_a_crash_left_half_put_in_is_put_in_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let (path, backend) = written(dir.path());
    break_disk(&backend);
    backend.write(BLOCK, &[2; 4096]).unwrap();
    backend.set_len(5 * BLOCK).unwrap();
    let seen = content(&backend);
    // The patch is there and the disk does not let it be removed, as if the process had ended then.
    let patch = dir.path().join("file.patch");
    std::fs::create_dir(&patch).unwrap();
    tokio::time::advance(FIRST_WAIT).await;
    backend.sync_data().unwrap();
    assert!(backend.trouble().is_some());
    std::fs::remove_dir(&patch).unwrap();
    {
        let image = backend.write_image();
        let lacking =
            Lacking { base: image.file_length, length: image.length, blocks: &image.blocks };
        patch::write(&patch, image.file.as_ref().unwrap(), &lacking).unwrap();
    }
    drop(backend);
    let half = [&seen[..4096 + 9], &[1; 2 * 4096 - 9]].concat();
    std::fs::write(&path, half).unwrap();
    let opened = Backend::open(&path).unwrap();
    assert_eq!((content(&opened) == seen, opened.trouble()), (true, None));
    assert_eq!(std::fs::read(&path).unwrap(), seen);
    assert!(!patch.exists());
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_stays_full_is_tried_less_and_less_often() {
    let dir = tempfile::tempdir().unwrap();
    let (_, backend) = written(dir.path());
    break_disk(&backend);
    // Nothing can be written beside it either.
    std::fs::create_dir(dir.path().join("file.patch-new")).unwrap();
    backend.write(0, &[2]).unwrap();
    let mut tries = 0;
    for _ in 0..3600 {
        tokio::time::advance(Duration::from_secs(1)).await;
        let again = |b: &Backend| b.read_image().trouble.as_ref().unwrap().again;
        let before = again(&backend);
        backend.sync_data().unwrap();
        tries += usize::from(again(&backend) != before);
    }
    assert_eq!(tries, 33, "after 5, 15, 35, 75, 155 s, then every 120 s");
    assert_eq!(content(&backend)[0], 2);
}

#[tokio::test]
async fn a_full_disk_is_survived_from_the_first_byte() {
    // The system's own full disk: every write fails with "No space left on device".
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let backend = Backend::open(&path).unwrap();
    backend.set_len(BLOCK).unwrap();
    backend.write(0, &[7; 4096]).unwrap();
    assert_eq!(content(&backend), [7; 4096]);
    assert!(backend.trouble().is_some());
}
