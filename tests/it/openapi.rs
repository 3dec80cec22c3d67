//! The OpenAPI document against the router it was made of: what is routed is described, and what is
//! described is routed.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use mujaz::brief::Brief;
use serde_json::Value;
use tower::ServiceExt;

use crate::support::gateway;

/// A gateway with nothing but its defaults, whose model is not there.
fn router() -> Router {
    gateway::open(
        "[[providers]]\nname = \"local\"\nkind = \"local\"\npath = \"/nowhere/model.gguf\"\n",
    )
}

async fn send(router: &Router, method: &Method, path: &str) -> axum::response::Response {
    let request = Request::builder().method(method).uri(path);
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn document(router: &Router) -> Value {
    let response = send(router, &Method::GET, "/openapi.json").await;
    assert_eq!(response.status(), StatusCode::OK);
    let body = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// The methods of each address that the document describes.
fn described(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |item: &Value| {
        let keys = item.as_object().unwrap().keys();
        keys.map(|key| key.to_ascii_uppercase()).collect()
    };
    paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect()
}

/// Every operation with its address and method.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter().map(move |(method, one)| (path.clone(), method.clone(), one.clone()))
    });
    all.collect()
}

/// An address with something in the place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{id}", "unknown").replace("{source_sha256}", &"0".repeat(64))
}

#[tokio::test]
async fn every_route_is_described_and_every_description_is_routed() {
    let router = router();
    let described = described(&document(&router).await);
    // The router shows its addresses in no other way.
    let shown = format!("{router:?}");
    let own = shown.split("fallback_router").next().unwrap();
    let (_, paths) = own.split_once("paths: {").unwrap();
    let routed: BTreeSet<&str> =
        paths.split('"').skip(1).step_by(2).filter(|path| path.starts_with('/')).collect();
    let known: BTreeSet<&str> = described.keys().map(String::as_str).collect();
    // What belongs to the page is for people.
    let page = BTreeSet::from(["/", "/sign-in", "/sign-out", "/page/{name}"]);
    assert_eq!(routed.difference(&page).copied().collect::<BTreeSet<_>>(), known);
    for (path, methods) in &described {
        let refused = send(&router, &Method::PATCH, &filled(path)).await;
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = refused.headers()[header::ALLOW].to_str().unwrap();
        // HEAD comes with GET.
        let allowed =
            allowed.split(',').map(|one| one.trim().to_owned()).filter(|one| one != "HEAD");
        assert_eq!(&allowed.collect::<BTreeSet<_>>(), methods, "{path}");
    }
}

#[tokio::test]
async fn every_operation_says_what_a_reader_needs() {
    let document = document(&router()).await;
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut names = BTreeSet::new();
    for (path, method, one) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(
            names.insert(one["operationId"].as_str().unwrap().to_owned()),
            "{at}: its name is new"
        );
        assert!(!one["summary"].as_str().unwrap_or_default().is_empty(), "{at}: a summary");
        let tag = one["tags"][0].as_str().unwrap();
        assert!(tags.contains(tag), "{at}: a tag that is explained");
        let answers = one["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{at}: how it goes well");
        for common in ["403", "431", "500"] {
            assert!(answers.contains_key(common), "{at}: {common}");
        }
        let said =
            |parameter: &Value| !parameter["description"].as_str().unwrap_or_default().is_empty();
        let parameters = one["parameters"].as_array().cloned().unwrap_or_default();
        assert!(parameters.iter().all(said), "{at}: what each parameter says");
    }
}

#[tokio::test]
async fn every_pointer_of_the_document_leads_somewhere() {
    let document = document(&router()).await;
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(&target[1..]).is_some(), "{target}");
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_brief_that_the_document_shows_is_one() {
    let document = document(&router()).await;
    let shown = &document["paths"]["/v1/briefs"]["post"]["responses"]["200"]["content"]["application/json"]
        ["example"];
    let brief: Brief = serde_json::from_value(shown.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&brief).unwrap(), shown, "it says all and nothing else");
    let cited = brief.summary.iter().chain(brief.sections.iter().flat_map(|one| &one.passages));
    assert!(cited.clone().count() > 2 && cited.clone().all(|passage| !passage.sources.is_empty()));
}

#[tokio::test]
async fn the_readable_page_is_whole_in_itself() {
    let router = router();
    let response = send(&router, &Method::GET, "/docs").await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    let body = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for loads in ["<script", "<img", "<link", "<iframe", " src=", " style=", "url("] {
        assert!(!page.contains(loads), "{loads}");
    }
    for (_, _, one) in operations(&document(&router).await) {
        let id = format!("<article id=\"{}\">", one["operationId"].as_str().unwrap());
        assert!(page.contains(&id), "{id}");
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body() {
    let router = router();
    for path in ["/healthz", "/openapi.json", "/docs", "/v1/jobs"] {
        let (get, head) =
            (send(&router, &Method::GET, path).await, send(&router, &Method::HEAD, path).await);
        assert_eq!(get.status(), head.status(), "{path}");
        let body = axum::body::to_bytes(head.into_body(), 1 << 22).await.unwrap();
        assert!(body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn options_and_queries_that_are_too_long_are_refused_with_a_problem() {
    let router = router();
    let options = send(&router, &Method::OPTIONS, "/v1/briefs").await;
    assert_eq!(options.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(options.headers()[header::ALLOW], "POST,GET,HEAD");
    let long = format!("/v1/jobs?after={}", "a".repeat(20_000));
    let long = send(&router, &Method::GET, &long).await;
    assert_eq!(long.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(long.headers()[header::CONTENT_TYPE], "application/problem+json");
    for query in ["?limit=-1", "?limit=99999999999999999999", "?after=%00", "?unknown=1", "?%"] {
        let refused = send(&router, &Method::GET, &format!("/v1/jobs{query}")).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(refused.headers()[header::CONTENT_TYPE], "application/problem+json", "{query}");
    }
}
