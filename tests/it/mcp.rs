//! `POST /mcp` as a client meets it on the wire; scripts/mcp does the same with the real client.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{
    gateway::{Reply, open, provider},
    provider::{Act, Stub},
};

const ARTICLE: &str = include_str!("../../examples/port.txt");
const BOTH: &str = "application/json, text/event-stream";

async fn post(router: &Router, accept: &str, body: String) -> Reply {
    let request = Request::post("/mcp")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, accept)
        .header(header::HOST, "localhost")
        .header("x-request-id", "test")
        .body(Body::from(body))
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Reply { status: head.status.as_u16(), headers: head.headers, text }
}

/// The result of a call, out of its event.
async fn called(router: &Router, tool: &str, arguments: Value) -> Value {
    let call = json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments },
    });
    let reply = post(router, BOTH, call.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let mut events = reply.text.lines().filter_map(|line| line.strip_prefix("data:"));
    let answer = events.rfind(|data| data.contains("\"id\":7")).unwrap().trim();
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["result"].clone()
}

fn said(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn an_assistant_gets_the_brief_and_what_is_wrong_with_it() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&format!(
        "[tasks]\ntranslate = [\"stub\"]\n{}",
        provider("stub", "libretranslate", &stub, "")
    ));
    let made = called(&router, "brief_article", json!({ "text": ARTICLE })).await;
    assert_eq!(made["isError"], false, "{made}");
    let brief = &made["structuredContent"];
    assert!(said(&made).contains(brief["headline"].as_str().unwrap()));
    assert!(said(&made).contains("Machine draft"), "the label goes with it: {}", said(&made));
    let id = brief["id"].as_str().unwrap();
    let request = Request::get(format!("/v1/briefs/{id}")).body(Body::empty()).unwrap();
    assert_eq!(router.clone().oneshot(request).await.unwrap().status(), 200, "it is kept");
    let secret = json!({ "text": ARTICLE, "confidential": true });
    let secret = called(&router, "brief_article", secret).await;
    assert_eq!(secret["isError"], true, "no provider may see it: {secret}");
}

async fn fetched(router: &Router, path: &str) -> Value {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn an_assistant_that_asks_again_gets_the_kept_brief_as_people_left_it() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&format!(
        "[tasks]\ntranslate = [\"stub\"]\n{}",
        provider("stub", "libretranslate", &stub, "")
    ));
    let ask = async || called(&router, "brief_article", json!({ "text": ARTICLE })).await;
    let made = ask().await["structuredContent"].clone();
    let paid = stub.hits();
    let again = ask().await;
    assert_eq!(again["structuredContent"], made, "the same brief, by its id and its moment");
    assert!(said(&again).contains("Machine draft"), "{}", said(&again));
    let edit = json!({
        "status": "approved", "reviewer": "N. Haddad", "edits": { "headline": "Port at work" },
    });
    let path = format!("/v1/briefs/{}", made["id"].as_str().unwrap());
    let review = Request::put(format!("{path}/review"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(edit.to_string()))
        .unwrap();
    assert_eq!(router.clone().oneshot(review).await.unwrap().status(), 200);
    let approved = ask().await;
    assert_eq!(approved["structuredContent"], fetched(&router, &path).await);
    assert!(said(&approved).contains("Port at work") && !said(&approved).contains("Machine draft"));
    assert_eq!(stub.hits(), paid, "nobody was asked again");
    let records = fetched(&router, "/v1/audit").await["records"].clone();
    let kinds: Vec<&str> =
        records.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(
        (kinds.as_slice(), &records[1]["count"]),
        (&["brief", "serve", "review"][..], &json!(2))
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_work_is_an_error_of_the_tool() {
    let router =
        open("[[providers]]\nname = \"local\"\nkind = \"local\"\npath = \"/nowhere/m.gguf\"\n");
    let cases = [
        ("brief_article", json!({ "text": "" }), "/problems/empty-article"),
        (
            "brief_article",
            json!({ "text": "Only English is written in this line of text." }),
            "/problems/not-arabic",
        ),
        ("brief_article", json!({ "text": "نص", "html": "نص" }), "Give one of `text`"),
        ("brief_article", json!({ "text": ARTICLE, "detail": "everything" }), "`everything`"),
        ("split_article", json!({ "url": "http://127.0.0.1/" }), "fetch"),
        ("translate_text", json!({ "text": "English" }), "holds no Arabic"),
        ("translate_text", json!({}), "missing field `text`"),
    ];
    for (tool, arguments, told) in cases {
        let result = called(&router, tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        assert!(said(&result).contains(told), "{told}: {}", said(&result));
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_as_every_request_is() {
    let router =
        open("[[providers]]\nname = \"local\"\nkind = \"local\"\npath = \"/nowhere/m.gguf\"\n");
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    assert_eq!(post(&router, BOTH, list.clone()).await.status, 200);
    for (accept, body, status) in [
        ("application/json", list.clone(), 406),
        ("text/html", list.clone(), 406),
        (BOTH, "{".to_owned(), 400),
        (BOTH, "[]".to_owned(), 400),
        (BOTH, "{\"a\":1}".to_owned(), 400),
        (BOTH, String::new(), 400),
    ] {
        let reply = post(&router, accept, body.clone()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
        assert_eq!(reply.header("content-type"), "application/problem+json", "{body}");
    }
    let get = Request::get("/mcp").header(header::ACCEPT, BOTH).body(Body::empty()).unwrap();
    assert_eq!(router.clone().oneshot(get).await.unwrap().status(), 405, "there is no session");
}
