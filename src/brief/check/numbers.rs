//! Every number of the Arabic stands in the English, and every number of the English in its source.
//!
//! Values are compared, not signs: the readers of both languages give exact values across digit
//! systems, separators, scale words, clock times and words. A translation must carry every number
//! of the very Arabic it translates; a summary may leave numbers out but bring none of its own. A
//! number in words below eleven is let go on one side alone, since languages put those differently
//! (Arabic says two by the form of the noun); where both sides have one left over, they contradict
//! each other.

use super::unit::{Kind, Unit};
use crate::{
    article::numerals::{Decimal, Number, NumberKind, Written},
    brief::numbers::Rule,
    finding::{Code, Finding, Severity},
};

/// Says which numbers disagree.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let english = &unit.english.numbers;
    let own = unit.arabic.as_deref().map_or(&[][..], |arabic| arabic.numbers());
    if english.is_empty() && own.is_empty() {
        return;
    }
    let rule = Rule::of(unit.english.text);
    let support: Vec<&Number> = unit.source_numbers().collect();
    let extra: Vec<&Number> = rule.unsupported(english, support.iter().copied()).collect();
    let missing: Vec<&Number> = match &unit.arabic {
        Some(arabic) => rule.missing(arabic.numbers(), english).collect(),
        None => Vec::new(),
    };
    let typed = |number: &Number| unit.english.text[number.span.clone()].trim().to_owned();
    for (index, number) in missing.iter().enumerate() {
        let source = unit.arabic.as_deref().map_or("", |a| a.text);
        let said = source[number.span.clone()].trim();
        let what = match extra.get(index) {
            Some(found) => {
                format!(
                    "The source has {}, the English has “{}”.",
                    shown(said, number),
                    typed(found)
                )
            }
            None => format!("The source has {}, the English does not.", shown(said, number)),
        };
        unit.say(findings, Code::NumberMissing, Severity::Error, what);
    }
    for (index, number) in extra.iter().enumerate() {
        let source = unit.arabic.as_deref().map_or("", |a| a.text);
        let what = match missing.get(index) {
            Some(lost) => format!(
                "The English has “{}”, where the source has {}.",
                typed(number),
                shown(source[lost.span.clone()].trim(), lost)
            ),
            None => format!("The English has “{}”, which its source does not.", typed(number)),
        };
        unit.say(findings, Code::NumberUnsupported, Severity::Error, what);
    }
    if unit.kind == Kind::Passage && missing.is_empty() && extra.is_empty() {
        contradiction(unit, english, findings);
    }
}

fn shown(typed: &str, number: &Number) -> String {
    match number.kind {
        NumberKind::Time { hour, minute, .. } => format!("“{typed}” ({hour}:{minute:02})"),
        NumberKind::Percent => format!("“{typed}” ({} percent)", number.value),
        _ if number.value.to_string() == typed => format!("“{typed}”"),
        _ => format!("“{typed}” ({})", number.value),
    }
}

/// A small number in words left over on each side.
fn contradiction(unit: &Unit<'_>, english: &[Number], findings: &mut Vec<Finding>) {
    let Some(arabic) = unit.arabic.as_deref() else { return };
    let lost =
        arabic.numbers().iter().find(|n| is_small(n) && !english.iter().any(|e| alike(n, e)));
    let Some(lost) = lost else { return };
    let extra = english.iter().find(|n| is_small(n) && !unit.source_numbers().any(|a| alike(n, a)));
    let Some(extra) = extra else { return };
    let what = format!(
        "The source has {}, the English has “{}”.",
        shown(arabic.text[lost.span.clone()].trim(), lost),
        &unit.english.text[extra.span.clone()]
    );
    unit.say(findings, Code::NumberMissing, Severity::Error, what);
}

fn is_small(number: &Number) -> bool {
    let value = number.value.abs();
    number.written == Written::Words
        && matches!(number.kind, NumberKind::Cardinal | NumberKind::Ordinal)
        && value.whole().is_some()
        && value > Decimal::from(2)
        && value <= Decimal::from(10)
}

fn alike(a: &Number, b: &Number) -> bool {
    a.value.abs() == b.value.abs()
        || a.alternative == Some(b.value)
        || b.alternative == Some(a.value)
}
