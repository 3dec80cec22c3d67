//! `mujaz model pull`: fetches the embedded model ahead of its first use.

use std::path::Path;

use clap::Subcommand;

use super::{Failed, progress::Progress};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Fetch and verify the embedded model, and print where it lies
    Pull,
}

pub(super) async fn run(config: Option<&Path>, command: Command) -> Result<(), Failed> {
    let Command::Pull = command;
    let gateway = super::gateway(config)?;
    let progress = Progress::new();
    let paths = progress.prepare(&gateway.providers).await?;
    progress.finish();
    if paths.is_empty() {
        return Err(Failed::usage("no provider of kind `local` is configured"));
    }
    for path in paths {
        super::print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}
