//! Jobs: accepted now, made later, once; and requests that are sent twice.

use std::time::Duration;

use axum::http::{StatusCode, header};
use futures_util::StreamExt;
use mujaz::store::{Store, StoreOptions};
use serde_json::{Value, json};

use crate::support::{
    provider::{Act, Stub, after, status},
    served::{Got, Served, article, post},
};

const LATER: (&str, &str) = ("prefer", "respond-async");

async fn later(served: &Served, body: &Value) -> String {
    let got = served.post("/v1/briefs", &[LATER], body).await;
    assert_eq!(got.status, StatusCode::ACCEPTED, "{}", got.text);
    let id = got.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(got.headers[header::LOCATION], format!("/v1/briefs/{id}").as_str());
    assert_eq!(got.headers["preference-applied"], "respond-async");
    id
}

#[tokio::test]
async fn an_accepted_brief_is_queued_then_made_then_read() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let id = later(&served, &json!({ "text": article(1) })).await;
    let path = format!("/v1/briefs/{id}");
    let queued = served.get(&path, &[]).await;
    assert_eq!(
        (queued.status, queued.json()["status"].as_str()),
        (StatusCode::ACCEPTED, Some("queued"))
    );
    assert_eq!(stub.hits(), 0, "nobody works yet");
    served.begin();
    let brief = served.until(&path, StatusCode::OK).await.json();
    assert_eq!(brief["id"], id.as_str());
    let jobs = served.get("/v1/jobs?status=done", &[]).await.json();
    assert_eq!(jobs["jobs"][0]["id"], id.as_str());
    assert_eq!(served.get("/v1/jobs?status=queued", &[]).await.json()["jobs"], json!([]));
}

#[tokio::test]
async fn a_job_can_be_watched_from_before_it_begins() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let id = later(&served, &json!({ "text": article(2) })).await;
    let path = format!("/v1/briefs/{id}");
    let watch = served.get(&path, &[("accept", "text/event-stream")]);
    let begin = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        served.begin();
    };
    let (watched, ()) = tokio::join!(watch, begin);
    let names: Vec<String> = watched.events().into_iter().map(|(_, name, _)| name).collect();
    assert!(names.contains(&"plan".to_owned()) && names.last().unwrap() == "brief", "{names:?}");
}

#[tokio::test]
async fn what_is_no_article_is_not_accepted_and_what_cannot_be_made_says_why() {
    let stub = Stub::always(status(401)).await;
    let served = Served::at(&stub, |_| ());
    let refused = served.post("/v1/briefs", &[LATER], &json!({ "text": "Hello world." })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let secret = json!({ "text": article(1), "confidential": true });
    let secret = served.post("/v1/briefs", &[LATER], &secret).await;
    assert_eq!(secret.json()["type"], "/problems/confidential");
    served.begin();
    let failing = Served::at(&stub, |config| config.jobs.attempts = 1);
    let id = later(&failing, &json!({ "text": article(1) })).await;
    failing.begin();
    let failed = failing.until(&format!("/v1/briefs/{id}"), StatusCode::OK).await.json();
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["problem"]["type"], "/problems/all-providers-failed");
}

