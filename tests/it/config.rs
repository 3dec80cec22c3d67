//! config.toml says what the defaults are, and everything it shows is accepted.

use std::collections::BTreeMap;

use mujaz::config::{Config, HttpService, Kind, ProviderConfig, load};

const FILE: &str = include_str!("../../config.toml");

#[test]
fn the_file_as_it_stands_is_the_defaults() {
    assert_eq!(load::parse("config.toml", FILE).unwrap(), Config::default());
}

#[test]
fn every_key_that_is_off_is_accepted_when_switched_on() {
    let on: Vec<&str> = FILE.lines().map(|line| switched_on(line).unwrap_or(line)).collect();
    let on = on.join("\n");
    let shown = FILE.lines().filter(|line| switched_on(line).is_some()).count();
    assert!(shown > 0, "the file shows keys that are off");
    load::parse("config.toml", &on).unwrap();
}

#[test]
fn the_providers_that_the_readme_shows_are_accepted() {
    let readme = include_str!("../../README.md");
    let blocks: Vec<&str> = readme.split("```toml\n").skip(1).collect();
    assert!(!blocks.is_empty(), "the README shows providers");
    for block in blocks {
        let block = block.split("```").next().unwrap_or_default();
        let config = load::parse("README.md", block).unwrap();
        let named = |name: &String| config.providers.iter().any(|p| p.name == *name);
        let default = Config::default().providers;
        let mut routed = config.tasks.translate.iter().chain(&config.tasks.summarize);
        assert!(routed.any(named), "a block uses what it shows: {block}");
        assert_ne!(config.providers, default);
    }
}

/// What `hub` and `file` are is said beside `path`, since only one way of naming a model can be
/// on.
const SAID_IN_PROSE: [&str; 2] = ["hub", "file"];

#[test]
fn every_key_of_a_provider_is_shown() {
    let provider = ProviderConfig::new("one", Kind::Http);
    let service = HttpService {
        path: String::new(),
        headers: BTreeMap::new(),
        key_header: None,
        key_prefix: String::new(),
        body: String::new(),
        answer: String::new(),
        error: None,
        errors: BTreeMap::new(),
        max_texts: 1,
        max_characters: 1,
    };
    let keys = |value: serde_json::Value| value.as_object().unwrap().clone().into_iter();
    let keys = keys(serde_json::to_value(provider).unwrap())
        .chain(keys(serde_json::to_value(service).unwrap()));
    for (key, _) in keys {
        let on = |line: &str| {
            let line = switched_on(line).unwrap_or(line);
            line.starts_with(&format!("{key} = ")) || line == format!("[providers.{key}]")
        };
        let said = SAID_IN_PROSE.contains(&&*key) && FILE.contains(&format!("`{key}`"));
        assert!(said || FILE.lines().any(on), "{key}");
    }
}

/// `#key = value` and `#[table]` without their mark; prose is `# ` and stays.
fn switched_on(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?;
    rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[').then_some(rest)
}
