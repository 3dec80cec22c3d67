//! Articles by their address, through both doors, from a page on loopback.

use axum::{body::Body, http::Request};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tower::ServiceExt;

use super::support::{gateway, process};

const PAGE: &str = "<html><head><title>أخبار</title></head><body><h1>افتتاح محطة جديدة لتنقية المياه</h1>\
    <p>عمان / 5 آذار /مارس/ (بترا) - افتتح وزير المياه اليوم محطة جديدة لتنقية المياه في شمال المدينة بحضور عدد من النواب.</p>\
    <h2>كلفة المحطة</h2><p>وقال الوزير إن كلفة المحطة بلغت ستة ملايين دينار دفع نصفها صندوق التنمية على ثلاث سنوات.</p>\
    <footer>جميع الحقوق محفوظة</footer></body></html>";

const OPEN: &str = "[fetch]\nenabled = true\nallow_private = true\n";

/// Answers every connection with this status and body until the test ends.
#[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
async fn serve(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/a", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    address
}

async fn split(config: &str, url: &str) -> (u16, serde_json::Value) {
    let body = serde_json::json!({ "url": url }).to_string();
    let request = Request::post("/v1/split").header("content-type", "application/json");
    let request = request.body(Body::from(body)).unwrap();
    let response = gateway::open(config).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn an_article_is_read_from_its_address() {
    let url = serve("200 OK", PAGE).await;
    let (status, read) = split(OPEN, &url).await;
    assert_eq!((status, &read["dateline"]["agency"]), (200, &"Petra".into()), "{read}");
    assert_eq!(read["sections"][1]["heading"], "كلفة المحطة");
}

#[tokio::test]
async fn fetching_is_off_until_it_is_enabled_and_says_so() {
    let url = serve("200 OK", PAGE).await;
    let (status, problem) = split("", &url).await;
    assert_eq!((status, &problem["type"]), (400, &"/problems/malformed-request".into()));
    assert!(problem["detail"].as_str().unwrap().contains("under [fetch]"), "{problem}");
}

#[tokio::test]
async fn an_address_inside_is_refused_and_what_stands_there_stays_untold() {
    let url = serve("200 OK", PAGE).await;
    for url in [url.as_str(), "http://169.254.169.254/latest/meta-data/", "http://[::1]:1/"] {
        let (status, problem) = split("[fetch]\nenabled = true\n", url).await;
        let told = problem["detail"].as_str().unwrap().to_owned();
        assert_eq!((status, told.contains("public")), (400, true), "{problem}");
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_is_the_other_servers_fault() {
    let url = serve("404 Not Found", "").await;
    let (status, problem) = split(OPEN, &url).await;
    assert_eq!((status, &problem["type"]), (502, &"/problems/fetch-failed".into()));
    assert!(problem["detail"].as_str().unwrap().contains("404"), "{problem}");
}

#[tokio::test]
async fn the_command_line_reads_an_address_too() {
    let url = serve("200 OK", PAGE).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, OPEN).unwrap();
    let config = file.path().to_str().unwrap();
    let output = process::mujaz(&["split", "--config", config, &url]).output().await.unwrap();
    let printed = process::printed(&output);
    assert!(output.status.success() && printed.contains("\"Petra\""), "{printed}");
    let output = process::mujaz(&["brief", &url]).output().await.unwrap();
    let printed = process::printed(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(printed.contains("[fetch]"), "{printed}");
}
