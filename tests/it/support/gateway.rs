//! The whole gateway over HTTP: a configuration in, requests to its router, answers back.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use mujaz::{config::Config, pipeline::Gateway, server};
use serde_json::Value;
use tower::ServiceExt;

use super::provider::Stub;

/// A gateway as this TOML configures it.
pub(crate) fn open(config: &str) -> Router {
    let config: Config = toml::from_str(config).unwrap();
    server::router(server::State::new(Gateway::open(config).unwrap()))
}

/// A `[[providers]]` entry at this stub, with more lines of TOML.
pub(crate) fn provider(name: &str, kind: &str, stub: &Stub, more: &str) -> String {
    let url = &stub.url;
    format!("\n[[providers]]\nname = \"{name}\"\nkind = \"{kind}\"\nbase_url = \"{url}\"\n{more}\n")
}

/// A `[[providers]]` entry of the kind `http` at this stub, in the plainest dialect there could be: texts
/// in, texts out ([`Act::Translate`](super::provider::Act)). What follows it belongs to `[providers.http]`.
pub(crate) fn service(name: &str, stub: &Stub, more: &str) -> String {
    let asked = "[providers.http]\npath = \"/do\"\nbody = '{\"texts\": {{ texts }}}'\n";
    provider(name, "http", stub, more) + asked + "answer = \"/texts/*\"\n"
}

/// An answer of the gateway.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// A header's text; empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The codes of the brief's findings, as they stand.
    pub(crate) fn codes(&self) -> Vec<String> {
        let findings = self.json()["findings"].as_array().cloned().unwrap_or_default();
        findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    }

    /// The providers that made the brief, by task.
    pub(crate) fn engines(&self) -> Vec<(String, String)> {
        let engines = self.json()["provenance"]["engines"].as_array().cloned().unwrap_or_default();
        let word = |engine: &Value, name: &str| engine[name].as_str().unwrap().to_owned();
        engines.iter().map(|engine| (word(engine, "task"), word(engine, "provider"))).collect()
    }

    /// Every passage of summary and sections, with its sources.
    pub(crate) fn passages(&self) -> Vec<(String, Vec<String>)> {
        let brief = self.json();
        let sections = brief["sections"].as_array().cloned().unwrap_or_default();
        let lists = std::iter::once(brief["summary"].clone())
            .chain(sections.iter().map(|section| section["passages"].clone()));
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lists
            .flat_map(|list| list.as_array().cloned().unwrap_or_default())
            .map(|passage| {
                let sources = passage["sources"].as_array().cloned().unwrap_or_default();
                (word(&passage["text"]), sources.iter().map(word).collect())
            })
            .collect()
    }
}

/// Posts this to `/v1/briefs`.
pub(crate) async fn post(router: &Router, kind: &str, body: impl Into<Body>) -> Reply {
    let request = Request::post("/v1/briefs")
        .header(header::CONTENT_TYPE, kind)
        .header("x-request-id", "test")
        .body(body.into())
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Reply { status: head.status.as_u16(), headers: head.headers, text }
}

/// The brief of this article.
pub(crate) async fn brief(router: &Router, article: &str) -> Reply {
    post(router, "text/plain; charset=utf-8", article.to_owned()).await
}
