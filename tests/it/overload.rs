//! A thousand large articles at once, at a server that makes 32 briefs at a time and lets nobody wait:
//! memory stays within what those 32 may take, and everybody gets an answer.
//!
//! The server is a process of its own, so that its memory is its own; Linux tells the most that it
//! ever held.

use std::fs;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{
    gateway::provider,
    process::{Serving, mujaz},
    provider::{Act, Stub},
};

const POSTS: usize = 1000;
const AT_ONCE: usize = 32;
const SIZE: usize = 2 << 20;
/// What the working set may grow by: four times what is being worked on, and what a thousand
/// connections and the rest take.
const BOUND: usize = AT_ONCE * 4 * SIZE + (32 << 20);

fn article() -> Vec<u8> {
    let paragraph =
        "قال المتحدث باسم الميناء ان السفن تصل تباعا وان العمل مستمر في الارصفة كلها.\n\n";
    let mut text = paragraph.repeat(SIZE / paragraph.len()).into_bytes();
    text.resize(SIZE, b' ');
    text
}

/// The most memory that a process ever held, in bytes.
fn peak(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// The status of one post; everything is sent before anything is read.
async fn post(address: String, body: &'static [u8]) -> u16 {
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let length = body.len();
    let head = format!(
        "POST /v1/briefs HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that has answered and closed its side may stop taking the rest.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let status = answer.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
    status.unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_large_posts_take_the_memory_of_those_that_are_worked_on() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Libre).await;
    let settings = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\nmax_briefs = {AT_ONCE}\nqueue = 0\nstate_dir = {:?}\n\
         [tasks]\ntranslate = [\"stand-in\"]\n{}",
        folder.path().join("state"),
        provider("stand-in", "libretranslate", &stub, "")
    );
    let config = folder.path().join("config.toml");
    fs::write(&config, settings).unwrap();
    let server = Serving::start(mujaz(&["serve", "--config", config.to_str().unwrap()])).await;
    let before = peak(server.pid());
    let body: &'static [u8] = Vec::leak(article());
    let mut posts = JoinSet::new();
    for _ in 0..POSTS {
        posts.spawn(post(server.address().to_owned(), body));
    }
    let answers = posts.join_all().await;
    let grown = peak(server.pid()) - before;
    let count = |status| answers.iter().filter(|one| **one == status).count();
    let (made, refused) = (count(200), count(503));
    println!("{made} made, {refused} refused, grown by {} MiB of {}", grown >> 20, BOUND >> 20);
    assert_eq!(made + refused, POSTS, "everybody is answered: {answers:?}");
    assert!(made >= 1 && refused >= 1);
    assert!(grown <= BOUND, "{grown} of {BOUND} bytes");
    server.end().await;
}
