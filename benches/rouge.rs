//! How well the built-in summarizer agrees with people: ROUGE on an Arabic corpus with five human
//! extracts for each article, beside the lead and random baselines under the same budget.
//!
//! `cargo bench --bench rouge [-- PATH]` reads JSON lines with `article_ar` and `summaries_ar`.
//! `--tune` searches weights on one half of the articles and measures them on the other, both
//! ways round. Prints figures; writes nothing.

use std::collections::HashMap;

use mujaz::{
    article::{Article, Marker, Paragraph, Section, SourceId, sentences::sentences},
    brief::extractive::{Weights, rank},
};
use serde::Deserialize;

const DEFAULT_PATH: &str = "../shared/quality/easc.jsonl";
const RANDOM_DRAWS: u64 = 20;

#[derive(Deserialize)]
struct Record {
    article_ar: String,
    summaries_ar: Vec<String>,
    usable: bool,
    is_news: bool,
}

/// An article with its human summaries, read once.
struct Sample {
    article: Article,
    sentences: Vec<String>,
    references: Vec<Vec<String>>,
    words: usize,
    count: usize,
    usable: bool,
    is_news: bool,
}

/// ROUGE-1, ROUGE-2 and ROUGE-L.
type Rouge = [f64; 3];

#[derive(Clone, Copy, PartialEq)]
enum Budget {
    /// As many words as the human summaries have on average; recall.
    Words,
    /// As many sentences; F1.
    Sentences,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.iter().find(|a| !a.starts_with("--")).map_or(DEFAULT_PATH, String::as_str);
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: no corpus at {path}; nothing was measured");
        return;
    };
    let samples: Vec<Sample> = text.lines().map(read).collect();
    if arguments.iter().any(|a| a == "--tune") {
        return tune(&samples);
    }
    type Filter = fn(&Sample) -> bool;
    let sets: [(&str, Filter); 3] =
        [("all", |_| true), ("clean votes", |s| s.usable), ("news", |s| s.is_news)];
    for (name, keep) in sets {
        let set: Vec<&Sample> = samples.iter().filter(|s| keep(s)).collect();
        for budget in [Budget::Words, Budget::Sentences] {
            report(name, &set, budget);
        }
    }
}

fn read(line: &str) -> Sample {
    let record: Record = serde_json::from_str(line).expect("each line is a record of the corpus");
    let paragraphs = record.article_ar.lines().map(str::trim).filter(|line| !line.is_empty());
    let paragraphs: Vec<Paragraph> = (0..)
        .zip(paragraphs)
        .map(|(paragraph, text)| Paragraph {
            id: SourceId { section: 0, paragraph },
            text: text.to_owned(),
            span: 0..0,
        })
        .collect();
    let split = |text: &str| -> Vec<String> {
        sentences(text).into_iter().map(|range| text[range].to_owned()).collect()
    };
    let references = record.summaries_ar.iter().map(|text| tokens(text)).collect::<Vec<_>>();
    let mean = |total: usize| (total + references.len() / 2) / references.len();
    Sample {
        sentences: paragraphs.iter().flat_map(|p| split(&p.text)).collect(),
        words: mean(references.iter().map(Vec::len).sum()),
        count: mean(record.summaries_ar.iter().map(|text| split(text).len()).sum()).max(1),
        article: article(paragraphs),
        references,
        usable: record.usable,
        is_news: record.is_news,
    }
}

fn article(paragraphs: Vec<Paragraph>) -> Article {
    let section = Section { id: "s0".into(), heading: None, marker: Marker::Lead, paragraphs };
    Article { language: "ar".into(), sections: vec![section], ..Article::default() }
}

/// Words in one spelling; written apart from the product's own, so that it measures and does not
/// echo it.
fn tokens(text: &str) -> Vec<String> {
    let spelling = |c: char| match c {
        'أ' | 'إ' | 'آ' => Some('ا'),
        'ى' => Some('ي'),
        'ة' => Some('ه'),
        '\u{640}' | '\u{64B}'..='\u{652}' => None,
        c if c.is_alphanumeric() => Some(c),
        _ => Some(' '),
    };
    let text: String = text.chars().filter_map(spelling).collect();
    text.split_whitespace().map(str::to_owned).collect()
}

/// The system's sentences, best first, with their place in the article.
type Ordered = Vec<(usize, Vec<String>)>;

