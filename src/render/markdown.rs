//! The brief as Markdown that an editor can read, paste and print.
//!
//! It opens with one plain line saying that a machine drafted it and by what, and with what its
//! source says against publishing. Each passage is followed by the ids of its source paragraphs;
//! the findings follow the text, worst first, and a last line says from what and when it was made.
//! Text from a provider is escaped: it can format nothing and link nowhere.

use super::{
    Label,
    words::{self, clean, counted},
};
use crate::{
    article::SourceId,
    brief::{Brief, BriefSection, Passage},
    finding::Finding,
};

/// The brief in Markdown, ending in a newline.
#[must_use]
pub fn render(brief: &Brief, label: &Label) -> String {
    let mut out = String::new();
    let held = words::held(&brief.release);
    if !held.is_empty() {
        line(&mut out, &format!("> **{}**", escape(&held.join(" "))));
    }
    if label.is_draft() {
        line(&mut out, &format!("> {}", escape(&label.sentence(&brief.provenance))));
    }
    line(&mut out, &format!("# {}", escape(&brief.headline)));
    let dateline = brief.dateline.as_ref().map(words::dateline);
    if let Some(text) = dateline.filter(|text| !text.is_empty()) {
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
    line(&mut out, "---");
    line(&mut out, &format!("*{}*", escape(&origin(brief, label))));
    out.truncate(out.trim_end().len());
    out.push('\n');
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
    line(out, &format!("**To check before use** ({})", words::tally(findings)));
    let items: Vec<String> = words::worst_first(findings).into_iter().map(finding).collect();
    line(out, &items.join("\n"));
}

fn finding(finding: &Finding) -> String {
    let severity = words::severity(finding.severity);
    let at = finding.passage.as_ref().map(|at| format!(" in {}", escape(at))).unwrap_or_default();
    format!("- **{severity}**{at}: {}{}", escape(&finding.message), sources(&finding.sources))
}

/// From what, when and at what cost the brief was made, as one line.
fn origin(brief: &Brief, label: &Label) -> String {
    let usage = &brief.usage;
    let sections = counted(usage.sections, "section");
    let calls = counted(usage.provider_calls, "provider call");
    let made = words::time(&brief.provenance.created);
    let hash = brief.provenance.source_sha256.get(..12).unwrap_or_default();
    let who =
        if label.is_draft() { String::new() } else { label.sentence(&brief.provenance) + " " };
    format!(
        "{who}Made {made} from source {hash}: {sections}, {} from the cache, {calls}. Brief {}.",
        usage.cached_sections, brief.id
    )
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
    let text = clean(text);
    let numbered = text.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0);
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let acts = match c {
            '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '|' | '&' => true,
            '#' | '+' | '-' | '~' | '=' => at == 0,
            // `1.` or `1)` opens a list, `://` makes a link where bare addresses are linked.
            '.' | ')' => numbered == Some(at),
            ':' => text[at..].starts_with("://"),
            _ => false,
        };
        if acts {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn text_of_a_provider_formats_nothing() {
        assert_eq!(escape("# <script>*a*[b](c)\nd"), "\\# \\<script\\>\\*a\\*\\[b\\](c) d");
        assert_eq!(escape("2026. A year"), "2026\\. A year");
        assert_eq!(escape("see https://a.b &lt;"), "see https\\://a.b \\&lt;");
    }

    #[test]
    fn an_editor_reads_the_text_then_what_to_check() {
        insta::assert_snapshot!(render(&sample::brief(), &Label::Draft));
    }

    #[test]
    fn what_a_person_approved_is_no_draft_any_more_and_still_says_that_a_machine_wrote_it() {
        let label = Label::Approved { by: "Maryam Nasser".to_owned() };
        let text = render(&sample::brief(), &label);
        assert!(!text.contains("draft"), "{text}");
        assert!(
            text.contains("approved by Maryam Nasser") && text.contains("Machine text by local"),
            "{text}"
        );
    }

    #[test]
    fn what_must_not_be_published_says_so_first() {
        let mut brief = sample::brief();
        brief.release.embargoed_until = Some("2024-05-07T06:00:00+03:00".to_owned());
        let text = render(&brief, &Label::Draft);
        assert!(text.starts_with("> **Embargoed until 7 May 2024, 03:00 UTC.**\n"), "{text}");
    }
}
