//! The numbers of an Arabic text: what they are worth, and how to write them for a translator.
//!
//! A wrong number is the worst fault a brief can have, so every number is read to an exact value
//! or said to be ambiguous. [`find`] reads digits of three systems with every separator, numbers
//! typed with reh, number words, scale words and clock times. [`rewrite`] puts the figures of a
//! text into Western signs and order and leaves all else alone. [`ambiguities`] says which numbers
//! can be read two ways. All three run in time linear in the text and never fail.

use std::{borrow::Cow, ops::Range};

use crate::finding::{Code, Finding, Severity};

pub use decimal::Decimal;
pub(crate) use lexicon::fold_word;

mod compose;
mod decimal;
pub(crate) mod figure;
pub(crate) mod lexer;
mod lexicon;
mod western;

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its bytes in the text, with sign and scale words, without a percent sign.
    pub span: Range<usize>,
    /// Its exact value; hours times 100 plus minutes for a time of day.
    pub value: Decimal,
    /// Another value that an equal number may have: the other reading of an ambiguous figure, or
    /// the scaled value of 3 in "3 to 5 million".
    pub alternative: Option<Decimal>,
    /// What it counts.
    pub kind: NumberKind,
    /// How it is written.
    pub written: Written,
    /// Whether a scale word, as million, is part of it.
    pub scaled: bool,
    /// Whether it can be read two ways and nothing near it decides.
    pub ambiguous: bool,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// A count, an amount, a year, a part of a date.
    Cardinal,
    /// Hundredths.
    Percent,
    /// A rank: 18th, الثامن عشر.
    Ordinal,
    /// Ten years, by their first: 60 or 1960 for the sixties.
    Decade,
    /// A time of day.
    Time {
        /// 0 to 24.
        hour: u8,
        /// 0 to 59.
        minute: u8,
        /// Whether the half of the day is known.
        half_known: bool,
    },
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Written {
    /// With digits.
    Figures,
    /// In words alone.
    Words,
    /// As a scale word with no count: "a thousand", ألف, which is also the verb "wrote".
    Scale,
    /// As part of a name: `MH370`, `Louis XIV`.
    Name,
}

/// The numbers of an Arabic text in the order of their places.
///
/// Vague quantities (مئات, عشرات الآلاف), "first" and the duals of nouns are not numbers.
#[must_use]
pub fn find(text: &str) -> Vec<Number> {
    compose::find(text)
}

/// The text with its figures as a translator reads them right: Western digits, decimal point,
/// comma between thousands, percent sign after; `62ر31` becomes `31.62`.
///
/// A figure that can be read two ways keeps its separator; [`ambiguities`] tells of it.
#[must_use]
pub fn rewrite(text: &str) -> Cow<'_, str> {
    if !figure::may_be_foreign(text) {
        return Cow::Borrowed(text);
    }
    let edits = western::edits(text);
    if edits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (span, replacement) in edits {
        out.push_str(&text[done..span.start]);
        out.push_str(&replacement);
        done = span.end;
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// One finding for each number of `text` that can be read two ways, without a source yet.
#[must_use]
pub fn ambiguities(text: &str) -> Vec<Finding> {
    if !figure::may_be_foreign(text) {
        return Vec::new();
    }
    find(text).iter().filter(|number| number.ambiguous).map(|n| ambiguity(text, n)).collect()
}

fn ambiguity(text: &str, number: &Number) -> Finding {
    let typed = &text[number.span.clone()];
    let message = match (number.kind, number.alternative) {
        (NumberKind::Time { hour, minute, .. }, _) => {
            format!("The time `{typed}` may be {hour}:{minute:02} or something else.")
        }
        (_, Some(other)) => {
            format!("The number `{typed}` can be read as {} or as {other}.", number.value)
        }
        (_, None) => format!("The number `{typed}` can be read two ways."),
    };
    Finding::new(Code::NumberAmbiguous, Severity::Warning, message)
}

#[cfg(test)]
#[path = "numerals_tests.rs"]
mod tests;
