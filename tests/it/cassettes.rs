//! Every translation service as it is spoken to: tests/cassettes/KIND/CASE/answer.http is what the
//! vendor says, beside a snapshot of what was read off it and, where the case asks for something
//! of its own, of the request.
//!
//! `provider.toml` and `task.json` stand beside the answer or, for all cases of a kind, one folder
//! up. A case of `http` belongs to the service that its name begins with, and that service's
//! provider stands in the README: what the README shows is what is tested. A new vendor comes with
//! a folder.

use std::{fmt::Write, fs, path::Path};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use mujaz::{
    brief::{Answer, Detail, Task},
    config::{Kind, ProviderConfig, load},
    dialect::{Ask, Capabilities, Dialect, Fault, WireAnswer, WireRequest, build},
    prompt::Prompts,
};
use proptest::prelude::*;

const KINDS: [&str; 5] = ["deepl", "google", "azure", "libretranslate", "http"];
const README: &str = include_str!("../../README.md");

/// The file of a case, or the one that its kind's cases share.
fn near(case: &Path, name: &str) -> Option<String> {
    let kind = case.parent().unwrap();
    [case, kind].iter().find_map(|folder| fs::read_to_string(folder.join(name)).ok())
}

/// Every provider that the README shows.
fn shown() -> Vec<ProviderConfig> {
    let blocks = README.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(|block| load::parse("README.md", block).unwrap().providers).collect()
}

/// Whether a case asks for something of its own.
fn own(case: &Path) -> bool {
    let first = case.to_str().unwrap().ends_with("three-texts");
    first || ["provider.toml", "task.json"].iter().any(|name| case.join(name).exists())
}

fn provider(case: &Path) -> ProviderConfig {
    if let Some(text) = near(case, "provider.toml") {
        let provider: ProviderConfig = toml::from_str(&text).unwrap();
        assert_eq!(provider.problems(), [], "{}", case.display());
        return provider;
    }
    let name = case.file_name().unwrap().to_str().unwrap();
    let mut shown = shown().into_iter().filter(|provider| provider.kind == Kind::Http);
    shown.find(|provider| name.starts_with(&provider.name)).expect("the README shows the service")
}

fn dialect(config: &ProviderConfig) -> Box<dyn Dialect> {
    build(config, &Prompts::builtin()).expect("it is a dialect")
}

/// A status line, headers, an empty line, the body as it is.
fn answer(text: &str) -> WireAnswer {
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
    });
    WireAnswer {
        status: status.parse::<StatusCode>().unwrap(),
        headers: headers.collect::<HeaderMap>(),
        body: body.trim_end_matches('\n').to_owned().into(),
        received: "2026-02-03T04:05:06Z".parse().unwrap(),
    }
}

/// A request as people read it; the body's bytes are exact.
fn show_request(request: &WireRequest) -> String {
    let WireRequest { method, path, headers, body, auth, stream, findings } = request;
    assert!(!stream && findings.is_empty());
    let mut out = format!("{method} {path}\n");
    for (name, value) in headers {
        writeln!(out, "{name}: {}", value.to_str().unwrap()).unwrap();
    }
    write!(out, "key: {auth:?}\n\n{}", std::str::from_utf8(body).unwrap()).unwrap();
    out
}

fn show_fault(fault: &Fault) -> String {
    let wait = fault.retry_after.map(|wait| format!(", wait {wait:?}")).unwrap_or_default();
    format!("{}{wait}: {fault}", fault.kind.name())
}

#[test]
fn each_case_is_asked_and_read_as_its_snapshots_say() {
    insta::glob!("../cassettes", "*/*/answer.http", |path| {
        let case = path.parent().unwrap();
        let kind = case.parent().unwrap().file_name().unwrap().to_str().unwrap();
        if !KINDS.contains(&kind) {
            return;
        }
        let task: Task = serde_json::from_str(&near(case, "task.json").unwrap()).unwrap();
        let dialect = dialect(&provider(case));
        let request = dialect.encode(&Ask { task: &task, complaints: &[], desk: None });
        let decoded = dialect.decode(&task, &answer(&fs::read_to_string(path).unwrap()));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(case);
        settings.remove_snapshot_suffix();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            // The others ask what these ask.
            if own(case) {
                insta::assert_snapshot!("request", show_request(&request.unwrap()));
            }
            let decoded = match decoded {
                Ok(decoded) => format!("{decoded:#?}"),
                Err(fault) => show_fault(&fault),
            };
            insta::assert_snapshot!("decoded", decoded);
        });
    });
}

