//! How the server starts and ends: it serves what needs no model while one loads, says that it stops
//! before it does, finishes what is in flight, and goes at once when asked twice.

use std::{fs, time::Duration};

use serde_json::Value;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{
    gateway::provider,
    process::{Serving, mujaz},
    provider::{Act, Stub, after},
    served::article,
};

async fn serving(stub: &Stub, server: &str) -> (Serving, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let provider = provider("one", "libretranslate", stub, "");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n{server}\n[tasks]\ntranslate = [\"one\"]\n{provider}"
    );
    fs::write(&file, text).unwrap();
    let mut command = mujaz(&["serve", "--config", file.to_str().unwrap()]);
    command.env("RUST_LOG", "info");
    (Serving::start(command).await, folder)
}

async fn ready(server: &Serving) -> (String, Value) {
    let answer = server.send("GET", "/readyz", "text/plain", "").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_that_it_stops_while_it_still_serves_and_finishes_what_is_in_flight() {
    let stub = Stub::always(after(Duration::from_secs(5), Act::Libre)).await;
    let (mut server, _folder) = serving(&stub, "notice = \"4s\"").await;
    assert_eq!(ready(&server).await.0, "200");
    server.signal("TERM");
    server.hear("/readyz says so").await;
    let (status, told) = ready(&server).await;
    assert_eq!((status.as_str(), &told["status"]), ("503", &"stopping".into()));
    // It takes longer than the notice.
    let answer = server.send("POST", "/v1/briefs", "text/plain", &article(7)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (code, log) = server.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("unfinished"), "{log}");
}

/// A request that its provider never answers; its connection must be kept.
async fn hanging(address: &str, stub: &Stub) -> TcpStream {
    let (hits, text) = (stub.hits(), article(7));
    let head = format!(
        "POST /v1/briefs HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    while stub.hits() == hits {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_that_is_over_ends_it_and_a_second_signal_ends_it_at_once() {
    let stub = Stub::always(Act::Hang).await;
    for (signals, drain, expected) in [(1, "100ms", 0), (2, "1h", 1)] {
        let more = format!("notice = \"0s\"\ndrain = \"{drain}\"");
        let (mut server, _folder) = serving(&stub, &more).await;
        let address = server.address().to_owned();
        let _in_flight = hanging(&address, &stub).await;
        server.signal("TERM");
        if signals == 2 {
            server.hear("finishing those in flight").await;
            server.signal("TERM");
        }
        let (code, log) = server.ended().await;
        assert_eq!(code, Some(expected), "{log}");
    }
}

#[cfg(feature = "local")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_no_model_is_served_while_one_loads() {
    let folder = tempfile::tempdir().unwrap();
    // Reading it never ends, as a slow disk's would not.
    let model = folder.path().join("model.gguf");
    let mut mkfifo = std::process::Command::new("mkfifo");
    assert!(mkfifo.arg(&model).status().unwrap().success());
    let file = folder.path().join("config.toml");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[[providers]]\nname = \"local\"\nkind = \"local\"\n\
         path = {model:?}\n"
    );
    fs::write(&file, text).unwrap();
    let server = Serving::start(mujaz(&["serve", "--config", file.to_str().unwrap()])).await;
    let (status, told) = ready(&server).await;
    assert_eq!(status, "200", "{told}");
    let state = told["providers"][0]["state"].as_str().unwrap();
    assert!(["fetching", "loading"].contains(&state), "{told}");
    for (method, path, expected) in [
        ("GET", "/healthz", "200"),
        ("POST", "/v1/split", "200"),
        ("GET", "/v1/jobs", "200"),
        ("GET", "/v1/feed.json", "200"),
        ("GET", "/v1/briefs/00000000000000000000000000000000", "404"),
    ] {
        let body = if method == "POST" { article(1) } else { String::new() };
        let answer = server.send(method, path, "text/plain", &body).await;
        assert_eq!(&answer[9..12], expected, "{path}: {answer}");
    }
    server.end().await;
}
