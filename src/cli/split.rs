//! `mujaz split`: the article as mujaz reads it, as JSON.

use std::path::Path;

use clap::Args;

use super::{Failed, input};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Article to read; `-` or nothing reads stdin
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// Its content type, such as `text/html` or `text/plain; charset=windows-1256`
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
}

pub(super) async fn run(config: Option<&Path>, options: &Options) -> Result<(), Failed> {
    let gateway = super::gateway(config)?;
    let limit = gateway.config.server.max_body_bytes;
    let source = input::read(&options.file, options.content_type.as_deref(), limit).await?;
    let reading = gateway.read(&source);
    if let Some(refusal) = reading.refusal() {
        return Err(Failed::work(refusal));
    }
    let json = serde_json::to_string_pretty(&reading).map_err(Failed::work)?;
    super::print(&format!("{json}\n"))
}
