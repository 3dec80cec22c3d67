//! `GET /metrics`: what was counted and how things stand, as Prometheus reads it.
//!
//! Counters are counted where things happen; what stands somewhere anyhow (queues, breakers, sizes) is looked
//! at when it is asked for. Nothing is waited for but short reads of the store.
//!
//! # Who may see it
//! It names providers and tells what they cost. With keys it needs one with the scope `admin`; where no
//! key was made it answers loopback alone; `[telemetry] metrics_open` opens it to whoever reaches it. A
//! client's limits do not count here: a scraper comes every few seconds.

use axum::{
    extract::{Request, State as Shared},
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{State, access, jobs, peer, problem::Problem};
use crate::{
    keys::Scope,
    provider::Health,
    telemetry::{meters, names, process::Process},
    webhooks,
};

/// The text format, version 0.0.4.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is counted.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "gateway",
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "The text format of Prometheus."),
        (status = 401), (status = 403),
    )
)]
pub(super) async fn metrics(Shared(state): Shared<State>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(refusal) = permitted(&state, &parts) {
        return refusal;
    }
    look(&state).await;
    let mut response = meters::render().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

fn permitted(state: &State, parts: &Parts) -> Result<(), Response> {
    let config = &state.gateway.config;
    if config.telemetry.metrics_open {
        return Ok(());
    }
    if state.keys.needed() {
        let identity = access::identify(state, parts, None);
        let permitted = identity.and_then(|one| access::permit(&one, Scope::Admin));
        return permitted.map_err(IntoResponse::into_response);
    }
    // What came over no connection came from within.
    let address = peer::address(parts, &config.server);
    if address.is_none_or(|address| address.to_canonical().is_loopback()) {
        return Ok(());
    }
    let detail = "Metrics answer this machine alone while there are no keys; make one with the scope \
                  `admin`, or set `telemetry.metrics_open = true` in config.toml.";
    Err(Problem::forbidden(detail).into_response())
}

/// Looks at everything that stands somewhere.
async fn look(state: &State) {
    providers(state);
    let admission = state.admission.standing();
    let set = |metric: &names::Metric, value: f64| metric.gauge(&[]).set(value);
    set(&names::PLACES_TAKEN, admission.places_taken as f64);
    set(&names::PLACES, admission.places as f64);
    set(&names::WAITING, admission.waiting as f64);
    set(&names::TURNS_TAKEN, admission.turns_taken as f64);
    set(&names::TURNS, admission.turns as f64);
    set(&names::FLIGHTS, state.gateway.providers.flights() as f64);
    set(&names::STORE_DEGRADED, f64::from(u8::from(state.store.is_degraded())));
    set(&names::JOBS_RUNNING, state.lane.busy() as f64);
    kept(state).await;
    let version = env!("CARGO_PKG_VERSION");
    names::BUILD.gauge(&[version, crate::telemetry::FEATURES]).set(1);
    let process = Process::now();
    names::CPU_SECONDS.counter(&[]).absolute(process.cpu_seconds);
    set(&names::RESIDENT, process.resident_bytes as f64);
    set(&names::OPEN_FILES, process.open_files as f64);
    set(&names::STARTED, process.started);
}

fn providers(state: &State) {
    let providers = &state.gateway.providers;
    for standing in providers.standing() {
        let name = standing.state.name.as_str();
        let now = match standing.health {
            Health::Open => "open",
            Health::Probing => "probing",
            Health::Shut(..) => "shut",
        };
        for word in ["open", "probing", "shut"] {
            names::BREAKER.gauge(&[name, word]).set(f64::from(u8::from(word == now)));
        }
        names::USABLE.gauge(&[name]).set(f64::from(u8::from(standing.state.usable)));
        names::IN_FLIGHT.gauge(&[name]).set(standing.load.seats.0 as f64);
    }
    names::SPENT_TODAY.gauge(&[]).set(providers.micro_usd_today() as f64 / 1e6);
    if let Some(budget) = state.gateway.config.budget.daily_usd {
        names::BUDGET.gauge(&[]).set(budget);
    }
}

/// What lies in memory and in the store. A store that cannot be asked leaves its last figures.
async fn kept(state: &State) {
    let tier = |tier: &str, (entries, bytes): (u64, u64)| {
        names::CACHE_ENTRIES.gauge(&[tier]).set(entries as f64);
        names::CACHE_BYTES.gauge(&[tier]).set(bytes as f64);
    };
    tier("memory", state.gateway.providers.cache_size());
    if let Ok(stats) = state.store.answers().stats().await {
        tier("disk", (stats.entries, stats.bytes));
    }
    let most = state.gateway.config.jobs.max_queued;
    for (kind, metric) in
        [(jobs::KIND, &names::JOBS_QUEUED), (webhooks::KIND, &names::WEBHOOKS_QUEUED)]
    {
        if let Ok(queued) = state.store.jobs().queued(kind, most).await {
            metric.gauge(&[]).set(queued as f64);
        }
    }
}
