//! What the English says has counterparts in its source.
//!
//! The dictionary knows for some thousand English words which Arabic stems can stand for them. Of
//! the known words of a faithful sentence about four in five have a counterpart in the Arabic
//! beside it, of a sentence made from other Arabic about one in thirteen. The two hypotheses are
//! weighed by their likelihoods; a sentence that the second explains much better is unsupported.
//! A single wrong word changes little here: other checks look for those.

use super::{
    lexicon::Entry,
    unit::{Kind, Unit},
};
use crate::finding::{Code, Finding, Severity};

/// Logarithm of how much likelier a counterpart is in a sentence's own source: ln(0.80 / 0.075).
const FOUND: f64 = 2.37;
/// The same for a counterpart that is not there: ln(0.20 / 0.925).
const LACKING: f64 = -1.53;
/// Below this a sentence is doubtful, and below the next one all but surely made up.
const DOUBTFUL: f64 = -2.5;
const MADE_UP: f64 = -5.0;

/// Says which sentences have nothing to rest on.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    if unit.sources.is_empty() || unit.texts().next().is_none() {
        return;
    }
    let mut sentence = Weight::default();
    let words = &unit.english.words;
    for (index, word) in words.iter().enumerate() {
        if sentence.start == sentence.end {
            sentence.start = word.place().start;
        }
        if word.place().len() > 2
            && let Some(entry) = word.entry.filter(|entry| entry.has_stems())
        {
            sentence.weigh(unit, entry);
        }
        sentence.end = word.place().end;
        let next = words.get(index + 1).map(|next| next.place().start);
        if next.is_none_or(|next| ends(&unit.english.text[sentence.end..next])) {
            judge(unit, &sentence, findings);
            sentence = Weight::default();
        }
    }
}

#[derive(Default)]
struct Weight {
    score: f64,
    start: usize,
    end: usize,
}

impl Weight {
    fn weigh(&mut self, unit: &Unit<'_>, entry: Entry) {
        let found = unit.texts().any(|text| text.stems().has(entry));
        self.score += if found { FOUND } else { LACKING };
    }
}

/// Whether what stands between two words ends a sentence.
fn ends(between: &str) -> bool {
    between.contains(['.', '!', '?', '\n']) && between.contains([' ', '\n', '"', '”'])
}

fn judge(unit: &Unit<'_>, sentence: &Weight, findings: &mut Vec<Finding>) {
    if sentence.score > DOUBTFUL || unit.kind == Kind::Heading && sentence.score > MADE_UP {
        return;
    }
    let text = &unit.english.text[sentence.start..sentence.end];
    let severity = if sentence.score > MADE_UP { Severity::Warning } else { Severity::Error };
    let what = format!("Nothing in its source supports “{}”.", opening(text));
    unit.say(findings, Code::ClaimUnsupported, severity, what);
}

fn opening(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(10).collect();
    let more = if text.split_whitespace().nth(10).is_some() { " …" } else { "" };
    format!("{}{more}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, summary, translation};
    use crate::finding::Code;

    const ARABIC: &str = "أعلنت الحكومة خطة جديدة لدعم المدارس والمستشفيات في المدن الفقيرة.";
    const TRUE: &str =
        "The government announced a new plan to support schools and hospitals in poor cities.";
    const FALSE: &str =
        "Scientists found an old ship near the island after the storm destroyed the harbour.";

    #[test]
    fn an_invented_sentence_is_found_in_translations_and_summaries() {
        let both = format!("{TRUE} {FALSE}");
        let found = translation(ARABIC, &both);
        assert!(codes(&found).contains(&Code::ClaimUnsupported), "{found:?}");
        assert!(found.iter().any(|f| f.message.contains("Scientists")));
        assert_eq!(codes(&summary(ARABIC, FALSE, &["s0.p0"])), [Code::ClaimUnsupported]);
    }

    #[test]
    fn a_faithful_sentence_is_silent() {
        assert_eq!(codes(&translation(ARABIC, TRUE)), []);
        assert_eq!(codes(&summary(ARABIC, TRUE, &["s0.p0"])), []);
    }
}
