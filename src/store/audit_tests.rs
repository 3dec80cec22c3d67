//! Records that are added, asked for, exported and let go.

use super::*;
use crate::store::{Retention, Store, StoreOptions};

fn now(second: i64) -> Timestamp {
    Timestamp::from_second(1_768_000_000 + second).unwrap()
}

fn entry(n: i64) -> AuditRecord {
    AuditRecord {
        action: if n % 3 == 0 { "forget" } else { "brief" }.to_owned(),
        actor: Some(format!("key-{}", n % 2)),
        scope: "desk:foreign".to_owned(),
        brief: Some(format!("brief-{n}")),
        source: Some("ab".repeat(32)),
        engines: vec!["local/qwen".to_owned()],
        prompts: Some("p".to_owned()),
        glossary: Some("g".to_owned()),
        micro_usd: Some(12),
        ..AuditRecord::new(now(n), "brief")
    }
}

async fn filled(dir: &std::path::Path, count: i64) -> Store {
    let store = Store::open(dir, &StoreOptions::default(), now(0)).unwrap();
    let audit = store.audit();
    let all = (0..count).map(|n| audit.append(entry(n), None));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    store
}

#[tokio::test]
async fn records_are_asked_for_by_time_and_by_what_they_hold() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 30).await;
    let audit = store.audit();
    let ask = async |query: AuditQuery| {
        let page = audit.page(query, None, 100).await.unwrap();
        page.records.into_iter().map(|(_, entry)| entry.brief.unwrap()).collect::<Vec<_>>()
    };
    let all = AuditQuery::default();
    assert_eq!(ask(all.clone()).await.len(), 30);
    let some = AuditQuery { from: Some(now(10)), until: Some(now(12)), ..all.clone() };
    assert_eq!(ask(some).await, ["brief-10", "brief-11"]);
    let forget = Some("forget".to_owned());
    assert_eq!(ask(AuditQuery { action: forget, ..all.clone() }).await.len(), 10);
    let one = Some("brief-7".to_owned());
    assert_eq!(ask(AuditQuery { brief: one.clone(), ..all.clone() }).await, ["brief-7"]);
    let nobody = Some("nobody".to_owned());
    assert!(ask(AuditQuery { actor: nobody, brief: one, ..all }).await.is_empty());
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 25).await;
    let audit = store.audit();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = audit.page(AuditQuery::default(), after, 10).await.unwrap();
        seen.extend(page.records.into_iter().map(|(_, entry)| entry.at));
        let Some(next) = page.next else { break };
        assert_eq!(next.to_string().parse(), Ok(next), "it goes over the wire as text");
        after = Some(next);
    }
    assert_eq!(seen, (0..25).map(now).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_export_is_one_line_of_json_for_each_record() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 1100).await;
    let audit = store.audit();
    let lines: Vec<String> = audit.export(AuditQuery::default()).collect::<Result<_, _>>().unwrap();
    assert_eq!(lines.len(), 1100);
    assert!(lines.iter().all(|line| line.ends_with('\n') && line.matches('\n').count() == 1));
    let read: AuditRecord = serde_json::from_str(&lines[1099]).unwrap();
    assert_eq!(read, entry(1099));
}

#[tokio::test]
async fn forgetting_a_brief_takes_its_text_and_leaves_the_record() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 0).await;
    let audit = store.audit();
    audit.append(entry(1), Some("نص".into())).await.unwrap();
    assert_eq!(audit.text("brief-1").await, Ok(Some("نص".into())));
    store.forget("brief-1").await.unwrap();
    assert_eq!(audit.text("brief-1").await, Ok(None));
    assert_eq!(audit.page(AuditQuery::default(), None, 10).await.unwrap().records.len(), 1);
}

#[tokio::test]
async fn records_past_their_retention_are_let_go_with_their_texts() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 1200).await;
    store.audit().append(entry(3), Some(b"text".to_vec())).await.unwrap();
    let hour = std::time::Duration::from_secs(3600);
    let retention = Retention { jobs: hour, audit: hour };
    let swept = store.sweep(retention, now(3600 + 1190)).await.unwrap();
    assert_eq!(swept.audit, 1191);
    assert_eq!(store.audit().text("brief-3").await, Ok(None));
    let left = store.audit().page(AuditQuery::default(), None, 100).await.unwrap();
    assert_eq!(left.records.len(), 10);
}

#[tokio::test]
async fn a_confidential_source_is_found_by_whoever_has_its_text_and_told_by_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let source = [7; 32];
    let first = {
        let store = filled(dir.path(), 3).await;
        let keyed = store.audit().keyed(&source).await.unwrap();
        let entry = AuditRecord { keyed: Some(keyed.clone()), ..AuditRecord::new(now(5), "brief") };
        store.audit().append(entry, None).await.unwrap();
        store.close().await;
        keyed
    };
    let store = filled(dir.path(), 0).await;
    let audit = store.audit();
    let keyed = audit.keyed(&source).await.unwrap();
    assert_eq!(keyed, first, "the key outlives the process");
    assert_ne!(keyed, blake3::hash(&source).to_hex().to_string());
    let asked = Some((crate::digest::hex(&source), keyed));
    let page = audit.page(AuditQuery { source: asked, ..AuditQuery::default() }, None, 10).await;
    assert_eq!(page.unwrap().records.len(), 1);
    let other = filled(tempfile::tempdir().unwrap().path(), 0).await;
    assert_ne!(other.audit().keyed(&source).await.unwrap(), first, "each store has its own");
}
