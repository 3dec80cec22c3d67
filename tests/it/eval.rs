//! `mujaz eval` as a person runs it, over stand-ins on loopback.

use std::{path::Path, process::Output};

use serde_json::Value;

use crate::support::{
    gateway::provider,
    process::{mujaz, printed},
    provider::{Act, Stub, status},
};

/// Three segments of two documents; the stand-in knows English for two of them.
const SET: &str = r#"{"doc_id": "port", "ar": ["الميناء يستقبل سفن الموسم", "وزارت روسيا 3 سفن."], "en": ["Port receives ships of the season", "And 4 ships visited Russia."]}
{"doc_id": "quay", "ar": ["وقالت الادارة ان العمل مستمر في الارصفة كلها."], "en": ["The port's management said that work was continuing on all of the quays."]}
"#;

/// Runs it over this set with `first`, which no task names, at the stub.
async fn eval(stub: &Stub, set: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    eval_in(folder.path(), stub, set, more).await
}

/// The same with its files and state in this folder.
async fn eval_in(folder: &Path, stub: &Stub, set: &str, more: &[&str]) -> Output {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let entry = provider("first", "openai", stub, "model = \"m\"\nstream = false");
    let config = format!("[tasks]\ntranslate = [\"other\"]\n{entry}");
    let other = "[[providers]]\nname = \"other\"\nkind = \"libretranslate\"\nbase_url = \"http://127.0.0.1:9\"\n";
    std::fs::write(path("config.toml"), config + other).unwrap();
    std::fs::write(path("set.jsonl"), set).unwrap();
    std::fs::write(path("out.json"), r#"{"segments": [["port", 1]]}"#).unwrap();
    let (config, set, out) = (path("config.toml"), path("set.jsonl"), path("out.json"));
    let mut arguments = vec!["eval", "--config", &config, "--set", &set];
    arguments.extend(more.iter().map(|one| if *one == "OUT" { out.as_str() } else { *one }));
    mujaz(&arguments).env("XDG_STATE_HOME", folder).output().await.unwrap()
}

fn report(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", printed(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn the_figures_of_the_provider_that_is_named_are_told() {
    let stub = Stub::always(Act::Chat).await;
    let output = eval(&stub, SET, &["--provider", "first"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    let table = String::from_utf8(output.stdout).unwrap();
    let (table, _seconds) = table.trim_end().rsplit_once(", ").unwrap();
    insta::assert_snapshot!(table);
    assert_eq!(stub.hits(), 2, "one task for each document");
}

#[tokio::test]
async fn a_program_is_told_the_same_segment_by_segment() {
    let stub = Stub::always(Act::Chat).await;
    let more = ["--provider", "first", "--format", "json", "--exclude", "OUT"];
    let report = report(&eval(&stub, SET, &more).await);
    assert_eq!((&report["measured"], &report["missing"]), (&2.into(), &0.into()));
    assert_eq!(report["chrf"], 100.0, "both are the reference's own words");
    let places: Vec<(&str, u64)> = report["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["document"].as_str().unwrap(), one["number"].as_u64().unwrap()))
        .collect();
    assert_eq!(places, [("port", 0), ("quay", 0)]);
    assert_eq!(report["segments"][0]["numbers"], "none");
}

#[tokio::test]
async fn terms_go_with_the_tasks_unless_they_are_left_out() {
    let terms = |seen: &str| {
        let request: Value = serde_json::from_str(seen).unwrap();
        let asked = request["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
        asked.contains("Russia")
    };
    for (more, sent) in [(&[][..], true), (&["--without-glossary"][..], false)] {
        let stub = Stub::always(Act::Chat).await;
        let arguments = [&["--provider", "first", "--format", "json"], more].concat();
        let report = report(&eval(&stub, SET, &arguments).await);
        assert_eq!(report["with_glossary"], sent);
        let seen = stub.seen();
        assert_eq!(seen.iter().any(|seen| terms(&seen.body)), sent);
        assert!(seen[0].body.contains("الميناء يستقبل"), "the first segment is the context");
    }
}

#[tokio::test]
async fn a_run_goes_on_from_what_an_earlier_one_was_given() {
    let stub = Stub::always(Act::Chat).await;
    let folder = tempfile::tempdir().unwrap();
    let more = ["--provider", "first", "--format", "json"];
    let first = report(&eval_in(folder.path(), &stub, SET, &more).await);
    let again = report(&eval_in(folder.path(), &stub, SET, &more).await);
    assert_eq!(stub.hits(), 2, "nothing is paid twice");
    let cost = |report: &Value, what: &str| report["cost"][what].as_u64().unwrap();
    assert_eq!((cost(&first, "calls"), cost(&first, "cached_sections")), (2, 0));
    assert_eq!((cost(&again, "calls"), cost(&again, "cached_sections")), (0, 2));
    assert_eq!(first["segments"], again["segments"]);
}

#[tokio::test]
async fn a_sample_is_spread_over_the_documents() {
    let stub = Stub::always(Act::Chat).await;
    let more = ["--provider", "first", "--limit", "2", "--format", "json"];
    let report = report(&eval(&stub, SET, &more).await);
    assert_eq!((&report["measured"], &report["documents"]), (&2.into(), &2.into()));
}

#[tokio::test]
async fn what_cannot_be_measured_is_said_in_a_sentence() {
    let stub = Stub::always(status(401)).await;
    let output = eval(&stub, SET, &["--provider", "first"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    assert!(output.stdout.is_empty());
    let output = eval(&stub, SET, &["--provider", "nobody"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(printed(&output).contains("configured are first, other"), "{}", printed(&output));
    let output = eval(&stub, "{}\n", &["--provider", "first"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(printed(&output).contains("set.jsonl: line 1"), "{}", printed(&output));
    assert_eq!(mujaz(&["eval"]).output().await.unwrap().status.code(), Some(2));
}

#[tokio::test]
async fn the_summarizers_choice_is_measured_without_a_provider() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let article = "وصل الوفد الى المدينة صباح امس للمشاركة في المؤتمر.\\nوغادر الوزير العاصمة مساء \
                   بعد لقاء قصير مع نظيره.\\nوقال الوزير ان اللقاء كان مثمرا.";
    let summary = "وصل الوفد الى المدينة صباح امس للمشاركة في المؤتمر.";
    let line = format!("{{\"article_ar\": \"{article}\", \"summaries_ar\": [\"{summary}\"]}}\n");
    std::fs::write(file.path(), line).unwrap();
    let arguments = ["eval", "--summaries", file.path().to_str().unwrap()];
    let output = mujaz(&arguments).output().await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    let table = printed(&output);
    for word in ["1 articles, equal words", "equal sentences", "lead", "mujaz", "R-2"] {
        assert!(table.contains(word), "{word}: {table}");
    }
}
