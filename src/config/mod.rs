//! What the operator sets: the types, their defaults and their bounds.

pub mod duration;
pub mod providers;

pub use providers::{Kind, ProviderConfig};
