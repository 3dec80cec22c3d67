//! A language model that summarizes, through the whole gateway: what it says is data, and every way
//! in which it can go wrong is counted in calls.

use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{
    gateway::{Reply, brief, open, post, provider},
    provider::{Act, Stub, body},
};

const ARTICLE: &str = "الميناء يستقبل سفن الموسم\n\nاستقبل ميناء المدينة خلال الموسم الماضي سفنا محملة \
                       بالقمح والشعير من دول عدة.\n\nوما زالت سفن تقف خارج الميناء في انتظار دورها.\n\n\
                       *راي الادارة\n\nوقالت ادارة الميناء ان العمل مستمر في الارصفة كلها.\n";

/// `first`, then `second`, for every task; more lines of TOML for each.
fn models(first: (&Stub, &str), second: (&Stub, &str)) -> Router {
    let tasks = "[server]\ndeadline = \"90s\"\n[tasks]\ntranslate = [\"first\", \"second\"]\n\
                 summarize = [\"first\", \"second\"]\n";
    let entry = |name, (stub, more): (&Stub, &str)| {
        provider(name, "openai", stub, &format!("model = \"stand-in\"\n{more}"))
    };
    open(&format!("{tasks}{}{}", entry("first", first), entry("second", second)))
}

fn by(tasks: &[&str], provider: &str) -> Vec<(String, String)> {
    tasks.iter().map(|task| ((*task).to_owned(), provider.to_owned())).collect()
}

