//! Exact requests and recorded answers of each language model's dialect, case by case.
//!
//! A case is a folder under `tests/cassettes/<dialect>/`. `ask.json` says what is asked, and
//! `request.snap` holds the request; without it the translation is asked for and the request is
//! the one of `translate`. `answer.http` holds a status line, headers and body in the vendor's
//! documented shape, and `decoded.snap` what becomes of it. The texts to work on, which the cases
//! share, stand in `tests/cassettes/tasks/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Anthropic, Ask, Dialect, Fault, Gemini, OpenAi, WireAnswer, WireRequest};
use crate::{brief::Task, config::ProviderConfig, prompt::Prompts};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Case {
    task: String,
    config: Map<String, Value>,
    complaints: Vec<String>,
}

impl Default for Case {
    fn default() -> Self {
        Self { task: "translate".into(), config: Map::new(), complaints: vec![] }
    }
}

fn cassettes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cassettes")
}

fn task(name: &str) -> Task {
    let text = fs::read_to_string(cassettes().join("tasks").join(name).with_extension("json"));
    serde_json::from_str(&text.unwrap()).unwrap()
}

fn dialect(kind: &str, config: Map<String, Value>) -> Box<dyn Dialect> {
    let model = match kind {
        "openai" => "gpt-4.1-mini",
        "anthropic" => "claude-sonnet-4-5",
        _ => "gemini-2.5-flash",
    };
    let mut whole = json!({"name": "x", "kind": kind, "model": model, "api_key_env": "KEY"});
    whole.as_object_mut().unwrap().extend(config);
    let config: ProviderConfig = serde_json::from_value(whole).unwrap();
    let prompts = Prompts::builtin();
    match kind {
        "openai" => Box::new(OpenAi::new(&config, prompts)),
        "anthropic" => Box::new(Anthropic::new(&config, prompts)),
        _ => Box::new(Gemini::new(&config, prompts)),
    }
}

/// A request as it would be read on the wire, its body indented.
fn written(request: &WireRequest) -> String {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let headers: String = (request.headers.iter())
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
        .collect();
    let body = serde_json::to_string_pretty(&body).unwrap();
    let WireRequest { method, path, auth, stream, .. } = request;
    format!("{method} {path}\n{headers}key: {auth:?}\nstream: {stream}\n\n{body}")
}

/// An answer out of its file.
fn read(http: &str) -> WireAnswer {
    let (head, body) = http.split_once("\n\n").unwrap();
    let (status, headers) = head.split_once('\n').unwrap_or((head, ""));
    let status = status.split(' ').nth(1).unwrap().parse::<StatusCode>().unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
    };
    let headers: HeaderMap = headers.lines().map(header).collect();
    let body = Bytes::copy_from_slice(body.as_bytes());
    WireAnswer { status, headers, body, received: Timestamp::UNIX_EPOCH }
}

fn judged(dialect: &dyn Dialect, task: &Task, answer: &WireAnswer) -> String {
    match dialect.decode(task, answer) {
        Ok(decoded) => {
            let value = json!({
                "answer": decoded.answer,
                "usage": decoded.usage,
                "model": decoded.model,
                "findings": decoded.findings,
            });
            serde_json::to_string_pretty(&value).unwrap()
        }
        Err(fault) => {
            assert_own_words(&fault, answer);
            let Fault { kind, detail, retry_after } = fault;
            format!("{}: {detail}\nretry after: {retry_after:?}", kind.name())
        }
    }
}

/// No run of three words of the vendor's body stands in a fault.
fn assert_own_words(fault: &Fault, answer: &WireAnswer) {
    let body = String::from_utf8_lossy(&answer.body);
    let words: Vec<&str> = fault.detail.split_whitespace().collect();
    for run in words.windows(3).map(|run| run.join(" ")) {
        assert!(!body.contains(&run), "{run:?} is the vendor's");
    }
    assert!(!fault.detail.contains("sk-"), "{}", fault.detail);
}