fn every_dialect() -> Vec<Box<dyn Dialect>> {
    let kinds = [Kind::DeepL, Kind::Google, Kind::Azure, Kind::LibreTranslate];
    let plain = kinds.into_iter().map(|kind| ProviderConfig::new("one", kind));
    let described = shown().into_iter().filter(|provider| provider.kind == Kind::Http);
    plain.chain(described).map(|config| dialect(&config)).collect()
}

fn task(texts: usize) -> Task {
    let text = |n: usize| serde_json::json!({"id": format!("s0.p{n}"), "text": "نص الخبر", "sources": [format!("s0.p{n}")]});
    let texts: Vec<_> = (0..texts).map(text).collect();
    let task =
        serde_json::json!({"task": "translate", "texts": texts, "context": "العنوان", "terms": []});
    serde_json::from_value(task).unwrap()
}

#[test]
fn a_translation_service_refuses_what_is_no_translation() {
    let headline = Task::Headline {
        title: None,
        passages: Vec::new(),
        terms: Vec::new(),
        detail: Detail::Brief,
    };
    for dialect in every_dialect() {
        let fault =
            dialect.encode(&Ask { task: &headline, complaints: &[], desk: None }).unwrap_err();
        assert_eq!(fault.kind.name(), "refused", "{dialect:?}");
        assert!(!dialect.capabilities().summarizes);
    }
}

#[test]
fn a_call_that_fills_the_bounds_fits_into_a_request() {
    for dialect in every_dialect() {
        let Capabilities { max_texts, max_characters, max_bytes, .. } = dialect.capabilities();
        let each = max_characters / max_texts;
        let mut task = task(max_texts);
        let Task::Translate { texts, .. } = &mut task else { unreachable!() };
        texts.iter_mut().for_each(|text| text.text = "ن".repeat(each));
        let request = dialect.encode(&Ask { task: &task, complaints: &[], desk: None }).unwrap();
        assert!(request.body.len() <= max_bytes, "{dialect:?}");
    }
}

#[test]
fn a_request_larger_than_the_vendor_takes_is_never_sent() {
    let mut task = task(1);
    let Task::Translate { texts, .. } = &mut task else { unreachable!() };
    texts[0].text = "ن".repeat(5 << 20);
    for dialect in every_dialect() {
        let fault = dialect.encode(&Ask { task: &task, complaints: &[], desk: None }).unwrap_err();
        assert_eq!(fault.kind.name(), "too-long", "{dialect:?}");
    }
}

/// What no fault may ever tell.
const SECRET: &str = "sk-live-7f3a";

/// JSON of the words that vendors use, with the secret wherever a text may stand.
fn said() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::json!(SECRET)),
        Just(serde_json::Value::Null),
        any::<i64>().prop_map(|number| serde_json::json!(number)),
        any::<bool>().prop_map(|truth| serde_json::json!(truth)),
    ];
    let names = [
        "translations",
        "text",
        "data",
        "error",
        "errors",
        "code",
        "message",
        "reason",
        "details",
        "translatedText",
        "translation",
        "outputs",
        "output",
        "status",
        "type",
        "billed_characters",
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let object =
            prop::collection::vec((prop::sample::select(names.to_vec()), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(serde_json::Value::from),
            object.prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn checked(body: Vec<u8>, status: u16, texts: usize) {
    let answer = WireAnswer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.into(),
        received: "2026-02-03T04:05:06Z".parse().unwrap(),
    };
    let task = task(texts);
    for dialect in every_dialect() {
        match dialect.decode(&task, &answer) {
            Ok(decoded) => {
                let Answer::Translate { texts: english } = decoded.answer else {
                    unreachable!("a translation answers a translation")
                };
                assert!(answer.status.is_success());
                assert_eq!(english.len(), texts);
            }
            Err(fault) => assert!(!fault.detail.contains(SECRET), "{}", fault.detail),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..Default::default() })]

    #[test]
    fn any_bytes_are_read_without_a_panic(
        body in prop::collection::vec(any::<u8>(), 0..200),
        status in 200u16..600,
    ) {
        checked(body, status, 2);
    }

    #[test]
    fn no_fault_tells_what_the_vendor_said(
        body in said(),
        status in prop::sample::select(vec![200u16, 201, 400, 401, 403, 404, 413, 429, 456, 500, 529]),
        texts in 1usize..3,
    ) {
        checked(body.to_string().into_bytes(), status, texts);
    }
}
