//! What was measured, added up, for people and for programs.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{
    chrf::Chrf,
    numbers::{self, NumberFidelity, Verdict},
    set::{Document, Segment},
};
use crate::{
    brief::{Passage, Translation, assemble::MISSING},
    finding::{Code, Finding, Severity},
    render::words,
};

/// Sets drawn from the segments to say how sure the score is.
const DRAWS: usize = 1000;

/// How one segment came out. Holds no text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// Its document.
    pub document: String,
    /// Its place in the document, from 0.
    pub number: usize,
    /// chrF2 of the segment alone.
    pub chrf: f64,
    /// The codes found in it.
    pub findings: Vec<Code>,
    /// What there is to say of its numbers; of what got no English, nothing.
    pub numbers: Verdict,
    #[serde(skip)]
    counts: Chrf,
}

/// How often a code was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Found {
    /// The worst severity first.
    pub severity: Severity,
    /// The code.
    pub code: Code,
    /// Findings.
    pub count: usize,
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Calls made.
    pub calls: u64,
    /// Tokens read by language models.
    pub input_tokens: u64,
    /// Tokens written by language models.
    pub output_tokens: u64,
    /// Characters that providers count.
    pub characters: u64,
    /// Sections that the cache answered; their calls are not among those above.
    pub cached_sections: u64,
    /// United States dollars, where every price is configured.
    pub usd: Option<f64>,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// The report of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The set, as the caller named it.
    pub set: String,
    /// The engines that answered, `provider (model)`.
    pub engines: Vec<String>,
    /// Whether terms and names went with the tasks.
    pub with_glossary: bool,
    /// Documents of which a segment was measured.
    pub documents: usize,
    /// Segments measured.
    pub measured: usize,
    /// Of those, segments that got no English; they count as empty.
    pub missing: usize,
    /// chrF2 over all segments, 0 to 100.
    pub chrf: f64,
    /// The middle 95% of that score over sets drawn from these segments.
    pub chrf_interval: [f64; 2],
    /// Whether numbers are right.
    pub numbers: NumberFidelity,
    /// Findings of the checks by code.
    pub findings: Vec<Found>,
    /// What it took.
    pub cost: Cost,
    /// Each segment, without its text.
    pub segments: Vec<Scored>,
}

/// Adds up document by document.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    engines: Vec<String>,
    documents: usize,
    missing: usize,
    numbers: NumberFidelity,
    findings: BTreeMap<(Severity, Code), usize>,
    cost: Cost,
    unpriced: bool,
    segments: Vec<Scored>,
}

impl Tally {
    /// Counts a document; `None` where no provider gave anything for it.
    pub fn count(&mut self, document: &Document, made: Option<&Translation>) {
        self.documents += 1;
        if let Some(made) = made {
            self.pay(made);
        }
        for (index, segment) in document.segments.iter().enumerate() {
            let place = Document::place(index);
            let passage = made.and_then(|made| made.passage(&place));
            let findings = made.map_or(&[][..], |made| &made.findings);
            let here = findings.iter().filter(|f| f.passage.as_deref() == Some(place.as_str()));
            self.segment(&document.id, segment, passage, &here.collect::<Vec<_>>());
        }
    }

    fn segment(
        &mut self,
        document: &str,
        segment: &Segment,
        passage: Option<&Passage>,
        found: &[&Finding],
    ) {
        let english = passage.map(|p| p.text.as_str()).filter(|text| *text != MISSING);
        self.missing += usize::from(english.is_none());
        let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
        for finding in found {
            *self.findings.entry((finding.severity, finding.code)).or_default() += 1;
        }
        // What is missing says so in its place, and a number that is not there is not wrong.
        let verdict = english.map_or(Verdict::None, |english| {
            numbers::judge(&segment.arabic, &segment.reference, english, &codes)
        });
        self.numbers.count(verdict);
        let counts = Chrf::of(english.unwrap_or_default(), &segment.reference);
        self.segments.push(Scored {
            document: document.to_owned(),
            number: segment.number,
            chrf: counts.score(),
            findings: codes,
            numbers: verdict,
            counts,
        });
    }

