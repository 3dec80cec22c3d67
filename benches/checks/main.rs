//! How often the checks are right: false alarms on people's translations, catches on machines' and
//! on spoiled ones, and what a check costs.
//!
//! Reads the quality data (`../shared/quality`, or the path given as argument), which is no part
//! of the project, and prints Markdown tables. Sentence pairs stand for one-passage briefs: the
//! Arabic is the article, the English its translation. Verdicts by eye lie in `labels.tsv` as
//! line numbers. With `--lines ENGINE` it prints each line that is flagged with the codes, with
//! `--missed KIND` each spoiled line that is not.

mod data;
mod spoil;

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use data::{Labels, Pair};
use mujaz::{
    article::{Article, Marker, Paragraph, Section, SourceId},
    brief::{BriefSection, Passage, assemble::Copy, check},
    finding::{Code, Finding, Severity},
    glossary::{Glossary, Names},
};
use spoil::Spoiled;

/// The engines whose outputs lie beside the reference.
const ENGINES: [&str; 7] =
    ["google", "microsoft", "bergamot-base", "bergamot-base-memory", "nllb", "opusmt", "argos"];

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut path, mut lines, mut missed) = (None, None, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--lines" => lines = arguments.next(),
            "--missed" => missed = arguments.next(),
            "--cost" => {}
            _ => path = Some(PathBuf::from(argument)),
        }
    }
    let path =
        path.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/quality"));
    let beside = PathBuf::from("../../shared/quality");
    let path = if path.is_dir() { path } else { beside };
    if !path.is_dir() {
        eprintln!(
            "NOT MEASURED: there is no quality data at {}. Give its path as argument.",
            path.display()
        );
        return;
    }
    let glossary = data::glossary();
    let flores = data::flores(&path);
    let ntrex = data::ntrex(&path);
    if let Some(engine) = lines {
        return flagged_lines(&flores, &ntrex, &engine, &glossary);
    }
    let bench = Bench { glossary: &glossary };
    if let Some(kind) = missed {
        return bench.missed(&kind, [&flores[..], &ntrex[..]].concat().as_slice());
    }
    if std::env::args().any(|argument| argument == "--cost") {
        return bench.cost(&ntrex);
    }
    bench.numbers(&flores);
    bench.engines(&flores);
    bench.spoiled("FLORES", &flores);
    bench.spoiled("NTREX", &ntrex);
    bench.cost(&ntrex);
}

struct Bench<'a> {
    glossary: &'a Glossary,
}

fn flagged_lines(flores: &[Pair], ntrex: &[Pair], engine: &str, glossary: &Glossary) {
    let pairs = if engine == "ntrex" { ntrex } else { flores };
    for pair in pairs {
        let found = findings(pair, pair.english(engine), glossary);
        for finding in found {
            println!("{}\t{:?}\t{}", pair.line, finding.code, finding.message);
        }
    }
}

/// What is found in `english` as the translation of the pair's Arabic.
fn findings(pair: &Pair, english: &str, glossary: &Glossary) -> Vec<Finding> {
    let (article, copy) = brief(&[(&pair.arabic, english)], true);
    check::check(&article, glossary, &copy)
}

fn brief(pairs: &[(&str, &str)], translated: bool) -> (Article, Copy) {
    let ids = (0..).map(|paragraph| SourceId { section: 0, paragraph });
    let paragraphs = pairs.iter().zip(ids.clone()).map(|((arabic, _), id)| Paragraph {
        id,
        text: (*arabic).to_owned(),
        span: 0..0,
    });
    let passages = pairs.iter().zip(ids).map(|((arabic, english), id)| Passage {
        text: (*english).to_owned(),
        sources: vec![id],
        arabic: translated.then(|| (*arabic).to_owned()),
    });
    let section = BriefSection {
        id: "s0".to_owned(),
        heading: None,
        heading_ar: None,
        marker: Marker::Lead,
        passages: passages.collect(),
    };
    let source = Section {
        id: "s0".to_owned(),
        heading: None,
        marker: Marker::Lead,
        paragraphs: paragraphs.collect(),
    };
    let article =
        Article { language: "ar".to_owned(), sections: vec![source], ..Article::default() };
    (article, Copy { sections: vec![section], ..Copy::default() })
}

fn is_number(code: Code) -> bool {
    matches!(code, Code::NumberMissing | Code::NumberUnsupported)
}

fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = (part * 1000 + whole / 2) / whole;
    format!("{}.{}% ({part}/{whole})", tenths / 10, tenths % 10)
}

