//! What can be seen of the running program: logs, metrics and traces, and what none of them holds.
//!
//! `logs` writes lines, `names` lists the metrics and `meters` counts them, `seen` measures one request on its
//! way, `trace` carries W3C trace context, `otel` (a feature) sends spans to a collector.
//!
//! # Levels say who must act
//! *error*: an operator, now: work or records are being lost. *warn*: an operator, soon: a provider fails, a
//! disk is full. *info*: nobody; a state has changed. *debug* and *trace*: whoever looks for a fault.
//!
//! # What is never seen
//! No text of an article, a prompt, an answer or a key is a field, a label or a span's attribute. A panic is told
//! by its place; its message, which may quote what was in hand, is not.

mod logs;
pub mod meters;
pub mod names;
#[cfg(feature = "otel")]
mod otel;
pub mod process;
mod seen;
mod trace;

use std::{any::Any, panic::PanicHookInfo};

use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, filter_fn},
    layer::{Filter, SubscriberExt},
    registry::LookupSpan,
};

pub use self::{
    seen::{Answered, Seen, Stage, Wait},
    trace::{TRACEPARENT, Trace},
};
use crate::config::{LogFormat, Telemetry};

/// The features that this build has, comma-separated.
pub const FEATURES: &str = env!("MUJAZ_FEATURES");

/// What is shown where `RUST_LOG` does not say.
const DEFAULT: &str = "warn,mujaz=info";

/// Sends what is still to be sent when it is dropped.
#[derive(Debug, Default)]
#[must_use]
pub struct Running {
    #[cfg(feature = "otel")]
    _exporter: Option<otel::Exporter>,
}

/// Starts logs for a command that a person runs; they stay what they are in config.toml for `serve` alone.
pub fn start_plain() {
    std::panic::set_hook(Box::new(told));
    let plain = tracing_subscriber::fmt::layer().with_target(false).with_writer(std::io::stderr);
    show(plain.with_filter(filter()));
}

/// Starts logs and traces of `serve` as configured, for the life of the process. A second call changes
/// nothing.
///
/// # Errors
/// Where the collector's address is none, or this build sends to none.
pub fn start(config: &Telemetry) -> Result<Running, String> {
    std::panic::set_hook(Box::new(told));
    let Some(endpoint) = &config.otlp_endpoint else {
        show(lines(config.format));
        return Ok(Running::default());
    };
    #[cfg(feature = "otel")]
    {
        let (spans, exporter) = otel::open(endpoint)?;
        let subscriber = tracing_subscriber::registry().with(lines(config.format)).with(spans);
        let _already = tracing::subscriber::set_global_default(subscriber);
        Ok(Running { _exporter: Some(exporter) })
    }
    #[cfg(not(feature = "otel"))]
    {
        let _ = endpoint;
        Err(trouble(config).unwrap_or_default())
    }
}

/// Why this build cannot do what is configured, where that is so.
#[must_use]
pub fn trouble(config: &Telemetry) -> Option<String> {
    let able = cfg!(feature = "otel") || config.otlp_endpoint.is_none();
    (!able).then(|| {
        "`telemetry.otlp_endpoint` is set, and this build sends no traces\nhint: build with \
         `--features otel`, or remove it"
            .to_owned()
    })
}

fn show(layer: impl Layer<Registry> + Send + Sync) {
    let subscriber = tracing_subscriber::registry().with(layer);
    let _already = tracing::subscriber::set_global_default(subscriber);
}

fn filter<S>() -> impl Filter<S> + Send + Sync {
    let asked = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    asked.and(filter_fn(logs::is_ours))
}

/// The layer that writes lines to stderr.
fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Logfmt => {
            let logfmt = layer.event_format(logs::Logfmt).fmt_fields(logs::Logfmt);
            logfmt.with_filter(filter()).boxed()
        }
        LogFormat::Json => {
            let json = layer.json().flatten_event(true).with_current_span(false);
            json.with_target(false).with_filter(filter()).boxed()
        }
    }
}

/// Tells of a panic by its place.
fn told(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, why = literal(panic.payload()), "the program panicked");
}

/// The words of a panic that stand in the program. Words that were put together on the way may quote a text.
fn literal(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("not shown")
}

/// The place of the span in hand in the trace that `seen` belongs to, for whoever is called next.
#[must_use]
pub fn here(seen: &Seen) -> Option<Trace> {
    let trace = seen.trace()?;
    Some(sent_as(&tracing::Span::current()).unwrap_or_else(|| trace.child()))
}

/// The place of a request's span: in the trace that the request came with, or in one of its own.
#[must_use]
pub fn place(span: &tracing::Span, given: Option<Trace>) -> Trace {
    #[cfg(feature = "otel")]
    if let Some(given) = given {
        otel::join(span, given);
    }
    sent_as(span).unwrap_or_else(|| given.map_or_else(Trace::begin, Trace::child))
}

/// How a collector will know a span; `None` where spans are not sent.
fn sent_as(span: &tracing::Span) -> Option<Trace> {
    #[cfg(feature = "otel")]
    return otel::place(span);
    #[cfg(not(feature = "otel"))]
    {
        let _ = span;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_quotes_nothing_that_was_in_hand() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));
        let story = "النص";
        let cut = std::panic::catch_unwind(|| story[..1].len()).unwrap_err();
        let said = std::panic::catch_unwind(|| panic!("an invariant")).unwrap_err();
        std::panic::set_hook(hook);
        assert_eq!(literal(cut.as_ref()), "not shown");
        assert_eq!(literal(said.as_ref()), "an invariant");
    }

    #[test]
    fn what_rust_log_cannot_say_is_the_default() {
        let filter: EnvFilter = DEFAULT.parse().unwrap();
        assert_eq!(filter.to_string(), "mujaz=info,warn");
        let _layer: Box<dyn Layer<tracing_subscriber::Registry> + Send + Sync> =
            lines(LogFormat::Json);
    }
}
