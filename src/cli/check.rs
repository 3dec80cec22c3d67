//! `mujaz check`: is the configuration right, and what would each task use.
//!
//! Refuses exactly what `serve` would refuse. With `--online` each provider is called besides
//! (`online`).

use std::{fmt::Write, path::Path};

use clap::Args;

use super::{Failed, online};
use crate::{
    config::{Config, load},
    keys::Keyring,
    pipeline::Gateway,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Make one tiny call to each provider and say what came of it
    #[arg(long)]
    online: bool,
}

pub(super) async fn run(named: Option<&Path>, options: &Options) -> Result<(), Failed> {
    let loaded = load::load(named).map_err(Failed::usage)?;
    let gateway = Gateway::open(loaded.config).map_err(Failed::usage)?;
    let keys = super::keys(&gateway.config, gateway.config.server.listen)?;
    super::ready(&gateway.config)?;
    let from = loaded.file.map_or_else(
        || "the built-in defaults (no config.toml here)".to_owned(),
        |file| file.display().to_string(),
    );
    let mut out = format!("configuration: {from}\n");
    tasks(&mut out, &gateway.config);
    providers(&mut out, &gateway);
    let _ = writeln!(out, "state: {}", load::state_dir(&gateway.config).display());
    let _ = writeln!(out, "keys: {}", access(&gateway.config, &keys));
    let shared = gateway.shared.in_words();
    let shared = shared.unwrap_or_else(|| "nothing; this gateway is alone".to_owned());
    let _ = writeln!(out, "shared: {shared}");
    let _ = writeln!(out, "models: {}", load::cache_dir().display());
    let _ = writeln!(out, "glossary: {} terms", gateway.glossary.entries().len());
    super::print(&out)?;
    if options.online { online::run(&gateway).await } else { Ok(()) }
}

/// Who will be let in.
fn access(config: &Config, keys: &Keyring) -> String {
    match keys.len() {
        0 if config.auth.allow_anonymous => "none; everybody is served".to_owned(),
        0 => "none; served over loopback alone".to_owned(),
        number => format!("{number}; one is needed"),
    }
}

fn tasks(out: &mut String, config: &Config) {
    let route = |names: &[String]| names.join(", then ");
    let _ = writeln!(out, "translate: {}", route(&config.tasks.translate));
    let summarize = match config.tasks.summarize.as_slice() {
        [] => "key sentences chosen in Arabic by mujaz, then translated".to_owned(),
        names => route(names),
    };
    let _ = writeln!(out, "summarize: {summarize}");
}

fn providers(out: &mut String, gateway: &Gateway) {
    for provider in &gateway.config.providers {
        let _ = write!(out, "provider {}: {}", provider.name, provider.kind.name());
        if let Some(model) = &provider.model {
            let _ = write!(out, ", model {model}");
        }
        out.push('\n');
    }
}
