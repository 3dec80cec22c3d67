//! The sixteen provider faults of the FailoverBench method, one test each, calls counted.
//!
//! The primary misbehaves as its scenario says and a second provider is healthy, unless the
//! scenario is about the primary alone.

use std::time::Duration;

use mujaz::dialect::FaultKind;
use tokio::time::{Instant, sleep};

use crate::support::{
    provider::{Act, Stub, after, body, status, throttled},
    road::{lone, pair, place, road, translate, who, within},
};

/// Runs one task over a primary that does this and a healthy second: who answered, the calls of
/// each and the seconds it took.
async fn scene(primary: impl IntoIterator<Item = Act>, then: Act) -> (String, usize, usize, u64) {
    let (first, second) = (Stub::scripted(primary, then).await, Stub::always(Act::Translate).await);
    let start = Instant::now();
    let outcome = pair(&first, &second).run(translate("نص"), within(90)).await;
    (who(&outcome).to_owned(), first.hits(), second.hits(), start.elapsed().as_secs())
}

fn by(who: &str, first: usize, second: usize, seconds: u64) -> (String, usize, usize, u64) {
    (who.to_owned(), first, second, seconds)
}

#[tokio::test(start_paused = true)]
async fn s01_throttled_once_with_a_wish() {
    let stub = Stub::scripted([throttled(2)], Act::Translate).await;
    let start = Instant::now();
    let outcome = lone(&stub, "").run(translate("نص"), within(90)).await;
    assert_eq!((who(&outcome), stub.hits(), start.elapsed().as_secs()), ("first", 2, 2));
}

#[tokio::test(start_paused = true)]
async fn s02_throttled_for_good() {
    assert_eq!(scene([], throttled(1)).await, by("second", 1, 1, 0));
    let stub = Stub::always(throttled(1)).await;
    let failure = lone(&stub, "").run(translate("نص"), within(90)).await.unwrap_err();
    assert_eq!((failure.reasons[0].kind, stub.hits()), (FaultKind::Throttled, 3));
}

#[tokio::test(start_paused = true)]
async fn s03_one_internal_error() {
    assert_eq!(scene([status(500)], Act::Translate).await, by("first", 2, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn s04_unavailable() {
    assert_eq!(scene([], status(503)).await, by("second", 3, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn s05_connection_reset() {
    assert_eq!(scene([Act::Close], Act::Translate).await, by("first", 2, 0, 0));
    assert_eq!(scene([], Act::Close).await, by("second", 3, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn s06_silence() {
    assert_eq!(scene([], Act::Hang).await, by("second", 1, 1, 10));
}

#[tokio::test(start_paused = true)]
async fn s07_a_slow_first_byte_is_waited_for() {
    let slow = after(Duration::from_secs(40), Act::Translate);
    assert_eq!(scene([], slow).await, by("first", 1, 0, 40));
}

#[tokio::test(start_paused = true)]
async fn s08_an_answer_cut_in_the_middle() {
    assert_eq!(scene([Act::CutStream], Act::Translate).await, by("first", 2, 0, 0));
    assert_eq!(scene([], Act::CutStream).await, by("second", 3, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn s09_an_answer_that_stalls() {
    assert_eq!(scene([], Act::Stall).await, by("second", 1, 1, 60));
}

#[tokio::test(start_paused = true)]
async fn s10_a_malformed_chunk() {
    assert_eq!(scene([], Act::BadChunk).await, by("second", 1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn s11_an_answer_without_its_end() {
    let unfinished = body("application/json", r#"{"texts":["en: n"#);
    assert_eq!(scene([], unfinished).await, by("second", 1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn s12_a_text_beyond_the_window() {
    assert_eq!(scene([], status(413)).await, by("second", 1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn s13_a_content_filter() {
    let filtered = body("application/json", r#"{"error":"filtered"}"#);
    assert_eq!(scene([], filtered).await, by("second", 1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn s14_a_request_that_is_refused_is_not_sent_there_twice() {
    let (first, second) = (Stub::always(status(400)).await, Stub::always(status(400)).await);
    let road = pair(&first, &second);
    for _ in 0..3 {
        let failure = road.run(translate("نص"), within(90)).await.unwrap_err();
        assert_eq!(failure.reasons[0].kind, FaultKind::Refused);
    }
    assert_eq!((first.hits(), second.hits()), (1, 1), "the refusal is remembered");
    road.run(translate("آخر"), within(90)).await.unwrap_err();
    assert_eq!((first.hits(), second.hits()), (2, 2), "for that text alone");
}

#[tokio::test(start_paused = true)]
async fn s15_a_flapping_primary_costs_no_answer() {
    let (first, second) = (Stub::always(Act::Translate).await, Stub::always(Act::Translate).await);
    let road = road(vec![place("first", &first, ""), place("second", &second, "")]);
    for n in 0..20 {
        first.turn_to(if n / 5 % 2 == 1 { status(503) } else { Act::Translate });
        let outcome = road.run(translate(&format!("نص {n}")), within(90)).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        sleep(Duration::from_secs(3)).await;
    }
    let (first, second) = (first.hits(), second.hits());
    assert!(second >= 10, "{second} answers of the second");
    assert!(first + second <= 20 + 10, "{first} + {second} calls for 20 tasks");
}

#[tokio::test(start_paused = true)]
async fn s16_accounting_agrees_with_what_arrived() {
    let stub = Stub::scripted([status(500), throttled(1)], Act::Translate).await;
    let road = lone(&stub, "usd_per_million_input_tokens = 1000\n");
    let done = road.run(translate("نص"), within(90)).await.unwrap();
    let usage = done.answered.usage;
    assert_eq!((usage.calls, usage.input_tokens, usage.output_tokens), (3, 10, 4));
    assert_eq!(done.cost_usd, Some(0.01));
    let totals = road.standing()[0].totals;
    assert_eq!((totals.calls, totals.faults, stub.hits()), (3, 2, 3));
}
