//! `kill -9` while jobs run: all that were accepted are done, once, and everybody is told under one id.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    gateway::service,
    provider::{Act, Seen, Stub, after, body},
    served::article,
};

const JOBS: usize = 200;
/// Calls for one article: title, lead, subhead and a sentence, each on its own.
const CALLS: usize = 4;
const WORKERS: usize = 8;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A `mujaz serve` of its own; it ends with the test.
struct Gateway {
    child: Child,
    address: String,
}

impl Gateway {
    fn start(config: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mujaz"))
            .args(["serve", "--config", config.to_str().unwrap()])
            .env("TEST_WEBHOOK_SECRET", SECRET)
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            line.strip_prefix("mujaz listens on http://").map(str::to_owned)
        });
        // Whatever it says later is read, so that it never waits for us.
        #[expect(clippy::disallowed_methods, reason = "it ends with the child's stderr")]
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("it says where it listens") }
    }

    async fn ask(&self, head: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer[9..12].parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    /// How far the batch is, once `enough` of it is done.
    async fn done(&self, batch: &str, enough: usize) -> Value {
        loop {
            let (_, told) = self.ask(&format!("GET /v1/batches/{batch}"), "").await;
            if told["counts"]["done"].as_u64().unwrap() >= enough as u64 {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Gateway {
    /// SIGKILL, which nothing in the process can see coming.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configured(dir: &Path, provider: &Stub, receiver: &Stub) -> std::path::PathBuf {
    let file = dir.join("config.toml");
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
state_dir = "{}"
[tasks]
translate = ["stand-in"]
[jobs]
workers = {WORKERS}
[webhooks]
allow_private = true
[[webhooks.endpoints]]
url = "{}"
secret_env = "TEST_WEBHOOK_SECRET"
{}
"#,
        dir.join("state").display(),
        receiver.url,
        service("stand-in", provider, ""),
    );
    std::fs::write(&file, text).unwrap();
    file
}

/// The number of the article that a call to the provider was about; each has its own.
fn number_of(body: &str) -> usize {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let starts = body.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at);
    let numbers = starts.filter_map(|at| digits(&body[at..]).parse::<usize>().ok());
    let number = numbers.into_iter().find(|n| (10_000..10_000 + JOBS).contains(n));
    number.unwrap_or_else(|| unreachable!("no article's: {body}"))
}

/// Calls made for each article.
fn calls(provider: &Stub) -> BTreeMap<usize, usize> {
    let mut calls = BTreeMap::new();
    for seen in provider.seen() {
        *calls.entry(number_of(&seen.body)).or_default() += 1;
    }
    calls
}

/// The event's id and the brief's, of a webhook whose signature is right.
fn told(seen: &Seen) -> (String, String) {
    let header = |name: &str| {
        let line = seen.head.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| unreachable!("{name} {}", seen.head)).trim().to_owned()
    };
    let (id, timestamp) = (header("webhook-id:"), header("webhook-timestamp:"));
    let key = STANDARD.decode(&SECRET["whsec_".len()..]).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.{}", seen.body).as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(header("webhook-signature:"), signature);
    let event: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(event["type"], "brief.completed");
    (id, event["data"]["id"].as_str().unwrap().to_owned())
}

/// The events of each brief, once every one of so many briefs has been told of.
async fn events(receiver: &Stub) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let mut events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (event, brief) in receiver.seen().iter().map(told) {
            events.entry(brief).or_default().insert(event);
        }
        if events.len() >= JOBS {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_accepted_jobs_survive_kill_9_and_each_is_done_once() {
    let dir = tempfile::tempdir().unwrap();
    let provider = Stub::always(after(Duration::from_millis(60), Act::Translate)).await;
    let receiver = Stub::always(body("text/plain", "")).await;
    let config = configured(dir.path(), &provider, &receiver);
    let articles: Vec<Value> = (0..JOBS).map(|n| json!({ "text": article(10_000 + n) })).collect();
    let gateway = Gateway::start(&config);
    let batch = json!({ "articles": articles }).to_string();
    let (status, accepted) = gateway.ask("POST /v1/batches", &batch).await;
    assert_eq!((status, &accepted["counts"]["refused"]), (202, &json!(0)), "{accepted}");
    let batch = accepted["id"].as_str().unwrap();
    let before = gateway.done(batch, 40).await;
    drop(gateway);
    let paid_before = provider.hits();
    let done: BTreeSet<usize> =
        (0..JOBS).filter(|n| before["articles"][*n]["status"] == "done").collect();
    assert!((40..JOBS).contains(&done.len()), "it was killed while jobs ran");

    let gateway = Gateway::start(&config);
    let after = gateway.done(batch, JOBS).await;
    assert_eq!(after["status"], "done");
    let ids: BTreeSet<&str> =
        (0..JOBS).map(|n| after["articles"][n]["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), JOBS);
    for n in 0..JOBS {
        let id = after["articles"][n]["id"].as_str().unwrap();
        let (status, brief) = gateway.ask(&format!("GET /v1/briefs/{id}"), "").await;
        assert_eq!((status, &brief["id"]), (200, &json!(id)));
        let headline = brief["headline"].as_str().unwrap();
        assert!(headline.contains(&(10_000 + n).to_string()), "its own article: {headline}");
    }

    let calls = calls(&provider);
    let again: Vec<usize> = (0..JOBS).filter(|n| calls[&(10_000 + n)] != CALLS).collect();
    let twice: Vec<_> = again.iter().filter(|n| done.contains(n)).collect();
    assert!(twice.is_empty(), "what was done is not paid for again: {twice:?} {calls:?}");
    assert!(again.len() <= WORKERS, "only what ran when it was killed: {again:?}");

    let events = events(&receiver).await;
    assert_eq!(events.len(), JOBS);
    assert!(events.keys().all(|brief| ids.contains(brief.as_str())));
    let events: Vec<&BTreeSet<String>> = events.values().collect();
    assert!(events.iter().all(|ids| ids.len() == 1), "one event for each brief");
    let distinct: BTreeSet<&String> = events.iter().flat_map(|ids| ids.iter()).collect();
    assert_eq!(distinct.len(), JOBS);
    println!(
        "{JOBS} jobs: {} done at the kill, {paid_before} calls then, {} in all of {} needed; {} \
         articles paid for more than once; {} webhooks for {JOBS} events",
        done.len(),
        provider.hits(),
        JOBS * CALLS,
        again.len(),
        receiver.hits(),
    );
}
