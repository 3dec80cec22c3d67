//! `mujaz brief`: an English brief of one article, or of several.
//!
//! One article goes to stdout as it is made. Several are made side by side, each whether the others
//! succeed or not (`several`).

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{
    DetailName, Failed,
    input::{self, Input},
    progress::Progress,
    several,
};
use crate::{
    brief::{Brief, Detail},
    config::Config,
    keys::Identity,
    pipeline::{self, Foresight, Gateway, Listener, Order},
    provider::Call,
    render::{Format, Label},
    store::{Store, StoreOptions},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) articles: input::Articles,
    /// Shape of the brief
    #[arg(long, value_enum, default_value = "markdown")]
    pub(super) format: FormatName,
    /// How much of the article to brief [default: what a JSON file asks for, else brief]
    #[arg(long, value_enum)]
    pub(super) detail: Option<DetailName>,
    /// Print the plan and what it would cost, as JSON, and call no provider
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Use the prompts of this desk (a folder in `[prompts] folder`), where it has its own
    #[arg(long, value_name = "NAME")]
    pub(super) desk: Option<String>,
    /// Write each brief into this folder, under its article's name
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    pub(super) output_dir: Option<PathBuf>,
    /// Write over briefs that are there already
    #[arg(long, requires = "output_dir")]
    pub(super) force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatName {
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

impl FormatName {
    /// The end of a file's name.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Html => "html",
            Self::Ninjs | Self::Ninjs2 => "ninjs.json",
        }
    }
}

pub(super) async fn run(config: Option<&Path>, options: Options) -> Result<(), Failed> {
    let config = super::configured(config)?;
    let store = store(&config);
    let gateway = Gateway::over(config, store.clone()).map_err(Failed::usage)?;
    gateway.shared.join().await;
    let done = match options.articles.files.as_slice() {
        [one] if options.output_dir.is_none() => print(&gateway, one, &options).await,
        _ => several::run(&gateway, &options).await,
    };
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

/// What an article was asked for and gave.
pub(super) enum Made {
    /// Its brief.
    Brief(Box<Brief>),
    /// Its plan, where nothing was to be done.
    Plan(Foresight),
}

impl Made {
    /// As it is printed, ending in a newline.
    pub(super) fn text(&self, format: FormatName) -> Result<String, Failed> {
        let mut text = match self {
            Self::Brief(brief) => Format::from(format).render(brief, &Label::Draft),
            Self::Plan(plan) => serde_json::to_string_pretty(plan).map_err(Failed::work)?,
        };
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(text)
    }
}

async fn print(gateway: &Gateway, name: &str, options: &Options) -> Result<(), Failed> {
    let progress = Progress::new();
    let made = make(gateway, name, options, (&progress, &progress.listener())).await;
    progress.finish();
    super::print(&made?.text(options.format)?)
}

/// Makes what is asked for of one article.
pub(super) async fn make(
    gateway: &Gateway,
    name: &str,
    options: &Options,
    (progress, listener): (&Progress, &Listener),
) -> Result<Made, Failed> {
    let content_type = options.articles.content_type.as_deref();
    let input = input::named(name, content_type, gateway).await?;
    let Input { source, detail, confidential, dry_run } = input;
    // The model can load while the article is read; nothing is fetched for a text that is refused.
    let reading = gateway.read(&source);
    if let Some(refusal) = reading.refusal() {
        return Err(Failed::work(refusal));
    }
    let deadline = pipeline::deadline(&gateway.config);
    let desk = options.desk.clone();
    let readers = desk.as_deref().map_or_else(String::new, Identity::readers_of);
    let scope = gateway.config.cache.scope.among(&readers, "").to_owned();
    let call = Call { confidential, desk, scope, ..Call::until(deadline) };
    let detail = options.detail.map(Detail::from).or(detail).unwrap_or_default();
    if dry_run || options.dry_run {
        return Ok(Made::Plan(gateway.foresee(&reading.article, detail, &call).await));
    }
    progress.prepare(&gateway.providers).await?;
    gateway.providers.warm();
    // Fetching a model takes none of the brief's time.
    let call = Call { deadline: pipeline::deadline(&gateway.config), ..call };
    let order = Order { source, detail, call };
    let brief = gateway.brief_of(reading, &order, listener).await;
    brief.map(|brief| Made::Brief(Box::new(brief))).map_err(Failed::work)
}
