//! `mujaz key`: makes, lists and revokes API keys; a running server follows within a second.
//!
//! A new key goes to stdout, once, and everything said about it to stderr, so that
//! `mujaz key new … | pass insert` keeps it off the screen.

use std::{
    fmt::Write,
    num::{NonZeroU32, NonZeroU64},
    path::Path,
};

use clap::{Args, Subcommand};

use super::Failed;
use crate::{
    clock,
    config::{Limits, load},
    keys::{Entry, KeyFile, KeysError, Scope, file},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key and print it, this once
    New(Box<New>),
    /// List the keys: never the keys themselves, which are not kept
    List,
    /// Revoke a key
    Revoke {
        /// The key's id or, where it is the only one of its name, its name
        #[arg(value_name = "ID|NAME")]
        which: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct New {
    /// Who will hold it: letters, digits, `-`, `_` and `.`, at most 64
    #[arg(long, value_parser = plain)]
    name: String,
    /// What it may do: `brief` includes reading, `admin` everything
    #[arg(long, value_delimiter = ',', required = true, value_name = "SCOPE,…")]
    scope: Vec<Scope>,
    /// The desk it belongs to; briefs are read within a desk
    #[arg(long, value_parser = plain)]
    desk: Option<String>,
    /// Requests a minute, instead of `limits.requests_per_minute`
    #[arg(long, value_name = "N")]
    requests_per_minute: Option<NonZeroU32>,
    /// Characters a minute, instead of `limits.characters_per_minute`
    #[arg(long, value_name = "N")]
    characters_per_minute: Option<NonZeroU32>,
    /// Briefs at the same time, instead of `limits.concurrent_briefs`
    #[arg(long, value_name = "N")]
    concurrent_briefs: Option<NonZeroU32>,
    /// Requests a day, instead of `limits.daily_requests`
    #[arg(long, value_name = "N")]
    daily_requests: Option<NonZeroU64>,
    /// Characters a day, instead of `limits.daily_characters`
    #[arg(long, value_name = "N")]
    daily_characters: Option<NonZeroU64>,
    /// What its work may cost a day, in United States dollars
    #[arg(long, value_name = "USD", value_parser = dollars)]
    daily_budget_usd: Option<f64>,
}

pub(super) fn run(config: Option<&Path>, command: Command) -> Result<(), Failed> {
    let path = load::state_dir(&super::configured(config)?).join(file::NAME);
    match command {
        Command::New(options) => new(&path, *options),
        Command::List => list(&path),
        Command::Revoke { which } => revoke(&path, &which),
    }
}

fn new(path: &Path, options: New) -> Result<(), Failed> {
    let name = options.name.clone();
    let (token, id) = KeyFile::change(path, |file| file.add(entry(options)))
        .map_err(|error: KeysError| Failed::work(error))?;
    eprintln!("key `{name}` has the id {id}; it is shown this once, only its hash is kept");
    super::print(&format!("{}\n", token.reveal()))
}

fn entry(options: New) -> Entry {
    let mut scopes = options.scope;
    scopes.sort();
    scopes.dedup();
    Entry {
        id: String::new(),
        name: options.name,
        hash: String::new(),
        scopes,
        desk: options.desk,
        created: clock::utc().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        daily_budget_usd: options.daily_budget_usd,
        limits: Limits {
            requests_per_minute: options.requests_per_minute,
            characters_per_minute: options.characters_per_minute,
            concurrent_briefs: options.concurrent_briefs,
            daily_requests: options.daily_requests,
            daily_characters: options.daily_characters,
        },
    }
}

fn list(path: &Path) -> Result<(), Failed> {
    let keys = KeyFile::read(path).map_err(Failed::work)?.map(|file| file.keys);
    let keys = keys.unwrap_or_default();
    if keys.is_empty() {
        eprintln!("no key yet; make one with `mujaz key new --name NAME --scope brief`");
    }
    let mut out = String::new();
    for key in &keys {
        let _ = write!(out, "{}  {}  {}", key.id, key.name, names(&key.scopes));
        if let Some(desk) = &key.desk {
            let _ = write!(out, "  desk {desk}");
        }
        out.push_str(&limits(&key.limits));
        if let Some(budget) = key.daily_budget_usd {
            let _ = write!(out, "  {budget} USD a day");
        }
        let _ = writeln!(out, "  made {}", key.created);
    }
    super::print(&out)
}

fn limits(limits: &Limits) -> String {
    let Limits {
        requests_per_minute,
        characters_per_minute,
        concurrent_briefs,
        daily_requests,
        daily_characters,
    } = limits;
    let wide = |n: &Option<NonZeroU32>| n.map(|n| u64::from(n.get()));
    let shown = [
        (wide(requests_per_minute), "requests a minute"),
        (wide(characters_per_minute), "characters a minute"),
        (wide(concurrent_briefs), "briefs at once"),
        (daily_requests.map(NonZeroU64::get), "requests a day"),
        (daily_characters.map(NonZeroU64::get), "characters a day"),
    ];
    let shown = shown.iter().filter_map(|(n, what)| Some(format!("  {} {what}", (*n)?)));
    shown.collect()
}

fn names(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(",")
}

fn revoke(path: &Path, which: &str) -> Result<(), Failed> {
    // A file is not begun for a key that cannot be in it.
    if KeyFile::read(path).map_err(Failed::work)?.is_none() {
        return Err(unknown(which));
    }
    let gone = KeyFile::change(path, |file| {
        let named: Vec<String> = file
            .keys
            .iter()
            .filter(|key| key.id == which || key.name == which)
            .map(|key| key.id.clone())
            .collect();
        if let [only] = named.as_slice() {
            file.keys.retain(|key| key.id != *only);
        }
        Ok(named)
    });
    match gone.map_err(Failed::work)?.as_slice() {
        [] => Err(unknown(which)),
        [id] => {
            eprintln!("revoked {id}; a running server refuses it within a second");
            Ok(())
        }
        several => Err(Failed::work(format!(
            "`{which}` names {} keys: {}\nhint: revoke one by its id",
            several.len(),
            several.join(", ")
        ))),
    }
}

fn unknown(which: &str) -> Failed {
    Failed::work(format!("no key has the id or name `{which}`\nhint: `mujaz key list` shows all"))
}

fn plain(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if fits {
        return Ok(text.to_owned());
    }
    Err("use 1 to 64 letters, digits, `-`, `_` and `.`".to_owned())
}

fn dollars(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|usd: &f64| usd.is_finite() && *usd >= 0.0)
        .ok_or_else(|| "write an amount such as 2.50".to_owned())
}
