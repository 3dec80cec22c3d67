//! What is told, to whom, and what is refused.

use super::*;
use crate::{config::webhooks::Endpoint, render::sample, store::StoreOptions};

fn webhooks(configure: impl FnOnce(&mut Config)) -> Webhooks {
    let mut config = Config::default();
    configure(&mut config);
    Webhooks::new(&config, &Store::in_memory(&StoreOptions::default()))
}

fn endpoint(url: &str, events: &[&str]) -> Endpoint {
    let events = events.iter().map(|event| (*event).to_owned()).collect();
    Endpoint { url: url.to_owned(), secret_env: "UNSET_SECRET".to_owned(), events }
}

#[tokio::test]
async fn an_event_is_put_into_the_store_once_for_each_who_hears_of_it() {
    let webhooks = webhooks(|config| {
        config.webhooks.endpoints = vec![
            endpoint("https://all.example/", &[]),
            endpoint("https://failures.example/", &["brief.failed"]),
        ];
    });
    let brief = sample::brief();
    for _ in 0..2 {
        let occasion = Occasion::completed(&brief);
        webhooks.tell(&occasion, Some("https://own.example/")).await.unwrap();
    }
    let jobs = webhooks.store.jobs();
    let mut urls = Vec::new();
    let mut events = Vec::new();
    while let Some(claimed) = jobs.claim(KIND, clock::utc()).await.unwrap() {
        let Delivery { event, url, body } = serde_json::from_slice(&claimed.payload).unwrap();
        assert!(!body.contains(&brief.headline), "no text unless it is asked for");
        urls.push(url);
        events.push(event);
    }
    urls.sort();
    assert_eq!(urls, ["https://all.example/", "https://own.example/"]);
    assert_eq!(events[0], events[1], "one event, one id");
}

#[tokio::test]
async fn a_new_configuration_tells_others_and_leaves_the_old_one_as_it_was() {
    let with = |url: &str| {
        let mut config = Config::default();
        config.webhooks.endpoints = vec![endpoint(url, &[])];
        config
    };
    let store = Store::in_memory(&StoreOptions::default());
    let old = Webhooks::new(&with("https://old.example/"), &store);
    let new = old.renewed(&with("https://new.example/"));
    let brief = sample::brief();
    let told = async |webhooks: &Webhooks| {
        webhooks.tell(&Occasion::completed(&brief), None).await.unwrap();
        let claimed = store.jobs().claim(KIND, clock::utc()).await.unwrap().unwrap();
        serde_json::from_slice::<Delivery>(&claimed.payload).unwrap().url
    };
    // A request that began under the old one ends under it.
    assert_eq!(told(&old).await, "https://old.example/");
    assert_eq!(told(&new).await, "https://new.example/");
}

#[test]
fn what_is_told_names_the_brief_and_where_it_is() {
    let mut brief = sample::brief();
    brief.succession.supersedes = Some("earlier".to_owned());
    let home = Url::parse("https://briefs.example/").unwrap();
    let now = "2026-01-18T10:00:00Z".parse().unwrap();
    let body = Occasion::completed(&brief).body(now, Some(&home), false);
    insta::assert_snapshot!(body);
    let problem = serde_json::json!({ "type": "/problems/not-arabic", "status": 422 });
    insta::assert_snapshot!(Occasion::failed("ab", &problem).body(now, None, false));
    let with = Occasion::completed(&brief).body(now, None, true);
    assert!(with.contains(&brief.headline));
}

#[test]
fn a_request_names_only_what_the_operator_allows() {
    let closed = webhooks(|_| ());
    assert_eq!(closed.check("https://cms.example/hook"), Err(Refusal::Host));
    for address in ["http://cms.example/", "https://u:p@cms.example/", "https://127.0.0.1/", "x"] {
        assert_eq!(closed.check(address), Err(Refusal::Address), "{address}");
    }
    let open = webhooks(|config| config.webhooks.allow = vec!["cms.example".to_owned()]);
    assert_eq!(open.check("https://cms.example/hook"), Err(Refusal::NoSecret));
    assert_eq!(open.check("https://cms.example.evil.example/"), Err(Refusal::Host));
}
