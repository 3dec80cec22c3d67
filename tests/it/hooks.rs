//! Pushes of Superdesk and Miniflux: signed, made into briefs, done once; and what a correction or a
//! withdrawal does to an earlier brief.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use hmac::{Hmac, KeyInit, Mac};
use mujaz::config::{Config, Hook};
use serde_json::{Value, json};

use crate::support::{
    provider::{Act, Stub},
    served::{Got, Served, article},
};

/// Set for the whole test process, so that no test has to change the environment while others read it.
const SECRET_ENV: &str = "CARGO_PKG_NAME";

fn secret() -> String {
    std::env::vars().find(|(name, _)| name == SECRET_ENV).map(|(_, value)| value).unwrap()
}

fn hooked(config: &mut Config) {
    let hook = Hook { secret_env: Some(SECRET_ENV.to_owned()), ..Hook::default() };
    config.hooks.superdesk = hook.clone();
    config.hooks.miniflux = hook;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn send(served: &Served, path: &str, signature: (&str, String), body: &str) -> Got {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(signature.0, signature.1)
        .body(Body::from(body.to_owned()));
    served.send(request.unwrap()).await
}

async fn superdesk(served: &Served, item: &Value) -> Got {
    let body = item.to_string();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(secret().as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha1={}", hex(&mac.finalize().into_bytes()));
    send(served, "/v1/hooks/superdesk", ("x-superdesk-signature", signature), &body).await
}

async fn miniflux(served: &Served, event: &Value) -> Got {
    let body = event.to_string();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret().as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    send(served, "/v1/hooks/miniflux", ("x-miniflux-signature", signature), &body).await
}

fn item(guid: &str, version: u32, headline: &str, number: usize) -> Value {
    let text = article(number);
    let body: Vec<&str> = text.split("\n\n").skip(1).collect();
    let html: String =
        body.iter().map(|paragraph| format!("<p>{}</p>", paragraph.trim())).collect();
    json!({
        "guid": guid, "version": version.to_string(), "type": "text", "language": "ar",
        "pubstatus": "usable", "headline": headline, "body_html": html,
    })
}

async fn made(served: &Served, got: &Got) -> Value {
    assert_eq!(got.status, StatusCode::ACCEPTED, "{}", got.text);
    let path = got.json()["briefs"][0].as_str().unwrap().to_owned();
    served.until(&path, StatusCode::OK).await.json()
}

#[tokio::test]
async fn an_item_of_superdesk_becomes_a_brief_and_its_repetition_none() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, hooked);
    served.begin();
    let item = item("urn:desk:1", 1, "الميناء يستقبل سفن الموسم", 21);
    let first = superdesk(&served, &item).await;
    let brief = made(&served, &first).await;
    assert!(!brief["headline"].as_str().unwrap().is_empty());
    let again = superdesk(&served, &item).await.json();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(1)));
    assert_eq!(again["briefs"], first.json()["briefs"]);
}

#[tokio::test]
async fn a_push_with_another_signature_is_read_by_nobody() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, hooked);
    let body = item("urn:desk:1", 1, "الميناء يستقبل سفن الموسم", 22).to_string();
    for signature in ["", "sha1=", "sha1=00", "sha256=00", &format!("sha1={}", "0".repeat(40))] {
        let signature = ("x-superdesk-signature", signature.to_owned());
        let got = send(&served, "/v1/hooks/superdesk", signature, &body).await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED);
    }
    let off = Served::at(&stub, |_| ());
    assert_eq!(superdesk(&off, &json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(served.get("/v1/jobs", &[]).await.json()["jobs"], json!([]));
}

#[tokio::test]
async fn entries_of_miniflux_become_briefs_once_and_a_changed_one_takes_the_earlier_ones_place() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, hooked);
    served.begin();
    let entry = |hash: &str, number| {
        let item = item("", 1, "", number);
        json!({
            "id": 5, "hash": hash, "title": "الميناء يستقبل سفن الموسم",
            "url": "https://news.example/port", "published_at": "2026-01-18T08:00:00Z",
            "content": item["body_html"],
        })
    };
    let event =
        |entries: Value| json!({ "event_type": "new_entries", "feed": {}, "entries": entries });
    let picture = json!({ "id": 6, "hash": "p", "title": "صورة", "content": "<img src='a.png'>" });
    let got = miniflux(&served, &event(json!([entry("a", 23), picture]))).await;
    assert_eq!(got.json()["accepted"], 1, "a picture is no story");
    let first = made(&served, &got).await;
    let again = miniflux(&served, &event(json!([entry("a", 23)]))).await.json();
    assert_eq!(again["duplicates"], 1);
    let got = miniflux(&served, &event(json!([entry("b", 24)]))).await;
    let second = made(&served, &got).await;
    assert_eq!(second["supersedes"], first["id"]);
    let path = format!("/v1/briefs/{}", first["id"].as_str().unwrap());
    assert_eq!(served.get(&path, &[]).await.json()["superseded_by"], second["id"]);
}

#[tokio::test]
async fn a_correction_says_what_changed_and_a_withdrawal_takes_the_brief_out_of_the_feeds() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, hooked);
    served.begin();
    let title = "الميناء يستقبل سفن الموسم";
    let first = made(&served, &superdesk(&served, &item("urn:desk:7", 1, title, 31)).await).await;
    let corrected = item("urn:desk:8", 1, &format!("تصحيح: {title}"), 32);
    let second = made(&served, &superdesk(&served, &corrected).await).await;
    assert_eq!(second["supersedes"], first["id"], "found by the title that the notice names");
    assert_eq!(second["changes"]["correction"], true);
    assert!(!second["changes"]["changed"].as_array().unwrap().is_empty());
    let feed = served.get("/v1/feed.json", &[]).await.json();
    let items = feed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "the later version alone");

    let calls = stub.hits();
    let mut cancelled = item("urn:desk:8", 2, title, 32);
    cancelled["pubstatus"] = json!("canceled");
    let pushed = superdesk(&served, &cancelled).await;
    let answered = made(&served, &pushed).await;
    assert_eq!(answered["id"], second["id"], "a withdrawal makes no brief of its own");
    let path = format!("/v1/briefs/{}", second["id"].as_str().unwrap());
    let withdrawn = served.get(&path, &[]).await.json();
    assert!(withdrawn["withdrawn"].is_string());
    assert_eq!(withdrawn["release"]["status"], "canceled");
    assert_eq!(stub.hits(), calls, "and nothing is paid for it");
    let feed = served.get("/v1/feed.json", &[]).await.json();
    assert_eq!(feed["items"], json!([]));
    assert!(!served.get("/v1/feed.atom", &[]).await.text.contains("<entry"));
}
