//! Keys: the one place that reads them, from the environment by name.
//!
//! A key never stands in config.toml and is never part of an error, a log line or `Debug` output.

use secrecy::SecretString;

/// The name of a variable for errors: as it is where it is one in capitals, as people write them; else it may
/// be the key itself.
#[must_use]
pub fn shown(variable: &str) -> &str {
    if super::error::is_variable(variable) { variable } else { "(a name that is not in capitals)" }
}

/// The key in the environment variable of this name. `None` where it is unset or blank.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the door to the environment's secrets")]
pub fn from_environment(variable: &str) -> Option<SecretString> {
    let value = std::env::var(variable).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| SecretString::from(value))
}
