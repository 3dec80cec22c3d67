//! Answers that were paid for, for all replicas.
//!
//! An answer lies under the hash of its key, with the token of the flight that brought it in front,
//! so that a leader which was held up cannot put its own over a later one. Sources point to the
//! answers that served them, so that a source can be forgotten everywhere. How long an answer serves
//! is the business of whoever reads it; here it lapses when it can serve nobody.

use std::{sync::LazyLock, time::Duration};

use redis::Script;

use super::{Lease, Shared};
use crate::telemetry::meters::Lookups;

/// The token of an answer that was brought outside of any flight.
const NO_TOKEN: &str = "00000000000000000";
/// Larger answers stay with the replica that paid for them.
const LARGEST: usize = 1 << 20;

/// An answer to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeping<'a> {
    /// Its key.
    pub(crate) key: &'a [u8; 32],
    /// The answer as text.
    pub(crate) text: &'a [u8],
    /// SHA-256 of the source that it serves.
    pub(crate) source: Option<&'a [u8; 32]>,
    /// After that it can serve nobody.
    pub(crate) lifetime: Duration,
}

/// How often a replica finds what another one paid for.
static LOOKUPS: LazyLock<Lookups> = LazyLock::new(|| Lookups::of("shared"));

impl Shared {
    /// The answer that lies under this key.
    pub(crate) async fn answer(&self, key: &[u8; 32]) -> Option<Vec<u8>> {
        let (inner, _) = self.there().filter(|(inner, _)| inner.texts.are_shared())?;
        let name = inner.names.of("answer", key);
        let lying: Option<Vec<u8>> = inner.link.query(redis::cmd("GET").arg(&name)).await.ok()?;
        LOOKUPS.count(lying.is_some());
        let lying = lying?;
        inner.texts.opened(name.as_bytes(), lying.get(NO_TOKEN.len()..)?)
    }

    /// Keeps an answer for all replicas.
    pub(crate) async fn keep(&self, keeping: Keeping<'_>, lease: Option<&Lease>) {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/keep.lua")));
        let Some((inner, _)) = self.there() else { return };
        let Keeping { key, text, source, lifetime } = keeping;
        if text.len() > LARGEST {
            return;
        }
        let name = inner.names.of("answer", key);
        let Some(sealed) = inner.texts.sealed(name.as_bytes(), text) else { return };
        let of_source = inner.names.of("source", source.map_or(&[], |source| source.as_slice()));
        let flight = lease.map_or_else(|| inner.names.only("no-flight"), |one| one.name().into());
        let mut script = SCRIPT.key(name);
        script.key(flight).key(of_source);
        script.arg(lease.map_or(NO_TOKEN, Lease::token)).arg(sealed).arg(millis(lifetime));
        script.arg(inner.names.hash(key)).arg(u8::from(source.is_some()));
        if inner.link.run::<i64>(&script).await == Ok(0) {
            tracing::debug!("a later leader has answered; this answer is not put over it");
        }
    }

    /// Remembers that those of these answers that lie there served `source` as well.
    pub(crate) async fn tag(&self, keys: &[[u8; 32]], source: &[u8; 32], lifetime: Duration) {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script::new(include_str!("scripts/tag.lua")));
        let Some((inner, _)) = self.there().filter(|(inner, _)| inner.texts.are_shared()) else {
            return;
        };
        let mut script = SCRIPT.key(inner.names.of("source", source));
        script.arg(millis(lifetime));
        for key in keys {
            script.key(inner.names.of("answer", key)).arg(inner.names.hash(key));
        }
        let _ = inner.link.run::<i64>(&script).await;
    }
}

fn millis(duration: Duration) -> u64 {
    // Longer than any lifetime, and within what the server takes.
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 46)
}
