//! From configuration to a dialect.

use super::{Anthropic, Dialect, Gemini, OpenAi};
use crate::{
    config::{Kind, ProviderConfig},
    prompt::Prompts,
};

/// The dialect of a provider; `None` for a kind that has none.
#[must_use]
pub fn build(config: &ProviderConfig, prompts: &Prompts) -> Option<Box<dyn Dialect>> {
    let prompts = prompts.clone();
    Some(match config.kind {
        Kind::OpenAi => Box::new(OpenAi::new(config, prompts)),
        Kind::Anthropic => Box::new(Anthropic::new(config, prompts)),
        Kind::Gemini => Box::new(Gemini::new(config, prompts)),
        _ => return None,
    })
}
