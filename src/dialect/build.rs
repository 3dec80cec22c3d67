//! Which dialect a provider speaks.
//!
//! The one place where configuration becomes a codec: a new vendor is a file, an arm here, a folder
//! of cassettes and a block in the README.

use super::{Anthropic, Azure, DeepL, Dialect, Gemini, Google, Http, LibreTranslate, OpenAi};
use crate::{
    config::{Kind, ProviderConfig},
    prompt::Prompts,
};

/// The dialect of a provider whose configuration has no [problems](ProviderConfig::problems);
/// `None` for the model inside the process, which speaks none.
#[must_use]
pub fn build(config: &ProviderConfig, prompts: &Prompts) -> Option<Box<dyn Dialect>> {
    Some(match config.kind {
        Kind::OpenAi => Box::new(OpenAi::new(config, prompts.clone())),
        Kind::Anthropic => Box::new(Anthropic::new(config, prompts.clone())),
        Kind::Gemini => Box::new(Gemini::new(config, prompts.clone())),
        Kind::DeepL => Box::new(DeepL::new(config)),
        Kind::Google => Box::new(Google::new(config)),
        Kind::Azure => Box::new(Azure::new(config)),
        Kind::LibreTranslate => Box::new(LibreTranslate::new(config)),
        Kind::Http => Box::new(Http::new(config)?),
        Kind::Local => return None,
    })
}
