//! What answers cost: prices, and totals for each provider since the start.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{How, limit::Need};
use crate::{
    brief::Usage,
    config::{Kind, ProviderConfig},
};

/// A provider's prices in United States dollars for a million of each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Price {
    /// For tokens read.
    pub input_tokens: f64,
    /// For tokens written.
    pub output_tokens: f64,
    /// For characters.
    pub characters: f64,
}

impl Price {
    /// The configured prices; `None` where none is. The model inside the process costs nothing.
    #[must_use]
    pub fn of(config: &ProviderConfig) -> Option<Self> {
        let prices = [
            config.usd_per_million_input_tokens,
            config.usd_per_million_output_tokens,
            config.usd_per_million_characters,
        ];
        let known = config.kind == Kind::Local || prices.iter().any(Option::is_some);
        let [input_tokens, output_tokens, characters] = prices.map(Option::unwrap_or_default);
        known.then_some(Self { input_tokens, output_tokens, characters })
    }

    /// What this use costs, in United States dollars.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a bill of 2^53 tokens is beyond any article")]
    pub fn cost_usd(&self, usage: &Usage) -> f64 {
        let millions = |count: u64| count as f64 / 1e6;
        self.input_tokens * millions(usage.input_tokens)
            + self.output_tokens * millions(usage.output_tokens)
            + self.characters * millions(usage.characters)
    }
}

/// What counts against a provider's limits of what was used. Anthropic leaves tokens read from
/// its cache out of the limit; the others count them.
pub(crate) fn counted(kind: Kind, usage: &Usage) -> Need {
    let free = if kind == Kind::Anthropic { usage.cached_tokens } else { 0 };
    let tokens = usage.input_tokens.saturating_sub(free) + usage.output_tokens;
    Need { tokens, characters: usage.characters }
}

/// What one provider did since the start, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls made.
    pub calls: u64,
    /// Of those, calls that came to nothing.
    pub faults: u64,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Characters billed.
    pub characters: u64,
}

/// The same, as it is counted.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    calls: AtomicU64,
    faults: AtomicU64,
    input_tokens: AtomicU64,
    output_tokens: AtomicU64,
    characters: AtomicU64,
}

impl Meter {
    pub(crate) fn answered(&self, usage: &Usage) {
        self.calls.fetch_add(1, Relaxed);
        self.input_tokens.fetch_add(usage.input_tokens, Relaxed);
        self.output_tokens.fetch_add(usage.output_tokens, Relaxed);
        self.characters.fetch_add(usage.characters, Relaxed);
    }

    pub(crate) fn failed(&self) {
        self.calls.fetch_add(1, Relaxed);
        self.faults.fetch_add(1, Relaxed);
    }

    pub(crate) fn totals(&self) -> Totals {
        Totals {
            calls: self.calls.load(Relaxed),
            faults: self.faults.load(Relaxed),
            input_tokens: self.input_tokens.load(Relaxed),
            output_tokens: self.output_tokens.load(Relaxed),
            characters: self.characters.load(Relaxed),
        }
    }
}

/// How the tasks done since the start were come by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By calling a provider.
    pub called: u64,
    /// By sharing another caller's call.
    pub joined: u64,
    /// From what was kept.
    pub cached: u64,
    /// From what was kept and past its lifetime.
    pub stale: u64,
}

/// The same, as it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    called: AtomicU64,
    joined: AtomicU64,
    cached: AtomicU64,
    stale: AtomicU64,
}

impl Counts {
    pub(crate) fn count(&self, how: How) {
        let count = match how {
            How::Called => &self.called,
            How::Joined => &self.joined,
            How::Cached => &self.cached,
            How::Stale => &self.stale,
        };
        count.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Tally {
        Tally {
            called: self.called.load(Relaxed),
            joined: self.joined.load(Relaxed),
            cached: self.cached.load(Relaxed),
            stale: self.stale.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> ProviderConfig {
        toml::from_str(&format!("name = \"p\"\n{text}")).expect("a provider")
    }

    #[test]
    fn an_unknown_price_is_not_zero() {
        assert_eq!(Price::of(&config("kind = \"deepl\"")), None);
        assert_eq!(Price::of(&config("kind = \"local\"")), Some(Price::default()));
    }

    #[test]
    fn tokens_and_characters_are_priced_by_the_million() {
        let config = config(
            "kind = \"openai\"\nusd_per_million_input_tokens = 2.0\n\
             usd_per_million_output_tokens = 8.0",
        );
        let usage = Usage { input_tokens: 500_000, output_tokens: 250_000, ..Usage::default() };
        assert_eq!(Price::of(&config).map(|price| price.cost_usd(&usage)), Some(3.0));
    }

    #[test]
    fn only_anthropic_leaves_cached_tokens_out_of_its_limit() {
        let usage =
            Usage { input_tokens: 100, cached_tokens: 80, output_tokens: 5, ..Usage::default() };
        assert_eq!(counted(Kind::Anthropic, &usage).tokens, 25);
        assert_eq!(counted(Kind::OpenAi, &usage).tokens, 105);
    }
}
