//! The recorder, and the handles of what is counted often.
//!
//! There is one recorder for the process, so that counts go on when the configuration is read again.
//! [`install`] comes before anything that counts is made: a handle that was made earlier counts nothing, which
//! is what commands other than `serve` want. Handles are looked up once and kept by whoever counts.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{
    names::{self, Kind, Metric},
    seen::{Answered, Seen, Stage},
};
use crate::{brief::Usage, dialect::FaultKind, finding::Finding};

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// How often what histograms saw is put into their buckets, so that it takes no memory.
pub const UPKEEP: Duration = Duration::from_secs(5);

/// Counts from now on. A second call changes nothing.
pub fn install() {
    HANDLE.get_or_init(|| {
        let mut builder = PrometheusBuilder::new();
        for Metric { name, kind, .. } in names::ALL {
            if let Kind::Histogram(bounds) = kind {
                let matcher = Matcher::Full((*name).to_owned());
                let with = builder.set_buckets_for_metric(matcher, bounds);
                builder = with.expect("every histogram has bounds");
            }
        }
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Somebody else's recorder stays; then nothing is shown here.
        let _ = metrics::set_global_recorder(recorder);
        describe();
        handle
    });
}

fn describe() {
    for Metric { name, kind, help, .. } in names::ALL {
        match kind {
            Kind::Counter => metrics::describe_counter!(*name, *help),
            Kind::Gauge => metrics::describe_gauge!(*name, *help),
            Kind::Histogram(_) => metrics::describe_histogram!(*name, *help),
        }
    }
}

/// Everything counted so far as Prometheus reads it; empty where nothing is counted.
#[must_use]
pub fn render() -> String {
    HANDLE.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// Puts what histograms saw into their buckets.
pub fn upkeep() {
    if let Some(handle) = HANDLE.get() {
        handle.run_upkeep();
    }
}

/// Look-ups in one tier of what is kept.
#[derive(Clone)]
pub struct Lookups {
    hit: Counter,
    miss: Counter,
    /// The same for whoever reads it here.
    seen: Arc<[AtomicU64; 2]>,
}

impl Lookups {
    /// Of the tier of this name.
    #[must_use]
    pub fn of(tier: &str) -> Self {
        let count = |result| names::LOOKUPS.counter(&[tier, result]);
        Self { hit: count("hit"), miss: count("miss"), seen: Arc::default() }
    }

    /// Counts one.
    pub fn count(&self, hit: bool) {
        if hit { &self.hit } else { &self.miss }.increment(1);
        self.seen[usize::from(hit)].fetch_add(1, Relaxed);
    }

    /// Hits and misses since the start.
    #[must_use]
    pub fn seen(&self) -> (u64, u64) {
        (self.seen[1].load(Relaxed), self.seen[0].load(Relaxed))
    }
}

/// What is counted of one provider.
pub struct ProviderMeters {
    answered: Counter,
    faults: Vec<(FaultKind, Counter)>,
    took: Histogram,
    input: Counter,
    output: Counter,
    characters: Counter,
    spent: Counter,
    waited: Histogram,
    refused: Counter,
}

impl ProviderMeters {
    /// Of the provider of this name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let outcome = |outcome| names::ATTEMPTS.counter(&[name, outcome]);
        Self {
            answered: outcome("answered"),
            faults: FaultKind::ALL.map(|kind| (kind, outcome(kind.name()))).into(),
            took: names::ATTEMPT_SECONDS.histogram(&[name]),
            input: names::TOKENS.counter(&[name, "input"]),
            output: names::TOKENS.counter(&[name, "output"]),
            characters: names::CHARACTERS.counter(&[name]),
            spent: names::SPEND.counter(&[name]),
            waited: names::LIMIT_SECONDS.histogram(&[name]),
            refused: names::LIMIT_REFUSALS.counter(&[name]),
        }
    }

    /// A call ended after this long, well where there is no fault.
    pub fn attempt(&self, fault: Option<FaultKind>, took: Duration) {
        self.took.record(took);
        match fault {
            None => self.answered.increment(1),
            Some(kind) => {
                let counter = self.faults.iter().find(|(one, _)| *one == kind);
                counter.inspect(|(_, counter)| counter.increment(1));
            }
        }
    }

    /// A call was billed so.
    pub fn billed(&self, usage: &Usage, micro_usd: u64) {
        self.input.increment(usage.input_tokens);
        self.output.increment(usage.output_tokens);
        self.characters.increment(usage.characters);
        self.spent.increment(micro_usd);
    }

    /// A call waited for the provider's limits.
    pub fn waited(&self, took: Duration) {
        if took >= Duration::from_millis(1) {
            self.waited.record(took);
        }
    }

    /// A call was not made, because there is no room for it.
    pub fn refused(&self) {
        self.refused.increment(1);
    }
}

/// What is counted of briefs and translations.
pub struct BriefMeters {
    made: Counter,
    cached: Counter,
    failed: Counter,
    withdrawn: Counter,
    overhead: [Histogram; 2],
    stages: [Histogram; Stage::ALL.len()],
}