    fn pay(&mut self, made: &Translation) {
        let usage = &made.usage;
        self.cost.calls += usage.provider_calls;
        self.cost.input_tokens += usage.input_tokens;
        self.cost.output_tokens += usage.output_tokens;
        self.cost.characters += usage.characters;
        self.cost.cached_sections += usage.cached_sections;
        match usage.cost_usd {
            Some(usd) => self.cost.usd = Some(self.cost.usd.unwrap_or_default() + usd),
            None => self.unpriced = true,
        }
        for engine in &made.engines {
            let name = match &engine.model {
                Some(model) => format!("{} ({model})", engine.provider),
                None => engine.provider.clone(),
            };
            if !self.engines.contains(&name) {
                self.engines.push(name);
            }
        }
    }

    /// The report of what was counted, in `seconds` of wall-clock time.
    #[must_use]
    pub fn report(self, set: &str, with_glossary: bool, seconds: f64) -> Report {
        let mut all = Chrf::default();
        self.segments.iter().for_each(|segment| all += segment.counts);
        let mut findings: Vec<Found> = self
            .findings
            .into_iter()
            .map(|((severity, code), count)| Found { severity, code, count })
            .collect();
        findings.sort_by_key(|one| (std::cmp::Reverse(one.severity), std::cmp::Reverse(one.count)));
        let usd = self.cost.usd.filter(|_| !self.unpriced);
        Report {
            set: set.to_owned(),
            engines: self.engines,
            with_glossary,
            documents: self.documents,
            measured: self.segments.len(),
            missing: self.missing,
            chrf: all.score(),
            chrf_interval: interval(&self.segments),
            numbers: self.numbers,
            findings,
            cost: Cost { usd, seconds, ..self.cost },
            segments: self.segments,
        }
    }
}

