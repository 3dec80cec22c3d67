//! The endpoints of translation services and of Superdesk's widget, as their clients meet them.
//!
//! The provider is a stand-in that speaks LibreTranslate; what it is asked is counted. The real
//! clients are run by scripts/dropin.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use mujaz::{
    config::{Config, Limits},
    keys::{Entry, KeyFile, Keyring, Scope, file},
    pipeline::Gateway,
    server,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::support::{
    gateway::{open, provider},
    provider::{Act, Stub, status},
};

const SHIPS: &str = "تقف السفن خارج الميناء بانتظار دورها.";
const PORT: &str = "الميناء يستقبل سفن الموسم";

fn config(stub: &Stub, more: &str) -> String {
    let libre = provider("libre", "libretranslate", stub, more);
    format!("[tasks]\ntranslate = [\"libre\"]\n{libre}")
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Status and body, as a snapshot shows them.
    fn told(&self) -> String {
        format!("{} {}", self.status, self.text)
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Answer { status: head.status.as_u16(), headers: head.headers, text }
}

async fn post(router: &Router, path: &str, body: Value) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    send(router, request.body(Body::from(body.to_string())).unwrap()).await
}

async fn form(router: &Router, path: &str, body: &str) -> Answer {
    let request =
        Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    send(router, request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn get(router: &Router, path: &str) -> Answer {
    send(router, Request::get(path).body(Body::empty()).unwrap()).await
}

/// A gateway with one key of each of these kinds, and those keys.
fn keyed(config: &str, entries: Vec<Entry>) -> (TempDir, Router, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file::NAME);
    let keys = entries.into_iter().map(|entry| {
        KeyFile::change(&path, |file| file.add(entry)).unwrap().0.reveal().to_string()
    });
    let keys = keys.collect();
    let config: Config = toml::from_str(config).unwrap();
    let state = server::State::new(Gateway::open(config).unwrap());
    let state = state.with_keys(Keyring::open(folder.path()).unwrap());
    (folder, server::router(state), keys)
}

fn key(name: &str, scope: Scope, limits: Limits) -> Entry {
    Entry {
        id: String::new(),
        name: name.to_owned(),
        hash: String::new(),
        scopes: vec![scope],
        desk: None,
        created: String::new(),
        daily_budget_usd: None,
        limits,
    }
}

fn deepl(key: &str, texts: &[&str]) -> Request<Body> {
    Request::post("/v2/translate")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("DeepL-Auth-Key {key}"))
        .body(Body::from(json!({"text": texts, "target_lang": "EN-US"}).to_string()))
        .unwrap()
}

