//! A brief that people decided about is given as they left it, whichever way it is asked for.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    provider::{Act, Stub},
    served::{Got, Served, article},
};

const EDITED: &str = "Port takes five ships in the season";
const FORMATS: [&str; 5] = [
    "application/json",
    "text/markdown",
    "text/html",
    "application/ninjs+json",
    "application/ninjs+json; version=2.2",
];

fn approved() -> Value {
    json!({ "status": "approved", "reviewer": "N. Haddad", "edits": { "headline": EDITED } })
}

/// The id in an answer of any format, by what it was kept under.
async fn newest(served: &Served) -> String {
    let list = served.get("/v1/briefs?limit=1", &[]).await.json();
    list["briefs"][0]["id"].as_str().unwrap().to_owned()
}

async fn posted(served: &Served, headers: &[(&str, &str)]) -> Got {
    let got = served.post("/v1/briefs", headers, &json!({ "text": article(5) })).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    got
}

#[tokio::test]
async fn an_article_that_is_posted_again_is_answered_as_people_left_its_brief() {
    for format in FORMATS {
        let stub = Stub::always(Act::Translate).await;
        let served = Served::at(&stub, |_| ());
        let accept = [("accept", format)];
        let made = posted(&served, &accept).await;
        let (id, paid) = (newest(&served).await, stub.hits());
        let path = format!("/v1/briefs/{id}");
        assert_eq!(served.decide(&id, &approved()).await.status, StatusCode::OK);
        let again = posted(&served, &accept).await;
        assert!(again.headers["cache-status"].to_str().unwrap().starts_with("mujaz; hit"));
        assert_eq!(again.text, served.get(&path, &accept).await.text, "{format}");
        assert!(again.text.contains(EDITED), "{format}: {}", again.text);
        assert!(!made.text.contains(EDITED) && made.text != again.text);
        let taken_back = json!({ "status": "unreviewed", "edits": {} });
        assert_eq!(served.decide(&id, &taken_back).await.status, StatusCode::OK);
        let draft = posted(&served, &accept).await;
        assert_eq!(draft.text, served.get(&path, &accept).await.text, "{format}: a draft again");
        assert!(!draft.text.contains(EDITED), "{format}: {}", draft.text);
        assert_eq!(stub.hits(), paid, "nobody was asked again");
    }
}

#[tokio::test]
async fn a_stream_of_a_kept_brief_tells_it_as_people_left_it() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let id = posted(&served, &[]).await.json()["id"].as_str().unwrap().to_owned();
    served.decide(&id, &approved()).await;
    let events = posted(&served, &[("accept", "text/event-stream")]).await.events();
    let (_, name, brief) = events.last().unwrap();
    assert_eq!((name.as_str(), &brief["headline"]), ("brief", &json!(EDITED)));
    assert_eq!((&brief["id"], &brief["provenance"]["draft"]), (&json!(id), &json!(false)));
}

#[tokio::test]
async fn a_request_that_is_repeated_is_answered_as_people_left_its_brief() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let key = [("idempotency-key", "\"twice\"")];
    let made = posted(&served, &key).await.json();
    assert_eq!(made["provenance"]["draft"], true);
    let id = made["id"].as_str().unwrap();
    served.decide(id, &approved()).await;
    let again = posted(&served, &key).await;
    assert_eq!(again.text, served.get(&format!("/v1/briefs/{id}"), &[]).await.text);
    assert_eq!(again.json()["headline"], EDITED);
    assert_eq!(again.json()["provenance"]["draft"], false);
    let streamed = [key[0], ("accept", "text/event-stream")];
    let events = posted(&served, &streamed).await.events();
    assert_eq!(events.last().unwrap().2["provenance"]["draft"], false);
}
