//! `mujaz audit`: the record of what was done, out of the state folder.
//!
//! Works on the state folder itself, so not beside a server that has it open; that one gives the same
//! records at `GET /v1/audit`.

use std::{io::Write, path::Path};

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::Failed;
use crate::{
    digest::{hex, of_hex},
    store::{AuditQuery, Store, StoreError},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the records as JSON Lines, oldest first
    Export(Which),
    /// Print the text that a brief was made from, where `[audit] keep_text` kept it
    Text {
        /// The brief's id
        brief: String,
    },
}

/// Which records; those that nothing is said about are all.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// From this moment on, such as 2026-01-18T00:00:00Z
    #[arg(long, value_name = "MOMENT")]
    since: Option<Timestamp>,
    /// Before this moment
    #[arg(long, value_name = "MOMENT")]
    until: Option<Timestamp>,
    /// Made with the key of this name
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
    /// About the source with this SHA-256; finds confidential ones too
    #[arg(long, value_name = "HEX")]
    source_sha256: Option<String>,
}

pub(super) async fn run(config: Option<&Path>, command: Command) -> Result<(), Failed> {
    let config = super::configured(config)?;
    let store = super::store(&config).map_err(|error| Failed::work(beside(error)))?;
    let done = match command {
        Command::Export(which) => export(&store, which).await,
        Command::Text { brief } => text(&store, &brief).await,
    };
    store.close().await;
    done
}

/// The same error with what helps here.
fn beside(error: StoreError) -> String {
    match error {
        StoreError::Busy { .. } => format!(
            "{}\nhint: it gives the same records at `GET /v1/audit` with `Accept: \
             application/jsonl` and a key with the scope `admin`",
            error.to_string().lines().next().unwrap_or_default()
        ),
        error => error.to_string(),
    }
}

async fn export(store: &Store, which: Which) -> Result<(), Failed> {
    let audit = store.audit();
    let source = match which.source_sha256 {
        None => None,
        Some(text) => {
            let source = of_hex(&text)
                .ok_or_else(|| Failed::usage("--source-sha256 takes 64 hexadecimal digits"))?;
            Some((hex(&source), audit.keyed(&source).await.map_err(Failed::work)?))
        }
    };
    let Which { since, until, key, .. } = which;
    let query = AuditQuery { from: since, until, actor: key, source, ..AuditQuery::default() };
    let mut out = std::io::stdout().lock();
    for line in audit.export(query) {
        let line = line.map_err(Failed::work)?;
        match out.write_all(line.as_bytes()) {
            // A reader that has gone away has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(Failed::work)?,
        }
    }
    out.flush().map_err(Failed::work)
}

async fn text(store: &Store, brief: &str) -> Result<(), Failed> {
    let text = store.audit().text(brief).await.map_err(Failed::work)?;
    let text = text.ok_or_else(|| {
        Failed::work(format!(
            "no text is kept of the brief `{brief}`\nhint: texts are kept while `[audit] keep_text` \
             is on, and until the brief is forgotten"
        ))
    })?;
    std::io::stdout().lock().write_all(&text).map_err(Failed::work)
}
