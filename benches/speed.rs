//! Time against the size of the article, 1 kB to 2 MB, for the stages that read it whole.
//!
//! `cargo bench --bench speed [-- FILTER]`. After criterion's figures each curve prints its
//! exponent, the slope of log time over log size: 1 is linear. The articles are generated, the
//! same ones every time.

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mujaz::{
    article::{Article, Marker, Paragraph, Section, SourceId, sentences},
    brief::{Detail, extractive},
};

/// Bytes of body text.
const SIZES: [usize; 5] = [1_000, 8_000, 64_000, 512_000, 2_000_000];
const STEMS: [&str; 24] = [
    "ميناء",
    "وزير",
    "سفينة",
    "قرار",
    "مجلس",
    "سوق",
    "نفط",
    "مدينة",
    "طريق",
    "اتفاق",
    "حكومة",
    "مزارع",
    "قمح",
    "جسر",
    "مدرسة",
    "طبيب",
    "لقاح",
    "مباراة",
    "حارس",
    "موسم",
    "مطر",
    "سد",
    "كهرباء",
    "شركة",
];

fn extractive(c: &mut Criterion) {
    curve(c, "sentences", |article| {
        let paragraphs = article.sections.iter().flat_map(|section| &section.paragraphs);
        paragraphs.map(|paragraph| sentences::sentences(&paragraph.text).len()).sum::<usize>()
    });
    curve(c, "extractive", |article| extractive::select(article, Detail::Brief).summary.len());
}

fn curve(c: &mut Criterion, name: &str, work: impl Fn(&Article) -> usize) {
    let mut group = c.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(2));
    let articles = SIZES.map(article);
    for (size, article) in SIZES.iter().zip(&articles) {
        let bytes = u64::try_from(*size).unwrap_or(u64::MAX);
        group.throughput(Throughput::Bytes(bytes));
        group.bench_with_input(BenchmarkId::from_parameter(size), article, |b, article| {
            b.iter(|| work(black_box(article)));
        });
    }
    group.finish();
    let times = articles.each_ref().map(|article| fastest(|| work(article)));
    println!("{name}: exponent {:.2}, {:.1} ms for 2 MB\n", slope(&times), times[4] * 1e3);
}

/// Seconds of the fastest of a few runs.
#[expect(clippy::disallowed_methods, reason = "a stopwatch of the benchmark, not of the product")]
fn fastest(work: impl Fn() -> usize) -> f64 {
    let run = || {
        let start = std::time::Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..7).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Least-squares slope of log time over log size.
fn slope(times: &[f64; SIZES.len()]) -> f64 {
    let points = SIZES.iter().zip(times).map(|(size, time)| ((*size as f64).ln(), time.ln()));
    let points: Vec<(f64, f64)> = points.collect();
    let n = points.len() as f64;
    let mean_x = points.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_y = points.iter().map(|p| p.1).sum::<f64>() / n;
    let over: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    over / points.iter().map(|p| (p.0 - mean_x).powi(2)).sum::<f64>()
}

/// An article of about `bytes` of body: three sentences a paragraph, six paragraphs a section.
fn article(bytes: usize) -> Article {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut sections: Vec<Section> = Vec::new();
    let mut written = 0;
    for section in 0.. {
        if written >= bytes {
            break;
        }
        let mut paragraphs = Vec::new();
        for paragraph in 0..6 {
            let text = (0..3).map(|_| sentence(&mut rng)).collect::<Vec<_>>().join(" ");
            written += text.len();
            let id = SourceId { section, paragraph };
            paragraphs.push(Paragraph { id, text, span: 0..0 });
            if written >= bytes {
                break;
            }
        }
        let heading = Some(format!("{} {}", rng.choice(STEMS).unwrap_or(""), rng.u32(..999)));
        let (id, marker) = (format!("s{section}"), Marker::Bare);
        sections.push(Section { id, heading, marker, paragraphs });
    }
    Article { language: "ar".into(), sections, ..Article::default() }
}

/// Mostly words that return, and some that are rare, as in real copy.
fn sentence(rng: &mut fastrand::Rng) -> String {
    let count = rng.usize(8..40);
    let word = |rng: &mut fastrand::Rng| {
        let stem = rng.choice(STEMS).unwrap_or("");
        match rng.u8(..6) {
            0 => format!("ال{stem}"),
            1 => format!("و{stem}"),
            2 => format!("{stem}{}", rng.char('ا'..='ي')),
            3 => (0..5).map(|_| rng.char('ا'..='ي')).collect(),
            4 => "في".to_owned(),
            _ => stem.to_owned(),
        }
    };
    let words: Vec<String> = (0..count).map(|_| word(rng)).collect();
    format!("{}.", words.join(" "))
}

criterion_group!(benches, extractive);
criterion_main!(benches);
