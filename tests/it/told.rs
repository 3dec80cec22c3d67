//! A webhook on the wire: refused, and delivered again under its id.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    gateway::service,
    process::{Serving, mujaz},
    provider::{Act, Stub, body},
    served::article,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_was_redirected_or_refused_comes_again_under_the_same_id() {
    let provider = Stub::always(Act::Translate).await;
    let moved =
        Act::Status(307, vec![("location", "http://127.0.0.1:9/".to_owned())], String::new());
    let receiver = Stub::scripted([moved], body("text/plain", "")).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    let text = format!(
        "[tasks]\ntranslate = [\"stand-in\"]\n[webhooks]\nallow_private = true\n\
         [[webhooks.endpoints]]\nurl = \"{}\"\nsecret_env = \"TEST_WEBHOOK_SECRET\"\n\
         events = [\"brief.completed\"]\n{}",
        receiver.url,
        service("stand-in", &provider, ""),
    );
    std::fs::write(&file, text).unwrap();
    let config = file.to_str().unwrap();
    let mut command = mujaz(&["serve", "--listen", "127.0.0.1:0", "--config", config]);
    command.env("TEST_WEBHOOK_SECRET", SECRET);
    let serving = Serving::start(command).await;
    let request = json!({ "text": article(5) }).to_string();
    let answer = serving.send("POST", "/v1/briefs", "application/json", &request).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    while receiver.hits() < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let seen = receiver.seen();
    let id = |n: usize| {
        let line = seen[n].head.lines().find_map(|line| line.strip_prefix("webhook-id:"));
        line.unwrap().trim().to_owned()
    };
    assert_eq!((id(0), &seen[0].body), (id(1), &seen[1].body), "one event, told twice");
    let event: Value = serde_json::from_str(&seen[1].body).unwrap();
    assert_eq!(event["type"], "brief.completed");
    let brief = event["data"]["id"].as_str().unwrap();
    assert!(answer.contains(brief), "it names the brief that was answered");
    serving.end().await;
}

#[tokio::test]
async fn a_server_whose_webhooks_cannot_be_signed_is_not_started() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    let text =
        "[[webhooks.endpoints]]\nurl = \"https://cms.example/\"\nsecret_env = \"NO_SECRET\"\n";
    std::fs::write(&file, text).unwrap();
    let output = mujaz(&["check", "--config", file.to_str().unwrap()]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("NO_SECRET"));
}