#[tokio::test]
async fn libretranslate_s_answers_have_its_shapes() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let mut told = Vec::new();
    for body in [
        json!({"q": SHIPS, "source": "ar", "target": "en"}),
        json!({"q": SHIPS, "source": "auto", "target": "en", "alternatives": 2}),
        json!({"q": [SHIPS, "BBC"], "source": "auto", "target": "en", "alternatives": 1}),
        json!({"q": [SHIPS], "source": "ar", "target": "en"}),
        json!({"q": format!("{PORT}\n\n{SHIPS}\n"), "source": "ar", "target": "en"}),
        json!({"q": "🙂", "source": "auto", "target": "en"}),
        json!({
            "q": format!("<p><b>{SHIPS}</b></p><p>BBC</p>"),
            "source": "ar", "target": "en", "format": "html"
        }),
    ] {
        told.push(post(&router, "/translate", body).await.told());
    }
    told.push(post(&router, "/detect", json!({"q": SHIPS})).await.told());
    for path in ["/languages", "/health", "/frontend/settings"] {
        told.push(get(&router, path).await.told());
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn libretranslate_s_errors_have_its_shape() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let mut told = Vec::new();
    for body in [
        json!({"source": "ar", "target": "en"}),
        json!({"q": "", "source": "ar", "target": "en"}),
        json!({"q": SHIPS, "target": "en"}),
        json!({"q": SHIPS, "source": "ar"}),
        json!({"q": SHIPS, "source": "fr", "target": "en"}),
        json!({"q": SHIPS, "source": "ar", "target": "de"}),
        json!({"q": SHIPS, "source": "ar", "target": "en", "format": "pdf"}),
        json!({"q": "ن".repeat(100_001), "source": "ar", "target": "en"}),
    ] {
        told.push(post(&router, "/translate", body).await.told());
    }
    told.push(get(&router, "/translate").await.told());
    told.push(post(&router, "/detect", json!({})).await.told());
    assert_eq!(stub.hits(), 0, "nothing of this reaches a provider");
    stub.turn_to(status(503));
    let body = json!({"q": [SHIPS, PORT], "source": "ar", "target": "en"});
    let failed = post(&router, "/translate", body).await;
    assert_eq!(failed.status, 500, "{}", failed.text);
    assert!(failed.json()["error"].as_str().unwrap().starts_with("Cannot translate text: "));
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn deepl_s_answers_have_its_shapes() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let mut told = Vec::new();
    for body in [
        json!({"text": [SHIPS, PORT], "source_lang": "AR", "target_lang": "EN-US"}),
        json!({"text": [SHIPS, "BBC"], "target_lang": "en-gb", "show_billed_characters": true}),
        json!({
            "text": [format!("<p><a href=\"https://example.org/a/long/address/of/a/page\">{SHIPS}</a></p>")],
            "target_lang": "EN", "tag_handling": "html",
            "context": PORT, "formality": "prefer_more", "split_sentences": "0"
        }),
    ] {
        told.push(post(&router, "/v2/translate", body).await.told());
    }
    let twice = "text=%D8%AA%D9%82%D9%81+%D8%A7%D9%84%D8%B3%D9%81%D9%86&text=BBC&target_lang=EN";
    told.push(form(&router, "/v2/translate", twice).await.told());
    told.push(get(&router, "/v2/languages").await.told());
    told.push(get(&router, "/v2/languages?type=target").await.told());
    told.push(form(&router, "/v2/languages", "type=target").await.told());
    insta::assert_snapshot!(told.join("\n"));
    let usage = get(&router, "/v2/usage").await;
    assert_eq!(usage.json()["character_limit"], 1_000_000_000_000_u64);
    assert!(usage.json()["character_count"].as_u64().unwrap() > 0);
    assert_eq!(form(&router, "/v2/usage", "").await.text, usage.text);
    let id = &usage.headers["x-trace-id"];
    assert_eq!(id, &usage.headers["x-request-id"]);
}

#[tokio::test]
async fn deepl_s_errors_have_its_shape() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let mut told = Vec::new();
    for body in [
        json!({"target_lang": "EN"}),
        json!({"text": SHIPS}),
        json!({"text": [SHIPS], "target_lang": "DE"}),
        json!({"text": [SHIPS], "target_lang": "EN", "source_lang": "FR"}),
        json!({"text": [SHIPS], "target_lang": "EN", "tag_handling": "rtf"}),
        json!({"text": [SHIPS], "target_lang": "EN", "glossary_id": "1"}),
        json!({"text": vec!["ن"; 1001], "target_lang": "EN"}),
    ] {
        told.push(post(&router, "/v2/translate", body).await.told());
    }
    told.push(get(&router, "/v2/languages?type=both").await.told());
    told.push(get(&router, "/v2/nothing").await.told());
    told.push(get(&router, "/v2/translate").await.told());
    assert_eq!(stub.hits(), 0, "nothing of this reaches a provider");
    stub.turn_to(status(503));
    let body = json!({"text": [SHIPS, PORT], "target_lang": "EN"});
    let failed = post(&router, "/v2/translate", body).await;
    assert_eq!(failed.status, 503, "{}", failed.text);
    assert!(failed.json()["message"].is_string());
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_text_is_paid_for_once_whatever_it_came_in() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let (source, target) = ("ar", "en");
    let one = post(&router, "/translate", json!({"q": SHIPS, "source": source, "target": target}));
    let one = one.await.json()["translatedText"].clone();
    let list = json!({"q": [SHIPS, PORT], "source": source, "target": target});
    let list = post(&router, "/translate", list).await.json()["translatedText"].clone();
    let deepl = json!({"text": [PORT, SHIPS], "target_lang": "EN"});
    let deepl = post(&router, "/v2/translate", deepl).await.json();
    assert_eq!(one, "Ships wait outside the port for their turn.");
    assert_eq!(list, json!([one, "Port receives ships of the season"]));
    assert_eq!(deepl["translations"][1]["text"], one);
    assert_eq!(stub.hits(), 2, "two texts");
}

