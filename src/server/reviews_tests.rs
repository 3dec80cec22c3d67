//! Reviews over HTTP: who may, what changes, and what of it leaves.

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::{
    config::{Config, Glossary as Files, files},
    pipeline::Gateway,
    render::sample,
    server::{self, State},
};

const EDITED: &str = "Oman has begun the second phase of the $450 million expansion of Duqm port, \
                      Transport Minister Salim al-Rashdi said on Tuesday.";

/// A server that knows one brief.
async fn server() -> (Router, String) {
    let state = State::new(Gateway::open(Config::default()).unwrap());
    let brief = Arc::new(sample::brief());
    let id = brief.id.clone();
    kept::put(&state, &brief, &Identity::anonymous().readers()).await.unwrap();
    (server::router(state), id)
}

struct Answer {
    status: u16,
    tag: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let tag = head.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Answer { status: head.status.as_u16(), tag: tag.to_owned(), text }
}

async fn get(router: &Router, path: &str, accept: &str) -> Answer {
    let request = Request::get(path).header(header::ACCEPT, accept);
    send(router, request.body(Body::empty()).unwrap()).await
}

async fn put(router: &Router, id: &str, body: &Value, if_match: Option<&str>) -> Answer {
    let mut request = Request::builder()
        .method(Method::PUT)
        .uri(format!("/v1/briefs/{id}/review"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(tag) = if_match {
        request = request.header(header::IF_MATCH, tag);
    }
    send(router, request.body(Body::from(body.to_string())).unwrap()).await
}

fn corrects() -> Value {
    json!({"status": "corrected", "reviewer": "Lina Haddad", "edits": {"summary.0": EDITED}})
}

fn approves() -> Value {
    json!({"status": "approved", "reviewer": "Omar Said"})
}

#[tokio::test]
async fn a_brief_that_nobody_looked_at_is_unreviewed() {
    let (router, id) = server().await;
    let answer = get(&router, &format!("/v1/briefs/{id}/review"), "*/*").await;
    assert_eq!((answer.status, answer.tag.as_str()), (200, "\"0\""));
    assert_eq!(answer.json()["status"], "unreviewed");
    assert_eq!(get(&router, "/v1/briefs/none/review", "*/*").await.status, 404);
}

#[tokio::test]
async fn decisions_are_added_and_the_last_one_holds() {
    let (router, id) = server().await;
    assert_eq!(put(&router, &id, &corrects(), Some("\"0\"")).await.tag, "\"1\"");
    let answer = put(&router, &id, &approves(), Some("\"1\"")).await;
    assert_eq!((answer.status, answer.tag.as_str()), (200, "\"2\""));
    let review = answer.json();
    assert_eq!(review["status"], "approved");
    assert_eq!(review["edits"]["summary.0"], EDITED, "an approval keeps what was corrected");
    let history: Vec<&str> = review["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["status"].as_str().unwrap())
        .collect();
    assert_eq!(history, ["corrected", "approved"]);
}

#[tokio::test]
async fn whoever_decides_about_an_older_state_is_told() {
    let (router, id) = server().await;
    assert_eq!(put(&router, &id, &corrects(), Some("\"0\"")).await.status, 200);
    for stale in ["\"0\"", "\"2\"", "W/\"1\"", "nonsense"] {
        let answer = put(&router, &id, &approves(), Some(stale)).await;
        assert_eq!(answer.status, 412, "{stale}");
        assert_eq!(answer.json()["type"], "/problems/review-changed");
    }
    assert_eq!(put(&router, &id, &approves(), Some("\"0\", \"1\"")).await.status, 200);
    assert_eq!(put(&router, &id, &approves(), None).await.status, 200, "nobody has to ask");
}

#[tokio::test]
async fn a_decision_that_cannot_be_taken_says_why() {
    let (router, id) = server().await;
    let nobody = put(&router, &id, &json!({"status": "approved"}), None).await;
    assert_eq!((nobody.status, &nobody.json()["type"]), (422, &json!("/problems/review-refused")));
    let wrong = put(&router, &id, &json!({"status": "fine"}), None).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn every_format_carries_the_label_until_a_person_has_approved() {
    let formats = ["application/json", "text/markdown", "text/html", "application/ninjs+json"];
    let (router, id) = server().await;
    let path = format!("/v1/briefs/{id}");
    assert_eq!(put(&router, &id, &corrects(), None).await.status, 200);
    for format in formats {
        let text = get(&router, &path, format).await.text;
        assert!(text.contains("Salim al-Rashdi"), "{format}: edited text goes out");
        let draft = if format == "application/json" { "\"draft\":true" } else { "draft" };
        assert!(text.to_lowercase().contains(draft), "{format}: corrected is not approved");
        assert!(!text.contains("approved by"), "{format}");
    }
    assert_eq!(put(&router, &id, &approves(), None).await.status, 200);
    for format in formats {
        let text = get(&router, &path, format).await.text;
        let approved =
            if format == "application/json" { "\"draft\":false" } else { "approved by Omar Said" };
        assert!(text.contains(approved), "{format}: {text}");
        assert!(!text.contains("Machine draft by"), "{format}");
    }
    let brief = get(&router, &path, "application/json").await.json();
    assert_eq!(brief["provenance"]["machine_generated"], true, "a machine wrote it all the same");
    let codes = brief["findings"].as_array().unwrap();
    assert!(codes.iter().any(|finding| finding["code"] == "passage-edited"));
}

#[tokio::test]
async fn corrections_leave_as_a_glossary_that_can_be_read_in() {
    let (router, id) = server().await;
    assert_eq!(put(&router, &id, &corrects(), None).await.status, 200);
    for format in ["csv", "toml"] {
        let path = format!("/v1/reviews/corrections?format={format}");
        let text = get(&router, &path, "*/*").await.text;
        assert!(text.contains("# was “Salem bin Hamad al-Rashidi” in summary.0"), "{text}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("ours.{format}"));
        std::fs::write(&file, &text).unwrap();
        let config = Files { files: vec![file] };
        let glossary = files::glossary(&config).unwrap();
        let term = glossary.entries().iter().find(|entry| entry.english == "Salim al-Rashdi");
        assert!(term.is_some(), "{text}");
    }
}

#[tokio::test]
async fn nothing_of_another_desk_is_seen() {
    let gateway = Gateway::open(Config::default()).unwrap();
    let state = State::new(gateway);
    let desk = |name: &str| Identity {
        key: Some("1".to_owned()),
        desk: Some(name.to_owned()),
        scopes: [Scope::Brief].into(),
        ..Identity::anonymous()
    };
    let kept = Kept { readers: desk("foreign").readers(), review: Review::default() };
    let correction = Correction {
        ar: "الراشدي".to_owned(),
        en: "Rashdi".to_owned(),
        was: "Rashidi".to_owned(),
        place: "s0.0".to_owned(),
    };
    let review = Review { corrections: vec![correction], ..kept.review };
    let body = serde_json::to_vec(&Kept { readers: kept.readers, review }).unwrap();
    let reviews = state.store.reviews();
    reviews.append("one", body, None, clock::utc()).await.unwrap();
    for (name, seen) in [("foreign", 1), ("sport", 0)] {
        let found = candidates(&state, &desk(name)).await.unwrap();
        assert_eq!(found.len(), seen, "{name}");
    }
}
