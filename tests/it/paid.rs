//! Who pays, and for what: equal articles at once, an article that was changed, a process that was killed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    gateway::service,
    process::{Serving, mujaz},
    provider::{Act, Stub, after},
    served::Served,
};

/// An article of so many sections, the first without a subhead; one paragraph may say something else.
pub(crate) fn sections(count: usize, changed: Option<usize>) -> String {
    let mut article = "الميناء يستقبل سفن الموسم\n".to_owned();
    for n in 0..count {
        if n > 0 {
            article += &format!("\n* اعمال الرصيف رقم {}\n", 100 + n);
        }
        let ships = if changed == Some(n) { 900 + n } else { 200 + n };
        article += &format!(
            "\nاستقبل الرصيف خلال الموسم الماضي {ships} سفينة محملة بالقمح والشعير من دول عدة.\n\n\
             وقال مدير الرصيف ان {} عاملا يعملون في تفريغ السفن كل يوم حتى نهاية الموسم.\n",
            300 + n
        );
    }
    article
}

async fn brief(served: &Served, article: &str) -> Value {
    let order = json!({ "text": article, "detail": "full" });
    let got = served.post("/v1/briefs", &[], &order).await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()
}

/// What was asked for. The stand-in's English is half Arabic, so it is told so and asked once more; that
/// is left out here.
fn tasks(stub: &Stub) -> BTreeSet<String> {
    let bodies = stub.seen().into_iter().map(|seen| seen.body);
    bodies.filter(|body| body.contains(r#""complaints":[]"#)).collect()
}

#[tokio::test]
async fn a_thousand_equal_articles_at_once_make_one_call_for_each_section_task() {
    let slow = after(std::time::Duration::from_millis(200), Act::Translate);
    let stub = Stub::always(slow).await;
    let served = Served::at(&stub, |_| ());
    let article = sections(4, None);
    let briefs = join_all((0..1000).map(|_| brief(&served, &article))).await;
    let distinct: BTreeSet<String> = stub.seen().into_iter().map(|seen| seen.body).collect();
    let of_section =
        |n: usize| distinct.iter().filter(|body| body.contains(&(300 + n).to_string())).count();
    assert!((0..4).all(|n| of_section(n) >= 1), "each section has its task");
    assert_eq!(stub.hits(), distinct.len(), "and none was called for twice");
    assert_eq!(tasks(&stub).len(), 5, "four sections and the closing task");
    let words = |brief: &Value| json!([brief["headline"], brief["summary"], brief["sections"]]);
    assert_eq!(briefs[0]["sections"].as_array().unwrap().len(), 4);
    assert!(briefs.iter().all(|brief| words(brief) == words(&briefs[0])), "1,000 equal answers");
    // Who comes last may be given a brief that is made already.
    let told = |brief: &Value| {
        let id = brief["id"].as_str().unwrap().to_owned();
        (id, brief["usage"]["provider_calls"].as_u64().unwrap())
    };
    let told: BTreeMap<String, u64> = briefs.iter().map(told).collect();
    assert_eq!(told.values().sum::<u64>(), stub.hits() as u64, "each call is told once");
    println!("1000 equal articles of 4 sections: {} calls", stub.hits());
}

#[tokio::test]
async fn one_paragraph_of_twenty_sections_costs_its_section_and_the_closing_task() {
    let stub = Stub::always(Act::Translate).await;
    let served = Served::at(&stub, |_| ());
    let first = brief(&served, &sections(20, None)).await;
    assert_eq!(first["usage"]["sections"], 20);
    let before = tasks(&stub);
    assert_eq!(before.len(), 21, "twenty sections and the closing task");
    let second = brief(&served, &sections(20, Some(12))).await;
    let more: Vec<String> = tasks(&stub).difference(&before).cloned().collect();
    assert_eq!(second["usage"]["cached_sections"], 19);
    assert!((1..=2).contains(&more.len()), "{} more", more.len());
    assert!(more.iter().any(|body| body.contains("912") && body.contains("312")), "its section");
    let other = more.iter().filter(|body| !body.contains("312"));
    assert!(other.clone().count() <= 1 && other.clone().all(|body| body.contains("يستقبل سفن")));
    println!("one changed paragraph of twenty sections: {} tasks", more.len());
}

#[tokio::test]
async fn a_server_that_is_killed_between_equal_requests_pays_nothing_the_second_time() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let file = dir.path().join("config.toml");
    let config = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\nstate_dir = {:?}\n[tasks]\ntranslate = [\"stand-in\"]\n{}",
        dir.path().join("state"),
        service("stand-in", &stub, "")
    );
    std::fs::write(&file, config).unwrap();
    let article = sections(4, None);
    let mut paid = Vec::new();
    for _ in 0..3 {
        let server = Serving::start(mujaz(&["serve", "--config", file.to_str().unwrap()])).await;
        let answer = server.send("POST", "/v1/briefs", "text/plain; charset=utf-8", &article).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        paid.push(stub.hits());
        // SIGKILL, which nothing in the process can see coming.
        server.end().await;
    }
    assert!(paid[0] > 0);
    assert_eq!(paid[1..], [paid[0]; 2], "the later ones find what was paid for");
}
