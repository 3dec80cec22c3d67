//! The one door to secrets: the environment, by the name that the configuration gives.
//!
//! A secret is a [`SecretString`], which shows itself to nobody; a missing one is told by the
//! variable's name, never by a value.

use secrecy::SecretString;

/// The secret in the environment variable `name`, or `None` where it is unset or empty.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn read(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty()).map(SecretString::from)
}
