//! What tests of the whole stand on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

pub(crate) mod plain;
pub(crate) mod provider;
pub(crate) mod road;
