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
    let limit = gateway.config.server.max_body_bytes;
    let source = input::read(&options.article, limit).await?;
    let reading = gateway.read(&source);
    if let Some(refusal) = reading.refusal() {
        return Err(Failed::work(refusal));
    }
    let json = serde_json::to_string_pretty(&reading).map_err(Failed::work)?;
    super::print(&format!("{json}\n"))
}
