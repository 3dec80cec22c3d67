//! Who is let in, how often, and what a refusal says: keys, scopes, desks, limits, hosts, bounds.
//!
//! Everything here goes through the whole router, in paused time, against a stand-in for a provider
//! that counts what reaches it.

use std::{path::Path, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use mujaz::{
    config::{Config, Limits},
    keys::{Entry, KeyFile, Keyring, Scope, Token, file},
    pipeline::Gateway,
    server,
};
use tower::ServiceExt;

use crate::support::{
    gateway::{Reply, provider},
    provider::{Act, Stub},
};

pub(crate) const ARTICLE: &str = include_str!("../../examples/port.txt");

pub(crate) fn entry(name: &str, scopes: &[Scope]) -> Entry {
    Entry {
        id: String::new(),
        name: name.to_owned(),
        hash: String::new(),
        scopes: scopes.to_vec(),
        desk: None,
        created: "2026-01-02T03:04:05Z".to_owned(),
        daily_budget_usd: None,
        limits: Limits::default(),
    }
}

pub(crate) fn add(folder: &Path, entry: Entry) -> String {
    let path = folder.join(file::NAME);
    KeyFile::change(&path, |file| file.add(entry)).unwrap().0.reveal()
}

fn open(config: &str, folder: &Path) -> Router {
    server::router(state(config, folder))
}

fn state(config: &str, folder: &Path) -> server::State {
    let config: Config = toml::from_str(config).unwrap();
    let keys = Keyring::open(folder).unwrap();
    server::State::new(Gateway::open(config).unwrap()).with_keys(keys)
}

/// A gateway that translates at a stand-in.
pub(crate) async fn at_stand_in(more: &str, folder: &Path) -> (Router, Stub) {
    let (state, stub) = state_at_stand_in(more, folder).await;
    (server::router(state), stub)
}

/// Its state alone.
pub(crate) async fn state_at_stand_in(more: &str, folder: &Path) -> (server::State, Stub) {
    let stub = Stub::always(Act::Libre).await;
    let entry = provider("stand-in", "libretranslate", &stub, "confidential = true");
    let tasks = "[tasks]\ntranslate = [\"stand-in\"]\n";
    (state(&format!("{more}\n{tasks}{entry}"), folder), stub)
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Reply { status: head.status.as_u16(), headers: head.headers, text }
}

/// Posts a body with these headers.
pub(crate) async fn post(
    router: &Router,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Reply {
    let mut request = Request::post(path).header("x-request-id", "test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(router, request.body(body.into()).unwrap()).await
}

async fn split(router: &Router, headers: &[(&str, &str)]) -> Reply {
    post(router, "/v1/split", headers, ARTICLE).await
}

async fn brief(router: &Router, key: &str, headers: &[(&str, &str)]) -> Reply {
    let key = format!("Bearer {key}");
    let headers = [&[("authorization", key.as_str())], headers].concat();
    post(router, "/v1/briefs", &headers, ARTICLE).await
}

async fn ask(router: &Router, method: &str, path: &str, key: &str) -> u16 {
    let request = Request::builder().method(method).uri(path).header("x-api-key", key);
    send(router, request.body(Body::empty()).unwrap()).await.status
}

fn told(reply: &Reply) -> String {
    let asked = reply.header("www-authenticate");
    let gap = if asked.is_empty() { "" } else { "\n    " };
    format!("{}{gap}{asked}\n    {}", reply.status, reply.text)
}

#[tokio::test(start_paused = true)]
async fn without_keys_nobody_is_asked_for_one_and_one_that_comes_is_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let router = open("", folder.path());
    assert_eq!(split(&router, &[]).await.status, 200);
    for header in [("authorization", "Basic dTpw"), ("x-api-key", "mjz_nonsense")] {
        assert_eq!(split(&router, &[header]).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn once_there_is_a_key_every_refusal_says_what_is_wrong_with_the_one_that_came() {
    let folder = tempfile::tempdir().unwrap();
    let reader = format!("Bearer {}", add(folder.path(), entry("reader", &[Scope::Read])));
    let router = open("", folder.path());
    let cut = &reader[..reader.len() - 1];
    // One digit of a real key changed.
    let swapped = {
        let (head, last) = reader.split_at(reader.len() - 1);
        format!("{head}{}", if last == "0" { "1" } else { "0" })
    };
    let unknown = format!("Bearer {}", Token::random().unwrap().reveal());
    let cases: [&[(&str, &str)]; 7] = [
        &[],
        &[("authorization", "Basic dTpw")],
        &[("authorization", "DeepL-Auth-Key 0f0f0f0f-1111-2222-3333-444455556666:fx")],
        &[("authorization", cut)],
        &[("authorization", &swapped)],
        &[("authorization", &unknown)],
        &[("authorization", &reader)],
    ];
    let mut all = Vec::new();
    for headers in cases {
        all.push(told(&split(&router, headers).await));
    }
    insta::assert_snapshot!(all.join("\n"));
    let health = Request::get("/healthz").body(Body::empty()).unwrap();
    assert_eq!(send(&router, health).await.status, 200, "health needs no key");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_taken_from_each_place_where_clients_put_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = add(folder.path(), entry("desk", &[Scope::Brief]));
    let router = open("", folder.path());
    let [bearer, deepl] = ["Bearer", "DeepL-Auth-Key"].map(|scheme| format!("{scheme} {key}"));
    for header in
        [("authorization", bearer.as_str()), ("authorization", &deepl), ("x-api-key", &key)]
    {
        assert_eq!(split(&router, &[header]).await.status, 200);
    }
    assert_eq!(ask(&router, "GET", "/v1/briefs/none", &key).await, 404, "who makes may read");
}

#[tokio::test(start_paused = true)]
async fn keys_are_made_replaced_and_revoked_under_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let router = open("", folder.path());
    assert_eq!(split(&router, &[]).await.status, 200);
    let old = add(folder.path(), entry("desk", &[Scope::Brief]));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(split(&router, &[]).await.status, 401, "from the first key on");
    let new = add(folder.path(), entry("desk", &[Scope::Brief]));
    tokio::time::sleep(Duration::from_secs(1)).await;
    for key in [&old, &new] {
        assert_eq!(split(&router, &[("x-api-key", key)]).await.status, 200, "both, for a while");
    }
    KeyFile::change(&folder.path().join(file::NAME), |file| {
        file.keys.remove(0);
        Ok(())
    })
    .unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(split(&router, &[("x-api-key", &old)]).await.status, 401);
    assert_eq!(split(&router, &[("x-api-key", &new)]).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn ten_a_minute_are_answered_and_the_next_is_told_when_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { requests_per_minute: 10.try_into().ok(), ..Limits::default() };
    let key = add(folder.path(), Entry { limits, ..entry("desk", &[Scope::Brief]) });
    let router = open("", folder.path());
    let headers = [("x-api-key", key.as_str())];
    let mut seen = Vec::new();
    for n in 1..=11 {
        let reply = split(&router, &headers).await;
        let status = reply.status;
        let [policy, limit, retry] =
            ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| reply.header(name));
        seen.push(format!("{n}: {status} | {policy} | {limit} | {retry}"));
        if n == 11 {
            seen.push(reply.text.clone());
        }
    }
    insta::assert_snapshot!(seen.join("\n"));
    tokio::time::sleep(Duration::from_millis(5999)).await;
    assert_eq!(split(&router, &headers).await.status, 429, "not yet");
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(split(&router, &headers).await.status, 200, "after the six seconds that were told");
}

#[tokio::test(start_paused = true)]
async fn a_hit_passes_the_key_and_the_limits_of_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { requests_per_minute: 2.try_into().ok(), ..Limits::default() };
    let key = add(folder.path(), Entry { limits, ..entry("desk", &[Scope::Brief]) });
    let (router, stub) = at_stand_in("", folder.path()).await;
    let first = brief(&router, &key, &[]).await;
    assert_eq!((first.status, first.header("cache-status")), (200, "mujaz; fwd=miss; stored"));
    let calls = stub.hits();
    assert!(calls > 0);
    let second = brief(&router, &key, &[]).await;
    assert_eq!((second.status, second.header("cache-status")), (200, "mujaz; hit; ttl=604800"));
    assert_eq!(
        (second.text.as_str(), stub.hits()),
        (first.text.as_str(), calls),
        "nothing is paid"
    );
    assert_eq!(brief(&router, &key, &[]).await.status, 429);
    let nobody = post(&router, "/v1/briefs", &[], ARTICLE).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_request_says_what_may_be_kept_and_taken_from_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (router, stub) = at_stand_in("", folder.path()).await;
    let with = async |directive: &str| {
        let before = stub.hits();
        let reply = post(&router, "/v1/briefs", &[("cache-control", directive)], ARTICLE).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        (reply.header("cache-status").to_owned(), stub.hits() > before)
    };
    assert_eq!(with("no-store").await, ("mujaz; fwd=bypass".to_owned(), true));
    assert_eq!(with("").await, ("mujaz; fwd=miss; stored".to_owned(), true), "nothing was kept");
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(with("max-age=100").await, ("mujaz; hit; ttl=604700".to_owned(), false));
    assert_eq!(with("max-age=99").await, ("mujaz; fwd=request; stored".to_owned(), true));
    assert!(!with("max-age=99").await.1, "the new one is young enough");
    assert_eq!(with("no-cache").await, ("mujaz; fwd=request; stored".to_owned(), true));
    assert!(!with("").await.1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_a_confidential_article() {
    let folder = tempfile::tempdir().unwrap();
    let (router, stub) = at_stand_in("", folder.path()).await;
    let body = serde_json::json!({ "text": ARTICLE, "confidential": true }).to_string();
    let mut calls = 0;
    for _ in 0..2 {
        let headers = [("content-type", "application/json"), ("cache-control", "max-age=900")];
        let reply = post(&router, "/v1/briefs", &headers, body.clone()).await;
        assert_eq!((reply.status, reply.header("cache-status")), (200, "mujaz; fwd=bypass"));
        assert_eq!(reply.header("cache-control"), "no-store");
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(ask(&router, "GET", &format!("/v1/briefs/{id}"), "").await, 404);
        assert!(stub.hits() > calls, "paid again");
        calls = stub.hits();
    }
}

#[tokio::test(start_paused = true)]
async fn a_brief_is_read_and_forgotten_within_its_desk() {
    let folder = tempfile::tempdir().unwrap();
    let key = |name: &str, desk: Option<&str>, scope| {
        let desk = desk.map(str::to_owned);
        add(folder.path(), Entry { desk, ..entry(name, &[scope]) })
    };
    let maker = key("maker", Some("foreign"), Scope::Brief);
    let colleague = key("colleague", Some("foreign"), Scope::Read);
    let stranger = key("stranger", Some("sport"), Scope::Brief);
    let loner = key("foreign", None, Scope::Brief);
    let admin = key("it", None, Scope::Admin);
    let (router, _stub) = at_stand_in("", folder.path()).await;
    let made = brief(&router, &maker, &[]).await;
    let path = format!("/v1/briefs/{}", made.json()["id"].as_str().unwrap());
    for key in [&maker, &colleague, &admin] {
        assert_eq!(ask(&router, "GET", &path, key).await, 200);
    }
    for key in [&stranger, &loner] {
        assert_eq!(ask(&router, "GET", &path, key).await, 404, "to others it does not exist");
        assert_eq!(ask(&router, "DELETE", &path, key).await, 404);
    }
    assert_eq!(ask(&router, "DELETE", &path, &colleague).await, 403, "reading is not forgetting");
    assert_eq!(ask(&router, "DELETE", &path, &maker).await, 204);
    assert_eq!(ask(&router, "GET", &path, &admin).await, 404);
}

#[tokio::test(start_paused = true)]
async fn a_page_of_another_site_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let router = open("", folder.path());
    let rebound = split(&router, &[("host", "evil.example:8080")]).await;
    let foreign = [("host", "localhost:8080"), ("origin", "http://evil.example")];
    let foreign = split(&router, &foreign).await;
    insta::assert_snapshot!(format!("{}\n{}", told(&rebound), told(&foreign)));
    let own = [("host", "localhost:8080"), ("origin", "http://localhost:8080")];
    let own = split(&router, &own).await;
    assert_eq!(own.status, 200);
    assert!(own.header("access-control-allow-origin").is_empty(), "CORS is off");
}

#[tokio::test(start_paused = true)]
async fn a_listed_page_may_call_and_read_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let router = open("[server]\nallowed_origins = [\"https://desk.example\"]\n", folder.path());
    let sent = "authorization,content-type,idempotency-key,if-match,last-event-id,prefer";
    let preflight = Request::options("/v1/briefs")
        .header("host", "localhost")
        .header("origin", "https://desk.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", sent)
        .body(Body::empty())
        .unwrap();
    let preflight = send(&router, preflight).await;
    let page = [("host", "localhost"), ("origin", "https://desk.example")];
    let reply = split(&router, &page).await;
    for reply in [&preflight, &reply] {
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("access-control-allow-origin"), "https://desk.example");
    }
    let lists = |reply: &Reply, name: &str| {
        let names = reply.header(name).to_ascii_lowercase();
        names.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>()
    };
    let allowed = lists(&preflight, "access-control-allow-headers");
    for name in sent.split(',') {
        assert!(allowed.iter().any(|one| one == name), "{name}: {allowed:?}");
    }
    let exposed = lists(&reply, "access-control-expose-headers");
    for name in ["cache-status", "etag", "location", "ratelimit", "ratelimit-policy", "retry-after"]
    {
        assert!(exposed.iter().any(|one| one == name), "{name}: {exposed:?}");
    }
    // Whatever an answer carries for its reader can be read; the rest is for the browser.
    let later = [page[0], page[1], ("prefer", "respond-async")];
    let later = post(&router, "/v1/briefs", &later, ARTICLE).await;
    assert_eq!(later.status, 202, "{}", later.text);
    let of_browsers = [
        "access-control-",
        "content-",
        "cross-origin-",
        "referrer-policy",
        "vary",
        "x-content-",
        "x-frame-",
    ];
    for name in later.headers.keys().chain(reply.headers.keys()).map(|name| name.as_str()) {
        let known = of_browsers.iter().any(|start| name.starts_with(start));
        assert!(
            known || name == "cache-control" || exposed.iter().any(|one| one == name),
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_everything_costs_is_told_to_an_admin_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut reader = entry("reader", &[Scope::Read]);
    reader.daily_budget_usd = Some(2.0);
    let reader = add(folder.path(), reader);
    let admin = add(folder.path(), entry("it", &[Scope::Admin]));
    let (router, _stub) = at_stand_in("[budget]\ndaily_usd = 5.0", folder.path()).await;
    let status = async |key: &str| {
        let request = Request::get("/v1/status").header("authorization", format!("Bearer {key}"));
        send(&router, request.body(Body::empty()).unwrap()).await.json()
    };
    let told = status(&admin).await;
    assert_eq!(told["spend"]["daily_bound_usd"], 5.0);
    assert_eq!(told["providers"][0]["today"]["usd"], 0.0);
    let told = status(&reader).await;
    assert_eq!(told["client"]["daily_budget_usd"], 2.0, "its own it may know");
    assert_eq!(told["providers"][0]["today"]["characters"], 0);
    let others = told.to_string().replace("\"daily_budget_usd\"", "");
    assert!(!others.contains("usd") && told.get("spend").is_none(), "{told}");
}

#[tokio::test(start_paused = true)]
async fn every_answer_tells_browsers_to_be_careful() {
    let folder = tempfile::tempdir().unwrap();
    let router = open("", folder.path());
    let mut all = Vec::new();
    for reply in [split(&router, &[]).await, post(&router, "/nowhere", &[], "").await] {
        let mut shown: Vec<String> = reply
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .filter(|line| !line.starts_with("content-length"))
            .collect();
        shown.sort();
        all.push(format!("{}\n{}", reply.status, shown.join("\n")));
    }
    insta::assert_snapshot!(all.join("\n\n"));
}

#[tokio::test(start_paused = true)]
async fn every_bound_has_a_problem_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let limits = "[limits]\ncharacters_per_minute = 20000\n";
    let config = format!("[server]\nmax_body_bytes = 100000\n{limits}");
    let router = open(&config, folder.path());
    let names: Vec<String> = (0..70).map(|n| format!("x-{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let long = "x".repeat(17_000);
    let deep = format!("{{\"text\":{}", "[".repeat(100));
    let json = ("content-type", "application/json");
    let gzip = ("content-encoding", "gzip");
    let text = |n: usize| "ا".repeat(n).into_bytes();
    let cases = [
        ("many fields", many, text(1)),
        ("a long field", vec![("x-long", &long)], text(1)),
        ("a large body", vec![], vec![b'a'; 100_001]),
        ("a bomb", vec![gzip], zipped(&vec![b'a'; 5_000_000])),
        ("a damaged gzip", vec![gzip], zipped(&text(2000))[..20].to_vec()),
        ("another encoding", vec![("content-encoding", "br")], text(1)),
        ("deep JSON", vec![json], deep.into_bytes()),
        ("more than a minute's characters", vec![], text(20_001)),
        ("characters", vec![], text(20_000)),
    ];
    let mut all = Vec::new();
    for (what, headers, body) in cases {
        let reply = post(&router, "/v1/briefs", &headers, body).await;
        all.push(format!("{what}: {}", told(&reply)));
    }
    let again = post(&router, "/v1/briefs", &[], text(10_000)).await;
    all.push(format!("again: {} retry-after {}", told(&again), again.header("retry-after")));
    insta::assert_snapshot!(all.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn an_article_that_comes_with_gzip_is_read_as_the_plain_one() {
    let folder = tempfile::tempdir().unwrap();
    let router = open("", folder.path());
    let plain = split(&router, &[]).await;
    let zipped = zipped(ARTICLE.as_bytes());
    let reply = post(&router, "/v1/split", &[("content-encoding", "gzip")], zipped).await;
    assert_eq!((reply.status, reply.text), (200, plain.text));
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_problem_keeps_the_content_type_of_problems() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), entry("desk", &[Scope::Brief]));
    let reply = split(&open("", folder.path()), &[]).await;
    assert_eq!(reply.header(header::CONTENT_TYPE.as_str()), "application/problem+json");
    assert_eq!(reply.json()["request_id"], "test");
}
