//! What tests of the whole stand on.

pub mod plain;
pub mod provider;
pub mod road;
