//! Every metric: its name, its kind, its labels and what it says.
//!
//! The list is the only place where a metric comes into being: what is not in it cannot be counted.
//! docs/metrics.md shows the same list to operators, and a test holds the two together.
//!
//! # Labels
//! Each label has few values, which are known beforehand or come from configuration: route templates,
//! status classes, stages, names of providers, kinds of fault, codes of findings. No id, no address, no
//! name of a key and no text is ever one.

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, with_recorder};

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts values below bounds.
    Histogram(&'static [f64]),
}

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Its name, with its unit as Prometheus has it.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// One sentence for operators.
    pub help: &'static str,
}

/// Bounds of what takes as long as a model takes, in seconds.
const LONG: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 600.0,
];
/// Bounds of what is pure computation, in seconds.
const SHORT: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0,
];

const METADATA: Metadata<'static> = Metadata::new("mujaz", Level::INFO, None);

impl Metric {
    /// The counter with these values of its labels, in their order. Look it up once and keep it.
    pub fn counter(&self, values: &[&str]) -> Counter {
        with_recorder(|recorder| recorder.register_counter(&self.key(values), &METADATA))
    }

    /// The gauge with these values of its labels.
    pub fn gauge(&self, values: &[&str]) -> Gauge {
        with_recorder(|recorder| recorder.register_gauge(&self.key(values), &METADATA))
    }

    /// The histogram with these values of its labels.
    pub fn histogram(&self, values: &[&str]) -> Histogram {
        with_recorder(|recorder| recorder.register_histogram(&self.key(values), &METADATA))
    }

    fn key(&self, values: &[&str]) -> Key {
        let labels = self.labels.iter().zip(values);
        let labels = labels.map(|(name, value)| Label::new(*name, (*value).to_owned()));
        Key::from_parts(self.name, labels.collect::<Vec<_>>())
    }

    /// Its row in docs/metrics.md.
    #[must_use]
    pub fn row(&self) -> String {
        let kind = match self.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let labels: Vec<String> = self.labels.iter().map(|label| format!("`{label}`")).collect();
        format!("| `{}` | {kind} | {} | {} |", self.name, labels.join(", "), self.help)
    }
}

