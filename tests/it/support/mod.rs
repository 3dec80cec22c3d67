//! What tests of the whole stand on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

pub(crate) mod gateway;
pub(crate) mod plain;
pub(crate) mod process;
pub(crate) mod provider;
pub(crate) mod redis;
pub(crate) mod road;
pub(crate) mod served;
pub(crate) mod vendors;
