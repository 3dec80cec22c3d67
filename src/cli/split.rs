//! `mujaz split`: the article as mujaz reads it, as JSON.

use std::path::Path;

use clap::Args;

use super::{Failed, input};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    article: input::Article,
}

pub(super) async fn run(config: Option<&Path>, options: &Options) -> Result<(), Failed> {
    let gateway = super::gateway(config)?;
    let input = input::read(&options.article, &gateway).await?;
    let reading = gateway.read(&input.source);
    if let Some(refusal) = reading.refusal() {
        return Err(Failed::work(refusal));
    }
    let json = serde_json::to_string_pretty(&reading).map_err(Failed::work)?;
    super::print(&format!("{json}\n"))
}