/// The middle 95% of the score over sets of as many segments, drawn with the same seed each time.
fn interval(segments: &[Scored]) -> [f64; 2] {
    if segments.is_empty() {
        return [0.0; 2];
    }
    let mut rng = fastrand::Rng::with_seed(1);
    let mut draw = || {
        let mut all = Chrf::default();
        (0..segments.len()).for_each(|_| all += segments[rng.usize(..segments.len())].counts);
        all.score()
    };
    let mut scores: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    scores.sort_by(f64::total_cmp);
    [scores[DRAWS / 40], scores[DRAWS - 1 - DRAWS / 40]]
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engines =
            if self.engines.is_empty() { "nobody".to_owned() } else { self.engines.join(", ") };
        let sent = if self.with_glossary { "sent" } else { "not sent" };
        let segments = words::counted(self.measured as u64, "segment");
        let documents = words::counted(self.documents as u64, "document");
        writeln!(f, "{}: {segments} of {documents}", self.set)?;
        writeln!(f, "by {engines}, terms and names {sent}\n")?;
        let [low, high] = self.chrf_interval;
        writeln!(f, "{:<42} {:>8.2}   95%: {low:.2} to {high:.2}", "chrF2", self.chrf)?;
        row(f, "segments without English", self.missing)?;
        let numbers = &self.numbers;
        row(f, "segments with numbers", numbers.segments)?;
        row(f, "  right", numbers.right)?;
        row(f, "  right, accused by a check", numbers.right_flagged)?;
        row(f, "  wrong, flagged by a check", numbers.wrong_flagged)?;
        row(f, "  wrong, not flagged", numbers.wrong_unflagged)?;
        row(f, "  reference and Arabic differ, left out", numbers.reference_differs)?;
        writeln!(f)?;
        for Found { severity, code, count } in &self.findings {
            let name = serde_json::to_value(code).unwrap_or_default();
            let severity = words::severity(*severity).to_lowercase();
            let what = format!("{severity}: {}", name.as_str().unwrap_or_default());
            row(f, &what, *count)?;
        }
        let cost = &self.cost;
        let usd = cost.usd.map_or_else(|| "unknown".to_owned(), |usd| format!("${usd:.4}"));
        writeln!(
            f,
            "\n{} calls, {} tokens read, {} written, {} characters, {} sections from the cache, \
             cost {usd}, {:.1} s",
            cost.calls,
            cost.input_tokens,
            cost.output_tokens,
            cost.characters,
            cost.cached_sections,
            cost.seconds
        )
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, count: usize) -> fmt::Result {
    writeln!(f, "{name:<42} {count:>8}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::Marker,
        brief::{BriefSection, BriefUsage, EngineUsed},
    };

    fn document() -> Document {
        let pairs = [
            ("استقبل الميناء 1300 سفينة", "The port received 1,300 ships."),
            ("وصل الوفد", "The delegation arrived."),
            ("غادر الوفد", "The delegation left."),
        ];
        let segments = pairs.into_iter().enumerate().map(|(number, (arabic, reference))| Segment {
            number,
            arabic: arabic.to_owned(),
            reference: reference.to_owned(),
        });
        Document { id: "doc".to_owned(), segments: segments.collect() }
    }

    fn made() -> Translation {
        let texts = ["The port received 300 ships.", "The delegation arrived.", MISSING];
        let passages =
            texts.map(|text| Passage { text: text.to_owned(), sources: Vec::new(), arabic: None });
        let section = BriefSection {
            id: "s0".to_owned(),
            heading: None,
            heading_ar: None,
            marker: Marker::Lead,
            passages: passages.to_vec(),
        };
        let wrong = Finding::new(Code::NumberMissing, Severity::Error, "wrong");
        let missing = Finding::new(Code::PassageMissing, Severity::Error, "missing");
        Translation {
            sections: vec![section],
            findings: vec![wrong.at_passage("s0.0"), missing.at_passage("s0.2")],
            engines: vec![EngineUsed {
                task: "translate".to_owned(),
                provider: "first".to_owned(),
                model: Some("m".to_owned()),
            }],
            usage: BriefUsage {
                provider_calls: 2,
                input_tokens: 30,
                output_tokens: 12,
                cost_usd: Some(0.25),
                ..BriefUsage::default()
            },
        }
    }

    #[test]
    fn the_table_says_how_good_how_sure_and_at_what_price() {
        let mut tally = Tally::default();
        tally.count(&document(), Some(&made()));
        insta::assert_snapshot!(tally.report("set.jsonl", true, 1.5).to_string());
    }

    #[test]
    fn a_price_that_is_not_known_makes_the_sum_unknown() {
        let mut tally = Tally::default();
        tally.count(&document(), Some(&made()));
        let usage = BriefUsage { cost_usd: None, ..BriefUsage::default() };
        tally.count(&document(), Some(&Translation { usage, ..made() }));
        let report = tally.report("set", true, 1.0);
        assert_eq!(report.cost.usd, None);
        assert_eq!(report.cost.calls, 2);
        assert_eq!(report.engines, ["first (m)"]);
    }

    #[test]
    fn a_document_that_nobody_did_counts_as_empty() {
        let mut tally = Tally::default();
        tally.count(&document(), None);
        let report = tally.report("set", false, 0.0);
        assert_eq!((report.missing, report.measured), (3, 3));
        assert!(report.chrf.abs() < 1e-9);
        assert_eq!(report.numbers, NumberFidelity::default());
    }

    #[test]
    fn the_json_holds_no_text_of_the_set() {
        let mut tally = Tally::default();
        tally.count(&document(), Some(&made()));
        let json = serde_json::to_string(&tally.report("set", true, 1.0)).unwrap();
        assert!(!json.contains("delegation") && !json.contains("الوفد"), "{json}");
        assert!(json.contains("number-missing"));
    }
}
