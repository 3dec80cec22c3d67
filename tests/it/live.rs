//! Event streams: what is told on the way to a brief, and what a client that comes back is told.

use std::time::Duration;

use axum::http::{StatusCode, header};
use futures_util::StreamExt;
use serde_json::json;

use crate::support::{
    provider::{Act, Stub, after},
    served::{Served, article, post},
};

const STREAM: (&str, &str) = ("accept", "text/event-stream");

#[tokio::test]
async fn a_stream_tells_plan_parts_findings_and_the_brief_at_its_end() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let got = served.post("/v1/briefs", &[STREAM], &json!({ "text": article(7) })).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.headers[header::CONTENT_TYPE], "text/event-stream");
    let events = got.events();
    let names: Vec<&str> = events.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(names.last(), Some(&"brief"));
    for name in ["plan", "section", "opening"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let brief = &events.last().unwrap().2;
    let id = brief["id"].as_str().unwrap();
    for (number, (event, ..)) in events.iter().enumerate() {
        assert_eq!(*event, format!("{id}.{number}"), "ids count from 0");
    }
    let told: Vec<_> = events.iter().filter(|(_, name, _)| name == "finding").collect();
    assert_eq!(told.len(), brief["findings"].as_array().unwrap().len());
    let read = served.get(&format!("/v1/briefs/{id}"), &[]).await;
    assert_eq!(&read.json(), brief, "it is the brief that is read by its id");
}

#[tokio::test]
async fn a_client_that_hung_up_finds_what_it_missed_and_the_work_was_done_once() {
    let stub = Stub::always(after(Duration::from_millis(300), Act::Translate)).await;
    let served = Served::at(&stub, |_| ());
    let text = json!({ "text": article(8) });
    let response = served.open(post("/v1/briefs", &[STREAM], &text)).await;
    let mut body = response.into_body().into_data_stream();
    let mut seen = String::new();
    while !seen.contains("event: plan") {
        seen.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    drop(body);
    let last = seen.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().unwrap();
    let (id, number) = last.split_once('.').unwrap();
    let path = format!("/v1/briefs/{id}");
    assert_eq!(served.get(&path, &[]).await.status, StatusCode::ACCEPTED);
    let rest = served.get(&path, &[STREAM, ("last-event-id", last)]).await;
    let events = rest.events();
    let first: u64 = number.parse::<u64>().unwrap() + 1;
    assert_eq!(events[0].0, format!("{id}.{first}"), "nothing is told twice");
    assert_eq!(events.last().unwrap().1, "brief");
    let calls = stub.hits();
    let all = served.get(&path, &[STREAM]).await.events();
    assert_eq!(all.len(), events.len() + usize::try_from(first).unwrap());
    let over = served.get(&path, &[STREAM, ("last-event-id", &all.last().unwrap().0)]).await;
    assert_eq!(over.status, StatusCode::NO_CONTENT, "do not come back");
    assert_eq!(stub.hits(), calls);
}

#[tokio::test]
async fn what_was_made_before_is_streamed_as_the_brief_alone() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let text = json!({ "text": article(9) });
    let made = served.post("/v1/briefs", &[], &text).await.json();
    let again = served.post("/v1/briefs", &[STREAM], &text).await.events();
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].1.as_str(), &again[0].2), ("brief", &made));
}

#[tokio::test]
async fn a_refusal_comes_as_a_problem_before_any_stream() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let got = served.post("/v1/briefs", &[STREAM], &json!({ "text": "  " })).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(got.json()["type"], "/problems/empty-article");
    assert_eq!(stub.hits(), 0);
}

#[tokio::test]
async fn a_failure_on_the_way_is_the_last_event() {
    let stub = Stub::always(crate::support::provider::status(401)).await;
    let served = Served::at(&stub, |_| ());
    let got = served.post("/v1/briefs", &[STREAM], &json!({ "text": article(3) })).await;
    let events = got.events();
    let (_, name, problem) = events.last().unwrap();
    assert_eq!(name, "problem");
    assert_eq!(problem["type"], "/problems/all-providers-failed");
}

#[tokio::test]
async fn a_confidential_stream_leaves_nothing_behind() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at_trusted(&stub, |_| ());
    let text = json!({ "text": article(4), "confidential": true });
    let events = served.post("/v1/briefs", &[STREAM], &text).await.events();
    let (_, name, brief) = events.last().unwrap();
    assert_eq!(name, "brief");
    let path = format!("/v1/briefs/{}", brief["id"].as_str().unwrap());
    assert_eq!(served.get(&path, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(served.get(&path, &[STREAM]).await.status, StatusCode::NOT_FOUND);
}
