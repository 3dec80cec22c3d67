//! Several servers over one Redis: whole processes that act as one gateway.

use std::{collections::BTreeSet, path::Path, time::Duration};

use futures_util::future::join_all;
use redis::Commands;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    paid::sections,
    shared::KEY,
    support::{
        gateway::service,
        process::{Serving, mujaz, printed},
        provider::{Act, Stub, after},
        redis::Redis,
        served::article,
    },
};

fn configured(dir: &Path, stub: &Stub, more: &str) -> std::path::PathBuf {
    let file = dir.join("config.toml");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[tasks]\ntranslate = [\"stand-in\"]\n[shared]\n\
         url_env = \"TEST_REDIS_URL\"\ntimeout = \"5s\"\n{more}\n{}max_texts = 50\n",
        service("stand-in", stub, "")
    );
    std::fs::write(&file, text).unwrap();
    file
}

async fn serving(config: &Path, redis: &Redis) -> Serving {
    let mut command = mujaz(&["serve", "--config", config.to_str().unwrap()]);
    command.env("TEST_REDIS_URL", redis.url()).env("MUJAZ_CACHE_KEY", KEY);
    Serving::start(command).await
}

async fn brief(server: &Serving, article: &str) -> Value {
    let order = serde_json::json!({ "text": article, "detail": "full" }).to_string();
    let answer = server.send("POST", "/v1/briefs", "application/json", &order).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
}

