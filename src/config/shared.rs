//! `[shared]`: what several replicas of the gateway have in common, in Redis or Valkey.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Problem, duration};

/// `[shared]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shared {
    /// Name of the environment variable that holds the address, `redis://user:secret@host:6379/0`;
    /// none means that this gateway is alone.
    pub url_env: Option<String>,
    /// Whether answers may lie there in the open. With a key in `MUJAZ_CACHE_KEY` they are sealed
    /// whatever this says; with neither no text is put there.
    pub store_text: bool,
    /// What every name there begins with, so that several gateways can use one server.
    pub prefix: String,
    /// How long one command may take, 10 ms to 5 s; then the replica goes on alone.
    #[serde(with = "duration")]
    pub timeout: Duration,
    /// How long connecting may take, 100 ms to 30 s.
    #[serde(with = "duration")]
    pub connect_timeout: Duration,
    /// How long a replica that died keeps the work that it led, 1 s to 5 min.
    #[serde(with = "duration")]
    pub lease: Duration,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            url_env: None,
            store_text: false,
            prefix: "mujaz".to_owned(),
            timeout: Duration::from_millis(250),
            connect_timeout: Duration::from_secs(1),
            lease: Duration::from_secs(10),
        }
    }
}

impl Shared {
    /// Everything in it that cannot be.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let millis = Duration::from_millis;
        let bounds = [
            ("timeout", self.timeout, millis(10)..=millis(5000), "10ms and 5s"),
            (
                "connect_timeout",
                self.connect_timeout,
                millis(100)..=millis(30_000),
                "100ms and 30s",
            ),
            ("lease", self.lease, millis(1000)..=millis(300_000), "1s and 5m"),
        ];
        let mut found: Vec<Problem> = bounds
            .into_iter()
            .filter(|(_, value, bounds, _)| !bounds.contains(value))
            .map(|(key, _, _, words)| {
                Problem::new(format!("shared.{key}"), format!("`{key}` must lie between {words}"))
            })
            .collect();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:{}".contains(c);
        if !(1..=64).contains(&self.prefix.len()) || !self.prefix.chars().all(plain) {
            let message = "`prefix` must be 1 to 64 letters, digits, or signs of `-_.:{}`";
            found.push(Problem::new("shared.prefix", message));
        }
        if self.url_env.as_deref().is_some_and(|name| name.contains("://")) {
            let hint = "write the name of an environment variable, and the address into that";
            let message = "`url_env` is an address";
            found.push(Problem::new("shared.url_env", message).hint(hint));
        }
        found
    }
}
