//! Lists of decisions that only grow.

use super::*;
use crate::store::{Store, StoreOptions};

fn now(second: i64) -> Timestamp {
    Timestamp::from_second(1_768_000_000 + second).unwrap()
}

fn open(dir: &std::path::Path) -> Store {
    Store::open(dir, &StoreOptions::default(), now(0)).unwrap()
}

#[tokio::test]
async fn decisions_are_numbered_and_kept_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 1..=3 {
        let body = format!("decision {n}").into_bytes();
        let appended = store.reviews().append("brief", body, None, now(n)).await;
        assert_eq!(appended, Ok(Appended::As(u32::try_from(n).unwrap())));
    }
    store.reviews().append("brief2", b"other".to_vec(), None, now(9)).await.unwrap();
    store.close().await;
    drop(store);
    let store = open(dir.path());
    let reviews = store.reviews();
    let list = reviews.list("brief").await.unwrap();
    assert_eq!(list.iter().map(|review| review.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(list[1].body, b"decision 2");
    assert_eq!(list[1].at, now(2));
    assert_eq!(reviews.last("brief").await.unwrap().unwrap().number, 3);
    assert_eq!(reviews.last("unknown").await, Ok(None));
    let asked = ["brief", "unknown", "brief2"].map(str::to_owned).to_vec();
    let last = reviews.last_of(asked).await.unwrap();
    assert_eq!((last.len(), last["brief"].number, last["brief2"].number), (2, 3, 1));
}

#[tokio::test]
async fn of_two_who_saw_the_same_state_only_the_first_decides() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let reviews = store.reviews();
    reviews.append("brief", b"approved".to_vec(), Some(0), now(0)).await.unwrap();
    let (one, other) = tokio::join!(
        reviews.append("brief", b"corrected".to_vec(), Some(1), now(1)),
        reviews.append("brief", b"rejected".to_vec(), Some(1), now(1)),
    );
    assert_eq!((one, other), (Ok(Appended::As(2)), Ok(Appended::Newer(2))));
    assert_eq!(reviews.list("brief").await.unwrap().len(), 2);
}

#[tokio::test]
async fn all_entries_can_be_paged_through() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let reviews = store.reviews();
    for brief in ["a", "b", "c"] {
        for n in 0..4 {
            reviews.append(brief, vec![n], None, now(0)).await.unwrap();
        }
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = reviews.page(after, 5).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.brief.clone(), last.number));
        seen.extend(page.into_iter().map(|review| (review.brief, review.number)));
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.is_sorted());
}
