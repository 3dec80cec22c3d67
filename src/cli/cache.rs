//! `mujaz cache`: what is kept on the disk, and emptying it.
//!
//! Works on the state folder itself, so not beside a server that has it open.

use std::{fmt::Write, path::Path};

use clap::Subcommand;

use super::Failed;
use crate::store::{AnswersStats, Store, StoreError};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what is kept and what it takes
    Stats,
    /// Forget all answers; briefs, jobs, spend and audit stay
    Clear,
}

pub(super) async fn run(config: Option<&Path>, command: Command) -> Result<(), Failed> {
    let config = super::configured(config)?;
    let store = super::store(&config).map_err(|error| Failed::work(beside(error)))?;
    let done = match command {
        Command::Stats => stats(&store).await,
        Command::Clear => clear(&store).await,
    };
    store.close().await;
    super::print(&done.map_err(Failed::work)?)
}

/// The same error with what helps here.
fn beside(error: StoreError) -> String {
    match error {
        StoreError::Busy { .. } => format!(
            "{}\nhint: stop it first; to forget one source while it runs, send it \
             `DELETE /v1/cache/{{source_sha256}}`",
            error.to_string().lines().next().unwrap_or_default()
        ),
        error => error.to_string(),
    }
}

async fn stats(store: &Store) -> Result<String, StoreError> {
    let AnswersStats { entries, bytes, bound, file_bytes, .. } = store.answers().stats().await?;
    let (briefs, brief_bytes) = store.briefs().size().await?;
    let mut out = String::new();
    let _ = writeln!(out, "answers: {entries}, {} of {}", size(bytes), size(bound));
    let _ = writeln!(out, "file of answers: {}", size(file_bytes));
    let _ = writeln!(out, "briefs: {briefs}, {}", size(brief_bytes));
    if let Some(reason) = store.trouble() {
        let _ = writeln!(out, "not on the disk: {reason}");
    }
    Ok(out)
}

async fn clear(store: &Store) -> Result<String, StoreError> {
    let AnswersStats { entries, .. } = store.answers().stats().await?;
    store.answers().clear().await?;
    Ok(format!("{entries} answers forgotten\n"))
}

/// Bytes for people: `1.2 MiB`.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_in_the_largest_unit_that_fits() {
        let shown = [0, 1023, 1024, 1 << 20, 1_048_575, 805_306_368, 1 << 40, 1 << 52].map(size);
        assert_eq!(
            shown,
            [
                "0 B",
                "1023 B",
                "1.0 KiB",
                "1.0 MiB",
                "1.0 MiB",
                "768.0 MiB",
                "1.0 TiB",
                "4096.0 TiB"
            ]
        );
    }
}