impl Bench<'_> {
    fn findings(&self, pair: &Pair, english: &str) -> Vec<Finding> {
        findings(pair, english, self.glossary)
    }

    /// The number check against verdicts by eye, on sentences with digits.
    fn numbers(&self, flores: &[Pair]) {
        let labels = Labels::read();
        let rows: Vec<&Pair> = flores.iter().filter(|p| p.has_digits()).collect();
        println!("### Numbers, FLORES dev, {} sentences with digits\n", rows.len());
        println!(
            "| English | flagged | wrong by eye | caught | accused in vain |\n|---|---|---|---|---|"
        );
        for engine in ["reference", "argos", "opusmt"]
            .into_iter()
            .chain(ENGINES.into_iter().filter(|engine| !["argos", "opusmt"].contains(engine)))
        {
            let rows: Vec<&&Pair> = rows
                .iter()
                .filter(|p| engine != "reference" || !labels.misaligned(p.line))
                .collect();
            let flagged: Vec<usize> = rows
                .iter()
                .filter(|p| self.findings(p, p.english(engine)).iter().any(|f| is_number(f.code)))
                .map(|p| p.line)
                .collect();
            let wrong = labels.wrong(engine);
            let caught = wrong.iter().filter(|line| flagged.contains(line)).count();
            let vain = flagged.iter().filter(|line| !labels.touched(engine, **line)).count();
            let known = labels.knows(engine);
            let unread = || "not read".to_owned();
            println!(
                "| {engine} | {} | {} | {} | {} |",
                percent(flagged.len(), rows.len()),
                if known { wrong.len().to_string() } else { unread() },
                if known { percent(caught, wrong.len()) } else { unread() },
                if known { percent(vain, rows.len()) } else { unread() },
            );
        }
        println!();
    }

    /// Every code on every engine, in lines flagged.
    fn engines(&self, flores: &[Pair]) {
        let mut table: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
        let columns: Vec<&str> = ["reference"].into_iter().chain(ENGINES).collect();
        let labels = Labels::read();
        let rows: Vec<&Pair> = flores.iter().filter(|p| !labels.misaligned(p.line)).collect();
        for engine in &columns {
            for pair in &rows {
                let found = self.findings(pair, pair.english(engine));
                let mut codes: Vec<String> =
                    found.iter().map(|f| format!("{:?}", f.code)).collect();
                if found.iter().any(|f| f.severity == Severity::Error) {
                    codes.push("~ any error".to_owned());
                }
                if found.iter().any(|f| f.severity > Severity::Info) {
                    codes.push("~ any error or warning".to_owned());
                }
                codes.sort_unstable();
                codes.dedup();
                for code in codes {
                    *table.entry(code).or_default().entry(engine).or_default() += 1;
                }
            }
        }
        println!("### Lines flagged of {}, by code\n", rows.len());
        println!("| code | {} |\n|---|{}", columns.join(" | "), "---|".repeat(columns.len()));
        for (code, counts) in table {
            let cells: Vec<String> = columns
                .iter()
                .map(|engine| counts.get(engine).copied().unwrap_or_default().to_string())
                .collect();
            println!("| {} | {} |", code.trim_start_matches("~ "), cells.join(" | "));
        }
        println!();
    }

    /// What of systematically spoiled translations is caught.
    fn spoiled(&self, name: &str, pairs: &[Pair]) {
        let labels = Labels::read();
        let rows: Vec<&Pair> =
            pairs.iter().filter(|p| name != "FLORES" || !labels.misaligned(p.line)).collect();
        println!(
            "### Spoiled {name} references\n\n| spoiled | caught by its check | any new finding |\n|---|---|---|"
        );
        for kind in spoil::KINDS {
            let (mut all, mut caught, mut any) = (0, 0, 0);
            for index in 0..rows.len() {
                let Some(spoiled) = spoil::spoil(kind, &rows, index) else { continue };
                let verdict = self.verdict(rows[index], &spoiled);
                all += 1;
                caught += usize::from(verdict.own);
                any += usize::from(verdict.any);
            }
            println!("| {kind} | {} | {} |", percent(caught, all), percent(any, all));
        }
        println!();
    }

    fn verdict(&self, pair: &Pair, spoiled: &Spoiled) -> Verdict {
        let before = self.findings(pair, &pair.reference);
        let found = findings(pair, &spoiled.english, self.glossary);
        let new: Vec<&Finding> = found.iter().filter(|f| !before.contains(f)).collect();
        Verdict { own: new.iter().any(|f| spoiled.codes.contains(&f.code)), any: !new.is_empty() }
    }

    fn missed(&self, kind: &str, pairs: &[Pair]) {
        let rows: Vec<&Pair> = pairs.iter().collect();
        for index in 0..rows.len() {
            let Some(spoiled) = spoil::spoil(kind, &rows, index) else { continue };
            if !self.verdict(rows[index], &spoiled).own {
                println!("{}\t{}", rows[index].line, spoiled.english);
            }
        }
    }

    /// Time for an article of a thousand words whose every paragraph is translated.
    fn cost(&self, ntrex: &[Pair]) {
        let mut words = 0;
        let pairs: Vec<(&str, &str)> = ntrex
            .iter()
            .take_while(|pair| {
                words += pair.arabic.split_whitespace().count();
                words <= 1000
            })
            .map(|pair| (pair.arabic.as_str(), pair.reference.as_str()))
            .collect();
        let (article, copy) = brief(&pairs, true);
        let names = Names::of(&article, self.glossary);
        let terms = |(arabic, _): &(&str, &str)| names.terms(arabic, self.glossary, 24).len();
        println!("### Cost\n\nAn article of 1,000 words in full, µs of 500 runs.\n");
        println!("| | fastest | median | slowest |\n|---|---|---|---|");
        timed("names", || Names::of(&article, self.glossary).list().len());
        timed("terms", || pairs.iter().map(terms).sum());
        timed("checks", || check::check_named(&article, self.glossary, &names, &copy).len());
    }
}

/// Prints what some work takes.
fn timed(name: &str, work: impl Fn() -> usize) {
    let once = |_| {
        let start = clock();
        std::hint::black_box(work());
        start.elapsed().as_micros()
    };
    let mut times: Vec<u128> = (0..500).map(once).collect();
    times.sort_unstable();
    println!("| {name} | {} | {} | {} |", times[0], times[250], times[499]);
}

struct Verdict {
    own: bool,
    any: bool,
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn clock() -> Instant {
    Instant::now()
}
