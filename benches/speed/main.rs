//! Time against the size of the article, 1 kB to 2 MB, for every stage that sees all of it: reading,
//! sentences, the extractive summary, glossary, names, keys of the cache, checks, rendering.
//!
//! `cargo bench --bench speed [-- FILTER]`. After criterion's figures each curve prints its
//! exponent, the slope of log time over log size: 1 is linear; `-- --curves` prints those alone, as
//! the table of benches/RESULTS.md. The articles are generated, the same ones every time.

#[path = "../../src/allocator.rs"]
mod allocator;
mod made;

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput};
use made::{SIZES, Sample};
use mujaz::{
    article::{self, sentences},
    brief::{Detail, check, extractive, plan},
    glossary::Names,
    provider,
    render::{Format, Label},
};

/// A stage: its name, and its work on a sample.
type Stage = (&'static str, fn(&Sample) -> usize);

/// A brief has the table of names before its tasks are made; it is a stage of its own.
const CHECKS: Stage = ("checks", |sample| {
    let Sample { article, glossary, names, copy, .. } = sample;
    check::check_named(article, glossary, names, copy).len()
});

const STAGES: [Stage; 9] = [
    ("read", |sample| article::read(&sample.source).article.sections.len()),
    ("sentences", |sample| {
        let paragraphs = sample.article.sections.iter().flat_map(|section| &section.paragraphs);
        paragraphs.map(|paragraph| sentences::sentences(&paragraph.text).len()).sum()
    }),
    ("extractive summary", |sample| {
        extractive::select(&sample.article, Detail::Brief).summary.len()
    }),
    ("glossary", |sample| {
        let paragraphs = sample.article.sections.iter().flat_map(|section| &section.paragraphs);
        paragraphs.map(|paragraph| sample.glossary.matches(&paragraph.text).len()).sum()
    }),
    ("names", |sample| Names::of(&sample.article, &sample.glossary).list().len()),
    ("plan", |sample| {
        let strategy = plan::Strategy::Extract;
        plan::plan(&sample.article, &sample.glossary, strategy, Detail::Full).sections.len()
    }),
    ("cache keys", |sample| {
        sample.tasks.iter().map(|task| usize::from(provider::task_key(task, "")[0])).sum()
    }),
    CHECKS,
    ("render JSON", |sample| Format::Json.render(&sample.brief, &Label::Draft).len()),
];

fn main() {
    let samples = SIZES.map(Sample::of);
    let curves_alone = std::env::args().any(|argument| argument == "--curves");
    if !curves_alone {
        let mut criterion = Criterion::default().configure_from_args();
        for stage in STAGES {
            bench(&mut criterion, stage, &samples);
        }
        criterion.final_summary();
    }
    curves(&samples);
}

fn bench(criterion: &mut Criterion, (name, work): Stage, samples: &[Sample]) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(2));
    for sample in samples {
        group.throughput(Throughput::Bytes(sample.bytes as u64));
        let id = BenchmarkId::from_parameter(sample.bytes);
        group.bench_with_input(id, sample, |b, sample| b.iter(|| work(black_box(sample))));
    }
    group.finish();
}

/// The table of all stages.
fn curves(samples: &[Sample]) {
    println!("| stage | 1 kB | 8 kB | 64 kB | 512 kB | 2 MB | MB/s at 2 MB | exponent |");
    println!("|---|---|---|---|---|---|---|---|");
    for (name, work) in STAGES {
        let times: Vec<f64> = samples.iter().map(|sample| fastest(|| work(sample))).collect();
        let points: Vec<(f64, f64)> =
            samples.iter().zip(&times).map(|(sample, time)| (sample.bytes as f64, *time)).collect();
        let cells: Vec<String> = times.iter().map(|time| shown(*time)).collect();
        let (bytes, time) = points[points.len() - 1];
        let (rate, slope) = (bytes / time / 1e6, slope(&points));
        println!("| {name} | {} | {rate:.0} | {slope:.2} |", cells.join(" | "));
    }
    let sample = &samples[SIZES.len() / 2];
    let (name, work) = CHECKS;
    let time = fastest(|| work(sample)) * 1000.0 / sample.words() as f64;
    println!("\n{name}: {:.2} ms for 1,000 words of Arabic and their English", time * 1e3);
}

fn shown(seconds: f64) -> String {
    if seconds < 1e-3 {
        format!("{:.1} µs", seconds * 1e6)
    } else {
        format!("{:.2} ms", seconds * 1e3)
    }
}

/// Seconds of the fastest of a few runs.
#[expect(clippy::disallowed_methods, reason = "a stopwatch of the benchmark, not of the product")]
fn fastest(work: impl Fn() -> usize) -> f64 {
    let run = || {
        let start = std::time::Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..9).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Least-squares slope of log time over log size.
fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(size, time)| (size.ln(), time.ln())).collect();
    let n = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let over: f64 = logs.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    over / logs.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}
