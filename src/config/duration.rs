//! Durations as people write them: `60s`, `5m`, `1h 30m`, `250ms`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

/// Reads a duration.
///
/// # Errors
/// Where the text is no duration or is negative.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| {
        serde::de::Error::custom(format!("`{text}` is no duration; write `60s`, `5m` or `250ms`"))
    })
}

/// Writes a duration.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&show(*value))
}

/// A duration in the same writing, without parts of a millisecond.
#[must_use]
pub fn show(value: Duration) -> String {
    let millis = value.as_millis();
    match millis {
        0 => "0s".to_owned(),
        _ if millis.is_multiple_of(3_600_000) => format!("{}h", millis / 3_600_000),
        _ if millis.is_multiple_of(60_000) => format!("{}m", millis / 60_000),
        _ if millis.is_multiple_of(1000) => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

fn parse(text: &str) -> Option<Duration> {
    let signed: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(signed).ok()
}
