//! What was paid for outlives the process, can be forgotten, and is never kept of a secret.

use std::{path::Path, process::Output, sync::Arc};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use mujaz::{
    clock,
    config::Config,
    pipeline::Gateway,
    provider::{Call, How, Options, Providers, Routes},
    server,
    store::{Store, StoreOptions},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::support::{
    gateway::service,
    provider::{Act, Stub},
    road::{place, translate, within},
};

const ARTICLE: &str = include_str!("../../examples/port.txt");

fn open(dir: &Path) -> Store {
    Store::open(dir, &StoreOptions::default(), clock::utc()).unwrap()
}

fn road_over(store: &Store, stub: &Stub) -> Providers {
    let routes = Routes { translate: vec!["first".to_owned()], summarize: Vec::new() };
    let places = vec![place("first", stub, "confidential = true")];
    let disk = store.answers().clone();
    Providers::new(places, routes, Options { disk, ..Options::default() })
}

/// A server whose only provider is the stub and whose state lies in `dir`.
fn server(dir: &Path, stub: &Stub) -> (axum::Router, Store) {
    let store = open(dir);
    let mut config = Config::default();
    config.tasks.translate = vec!["first".to_owned()];
    let mut gateway = Gateway::over(Config::default(), store.clone()).unwrap();
    gateway.providers = road_over(&store, stub);
    gateway.config = Arc::new(config);
    (server::router(server::State::new(gateway)), store)
}

async fn send(
    router: &axum::Router,
    method: Method,
    path: &str,
    body: &str,
) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

async fn brief(router: &axum::Router, article: &str) -> Value {
    let (status, brief) = send(router, Method::POST, "/v1/briefs", article).await;
    assert_eq!(status, StatusCode::OK, "{brief}");
    brief
}

/// Lets time pass. It runs on otherwise: paused, it would jump ahead whenever the disk is waited for.
async fn pass(time: std::time::Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_answer_that_was_paid_for_is_not_paid_for_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let store = open(dir.path());
    let paid = road_over(&store, &stub).run(translate("نص"), within(60)).await.unwrap();
    assert_eq!((paid.how, stub.hits()), (How::Called, 1));
    drop(store);
    let road = road_over(&open(dir.path()), &stub);
    let kept = road.run(translate("نص"), within(60)).await.unwrap();
    assert_eq!((kept.how, stub.hits()), (How::Cached, 1));
    assert_eq!(kept.answered.answer, paid.answered.answer);
}

#[tokio::test]
async fn an_answer_on_the_disk_grows_old_like_one_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let store = open(dir.path());
    road_over(&store, &stub).run(translate("نص"), within(60)).await.unwrap();
    let day = std::time::Duration::from_secs(24 * 3600);
    pass(31 * day).await;
    let road = road_over(&store, &stub);
    stub.turn_to(Act::Close);
    let stale = road.run(translate("نص"), within(60)).await.unwrap();
    assert_eq!(stale.how, How::Stale, "nobody can answer, so it serves");
    stub.turn_to(Act::Translate);
    pass(day).await;
    let again = road.run(translate("نص"), within(60)).await.unwrap();
    assert_eq!(again.how, How::Called);
}

#[tokio::test]
async fn all_answers_that_served_a_source_are_forgotten_in_both_tiers() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let road = road_over(&open(dir.path()), &stub);
    let of = |source: u8| Call { source: Some([source; 32]), ..within(60) };
    for (text, source) in [("مشترك", 1), ("مشترك", 2), ("اول", 1), ("ثان", 2)] {
        road.run(translate(text), of(source)).await.unwrap();
    }
    assert_eq!(stub.hits(), 3, "one text is in both sources");
    assert_eq!(road.forget_source(&[2; 32]).await, Ok(2));
    assert_eq!(road.forget_source(&[2; 32]).await, Ok(0));
    let how = async |text| road.run(translate(text), of(1)).await.unwrap().how;
    assert_eq!(how("اول").await, How::Cached);
    assert_eq!(how("مشترك").await, How::Called);
    assert_eq!(how("ثان").await, How::Called);
}

#[tokio::test]
async fn whoever_joined_a_flight_can_have_its_answer_forgotten_too() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let road = road_over(&open(dir.path()), &stub);
    let of = |source: u8| Call { source: Some([source; 32]), ..within(60) };
    let (one, other) =
        tokio::join!(road.run(translate("نص"), of(1)), road.run(translate("نص"), of(2)));
    assert_eq!((one.unwrap().how, other.unwrap().how), (How::Called, How::Joined));
    assert_eq!(road.forget_source(&[2; 32]).await, Ok(1));
    assert_eq!(road.run(translate("نص"), of(1)).await.unwrap().how, How::Called);
}

#[tokio::test]
async fn a_brief_is_read_by_its_id_and_made_for_nothing_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let (router, store) = server(dir.path(), &stub);
    let made = brief(&router, ARTICLE).await;
    let paid = stub.hits();
    assert!(paid > 0);
    drop((router, store));
    let (router, _store) = server(dir.path(), &stub);
    let path = format!("/v1/briefs/{}", made["id"].as_str().unwrap());
    assert_eq!(send(&router, Method::GET, &path, "").await, (StatusCode::OK, made));
    let again = brief(&router, ARTICLE).await;
    assert_eq!(again["usage"]["cached_sections"], again["usage"]["sections"]);
    assert_eq!(stub.hits(), paid, "nothing was called for");
}