fn lead(sample: &Sample) -> Ordered {
    sample.sentences.iter().map(|text| tokens(text)).enumerate().collect()
}

fn random(sample: &Sample, seed: u64) -> Ordered {
    let mut ordered = lead(sample);
    fastrand::Rng::with_seed(seed).shuffle(&mut ordered);
    ordered
}

fn ours(sample: &Sample, weights: &Weights) -> Ordered {
    let paragraphs = &sample.article.sections[0].paragraphs;
    let choices = rank(&sample.article, weights, sample.sentences.len());
    let place = |paragraph: u32, at: usize| paragraph as usize * 1_000_000 + at;
    choices
        .into_iter()
        .map(|choice| {
            let text = &paragraphs[choice.source.paragraph as usize].text;
            let at = place(choice.source.paragraph, choice.sentence.start);
            (at, tokens(&text[choice.sentence]))
        })
        .collect()
}

fn score(sample: &Sample, ordered: Ordered, budget: Budget) -> Rouge {
    let mut left = if budget == Budget::Words { sample.words } else { usize::MAX };
    let most = if budget == Budget::Sentences { sample.count } else { usize::MAX };
    let mut taken = Vec::new();
    for (at, mut words) in ordered.into_iter().take(most) {
        words.truncate(left);
        left -= words.len();
        taken.push((at, words));
    }
    taken.sort();
    let taken: Vec<String> = taken.into_iter().flat_map(|(_, words)| words).collect();
    let mut sum = [0.0; 3];
    for reference in &sample.references {
        let rouge = rouge(&taken, reference, budget == Budget::Words);
        (0..3).for_each(|n| sum[n] += rouge[n] / sample.references.len() as f64);
    }
    sum
}

fn rouge(taken: &[String], reference: &[String], recall: bool) -> Rouge {
    let value = |hits: usize, taken: usize, wanted: usize| {
        let recalled = hits as f64 / wanted.max(1) as f64;
        let precise = hits as f64 / taken.max(1) as f64;
        match recalled + precise {
            _ if recall => recalled,
            0.0 => 0.0,
            both => 2.0 * recalled * precise / both,
        }
    };
    let grams = |n: usize| {
        let mut counts: HashMap<&[String], usize> = HashMap::new();
        reference.windows(n).for_each(|gram| *counts.entry(gram).or_default() += 1);
        let hits = taken.windows(n).filter(|gram| {
            counts.get_mut(*gram).is_some_and(|left| {
                let hit = *left > 0;
                *left -= usize::from(hit);
                hit
            })
        });
        let of = |len: usize| (len + 1).saturating_sub(n);
        value(hits.count(), of(taken.len()), of(reference.len()))
    };
    [grams(1), grams(2), value(common(taken, reference), taken.len(), reference.len())]
}

