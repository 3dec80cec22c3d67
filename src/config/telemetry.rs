//! `[telemetry]`: how logs look, who may see metrics, where traces go.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Problem;

/// `[telemetry]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// How the lines of `serve` look.
    pub format: LogFormat,
    /// Whether `GET /metrics` answers everybody who reaches it; else a key with the scope `admin`, and
    /// without keys loopback alone.
    pub metrics_open: bool,
    /// The OpenTelemetry collector that traces are sent to, by OTLP over HTTP; none by default, and only in a
    /// build with the feature `otel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_endpoint: Option<Url>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// `key=value` pairs.
    #[default]
    Logfmt,
    /// One JSON object a line.
    Json,
}

impl Telemetry {
    /// Everything in it that cannot be.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let wrong = self.otlp_endpoint.as_ref().filter(|url| {
            !matches!(url.scheme(), "http" | "https")
                || url.host().is_none()
                || url.password().is_some()
        });
        let problem = |_| {
            let message = "`otlp_endpoint` is an http or https address without a password";
            Problem::new("telemetry.otlp_endpoint", message).hint("write `http://localhost:4318`")
        };
        wrong.map(problem).into_iter().collect()
    }
}
