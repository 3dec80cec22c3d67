//! The HTTP face of the gateway: one file for each endpoint, problems in `problem`.
//!
//! Handlers turn a request into an [`Order`](crate::pipeline::Order) and a brief into a response;
//! they hold no rule about articles or providers. Every handler's failure is a
//! [`Problem`].

mod answers;
mod briefs;
mod form;
mod health;
pub mod problem;
mod source;
mod split;

use std::{future::Future, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::IntoResponse,
    routing::{get, post},
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower_http::{catch_panic::CatchPanicLayer, decompression::RequestDecompressionLayer};

use crate::{
    pipeline::Gateway,
    server::{answers::Answers, problem::Problem},
};

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct State {
    gateway: Gateway,
    answers: Answers,
    /// One permit for each brief being made.
    making: Arc<Semaphore>,
    /// One permit for each brief being made or waiting for its turn.
    admitted: Arc<Semaphore>,
}

impl State {
    /// The state of a server over `gateway`.
    #[must_use]
    pub fn new(gateway: Gateway) -> Self {
        let server = &gateway.config.server;
        Self {
            answers: Answers::new(&gateway),
            making: Arc::new(Semaphore::new(server.max_briefs)),
            admitted: Arc::new(Semaphore::new(server.max_briefs + server.queue)),
            gateway,
        }
    }
}

/// Every address of the gateway.
pub fn router(state: State) -> Router {
    Router::new()
        .route("/v1/briefs", post(briefs::create))
        .route("/v1/briefs/{id}", get(briefs::read).delete(briefs::forget))
        .route("/v1/split", post(split::split))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(state)
        // Bodies are bounded where they are read, by `server.max_body_bytes`.
        .layer(DefaultBodyLimit::disable())
        .layer(RequestDecompressionLayer::new())
        .layer(CatchPanicLayer::custom(|_panic: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request panicked");
            Problem::internal().into_response()
        }))
        .layer(axum::middleware::from_fn(problem::finish))
}

/// Serves until `stop` completes, then finishes the requests in flight.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: State,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(state)).with_graceful_shutdown(stop).await
}