/// Length of the longest common subsequence.
fn common(one: &[String], other: &[String]) -> usize {
    let mut row = vec![0; other.len() + 1];
    for word in one {
        let mut diagonal = 0;
        for (at, candidate) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == candidate { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[other.len()]
}

fn report(name: &str, set: &[&Sample], budget: Budget) {
    let kind = if budget == Budget::Words { "equal words, recall" } else { "equal sentences, F1" };
    println!(
        "\n{name}: {} articles, {kind}\n{:<10} {:>8} {:>8} {:>8}",
        set.len(),
        "",
        "R-1",
        "R-2",
        "R-L"
    );
    let first: Vec<Rouge> = set.iter().map(|s| score(s, lead(s), budget)).collect();
    let weights = Weights::default();
    let own: Vec<Rouge> = set.iter().map(|s| score(s, ours(s, &weights), budget)).collect();
    let drawn: Vec<Rouge> = (0..RANDOM_DRAWS)
        .flat_map(|seed| set.iter().map(move |s| score(s, random(s, seed), budget)))
        .collect();
    for (system, scores) in [("random", &drawn), ("lead", &first), ("mujaz", &own)] {
        let [one, two, long] = mean(scores);
        println!("{system:<10} {one:>8.4} {two:>8.4} {long:>8.4}");
    }
    let gains: Vec<Rouge> =
        own.iter().zip(&first).map(|(a, b)| [a[0] - b[0], a[1] - b[1], a[2] - b[2]]).collect();
    let [one, two, long] = mean(&gains);
    println!("{:<10} {one:>+8.4} {two:>+8.4} {long:>+8.4}", "over lead");
    let (low, high) = interval(&gains);
    let better = gains.iter().filter(|gain| gain[1] > 1e-9).count();
    let worse = gains.iter().filter(|gain| gain[1] < -1e-9).count();
    println!("R-2 gain, 95% of resamples: {low:+.4} to {high:+.4}; better {better}, worse {worse}");
}

fn mean(scores: &[Rouge]) -> Rouge {
    let mut sum = [0.0; 3];
    for rouge in scores {
        (0..3).for_each(|n| sum[n] += rouge[n] / scores.len() as f64);
    }
    sum
}

/// The middle 95% of the mean ROUGE-2 gain over resampled sets of articles.
fn interval(gains: &[Rouge]) -> (f64, f64) {
    let mut rng = fastrand::Rng::with_seed(1);
    let mut draw = || {
        let sum: f64 = gains.iter().map(|_| gains[rng.usize(..gains.len())][1]).sum();
        sum / gains.len() as f64
    };
    let mut means: Vec<f64> = (0..4000).map(|_| draw()).collect();
    means.sort_by(f64::total_cmp);
    (means[100], means[3899])
}

/// Searches on each half by turns and measures on the other.
fn tune(samples: &[Sample]) {
    let half = |odd: usize| samples.iter().skip(odd).step_by(2).collect::<Vec<_>>();
    for (name, on, off) in [("even", half(0), half(1)), ("odd", half(1), half(0))] {
        let weights = search(&on);
        println!("tuned on {name}: {weights:?}");
        for (half, set) in [("same half", &on), ("other half", &off)] {
            let (own, first) = (objective(set, &weights), baseline(set));
            println!("  {half}: mujaz {own:.4}, lead {first:.4}, gain {:+.4}", own - first);
        }
    }
    let all: Vec<&Sample> = samples.iter().collect();
    println!("tuned on all: {:?} {:.4}", search(&all), objective(&all, &search(&all)));
    println!("as shipped: {:.4}, lead {:.4}", objective(&all, &Weights::default()), baseline(&all));
}

/// The mean of ROUGE-1, -2 and -L under both budgets.
fn objective(set: &[&Sample], weights: &Weights) -> f64 {
    average(set, |sample| ours(sample, weights))
}

fn baseline(set: &[&Sample]) -> f64 {
    average(set, lead)
}

fn average(set: &[&Sample], system: impl Fn(&Sample) -> Ordered) -> f64 {
    let sum: f64 = set
        .iter()
        .flat_map(|sample| {
            let ordered = system(sample);
            [Budget::Words, Budget::Sentences].map(|budget| score(sample, ordered.clone(), budget))
        })
        .flatten()
        .sum();
    sum / (6 * set.len()) as f64
}

/// Where the search starts: nothing learnt from any article.
const NEUTRAL: Weights = Weights {
    centrality: 1.0,
    lead: 1.0,
    reach: 1.0,
    early: 0.0,
    title: 0.0,
    opening: 0.0,
    figures: 0.0,
    redundancy: 0.0,
};

/// Coordinate search over a coarse grid: few enough values that little can be learnt by heart.
fn search(set: &[&Sample]) -> Weights {
    let mut best = NEUTRAL;
    let mut top = objective(set, &best);
    for _ in 0..3 {
        for (place, values) in GRID {
            for value in *values {
                let mut trial = best.clone();
                *place(&mut trial) = *value;
                let worth = objective(set, &trial);
                if worth > top + 1e-6 {
                    (top, best) = (worth, trial);
                }
            }
        }
    }
    best
}

type Place = fn(&mut Weights) -> &mut f64;

const GRID: &[(Place, &[f64])] = &[
    (|w| &mut w.lead, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.2]),
    (|w| &mut w.reach, &[0.5, 1.0, 2.0, 4.0, 8.0]),
    (|w| &mut w.early, &[0.0, 0.5, 1.0, 1.5, 2.0, 3.0]),
    (|w| &mut w.title, &[0.0, 0.2, 0.4, 0.8]),
    (|w| &mut w.opening, &[0.0, 0.1, 0.2, 0.4]),
    (|w| &mut w.figures, &[0.0, 0.05, 0.1]),
    (|w| &mut w.redundancy, &[0.0, 0.2, 0.4, 0.8]),
];
