//! Words and marks that more than one format prints: datelines, severities, times, the places of
//! findings, and text made fit to stand in markup.

use std::{borrow::Cow, fmt::Write};

use jiff::Timestamp;

use crate::{
    article::{Dateline, PubStatus, Release, dates::MONTHS, release},
    brief::{Brief, Passage},
    finding::{Finding, Severity},
};

/// A dateline as an agency prints it: `Tehran, 18 January (IRNA)`. Empty where nothing is known.
#[must_use]
pub fn dateline(dateline: &Dateline) -> String {
    let place = dateline.place.clone().unwrap_or_default();
    let month = dateline.month.and_then(|m| MONTHS.get(usize::from(m).checked_sub(1)?));
    let date = match (dateline.day, month, dateline.year) {
        (Some(day), Some(month), Some(year)) => format!("{day} {month} {year}"),
        (Some(day), Some(month), None) => format!("{day} {month}"),
        (None, Some(month), Some(year)) => format!("{month} {year}"),
        _ => String::new(),
    };
    let mut out =
        [place, date].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ");
    if let Some(agency) = &dateline.agency {
        let gap = if out.is_empty() { "" } else { " " };
        let _ = write!(out, "{gap}({agency})");
    }
    out
}

/// The word for a severity that people read.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Note",
    }
}

/// The findings, worst first, otherwise in their order.
#[must_use]
pub fn worst_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sorted
}

/// `2 errors, 1 warning`; empty where there are no findings. Notes are counted too.
#[must_use]
pub fn tally(findings: &[Finding]) -> String {
    let worst = [Severity::Error, Severity::Warning, Severity::Info].into_iter();
    let counted = worst.filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        (count > 0).then(|| counted(count as u64, &self::severity(severity).to_lowercase()))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// `1 section`, `4 sections`, `1,204 characters`.
#[must_use]
pub fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(count))
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What stands in the way of publishing, one sentence each: status, then embargo.
#[must_use]
pub fn held(held: &Release) -> Vec<String> {
    let mut out = Vec::new();
    match held.status {
        Some(PubStatus::Withheld) => {
            out.push("Withheld by its source: not to be published.".into())
        }
        Some(PubStatus::Canceled) => {
            out.push("Withdrawn by its source: not to be published.".into())
        }
        Some(PubStatus::Usable) | None => {}
    }
    if let Some(text) = &held.embargoed_until {
        out.push(match held.embargo() {
            Some(until) => format!("Embargoed until {}.", moment(until)),
            None => format!("Embargoed: “{}”. The time is unclear; ask the source.", text.trim()),
        });
    }
    out
}

/// `7 May 2024, 03:00 UTC`.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// The same of a time as it is written; what names no moment stays as written.
#[must_use]
pub fn time(text: &str) -> String {
    release::instant(text).map_or_else(|| text.to_owned(), moment)
}

/// The passage that a finding's address names: `summary.0`, `s1.2`.
#[must_use]
pub fn passage_at<'a>(brief: &'a Brief, address: &str) -> Option<&'a Passage> {
    let (place, index) = address.split_once('.')?;
    let index: usize = index.parse().ok()?;
    if place == "summary" {
        return brief.summary.get(index);
    }
    brief.sections.iter().find(|section| section.id == place)?.passages.get(index)
}

/// The text without what could reorder or break the page round it: control characters become
/// spaces, and marks that override or embed a writing direction go. Marks that only hint at one
/// stay, since Arabic needs them.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let fine = |c: char| !c.is_control() && !turns(c);
    if text.chars().all(fine) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|c| !turns(*c));
    Cow::Owned(kept.map(|c| if c.is_control() { ' ' } else { c }).collect())
}

fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dateline_without_a_year_shows_none() {
        let full = Dateline {
            place: Some("Tehran".to_owned()),
            day: Some(18),
            month: Some(1),
            agency: Some("IRNA".to_owned()),
            ..Dateline::default()
        };
        assert_eq!(dateline(&full), "Tehran, 18 January (IRNA)");
        let agency = Dateline { agency: Some("AFP".to_owned()), ..Dateline::default() };
        assert_eq!(dateline(&agency), "(AFP)");
    }

    #[test]
    fn counts_read_as_people_write_them() {
        let read =
            [(1, "1 word"), (0, "0 words"), (999, "999 words"), (1_204_000, "1,204,000 words")];
        for (count, expected) in read {
            assert_eq!(counted(count, "word"), expected);
        }
    }

    #[test]
    fn text_cannot_turn_the_page_round() {
        assert_eq!(clean("a\u{202E}b\u{0}c\nd"), "ab c d");
        assert_eq!(clean("«نص»\u{200F} آخر"), "«نص»\u{200F} آخر");
    }

    #[test]
    fn an_embargo_that_names_no_moment_is_told_as_written() {
        let held = |text: &str| {
            let release = Release { embargoed_until: Some(text.into()), ..Release::default() };
            super::held(&release).join("")
        };
        assert_eq!(held("2024-05-07T06:00:00+03:00"), "Embargoed until 7 May 2024, 03:00 UTC.");
        assert!(held("noon").contains("“noon”"));
    }
}
