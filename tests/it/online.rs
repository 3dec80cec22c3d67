//! `mujaz check --online` as a person sees it, over stand-ins on loopback.

use crate::support::{
    gateway::provider,
    process::{mujaz, printed},
    provider::{Act, Stub, body, status},
};

/// Its table with latencies masked, its errors, and its exit code.
async fn online(config: &str) -> (String, Option<i32>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, config).unwrap();
    let arguments = ["check", "--online", "--config", file.path().to_str().unwrap()];
    let output = mujaz(&arguments).env("GOOD_KEY", "sk-GOODKEY").output().await.unwrap();
    let text = printed(&output);
    let table = text.split_once("\n\n").map(|(_, table)| table.to_owned()).unwrap_or(text);
    assert!(!table.contains("GOODKEY") && !table.contains("127.0.0.1"), "{table}");
    let line = |line: &str| match line.find(" ms") {
        Some(end) => {
            let digits = line[..end].chars().rev().take_while(char::is_ascii_digit).count();
            format!("{}N ms  {}", &line[..end - digits], line[end + 3..].trim_start())
        }
        None => line.to_owned(),
    };
    let lines: Vec<String> = table.lines().map(|one| line(one).trim_end().to_owned()).collect();
    (lines.join("\n"), output.status.code())
}

#[tokio::test]
async fn providers_that_work_are_told_and_exit_0_whatever_spare_ones_do() {
    let (model, libre) = (Stub::always(Act::Chat).await, Stub::always(Act::Libre).await);
    let (deepl, down) = (Stub::always(Act::DeepL).await, Stub::always(status(500)).await);
    let config = [
        "[tasks]\ntranslate = [\"basement\", \"deepl\"]\nsummarize = [\"company\"]\n".to_owned(),
        provider("company", "openai", &model, "model = \"m\"\napi_key_env = \"GOOD_KEY\""),
        provider("basement", "libretranslate", &libre, ""),
        provider("deepl", "deepl", &deepl, "api_key_env = \"GOOD_KEY\""),
        provider("spare", "libretranslate", &down, ""),
        provider("later", "google", &down, "api_key_env = \"UNSET_KEY\""),
    ];
    let (table, code) = online(&config.concat()).await;
    insta::assert_snapshot!(table);
    assert_eq!(code, Some(0));
    let calls = [&model, &libre, &deepl, &down].map(Stub::hits);
    assert_eq!(calls, [1, 1, 1, 1], "one call each");
}

#[tokio::test]
async fn what_is_wrong_with_each_is_told_and_exits_1() {
    let gone = Stub::always(Act::Close).await;
    let (wrong_key, no_model) = (Stub::always(status(401)).await, Stub::always(status(404)).await);
    let quota = Stub::always(status(429)).await;
    let hotel = Stub::always(body("text/html", "<html>welcome</html>")).await;
    let config = [
        "[tasks]\ntranslate = [\"gone\", \"wrong-key\", \"no-model\", \"busy\", \"hotel\"]\n"
            .to_owned(),
        provider("gone", "libretranslate", &gone, ""),
        provider("wrong-key", "deepl", &wrong_key, "api_key_env = \"GOOD_KEY\""),
        provider("no-model", "openai", &no_model, "model = \"m\""),
        provider("busy", "openai", &quota, "model = \"m\""),
        provider("hotel", "libretranslate", &hotel, ""),
    ];
    let (table, code) = online(&config.concat()).await;
    insta::assert_snapshot!(table);
    assert_eq!(code, Some(1));
    let calls = [&gone, &wrong_key, &no_model, &quota, &hotel].map(Stub::hits);
    assert_eq!(calls, [1; 5], "one call each, no second try");
}
