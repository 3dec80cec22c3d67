//! The page at `/` over HTTP: its policy, its files, sessions, forms without script, and the lists,
//! articles and status that its script asks for. What a browser makes of it, scripts/page shows.

use std::{path::Path, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use mujaz::{
    config::{Config, Limits},
    keys::{Entry, KeyFile, Keyring, Scope, file},
    pipeline::Gateway,
    server,
    store::{Store, StoreOptions},
};
use serde_json::json;
use tower::ServiceExt;

use crate::support::{
    gateway::{Reply, provider},
    provider::{Act, Stub, status},
    served::{Served, article},
};

const HERE: (&str, &str) = ("sec-fetch-site", "same-origin");
const BOUNDARY: &str = "multipart/form-data; boundary=edge";

fn key(folder: &Path, name: &str, scope: Scope) -> String {
    let entry = Entry {
        id: String::new(),
        name: name.to_owned(),
        hash: String::new(),
        scopes: vec![scope],
        desk: Some("foreign".to_owned()),
        created: "2026-01-02T03:04:05Z".to_owned(),
        daily_budget_usd: None,
        limits: Limits::default(),
    };
    KeyFile::change(&folder.join(file::NAME), |file| file.add(entry)).unwrap().0.reveal()
}

/// A gateway with the keys of a folder, which translates at a stand-in.
async fn keyed(folder: &Path, more: &str) -> (Router, Stub) {
    let stub = Stub::always(Act::Libre).await;
    let entry = provider("stand-in", "libretranslate", &stub, "");
    let text = format!("{more}\n[tasks]\ntranslate = [\"stand-in\"]\n{entry}");
    let config: Config = toml::from_str(&text).unwrap();
    let keys = Keyring::open(folder).unwrap();
    (server::router(server::State::new(Gateway::open(config).unwrap()).with_keys(keys)), stub)
}

async fn send(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Reply { status: head.status.as_u16(), headers: head.headers, text }
}

async fn get(router: &Router, path: &str, headers: &[(&str, &str)]) -> Reply {
    send(router, "GET", path, headers, "").await
}

/// A form as a browser sends it: every field, the empty ones too.
fn form(text: &str, detail: &str) -> String {
    let mut body = String::new();
    for (name, value) in [("text", text), ("url", ""), ("detail", detail)] {
        body += &format!(
            "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    body + "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"\"\r\n\
            content-type: application/octet-stream\r\n\r\n\r\n--edge--\r\n"
}

async fn sign_in(router: &Router, key: &str, headers: &[(&str, &str)]) -> Reply {
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let headers = [&[kind], headers].concat();
    send(router, "POST", "/sign-in", &headers, format!("username=mujaz&key={key}")).await
}

/// The cookie that an answer sets, as a browser sends it back.
fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn the_page_runs_its_own_files_alone_and_is_sent_once() {
    let folder = tempfile::tempdir().unwrap();
    let (router, _stub) = keyed(folder.path(), "").await;
    let page = get(&router, "/", &[]).await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for inline in ["<style", "style=", "onclick", "<script>", "javascript:"] {
        assert!(!page.text.contains(inline), "{inline}");
    }
    assert_eq!(page.header("referrer-policy"), "same-origin", "or a form's origin is `null`");
    let tag = page.header("etag").to_owned();
    assert_eq!(get(&router, "/", &[("if-none-match", &tag)]).await.status, 304);
    let named = page.text.split("\"/page/").skip(1).map(|rest| rest.split('"').next().unwrap());
    for name in named {
        let file = get(&router, &format!("/page/{name}"), &[]).await;
        assert_eq!(file.status, 200, "{name}");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        let known = [("if-none-match", file.header("etag"))];
        assert_eq!(get(&router, &format!("/page/{name}"), &known).await.status, 304);
    }
    assert_eq!(get(&router, "/page/secret", &[]).await.status, 404);
    assert!(!page.text.contains("/sign-in"), "nobody is asked for a key where none is needed");
}

#[tokio::test(start_paused = true)]
async fn a_key_becomes_a_session_whose_cookie_holds_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path(), "<b>desk</b>", Scope::Brief);
    let (router, _stub) = keyed(folder.path(), "").await;
    let door = get(&router, "/", &[]).await;
    assert!(door.text.contains("action=\"/sign-in\"") && !door.text.contains("id=\"compose\""));
    let signed = sign_in(&router, &key, &[HERE]).await;
    assert_eq!((signed.status, signed.header("location")), (303, "/"));
    let set = signed.header("set-cookie");
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(set.contains(flag), "{set}");
    }
    assert!(!set.contains("Secure"), "plain HTTP on loopback");
    assert!(!set.contains(&key[4..20]), "no part of the key");
    let cookie = cookie(&signed);
    let session = [("cookie", cookie.as_str())];
    let page = get(&router, "/", &session).await;
    assert!(page.text.contains("id=\"compose\"") && page.text.contains("&lt;b&gt;desk"), "escaped");
    assert_eq!(page.header("cache-control"), "private, no-cache");
    assert_eq!(get(&router, "/v1/briefs", &session).await.status, 200);
    assert_eq!(get(&router, "/v1/briefs", &[]).await.status, 401);
    assert_eq!(get(&router, "/v1/briefs", &[("cookie", "mujaz-session=00")]).await.status, 401);
    let out = send(&router, "POST", "/sign-out", &[session[0], HERE], "").await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(get(&router, "/v1/briefs", &session).await.status, 401, "it is over here too");
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_with_its_time_and_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path(), "desk", Scope::Brief);
    let (router, _stub) = keyed(folder.path(), "").await;
    let first = cookie(&sign_in(&router, &key, &[HERE]).await);
    tokio::time::sleep(Duration::from_secs(12 * 3600 - 1)).await;
    assert_eq!(get(&router, "/v1/briefs", &[("cookie", &first)]).await.status, 200);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(get(&router, "/v1/briefs", &[("cookie", &first)]).await.status, 401);
    let second = cookie(&sign_in(&router, &key, &[HERE]).await);
    assert_eq!(get(&router, "/v1/briefs", &[("cookie", &second)]).await.status, 200);
    let path = folder.path().join(file::NAME);
    KeyFile::change(&path, |file| {
        file.keys.clear();
        Ok(())
    })
    .unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(get(&router, "/v1/briefs", &[("cookie", &second)]).await.status, 401, "revoked");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_is_told_kindly_and_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path(), "desk", Scope::Brief);
    let translator = self::key(folder.path(), "cat", Scope::Translate);
    let (router, _stub) = keyed(folder.path(), "").await;
    let mistyped = key.replace(&key[key.len() - 4..], "0000");
    for (typed, why, words) in [
        ("", "empty", "Type or paste"),
        ("hunter2", "foreign", "begins with"),
        (&key[..20], "length", "cut off"),
        (mistyped.as_str(), "checksum", "One character"),
        (translator.as_str(), "scope", "translation clients"),
    ] {
        let refused = sign_in(&router, typed, &[HERE]).await;
        assert_eq!(refused.header("location"), format!("/?sign-in={why}"), "{why}");
        assert_eq!(refused.header("set-cookie"), "");
        let page = get(&router, refused.header("location"), &[]).await;
        assert!(page.text.contains(words) && page.text.contains("aria-invalid"), "{words}");
        assert!(typed.is_empty() || !page.text.contains(typed));
    }
    let odd = get(&router, "/?sign-in=%3Cscript%3E", &[]).await;
    assert!(!odd.text.contains("script>"), "words that are not known are no words");
}

