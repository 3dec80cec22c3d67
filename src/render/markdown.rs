//! The brief as Markdown that an editor can read, paste and print.
//!
//! It opens with one plain line saying that a machine drafted it and by what, and closes with the
//! findings, worst first. Each passage is followed by the ids of its source paragraphs. Text from
//! a provider is escaped: it can format nothing and link nowhere.

use std::fmt::Write;

use crate::{
    article::{Dateline, SourceId, dates::MONTHS},
    brief::{Brief, BriefSection, Passage, Provenance},
    finding::{Finding, Severity},
};

/// The brief in Markdown, ending in a newline.
#[must_use]
pub fn render(brief: &Brief) -> String {
    let mut out = String::new();
    if brief.provenance.draft {
        line(&mut out, &format!("> {}", draft(&brief.provenance)));
    }
    line(&mut out, &format!("# {}", escape(&brief.headline)));
    if let Some(text) = brief.dateline.as_ref().map(dateline).filter(|text| !text.is_empty()) {
        line(&mut out, &format!("*{}*", escape(&text)));
    }
    if !brief.summary.is_empty() {
        let items: Vec<String> = brief.summary.iter().map(|p| format!("- {}", cited(p))).collect();
        line(&mut out, &items.join("\n"));
    }
    for one in &brief.sections {
        section(&mut out, one);
    }
    findings(&mut out, &brief.findings);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// One sentence that says who drafted the brief and that nobody has checked it.
#[must_use]
pub fn draft(provenance: &Provenance) -> String {
    let mut engines: Vec<String> = Vec::new();
    for used in &provenance.engines {
        let name = match &used.model {
            Some(model) => format!("{} ({model})", used.provider),
            None => used.provider.clone(),
        };
        if !engines.contains(&name) {
            engines.push(name);
        }
    }
    let by = if engines.is_empty() { "mujaz".to_owned() } else { engines.join(", ") };
    format!("Machine draft by {by}; not reviewed by a person.")
}

/// A dateline as an agency prints it: `Tehran, 18 January (IRNA)`.
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

fn section(out: &mut String, section: &BriefSection) {
    if section.heading.is_none() && section.passages.is_empty() {
        return;
    }
    if let Some(heading) = section.heading.as_ref().or(section.heading_ar.as_ref()) {
        line(out, &format!("## {}", escape(heading)));
    }
    for passage in &section.passages {
        line(out, &cited(passage));
    }
}

fn findings(out: &mut String, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    line(out, "---");
    line(out, "**To check before use**");
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let items: Vec<String> = sorted.into_iter().map(finding).collect();
    line(out, &items.join("\n"));
}

fn finding(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Note",
    };
    let at = finding.passage.as_ref().map(|at| format!(" in {at}")).unwrap_or_default();
    format!("- {severity}{at}: {}{}", escape(&finding.message), sources(&finding.sources))
}

fn cited(passage: &Passage) -> String {
    format!("{}{}", escape(&passage.text), sources(&passage.sources))
}

fn sources(sources: &[SourceId]) -> String {
    if sources.is_empty() {
        return String::new();
    }
    let ids: Vec<String> = sources.iter().map(ToString::to_string).collect();
    format!(" \\[{}\\]", ids.join(", "))
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push_str("\n\n");
}

/// The text with every character that Markdown would act on made plain, on one line.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (index, c) in text.chars().enumerate() {
        match c {
            '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '|' => {
                out.push('\\');
                out.push(c);
            }
            '#' | '+' | '-' | '~' if index == 0 => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_provider_formats_nothing() {
        assert_eq!(escape("# <script>*a*[b](c)\nd"), "\\# \\<script\\>\\*a\\*\\[b\\](c) d");
    }

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
}