fn assert_whole(reply: &Reply) {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let brief = reply.json();
    assert_eq!(brief["headline"], "Port receives ships of the season");
    assert_eq!(brief["sections"][1]["heading"], "The management's view");
    let sources: Vec<Vec<String>> = reply.passages().into_iter().map(|(_, ids)| ids).collect();
    assert_eq!(sources, [["s0.p0"], ["s0.p0"], ["s0.p1"], ["s1.p0"]], "{}", reply.text);
    let errors: Vec<&Value> = brief["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[tokio::test(start_paused = true)]
async fn sections_are_written_first_then_headline_and_summary_from_them() {
    for more in ["", "stream = false", "json_schema = false"] {
        let (first, second) = (Stub::always(Act::Chat).await, Stub::always(Act::Chat).await);
        let reply = brief(&models((&first, more), (&second, "")), ARTICLE).await;
        assert_whole(&reply);
        assert_eq!(reply.engines(), by(&["headline", "summarize"], "first"));
        assert_eq!((first.hits(), second.hits()), (3, 0), "two sections and what closes them");
        let usage = &reply.json()["usage"];
        assert_eq!((&usage["input_tokens"], &usage["output_tokens"]), (&json!(300), &json!(60)));
        let last = &first.seen()[2].body;
        assert!(last.contains("loaded with wheat"), "the sections' English is what it reads");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_goes_to_the_next_provider() {
    let declines = Act::Says("I'm sorry, but I can't help with that.".to_owned());
    let (first, second) = (Stub::always(declines).await, Stub::always(Act::Chat).await);
    let reply = brief(&models((&first, ""), (&second, "")), ARTICLE).await;
    assert_whole(&reply);
    assert_eq!(reply.engines(), by(&["headline", "summarize"], "second"));
    assert_eq!((first.hits(), second.hits()), (3, 3), "each task is refused once");
    assert!(!reply.text.contains("sorry"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_none_is_asked_for_once_more_then_another_is_asked() {
    let preamble = r#"Here is the brief: {"heading": null, "passages": []}"#;
    let stranger = r#"{"heading": null, "passages": [{"text": "Ships.", "sources": ["s9.p9"]}]}"#;
    let empty = r#"{"heading": null, "passages": []}"#;
    let arabic = r#"{"heading": null, "passages": [{"text": "سفن", "sources": ["s0.p0"]}]}"#;
    for wrong in [preamble, stranger, empty, arabic] {
        let says = || Act::Says(wrong.to_owned());
        let first = Stub::scripted([says()], Act::Chat).await;
        let second = Stub::always(Act::Chat).await;
        let reply = brief(&models((&first, "max_in_flight = 1"), (&second, "")), ARTICLE).await;
        assert_whole(&reply);
        assert_eq!((first.hits(), second.hits()), (4, 0), "once more, not more: {wrong}");
        let told = first.seen().iter().filter(|one| one.body.contains("not accepted")).count();
        assert_eq!(told, 1, "and is told what was wrong");

        let first = Stub::always(says()).await;
        let reply = brief(&models((&first, ""), (&second, "")), ARTICLE).await;
        assert_whole(&reply);
        assert_eq!(
            (first.hits(), second.hits()),
            (6, 3),
            "each task twice, then the next: {wrong}"
        );
        for theirs in ["Here is", "s9.p9"] {
            assert!(!reply.text.contains(theirs), "{theirs} reached the caller");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_story_in_confidence_goes_only_to_providers_marked_for_it() {
    let (open, marked) = (Stub::always(Act::Chat).await, Stub::always(Act::Chat).await);
    let secret = json!({"text": ARTICLE, "confidential": true}).to_string();
    let gateway = models((&open, ""), (&marked, "confidential = true"));
    for calls in [3, 6] {
        let reply = post(&gateway, "application/json", secret.clone()).await;
        assert_whole(&reply);
        assert_eq!((open.hits(), marked.hits()), (0, calls), "and nothing of it is kept");
    }

    let gateway = models((&open, ""), (&open, ""));
    let reply = post(&gateway, "application/json", secret).await;
    assert_eq!(reply.status, 502, "{}", reply.text);
    assert!(reply.text.contains("confidential"), "{}", reply.text);
    assert_eq!(open.hits(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_on_a_story_in_confidence_stops_paying() {
    let stub = Stub::always(Act::Mute).await;
    let gateway = models((&stub, "confidential = true"), (&stub, "confidential = true"));
    let secret = json!({"text": ARTICLE, "confidential": true}).to_string();
    let soon = Duration::from_secs(3);
    assert!(timeout(soon, post(&gateway, "application/json", secret)).await.is_err());
    sleep(Duration::from_millis(10)).await;
    let (opened, open) = stub.connections();
    assert_eq!((opened, open, stub.hits()), (2, 0, 2), "a section each, and both are closed");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_nobody_finishes_is_closed_at_the_deadline() {
    let stub = Stub::always(Act::Mute).await;
    let tasks = "[server]\ndeadline = \"5s\"\n[tasks]\ntranslate = [\"first\"]\n";
    let gateway = open(&format!("{tasks}{}", provider("first", "openai", &stub, "model = \"m\"")));
    let start = Instant::now();
    let reply = brief(&gateway, ARTICLE).await;
    assert_eq!((reply.status, start.elapsed().as_secs()), (502, 4), "{}", reply.text);
    sleep(Duration::from_millis(100)).await;
    assert_eq!((stub.connections().1, stub.hits()), (0, 3), "nothing is paid for after it");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_badly_is_no_answer() {
    let events = |text: &str| body("text/event-stream", text);
    let good = r#"data: {"choices":[{"index":0,"delta":{"content":"{}"},"finish_reason":null}]}"#;
    let error = r#"data: {"error":{"message":"vendor words","code":"server_error"}}"#;
    let ends = [
        events(&format!("{good}\n\n")),
        events(&format!("{good}\n\n{error}\n\n")),
        events("data: {\"choices\":[{\n\n"),
        events(": nothing but comments\n\n"),
        events("data: [DONE]\n\n"),
        Act::CutStream,
        Act::BadChunk,
    ];
    for end in ends {
        let (first, second) = (Stub::always(end.clone()).await, Stub::always(Act::Chat).await);
        let reply = brief(&models((&first, "attempts = 1"), (&second, "")), ARTICLE).await;
        assert_whole(&reply);
        assert_eq!((first.hits(), second.hits()), (3, 3), "{end:?}");
        assert!(!reply.text.contains("vendor words"), "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_falls_silent_is_closed_at_its_timeout_and_the_next_provider_asked() {
    let (first, second) = (Stub::always(Act::Mute).await, Stub::always(Act::Chat).await);
    let start = Instant::now();
    let reply = brief(&models((&first, "timeout = \"5s\""), (&second, "")), ARTICLE).await;
    assert_whole(&reply);
    assert!(start.elapsed() <= Duration::from_secs(11), "{:?}", start.elapsed());
    sleep(Duration::from_millis(10)).await;
    assert_eq!((first.connections().1, first.hits(), second.hits()), (0, 3, 3));
}
