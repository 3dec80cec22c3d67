//! Compares the English with the Arabic and says what a reader should know.
//!
//! Every text is read once into a `Unit`: the English, the very Arabic that it translates (or
//! none, where it is a summary), and the source paragraphs it rests on. Each subject is a module
//! with rules over units; a rule that is in doubt warns, a rule that is sure says error. What is
//! found names its passage and its source paragraphs, always. Nothing is changed or hidden here,
//! and a passage that could not be made is left to the finding it already has.
//!
//! Pure and deterministic: the same article, glossary and copy give the same findings in the same
//! order.

mod adherence;
mod attribution;
mod claims;
mod coverage;
mod dates;
mod direction;
mod evidence;
mod lexicon;
mod names;
mod negation;
mod numbers;
mod pairs;
mod parts;
mod quotes;
mod speech;
mod spelling;
mod stems;
mod text;
mod translit;
mod unit;
mod vocabulary;
mod wording;

use crate::{
    article::Article,
    brief::assemble::Copy,
    finding::Finding,
    glossary::{Glossary, Names},
};
pub use spelling::settle;
use unit::Unit;

/// Grows with every change of a rule, so that cached briefs are checked again.
pub const VERSION: u32 = 6;

/// What a reader should know about the English of `copy`, which was made from `article`.
///
/// Findings come in the order of the passages: headline, summary, sections; then what concerns
/// several passages at once. Each names a passage and at least one source paragraph; an article
/// without a paragraph has nothing to compare with and gives none.
#[must_use]
pub fn check(article: &Article, glossary: &Glossary, copy: &Copy) -> Vec<Finding> {
    check_named(article, glossary, &Names::of(article, glossary), copy)
}

/// The same where the article's names are there already.
#[must_use]
pub fn check_named(
    article: &Article,
    glossary: &Glossary,
    table: &Names,
    copy: &Copy,
) -> Vec<Finding> {
    let readings = unit::Readings::of(article);
    let units = unit::units(article, copy, &readings);
    let known = names::Known { glossary, table };
    let (mut findings, mut heard) = (Vec::new(), Vec::new());
    for unit in &units {
        evidence::check(unit, &mut findings);
        if !unit.is_missing() {
            compare(unit, &mut findings);
            names::check(unit, &known, &mut heard, &mut findings);
            adherence::check(unit, &known, &mut findings);
        }
    }
    wording::repeats(&units, &mut findings);
    names::constancy(heard, &mut findings);
    coverage::sections(article, copy, &mut findings);
    findings
}

fn compare(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    wording::check(unit, findings);
    numbers::check(unit, findings);
    pairs::check(unit, findings);
    dates::check(unit, findings);
    direction::check(unit, findings);
    coverage::check(unit, findings);
    quotes::check(unit, findings);
    attribution::check(unit, findings);
    negation::check(unit, findings);
    claims::check(unit, findings);
}

#[cfg(test)]
mod testing;
