//! config.toml says what the defaults are, and everything it shows is accepted.

use mujaz::config::{Config, load};

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
        load::parse("README.md", block).unwrap();
    }
}

/// `#key = value` without its mark; prose is `# ` and stays.
fn switched_on(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?;
    rest.starts_with(|c: char| c.is_ascii_lowercase()).then_some(rest)
}
