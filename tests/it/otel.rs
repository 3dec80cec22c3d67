//! Spans at a collector: an HTTP listener of the test's own that takes what OTLP posts.

use crate::support::{
    gateway::service,
    process::{Serving, mujaz},
    provider::{Act, Stub, body},
    served::article,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_its_calls_are_spans_of_the_trace_that_it_came_with() {
    let provider = Stub::always(Act::Translate).await;
    let collector = Stub::always(body("application/x-protobuf", "")).await;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let text = format!(
        "[server]\nstate_dir = {:?}\n[telemetry]\notlp_endpoint = \"{}\"\n[tasks]\ntranslate = \
         [\"stand-in\"]\n{}max_texts = 50\n",
        folder.path().join("state"),
        collector.url,
        service("stand-in", &provider, "")
    );
    std::fs::write(&config, text).unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()];
    let serving = Serving::start(mujaz(&arguments)).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let headers = [("content-type", "text/plain"), ("traceparent", parent.as_str())];
    let answer = serving.send_with("POST", "/v1/briefs", &headers, &article(5)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let sent = provider.seen()[0].head.clone();
    // What is left is sent before the process ends.
    serving.stop().await;
    let posts = collector.seen();
    assert!(!posts.is_empty(), "the collector heard nothing");
    assert!(posts.iter().all(|post| post.head.starts_with("POST /root/v1/traces ")), "{posts:?}");
    let heard: String = posts.iter().map(|post| post.body.as_str()).collect();
    for word in ["mujaz", "request", "attempt", "stand-in", "/v1/briefs", "answered"] {
        assert!(heard.contains(word), "{word}");
    }
    assert!(!heard.contains("الميناء") && !heard.contains("en: "), "no word of the article");
    let id = |text: &str| {
        let (_, rest) = text.split_once("traceparent: 00-").unwrap();
        (rest[..32].to_owned(), rest[33..49].to_owned())
    };
    assert_eq!(id(&sent).0, trace, "the provider is told the same trace: {sent}");
    assert_eq!(id(&answer).0, trace);
}
