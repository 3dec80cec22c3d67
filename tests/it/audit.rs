//! What was done with briefs, as an admin reads it afterwards.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    gateway::service,
    process::{mujaz, printed},
    provider::{Act, Stub, status},
    served::{Got, Served, article},
};

async fn records(served: &Served, query: &str) -> Vec<Value> {
    let got = served.get(&format!("/v1/audit{query}"), &[]).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    got.json()["records"].as_array().unwrap().clone()
}

async fn brief(served: &Served, number: usize, more: Value) -> Got {
    let mut body = json!({ "text": article(number) });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    served.post("/v1/briefs", &[], &body).await
}

fn actions(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_becomes_of_a_brief_is_recorded_and_no_word_of_it() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let made = brief(&served, 5, json!({})).await.json();
    let id = made["id"].as_str().unwrap();
    for _ in 0..3 {
        brief(&served, 5, json!({})).await;
    }
    let decision = json!({"status": "rejected", "reviewer": "R. Editor", "note": "wrong port"});
    served.decide(id, &decision).await;
    let forgotten = served.delete(&format!("/v1/briefs/{id}")).await;
    assert_eq!(forgotten.status, StatusCode::NO_CONTENT);
    let all = records(&served, "").await;
    assert_eq!(actions(&all), ["brief", "serve", "review", "forget"]);
    assert!(all.iter().all(|record| record["brief"] == id), "{all:?}");
    let source = made["provenance"]["source_sha256"].as_str().unwrap();
    assert!(all.iter().all(|record| record["source_sha256"] == source), "{all:?}");
    assert_eq!(
        (&all[0]["status"], &all[0]["engines"]),
        (&json!("done"), &json!(["first/plain-1"]))
    );
    assert_eq!(all[0]["prompts"], made["provenance"]["prompts"]);
    assert_eq!(all[1]["count"], 3, "given again three times");
    assert_eq!((&all[2]["review"], &all[2]["reviewer"]), (&json!("rejected"), &json!("R. Editor")));
    let text = json!(all).to_string();
    for word in ["الميناء", "port", "en: "] {
        assert!(!text.contains(word), "{word} came out: {text}");
    }
}

#[tokio::test]
async fn records_are_asked_for_by_what_they_hold_and_page_by_page() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    for number in 1..=5 {
        brief(&served, number, json!({})).await;
    }
    stub.turn_to(status(400));
    let failed = brief(&served, 6, json!({})).await;
    assert_eq!(failed.status, StatusCode::BAD_GATEWAY);
    let all = records(&served, "").await;
    assert_eq!(all.len(), 6);
    assert_eq!(all[5]["status"], "all-providers-failed");
    let source = all[2]["source_sha256"].as_str().unwrap();
    assert_eq!(records(&served, &format!("?source_sha256={source}")).await, [all[2].clone()]);
    let at = all[3]["at"].as_str().unwrap();
    assert_eq!(records(&served, &format!("?since={at}")).await.len(), 3);
    assert_eq!(records(&served, &format!("?until={at}")).await.len(), 3);
    assert!(records(&served, "?key=nobody").await.is_empty());
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let got = served.get(&format!("/v1/audit?limit=4{after}"), &[]).await.json();
        paged.extend(got["records"].as_array().unwrap().clone());
        let Some(next) = got["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(paged, all);
    for wrong in ["?since=yesterday", "?who=me", "?after=x", "?source_sha256=ab"] {
        let got = served.get(&format!("/v1/audit{wrong}"), &[]).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{wrong}: {}", got.text);
    }
}

#[tokio::test]
async fn all_of_them_come_as_lines_where_lines_are_asked_for() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    for number in 1..=3 {
        brief(&served, number, json!({})).await;
    }
    let got = served.get("/v1/audit", &[("accept", "application/jsonl")]).await;
    assert_eq!(got.headers["content-type"], "application/jsonl");
    let lines: Vec<Value> =
        got.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, records(&served, "").await);
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn a_confidential_brief_leaves_a_keyed_hash_that_only_its_text_finds() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at_trusted(&stub, |config| config.audit.keep_text = true);
    let made = brief(&served, 7, json!({"confidential": true})).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let made = made.json();
    let source = made["provenance"]["source_sha256"].as_str().unwrap();
    let all = records(&served, "").await;
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["brief"], &all[0]["source_sha256"]), (&Value::Null, &Value::Null));
    let keyed = all[0]["source_keyed"].as_str().unwrap();
    assert!(keyed.len() == 64 && keyed != source, "{keyed}");
    assert_eq!(records(&served, &format!("?source_sha256={source}")).await, all);
    assert!(records(&served, &format!("?source_sha256={}", "0".repeat(64))).await.is_empty());
}

#[tokio::test]
async fn the_folder_gives_the_records_and_the_texts_that_were_to_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let stub = Stub::always(Act::Translate).await;
    let config = folder.path().join("config.toml");
    let text = format!(
        "[server]\nstate_dir = {state:?}\n[audit]\nkeep_text = true\n[tasks]\ntranslate = \
         [\"stand-in\"]\n{}",
        service("stand-in", &stub, "")
    );
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    let command = mujaz(&["serve", "--listen", "127.0.0.1:0", "--config", config]);
    let serving = crate::support::process::Serving::start(command).await;
    let answer = serving.send("POST", "/v1/briefs", "text/plain", &article(8)).await;
    let made: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let id = made["id"].as_str().unwrap();
    let beside = mujaz(&["audit", "export", "--config", config]).output().await.unwrap();
    assert_eq!(beside.status.code(), Some(1));
    assert!(printed(&beside).contains("GET /v1/audit"), "{}", printed(&beside));
    serving.stop().await;
    let run = async |arguments: &[&str]| {
        let arguments = [arguments, &["--config", config]].concat();
        mujaz(&arguments).output().await.unwrap()
    };
    let exported = printed(&run(&["audit", "export"]).await);
    let record: Value = serde_json::from_str(exported.trim_end()).unwrap();
    assert_eq!((&record["brief"], &record["action"]), (&json!(id), &json!("brief")));
    let none = run(&["audit", "export", "--until", "2020-01-01T00:00:00Z"]).await;
    assert_eq!(printed(&none), "");
    assert_eq!(printed(&run(&["audit", "text", id]).await), article(8));
    let unknown = run(&["audit", "text", "nobody"]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(printed(&unknown).contains("keep_text"), "{}", printed(&unknown));
}
