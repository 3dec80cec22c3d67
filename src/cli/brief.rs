//! `mujaz brief`: an English brief of one article.

use std::path::Path;

use clap::{Args, ValueEnum};

use super::{
    DetailName, Failed,
    input::{self, Input},
    progress::Progress,
};
use crate::{
    brief::Detail,
    config::Config,
    pipeline::{self, Gateway, Order},
    provider::Call,
    render::{Format, Label},
    store::{Store, StoreOptions},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    article: input::Article,
    /// Shape of the brief
    #[arg(long, value_enum, default_value = "markdown")]
    format: FormatName,
    /// How much of the article to brief [default: what a JSON file asks for, else brief]
    #[arg(long, value_enum)]
    detail: Option<DetailName>,
    /// Print the plan and what it would cost, as JSON, and call no provider
    #[arg(long)]
    dry_run: bool,
    /// Use the prompts of this desk (a folder in `[prompts] folder`), where it has its own
    #[arg(long, value_name = "NAME")]
    desk: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// For reading
    Markdown,
    /// For programs
    Json,
    /// One page for a browser: English beside the Arabic
    Html,
    /// IPTC ninjs 3.1, for content systems
    Ninjs,
    /// IPTC ninjs 2.2
    #[value(name = "ninjs-2.2")]
    Ninjs2,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Markdown => Self::Markdown,
            FormatName::Json => Self::Json,
            FormatName::Html => Self::Html,
            FormatName::Ninjs => Self::Ninjs,
            FormatName::Ninjs2 => Self::Ninjs2,
        }
    }
}

pub(super) async fn run(config: Option<&Path>, options: Options) -> Result<(), Failed> {
    let config = super::configured(config)?;
    let store = store(&config);
    let gateway = Gateway::over(config, store.clone()).map_err(Failed::usage)?;
    gateway.shared.join().await;
    let done = print(&gateway, options).await;
    gateway.shared.leave().await;
    store.close().await;
    done
}

/// The store, or one in memory beside a server that has the folder.
pub(super) fn store(config: &Config) -> Store {
    super::store(config).unwrap_or_else(|error| {
        let said = error.to_string();
        let said = said.lines().next().unwrap_or_default();
        eprintln!("warning: {said}; answers of this run are neither found nor kept there");
        Store::in_memory(&StoreOptions { disk_bytes: config.cache.disk_bytes })
    })
}

async fn print(gateway: &Gateway, options: Options) -> Result<(), Failed> {
    let input = input::read(&options.article, gateway).await?;
    let Input { source, detail, confidential, dry_run } = input;
    // The model can load while the article is read; nothing is fetched for a text that is refused.
    let reading = gateway.read(&source);
    if let Some(refusal) = reading.refusal() {
        return Err(Failed::work(refusal));
    }
    let deadline = pipeline::deadline(&gateway.config);
    let desk = options.desk.clone();
    let call = Call { confidential, desk, ..Call::until(deadline) };
    let detail = options.detail.map(Detail::from).or(detail).unwrap_or_default();
    if dry_run || options.dry_run {
        let foresight = gateway.foresee(&reading.article, detail, &call).await;
        let text = serde_json::to_string_pretty(&foresight).map_err(Failed::work)?;
        return super::print(&format!("{text}\n"));
    }
    let progress = Progress::new();
    progress.prepare(&gateway.providers).await?;
    gateway.providers.warm();
    // Fetching a model takes none of the brief's time.
    let call = Call { deadline: pipeline::deadline(&gateway.config), ..call };
    let order = Order { source, detail, call };
    let brief = gateway.brief_of(reading, &order, &progress.listener()).await;
    progress.finish();
    let brief = brief.map_err(Failed::work)?;
    let mut text = Format::from(options.format).render(&brief, &Label::Draft);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    super::print(&text)
}
