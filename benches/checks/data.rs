//! The quality data and the verdicts by eye.

use std::{fs, path::Path};

use mujaz::glossary::Glossary;

/// An Arabic sentence and its English.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// Its line in the file, from 1.
    pub(crate) line: usize,
    pub(crate) arabic: String,
    /// The English by people.
    pub(crate) reference: String,
    engines: Vec<(String, String)>,
}

impl Pair {
    /// The English of an engine; the reference where there is no such engine.
    pub(crate) fn english(&self, engine: &str) -> &str {
        let found = self.engines.iter().find(|(name, _)| name == engine);
        found.map_or(&self.reference, |(_, english)| english)
    }

    pub(crate) fn has_digits(&self) -> bool {
        let digit = |c: char| c.is_ascii_digit() || matches!(c, '٠'..='٩' | '۰'..='۹');
        self.arabic.contains(digit) || self.reference.contains(digit)
    }
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

pub(crate) fn flores(path: &Path) -> Vec<Pair> {
    let folder = path.join("flores");
    let read = |name: &str| lines(&folder.join(format!("flores-dev.{name}")));
    let (arabic, english) = (read("ar"), read("en"));
    let engines: Vec<(&str, Vec<String>)> =
        super::ENGINES.iter().map(|engine| (*engine, read(&format!("{engine}.en")))).collect();
    let pair = |(index, (arabic, reference)): (usize, (&String, &String))| Pair {
        line: index + 1,
        arabic: arabic.clone(),
        reference: reference.clone(),
        engines: engines
            .iter()
            .map(|(name, lines)| {
                ((*name).to_owned(), lines.get(index).cloned().unwrap_or_default())
            })
            .collect(),
    };
    arabic.iter().zip(&english).enumerate().map(pair).collect()
}

pub(crate) fn ntrex(path: &Path) -> Vec<Pair> {
    let excluded = fs::read_to_string(path.join("ntrex_exclude.json")).unwrap_or_default();
    let excluded: serde_json::Value = serde_json::from_str(&excluded).unwrap_or_default();
    let is_out = |doc: &str, segment: usize| {
        let whole = excluded["documents"].as_array().is_some_and(|d| d.iter().any(|d| d == doc));
        let one = excluded["segments"].as_array().is_some_and(|segments| {
            segments.iter().any(|s| s[0] == doc && s[1].as_u64() == u64::try_from(segment).ok())
        });
        whole || one
    };
    let mut pairs = Vec::new();
    for (document, line) in lines(&path.join("ntrex_ar_en.jsonl")).iter().enumerate() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let doc = value["doc_id"].as_str().unwrap_or_default();
        let texts = |name: &str| value[name].as_array().cloned().unwrap_or_default();
        for (segment, (arabic, english)) in texts("ar").iter().zip(texts("en")).enumerate() {
            if !is_out(doc, segment) {
                pairs.push(Pair {
                    line: (document + 1) * 1000 + segment,
                    arabic: arabic.as_str().unwrap_or_default().to_owned(),
                    reference: english.as_str().unwrap_or_default().to_owned(),
                    engines: Vec::new(),
                });
            }
        }
    }
    pairs
}

pub(crate) fn glossary() -> Glossary {
    Glossary::builtin().expect("the built-in glossary loads")
}

/// Verdicts by eye: engine, line, verdict.
pub(crate) struct Labels(Vec<(String, usize, String)>);

impl Labels {
    pub(crate) fn read() -> Self {
        let row = |line: &str| {
            let mut cells = line.split('\t');
            let engine = cells.next()?.to_owned();
            Some((engine, cells.next()?.parse().ok()?, cells.next()?.to_owned()))
        };
        let text = include_str!("labels.tsv");
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect())
    }

    /// Lines whose Arabic and English are not of one sentence.
    pub(crate) fn misaligned(&self, line: usize) -> bool {
        self.0.iter().any(|(engine, at, _)| engine == "reference" && *at == line)
    }

    /// Lines of an engine with a wrong, lost or invented number.
    pub(crate) fn wrong(&self, engine: &str) -> Vec<usize> {
        let is_wrong = |verdict: &str| matches!(verdict, "wrong" | "lost" | "invented");
        self.0.iter().filter(|(e, _, v)| e == engine && is_wrong(v)).map(|(_, at, _)| *at).collect()
    }

    /// Whether something is wrong round the numbers of a line, be it but the unit.
    pub(crate) fn touched(&self, engine: &str, line: usize) -> bool {
        self.0.iter().any(|(e, at, _)| e == engine && *at == line)
    }

    /// Whether the outputs of an engine were read.
    pub(crate) fn knows(&self, engine: &str) -> bool {
        engine == "reference" || self.0.iter().any(|(e, _, _)| e == engine)
    }
}
