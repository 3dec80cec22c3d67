//! The reader's speed: from bytes to a reading, over the project's own articles and over the
//! largest shapes that somebody may send to make it slow.
//!
//! `cargo bench --bench parse [-- FILTER]`. The curve reads copy of 1 kB to 2 MB, made of
//! tests/articles laid end to end (each copy marked, so that none is taken for a repetition), and
//! prints its exponent, the slope of log time over log size: 1 is linear. Hostile shapes are made
//! here, none is stored.

use std::{fs, hint::black_box, path::Path, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mujaz::article::{self, Source};

/// Bytes of the source.
const SIZES: [usize; 12] = [
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 1_024_000,
    2_048_000,
];

fn copy(c: &mut Criterion) {
    let articles = articles();
    let sources = SIZES.map(|size| text(&articles, size));
    let mut group = c.benchmark_group("read");
    group.sample_size(20).warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(1));
    for source in &sources {
        let bytes = source.bytes.len() as u64;
        group.throughput(Throughput::Bytes(bytes));
        group.bench_with_input(BenchmarkId::from_parameter(bytes), source, |b, source| {
            b.iter(|| article::read(black_box(source)));
        });
    }
    group.finish();
    let points: Vec<(f64, f64)> =
        sources.iter().map(|source| (source.bytes.len() as f64, fastest(source))).collect();
    let (size, time) = points[points.len() - 1];
    println!(
        "read: exponent {:.2}; {:.1} ms for {:.2} MB, {:.0} MB/s\n",
        slope(&points),
        time * 1e3,
        size / 1e6,
        size / time / 1e6
    );
    small(&articles);
}

/// The articles as they are, one by one: what a newsroom sends.
fn small(articles: &[String]) {
    let sources: Vec<Source> = articles.iter().map(|text| source(text.clone())).collect();
    let bytes: usize = articles.iter().map(String::len).sum();
    let time: f64 = sources.iter().map(fastest).sum();
    println!(
        "articles one by one: {} of {:.1} kB on average, {:.0} µs each, {:.0} MB/s\n",
        sources.len(),
        bytes as f64 / 1e3 / sources.len() as f64,
        time * 1e6 / sources.len() as f64,
        bytes as f64 / time / 1e6
    );
}

fn hostile(c: &mut Criterion) {
    let prose = "وقال المتحدث إن العمل في الميناء مستمر منذ شهرين وإن المرحلة الثانية تبدأ قريبا.";
    let shapes: [(&str, &str, String); 12] = [
        (
            "list of 10,000 lines",
            "text/plain",
            lines(10_000, |i| format!("• بند رقم {i} من القائمة الطويلة")),
        ),
        ("one word of 500,000 letters", "text/plain", "ك".repeat(500_000)),
        (
            "a million blank lines",
            "text/plain",
            format!("عنوان الخبر هنا{}{prose}", "\n".repeat(1_000_000)),
        ),
        (
            "5,000 starred subheads",
            "text/plain",
            lines(5_000, |i| format!("*عنوان فرعي {i}\n{prose}")),
        ),
        ("100,000 lines of one word", "text/plain", lines(100_000, |i| format!("كلمة{i}"))),
        ("a paragraph of 2 MB", "text/plain", prose.repeat(15_000)),
        (
            "half a million marks on a letter",
            "text/plain",
            format!("{prose} ك{}", "\u{64B}".repeat(500_000)),
        ),
        ("300,000 separators", "text/plain", format!("بيروت {}", "- / ( ".repeat(50_000))),
        (
            "30,000 links under a heading",
            "text/plain",
            format!("{prose}\nاقرأ أيضا\n{}", lines(30_000, |i| format!("خبر آخر رقم {i}"))),
        ),
        (
            "100,000 nested elements",
            "text/html",
            format!("{}<p>{prose}</p>", "<div>".repeat(100_000)),
        ),
        ("180,000 unclosed tags", "text/html", "<p><b><i".repeat(60_000)),
        ("200,000 entities", "text/html", format!("<p>{}</p>", "&amp;".repeat(200_000))),
    ];
    let mut group = c.benchmark_group("hostile");
    group.sample_size(10).warm_up_time(Duration::from_millis(300));
    for (name, content_type, text) in shapes {
        let source = Source { content_type: Some(content_type.to_owned()), ..source(text) };
        group.throughput(Throughput::Bytes(source.bytes.len() as u64));
        group.bench_function(name, |b| b.iter(|| article::read(black_box(&source))));
    }
    group.finish();
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|i| line(i) + "\n").collect()
}

fn source(text: String) -> Source {
    let content_type = Some("text/plain; charset=utf-8".to_owned());
    Source { bytes: text.into(), content_type, ..Source::default() }
}

/// The project's own articles that are of an article's length.
#[expect(clippy::expect_used, reason = "without its articles the benchmark measures nothing")]
fn articles() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/articles");
    let entries = fs::read_dir(folder).expect("tests/articles is there");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let texts = paths.iter().map(|path| fs::read_to_string(path).unwrap_or_default());
    texts.filter(|text| text.len() > 500).collect()
}

/// Copy of `size` bytes. A number before each long line of a later copy keeps it from being one.
fn text(articles: &[String], size: usize) -> Source {
    let mut text = String::with_capacity(size + 4096);
    for (i, article) in articles.iter().cycle().enumerate() {
        let copy = i / articles.len();
        for line in article.lines() {
            if copy > 0 && line.len() > 60 {
                text.push_str(&format!("{copy} "));
            }
            text.push_str(line);
            text.push('\n');
        }
        if text.len() >= size {
            break;
        }
    }
    text.truncate(text.floor_char_boundary(size));
    source(text)
}

/// Seconds of the fastest of a few runs.
#[expect(clippy::disallowed_methods, reason = "a stopwatch of the benchmark, not of the product")]
fn fastest(source: &Source) -> f64 {
    let run = || {
        let start = std::time::Instant::now();
        black_box(article::read(source));
        start.elapsed().as_secs_f64()
    };
    (0..15).map(|_| run()).fold(f64::INFINITY, f64::min)
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

criterion_group!(benches, copy, hostile);
criterion_main!(benches);