#[tokio::test]
async fn figures_leave_in_western_order_and_what_has_no_arabic_does_not_leave() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let text = "بلغت الصادرات 62ر31 مليون طن\nReuters\n٢٠٢٤";
    let body = json!({"q": text, "source": "ar", "target": "en"});
    let english = post(&router, "/translate", body).await.json()["translatedText"].clone();
    let asked = &stub.seen()[0].body;
    assert!(asked.contains("31.62") && !asked.contains("Reuters"), "{asked}");
    assert_eq!(english, "The report says 31 and 62 in this place.\nReuters\n2024");
}

#[tokio::test]
async fn a_wrong_number_is_told_in_a_header() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let body = json!({"q": SHIPS.replace("السفن", "7 سفن"), "source": "ar", "target": "en"});
    let answer = post(&router, "/translate", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.headers["x-mujaz-findings"].to_str().unwrap();
    assert!(told.split(", ").any(|code| code == "number-missing"), "{told}");
}

#[tokio::test]
async fn keys_are_taken_where_each_client_puts_them_and_refused_in_its_words() {
    let stub = Stub::always(Act::Libre).await;
    let entries = vec![
        key("translator", Scope::Translate, Limits::default()),
        key("reader", Scope::Read, Limits::default()),
    ];
    let (_folder, router, keys) = keyed(&config(&stub, ""), entries);
    let libre = |key: Option<&str>| {
        post(
            &router,
            "/translate",
            json!({"q": SHIPS, "source": "ar", "target": "en", "api_key": key}),
        )
    };
    assert_eq!(libre(Some(&keys[0])).await.status, 200);
    assert_eq!(send(&router, deepl(&keys[0], &[SHIPS])).await.status, 200);
    let wrong = "mjz_wrong";
    let mut told = vec![libre(None).await.told(), libre(Some(wrong)).await.told()];
    let asked = libre(Some(&keys[1])).await;
    assert!(!asked.headers.contains_key(header::WWW_AUTHENTICATE));
    told.push(asked.told());
    told.push(send(&router, deepl(&keys[1], &[SHIPS])).await.told());
    told.push(send(&router, deepl(wrong, &[SHIPS])).await.told());
    told.push(get(&router, "/v2/usage").await.told());
    told.push(post(&router, "/detect", json!({"q": SHIPS})).await.told());
    told.push(get(&router, "/languages").await.told());
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(stub.hits(), 1, "who is refused is not translated");
}