#[tokio::test]
async fn a_job_that_waits_or_runs_is_cancelled_and_one_that_is_done_forgotten() {
    let stub = Stub::always(Act::Hang).await;
    let served = Served::at(&stub, |_| ());
    let id = later(&served, &json!({ "text": article(1) })).await;
    let path = format!("/v1/briefs/{id}");
    assert_eq!(served.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(served.get(&path, &[]).await.status, StatusCode::GONE);
    let id = later(&served, &json!({ "text": article(2) })).await;
    let path = format!("/v1/briefs/{id}");
    served.begin();
    while served.get(&path, &[]).await.json()["status"] != "running" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(served.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(served.get(&path, &[]).await.status, StatusCode::GONE);
    stub.turn_to(Act::Translate);
    let id = later(&served, &json!({ "text": article(3) })).await;
    let path = format!("/v1/briefs/{id}");
    served.until(&path, StatusCode::OK).await;
    assert_eq!(served.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(served.get(&path, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn more_than_may_be_queued_is_refused_whole() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |config| config.jobs.max_queued = 2);
    let articles: Vec<Value> = (0..3).map(|n| json!({ "text": article(n) })).collect();
    let got = served.post("/v1/batches", &[], &json!({ "articles": articles })).await;
    assert_eq!(got.json()["type"], "/problems/jobs-full");
    assert_eq!(served.get("/v1/jobs", &[]).await.json()["jobs"], json!([]));
}

#[tokio::test]
async fn a_batch_accepts_what_it_can_and_says_how_far_it_is() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let batch = json!({ "articles": [
        { "text": article(1) },
        { "text": "" },
        { "text": article(2), "detial": "full" },
        { "text": article(3), "detail": "headline" },
    ]});
    let got = served.post("/v1/batches", &[("idempotency-key", "\"b1\"")], &batch).await;
    assert_eq!(got.status, StatusCode::ACCEPTED, "{}", got.text);
    let told = got.json();
    let kinds: Vec<&Value> = (0..4).map(|n| &told["articles"][n]["problem"]["type"]).collect();
    assert_eq!(
        kinds,
        [
            &Value::Null,
            &json!("/problems/empty-article"),
            &json!("/problems/malformed-request"),
            &Value::Null
        ]
    );
    assert_eq!((&told["counts"]["queued"], &told["counts"]["refused"]), (&json!(2), &json!(2)));
    let again = served.post("/v1/batches", &[("idempotency-key", "\"b1\"")], &batch).await.json();
    assert_eq!(again["id"], told["id"], "the same batch");
    let listed = served.get("/v1/jobs", &[]).await.json();
    assert_eq!(listed["jobs"].as_array().unwrap().len(), 2, "and the same jobs");
    served.begin();
    let path = got.headers[header::LOCATION].to_str().unwrap().to_owned();
    let done = loop {
        let told = served.get(&path, &[]).await.json();
        if told["status"] == "done" {
            break told;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(done["counts"]["done"], 2);
}

#[tokio::test]
async fn a_request_that_is_sent_twice_is_done_once() {
    let stub = Stub::always(after(Duration::from_millis(200), Act::Translate)).await;
    let served = Served::at(&stub, |_| ());
    let (text, key) = (json!({ "text": article(1) }), ("idempotency-key", "\"k1\""));
    let first = async { served.post("/v1/briefs", &[key], &text).await };
    let second = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        served.post("/v1/briefs", &[key], &text).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(second.status, StatusCode::CONFLICT, "it is under way");
    let calls = stub.hits();
    let third = served.post("/v1/briefs", &[key], &text).await;
    assert_eq!((third.status, third.json()), (StatusCode::OK, first.json()));
    let other = served.post("/v1/briefs", &[key], &json!({ "text": article(2) })).await;
    assert_eq!(other.json()["type"], "/problems/key-reused");
    let malformed = served.post("/v1/briefs", &[("idempotency-key", "\"open")], &text).await;
    assert_eq!(malformed.status, StatusCode::BAD_REQUEST);
    assert_eq!(stub.hits(), calls);
}

#[tokio::test]
async fn a_key_whose_request_could_not_be_answered_serves_again() {
    let stub = Stub::always(status(401)).await;
    let served = Served::at(&stub, |_| ());
    let (text, key) = (json!({ "text": article(1) }), ("idempotency-key", "\"k2\""));
    assert_eq!(served.post("/v1/briefs", &[key], &text).await.status, StatusCode::BAD_GATEWAY);
    let twice = |got: &Got| got.status == StatusCode::BAD_GATEWAY;
    assert!(twice(&served.post("/v1/briefs", &[key], &text).await), "it is tried, not repeated");
    let empty = json!({ "text": "" });
    let key = ("idempotency-key", "\"k3\"");
    let first = served.post("/v1/briefs", &[key], &empty).await;
    let second = served.post("/v1/briefs", &[key], &empty).await;
    assert_eq!(
        (first.status, second.status),
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
    );
    assert_eq!(second.json()["type"], "/problems/empty-article");
}

#[tokio::test]
async fn an_accepted_request_that_is_sent_twice_is_accepted_once() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let (text, key) = (json!({ "text": article(1) }), ("idempotency-key", "\"k4\""));
    let ids = [0, 1].map(|_| async { served.post("/v1/briefs", &[LATER, key], &text).await });
    let [first, second] = futures_util::future::join_all(ids).await.try_into().unwrap();
    assert_eq!(first.json()["id"], second.json()["id"]);
    let other = json!({ "text": article(2) });
    let other = served.post("/v1/briefs", &[LATER, key], &other).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_dry_run_says_what_it_would_take_and_calls_nobody() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let text = json!({ "text": article(1), "dry_run": true });
    let plan = served.post("/v1/briefs", &[], &text).await.json();
    assert_eq!(stub.hits(), 0);
    assert_eq!(
        (&plan["dry_run"], &plan["sections"], &plan["cached"]),
        (&json!(true), &json!(2), &json!(0))
    );
    assert_eq!(plan["tasks"].as_array().unwrap().len(), 2, "the lead is in the summary");
    assert!(plan["characters"].as_u64().unwrap() > 100);
    assert_eq!(plan["cost_usd"], Value::Null, "no prices are configured");
    served.post("/v1/briefs", &[], &json!({ "text": article(1) })).await;
    let calls = stub.hits();
    let plan = served.post("/v1/briefs", &[], &text).await.json();
    assert_eq!((&plan["cached"], &plan["cost_usd"], stub.hits()), (&json!(2), &json!(0.0), calls));
}

#[tokio::test]
async fn what_still_runs_when_the_drain_is_over_is_queued_again_and_done_after_the_restart() {
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        let now = jiff::Timestamp::UNIX_EPOCH;
        Store::open(dir.path(), &StoreOptions::default(), now).unwrap()
    };
    let stub = Stub::always(Act::Hang).await;
    let served = Served::over(&stub, open());
    let id = later(&served, &json!({ "text": article(1) })).await;
    let path = format!("/v1/briefs/{id}");
    served.begin();
    while served.get(&path, &[]).await.json()["status"] != "running" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    served.close().await;
    stub.turn_to(Act::Translate);
    let served = Served::over(&stub, open());
    assert_eq!(served.get(&path, &[]).await.json()["status"], "queued");
    served.begin();
    assert_eq!(served.until(&path, StatusCode::OK).await.json()["id"], id.as_str());
}

#[tokio::test]
async fn a_request_with_a_key_is_called_off_by_its_id() {
    let stub = Stub::always(after(Duration::from_millis(300), Act::Translate)).await;
    let served = Served::at(&stub, |_| ());
    let headers = [("idempotency-key", "\"k5\""), ("accept", "text/event-stream")];
    let request = post("/v1/briefs", &headers, &json!({ "text": article(1) }));
    let mut stream = served.open(request).await.into_body().into_data_stream();
    let mut seen = String::new();
    while !seen.contains("id: ") {
        seen.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
    }
    let id = seen.split("id: ").nth(1).unwrap().split('.').next().unwrap();
    let path = format!("/v1/briefs/{id}");
    assert_eq!(served.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(served.get(&path, &[]).await.status, StatusCode::GONE);
    while let Some(piece) = stream.next().await {
        seen.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
    }
    assert!(seen.contains("event: problem") && !seen.contains("event: brief"), "{seen}");
}

#[tokio::test]
async fn nothing_is_left_of_a_brief_that_is_called_off_while_it_is_made() {
    let store = Store::in_memory(&StoreOptions::default());
    let stub = Stub::always(after(Duration::from_millis(300), Act::Translate)).await;
    let served = Served::over_with(&stub, store.clone(), |config| config.audit.keep_text = true);
    let (text, key) = (json!({ "text": article(1) }), ("idempotency-key", "\"k6\""));
    let calling_off = async {
        while stub.hits() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let jobs = store.jobs().list(None, None, 1).await.unwrap();
        let id = jobs[0].id.clone();
        let gone = served.delete(&format!("/v1/briefs/{id}")).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        id
    };
    let headers = [key];
    let request = served.post("/v1/briefs", &headers, &text);
    let (answered, id) = tokio::join!(request, calling_off);
    assert_eq!(answered.status, StatusCode::GONE, "{}", answered.text);
    let records = served.get("/v1/audit", &[]).await.json()["records"].clone();
    assert_eq!(records.as_array().unwrap().len(), 2, "it was made, and called off: {records}");
    assert_eq!(store.audit().text(&id).await, Ok(None), "the text for the audit");
    assert_eq!(store.briefs().get(&id).await, Ok(None));
    assert_eq!(served.get("/v1/briefs", &[]).await.json()["briefs"], json!([]));
    assert_eq!(served.get(&format!("/v1/briefs/{id}"), &[]).await.status, StatusCode::GONE);
    let paid = stub.hits();
    assert_eq!(served.post("/v1/briefs", &[], &text).await.status, StatusCode::OK);
    assert_eq!(stub.hits(), 2 * paid, "nor are the answers that it was made of");
}
