//! The binary as a person meets it: what it prints, and its exit code.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

fn mujaz(arguments: &[&str], stdin: &[u8]) -> Output {
    let state = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mujaz"))
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .env_remove("MUJAZ_CONFIG")
        .env("XDG_STATE_HOME", state.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments may end before it reads.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn split_prints_the_contract_and_exits_0() {
    let article = include_bytes!("../../examples/port.txt");
    let output = mujaz(&["split"], article);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn an_article_that_is_none_exits_1_with_one_sentence() {
    let refused: Vec<String> = [
        "".as_bytes(),
        "تعليقك\n\nYou are replying to: .\n".as_bytes(),
        "The minister said on Monday that the port would be widened by the end of the year, and \
         that the work would take thirty months in all."
            .as_bytes(),
        "12345 67890 / 11 ... 22\n".as_bytes(),
    ]
    .into_iter()
    .map(|article| {
        let output = mujaz(&["brief"], article);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "nothing is invented");
        stderr(&output)
    })
    .collect();
    insta::assert_snapshot!(refused.join("\n"));
}

#[test]
fn wrong_usage_and_wrong_configuration_exit_2() {
    assert_eq!(mujaz(&["brief", "--format", "pdf"], b"").status.code(), Some(2));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "[server]\nlisten = 80\n").unwrap();
    let path = file.path().to_str().unwrap();
    let output = mujaz(&["check", "--config", path], b"");
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(stderr(&output).replace(path, "config.toml"));
}

#[test]
fn a_configuration_that_cannot_be_found_is_named() {
    let output = mujaz(&["check", "--config", "/nowhere/config.toml"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("/nowhere/config.toml"));
}

#[test]
fn check_accepts_each_provider_that_the_readme_shows() {
    let readme = include_str!("../../README.md");
    for block in readme.split("```toml\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, block).unwrap();
        let keys = block.lines().filter_map(|line| line.strip_prefix("api_key_env = "));
        let output = Command::new(env!("CARGO_BIN_EXE_mujaz"))
            .args(["check", "--config", file.path().to_str().unwrap()])
            .envs(keys.map(|name| (name.trim_matches('"'), "a key for a test")))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{block}\n{}", stderr(&output));
    }
}

#[test]
fn check_says_what_each_task_would_use() {
    let output = mujaz(&["check"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let first: Vec<&str> = text.lines().take(4).collect();
    insta::assert_snapshot!(first.join("\n"));
}

#[test]
fn a_dry_run_prints_the_plan_with_its_cost_and_fetches_no_model() {
    let article = include_bytes!("../../examples/port.txt");
    let output = mujaz(&["brief", "--dry-run"], article);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&plan["dry_run"], &plan["sections"]), (&true.into(), &3.into()));
    assert_eq!(plan["cost_usd"], 0.0, "the model inside costs nothing");
    assert!(plan["tasks"].as_array().unwrap().len() >= 3);
}
