//! Who is given again what somebody else has paid for, under each setting of `cache_scope`.

use std::time::Duration;

use axum::{Router, body::Body, http::Request};
use mujaz::{
    keys::{Entry, Scope},
    server,
};

use crate::{
    doors::{ARTICLE, add, entry, post, send, state_at_stand_in},
    support::provider::Stub,
};

/// A server at a stand-in with two keys of one desk and one of another.
struct Newsroom {
    router: Router,
    stub: Stub,
    /// Of anna and ben at the sports desk, and of carl at the foreign desk.
    keys: [String; 3],
    _folder: tempfile::TempDir,
}

impl Newsroom {
    async fn under(scope: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = |name: &str, desk: &str| {
            let scopes = [Scope::Brief, Scope::Translate];
            let desk = Some(desk.to_owned());
            add(folder.path(), Entry { desk, ..entry(name, &scopes) })
        };
        let keys = [key("anna", "sport"), key("ben", "sport"), key("carl", "foreign")];
        let config = format!("[cache]\ncache_scope = \"{scope}\"\n");
        let (state, stub) = state_at_stand_in(&config, folder.path()).await;
        state.begin();
        let router = server::router(state);
        Self { router, stub, keys, _folder: folder }
    }

    /// Which of anna, ben and carl the provider was called for when each asked the same twice.
    async fn paid(&self, path: &str, kind: &str, body: &str) -> [bool; 3] {
        let mut paid = [false; 3];
        for round in ["first", "second"] {
            for (key, paid) in self.keys.iter().zip(&mut paid) {
                let headers = [("x-api-key", key.as_str()), ("content-type", kind)];
                let before = self.stub.hits();
                let reply = post(&self.router, path, &headers, body.to_owned()).await;
                assert_eq!(reply.status, 200, "{}", reply.text);
                let called = self.stub.hits() > before;
                assert!(!(called && round == "second"), "nobody pays twice");
                *paid |= called;
            }
        }
        paid
    }
}

const SETTINGS: [(&str, [bool; 3]); 3] =
    [("all", [true, false, false]), ("desk", [true, false, true]), ("key", [true, true, true])];

#[tokio::test(start_paused = true)]
async fn a_brief_is_given_again_to_those_who_share_alone() {
    for (scope, expected) in SETTINGS {
        let newsroom = Newsroom::under(scope).await;
        let paid = newsroom.paid("/v1/briefs", "text/plain", ARTICLE).await;
        assert_eq!(paid, expected, "{scope}, a text");
        let newsroom = Newsroom::under(scope).await;
        let json = serde_json::json!({ "text": ARTICLE }).to_string();
        let paid = newsroom.paid("/v1/briefs", "application/json", &json).await;
        assert_eq!(paid, expected, "{scope}, JSON that is known by its bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_section_is_given_again_to_those_who_share_alone() {
    for (scope, expected) in SETTINGS {
        let newsroom = Newsroom::under(scope).await;
        let mut paid = [false; 3];
        for (place, (key, paid)) in newsroom.keys.iter().zip(&mut paid).enumerate() {
            // Another JSON each time, so that what is shared is the tasks' answers.
            let json = serde_json::json!({ "text": format!("{ARTICLE}{}", "\n".repeat(place)) });
            let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
            let before = newsroom.stub.hits();
            let reply = post(&newsroom.router, "/v1/briefs", &headers, json.to_string()).await;
            assert_eq!(
                (reply.status, reply.header("cache-status")),
                (200, "mujaz; fwd=miss; stored")
            );
            *paid = newsroom.stub.hits() > before;
        }
        assert_eq!(paid, expected, "{scope}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_is_given_again_to_those_who_share_alone() {
    let kind = "application/json";
    let libre = serde_json::json!({ "q": "وصل الوزير إلى بغداد.", "source": "ar", "target": "en" });
    let deepl = serde_json::json!({ "text": ["وصل الوزير إلى البصرة."], "target_lang": "EN" });
    for (scope, expected) in SETTINGS {
        let newsroom = Newsroom::under(scope).await;
        assert_eq!(
            newsroom.paid("/translate", kind, &libre.to_string()).await,
            expected,
            "{scope}"
        );
        let paid = newsroom.paid("/v2/translate", kind, &deepl.to_string()).await;
        assert_eq!(paid, expected, "{scope}, DeepL");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_job_made_is_shared_as_what_its_key_asked_for() {
    for (scope, expected) in SETTINGS {
        let newsroom = Newsroom::under(scope).await;
        let [anna, ..] = &newsroom.keys;
        let later = [("x-api-key", anna.as_str()), ("prefer", "respond-async")];
        let accepted = post(&newsroom.router, "/v1/briefs", &later, ARTICLE.to_owned()).await;
        assert_eq!(accepted.status, 202, "{}", accepted.text);
        let read = || Request::get(accepted.header("location")).header("x-api-key", anna);
        while send(&newsroom.router, read().body(Body::empty()).unwrap()).await.status == 202 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let [_, ben, carl] = newsroom.paid("/v1/briefs", "text/plain", ARTICLE).await;
        assert_eq!([true, ben, carl], expected, "{scope}");
    }
}
