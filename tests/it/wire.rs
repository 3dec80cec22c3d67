//! The server on real sockets: what is slow, endless, too large or too many, and how it stops.
//!
//! Timeouts are real here, because paused time runs ahead of sockets; they are short, and no test
//! asks how long anything took: a connection that should be closed is waited for.

use std::{net::SocketAddr, time::Duration};

use mujaz::{config::Config, pipeline::Gateway, server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::timeout,
};

/// Longer than anything here takes; only a test that fails waits for it.
const FOR_EVER: Duration = Duration::from_secs(60);

/// A server on a free port of loopback.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinSet<std::io::Result<()>>,
}

async fn start(settings: &str) -> Running {
    let mut config: Config = toml::from_str(&format!("[server]\n{settings}")).unwrap();
    config.providers[0].path = Some("/nowhere/model.gguf".into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let state = server::State::new(Gateway::open(config).unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(server::serve(listener, state, async {
        let _ = stopped.await;
    }));
    Running { address, stop, serving }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Stops it and waits until it has stopped.
    async fn end(mut self) {
        self.stop.send(()).unwrap();
        timeout(FOR_EVER, self.serving.join_next()).await.unwrap().unwrap().unwrap().unwrap();
    }
}

/// A head that announces a body of so many bytes.
fn head(length: usize) -> String {
    format!("POST /v1/split HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n")
}

/// Everything until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    timeout(FOR_EVER, stream.read_to_end(&mut bytes)).await.expect("it is closed").unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One answer's head and as much of its body as came with it.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = timeout(FOR_EVER, stream.read_buf(&mut bytes)).await.unwrap().unwrap();
        assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn a_head_that_never_ends_is_hung_up_on() {
    let server = start("header_timeout = \"1s\"").await;
    for begun in
        ["", "P", "PRI * HTTP/2.0\r\n", "POST /v1/split HTTP/1.1\r\nhost: localhost\r\nx: "]
    {
        let mut stream = server.connect().await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        let said = rest(&mut stream).await;
        assert!(!said.contains("200"), "{begun:?} got {said}");
    }
    server.end().await;
}

#[tokio::test]
async fn a_connection_that_has_nothing_more_to_ask_is_closed() {
    let server = start("header_timeout = \"1s\"").await;
    let mut stream = server.connect().await;
    for _ in 0..2 {
        stream.write_all(HEALTH).await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"), "kept alive between");
    }
    assert_eq!(rest(&mut stream).await, "");
    server.end().await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_told_so() {
    let server = start("body_timeout = \"1s\"").await;
    let mut stream = server.connect().await;
    stream.write_all(format!("{}نص", head(5000)).as_bytes()).await.unwrap();
    let said = rest(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(said.contains("/problems/body-timeout"));
    server.end().await;
}

#[tokio::test]
async fn a_body_of_unknown_length_is_cut_off_at_the_bound() {
    let server = start("max_body_bytes = 4096").await;
    let mut stream = server.connect().await;
    let head = "POST /v1/split HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // Far more than is read; writing may fail once the server has had enough.
    for _ in 0..64 {
        if stream
            .write_all(&[b"1000\r\n".as_slice(), &[b'a'; 4096], b"\r\n"].concat())
            .await
            .is_err()
        {
            break;
        }
    }
    let said = rest(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    server.end().await;
}

#[tokio::test]
async fn who_is_refused_before_the_body_still_gets_the_answer() {
    let server = start("max_body_bytes = 4096").await;
    let mut stream = server.connect().await;
    stream.write_all(head(3_000_000).as_bytes()).await.unwrap();
    // A client that writes all of it before it reads, as most do.
    stream.write_all(&vec![b'a'; 3_000_000]).await.unwrap();
    let said = rest(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    server.end().await;
}

#[tokio::test]
async fn the_queue_is_full_before_any_body_is_read_and_health_stays_quick() {
    let server = start("max_briefs = 2\nqueue = 1").await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let mut stream = server.connect().await;
        // With `Expect`, the server says 100 when it begins to read the body: it has a place.
        let head = head(1000).replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 100"));
        waiting.push(stream);
    }
    let mut refused = server.connect().await;
    // Nothing of this body is ever sent.
    refused.write_all(head(2_000_000).as_bytes()).await.unwrap();
    let said = answer(&mut refused).await;
    assert!(said.starts_with("HTTP/1.1 503"), "{said}");
    assert!(said.contains("retry-after: 1"), "{said}");
    let mut health = server.connect().await;
    health.write_all(HEALTH).await.unwrap();
    assert!(answer(&mut health).await.starts_with("HTTP/1.1 200"));
    drop(waiting.pop());
    // The place is free once the server has seen that its client is gone.
    let free = async {
        loop {
            let mut stream = server.connect().await;
            stream.write_all(format!("{}a", head(1)).as_bytes()).await.unwrap();
            if answer(&mut stream).await.starts_with("HTTP/1.1 422") {
                return;
            }
        }
    };
    timeout(FOR_EVER, free).await.expect("a place that is given back is given again");
    drop(waiting);
    server.end().await;
}

#[tokio::test]
async fn heads_without_measure_are_refused_with_bounded_reading() {
    let server = start("").await;
    let mut stream = server.connect().await;
    let long = "x".repeat(1 << 20);
    let head = format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: {long}\r\n\r\n");
    // The server may hang up while this is being written.
    let _ = stream.write_all(head.as_bytes()).await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 431"));
    server.end().await;
}

#[tokio::test]
async fn http_2_is_spoken_on_the_same_port() {
    let server = start("").await;
    let mut stream = server.connect().await;
    let empty_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    stream.write_all(&empty_settings).await.unwrap();
    let mut frame = [0; 9];
    timeout(FOR_EVER, stream.read_exact(&mut frame)).await.unwrap().unwrap();
    assert_eq!(frame[3], 4, "the server's settings: {frame:?}");
    drop(stream);
    server.end().await;
}

#[tokio::test]
async fn stopping_finishes_what_is_in_hand_and_hangs_up_on_the_idle() {
    let server = start("").await;
    let mut idle = server.connect().await;
    idle.write_all(HEALTH).await.unwrap();
    answer(&mut idle).await;
    let mut busy = server.connect().await;
    let article = include_str!("../../examples/port.txt");
    let head = head(article.len()).replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
    busy.write_all(head.as_bytes()).await.unwrap();
    assert!(answer(&mut busy).await.starts_with("HTTP/1.1 100"));
    let Running { address, stop, mut serving } = server;
    stop.send(()).unwrap();
    assert_eq!(rest(&mut idle).await, "");
    busy.write_all(article.as_bytes()).await.unwrap();
    let said = rest(&mut busy).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    timeout(FOR_EVER, serving.join_next()).await.unwrap().unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn connections_beyond_their_number_wait_for_one_to_end() {
    let server = start("max_connections = 1").await;
    let mut first = server.connect().await;
    first.write_all(HEALTH).await.unwrap();
    answer(&mut first).await;
    let mut second = server.connect().await;
    second.write_all(HEALTH).await.unwrap();
    // The first still holds the only place; its second request is answered, so the server is at work.
    first.write_all(HEALTH).await.unwrap();
    answer(&mut first).await;
    let early = second.try_read(&mut [0; 1]);
    assert_eq!(early.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(first);
    assert!(answer(&mut second).await.starts_with("HTTP/1.1 200"));
    drop(second);
    server.end().await;
}

#[tokio::test]
async fn a_server_without_keys_is_not_opened_to_strangers() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let state = server::State::new(Gateway::open(Config::default()).unwrap());
    let refused = server::serve(listener, state, async {}).await.unwrap_err();
    assert!(refused.to_string().contains("mujaz key new"), "{refused}");
}
