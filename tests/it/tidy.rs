//! Rules of the repository that no lint knows: sizes, headers, purity, reasons.

use std::{
    fs,
    path::{Path, PathBuf},
};

const PURE: [&str; 7] = ["article", "brief", "eval", "glossary", "prompt", "dialect", "render"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(PathBuf, String)> {
    let folders = ["src", "tests", "benches"].map(|name| root().join(name));
    let files = folders.iter().filter(|folder| folder.is_dir()).flat_map(|f| rust_files(f));
    files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn assert_none(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

#[test]
fn every_file_opens_by_saying_why_it_exists() {
    let bare = sources().into_iter().filter(|(_, text)| !text.starts_with("//!"));
    assert_none(
        "a file opens with //!",
        bare.map(|(path, _)| path.display().to_string()).collect(),
    );
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long = sources().into_iter().filter_map(|(path, text)| {
        let lines = text.lines().count();
        (lines > 500).then(|| format!("{}: {lines}", path.display()))
    });
    assert_none("a file has one subject", long.collect());
}

#[test]
fn pure_modules_name_no_io() {
    const BANNED: [&str; 12] = [
        "axum",
        "reqwest",
        "tokio",
        "moka",
        "governor",
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
    ];
    let mut broken = Vec::new();
    for module in PURE {
        for path in rust_files(&root().join("src").join(module)) {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                let line = line.trim_start();
                if line.starts_with("//") || path.to_string_lossy().ends_with("_tests.rs") {
                    continue;
                }
                for banned in BANNED.iter().filter(|banned| names(line, banned)) {
                    broken.push(format!("{}:{}: {banned}", path.display(), number + 1));
                }
            }
        }
    }
    assert_none("pure modules do no I/O", broken);
}

/// Whether `line` uses `path` as a path, not as a part of another word or in a string.
fn names(line: &str, path: &str) -> bool {
    let bare: String = line.split('"').step_by(2).collect();
    bare.match_indices(path).any(|(at, _)| {
        let before = bare[..at].chars().next_back();
        let after = bare[at + path.len()..].chars().next();
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !joins(before) && !joins(after)
    })
}

#[test]
fn every_dependency_carries_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut previous = "";
    let mut bare = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && line.contains('=') && !previous.starts_with('#') {
            bare.push(line.to_owned());
        }
        previous = line;
    }
    assert_none("a dependency has a one-line reason above it", bare);
}
