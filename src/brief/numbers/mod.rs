//! The numbers of an English text, and whether they are those of its Arabic source.
//!
//! [`find`] reads figures, number words, percentages, decades and clock times to the same exact
//! values as `article::numerals` reads the Arabic. [`compare()`] says which numbers of a source do
//! not reach the English and which of the English do not stand in the source. Both are linear in
//! the text, and nothing here rounds.

mod compare;
mod compose;
mod lexicon;

pub use compare::{Differences, Rule, compare};

use crate::article::numerals::Number;

/// The numbers of an English text in the order of their places.
///
/// Vague quantities ("dozens", "hundreds of", "a few thousand") are not numbers.
#[must_use]
pub fn find(text: &str) -> Vec<Number> {
    compose::find(text)
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
