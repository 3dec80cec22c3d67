//! Where work is sent.

#[cfg(feature = "local")]
pub mod local;
