//! `mujaz check --online`: one tiny call to each provider, told as a table.
//!
//! Providers that no task names are called too, so that a spare one can be tried before it is
//! needed; only those that a task names decide the exit code. A call goes past breaker, limits and
//! cache. What is told is in our words: no key, address or vendor's text.

use std::time::Duration;

use futures_util::future::join_all;

use super::Failed;
use crate::{
    config::{Config, Kind, ProviderConfig, Tasks, secret},
    dialect::{Fault, FaultKind},
    pipeline::Gateway,
    provider::{Checked, Providers, SetUpError},
    shared::Shared,
};

/// The longest one call may take; the embedded model may have to load first.
const LONGEST: Duration = Duration::from_secs(60);
const HEADINGS: [&str; 6] =
    ["provider", "kind", "reachable", "authenticated", "model known", "latency"];

/// Calls each provider and prints what came of it.
pub(super) async fn run(gateway: &Gateway) -> Result<(), Failed> {
    let config = &gateway.config;
    let rows = join_all(config.providers.iter().map(|provider| row(gateway, provider))).await;
    super::print(&format!("\n{}", table(&rows)))?;
    let named = |row: &&Row| is_named(&config.tasks, row.cells[0].as_str());
    let failing: Vec<String> = rows
        .iter()
        .filter(|row| row.reason.is_some())
        .filter(named)
        .map(|row| format!("`{}`", row.cells[0]))
        .collect();
    match failing.as_slice() {
        [] => Ok(()),
        [one] => Err(Failed::work(format!("provider {one} cannot do its task"))),
        more => Err(Failed::work(format!("providers {} cannot do their tasks", more.join(", ")))),
    }
}

fn is_named(tasks: &Tasks, name: &str) -> bool {
    tasks.translate.iter().chain(&tasks.summarize).any(|named| named == name)
}

/// What is told of one provider.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    cells: [String; 6],
    /// Why it cannot be used, where it cannot.
    reason: Option<String>,
}

async fn row(gateway: &Gateway, provider: &ProviderConfig) -> Row {
    let tasks = Tasks { translate: vec![provider.name.clone()], summarize: Vec::new() };
    let alone =
        Config { tasks, providers: vec![provider.clone()], ..Config::clone(&gateway.config) };
    match Providers::open(&alone, &gateway.prompts, Some(&gateway.store), &Shared::alone()) {
        Ok(providers) => match providers.check(LONGEST).await.pop() {
            Some(checked) => told(provider.kind, checked),
            None => unasked(provider, "was not asked".to_owned()),
        },
        Err(SetUpError::NoKey { variable, .. }) => unasked(
            provider,
            format!("the environment variable `{}` is not set", secret::shown(&variable)),
        ),
        Err(error) => unasked(provider, error.to_string().lines().next().unwrap_or("").to_owned()),
    }
}

fn unasked(provider: &ProviderConfig, reason: String) -> Row {
    let model = if provider.kind.summarizes() { "?" } else { "-" };
    let cells = [provider.name.as_str(), provider.kind.name(), "?", "?", model, "-"];
    Row { cells: cells.map(str::to_owned), reason: Some(reason) }
}

fn told(kind: Kind, checked: Checked) -> Row {
    let Checked { provider, latency, outcome } = checked;
    let fault = outcome.err();
    let [reachable, authenticated, model] = answers(kind, fault.as_ref()).map(str::to_owned);
    let latency = format!("{} ms", latency.as_millis());
    let cells = [provider, kind.name().to_owned(), reachable, authenticated, model, latency];
    Row { cells, reason: fault.map(|fault| fault.detail) }
}

/// Whether it was reached, took the key and knew the model: `yes`, `no`, `?` where the call does
/// not tell, `-` where there is nothing to know.
fn answers(kind: Kind, fault: Option<&Fault>) -> [&'static str; 3] {
    use FaultKind as K;
    let (reachable, authenticated, model) = match fault.map(|fault| fault.kind) {
        None | Some(K::Invalid | K::Truncated | K::Filtered) => ("yes", "yes", "yes"),
        Some(K::Unreachable | K::Timeout | K::Cancelled) => ("no", "?", "?"),
        Some(K::Unauthorized) => ("yes", "no", "?"),
        Some(K::NotFound) => ("yes", "?", "no"),
        Some(K::Throttled | K::Quota | K::TooLong) => ("yes", "yes", "?"),
        Some(K::Refused | K::Unavailable | K::Garbage | K::TooLarge) => ("yes", "?", "?"),
    };
    match kind {
        Kind::Local => ["-", "-", model],
        _ if kind.summarizes() => [reachable, authenticated, model],
        _ => [reachable, authenticated, "-"],
    }
}

/// The rows under their headings in aligned columns, each with its reason at the end.
fn table(rows: &[Row]) -> String {
    let head = HEADINGS.map(str::to_owned);
    let lines = || std::iter::once(&head).chain(rows.iter().map(|row| &row.cells));
    let widths: Vec<usize> =
        (0..head.len()).map(|n| lines().map(|cells| cells[n].len()).max().unwrap_or(0)).collect();
    let aligned = |cells: &[String; 6]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ")
    };
    let mut out = format!("{}\n", aligned(&head).trim_end());
    for Row { cells, reason } in rows {
        let line = format!("{}  {}", aligned(cells), reason.as_deref().unwrap_or_default());
        out += line.trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, millis: u64, outcome: Result<Option<String>, Fault>) -> Checked {
        Checked { provider: name.to_owned(), latency: Duration::from_millis(millis), outcome }
    }

    #[test]
    fn each_outcome_tells_what_is_known_and_no_more() {
        use FaultKind as K;
        let mut rows = vec![
            told(Kind::OpenAi, checked("fine", 412, Ok(Some("m-1".into())))),
            told(Kind::DeepL, checked("deepl", 38, Ok(None))),
            told(Kind::Local, checked("local", 2104, Ok(Some("m".into())))),
        ];
        let kinds = [K::Unreachable, K::Timeout, K::Unauthorized, K::NotFound, K::Throttled];
        let kinds = kinds.into_iter().chain([K::Quota, K::Unavailable, K::Garbage, K::Invalid]);
        rows.extend(kinds.map(|kind| {
            let fault = Fault::new(kind, format!("the clause of {}", kind.name()));
            told(Kind::OpenAi, checked(kind.name(), 7, Err(fault)))
        }));
        let spare = ProviderConfig::new("spare", Kind::Google);
        rows.push(unasked(&spare, "the environment variable `KEY` is not set".into()));
        insta::assert_snapshot!(table(&rows));
    }
}
