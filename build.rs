//! Names the build for `mujaz --version`, version, commit and features, and its features for the program.
//!
//! A packager says the commit in `MUJAZ_COMMIT`; a release build in a checkout asks git; a release
//! build from a tarball has none, and says so. Other builds leave it out, or every commit would compile
//! them anew.
#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by the environment")]

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=MUJAZ_COMMIT");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let said = env::var("MUJAZ_COMMIT").ok().filter(|commit| !commit.is_empty());
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = match said {
        Some(commit) => format!("commit {commit}"),
        None if release => from_git().map_or("no commit".to_owned(), |c| format!("commit {c}")),
        None => "development build".to_owned(),
    };
    let features = env::vars().filter_map(|(name, _)| {
        let feature = name.strip_prefix("CARGO_FEATURE_")?.to_lowercase().replace('_', "-");
        (feature != "default").then_some(feature)
    });
    let mut features: Vec<String> = features.collect();
    features.sort();
    println!("cargo:rustc-env=MUJAZ_FEATURES={}", features.join(","));
    let features = if features.is_empty() { "none".to_owned() } else { features.join(" ") };
    println!("cargo:rustc-env=MUJAZ_VERSION={version} ({commit}; features: {features})");
}

/// The commit that is checked out, `+` where files differ from it.
fn from_git() -> Option<String> {
    // A tarball that lies within somebody else's checkout has no commit either.
    let root = std::fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()?;
    if root != std::fs::canonicalize(env::var_os("CARGO_MANIFEST_DIR")?).ok()? {
        return None;
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let differs = git(&["status", "--porcelain", "--untracked-files=no"]).is_some();
    Some(if differs { format!("{commit}+") } else { commit })
}

/// What git says; nothing where there is no git, no checkout or no answer.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
