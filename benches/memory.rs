//! Whether answers in memory stay within their bound: a million distinct small sections down the whole
//! road of a task, and what the process grew by.
//!
//! `cargo bench --bench memory`; a number as argument is another bound in MiB. The provider is a
//! stand-in inside the process, so that nothing but the road and its cache takes memory.

#[path = "../src/allocator.rs"]
mod allocator;

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use mujaz::{
    article::SourceId,
    brief::{Answer, Answered, Engine, Task, Text, Usage},
    clock,
    config::{Kind, ProviderConfig},
    dialect::{Capabilities, Fault},
    provider::{CacheOptions, Call, Embedded, Options, Place, Progress, Providers, Routes},
};

const SECTIONS: usize = 1_000_000;
const STEP: usize = 100_000;
const SIDE_BY_SIDE: usize = 64;
const MIB: usize = 1 << 20;
const BOUND_MIB: usize = 64;

/// Answers at once, with a short English sentence of its own for each text.
#[derive(Debug)]
struct Instant;

impl Embedded for Instant {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            summarizes: false,
            max_texts: 100,
            max_characters: 100_000,
            max_bytes: 1_000_000,
            context: false,
            glossary: false,
            structured: false,
            streaming: false,
            repairs: false,
        }
    }

    fn warm(&self) {}

    fn state(&self) -> (&'static str, Option<String>) {
        ("ready", None)
    }

    #[cfg(feature = "local")]
    fn prepare(
        &self,
        _: mujaz::provider::local::Progress,
    ) -> BoxFuture<'_, Result<std::path::PathBuf, mujaz::provider::local::LocalError>> {
        async { Ok(std::path::PathBuf::new()) }.boxed()
    }

    fn run<'a>(
        &'a self,
        task: &'a Task,
        _: Option<&'a str>,
        _: Option<Progress>,
    ) -> BoxFuture<'a, Result<Answered, Fault>> {
        let Task::Translate { texts, .. } = task else { unreachable!("it only translates") };
        let english = |text: &Text| {
            let number: String = text.text.chars().filter(char::is_ascii_digit).collect();
            Some(format!("The port received {number} ships loaded with wheat last season."))
        };
        let answered = Answered {
            answer: Answer::Translate { texts: texts.iter().map(english).collect() },
            engine: Engine { provider: "instant".to_owned(), model: None },
            usage: Usage::default(),
            findings: Vec::new(),
        };
        async { Ok(answered) }.boxed()
    }
}

fn section(n: usize) -> Task {
    let source = SourceId { section: 0, paragraph: 0 };
    let text = format!("استقبل ميناء المدينة خلال الموسم الماضي {n} سفينة محملة بالقمح.");
    let text = Text { id: source.to_string(), text, sources: vec![source] };
    Task::Translate { texts: vec![text], context: None, terms: Vec::new() }
}

/// Bytes that the process has in memory, as Linux tells it.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line for it");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

async fn run(road: &Providers, from: usize, to: usize) {
    let hour = std::time::Duration::from_secs(3600);
    let tasks =
        stream::iter(from..to).map(|n| road.run(section(n), Call::until(clock::now() + hour)));
    let done = tasks.buffer_unordered(SIDE_BY_SIDE);
    done.for_each(|done| async move { assert!(done.is_ok(), "{done:?}") }).await;
}

#[tokio::main]
async fn main() {
    let named = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let bound = named.unwrap_or(BOUND_MIB);
    let config = ProviderConfig { queue: 1024, ..ProviderConfig::new("instant", Kind::Local) };
    let routes = Routes { translate: vec!["instant".to_owned()], summarize: Vec::new() };
    let cache = CacheOptions { bytes: (bound * MIB) as u64, ..CacheOptions::default() };
    let options = Options { cache, ..Options::default() };
    let road = Providers::new(vec![Place::embedded(config, Arc::new(Instant))], routes, options);
    // What the process takes once, whatever it keeps.
    run(&road, SECTIONS, SECTIONS + 1000).await;
    road.clear_cache().await.expect("there is no disk");
    let (before, mut most) = (resident(), 0);
    println!("{SECTIONS} distinct sections, bound {bound} MiB");
    for from in (0..SECTIONS).step_by(STEP) {
        run(&road, from, from + STEP).await;
        let grown = resident().saturating_sub(before);
        most = most.max(grown);
        let (entries, bytes) = road.cache_size();
        println!(
            "{:>9}: {entries:>7} kept, {:>5.1} MiB by weight, grown by {:>5.1} MiB",
            from + STEP,
            bytes as f64 / MIB as f64,
            grown as f64 / MIB as f64
        );
    }
    println!("most: {:.1} of {bound} MiB", most as f64 / MIB as f64);
    assert!(most <= bound * MIB, "memory outgrew its bound");
}
