//! `mujaz key` as a person meets it, and what `serve` and `check` make of its keys.

use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

struct Newsroom {
    folder: TempDir,
}

impl Newsroom {
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let config = format!("[server]\nstate_dir = {state:?}\n{more}");
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        Self { folder }
    }

    fn mujaz(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mujaz"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("MUJAZ_CONFIG")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What was said on both channels, with what changes from run to run put aside.
    fn told(&self, arguments: &[&str]) -> String {
        let output = self.mujaz(arguments);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let said = format!(
            "$ mujaz {}\n{}{}exit {}\n",
            arguments.join(" "),
            text(&output.stdout),
            text(&output.stderr),
            output.status.code().unwrap()
        );
        said.replace(&self.folder.path().display().to_string(), "…")
    }
}

fn key(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

/// Hexadecimal runs and times change from run to run.
fn settled(text: &str) -> String {
    let mut settled = String::new();
    for line in text.lines() {
        let words = line.split(' ').map(|word| {
            let id = word.len() == 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
            let time = word.len() == 20 && word.ends_with('Z');
            match word.trim_end_matches([',', ';']) {
                bare if bare.len() == 8 && bare.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    word.replace(bare, "1a2b3c4d")
                }
                _ if id => "1a2b3c4d".to_owned(),
                _ if time => "2026-01-02T03:04:05Z".to_owned(),
                _ if word.starts_with("mjz_") && word.len() > 40 => "mjz_…".to_owned(),
                _ => word.to_owned(),
            }
        });
        settled.push_str(&words.collect::<Vec<_>>().join(" "));
        settled.push('\n');
    }
    settled
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let newsroom = Newsroom::new("");
    let desk = ["key", "new", "--name", "desk", "--scope", "brief,translate", "--desk", "foreign"];
    let limits = ["--requests-per-minute", "10", "--daily-budget-usd", "2.50"];
    let mut told = vec![
        newsroom.told(&["key", "list"]),
        newsroom.told(&["key", "revoke", "desk"]),
        newsroom.told(&[desk.as_slice(), &limits].concat()),
        newsroom.told(&["key", "new", "--name", "desk", "--scope", "admin"]),
        newsroom.told(&["key", "list"]),
        newsroom.told(&["key", "revoke", "desk"]),
    ];
    let listed = newsroom.mujaz(&["key", "list"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let id = listed.split(' ').next().unwrap();
    told.push(newsroom.told(&["key", "revoke", id]));
    told.push(newsroom.told(&["key", "revoke", "desk"]));
    told.push(newsroom.told(&["key", "list"]));
    insta::assert_snapshot!(settled(&told.join("\n")));
}

#[test]
fn what_is_no_name_scope_or_amount_is_refused_with_exit_2() {
    let newsroom = Newsroom::new("");
    for wrong in [
        ["--name", "a desk", "--scope", "brief"].as_slice(),
        &["--name", "desk", "--scope", "root"],
        &["--name", "desk"],
        &["--name", "desk", "--scope", "brief", "--requests-per-minute", "0"],
        &["--name", "desk", "--scope", "brief", "--daily-budget-usd", "-1"],
    ] {
        let output = newsroom.mujaz(&[&["key", "new"], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty());
    }
    assert!(!newsroom.folder.path().join("state/keys.toml").exists());
}

#[test]
fn a_key_is_on_disk_nowhere() {
    let newsroom = Newsroom::new("");
    let made = key(&newsroom.mujaz(&["key", "new", "--name", "desk", "--scope", "brief"]));
    assert!(made.starts_with("mjz_") && made.len() == 76, "{} characters", made.len());
    let text = std::fs::read_to_string(newsroom.folder.path().join("state/keys.toml")).unwrap();
    assert!(
        made.as_bytes()[4..]
            .windows(12)
            .all(|part| { !text.contains(std::str::from_utf8(part).unwrap()) })
    );
}

#[test]
fn serve_and_check_refuse_to_be_open_to_strangers_until_there_is_a_key() {
    let newsroom = Newsroom::new("listen = \"0.0.0.0:0\"\n");
    let mut told = vec![newsroom.told(&["serve"]), newsroom.told(&["check"])];
    told.push(newsroom.told(&["serve", "--listen", "192.0.2.1:80"]));
    insta::assert_snapshot!(told.join("\n"));
    key(&newsroom.mujaz(&["key", "new", "--name", "desk", "--scope", "brief"]));
    let checked = newsroom.told(&["check"]);
    assert!(checked.contains("keys: 1; one is needed") && checked.contains("exit 0"), "{checked}");
}

#[test]
fn anonymous_service_beyond_loopback_is_said_aloud_by_check() {
    let newsroom = Newsroom::new("listen = \"0.0.0.0:0\"\n[auth]\nallow_anonymous = true\n");
    let checked = newsroom.told(&["check"]);
    assert!(checked.contains("keys: none; everybody is served"), "{checked}");
}

#[test]
fn a_broken_file_of_keys_stops_the_start() {
    let newsroom = Newsroom::new("");
    key(&newsroom.mujaz(&["key", "new", "--name", "desk", "--scope", "brief"]));
    std::fs::write(newsroom.folder.path().join("state/keys.toml"), "salt = \"\"\n").unwrap();
    let told = newsroom.told(&["serve"]);
    assert!(
        told.contains("`salt` is not 64 hexadecimal digits") && told.contains("exit 2"),
        "{told}"
    );
}