/// The English of a brief.
fn words(brief: &Value) -> Value {
    serde_json::json!([brief["headline"], brief["summary"], brief["sections"]])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_with_five_hundred_equal_requests_each_pay_once_for_each_task() {
    let Some(redis) = Redis::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(after(Duration::from_millis(200), Act::Translate)).await;
    let config = configured(dir.path(), &stub, "");
    let servers = [serving(&config, &redis).await, serving(&config, &redis).await];
    let article = sections(4, None);
    let posts = (0..1000).map(|n| brief(&servers[n % 2], &article));
    let briefs = join_all(posts).await;
    let distinct: BTreeSet<String> = stub.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(distinct.len(), 5, "four sections and the closing task");
    assert_eq!(stub.hits(), distinct.len(), "one call for each task");
    assert!(briefs.iter().all(|brief| words(brief) == words(&briefs[0])), "equal answers");
    let ready = servers[0].send("GET", "/readyz", "text/plain", "").await;
    assert!(ready.contains(r#""shared":{"state":"up","replicas":2}"#), "{ready}");
    let mut waited = 0.0;
    for server in &servers {
        let metrics = server.send("GET", "/metrics", "", "").await;
        let counts = metrics.lines();
        let counts =
            counts.filter_map(|line| line.strip_prefix("mujaz_shared_flight_wait_seconds_count "));
        waited += counts.map(|count| count.parse::<f64>().unwrap()).sum::<f64>();
    }
    assert!(waited >= 1.0, "one server waited for the other's calls");
    println!("1000 requests at two servers: {} calls for {} tasks", stub.hits(), distinct.len());
    for server in servers {
        server.end().await;
    }
}

#[tokio::test]
async fn what_is_forgotten_while_redis_is_away_is_forgotten_by_all_when_it_is_back() {
    let Some(mut redis) = Redis::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let config = configured(dir.path(), &stub, "");
    let (one, other) = (serving(&config, &redis).await, serving(&config, &redis).await);
    let text = article(3);
    let (here, there) = (brief(&one, &text).await, brief(&other, &text).await);
    assert_eq!(brief(&other, &text).await["id"], there["id"], "it is kept whole in memory");
    redis.stop();
    let path = format!("/v1/briefs/{}", here["id"].as_str().unwrap());
    let forgotten = one.send("DELETE", &path, "", "").await;
    assert!(forgotten.starts_with("HTTP/1.1 204"), "{forgotten}");
    assert_eq!(brief(&other, &text).await["id"], there["id"], "nobody could tell it");
    let paid = stub.hits();
    redis.restart();
    let begun = Instant::now();
    while brief(&other, &text).await["id"] == there["id"] {
        assert!(begun.elapsed() < Duration::from_secs(60), "it was never told");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(stub.hits() > paid, "nor were the answers kept that it was made of");
    let left = redis.look().zcard::<_, u64>("mujaz:forgotten").unwrap();
    assert_eq!(left, 1, "it is left for those who come later");
    for server in [one, other] {
        server.end().await;
    }
}

#[tokio::test]
async fn a_leader_that_is_killed_is_replaced() {
    let Some(redis) = Redis::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Hang).await;
    let config = configured(dir.path(), &stub, "lease = \"1s\"");
    let (leader, follower) = (serving(&config, &redis).await, serving(&config, &redis).await);
    let article = sections(4, None);
    // Whoever calls first leads; it never gets its answer.
    let leading = brief(&leader, &article);
    let killing = async {
        // Four sections and the closing task.
        while stub.hits() < 5 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stub.turn_to(Act::Translate);
        stub.hits()
    };
    let begun = tokio::select! {
        _ = leading => unreachable!("it hangs"),
        begun = killing => begun,
    };
    let waiting = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(stub.hits(), begun, "it waits for who leads, beyond one lease");
        leader.end().await;
    };
    let (made, ()) = tokio::join!(brief(&follower, &article), waiting);
    assert_eq!(made["usage"]["sections"], 4);
    assert_eq!(stub.hits(), 2 * begun, "the tasks that were lost are paid for again, once");
    follower.end().await;
}

#[tokio::test]
async fn a_key_s_requests_are_counted_over_both_servers() {
    let Some(redis) = Redis::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let config = configured(dir.path(), &stub, "[limits]\nrequests_per_minute = 10");
    let servers = [serving(&config, &redis).await, serving(&config, &redis).await];
    let article33 = article(33);
    let asked = (0..14).map(|n| servers[n % 2].send("POST", "/v1/split", "text/plain", &article33));
    let (passed, refused): (Vec<_>, Vec<_>) =
        join_all(asked).await.into_iter().partition(|answer| answer.starts_with("HTTP/1.1 200"));
    assert_eq!((passed.len(), refused.len()), (10, 4), "{refused:?}");
    let wait = refused[0].lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap();
    let wait: u64 = wait.parse().unwrap();
    assert!((1..=6).contains(&wait), "{wait}");
    tokio::time::sleep(Duration::from_secs(wait)).await;
    let after = servers[0].send("POST", "/v1/split", "text/plain", &article33).await;
    assert!(after.starts_with("HTTP/1.1 200"), "after the wait that was told: {after}");
    for server in servers {
        server.end().await;
    }
}

#[tokio::test]
async fn check_says_what_lies_in_redis_and_refuses_a_key_of_the_wrong_length() {
    let dir = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let mut told = Vec::new();
    let url = "redis://desk:S3CRET@cache.example.org:6380/2";
    let open = "store_text = true";
    for (more, url, key) in [
        ("", url, KEY),
        (open, url, KEY),
        (open, url, ""),
        ("", url, ""),
        ("", url, "4f1d"),
        ("", "", ""),
        ("", "cache.example.org:S3CRET", ""),
    ] {
        let config = configured(dir.path(), &stub, more);
        let mut command = mujaz(&["check", "--config", config.to_str().unwrap()]);
        command.env("TEST_REDIS_URL", url).env("MUJAZ_CACHE_KEY", key);
        let output = command.output().await.unwrap();
        let printed = printed(&output);
        assert!(!printed.contains("S3CRET"), "{printed}");
        let lines = printed.lines().filter(|line| {
            ["shared:", "error:", "hint:"].iter().any(|start| line.starts_with(start))
        });
        told.push(format!("{:?} {}", output.status.code(), lines.collect::<Vec<_>>().join(" / ")));
    }
    insta::assert_snapshot!(told.join("\n"));
}
