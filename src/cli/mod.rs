//! The command line: one file for each command.
//!
//! The result goes to stdout, progress and errors to stderr. Exit 0 is fine, 1 failed, 2 wrong
//! usage or configuration. An error is one sentence, with a hint on a line of its own.

mod audit;
mod brief;
mod cache;
mod check;
mod eval;
mod input;
mod key;
mod manual;
mod mcp;
mod model;
mod online;
mod progress;
mod reload;
mod serve;
mod several;
mod split;

use std::{
    fmt::Display,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum};

use crate::{
    brief::Detail,
    clock,
    config::{Config, load},
    keys::Keyring,
    pipeline::Gateway,
    server,
    store::{Store, StoreError, StoreOptions},
    telemetry, webhooks,
};

/// Reads an Arabic news article and returns a checked English brief.
#[derive(Debug, Parser)]
#[command(name = "mujaz", version = env!("MUJAZ_VERSION"), about, disable_help_subcommand = true)]
pub struct Arguments {
    /// Configuration file [default: $MUJAZ_CONFIG, then config.toml, then the built-in defaults]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print an English brief of an article, or of several
    Brief(brief::Options),
    /// Print an article as mujaz reads it, as JSON; calls no provider
    Split(split::Options),
    /// Serve the HTTP API
    Serve(serve::Options),
    /// Check the configuration and say what each task would use
    Check(check::Options),
    /// The record of what was done
    Audit {
        #[command(subcommand)]
        command: audit::Command,
    },
    /// What is kept on the disk of answers and briefs
    Cache {
        #[command(subcommand)]
        command: cache::Command,
    },
    /// Measure how good a provider's English is
    Eval(eval::Options),
    /// The API keys of the server
    Key {
        #[command(subcommand)]
        command: key::Command,
    },
    /// Speak the Model Context Protocol over stdin and stdout, for assistants
    Mcp,
    /// The embedded model
    Model {
        #[command(subcommand)]
        command: model::Command,
    },
    /// Print what a shell needs to complete commands
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man(manual::Manual),
}

/// How much of the article to brief.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum DetailName {
    /// Headline and summary
    Headline,
    /// Headline, summary and each section's key sentences
    Brief,
    /// Every paragraph as well
    Full,
}

impl From<DetailName> for Detail {
    fn from(name: DetailName) -> Self {
        match name {
            DetailName::Headline => Self::Headline,
            DetailName::Brief => Self::Brief,
            DetailName::Full => Self::Full,
        }
    }
}

/// A command that ended badly.
#[derive(Debug)]
struct Failed {
    code: u8,
    message: String,
}

impl Failed {
    /// Exit 1: the work could not be done.
    fn work(message: impl Display) -> Self {
        Self { code: 1, message: message.to_string() }
    }

    /// Exit 2: usage or configuration is wrong.
    fn usage(message: impl Display) -> Self {
        Self { code: 2, message: message.to_string() }
    }
}

/// Runs one command to its end.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = arguments.config.as_deref();
    // `serve` starts its own as it is configured.
    if !matches!(arguments.command, Command::Serve(_)) {
        telemetry::start_plain();
    }
    let result = match arguments.command {
        Command::Brief(options) => brief::run(config, options).await,
        Command::Split(options) => split::run(config, &options).await,
        Command::Serve(options) => serve::run(config, options).await,
        Command::Check(options) => check::run(config, &options).await,
        Command::Audit { command } => audit::run(config, command).await,
        Command::Cache { command } => cache::run(config, command).await,
        Command::Eval(options) => eval::run(config, options).await,
        Command::Key { command } => key::run(config, command),
        Command::Mcp => mcp::run(config).await,
        Command::Model { command } => model::run(config, command).await,
        Command::Completions { shell } => manual::completions(shell),
        Command::Man(options) => manual::man(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed { code, message }) => {
            anstream::eprintln!("\x1b[1;31merror:\x1b[0m {message}");
            ExitCode::from(code)
        }
    }
}

fn configured(named: Option<&Path>) -> Result<Config, Failed> {
    load::load(named).map(|loaded| loaded.config).map_err(Failed::usage)
}

/// A gateway for commands that keep nothing.
fn gateway(named: Option<&Path>) -> Result<Gateway, Failed> {
    Gateway::open(configured(named)?).map_err(Failed::usage)
}

/// The store in the configured state folder.
fn store(config: &Config) -> Result<Store, StoreError> {
    let options = StoreOptions { disk_bytes: config.cache.disk_bytes };
    Store::open(&load::state_dir(config), &options, clock::utc())
}

/// The keys of a server that listens on `address`.
fn keys(config: &Config, address: SocketAddr) -> Result<Keyring, Failed> {
    let keys = Keyring::open(&load::state_dir(config)).map_err(Failed::usage)?;
    match server::exposed(address, keys.needed(), &config.auth) {
        Some(sentence) => Err(Failed::usage(sentence)),
        None => Ok(keys),
    }
}

/// That what `serve` needs from the environment is there.
fn ready(config: &Config) -> Result<(), Failed> {
    trouble(config).map_or(Ok(()), |trouble| Err(Failed::usage(trouble)))
}

/// What `serve` needs from the environment or the build and has not.
fn trouble(config: &Config) -> Option<String> {
    let trouble = webhooks::trouble(&config.webhooks);
    trouble.or_else(|| telemetry::trouble(&config.telemetry))
}

/// Writes to stdout; a reader that has gone away is no error.
fn print(text: &str) -> Result<(), Failed> {
    written(std::io::stdout().lock(), text)
}

/// The same with its colours, where stdout is a terminal that wants them.
fn print_coloured(text: &str) -> Result<(), Failed> {
    written(anstream::stdout().lock(), text)
}

fn written(mut out: impl std::io::Write, text: &str) -> Result<(), Failed> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failed::work(error)),
        _ => Ok(()),
    }
}