/// Declares metrics, and the list of all.
macro_rules! metrics {
    ($($constant:ident = $kind:expr, $name:literal, [$($label:literal),*], $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $constant: Metric =
                Metric { name: $name, kind: $kind, labels: &[$($label),*], help: $help };
        )*
        /// Every metric, in the order of the page.
        pub const ALL: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    REQUESTS = Kind::Counter, "mujaz_http_requests_total", ["route", "method", "status"],
        "Requests answered, by route template and status class (`2xx`); `gone` where the client left before its answer.";
    REQUEST_SECONDS = Kind::Histogram(LONG), "mujaz_http_request_duration_seconds", ["route"],
        "From a request's head to the head of its answer; of a stream, to its beginning.";
    PROBLEMS = Kind::Counter, "mujaz_problems_total", ["type"],
        "Requests that ended badly, by the `type` of their problem: limits are `rate-limited`, a full queue `overloaded`.";
    CONNECTIONS = Kind::Gauge, "mujaz_connections_open", [],
        "Connections that are open.";
    BRIEFS = Kind::Counter, "mujaz_briefs_total", ["outcome"],
        "Briefs, by outcome: `made`, `cached` (answered whole from memory), `failed` (no provider could), `withdrawn`.";
    STAGE_SECONDS = Kind::Histogram(LONG), "mujaz_stage_duration_seconds", ["stage"],
        "What a brief or translation took by stage: `body`, `queue`, `read`, `plan`, `provider` (waiting for providers and their limits), `assemble`, `check`, `keep` (the disk), `render`.";
    OVERHEAD_SECONDS = Kind::Histogram(SHORT), "mujaz_overhead_seconds", ["answered"],
        "The gateway's own time on a brief or translation: the whole less body, queue and waiting for providers; `cached` asked no provider, `made` did.";
    FINDINGS = Kind::Counter, "mujaz_findings_total", ["code", "severity"],
        "Findings in briefs that were made, by code (docs/findings.md).";
    PLACES_TAKEN = Kind::Gauge, "mujaz_queue_places_taken", [],
        "Requests that are let in: worked on or waiting.";
    PLACES = Kind::Gauge, "mujaz_queue_places", [],
        "Requests that may be let in at once: `server.max_briefs` and `server.queue` together.";
    WAITING = Kind::Gauge, "mujaz_queue_waiting", [],
        "Briefs and translations that wait for their turn.";
    TURNS_TAKEN = Kind::Gauge, "mujaz_turns_taken", [],
        "Briefs and translations being made.";
    TURNS = Kind::Gauge, "mujaz_turns", [],
        "Briefs and translations that may be made at once: `server.max_briefs`.";
    ATTEMPTS = Kind::Counter, "mujaz_provider_attempts_total", ["provider", "outcome"],
        "Calls to providers: `answered`, or the kind of fault such as `throttled` or `timeout`.";
    ATTEMPT_SECONDS = Kind::Histogram(LONG), "mujaz_provider_attempt_duration_seconds", ["provider"],
        "How long calls took, whatever came of them.";
    TOKENS = Kind::Counter, "mujaz_provider_tokens_total", ["provider", "direction"],
        "Tokens read (`input`) and written (`output`), as the provider counts them.";
    CHARACTERS = Kind::Counter, "mujaz_provider_characters_total", ["provider"],
        "Characters billed.";
    SPEND = Kind::Counter, "mujaz_provider_spend_microdollars_total", ["provider"],
        "Millionths of a United States dollar spent, where prices are configured.";
    LIMIT_SECONDS = Kind::Histogram(LONG), "mujaz_provider_limit_wait_seconds", ["provider"],
        "How long calls waited for a provider's limits; those that waited less than a millisecond are left out.";
    LIMIT_REFUSALS = Kind::Counter, "mujaz_provider_limit_refusals_total", ["provider"],
        "Calls that were not made because a provider's limit or a budget leaves no room in time.";
    BREAKER = Kind::Gauge, "mujaz_provider_breaker_state", ["provider", "state"],
        "1 for the state that a provider's breaker is in: `open` (calls go through), `probing` or `shut`.";
    USABLE = Kind::Gauge, "mujaz_provider_usable", ["provider"],
        "1 where a provider answers tasks now, or will when it has loaded.";
    IN_FLIGHT = Kind::Gauge, "mujaz_provider_in_flight", ["provider"],
        "Tasks that a provider is busy with.";
    SPENT_TODAY = Kind::Gauge, "mujaz_spend_today_dollars", [],
        "United States dollars spent and held in this UTC day, where prices are configured.";
    BUDGET = Kind::Gauge, "mujaz_budget_daily_dollars", [],
        "`budget.daily_usd`; absent where there is none.";
    LOOKUPS = Kind::Counter, "mujaz_cache_lookups_total", ["tier", "result"],
        "Look-ups by tier, `hit` or `miss`: `brief` (whole briefs), `text` (whole translations), `memory`, `disk`, `shared` (answers), `flight` (a hit joined a call that was under way).";
    STALE = Kind::Counter, "mujaz_cache_stale_total", [],
        "Answers past their lifetime that served because no provider could.";
    CACHE_ENTRIES = Kind::Gauge, "mujaz_cache_entries", ["tier"],
        "Answers kept, `memory` or `disk`.";
    CACHE_BYTES = Kind::Gauge, "mujaz_cache_bytes", ["tier"],
        "Bytes of the same.";
    FLIGHTS = Kind::Gauge, "mujaz_flights", [],
        "Tasks under way that callers share.";
    JOBS = Kind::Counter, "mujaz_jobs_total", ["outcome"],
        "Jobs, by what came of a try: `made`, `failed`, `cancelled`, `later` (tried again), `parked` (the process ended).";
    JOBS_QUEUED = Kind::Gauge, "mujaz_jobs_queued", [],
        "Jobs that wait.";
    JOBS_RUNNING = Kind::Gauge, "mujaz_jobs_running", [],
        "Jobs being worked on.";
    WEBHOOKS = Kind::Counter, "mujaz_webhooks_total", ["outcome"],
        "Deliveries of webhooks, by what came of a try: `arrived`, `later` (tried again), `gone` (410), `given-up`.";
    WEBHOOKS_QUEUED = Kind::Gauge, "mujaz_webhooks_queued", [],
        "Deliveries that wait.";
    AUDIT_RECORDS = Kind::Counter, "mujaz_audit_records_total", ["action"],
        "Audit records written, by action.";
    AUDIT_FAILURES = Kind::Counter, "mujaz_audit_failures_total", [],
        "Audit records that could not be written.";
    STORE_DEGRADED = Kind::Gauge, "mujaz_store_degraded", [],
        "1 while something that should be on the disk is in memory alone.";
    SHARED_UP = Kind::Gauge, "mujaz_shared_up", [],
        "1 where what replicas share can be asked, 0 where this replica goes on alone; absent without `[shared]`.";
    SHARED_REPLICAS = Kind::Gauge, "mujaz_shared_replicas", [],
        "Replicas when they were last counted, this one included.";
    SHARED_LOSSES = Kind::Counter, "mujaz_shared_losses_total", [],
        "How often what replicas share went away.";
    SHARED_WAIT_SECONDS = Kind::Histogram(LONG), "mujaz_shared_flight_wait_seconds", [],
        "How long tasks waited for a call that another replica made.";
    BUILD = Kind::Gauge, "mujaz_build_info", ["version", "features"],
        "Always 1; which build this is.";
    CPU_SECONDS = Kind::Counter, "process_cpu_seconds_total", [],
        "Whole seconds of processor time, of user and system together.";
    RESIDENT = Kind::Gauge, "process_resident_memory_bytes", [],
        "Memory that the process has, in bytes.";
    OPEN_FILES = Kind::Gauge, "process_open_fds", [],
        "Files and connections that the process has open.";
    STARTED = Kind::Gauge, "process_start_time_seconds", [],
        "When the process started, in seconds since 1970.";
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../docs/metrics.md");

    #[test]
    fn the_page_shows_every_metric_as_it_is() {
        let missing: Vec<String> = ALL
            .iter()
            .map(Metric::row)
            .filter(|row| !PAGE.lines().any(|line| line == row))
            .collect();
        assert!(missing.is_empty(), "docs/metrics.md lacks:\n{}", missing.join("\n"));
    }

    #[test]
    fn the_page_shows_no_metric_that_is_none() {
        let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
        for row in rows {
            assert!(ALL.iter().any(|metric| metric.row() == row), "no metric: {row}");
        }
    }

    #[test]
    fn a_name_tells_its_kind_and_is_used_once() {
        for metric in ALL {
            let total = metric.name.ends_with("_total");
            assert_eq!(total, metric.kind == Kind::Counter, "{}", metric.name);
            let same = ALL.iter().filter(|other| other.name == metric.name).count();
            assert_eq!(same, 1, "{}", metric.name);
        }
    }

    /// Dashboard and alerts ask for what there is.
    #[test]
    fn dashboard_and_alerts_name_metrics_of_the_page() {
        let dashboard = include_str!("../../deploy/grafana/mujaz.json");
        let alerts = include_str!("../../deploy/prometheus/alerts.yml");
        serde_json::from_str::<serde_json::Value>(dashboard).unwrap();
        for (file, text) in [("the dashboard", dashboard), ("the alerts", alerts)] {
            let names = named(text);
            assert!(names.len() > 5, "{file} names metrics: {names:?}");
            for name in names {
                let base =
                    ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
                let known = |name: &str| ALL.iter().any(|metric| metric.name == name);
                let of_histogram = base.is_some_and(|base| {
                    ALL.iter().any(|m| m.name == base && matches!(m.kind, Kind::Histogram(_)))
                });
                assert!(known(name) || of_histogram, "{file} asks for {name}");
            }
        }
    }

    /// Words that are names of metrics.
    fn named(text: &str) -> Vec<&str> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.filter(|word| word.starts_with("mujaz_") || word.starts_with("process_")).collect()
    }
}