/// What became of a brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made.
    Made,
    /// It was answered whole from memory.
    Cached,
    /// No provider could make it.
    Failed,
    /// An earlier one was withdrawn instead.
    Withdrawn,
}

impl Default for BriefMeters {
    fn default() -> Self {
        let outcome = |outcome| names::BRIEFS.counter(&[outcome]);
        Self {
            made: outcome("made"),
            cached: outcome("cached"),
            failed: outcome("failed"),
            withdrawn: outcome("withdrawn"),
            overhead: ["cached", "made"].map(|one| names::OVERHEAD_SECONDS.histogram(&[one])),
            stages: Stage::ALL.map(|stage| names::STAGE_SECONDS.histogram(&[stage.name()])),
        }
    }
}

impl BriefMeters {
    /// Counts a brief.
    pub fn count(&self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Made => &self.made,
            Outcome::Cached => &self.cached,
            Outcome::Failed => &self.failed,
            Outcome::Withdrawn => &self.withdrawn,
        };
        counter.increment(1);
    }

    /// Counts a brief's findings by their codes.
    pub fn findings(&self, findings: &[Finding]) {
        for Finding { code, severity, .. } in findings {
            let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let code = serde_json::to_value(code).map(word).unwrap_or_default();
            let severity = serde_json::to_value(severity).map(word).unwrap_or_default();
            names::FINDINGS.counter(&[&code, &severity]).increment(1);
        }
    }

    /// Enters what was measured of a brief or translation that is answered; nothing where it is not.
    pub fn enter(&self, seen: &Seen) {
        let Some(answered) = seen.answered() else { return };
        self.overhead[answered as usize].record(seen.overhead());
        // Out of the cache there are no stages, and asking for each would cost more than the answer.
        if answered == Answered::Cached && seen.took(Stage::Read).is_zero() {
            return;
        }
        for (stage, histogram) in Stage::ALL.into_iter().zip(&self.stages) {
            let took = seen.took(stage);
            if !took.is_zero() {
                histogram.record(took);
            }
        }
    }
}

macro_rules! opaque {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

opaque!(Lookups, ProviderMeters, BriefMeters);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        finding::{Code, Severity},
        telemetry::Trace,
    };

    /// What is shown after `work`, whose handles count in a recorder of its own.
    fn shown(work: impl FnOnce()) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, work);
        recorder.handle().render()
    }

    #[test]
    fn a_provider_is_counted_by_what_came_of_its_calls() {
        let text = shown(|| {
            let meters = ProviderMeters::of("deepl");
            meters.attempt(None, Duration::from_secs(1));
            meters.attempt(Some(FaultKind::Throttled), Duration::from_secs(1));
            let usage = Usage { input_tokens: 7, characters: 9, ..Usage::default() };
            meters.billed(&usage, 40);
        });
        for line in [
            r#"mujaz_provider_attempts_total{provider="deepl",outcome="answered"} 1"#,
            r#"mujaz_provider_attempts_total{provider="deepl",outcome="throttled"} 1"#,
            r#"mujaz_provider_attempts_total{provider="deepl",outcome="quota"} 0"#,
            r#"mujaz_provider_attempt_duration_seconds_count{provider="deepl"} 2"#,
            r#"mujaz_provider_tokens_total{provider="deepl",direction="input"} 7"#,
            r#"mujaz_provider_spend_microdollars_total{provider="deepl"} 40"#,
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn overhead_is_the_whole_less_its_waits() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let meters = metrics::with_local_recorder(&recorder, BriefMeters::default);
        let seen = Seen::begin(Trace::begin());
        meters.enter(&seen);
        let wait = seen.wait();
        tokio::time::sleep(Duration::from_secs(9)).await;
        drop(wait);
        seen.add(Stage::Read, Duration::from_millis(4));
        tokio::time::sleep(Duration::from_millis(5)).await;
        seen.answer(Answered::Made);
        meters.enter(&seen);
        let text = recorder.handle().render();
        assert!(text.contains(r#"mujaz_overhead_seconds_sum{answered="made"} 0.005"#), "{text}");
        assert!(text.contains(r#"mujaz_overhead_seconds_count{answered="made"} 1"#), "{text}");
        assert!(text.contains(r#"mujaz_stage_duration_seconds_sum{stage="read"} 0.004"#), "{text}");
        assert!(text.contains(r#"mujaz_stage_duration_seconds_sum{stage="provider"} 9"#), "{text}");
    }

    #[test]
    fn findings_are_counted_by_code_and_never_by_what_they_say() {
        let text = shown(|| {
            let finding = Finding::new(Code::NumberMissing, Severity::Error, "12 of the source");
            BriefMeters::default().findings(&[finding.clone(), finding]);
        });
        let line = r#"mujaz_findings_total{code="number-missing",severity="error"} 2"#;
        assert!(text.contains(line) && !text.contains("of the source"), "{text}");
    }
}
