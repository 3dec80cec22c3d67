//! `[webhooks]` and `[hooks]`: who is told of briefs, and whose pushes become briefs.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Problem, duration};
use crate::brief::Detail;

/// The types of events.
pub const EVENTS: [&str; 4] =
    ["brief.completed", "brief.failed", "brief.superseded", "brief.withdrawn"];

/// `[webhooks]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookConfig {
    /// Hosts that a request may name in `webhook`.
    pub allow: Vec<String>,
    /// Any public host may be named.
    pub allow_any: bool,
    /// Loopback, private networks and plain http may be named and configured too.
    pub allow_private: bool,
    /// The brief itself is told, not only that it is there.
    pub include_brief: bool,
    /// From the look-up to the answer's head, 1 s to 2 min.
    #[serde(with = "duration")]
    pub timeout: Duration,
    /// The environment variable with the secret that signs for requests' own webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// Who is always told.
    pub endpoints: Vec<Endpoint>,
}

/// `[[webhooks.endpoints]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Where to.
    pub url: String,
    /// The environment variable with the secret, or several of them.
    pub secret_env: String,
    /// What is told; everything where it is empty.
    #[serde(default)]
    pub events: Vec<String>,
}

impl Endpoint {
    /// Whether it is told of events of this type.
    #[must_use]
    pub fn hears(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|one| one == kind)
    }
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            allow_any: false,
            allow_private: false,
            include_brief: false,
            timeout: Duration::from_secs(20),
            secret_env: None,
            endpoints: Vec::new(),
        }
    }
}

impl WebhookConfig {
    /// The environment variable whose secret signs what is sent to `url`.
    #[must_use]
    pub fn secret_of(&self, url: &str) -> Option<&str> {
        let own = self.endpoints.iter().find(|one| one.url == url);
        own.map(|one| one.secret_env.as_str()).or(self.secret_env.as_deref())
    }

    /// Everything in it that cannot be.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if !(Duration::from_secs(1)..=Duration::from_secs(120)).contains(&self.timeout) {
            found.push(Problem::new("webhooks.timeout", "`timeout` must lie between 1s and 2m"));
        }
        for (index, host) in self.allow.iter().enumerate() {
            if host.is_empty() || host.contains(['/', ':', '*', ' ']) {
                let path = format!("webhooks.allow.{index}");
                let problem = Problem::new(path, "a host is a name without scheme, port or path");
                found.push(problem.hint("write `cms.example.org`"));
            }
        }
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            found.extend(self.endpoint_problems(index, endpoint));
        }
        found
    }

    fn endpoint_problems(&self, index: usize, endpoint: &Endpoint) -> Vec<Problem> {
        let mut found = Vec::new();
        let scheme = Url::parse(&endpoint.url).map(|url| url.scheme().to_owned());
        let plain = self.allow_private && scheme.as_deref() == Ok("http");
        if !plain && scheme.as_deref() != Ok("https") {
            let path = format!("webhooks.endpoints.{index}.url");
            let problem = Problem::new(path, "a webhook is an https address");
            found.push(problem.hint("plain http is accepted with `allow_private = true`"));
        }
        for (place, event) in endpoint.events.iter().enumerate() {
            if !EVENTS.contains(&event.as_str()) {
                let path = format!("webhooks.endpoints.{index}.events.{place}");
                let problem = Problem::new(path, format!("`{event}` is no event"));
                found.push(problem.hint(format!("an event is one of {}", EVENTS.join(", "))));
            }
        }
        found
    }
}

/// `[hooks]`: systems that push articles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hooks {
    /// Superdesk's HTTP push.
    pub superdesk: Hook,
    /// Miniflux's webhook.
    pub miniflux: Hook,
}

/// `[hooks.superdesk]` and `[hooks.miniflux]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hook {
    /// The environment variable with the secret that both sides share; the hook is off without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// The desk whose keys may read the briefs; where none is named and keys are needed, admins
    /// alone may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<String>,
    /// How much of each article is briefed.
    pub detail: Detail,
}
