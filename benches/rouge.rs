//! How well the built-in summarizer agrees with people, on sets within an Arabic corpus with five
//! human extracts for each article; `eval::rouge` scores.
//!
//! `cargo bench --bench rouge [-- PATH]` reads JSON lines with `article_ar` and `summaries_ar`.
//! `--tune` searches weights on one half of the articles and measures them on the other, both
//! ways round. Prints figures; writes nothing.

use mujaz::{
    brief::extractive::Weights,
    eval::rouge::{Budget, Ordered, Sample, lead, ours, read, report, score},
};

const DEFAULT_PATH: &str = "../shared/quality/easc.jsonl";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.iter().find(|a| !a.starts_with("--")).map_or(DEFAULT_PATH, String::as_str);
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: no corpus at {path}; nothing was measured");
        return;
    };
    let samples = read(&text).expect("each line is a record of the corpus");
    if arguments.iter().any(|a| a == "--tune") {
        return tune(&samples);
    }
    type Filter = fn(&Sample) -> bool;
    let sets: [(&str, Filter); 3] =
        [("all", |_| true), ("clean votes", |s| s.usable), ("news", |s| s.is_news)];
    for (name, keep) in sets {
        let set: Vec<&Sample> = samples.iter().filter(|s| keep(s)).collect();
        for budget in [Budget::Words, Budget::Sentences] {
            println!("\n{}", report(name, &set, budget));
        }
    }
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
