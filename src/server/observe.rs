//! The outermost of what a request passes: gives it an id, a span and a place in its trace, measures it,
//! and writes what was measured: metrics, `Server-Timing`, the body of a problem.
//!
//! # Cheap
//! An answer out of the cache takes a few microseconds, so this keeps every counter that it needs: one
//! look at a map that is only ever replaced, by the route's template.
//!
//! A client that leaves before its answer ends the request's work here; it is counted as `gone`.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwap;
use axum::{
    extract::{MatchedPath, Request, State as Shared},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use metrics::{Counter, Histogram};
use tracing::Instrument;

use super::problem::{self, RequestId};
use crate::{
    clock::{self, Instant},
    telemetry::{self, Seen, TRACEPARENT, Trace, meters::BriefMeters, names},
};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What is told of a request at an address that is none.
const NOWHERE: &str = "none";
/// Methods by which requests are counted; others are one.
const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
/// Status classes, and the client that left.
const STATUSES: [&str; 6] = ["gone", "1xx", "2xx", "3xx", "4xx", "5xx"];
/// Routes whose every answer tells how long it took.
const TIMED: [&str; 6] = [
    "/v1/briefs",
    "/translate",
    "/v2/translate",
    "/v1/superdesk/headlines",
    "/v1/superdesk/summary",
    "/v1/superdesk/translations",
];

/// Who counts. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Observer {
    routes: Arc<ArcSwap<HashMap<String, Arc<Route>>>>,
    /// What is counted of briefs.
    pub(super) briefs: Arc<BriefMeters>,
}

/// What is counted of one route.
struct Route {
    template: String,
    timed: bool,
    took: Histogram,
    /// By method and status; each is made when it is first counted.
    answers: [[OnceLock<Counter>; STATUSES.len()]; METHODS.len() + 1],
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Route").field("template", &self.template).finish_non_exhaustive()
    }
}

impl Route {
    fn of(template: &str) -> Self {
        Self {
            template: template.to_owned(),
            timed: TIMED.contains(&template),
            took: names::REQUEST_SECONDS.histogram(&[template]),
            answers: Default::default(),
        }
    }

    fn count(&self, method: usize, status: usize) {
        let (Some(counter), Some(word)) = (self.answers[method].get(status), STATUSES.get(status))
        else {
            return;
        };
        let name = METHODS.get(method).map_or("other", Method::as_str);
        let counter =
            counter.get_or_init(|| names::REQUESTS.counter(&[&self.template, name, word]));
        counter.increment(1);
    }
}

impl Observer {
    /// The route of this template; those that are asked for are few, because the router makes them.
    fn route(&self, template: &str) -> Arc<Route> {
        if let Some(route) = self.routes.load().get(template) {
            return Arc::clone(route);
        }
        let route = Arc::new(Route::of(template));
        self.routes.rcu(|known| {
            let mut known = HashMap::clone(known);
            known.insert(template.to_owned(), Arc::clone(&route));
            known
        });
        route
    }
}

/// A request that is being answered. Dropped before its end, its client has left.
struct Open {
    route: Arc<Route>,
    method: usize,
    begun: Instant,
    over: bool,
}

impl Open {
    fn end(mut self, status: u16) {
        self.over = true;
        self.route.took.record(self.begun.elapsed());
        self.route.count(self.method, usize::from(status / 100));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.over {
            self.route.count(self.method, 0);
        }
    }
}