#[tokio::test(start_paused = true)]
async fn what_another_site_sends_with_the_cookie_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path(), "desk", Scope::Brief);
    let (router, stub) = keyed(folder.path(), "").await;
    let cookie = cookie(&sign_in(&router, &key, &[HERE]).await);
    let session = ("cookie", cookie.as_str());
    let kind = ("content-type", "text/plain; charset=utf-8");
    let post = async |headers: &[(&str, &str)]| {
        let headers = [&[session, kind], headers].concat();
        send(&router, "POST", "/v1/briefs", &headers, article(1)).await.status
    };
    assert_eq!(post(&[]).await, 403, "says nothing of where it comes from");
    assert_eq!(post(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(post(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(post(&[("origin", "http://evil.example")]).await, 403);
    assert_eq!(stub.hits(), 0, "and nothing was paid");
    assert_eq!(post(&[HERE]).await, 200);
    assert_eq!(post(&[("origin", "http://localhost:8080")]).await, 200, "an older browser");
    let bearer = format!("Bearer {key}");
    let by_key = [("authorization", bearer.as_str()), kind];
    assert_eq!(send(&router, "POST", "/v1/briefs", &by_key, article(1)).await.status, 200);
    for path in ["/", "/sign-in", "/sign-out"] {
        let form_kind = ("content-type", BOUNDARY);
        let sent = send(&router, "POST", path, &[session, form_kind], form("x", "brief")).await;
        assert_eq!(sent.status, 403, "{path}");
        assert!(sent.header("content-type").starts_with("text/html"), "a person reads it");
    }
    assert_eq!(get(&router, "/v1/briefs", &[session]).await.status, 200, "it did not sign out");
}

#[tokio::test(start_paused = true)]
async fn behind_a_trusted_proxy_that_says_https_the_cookie_is_bound_to_it() {
    // Whose word about encryption is taken, `peer` tests; without a connection it is nobody's.
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path(), "desk", Scope::Brief);
    let (router, _stub) = keyed(folder.path(), "").await;
    let forged = ("x-forwarded-proto", "https");
    let signed = sign_in(&router, &key, &[HERE, forged]).await;
    assert!(!signed.header("set-cookie").contains("__Host-"), "nobody vouched for it");
}

#[tokio::test(start_paused = true)]
async fn the_form_works_without_script_and_says_refusals_as_a_page() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let post = async |body: String, site: Option<&str>| {
        let mut request = Request::post("/").header(header::CONTENT_TYPE, BOUNDARY);
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        served.send(request.body(Body::from(body)).unwrap()).await
    };
    let brief = post(form(&article(5), "brief"), Some("same-origin")).await;
    assert_eq!(brief.status, 200);
    assert!(brief.text.contains("dir=\"rtl\"") && brief.text.contains("not reviewed by a person"));
    let empty = post(form("  ", "brief"), Some("same-origin")).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("class=\"notice bad\"") && empty.text.contains("choose a file"));
    assert!(empty.headers["content-security-policy"].to_str().unwrap().contains("script-src"));
    let english =
        post(form("<b>A story in English about a port.</b>", "brief"), Some("same-origin")).await;
    assert_eq!(english.status, 422);
    assert!(!english.text.contains("<b>A story"), "no text of an article in it");
    let calls = stub.hits();
    for site in [None, Some("cross-site")] {
        assert_eq!(post(form(&article(6), "brief"), site).await.status, 403);
    }
    assert_eq!(stub.hits(), calls, "a forged form costs nothing");
}

