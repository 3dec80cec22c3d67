//! Keys: the one place that reads them, from the environment by name.
//!
//! A key never stands in config.toml and is never part of an error, a log line or `Debug` output.

use secrecy::SecretString;

/// The key in the environment variable of this name. `None` where it is unset or blank.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the door to the environment's secrets")]
pub fn from_environment(variable: &str) -> Option<SecretString> {
    let value = std::env::var(variable).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| SecretString::from(value))
}