/// Observes a request from its head to the head of its answer.
pub(super) async fn observe(
    Shared(observer): Shared<Observer>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let route = observer.route(path.map_or(NOWHERE, MatchedPath::as_str));
    let method = METHODS.iter().position(|one| one == request.method()).unwrap_or(METHODS.len());
    let open = Open { route: Arc::clone(&route), method, begun: clock::now(), over: false };
    let id = problem::id_of(&request);
    let given = Trace::of(request.headers());
    let span = tracing::info_span!(
        "request",
        request = id,
        method = request.method().as_str(),
        route = route.template,
        status = tracing::field::Empty,
    );
    let trace = telemetry::place(&span, given);
    let seen = Seen::begin(trace);
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(seen.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(kind) = problem::finish(&mut response, id) {
        names::PROBLEMS.counter(&[&kind]).increment(1);
    }
    let headers = response.headers_mut();
    if given.is_some()
        && let Some(value) = trace.header()
    {
        headers.insert(TRACEPARENT, value);
    }
    if route.timed
        && let Ok(value) = HeaderValue::try_from(seen.server_timing())
    {
        headers.insert(SERVER_TIMING, value);
    }
    observer.briefs.enter(&seen);
    let status = response.status().as_u16();
    span.record("status", status);
    tracing::debug!(parent: &span, status, took_us = seen.total().as_micros(), "answered");
    open.end(status);
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tower::ServiceExt;

    use super::*;

    async fn answered(router: &Router, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn router(observer: &Observer) -> Router {
        let routes = Router::new()
            .route("/v1/briefs/{id}", get(|| async { "a brief" }))
            .route("/v1/briefs", get(|| async { "briefs" }));
        routes.layer(from_fn_with_state(observer.clone(), observe))
    }

    #[tokio::test]
    async fn requests_are_counted_by_template_whatever_their_address() {
        let recorder = PrometheusBuilder::new().build_recorder();
        // Handles are made at the first request, on this thread.
        let _local = metrics::set_default_local_recorder(&recorder);
        let router = router(&Observer::default());
        for path in ["/v1/briefs/alpha", "/v1/briefs/beta", "/nowhere/at-all", "/nor/here"] {
            answered(&router, path, &[]).await;
        }
        let text = recorder.handle().render();
        for line in [
            r#"mujaz_http_requests_total{route="/v1/briefs/{id}",method="GET",status="2xx"} 2"#,
            r#"mujaz_http_requests_total{route="none",method="GET",status="4xx"} 2"#,
            r#"mujaz_problems_total{type="not-found"} 2"#,
            r#"mujaz_http_request_duration_seconds_count{route="none"} 2"#,
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains("nowhere") && !text.contains("alpha"), "{text}");
    }

    #[tokio::test]
    async fn a_trace_goes_on_and_is_answered_where_one_came() {
        let router = router(&Observer::default());
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let response = answered(&router, "/v1/briefs/one", &[("traceparent", given)]).await;
        let told = response.headers()["traceparent"].to_str().unwrap();
        assert_eq!((&told[..36], &told[52..]), (&given[..36], "-01"));
        assert_ne!(told, given, "with a span of its own");
        assert!(
            answered(&router, "/v1/briefs/one", &[]).await.headers().get("traceparent").is_none()
        );
    }

    #[tokio::test]
    async fn briefs_tell_how_long_they_took() {
        let router = router(&Observer::default());
        let timing = async |path: &str| {
            let response = answered(&router, path, &[]).await;
            response.headers().get(SERVER_TIMING).map(|value| value.to_str().unwrap().to_owned())
        };
        assert!(timing("/v1/briefs").await.unwrap().starts_with("total;dur="));
        assert_eq!(timing("/v1/briefs/one").await, None);
    }

    #[tokio::test]
    async fn who_leaves_before_the_answer_is_counted_as_gone() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _local = metrics::set_default_local_recorder(&recorder);
        let never = get(std::future::pending::<&str>);
        let layer = from_fn_with_state(Observer::default(), observe);
        let router = Router::new().route("/slow", never).layer(layer);
        let request = Request::get("/slow").body(Body::empty()).unwrap();
        let left =
            tokio::time::timeout(std::time::Duration::from_millis(1), router.oneshot(request));
        assert!(left.await.is_err());
        let text = recorder.handle().render();
        let line = r#"mujaz_http_requests_total{route="/slow",method="GET",status="gone"} 1"#;
        assert!(text.contains(line), "{text}");
    }
}
