//! The least that a gateway in Rust can do: read JSON, forward it, read the JSON that comes back,
//! answer with it. No keys, no limits, no checks, nothing on a disk.
//!
//! With `cache` the answer is kept in moka under the BLAKE3 of the canonical JSON, one call for all
//! who ask at the same time. The gateway's figures are given as shares of these.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
    serve::ListenerExt,
};
use moka::future::Cache;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{Outcome, argument};

struct Floor {
    client: reqwest::Client,
    upstream: String,
    cache: Option<Cache<[u8; 32], Bytes>>,
}

/// Serves until it is ended.
pub(crate) async fn serve(arguments: &[&str]) -> Outcome<()> {
    let port: u16 = argument(arguments, 0)?.parse()?;
    let cached = argument(arguments, 1)? == "cache";
    let floor = Floor {
        client: reqwest::Client::builder().no_proxy().pool_max_idle_per_host(256).build()?,
        upstream: argument(arguments, 2)?.to_owned(),
        cache: cached.then(|| Cache::builder().max_capacity(10_000).build()),
    };
    let router = Router::new().fallback(post(answer)).with_state(Arc::new(floor));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}

async fn answer(State(floor): State<Arc<Floor>>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let answer = match &floor.cache {
        None => floor.forward(&asked).await,
        Some(cache) => {
            let canonical = serde_json::to_vec(&asked).unwrap_or_default();
            let key = *blake3::hash(&canonical).as_bytes();
            let made = cache.try_get_with(key, floor.forward(&asked)).await;
            made.map_err(|error| error.to_string())
        }
    };
    match answer {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error).into_response(),
    }
}

impl Floor {
    async fn forward(&self, asked: &Value) -> Result<Bytes, String> {
        let told = |error: reqwest::Error| error.to_string();
        let body = serde_json::to_vec(asked).map_err(|error| error.to_string())?;
        let request =
            self.client.post(&self.upstream).header(header::CONTENT_TYPE, "application/json");
        let answer = request.bearer_auth("test").body(body).send().await.map_err(told)?;
        let body = answer.bytes().await.map_err(told)?;
        let answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        serde_json::to_vec(&answer).map(Bytes::from).map_err(|error| error.to_string())
    }
}
