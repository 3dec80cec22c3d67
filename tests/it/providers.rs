//! A newsroom's providers through the whole gateway: LibreTranslate first, DeepL second, an article
//! in, a brief or one problem out. Every call is counted.

use std::time::Duration;

use axum::Router;
use tokio::time::Instant;

use crate::support::{
    gateway::{Reply, brief, open, provider},
    provider::{Act, Stub, after, body, status, throttled},
};

const ARTICLE: &str = include_str!("../../examples/port.txt");
/// Its closing task and one for each of its three sections.
const TASKS: usize = 4;

/// LibreTranslate first, DeepL second; more lines of TOML for the first.
fn pair(first: &Stub, second: &Stub, more: &str) -> Router {
    let tasks = "[server]\ndeadline = \"90s\"\n[tasks]\ntranslate = [\"basement\", \"deepl\"]\n";
    let first = provider("basement", "libretranslate", first, more);
    open(&format!("{tasks}{first}{}", provider("deepl", "deepl", second, "")))
}

fn lone(stub: &Stub, more: &str) -> Router {
    let tasks = "[server]\ndeadline = \"90s\"\n[tasks]\ntranslate = [\"basement\"]\n";
    open(&format!("{tasks}{}", provider("basement", "libretranslate", stub, more)))
}

fn assert_whole(reply: &Reply, by: &str) {
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.engines(), [("translate".to_owned(), by.to_owned())]);
    assert!(!reply.codes().contains(&"passage-missing".to_owned()), "{}", reply.text);
    let passages = reply.passages();
    assert!(passages.len() >= TASKS, "{passages:?}");
    assert!(passages.iter().all(|(text, sources)| !text.is_empty() && !sources.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_first_provider_that_works_makes_the_brief_alone() {
    let (first, second) = (Stub::always(Act::Libre).await, Stub::always(Act::DeepL).await);
    assert_whole(&brief(&pair(&first, &second, ""), ARTICLE).await, "basement");
    assert_eq!((first.hits(), second.hits()), (TASKS, 0));
}

#[tokio::test(start_paused = true)]
async fn when_the_first_fails_the_brief_comes_whole_from_the_second() {
    // One call at a time: the first task spends its three, and the breaker spares the others.
    for (more, calls) in [("max_in_flight = 1", 3), ("attempts = 1", TASKS)] {
        let (first, second) = (Stub::always(status(500)).await, Stub::always(Act::DeepL).await);
        let reply = brief(&pair(&first, &second, more), ARTICLE).await;
        assert_whole(&reply, "deepl");
        assert_eq!((first.hits(), second.hits()), (calls, TASKS), "{more}");
        let calls = reply.json()["usage"]["provider_calls"].as_u64().unwrap();
        assert_eq!(calls, (first.hits() + second.hits()) as u64, "every call is accounted for");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_wait_a_second_is_granted_where_there_is_nobody_else() {
    let stub = Stub::scripted([throttled(1)], Act::Libre).await;
    let (gateway, start) = (lone(&stub, ""), Instant::now());
    assert_whole(&brief(&gateway, ARTICLE).await, "basement");
    assert_eq!(stub.hits(), TASKS + 1);
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_millis(1500), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_wait_an_hour_goes_to_the_second_at_once() {
    let (first, second) = (Stub::always(throttled(3600)).await, Stub::always(Act::DeepL).await);
    let (gateway, start) = (pair(&first, &second, "max_in_flight = 1"), Instant::now());
    assert_whole(&brief(&gateway, ARTICLE).await, "deepl");
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
    assert_eq!((first.hits(), second.hits()), (1, TASKS), "the wish holds for every task");
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_wait_an_hour_with_nobody_else_is_passed_on_to_the_caller() {
    let stub = Stub::always(throttled(3600)).await;
    let (gateway, start) = (lone(&stub, ""), Instant::now());
    let reply = brief(&gateway, ARTICLE).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "3600"), "{}", reply.text);
    assert_eq!(reply.json()["providers"][0]["reason"], "throttled");
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
    assert_eq!(stub.hits(), TASKS, "all left before the first refusal came");
}

#[tokio::test(start_paused = true)]
async fn whatever_the_first_does_the_second_is_there_within_the_attempts_timeout() {
    let faults = [
        body("text/html", "<html>welcome to our hotel</html>"),
        body("application/json", ""),
        body("application/json", r#"{"translatedText":[]}"#),
        body("application/json", r#"{"translatedText":{"text":"?"}}"#),
        body("application/json", r#"{"error":"vendor words sk-VENDORKEY"}"#),
        status(503),
        status(401),
        Act::Truncate,
        Act::Close,
        Act::CutStream,
        Act::BadChunk,
        Act::Hang,
        Act::Stall,
        Act::Drip,
        Act::Endless,
    ];
    for fault in faults {
        let (first, second) = (Stub::always(fault.clone()).await, Stub::always(Act::DeepL).await);
        let gateway = pair(&first, &second, "timeout = \"5s\"\nattempts = 1");
        let start = Instant::now();
        let reply = brief(&gateway, ARTICLE).await;
        assert_whole(&reply, "deepl");
        assert_eq!((first.hits(), second.hits()), (TASKS, TASKS), "{fault:?}");
        assert!(start.elapsed() < Duration::from_millis(5500), "{fault:?} {:?}", start.elapsed());
        for theirs in ["hotel", "VENDOR", "127.0.0.1"] {
            assert!(!reply.text.contains(theirs), "{theirs} of {fault:?} reached the caller");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_says_nothing_is_given_up_and_one_that_thinks_is_waited_for() {
    let (first, second) = (Stub::always(Act::Hang).await, Stub::always(Act::DeepL).await);
    let (gateway, start) = (pair(&first, &second, ""), Instant::now());
    assert_whole(&brief(&gateway, ARTICLE).await, "deepl");
    assert_eq!(start.elapsed().as_secs(), 10, "`silence` is 10 s, `timeout` 60 s");
    assert_eq!((first.hits(), second.hits()), (TASKS, TASKS));

    let first = Stub::always(after(Duration::from_secs(40), Act::Libre)).await;
    let (gateway, start) = (pair(&first, &second, ""), Instant::now());
    assert_whole(&brief(&gateway, ARTICLE).await, "basement");
    assert_eq!((start.elapsed().as_secs(), first.hits(), second.hits()), (40, TASKS, TASKS));
}

/// Whether the caller is told to wait for as long as the breaker's first cool-down lasts still.
fn breaks_for(reply: &Reply) -> bool {
    reply.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=5).contains(&seconds))
}

#[tokio::test(start_paused = true)]
async fn when_both_are_down_one_problem_names_both_and_then_the_breaker_answers() {
    let (first, second) = (Stub::always(status(500)).await, Stub::always(Act::Close).await);
    let (gateway, start) = (pair(&first, &second, ""), Instant::now());
    let reply = brief(&gateway, ARTICLE).await;
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let mut problem = reply.json();
    assert_eq!(reply.header("retry-after"), problem["retry_after_s"].to_string());
    assert!(breaks_for(&reply), "{}", reply.text);
    problem["retry_after_s"] = "1 to 5".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&problem).unwrap());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?} of 90 s", start.elapsed());

    let (calls, again) = ((first.hits(), second.hits()), Instant::now());
    let reply = brief(&gateway, &ARTICLE.replace("450", "460")).await;
    assert!(reply.status == 503 && breaks_for(&reply), "{}", reply.text);
    assert_eq!(reply.json()["providers"].as_array().map(Vec::len), Some(2));
    assert!(again.elapsed() < Duration::from_millis(10), "at once: {:?}", again.elapsed());
    assert_eq!((first.hits(), second.hits()), calls, "and without a call");
}

#[tokio::test(start_paused = true)]
async fn two_that_hang_leave_one_problem_before_the_deadline() {
    let (first, second) = (Stub::always(Act::Hang).await, Stub::always(Act::Hang).await);
    let (gateway, start) = (pair(&first, &second, "silence = \"1h\""), Instant::now());
    let reply = brief(&gateway, ARTICLE).await;
    assert_eq!(reply.status, 502, "{}", reply.text);
    assert!(start.elapsed() < Duration::from_secs(90), "{:?}", start.elapsed());
    let reasons = reply.json()["providers"].clone();
    assert_eq!(
        (&reasons[0]["reason"], &reasons[1]["reason"]),
        (&"timeout".into(), &"timeout".into())
    );
    assert_eq!((first.hits(), second.hits()), (TASKS, TASKS));
}

/// An article of so many sections, no two alike.
fn sections(count: usize) -> String {
    let section = |n: usize| {
        format!(
            "*الملف رقم {n} في الخطة\n\nوقال مدير المشروع ان العمل في الموقع {n} بدأ هذا العام وسيستمر \
             حتى اكتمال المرحلة {n} من الخطة التي اعلنتها الوزارة.\n\n"
        )
    };
    let sections: String = (1..=count).map(section).collect();
    format!(
        "خطة العمل في المواقع\n\nاعلنت الوزارة خطة العمل الجديدة في المواقع كلها.\n\n{sections}"
    )
}

#[tokio::test(start_paused = true)]
async fn forty_sections_over_eight_calls_at_once_take_little_more_than_the_ideal_time() {
    let stub = Stub::always(after(Duration::from_millis(300), Act::Libre)).await;
    let (gateway, start) = (lone(&stub, "max_in_flight = 8"), Instant::now());
    let reply = brief(&gateway, &sections(40)).await;
    let took = start.elapsed();
    assert_whole(&reply, "basement");
    assert_eq!(reply.json()["sections"].as_array().map(Vec::len), Some(40));
    let calls = u64::try_from(stub.hits()).unwrap();
    assert_eq!(reply.json()["usage"]["provider_calls"], calls);
    assert_eq!(calls, 41, "40 sections and what closes them");
    let ideal = Duration::from_millis(40 / 8 * 300);
    assert!(took <= ideal.mul_f64(1.3), "{took:?} for an ideal of {ideal:?}");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_could_do_stays_visibly_missing_in_a_brief() {
    let refuses = |word, well| Act::Where(word, Box::new(status(422)), Box::new(well));
    let first = Stub::always(refuses("350", Act::Libre)).await;
    let second = Stub::always(refuses("350", Act::DeepL)).await;
    let reply = brief(&pair(&first, &second, ""), ARTICLE).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let missing: Vec<_> = reply.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"] == "passage-missing")
        .map(|finding| (finding["severity"].clone(), finding["sources"].clone()))
        .collect();
    assert!(!missing.is_empty(), "{}", reply.text);
    assert!(missing.iter().all(|(severity, _)| severity == "error"));
    assert!(missing.iter().any(|(_, sources)| sources.to_string().contains("s2.p")), "{missing:?}");
    assert_eq!((first.hits(), second.hits()), (TASKS, 1), "refused once by each");

    let passages = reply.passages();
    let gone = passages.iter().filter(|(text, _)| text.contains("could not be translated")).count();
    assert!(gone >= 1 && gone < passages.len(), "it is said in its place: {passages:?}");
    let again = brief(&pair(&first, &Stub::always(Act::DeepL).await, ""), ARTICLE).await;
    assert!(!again.codes().contains(&"passage-missing".to_owned()), "another could");
}