#[tokio::test]
async fn a_source_that_is_forgotten_is_paid_for_again_and_its_briefs_stay() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let (router, _store) = server(dir.path(), &stub);
    let made = brief(&router, ARTICLE).await;
    let paid = stub.hits();
    let source = made["provenance"]["source_sha256"].as_str().unwrap();
    let path = format!("/v1/cache/{source}");
    let (status, told) = send(&router, Method::DELETE, &path, "").await;
    assert_eq!((status, told["forgotten"].as_u64()), (StatusCode::OK, Some(paid as u64)));
    let again = brief(&router, ARTICLE).await;
    assert_ne!(again["id"], made["id"]);
    assert_eq!(stub.hits(), 2 * paid);
    let path = format!("/v1/briefs/{}", made["id"].as_str().unwrap());
    assert_eq!(send(&router, Method::GET, &path, "").await.0, StatusCode::OK);
    let (status, told) = send(&router, Method::DELETE, "/v1/cache/abc", "").await;
    assert_eq!(
        (status, &told["type"]),
        (StatusCode::BAD_REQUEST, &"/problems/malformed-request".into())
    );
}

#[tokio::test]
async fn a_brief_that_is_forgotten_leaves_no_word_on_the_disk_to_be_found() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let (router, store) = server(dir.path(), &stub);
    let made = brief(&router, ARTICLE).await;
    let path = format!("/v1/briefs/{}", made["id"].as_str().unwrap());
    let deleted = send(&router, Method::DELETE, &path, "").await.0;
    assert_eq!(deleted, StatusCode::NO_CONTENT);
    assert_eq!(send(&router, Method::DELETE, &path, "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(send(&router, Method::GET, &path, "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(store.answers().stats().await.unwrap().entries, 0);
    assert_eq!(store.briefs().size().await.unwrap(), (0, 0));
}

#[tokio::test]
async fn nothing_of_a_confidential_article_reaches_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let (router, store) = server(dir.path(), &stub);
    let secret = serde_json::json!({ "text": ARTICLE, "confidential": true }).to_string();
    let request = Request::post("/v1/briefs")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(secret))
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let brief: Value = serde_json::from_slice(&body).unwrap();
    store.close().await;
    let english = brief["sections"][0]["passages"][0]["text"].as_str().unwrap();
    let canary: &[u8] = &english.as_bytes()[..24];
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(canary.len()).any(|window| window == canary));
    }
}

/// The binary with its state in `dir` and the stub as its provider.
async fn mujaz(dir: &Path, stub: &Stub, arguments: &[&str]) -> Output {
    let config = format!(
        "[server]\nstate_dir = \"{}\"\n[tasks]\ntranslate = [\"stub\"]\n{}max_texts = 50\n",
        dir.join("state").display(),
        service("stub", stub, "")
    );
    let path = dir.join("config.toml");
    std::fs::write(&path, config).unwrap();
    tokio::process::Command::new(env!("CARGO_BIN_EXE_mujaz"))
        .args(arguments)
        .arg("--config")
        .arg(path)
        .output()
        .await
        .unwrap()
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn the_command_line_pays_once_and_can_look_at_and_empty_what_it_kept() {
    let dir = tempfile::tempdir().unwrap();
    let article = dir.path().join("article.txt");
    std::fs::write(&article, ARTICLE).unwrap();
    let article = article.to_str().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let first = said(&mujaz(dir.path(), &stub, &["brief", article]).await);
    assert_eq!(first.0, Some(0), "{}", first.2);
    let paid = stub.hits();
    let second = said(&mujaz(dir.path(), &stub, &["brief", article]).await);
    assert_eq!((second.0, stub.hits()), (Some(0), paid));
    let stats = said(&mujaz(dir.path(), &stub, &["cache", "stats"]).await);
    assert!(stats.1.starts_with(&format!("answers: {paid}, ")), "{stats:?}");
    let cleared = said(&mujaz(dir.path(), &stub, &["cache", "clear"]).await);
    assert_eq!((cleared.0, cleared.1), (Some(0), format!("{paid} answers forgotten\n")));
    mujaz(dir.path(), &stub, &["brief", article]).await;
    assert_eq!(stub.hits(), 2 * paid);
}

#[tokio::test]
async fn beside_a_process_that_has_the_folder_a_brief_is_made_with_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let article = dir.path().join("article.txt");
    std::fs::write(&article, ARTICLE).unwrap();
    let stub = Stub::always(Act::Translate).await;
    let _held = open(&dir.path().join("state"));
    let mut told = Vec::new();
    let brief = ["brief", article.to_str().unwrap()];
    for arguments in [&brief[..], &["cache", "clear"], &["serve", "--listen", "127.0.0.1:0"]] {
        let (code, _, stderr) = said(&mujaz(dir.path(), &stub, arguments).await);
        let stderr = stderr.replace(dir.path().to_str().unwrap(), "/var/lib");
        let stderr = stderr.replace(&std::process::id().to_string(), "4711");
        told.push(format!("{}: exit {}\n{stderr}", arguments[0], code.unwrap()));
    }
    insta::assert_snapshot!(told.join("\n"));
}
