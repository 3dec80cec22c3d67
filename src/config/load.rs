//! Reads a configuration from its file, and says everything that is wrong with it at once.
//!
//! The order of sources: `--config`, `MUJAZ_CONFIG`, `config.toml` in the working folder where
//! there is one, the built-in defaults. This module reads the environment for places only
//! (`MUJAZ_CONFIG`, `XDG_*`, `HOME`).

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Config, ConfigError, Problem,
    error::{Located, locate},
};

/// A configuration and where it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What was read.
    pub config: Config,
    /// The file; `None` for the built-in defaults.
    pub file: Option<PathBuf>,
}

/// Reads the configuration that `--config` or the environment names.
///
/// # Errors
/// Where a named file cannot be read, or any file says something that cannot be.
pub fn load(named: Option<&Path>) -> Result<Loaded, ConfigError> {
    let chosen = named.is_some() || place("MUJAZ_CONFIG").is_some();
    let file = file(named);
    if !chosen && !file.is_file() {
        return Ok(Loaded { config: Config::default(), file: None });
    }
    let text = std::fs::read_to_string(&file).map_err(|error| ConfigError::Unreadable {
        path: file.clone(),
        reason: error.to_string(),
    })?;
    let config = parse(&file.display().to_string(), &text)?;
    Ok(Loaded { config, file: Some(file) })
}

/// The file that [`load`] reads, where it is there.
#[must_use]
pub fn file(named: Option<&Path>) -> PathBuf {
    let chosen = named.map(Path::to_owned).or_else(|| place("MUJAZ_CONFIG"));
    chosen.unwrap_or_else(|| PathBuf::from("config.toml"))
}

/// Reads a configuration from text; `name` is what errors call it.
///
/// # Errors
/// Where the text is no TOML, has a key that is not known, or breaks a bound.
pub fn parse(name: &str, text: &str) -> Result<Config, ConfigError> {
    let config: Config = toml::from_str(text).map_err(|error| syntax(name, text, &error))?;
    let problems = problems(&config);
    if problems.is_empty() {
        return Ok(config);
    }
    let located = problems
        .into_iter()
        .map(|problem| Located::at(name, text, locate(text, &problem.path), problem))
        .collect();
    Err(ConfigError::Invalid(located))
}

/// Everything in a configuration that cannot be, in the order of the file.
#[must_use]
pub fn problems(config: &Config) -> Vec<Problem> {
    let mut found = super::server::problems(&config.server);
    found.extend(store_problems(config));
    found.extend(config.shared.problems());
    if config.budget.daily_usd.is_some_and(|usd| !usd.is_finite() || usd < 0.0) {
        found.push(Problem::new("budget.daily_usd", "`daily_usd` must be 0 or more"));
    }
    found.extend(provider_problems(config));
    found.extend(route_problems(config));
    found.extend(config.fetch.problems());
    found.extend(job_problems(config));
    found.extend(config.webhooks.problems());
    found.extend(config.telemetry.problems());
    found
}

fn store_problems(config: &Config) -> Vec<Problem> {
    let mut found = Vec::new();
    if config.cache.disk_bytes > 1 << 40 {
        let message = "`disk_bytes` must be at most 1099511627776 (1 TiB)";
        found.push(Problem::new("cache.disk_bytes", message));
    }
    let decade = Duration::from_secs(10 * 366 * 24 * 3600);
    let lifetimes = [("fresh_for", config.cache.fresh_for), ("stale_for", config.cache.stale_for)];
    for (key, lifetime) in lifetimes {
        if lifetime > decade {
            let message = format!("`{key}` must be at most 87840h (10 years)");
            found.push(Problem::new(format!("cache.{key}"), message));
        }
    }
    let retentions = [("jobs", config.jobs.retention), ("audit", config.audit.retention)];
    for (section, retention) in retentions {
        if !(Duration::from_secs(3600)..=decade).contains(&retention) {
            let message = "`retention` must lie between 1h and 87840h (10 years)";
            found.push(Problem::new(format!("{section}.retention"), message));
        }
    }
    found
}

fn job_problems(config: &Config) -> Vec<Problem> {
    let jobs = &config.jobs;
    let bounds = [
        ("workers", (1..=4096).contains(&jobs.workers), "1 and 4096"),
        ("max_queued", (1..=1_000_000).contains(&jobs.max_queued), "1 and 1000000"),
        ("attempts", (1..=100).contains(&jobs.attempts), "1 and 100"),
    ];
    let wrong = bounds.iter().filter(|(_, right, _)| !right);
    wrong
        .map(|(key, _, bounds)| {
            Problem::new(format!("jobs.{key}"), format!("`{key}` must lie between {bounds}"))
        })
        .collect()
}

fn provider_problems(config: &Config) -> Vec<Problem> {
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for (index, provider) in config.providers.iter().enumerate() {
        if !names.insert(&provider.name) {
            let message = format!("the name `{}` is taken by an earlier provider", provider.name);
            let hint = "two providers of one kind are fine; give each a name of its own";
            found.push(Problem::new(format!("providers.{index}.name"), message).hint(hint));
        }
        found.extend(provider.problems().into_iter().map(|problem| Problem {
            path: format!("providers.{index}.{}", problem.path),
            ..problem
        }));
    }
    found
}

