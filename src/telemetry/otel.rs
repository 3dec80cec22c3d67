//! Spans to an OpenTelemetry collector, by OTLP: protobuf over HTTP, in batches, beside the work.
//!
//! One span for each request and job, one for each call of a provider, with the fields that the logs show
//! and nothing else. A request that came with a trace is a part of it, and is recorded where whoever came
//! before records; others are all recorded. A collector that is away costs its spans and nobody's time.

use std::{fmt, pin::Pin, time::Duration};

use bytes::Bytes;
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceContextExt, TraceState, TracerProvider},
};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};
use url::Url;

use super::{Trace, logs};

/// The longest that one batch may take, and the last one at the end of the process.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes read of what the collector answers; nothing of it is needed.
const ANSWER: usize = 64 << 10;

/// Sends the spans that are left when it is dropped.
pub(super) struct Exporter(SdkTracerProvider);

impl Drop for Exporter {
    fn drop(&mut self) {
        if self.0.shutdown_with_timeout(PATIENCE).is_err() {
            tracing::warn!("the last spans did not reach the collector");
        }
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}

/// The layer that sends spans to the collector at `endpoint`. Call within a tokio runtime.
///
/// # Errors
/// Where the exporter cannot be set up.
pub(super) fn open<S>(endpoint: &Url) -> Result<(impl Layer<S> + Send + Sync, Exporter), String>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let wrong = |error: &dyn fmt::Display| format!("traces cannot be sent: {error}");
    let address = format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new().map_err(|error| wrong(&error))?)
        .with_endpoint(address)
        .with_timeout(PATIENCE)
        .build()
        .map_err(|error| wrong(&error))?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_resource(Resource::builder().with_service_name("mujaz").build())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("mujaz"))
        .with_location(false)
        .with_threads(false)
        .with_target(false);
    let ours = filter_fn(|metadata| logs::is_ours(metadata) && *metadata.level() <= Level::INFO);
    Ok((layer.with_filter(ours), Exporter(provider)))
}

/// Makes a span a part of the trace that its request came with.
pub(super) fn join(span: &Span, given: Trace) {
    let flags = if given.sampled() { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    let (trace, parent) = (TraceId::from(given.id()), SpanId::from(given.span()));
    let context = SpanContext::new(trace, parent, flags, true, TraceState::default());
    // Where spans are not sent there is none to join.
    let _ = span.set_parent(Context::new().with_remote_span_context(context));
}

/// How the collector will know a span; `None` where it is not told of it.
pub(super) fn place(span: &Span) -> Option<Trace> {
    let context = span.context();
    let known = context.span().span_context().clone();
    let number = |bytes: [u8; 16]| u128::from_be_bytes(bytes);
    known.is_valid().then(|| {
        let span = u64::from_be_bytes(known.span_id().to_bytes());
        Trace::at(number(known.trace_id().to_bytes()), span, known.is_sampled())
    })
}

/// The exporter's way out. The exporter works on a thread of its own, the client on the runtime.
struct Client {
    client: reqwest::Client,
    runtime: Handle,
}

impl Client {
    fn new() -> Result<Self, reqwest::Error> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the operator's collector is told of spans, which hold no text"
        )]
        let builder = reqwest::Client::builder();
        let client =
            builder.timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, runtime: Handle::current() })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl HttpClient for Client {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let client = self.client.clone();
        let sent = async move {
            let request = reqwest::Request::try_from(request)?;
            let mut answer = client.execute(request).await?;
            let mut read = 0;
            while let Some(chunk) = answer.chunk().await? {
                read += chunk.len();
                if read > ANSWER {
                    break;
                }
            }
            let mut told = Response::new(Bytes::new());
            *told.status_mut() = answer.status();
            Ok(told)
        };
        // Ends within its patience; nobody else waits for it at shutdown than the exporter.
        let sending = self.runtime.spawn(sent);
        Box::pin(async move { sending.await.unwrap_or_else(|error| Err(error.into())) })
    }
}
