//! Several articles in one run of `mujaz brief`, and what shells and manuals are told of the commands.

use std::{path::Path, process::Output};

use crate::support::{
    gateway::provider,
    process::{mujaz, printed},
    provider::{Act, Stub},
};

const PORT: &str = "الميناء يستقبل سفن الموسم\n\nاستقبل ميناء المدينة سفناً محملة بالقمح والشعير من دول \
                    عدة في الموسم الماضي.\n\nراي الادارة\n\nوقالت الادارة ان العمل مستمر في الارصفة كلها.\n";

/// Runs it in this folder over these arguments.
async fn brief(folder: &Path, stub: &Stub, arguments: &[&str]) -> Output {
    let config = format!(
        "[tasks]\ntranslate = [\"stub\"]\n{}",
        provider("stub", "libretranslate", stub, "")
    );
    std::fs::write(folder.join("config.toml"), config).unwrap();
    for (name, text) in
        [("port.txt", PORT), ("english.txt", "Only English is written here, in two lines of text.")]
    {
        std::fs::write(folder.join(name), text).unwrap();
    }
    std::fs::write(folder.join("page.html"), format!("<h1>عنوان الخبر</h1><p>{PORT}</p>")).unwrap();
    std::fs::create_dir_all(folder.join("folder")).unwrap();
    let all = [&["brief", "--config", "config.toml"], arguments].concat();
    mujaz(&all)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .await
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn each_article_has_its_file_and_its_row_and_one_that_fails_keeps_no_other() {
    let (folder, stub) = (tempfile::tempdir().unwrap(), Stub::always(Act::Libre).await);
    let names = ["port.txt", "english.txt", "page.html", "missing.txt", "folder"];
    let arguments = [&names[..], &["--output-dir", "out", "--format", "json"]].concat();
    let output = brief(folder.path(), &stub, &arguments).await;
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    insta::assert_snapshot!(printed(&output));
    for name in ["port.json", "page.json"] {
        let text = std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        let made: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(made["language"], "en");
    }
    assert_eq!(std::fs::read_dir(folder.path().join("out")).unwrap().count(), 2);
}

#[tokio::test]
async fn a_brief_that_is_there_is_neither_paid_for_nor_written_over() {
    let (folder, stub) = (tempfile::tempdir().unwrap(), Stub::always(Act::Libre).await);
    std::fs::create_dir_all(folder.path().join("out")).unwrap();
    let place = folder.path().join("out/port.md");
    std::fs::write(&place, "an editor's own words").unwrap();
    let arguments = ["port.txt", "--output-dir", "out"];
    let output = brief(folder.path(), &stub, &arguments).await;
    assert_eq!((output.status.code(), stub.hits()), (Some(1), 0), "{}", printed(&output));
    assert!(out(&output).contains("--force"), "{}", printed(&output));
    assert_eq!(std::fs::read_to_string(&place).unwrap(), "an editor's own words");
    let forced = brief(folder.path(), &stub, &[&arguments[..], &["--force"]].concat()).await;
    assert_eq!(forced.status.code(), Some(0), "{}", printed(&forced));
    assert!(std::fs::read_to_string(&place).unwrap().contains("# Port receives ships"));
}

#[tokio::test]
async fn without_a_folder_briefs_go_to_stdout_in_order_and_the_table_to_stderr() {
    let (folder, stub) = (tempfile::tempdir().unwrap(), Stub::always(Act::Libre).await);
    let json = brief(folder.path(), &stub, &["page.html", "port.txt", "--format", "json"]).await;
    assert_eq!(json.status.code(), Some(0), "{}", printed(&json));
    let lines: Vec<serde_json::Value> =
        out(&json).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["headline"], "Port receives ships of the season");
    let table = String::from_utf8(json.stderr).unwrap();
    assert!(table.starts_with("article") && table.contains("printed"), "{table}");
    assert!(!table.contains('\u{1b}'), "no colour where it is no terminal: {table}");
    let markdown = brief(folder.path(), &stub, &["port.txt", "port.txt"]).await;
    assert_eq!(out(&markdown).matches("> Machine draft").count(), 2, "{}", printed(&markdown));
    let pages = brief(folder.path(), &stub, &["page.html", "port.txt", "--format", "html"]).await;
    assert_eq!(pages.status.code(), Some(2), "{}", printed(&pages));
}

#[tokio::test]
async fn help_says_what_there_is() {
    let help = async |arguments: &[&str]| {
        let output = mujaz(arguments).env("COLUMNS", "100").output().await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
        out(&output)
    };
    insta::assert_snapshot!("help", help(&["--help"]).await);
    insta::assert_snapshot!("help_of_brief", help(&["brief", "--help"]).await);
}

#[tokio::test]
async fn shells_and_manuals_are_told_every_command() {
    let commands = [
        "audit",
        "brief",
        "split",
        "serve",
        "check",
        "cache",
        "eval",
        "key",
        "mcp",
        "model",
        "completions",
        "man",
    ];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = mujaz(&["completions", shell]).output().await.unwrap();
        assert_eq!(script.status.code(), Some(0));
        assert!(commands.iter().all(|one| out(&script).contains(one)), "{shell}");
    }
    let page = out(&mujaz(&["man"]).output().await.unwrap());
    assert!(page.contains(".TH mujaz 1") && page.contains("mujaz\\-mcp(1)"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("man1");
    let written = mujaz(&["man", "--output-dir", place.to_str().unwrap()]).output().await.unwrap();
    assert_eq!(written.status.code(), Some(0), "{}", printed(&written));
    for command in commands {
        assert!(place.join(format!("mujaz-{command}.1")).is_file(), "{command}");
    }
}