fn play(kind: &str) {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(cassettes().join(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 20, "{kind}: {} cases", cases.len());
    for folder in cases {
        let asked = fs::read_to_string(folder.join("ask.json")).ok();
        let Case { task: name, config, complaints } =
            asked.as_deref().map_or_else(Case::default, |text| serde_json::from_str(text).unwrap());
        let (dialect, task) = (dialect(kind, config), task(&name));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            if asked.is_some() {
                let request =
                    dialect.encode(&Ask { task: &task, complaints: &complaints, desk: None });
                insta::assert_snapshot!("request", written(&request.unwrap()));
            }
            if let Ok(answer) = fs::read_to_string(folder.join("answer.http")) {
                insta::assert_snapshot!("decoded", judged(&*dialect, &task, &read(&answer)));
            }
        });
    }
}

#[test]
fn openai_asks_and_hears_as_recorded() {
    play("openai");
}

#[test]
fn anthropic_asks_and_hears_as_recorded() {
    play("anthropic");
}

#[test]
fn gemini_asks_and_hears_as_recorded() {
    play("gemini");
}

const KINDS: [&str; 3] = ["openai", "anthropic", "gemini"];

/// A recorded answer that is a success, for each dialect and as each comes.
fn successes() -> Vec<(&'static str, WireAnswer)> {
    let answer = |kind, case: &str| {
        let file = cassettes().join(kind).join(case).join("answer.http");
        (kind, read(&fs::read_to_string(file).unwrap()))
    };
    KINDS
        .into_iter()
        .flat_map(|kind| ["whole", "translate"].map(|case| answer(kind, case)))
        .collect()
}

#[test]
fn an_answer_cut_anywhere_is_never_a_success() {
    for (kind, answer) in successes() {
        let (dialect, task) = (dialect(kind, Map::new()), task("translate"));
        let whole = dialect.decode(&task, &answer).unwrap();
        let needed = answer.body.trim_ascii_end().len();
        for end in 0..needed {
            let cut = WireAnswer { body: answer.body.slice(..end), ..answer.clone() };
            if let Ok(decoded) = dialect.decode(&task, &cut) {
                // What follows the vendor's own end mark may be lost: `[DONE]` needs no line end.
                assert_eq!(decoded.answer, whole.answer, "{kind} cut at {end} of {needed}");
                assert!(needed - end < 24, "{kind} cut at {end} of {needed}");
            }
        }
    }
}

#[test]
fn a_stream_and_a_whole_answer_say_the_same() {
    for pair in successes().chunks(2) {
        let [(kind, whole), (_, stream)] = pair else { panic!() };
        let (dialect, task) = (dialect(kind, Map::new()), task("translate"));
        let (whole, stream) = (dialect.decode(&task, whole), dialect.decode(&task, stream));
        assert_eq!(whole.unwrap(), stream.unwrap(), "{kind}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(
        status in prop_oneof![Just(200u16), 100u16..600],
        kind in 0usize..3,
        streamed in any::<bool>(),
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            "\\PC{0,200}".prop_map(String::into_bytes),
            "(data: [{}\\[\\]\":,a-z0-9]{0,30}\n\n){0,6}".prop_map(String::into_bytes),
        ],
    ) {
        let content_type = if streamed { "text/event-stream" } else { "application/json" };
        let header = (http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        let answer = WireAnswer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::from_iter([header]),
            body: Bytes::from(body),
            received: Timestamp::UNIX_EPOCH,
        };
        let decoded = dialect(KINDS[kind], Map::new()).decode(&task("translate"), &answer);
        prop_assert!(decoded.is_err());
    }

    #[test]
    fn a_byte_changed_anywhere_never_makes_a_decoder_panic(
        which in 0usize..6, at in any::<proptest::sample::Index>(), byte in any::<u8>(),
    ) {
        let (kind, answer) = successes().swap_remove(which);
        let mut body = answer.body.to_vec();
        let at = at.index(body.len());
        body[at] = byte;
        let answer = WireAnswer { body: Bytes::from(body), ..answer };
        let _ = dialect(kind, Map::new()).decode(&task("translate"), &answer);
    }
}