#[tokio::test]
async fn the_same_bytes_get_the_same_answer_within_key_limits_and_wishes() {
    let stub = Stub::always(Act::Libre).await;
    let requests = Limits { requests_per_minute: 5.try_into().ok(), ..Limits::default() };
    let entries =
        vec![key("desk", Scope::Translate, requests), key("reader", Scope::Read, requests)];
    let (_folder, router, keys) = keyed(&config(&stub, ""), entries);
    let body = json!({"q": [SHIPS, "حضر 5 وزراء."], "source": "auto", "target": "en"}).to_string();
    let ask = async |key: &str, cache: &str, body: &str| {
        let request = Request::post("/translate")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-api-key", key)
            .header(header::CACHE_CONTROL, cache);
        send(&router, request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let first = ask(&keys[0], "", &body).await;
    assert_eq!((first.status, stub.hits()), (200, 2));
    let second = ask(&keys[0], "", &body).await;
    assert_eq!((second.told(), stub.hits()), (first.told(), 2));
    for name in [header::CONTENT_TYPE, "x-mujaz-findings".parse().unwrap()] {
        assert_eq!(second.headers.get(&name), first.headers.get(&name), "{name}");
    }
    assert_eq!(ask("mjz_wrong", "", &body).await.status, 403);
    assert_eq!(ask(&keys[1], "", &body).await.status, 403);
    assert_eq!((ask(&keys[0], "no-store", &body).await.told(), stub.hits()), (first.told(), 4));
    assert_eq!((ask(&keys[0], "no-cache", &body).await.told(), stub.hits()), (first.told(), 6));
    assert_eq!(ask(&keys[0], "", &body).await.status, 200);
    assert_eq!(ask(&keys[0], "", &body).await.status, 429);
}

#[tokio::test]
async fn limits_are_a_slowdown_to_one_client_and_a_quota_to_the_other() {
    let stub = Stub::always(Act::Libre).await;
    let requests = Limits { requests_per_minute: 1.try_into().ok(), ..Limits::default() };
    let characters = Limits { daily_characters: 100.try_into().ok(), ..Limits::default() };
    let entries =
        vec![key("hasty", Scope::Translate, requests), key("spent", Scope::Translate, characters)];
    let (_folder, router, keys) = keyed(&config(&stub, ""), entries);
    assert_eq!(send(&router, deepl(&keys[0], &[SHIPS])).await.status, 200);
    let throttled = send(&router, deepl(&keys[0], &[SHIPS])).await;
    assert_eq!(throttled.status, 429);
    assert!(throttled.json()["message"].as_str().unwrap().starts_with("Too many requests: "));
    assert!(throttled.headers.contains_key(header::RETRY_AFTER));
    let body = json!({"q": SHIPS, "source": "ar", "target": "en", "api_key": keys[0]});
    let slow = post(&router, "/translate", body).await;
    assert_eq!(slow.status, 429);
    assert!(slow.json()["error"].as_str().unwrap().starts_with("Slowdown: "));

    assert_eq!(send(&router, deepl(&keys[1], &[SHIPS])).await.status, 200);
    let quota = send(&router, deepl(&keys[1], &[SHIPS])).await;
    assert_eq!(quota.status, 456, "{}", quota.text);
    let usage = Request::get("/v2/usage")
        .header(header::AUTHORIZATION, format!("DeepL-Auth-Key {}", keys[1]));
    let usage = send(&router, usage.body(Body::empty()).unwrap()).await.json();
    assert_eq!(usage["character_limit"], 100);
    assert!((50..100).contains(&usage["character_count"].as_u64().unwrap()), "{usage}");
}

#[tokio::test]
async fn a_budget_that_is_used_up_is_deepl_s_quota() {
    let stub = Stub::always(Act::Libre).await;
    let mut poor = key("poor", Scope::Translate, Limits::default());
    poor.daily_budget_usd = Some(0.000_001);
    let entries = vec![poor, key("rich", Scope::Translate, Limits::default())];
    let priced = config(&stub, "usd_per_million_characters = 20.0");
    let (_folder, router, keys) = keyed(&priced, entries);
    let quota = send(&router, deepl(&keys[0], &[SHIPS])).await;
    assert_eq!(quota.status, 456, "{}", quota.text);
    assert!(quota.json()["message"].as_str().unwrap().starts_with("Quota exceeded: "));
    assert_eq!(stub.hits(), 0);
    assert_eq!(send(&router, deepl(&keys[1], &[SHIPS])).await.status, 200, "others pay their own");
}

#[tokio::test]
async fn superdesk_gets_a_list_a_string_and_html() {
    let stub = Stub::always(Act::Libre).await;
    let router = open(&config(&stub, ""));
    let body = format!(
        "<p>استقبل ميناء المدينة سفنا محملة بالقمح والشعير من دول عدة خلال الموسم الماضي.</p>\
         <p onclick=\"x()\"><b>{SHIPS}</b></p><script>x()</script>"
    );
    let item = json!({"guid": "urn:1", "headline": PORT, "body_html": body, "language": "ar"});
    let mut told = Vec::new();
    for name in ["headlines", "summary", "translations"] {
        let path = format!("/v1/superdesk/{name}");
        told.push(post(&router, &path, item.clone()).await.told());
        let wrapped = json!({"article": item, "language": "en"});
        assert_eq!(post(&router, &path, wrapped).await.told(), *told.last().unwrap());
    }
    told.push(post(&router, "/v1/superdesk/translations?language=de", item).await.told());
    told.push(
        post(&router, "/v1/superdesk/summary", json!({"body_html": "<p>Hello.</p>"})).await.told(),
    );
    let settled = told.iter().map(|one| {
        let (before, after) = one.split_once("\"request_id\":\"").unwrap_or((one, ""));
        format!(
            "{before}{}",
            after.get(32..).map_or(String::new(), |rest| format!("\"request_id\":\"…{rest}"))
        )
    });
    insta::assert_snapshot!(settled.collect::<Vec<_>>().join("\n"));
}
