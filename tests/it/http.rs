//! The HTTP face: what a client sends and gets, without a model.
//!
//! The provider here is the embedded model with a file that does not exist, so that every test of
//! a refusal also shows that no provider was called: it would answer 502.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use mujaz::{config::Config, pipeline::Gateway, server};
use tower::ServiceExt;

fn router() -> axum::Router {
    let mut config = Config::default();
    config.providers[0].path = Some("/nowhere/model.gguf".into());
    config.server.max_body_bytes = 100_000;
    server::router(server::State::new(Gateway::open(config).unwrap()))
}

async fn send(request: Request<Body>) -> (StatusCode, String, String) {
    let response = router().oneshot(request).await.unwrap();
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, kind, String::from_utf8(body.to_vec()).unwrap())
}

async fn post(path: &str, content_type: &str, body: impl Into<Body>) -> (StatusCode, String) {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, content_type)
        .header("x-request-id", "test")
        .body(body.into())
        .unwrap();
    let (status, _, body) = send(request).await;
    (status, body)
}

const ARTICLE: &str = include_str!("../../examples/port.txt");

#[tokio::test]
async fn split_answers_what_the_command_prints() {
    let (status, body) = post("/v1/split", "text/plain; charset=utf-8", ARTICLE).await;
    assert_eq!(status, StatusCode::OK);
    let reading: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(reading["dateline"]["place"], "Muscat");
    assert_eq!(reading["sections"].as_array().unwrap().len(), 3);
    assert_eq!(reading["end_marker"]["code"], "7051");
}

#[tokio::test]
async fn json_and_text_are_read_alike() {
    let json = serde_json::json!({ "text": ARTICLE }).to_string();
    let (_, from_json) = post("/v1/split", "application/json", json).await;
    let (_, from_text) = post("/v1/split", "text/plain; charset=utf-8", ARTICLE).await;
    assert_eq!(from_json, from_text);
}

#[tokio::test]
async fn what_is_no_arabic_article_is_refused_with_its_reason_and_no_provider_is_called() {
    let english = "The minister said on Monday that the port would be widened by the end of the \
                   year, and that the work would take thirty months in all.";
    let mut told = Vec::new();
    for article in ["", "  \n ", "تعليقك\n\nYou are replying to: .", english] {
        for path in ["/v1/briefs", "/v1/split"] {
            let (status, body) = post(path, "text/plain", article).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            told.push(body);
        }
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_broken_body_is_refused_with_what_to_send() {
    let mut told = Vec::new();
    let cases = [
        ("application/json", "{\"text\": "),
        ("application/json", "{}"),
        ("application/json", "{\"text\": \"نص\", \"confidentail\": true}"),
        ("application/json", "{\"text\": \"a\", \"text\": \"b\"}"),
        ("application/x-www-form-urlencoded", "text=a"),
    ];
    for (kind, body) in cases {
        let (status, body) = post("/v1/briefs", kind, body).await;
        assert!(status.is_client_error(), "{status}");
        told.push(body);
    }
    let (status, body) = post("/v1/briefs", "text/plain", "ن".repeat(60_000)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    told.push(body);
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_provider_that_cannot_answer_is_named_with_its_reason() {
    let (status, body) = post("/v1/briefs", "text/plain; charset=utf-8", ARTICLE).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["type"], "/problems/all-providers-failed");
    assert_eq!(problem["providers"][0]["provider"], "local");
    assert_eq!(problem["request_id"], "test");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_method_are_problems_too() {
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let (status, kind, _) = send(get("/nothing")).await;
    assert_eq!((status, kind.as_str()), (StatusCode::NOT_FOUND, "application/problem+json"));
    let (status, kind, _) = send(get("/v1/split")).await;
    let wrong = StatusCode::METHOD_NOT_ALLOWED;
    assert_eq!((status, kind.as_str()), (wrong, "application/problem+json"));
    let (status, _, body) = send(get("/healthz")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "{\"status\":\"ok\"}"));
    let (status, _, _) = send(get("/v1/briefs/unknown")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_format_that_is_not_on_offer_is_refused() {
    let request = Request::post("/v1/briefs").header(header::ACCEPT, "image/png");
    let (status, _, _) = send(request.body(Body::from(ARTICLE)).unwrap()).await;
    assert_eq!(status, StatusCode::NOT_ACCEPTABLE);
}
