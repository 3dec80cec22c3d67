//! JSON that was answered once is known by its bytes: it is not opened again, and still passes whatever
//! stands before and asks for.

use mujaz::{
    config::Limits,
    keys::{Entry, Scope},
};

use crate::doors::{ARTICLE, add, at_stand_in, entry, post};

#[tokio::test(start_paused = true)]
async fn json_that_comes_again_passes_key_limits_and_wishes_unopened() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { requests_per_minute: 7.try_into().ok(), ..Limits::default() };
    let desk = add(folder.path(), Entry { limits, ..entry("desk", &[Scope::Brief]) });
    let reader = add(folder.path(), entry("reader", &[Scope::Read]));
    let (router, stub) = at_stand_in("", folder.path()).await;
    let body = serde_json::json!({ "text": ARTICLE, "detail": "headline" }).to_string();
    let with = async |key: &str, headers: &[(&str, &str)], body: &str| {
        let json = [("content-type", "application/json"), ("x-api-key", key)];
        post(&router, "/v1/briefs", &[&json, headers].concat(), body.to_owned()).await
    };
    let hit = "mujaz; hit; ttl=604800";
    let first = with(&desk, &[], &body).await;
    assert_eq!((first.status, first.header("cache-status")), (200, "mujaz; fwd=miss; stored"));
    let calls = stub.hits();
    let second = with(&desk, &[], &body).await;
    assert_eq!((second.header("cache-status"), second.text.as_str()), (hit, first.text.as_str()));
    let page = with(&desk, &[("accept", "text/html")], &body).await;
    assert_eq!(page.header("cache-status"), "mujaz; fwd=miss; stored", "in no other format");
    let full = body.replace("headline", "full");
    assert_ne!(with(&desk, &[], &full).await.header("cache-status"), hit, "nor of other detail");
    assert!(stub.hits() > calls);
    let calls = stub.hits();
    let unkept = with(&desk, &[("cache-control", "no-store")], &body).await;
    assert_eq!(unkept.header("cache-status"), "mujaz; fwd=bypass");
    assert!(stub.hits() > calls, "paid again");
    assert_eq!(with("mjz_wrong", &[], &body).await.status, 401);
    assert_eq!(with(&reader, &[], &body).await.status, 403);
    let misspelt = body.replace("detail", "detial");
    assert_eq!(with(&desk, &[], &misspelt).await.status, 400);
    assert_eq!(with(&desk, &[], &body).await.header("cache-status"), hit);
    assert_eq!(with(&desk, &[], &body).await.status, 429);
}

#[tokio::test(start_paused = true)]
async fn json_that_asks_for_more_than_the_brief_is_opened_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let (router, stub) = at_stand_in("", folder.path()).await;
    let json = [("content-type", "application/json")];
    let body = serde_json::json!({ "text": ARTICLE }).to_string();
    let once = [json.as_slice(), &[("idempotency-key", "\"one\"")]].concat();
    let plain = post(&router, "/v1/briefs", &json, body.clone()).await;
    let keyed = post(&router, "/v1/briefs", &once, body.clone()).await;
    assert_ne!(plain.json()["id"], keyed.json()["id"], "a request with a key has its own");
    let again = post(&router, "/v1/briefs", &once, body.clone()).await;
    assert_eq!(again.json()["id"], keyed.json()["id"]);
    let later = [json.as_slice(), &[("prefer", "respond-async")]].concat();
    assert_eq!(post(&router, "/v1/briefs", &later, body).await.status, 202);
    let told = serde_json::json!({ "text": ARTICLE, "webhook": "http://127.0.0.1:1/" }).to_string();
    assert_eq!(post(&router, "/v1/briefs", &json, told).await.status, 422);
    let calls = stub.hits();
    let dry = serde_json::json!({ "text": ARTICLE, "dry_run": true }).to_string();
    for _ in 0..2 {
        let plan = post(&router, "/v1/briefs", &json, dry.clone()).await;
        assert_eq!((plan.status, &plan.json()["dry_run"]), (200, &true.into()));
    }
    assert_eq!(stub.hits(), calls);
}
