//! `[fetch]`: whether and how far mujaz reads addresses that a caller names.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Problem, duration};

/// `[fetch]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fetch {
    /// Whether articles may be given by their address.
    pub enabled: bool,
    /// From the first look-up to the last byte, redirects included, 1 s to 2 min.
    #[serde(with = "duration")]
    pub timeout: Duration,
    /// The largest page, in bytes once unpacked, 1 KiB to 64 MiB.
    pub max_bytes: usize,
    /// Redirects followed, 0 to 20.
    pub max_redirects: usize,
    /// Whether loopback and the private networks may be asked too.
    pub allow_private: bool,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            enabled: false,
            timeout: Duration::from_secs(20),
            max_bytes: 4 << 20,
            max_redirects: 5,
            allow_private: false,
        }
    }
}

impl Fetch {
    /// Everything in it that cannot be.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if !(Duration::from_secs(1)..=Duration::from_secs(120)).contains(&self.timeout) {
            found.push(Problem::new("fetch.timeout", "`timeout` must lie between 1s and 2m"));
        }
        if !(1024..=64 << 20).contains(&self.max_bytes) {
            let message = "`max_bytes` must lie between 1024 and 67108864 (64 MiB)";
            found.push(Problem::new("fetch.max_bytes", message));
        }
        if self.max_redirects > 20 {
            found.push(Problem::new("fetch.max_redirects", "`max_redirects` must be at most 20"));
        }
        found
    }
}
