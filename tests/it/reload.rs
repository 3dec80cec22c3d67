//! The configuration is exchanged while the server works: no request fails by it, what is in flight ends
//! on what it began with, and what was counted, kept and learned goes on.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::Router;
use mujaz::{
    config::{Config, load},
    pipeline::Gateway,
    server::{Current, State},
};
use serde_json::Value;
use tokio::{task::JoinSet, time::sleep};

use crate::support::{
    gateway::{brief, provider, service},
    process::{Serving, mujaz, send},
    provider::{Act, Stub, after, status},
    served::article,
};

/// Senders at work at the same time.
const SENDERS: usize = 8;

fn config(text: &str) -> Config {
    load::parse("config.toml", text).unwrap()
}

fn current(text: &str) -> Current {
    Current::new(State::new(Gateway::open(config(text)).unwrap()))
}

/// Both stubs configured, `name` asked.
fn towards(name: &str, stubs: [&Stub; 2], more: &str) -> String {
    let [one, two] = stubs;
    format!(
        "{more}\n[tasks]\ntranslate = [\"{name}\"]\n{}{}",
        provider("one", "libretranslate", one, ""),
        provider("two", "libretranslate", two, "")
    )
}

async fn engine(router: &Router, n: usize) -> String {
    let reply = brief(router, &article(n)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.engines()[0].1.clone()
}

#[tokio::test(start_paused = true)]
async fn a_request_ends_on_the_configuration_that_it_began_with() {
    let slow = Stub::always(after(Duration::from_secs(5), Act::Libre)).await;
    let quick = Stub::always(Act::Libre).await;
    let current = current(&towards("one", [&slow, &quick], ""));
    let router = current.router();
    let under_way = engine(&router, 1);
    let renewed = async {
        sleep(Duration::from_secs(1)).await;
        assert!(slow.hits() > 0, "it is under way");
        current.renew(config(&towards("two", [&slow, &quick], ""))).unwrap();
        engine(&current.router(), 2).await
    };
    let (first, second) = tokio::join!(under_way, renewed);
    assert_eq!((first.as_str(), second.as_str()), ("one", "two"));
}

#[tokio::test(start_paused = true)]
async fn what_was_kept_serves_on_and_what_changes_the_answer_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Libre).await;
    let towards = |more: &str| towards("one", [&stub, &stub], more);
    let current = current(&towards(""));
    let first = brief(&current.router(), &article(1)).await;
    let paid = stub.hits();
    current.renew(config(&towards("[limits]\nconcurrent_briefs = 9\n"))).unwrap();
    let again = brief(&current.router(), &article(1)).await;
    assert_eq!((again.json()["id"].clone(), stub.hits()), (first.json()["id"].clone(), paid));
    let terms = folder.path().join("terms.csv");
    fs::write(&terms, "ar,en\nالميناء,the harbour\n").unwrap();
    let own = format!("[glossary]\nfiles = [{terms:?}]\n");
    current.renew(config(&towards(&own))).unwrap();
    let other = brief(&current.router(), &article(1)).await;
    let glossary = |reply: &Value| reply["provenance"]["glossary"].clone();
    assert_ne!(glossary(&other.json()), glossary(&first.json()), "the new terms are in use");
    assert_ne!(other.json()["id"], first.json()["id"]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_left_alone_stays_so_until_it_is_configured_anew() {
    let stub = Stub::always(status(401)).await;
    let text = |more: &str| {
        let provider = provider("one", "libretranslate", &stub, more);
        config(&format!("[tasks]\ntranslate = [\"one\"]\n{provider}"))
    };
    let current = Current::new(State::new(Gateway::open(text("")).unwrap()));
    brief(&current.router(), &article(1)).await;
    let asked = stub.hits();
    let mut shorter = text("");
    shorter.server.deadline = Duration::from_secs(5);
    current.renew(shorter).unwrap();
    brief(&current.router(), &article(2)).await;
    assert_eq!(stub.hits(), asked, "the breaker is as it was");
    stub.turn_to(Act::Libre);
    current.renew(text("timeout = \"9s\"")).unwrap();
    assert_eq!(brief(&current.router(), &article(2)).await.status, 200, "somebody mended it");
}

#[tokio::test(start_paused = true)]
async fn what_was_spent_today_stays_spent_under_another_budget() {
    let stub = Stub::always(Act::Libre).await;
    let text = |usd: f64| {
        let priced = "usd_per_million_characters = 1000.0";
        let provider = provider("one", "libretranslate", &stub, priced);
        config(&format!("[budget]\ndaily_usd = {usd}\n[tasks]\ntranslate = [\"one\"]\n{provider}"))
    };
    let current = Current::new(State::new(Gateway::open(text(100.0)).unwrap()));
    let cost = brief(&current.router(), &article(1)).await.json()["usage"]["cost_usd"].clone();
    let cost = cost.as_f64().unwrap();
    current.renew(text(cost)).unwrap();
    assert_ne!(brief(&current.router(), &article(2)).await.status, 200, "it is used up");
    current.renew(text(cost * 10.0)).unwrap();
    assert_eq!(brief(&current.router(), &article(2)).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_minute_that_is_used_up_stays_so() {
    let stub = Stub::always(Act::Libre).await;
    let text = |n: u32| {
        let limits = format!("[limits]\nrequests_per_minute = {n}\n");
        config(&towards("one", [&stub, &stub], &limits))
    };
    let current = Current::new(State::new(Gateway::open(text(1)).unwrap()));
    assert_eq!(brief(&current.router(), &article(1)).await.status, 200);
    let mut other = text(1);
    other.server.max_briefs = 3;
    current.renew(other).unwrap();
    assert_eq!(brief(&current.router(), &article(1)).await.status, 429);
    current.renew(text(5)).unwrap();
    assert_eq!(brief(&current.router(), &article(1)).await.status, 200, "the limit is another");
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_cannot_be_used_changes_nothing() {
    let stub = Stub::always(Act::Libre).await;
    let current = current(&towards("one", [&stub, &stub], ""));
    let missing = towards("two", [&stub, &stub], "[glossary]\nfiles = [\"/nowhere/terms.csv\"]\n");
    let error = current.renew(config(&missing)).unwrap_err().to_string();
    assert!(error.contains("/nowhere/terms.csv"), "{error}");
    assert_eq!(engine(&current.router(), 1).await, "one");
}

/// A server of its own with its configuration file.
struct Running {
    server: Serving,
    folder: tempfile::TempDir,
    stub: Stub,
}

impl Running {
    async fn start(log: &str) -> Self {
        let stub = Stub::always(Act::Translate).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, Self::text(&stub, folder.path(), "30s")).unwrap();
        fs::write(folder.path().join("terms.csv"), "ar,en\nالميناء,the harbour\n").unwrap();
        let mut command = mujaz(&["serve", "--config", file.to_str().unwrap()]);
        command.env("RUST_LOG", log);
        Self { server: Serving::start(command).await, folder, stub }
    }

    fn text(stub: &Stub, folder: &Path, timeout: &str) -> String {
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nwrite_timeout = \"{timeout}\"\n\
             [glossary]\nfiles = [{:?}]\n[tasks]\ntranslate = [\"one\"]\n{}",
            folder.join("terms.csv"),
            service("one", stub, "")
        )
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    fn hang_up(&self) {
        self.server.signal("HUP");
    }

    async fn post(&self, n: usize) -> (u16, Value) {
        post(self.server.address(), n).await
    }
}

async fn post(address: &str, n: usize) -> (u16, Value) {
    let text = article(n);
    let answer = send(address, "POST", "/v1/briefs", "text/plain", &text).await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = answer.get(9..12).and_then(|code| code.parse().ok()).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_the_configuration_is_exchanged_under_load() {
    let mut running = Running::start("mujaz::cli=info").await;
    let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let (over, answered) = (over.clone(), answered.clone());
        let address = running.server.address().to_owned();
        senders.spawn(async move {
            let mut n = 10_000 * (sender + 1);
            while !over.load(Ordering::Relaxed) {
                n += 1;
                let (status, brief) = post(&address, n).await;
                assert_eq!(status, 200, "{brief}");
                let headline = brief["headline"].as_str().unwrap();
                assert!(headline.contains(&n.to_string()), "its own: {headline}");
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    // A storm of signals, and files that change between them.
    for round in 0..20 {
        let timeout = format!("{}s", 30 + round % 7);
        fs::write(running.file(), Running::text(&running.stub, running.folder.path(), &timeout))
            .unwrap();
        (0..5).for_each(|_| running.hang_up());
        let terms = format!("ar,en\nالميناء,harbour number {round}\n");
        fs::write(running.folder.path().join("terms.csv"), terms).unwrap();
        (0..5).for_each(|_| running.hang_up());
        running.server.hear("was read again and is in use").await;
        // One that ends before it is told to has failed.
        assert!(senders.try_join_next().is_none(), "a request failed");
    }
    over.store(true, Ordering::Relaxed);
    senders.join_all().await;
    println!("{} requests, 200 signals, none failed", answered.load(Ordering::Relaxed));
    assert!(answered.load(Ordering::Relaxed) >= 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_is_read_and_one_that_is_wrong_is_named_by_its_place() {
    let mut running = Running::start("info").await;
    let (_, before) = running.post(1).await;
    fs::write(running.file(), "").unwrap();
    running.server.hear("config.toml is empty").await;
    let (_, same) = running.post(1).await;
    assert_eq!(same["id"], before["id"], "a file between two writes changes nothing");
    let text = Running::text(&running.stub, running.folder.path(), "31s");
    fs::write(running.file(), text).unwrap();
    running.server.hear("was read again and is in use").await;
    fs::write(running.folder.path().join("terms.csv"), "ar,en\nالميناء,the quay\n").unwrap();
    running.server.hear("was read again and is in use").await;
    let (status, after) = running.post(1).await;
    assert_eq!(status, 200);
    assert_ne!(before["provenance"]["glossary"], after["provenance"]["glossary"]);

    let whole = fs::read_to_string(running.file()).unwrap();
    let wrong = whole.replacen("kind =", "api_key = \"sk-OURKEY\"\nkind =", 1);
    let line = wrong.lines().position(|line| line.starts_with("api_key")).unwrap() + 1;
    fs::write(running.file(), wrong).unwrap();
    let told = running.server.hear("the old one stays").await;
    let place = told.lines().last().unwrap().to_owned();
    assert!(place.contains(&format!("config.toml:{line}:1")), "{place}");
    assert!(place.contains("did you mean `api_key_env`?"), "{place}");
    assert!(!told.contains("OURKEY"), "{told}");
    assert_eq!(running.post(2).await.0, 200, "the old one serves on");

    let moved = whole.replace("127.0.0.1:0", "127.0.0.1:9");
    fs::write(running.file(), moved).unwrap();
    let told = running.server.hear("server.listen").await;
    assert!(told.lines().last().unwrap().contains("next restart"), "{told}");
    assert_eq!(running.post(3).await.0, 200);
}
