//! `mujaz eval`: how good a provider's English is, and the summarizer's choice.
//!
//! Every segment of a set goes the whole road of a brief: terms and names of its document, context,
//! cache, checks and mending. Documents come one after another, so that a run that was stopped goes
//! on from what the cache has kept. Only figures are printed, never a text of the set.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Failed, progress::Progress};
use crate::{
    clock,
    config::Config,
    eval::{
        report::{Report, Tally},
        rouge::{self, Budget},
        set::{self, Document, LeftOut},
    },
    pipeline::Gateway,
    provider::Call,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Documents with a person's English: JSON lines of `doc_id`, `ar` and `en`
    #[arg(long, value_name = "FILE", required_unless_present = "summaries")]
    set: Option<PathBuf>,
    /// What to leave out of them: JSON of `documents` and `segments`
    #[arg(long, value_name = "FILE", requires = "set")]
    exclude: Option<PathBuf>,
    /// The provider to measure [default: the route of `tasks.translate`]
    #[arg(long, value_name = "NAME", requires = "set")]
    provider: Option<String>,
    /// Measure at most so many segments, spread evenly over the documents
    #[arg(long, value_name = "N", requires = "set")]
    limit: Option<usize>,
    /// Send no terms and no names, to see what they do
    #[arg(long, requires = "set")]
    without_glossary: bool,
    /// Articles with people's extracts: JSON lines of `article_ar` and `summaries_ar`
    #[arg(long, value_name = "FILE")]
    summaries: Option<PathBuf>,
    /// Shape of the report
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// For reading
    Table,
    /// For programs: the same, and each segment without its text
    Json,
}

pub(super) async fn run(config: Option<&Path>, options: Options) -> Result<(), Failed> {
    if let Some(path) = &options.summaries {
        let samples = rouge::read(&text(path).await?).map_err(|error| of(path, &error))?;
        let all: Vec<&rouge::Sample> = samples.iter().collect();
        let reports =
            [Budget::Words, Budget::Sentences].map(|one| rouge::report(&name(path), &all, one));
        print(options.format, &reports.each_ref().map(ToString::to_string).join("\n"), &reports)?;
    }
    let Some(path) = &options.set else { return Ok(()) };
    let left_out = match &options.exclude {
        Some(path) => LeftOut::read(&text(path).await?).map_err(|error| of(path, &error))?,
        None => LeftOut::default(),
    };
    let documents = set::read(&text(path).await?, &left_out).map_err(|error| of(path, &error))?;
    let documents = set::sample(documents, options.limit.unwrap_or(usize::MAX));
    let config = routed(super::configured(config)?, options.provider.as_deref())?;
    let store = super::brief::store(&config);
    let gateway = Gateway::over(config, store.clone()).map_err(Failed::usage)?;
    gateway.shared.join().await;
    let report = measure(&gateway, &documents, &name(path), !options.without_glossary).await;
    gateway.shared.leave().await;
    store.close().await;
    let report = report?;
    print(options.format, &report.to_string(), &report)
}

/// The configuration with this provider alone on the route.
fn routed(mut config: Config, provider: Option<&str>) -> Result<Config, Failed> {
    config.tasks.summarize = Vec::new();
    let Some(name) = provider else { return Ok(config) };
    if !config.providers.iter().any(|provider| provider.name == name) {
        let known: Vec<&str> = config.providers.iter().map(|one| one.name.as_str()).collect();
        let known = known.join(", ");
        return Err(Failed::usage(format!(
            "no provider is named `{name}`\nhint: configured are {known}"
        )));
    }
    config.tasks.translate = vec![name.to_owned()];
    Ok(config)
}

async fn measure(
    gateway: &Gateway,
    documents: &[Document],
    name: &str,
    terms: bool,
) -> Result<Report, Failed> {
    let progress = Progress::new();
    progress.prepare(&gateway.providers).await?;
    gateway.providers.warm();
    let listener = progress.segments(documents.iter().map(|one| one.segments.len()).sum());
    let begun = clock::now();
    let mut tally = Tally::default();
    let mut any = false;
    for document in documents {
        let article = document.article();
        // Sections wait for one another where a provider does one at a time.
        let sections = u32::try_from(article.sections.len()).unwrap_or(u32::MAX);
        let call = Call::until(clock::now() + gateway.config.server.deadline * sections);
        match gateway.measure(&article, terms, &call, &listener).await {
            Ok(made) => {
                any = true;
                tally.count(document, Some(&made));
            }
            Err(failure) if !any => return Err(Failed::work(failure)),
            Err(failure) => {
                progress.say(&format!("{}: {failure}", document.id));
                tally.count(document, None);
            }
        }
    }
    progress.finish();
    Ok(tally.report(name, terms, clock::now().duration_since(begun).as_secs_f64()))
}

async fn text(path: &Path) -> Result<String, Failed> {
    let text = tokio::fs::read_to_string(path).await;
    text.map_err(|error| Failed::work(format!("cannot read {}: {error}", path.display())))
}

fn of(path: &Path, error: &dyn std::fmt::Display) -> Failed {
    Failed::work(format!("{}: {error}", path.display()))
}

/// The file's own name: reports of one set are alike wherever it lies.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn print(shape: Shape, table: &str, value: &impl serde::Serialize) -> Result<(), Failed> {
    match shape {
        Shape::Table => super::print(&format!("{}\n", table.trim_end())),
        Shape::Json => {
            let json = serde_json::to_string(value).map_err(Failed::work)?;
            super::print(&format!("{json}\n"))
        }
    }
}