#[tokio::test]
async fn the_desk_s_briefs_are_listed_with_what_was_decided_and_page_by_page() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let mut ids = Vec::new();
    for number in 1..=3 {
        let made = served.post("/v1/briefs", &[], &json!({ "text": article(number) })).await;
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/v1/briefs/{}/review", ids[2]);
    let decision = json!({
        "status": "approved", "reviewer": "Layla Haddad", "edits": { "headline": "Ships" },
    });
    let request = Request::put(path).header(header::CONTENT_TYPE, "application/json");
    served.send(request.body(Body::from(decision.to_string())).unwrap()).await;
    let first = served.get("/v1/briefs?limit=2", &[]).await.json();
    let shown = first["briefs"].as_array().unwrap();
    assert_eq!(shown.len(), 2);
    assert_eq!((&shown[0]["id"], &shown[0]["status"]), (&json!(ids[2]), &json!("approved")));
    assert_eq!(shown[0]["headline"], "Ships", "as it stands after its review");
    assert_eq!(shown[1]["status"], "unreviewed");
    assert!(shown[1]["title_ar"].as_str().unwrap().contains("الميناء"));
    let next = first["next"].as_str().unwrap();
    let rest = served.get(&format!("/v1/briefs?limit=2&after={next}"), &[]).await.json();
    assert_eq!(rest["briefs"][0]["id"], json!(ids[0]));
    assert_eq!(rest["next"], json!(null));
    assert_eq!(served.get("/v1/briefs?limit=x", &[]).await.status, 400);
}

