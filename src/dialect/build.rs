//! From configuration to a dialect.

use super::Dialect;
use crate::{config::ProviderConfig, prompt::Prompts};

/// Temporary.
#[must_use]
pub fn build(_config: &ProviderConfig, _prompts: &Prompts) -> Option<Box<dyn Dialect>> {
    None
}