fn route_problems(config: &Config) -> Vec<Problem> {
    let known: Vec<&str> = config.providers.iter().map(|p| p.name.as_str()).collect();
    let routes = [("translate", &config.tasks.translate), ("summarize", &config.tasks.summarize)];
    let mut found = Vec::new();
    for (task, names) in routes {
        for (index, name) in names.iter().enumerate() {
            found.extend(route_problem(config, task, index, name, &known));
        }
    }
    if config.tasks.translate.is_empty() && config.tasks.summarize.is_empty() {
        let hint = "name a provider, as in `translate = [\"local\"]`";
        found.push(Problem::new("tasks", "no provider does any task").hint(hint));
    }
    found
}

fn route_problem(
    config: &Config,
    task: &str,
    index: usize,
    name: &str,
    known: &[&str],
) -> Option<Problem> {
    let path = format!("tasks.{task}.{index}");
    let Some(provider) = config.providers.iter().find(|p| p.name == name) else {
        let problem = Problem::new(path, format!("no provider is named `{name}`"));
        let hint = nearest(name, known.iter().copied()).map_or_else(
            || "add a [[providers]] entry with this name".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Some(problem.hint(hint));
    };
    if task == "summarize" && !provider.kind.summarizes() {
        let message = format!("`{name}` translates and cannot summarize");
        let hint =
            "leave `summarize` empty: key sentences are then chosen in Arabic and translated";
        return Some(Problem::new(path, message).hint(hint));
    }
    None
}

fn syntax(name: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let message = error.message().to_owned();
    let hint = unknown_key_hint(&message);
    let problem = Problem { path: String::new(), message, hint };
    ConfigError::Invalid(vec![Located::at(name, text, error.span(), problem)])
}

/// For serde's "unknown field `x`, expected one of `a`, `b`": the nearest of the known ones.
fn unknown_key_hint(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    nearest(unknown, quoted).map(|near| format!("did you mean `{near}`?"))
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Where state is kept: `server.state_dir`, else `$XDG_STATE_HOME/mujaz`, else
/// `~/.local/state/mujaz`.
#[must_use]
pub fn state_dir(config: &Config) -> PathBuf {
    let named = config.server.state_dir.clone();
    named.unwrap_or_else(|| xdg("XDG_STATE_HOME", ".local/state"))
}

/// Where models are kept: `$XDG_CACHE_HOME/mujaz`, else `~/.cache/mujaz`.
#[must_use]
pub fn cache_dir() -> PathBuf {
    xdg("XDG_CACHE_HOME", ".cache")
}

fn xdg(variable: &str, below_home: &str) -> PathBuf {
    let base = place(variable).or_else(|| place("HOME").map(|home| home.join(below_home)));
    base.unwrap_or_else(std::env::temp_dir).join("mujaz")
}

#[expect(clippy::disallowed_methods, reason = "places on disk are named by the environment")]
fn place(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        parse("config.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        assert_eq!(parse("config.toml", "").unwrap(), Config::default());
    }

    #[test]
    fn an_unknown_key_is_shown_with_a_caret_and_the_nearest_key() {
        insta::assert_snapshot!(wrong("[server]\nlisten = \"127.0.0.1:80\"\ndeadlin = \"1s\"\n"));
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        let provider = "[[providers]]\nname = \"deepl\"\nkind = \"deepl\"\n";
        for line in ["api_key = \"sk-LIVE9\"", "key = 'sk-LIVE9'", "password = [\"sk-LIVE9\"]"] {
            let told = wrong(&format!("{provider}{line}\n"));
            assert!(told.contains("unknown field") && !told.contains("LIVE9"), "{told}");
        }
        let told = wrong("[webhooks]\nsecret_en = \"MUJAZ_SECRET\"\n");
        assert!(told.contains("MUJAZ_SECRET"), "a variable's name is no secret: {told}");
    }

    #[test]
    fn a_value_out_of_bounds_is_shown_at_its_place() {
        insta::assert_snapshot!(wrong("[server]\ndeadline = \"0s\"\nmax_briefs = 0\n"));
    }

    #[test]
    fn what_is_kept_has_bounds() {
        insta::assert_snapshot!(wrong(
            "[cache]\ndisk_bytes = 2199023255552\nstale_for = \"90000h\"\n[jobs]\nretention = \
             \"1m\"\n[audit]\nretention = \"0s\"\n"
        ));
    }

    #[test]
    fn a_route_to_nowhere_names_the_nearest_provider() {
        insta::assert_snapshot!(wrong("[tasks]\ntranslate = [\"locall\"]\n"));
    }

    #[test]
    fn a_duration_that_is_none_says_how_to_write_one() {
        insta::assert_snapshot!(wrong("[server]\ndrain = \"soon\"\n"));
    }

    #[test]
    fn two_providers_cannot_share_a_name() {
        let provider = "[[providers]]\nname = \"local\"\nkind = \"local\"\n";
        insta::assert_snapshot!(wrong(&provider.repeat(2)));
    }
}
