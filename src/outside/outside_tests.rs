//! The door against those who would use it to reach inside: servers on loopback, names that lie.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// A server on loopback that answers every connection with the same bytes and counts them.
struct Server {
    port: u16,
    asked: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "the server ends with its test, see Drop")]
async fn server(answer: impl Into<Vec<u8>>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let (answer, count) = (answer.into(), asked.clone());
    let task = tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            count.fetch_add(1, Ordering::Relaxed);
            let mut request = vec![0; 16 * 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    Server { port, asked, task }
}

fn page(content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn moved(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

/// A look-up that answers its questions from a list, in order, and the last one again and again.
fn answers(lists: Vec<Vec<SocketAddr>>) -> (LookUp, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let look_up: LookUp = Arc::new(move |_| {
        let at = count.fetch_add(1, Ordering::Relaxed).min(lists.len() - 1);
        let answer = lists[at].clone();
        Box::pin(async move { Ok(answer) })
    });
    (look_up, asked)
}

fn at(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().unwrap(), 0)
}

fn public() -> Fetch {
    Fetch { enabled: true, ..Fetch::default() }
}

fn private() -> Fetch {
    Fetch { allow_private: true, ..public() }
}

#[tokio::test]
async fn nothing_is_brought_unless_fetching_is_enabled() {
    let (look_up, asked) = answers(vec![vec![at("93.184.215.14")]]);
    let door = Outside::with_look_up(&Fetch::default(), look_up);
    let error = door.get("http://news.example/").await.unwrap_err();
    assert!(error.to_string().contains("[fetch]"), "{error}");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_page_comes_with_its_content_type() {
    let server = server(page("text/html; charset=utf-8", "<p>خبر</p>")).await;
    let door = Outside::new(&private());
    let page = door.get(&format!("http://127.0.0.1:{}/a", server.port)).await.unwrap();
    assert_eq!(page.bytes, "<p>خبر</p>");
    assert_eq!(page.content_type, "text/html; charset=utf-8");
}

#[tokio::test]
async fn a_private_address_is_not_asked_in_any_notation() {
    let server = server(page("text/plain", "secret")).await;
    let door = Outside::new(&public());
    let hosts = [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0",
        "0",
        "169.254.169.254",
        "[fe80::1]",
        "100.64.0.1",
        "224.0.0.1",
        "１２７.０.０.１",
        "127。0。0。1",
    ];
    for host in hosts {
        let url = format!("http://{host}:{}/", server.port);
        assert_eq!(door.get(&url).await, Err(OutsideError::NotPublic), "{host}");
        let posted = door.post(&url, HeaderMap::new(), Bytes::new()).await;
        assert_eq!(posted.err(), Some(OutsideError::NotPublic), "{host}");
    }
    assert_eq!(server.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_even_beside_a_public_answer() {
    let server = server(page("text/plain", "secret")).await;
    for inside in ["127.0.0.1", "10.0.0.8", "::1", "::ffff:192.168.0.1", "169.254.169.254"] {
        let (look_up, _) = answers(vec![vec![at("93.184.215.14"), at(inside)]]);
        let door = Outside::with_look_up(&public(), look_up);
        let url = format!("http://news.example:{}/", server.port);
        assert_eq!(door.get(&url).await, Err(OutsideError::NotPublic), "{inside}");
    }
    let door = Outside::new(&public());
    let local = format!("http://localhost:{}/", server.port);
    assert_eq!(door.get(&local).await, Err(OutsideError::NotPublic));
    assert_eq!(server.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn metadata_stays_out_of_reach_even_where_private_networks_are_allowed() {
    let (look_up, _) = answers(vec![vec![at("169.254.169.254")]]);
    let door = Outside::with_look_up(&private(), look_up);
    assert_eq!(door.get("http://metadata.example/").await, Err(OutsideError::NotPublic));
    assert_eq!(door.get("http://169.254.169.254/").await, Err(OutsideError::NotPublic));
}

#[tokio::test]
async fn the_checked_answer_is_the_one_that_is_asked() {
    let server = server(page("text/plain", "خبر")).await;
    // Asked a second time, the name would lead elsewhere; one question is all there is.
    let (look_up, asked) = answers(vec![vec![at("127.0.0.1")], vec![at("169.254.169.254")]]);
    let door = Outside::with_look_up(&private(), look_up);
    let url = format!("http://rebinding.example:{}/", server.port);
    assert_eq!(door.get(&url).await.unwrap().bytes, "خبر");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    // The next request asks again, and is checked again.
    assert_eq!(door.get(&url).await, Err(OutsideError::NotPublic));
    assert_eq!(server.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn each_redirect_is_checked_like_the_first_address() {
    let inside = server(page("text/plain", "secret")).await;
    for to in [
        "http://169.254.169.254/latest",
        "http://[fe80::1]/",
        "file:///etc/passwd",
        "ftp://a.example/",
    ] {
        let outer = server(moved(to)).await;
        let door = Outside::new(&private());
        let error = door.get(&format!("http://127.0.0.1:{}/", outer.port)).await.unwrap_err();
        assert!(matches!(error, OutsideError::NotPublic | OutsideError::Address), "{to}: {error}");
    }
    // By name: the first answer serves the redirect, the second leads out of bounds.
    let outer = server(moved(&format!("http://second.example:{}/", inside.port))).await;
    let (look_up, _) = answers(vec![vec![at("127.0.0.1")], vec![at("169.254.169.254")]]);
    let door = Outside::with_look_up(&private(), look_up);
    let url = format!("http://first.example:{}/", outer.port);
    assert_eq!(door.get(&url).await, Err(OutsideError::NotPublic));
    assert_eq!(inside.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn redirects_are_followed_and_have_an_end() {
    let last = server(page("text/plain", "خبر")).await;
    let first = server(moved(&format!("http://127.0.0.1:{}/b", last.port))).await;
    let door = Outside::new(&private());
    let page = door.get(&format!("http://127.0.0.1:{}/a", first.port)).await.unwrap();
    assert_eq!((page.url.path(), page.url.port()), ("/b", Some(last.port)));
    let round = server(moved("/again")).await;
    let found = door.get(&format!("http://127.0.0.1:{}/", round.port)).await;
    assert_eq!(found, Err(OutsideError::Redirects));
    assert_eq!(round.asked.load(Ordering::Relaxed), 6);
}

#[tokio::test]
async fn a_page_beyond_its_bound_is_refused_declared_or_not() {
    let bounds = Fetch { max_bytes: 1024, ..private() };
    let door = Outside::new(&bounds);
    let declared =
        server("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 99999999\r\n\r\n")
            .await;
    let url = |server: &Server| format!("http://127.0.0.1:{}/", server.port);
    assert_eq!(door.get(&url(&declared)).await, Err(OutsideError::TooLarge));
    let endless = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n{}",
        "x".repeat(5000)
    );
    let endless = server(endless).await;
    assert_eq!(door.get(&url(&endless)).await, Err(OutsideError::TooLarge));
}

#[tokio::test]
async fn only_what_can_hold_an_article_is_taken() {
    let door = Outside::new(&private());
    for kind in ["image/png", "application/pdf", "application/octet-stream", "video/mp4", ""] {
        let server = server(page(kind, "x")).await;
        let found = door.get(&format!("http://127.0.0.1:{}/", server.port)).await;
        assert_eq!(found, Err(OutsideError::ContentType), "{kind}");
    }
    let gone =
        server("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let found = door.get(&format!("http://127.0.0.1:{}/", gone.port)).await;
    assert_eq!(found, Err(OutsideError::Status(404)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_left_after_the_timeout() {
    let (look_up, _) = answers(vec![vec![at("127.0.0.1")]]);
    let silent: LookUp = Arc::new(move |name| {
        let found = look_up(name);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            found.await
        })
    });
    let door = Outside::with_look_up(&private(), silent);
    assert_eq!(door.get("http://silent.example/").await, Err(OutsideError::TimedOut));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_anything_is_asked() {
    let (look_up, asked) = answers(vec![vec![at("127.0.0.1")]]);
    let door = Outside::with_look_up(&private(), look_up);
    let long = format!("http://a.example/{}", "x".repeat(9000));
    for url in [
        "",
        "news",
        "//a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://user@a.example/",
        "http://u:p@a.example/",
        "javascript:alert(1)",
        "http://",
        &long,
    ] {
        assert_eq!(door.get(url).await, Err(OutsideError::Address), "{url}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_webhook_is_sent_once_and_its_redirect_is_an_answer() {
    let receiver = server(moved("http://127.0.0.1:1/")).await;
    let door = Outside::new(&private());
    let mut headers = HeaderMap::new();
    headers.insert("x-signature", "abc".parse().unwrap());
    let url = format!("http://127.0.0.1:{}/hook", receiver.port);
    let reply = door.post(&url, headers, Bytes::from_static(b"{}")).await.unwrap();
    assert_eq!(reply.status, StatusCode::FOUND);
    assert_eq!(receiver.asked.load(Ordering::Relaxed), 1);
}
