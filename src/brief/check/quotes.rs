//! Quotation marks mean somebody's very words.
//!
//! English may put a span in quotation marks only where the source quotes, or where it has a
//! verb of saying and the colon or dash with which Arabic often opens speech. A longer quotation
//! of the source should be one in the English, a mark that opens must close, and a quotation has a
//! speaker where the source names one.

use std::ops::Range;

use super::{
    speech,
    text::Arabic,
    unit::{Kind, Unit},
};
use crate::finding::{Code, Finding, Severity};

/// A quotation of at least this many words is speech, not a title or a so-called thing.
const SPEECH: usize = 5;

/// Says where quotation marks mislead.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let english = quoted(unit.english.text);
    if unit.kind == Kind::Passage && !english.balanced {
        let what = "A quotation opens or closes alone in the English.";
        let closed = |source: &Arabic<'_>| {
            let quoted = quoted(source.text);
            quoted.balanced && !quoted.spans.is_empty()
        };
        if unit.source_texts().all(closed) {
            unit.say(findings, Code::QuoteUnbalanced, Severity::Info, what);
        }
    }
    unsupported(unit, &english.spans, findings);
    missing(unit, &english.spans, findings);
    unattributed(unit, &english.spans, findings);
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn unsupported(unit: &Unit<'_>, spans: &[Range<usize>], findings: &mut Vec<Finding>) {
    let Some(first) = spans.first() else { return };
    let mut sources = unit.source_texts().chain(unit.evidence.iter().copied());
    if sources.any(may_quote) {
        return;
    }
    let what = format!(
        "“{}” stands in quotation marks, the source quotes nothing.",
        &unit.english.text[first.clone()]
    );
    let severity = if words(&unit.english.text[first.clone()]) >= SPEECH {
        Severity::Error
    } else {
        Severity::Warning
    };
    unit.say(findings, Code::QuoteUnsupported, severity, what);
}

/// Whether a text quotes, or opens speech without marks.
fn may_quote(source: &Arabic<'_>) -> bool {
    source.text.contains(['"', '«', '“', '”', '„', '»', '‘', '{', '\''])
        || source.text.contains("((")
        || source.text.contains([':', '：']) && speech::may_attribute(source)
        || source.text.matches('/').count() >= 2
}

fn missing(unit: &Unit<'_>, spans: &[Range<usize>], findings: &mut Vec<Finding>) {
    let Some(arabic) = unit.arabic.as_deref() else { return };
    if !spans.is_empty() {
        return;
    }
    let source = quoted(arabic.text);
    if source.spans.is_empty() || unit.english.text.contains(['\'', '‘', '“', '"', '«']) {
        return;
    }
    let speech = source.spans.iter().map(|span| &arabic.text[span.clone()]);
    let Some(lost) = speech.filter(|text| words(text) >= SPEECH).max_by_key(|text| text.len())
    else {
        return;
    };
    let what = format!("The source quotes “{}”, the English quotes nothing.", shortened(lost));
    unit.say(findings, Code::QuoteMissing, Severity::Warning, what);
}

fn shortened(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(8).collect();
    let more = if text.split_whitespace().nth(8).is_some() { " …" } else { "" };
    format!("{}{more}", words.join(" "))
}

fn unattributed(unit: &Unit<'_>, spans: &[Range<usize>], findings: &mut Vec<Finding>) {
    let speech = spans.iter().find(|span| words(&unit.english.text[(*span).clone()]) >= SPEECH);
    let Some(span) = speech.filter(|_| unit.kind == Kind::Passage) else { return };
    let named = unit.source_texts().any(|source| speech::attributes(source).is_some());
    if named && !speech::reports(&unit.english) {
        let quote = shortened(&unit.english.text[span.clone()]);
        let what = format!("“{quote}” stands without its speaker.");
        unit.say(findings, Code::QuoteUnattributed, Severity::Warning, what);
    }
}

struct Quoted {
    spans: Vec<Range<usize>>,
    balanced: bool,
}

/// The spans between double quotation marks of any shape; a quotation may open again in the next
/// paragraph without having been closed.
fn quoted(text: &str) -> Quoted {
    let mut found = Quoted { spans: Vec::new(), balanced: true };
    // The first bytes of every such mark: most texts have none of them.
    if memchr::memchr3(b'"', 0xC2, 0xE2, text.as_bytes()).is_none() {
        return found;
    }
    let mut open: Option<(char, usize)> = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        open = match (c, open) {
            ('"' | '“' | '«' | '„', None) => Some((c, end)),
            ('”' | '»' | '"' | '“', Some((_, start))) => {
                found.spans.push(start..at);
                None
            }
            ('”' | '»', None) => {
                found.balanced = false;
                None
            }
            (_, open) => open,
        };
    }
    found.balanced &= open.is_none();
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, translation};
    use crate::finding::Code;

    #[test]
    fn quotation_marks_need_a_quotation_in_the_source() {
        let found = translation(
            "بدأت الحكومة تنفيذ الخطة الجديدة في الأقاليم كلها هذا العام.",
            "The government began to carry out \"the new and very promising plan\" in all regions.",
        );
        assert_eq!(codes(&found), [Code::QuoteUnsupported]);
    }

    #[test]
    fn speech_after_a_colon_may_be_quoted() {
        let found = translation(
            "وقال الوزير: سنعيد فتح المدارس في الأسبوع المقبل.",
            "The minister said, \"We will reopen the schools next week.\"",
        );
        assert_eq!(codes(&found), []);
    }

    #[test]
    fn a_lost_quotation_and_a_lone_mark_are_reported() {
        let arabic = "وقال الوزير «سنعيد فتح المدارس في الأسبوع المقبل إن شاء الله».";
        let found = translation(arabic, "The minister said they would reopen schools next week.");
        assert_eq!(codes(&found), [Code::QuoteMissing]);
        let found =
            translation(arabic, "The minister said, \"We will reopen the schools next week.");
        assert_eq!(codes(&found), [Code::QuoteUnbalanced]);
    }

    #[test]
    fn a_quotation_needs_its_speaker() {
        let arabic = "وقال الوزير «سنعيد فتح المدارس في الأسبوع المقبل إن شاء الله».";
        let found = translation(arabic, "“We will open schools next week, God willing.”");
        assert!(codes(&found).contains(&Code::QuoteUnattributed));
    }
}