#[tokio::test]
async fn the_arabic_of_a_brief_is_there_after_a_restart_and_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let open = || {
        let options = StoreOptions::default();
        Store::open(folder.path(), &options, mujaz::clock::utc()).unwrap()
    };
    let served = Served::over(&stub, open());
    let text = json!({ "text": article(7) });
    let made = served.post("/v1/briefs", &[], &text).await.json();
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/briefs/{id}/article");
    let before = served.get(&path, &[]).await.json();
    served.close().await;
    let served = Served::over(&stub, open());
    let after = served.get(&path, &[]).await.json();
    assert_eq!(after, before);
    assert_eq!(after["sections"][1]["heading"], "توسعة الرصيف 7");
    let page = served.get(&format!("/v1/briefs/{id}"), &[("accept", "text/html")]).await;
    assert!(page.text.contains("توسعة الرصيف 7") && page.text.contains("محملة بالقمح"));
    let json = served.get(&format!("/v1/briefs/{id}"), &[]).await.json();
    assert_eq!(json, made, "no JSON of the brief has more than before");
    assert_eq!(served.delete(&format!("/v1/briefs/{id}")).await.status, 204);
    assert_eq!(served.get(&path, &[]).await.status, 404);
    served.close().await;
}

#[tokio::test]
async fn nothing_of_a_confidential_article_can_be_read_again() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at_trusted(&stub, |_| ());
    let text = json!({ "text": article(8), "confidential": true });
    let made = served.post("/v1/briefs", &[], &text).await.json();
    let path = format!("/v1/briefs/{}/article", made["id"].as_str().unwrap());
    assert_eq!(served.get(&path, &[]).await.status, 404);
    assert_eq!(served.get("/v1/briefs", &[]).await.json()["briefs"], json!([]));
}

#[tokio::test]
async fn the_status_counts_calls_kept_answers_and_limits() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |config| config.server.max_briefs = 7);
    let text = json!({ "text": article(9) });
    served.post("/v1/briefs", &[], &text).await;
    served.post("/v1/briefs", &[], &text).await;
    let full = json!({ "text": article(9), "detail": "full" });
    served.post("/v1/briefs", &[], &full).await;
    let status = served.get("/v1/status", &[]).await.json();
    let provider = &status["providers"][0];
    assert_eq!((&provider["name"], &provider["state"]), (&json!("first"), &json!("open")));
    assert_eq!(provider["since_start"]["calls"], json!(stub.hits()));
    assert_eq!(status["cache"]["briefs"]["hits"], 1, "{}", status["cache"]);
    assert_eq!(status["cache"]["briefs"]["misses"], 2);
    let tasks = &status["cache"]["tasks"];
    assert!(tasks["called"].as_u64().unwrap() >= 1, "{tasks}");
    assert_eq!(status["briefs"]["making_at_most"], 7);
    assert_eq!(status["briefs"]["kept"], 2);
    assert_eq!(status["spend"]["days"].as_array().unwrap().len(), 14);
    assert_eq!(status["store"]["state"], "ok");
}

#[tokio::test]
async fn a_provider_that_is_left_alone_says_why_and_for_how_long() {
    let stub = Stub::always(status(401)).await;
    let served = Served::at(&stub, |_| ());
    let failed = served.post("/v1/briefs", &[], &json!({ "text": article(2) })).await;
    assert_eq!(failed.status, 502);
    let status = served.get("/v1/status", &[]).await.json();
    let provider = &status["providers"][0];
    assert_eq!((&provider["state"], &provider["reason"]), (&json!("shut"), &json!("unauthorized")));
    let wait = provider["retry_in_s"].as_f64().unwrap();
    assert!((1.0..=60.0).contains(&wait), "{wait}");
    assert!(!status.to_string().contains("127.0.0.1"), "no address");
}

#[tokio::test]
async fn who_watches_is_told_the_article_first() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let stream = ("accept", "text/event-stream");
    let got = served.post("/v1/briefs", &[stream], &json!({ "text": article(3) })).await;
    let events = got.events();
    let (_, name, told) = &events[0];
    assert_eq!(name, "article");
    let id = events.last().unwrap().2["id"].as_str().unwrap().to_owned();
    let kept = served.get(&format!("/v1/briefs/{id}/article"), &[]).await.json();
    assert_eq!(told, &kept);
}
