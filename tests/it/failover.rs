//! What the road does when providers fail. Every test counts the calls that reached each of them.

use std::time::Duration;

use futures_util::future::join_all;
use mujaz::dialect::FaultKind;
use tokio::time::{Instant, sleep};

use crate::support::{
    provider::{Act, Stub, after, body, status, throttled},
    road::{english, lone, pair, place, road, translate, who, within},
};

#[tokio::test(start_paused = true)]
async fn a_failing_provider_is_tried_as_configured_then_the_next_one_answers() {
    let (first, second) = (Stub::always(status(500)).await, Stub::always(Act::Translate).await);
    let done = pair(&first, &second).run(translate("نص"), within(60)).await.unwrap();
    assert_eq!(english(&done), "en: نص");
    assert_eq!(done.answered.engine.provider, "second");
    assert_eq!((first.hits(), second.hits()), (3, 1));
    assert_eq!(done.answered.usage.calls, 4, "every call is accounted for");
}

#[tokio::test(start_paused = true)]
async fn a_short_wish_to_wait_is_granted_when_there_is_nobody_else() {
    let stub = Stub::scripted([throttled(1)], Act::Translate).await;
    let start = Instant::now();
    lone(&stub, "").run(translate("نص"), within(60)).await.unwrap();
    assert_eq!(stub.hits(), 2);
    let gap = stub.seen()[1].at - stub.seen()[0].at;
    assert!(gap >= Duration::from_secs(1), "waited {gap:?}");
    assert!(start.elapsed() < Duration::from_millis(1200), "and not much longer");
}

#[tokio::test(start_paused = true)]
async fn a_long_wish_to_wait_goes_to_the_next_provider_at_once() {
    let (first, second) = (Stub::always(throttled(3600)).await, Stub::always(Act::Translate).await);
    let (road, start) = (pair(&first, &second), Instant::now());
    for text in ["أ", "ب", "ج"] {
        assert_eq!(who(&road.run(translate(text), within(60)).await), "second");
    }
    assert_eq!((first.hits(), second.hits()), (1, 3), "the wish holds for every task");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_wish_beyond_the_deadline_fails_at_once_and_is_passed_on() {
    let (stub, start) = (Stub::always(throttled(3600)).await, Instant::now());
    let failure = lone(&stub, "").run(translate("نص"), within(60)).await.unwrap_err();
    assert_eq!(failure.retry_after.map(|wait| wait.as_secs().div_ceil(60)), Some(60));
    assert_eq!(failure.reasons[0].kind, FaultKind::Throttled);
    assert_eq!(stub.hits(), 1);
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_the_next_provider_is_there_within_the_attempts_timeout() {
    let faults = [
        (body("text/html", "<html>welcome</html>"), 1),
        (body("application/json", ""), 1),
        (body("application/json", r#"{"choices":[]}"#), 1),
        (Act::Truncate, 3),
        (Act::Close, 3),
        (Act::BadChunk, 1),
        (Act::CutStream, 3),
        (Act::Hang, 1),
        (Act::Stall, 1),
        (Act::Drip, 1),
        (Act::Endless, 1),
    ];
    for (fault, calls) in faults {
        let (first, second) =
            (Stub::always(fault.clone()).await, Stub::always(Act::Translate).await);
        let first_place = place("first", &first, "timeout = \"10s\"");
        let road = road(vec![first_place, place("second", &second, "")]);
        let start = Instant::now();
        let outcome = road.run(translate("نص"), within(60)).await;
        assert_eq!(who(&outcome), "second", "{fault:?}");
        assert_eq!((first.hits(), second.hits()), (calls, 1), "{fault:?}");
        assert!(start.elapsed() < Duration::from_secs(11), "{fault:?} took {:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn when_all_are_down_everyones_reason_is_told_and_the_breaker_answers_from_then_on() {
    let (first, second) = (Stub::always(status(500)).await, Stub::always(Act::Close).await);
    let (road, start) = (pair(&first, &second), Instant::now());
    let failure = road.run(translate("نص"), within(60)).await.unwrap_err();
    let reasons: Vec<_> = failure.reasons.iter().map(|r| (r.provider.as_str(), r.kind)).collect();
    assert_eq!(reasons, [("first", FaultKind::Unavailable), ("second", FaultKind::Unreachable)]);
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!((first.hits(), second.hits()), (3, 3));

    let again = Instant::now();
    let failure = road.run(translate("آخر"), within(60)).await.unwrap_err();
    assert_eq!(failure.reasons.len(), 2);
    assert!(failure.retry_after.is_some());
    assert!(again.elapsed() < Duration::from_millis(10), "at once");
    assert_eq!((first.hits(), second.hits()), (3, 3), "and without a call");
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_vendor_nor_a_key_nor_an_address_reaches_a_failure() {
    for fault in [status(401), status(400), status(500), Act::Close, Act::Truncate] {
        let stub = Stub::always(fault).await;
        let failure = lone(&stub, "").run(translate("سر"), within(60)).await.unwrap_err();
        let told = format!("{failure} {failure:?}");
        for secret in ["sk-", "vendor words", "127.0.0.1", "http", "سر"] {
            assert!(!told.contains(secret), "{secret} stands in {told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn providers_that_hang_until_the_deadline_leave_one_failure_before_it() {
    let (first, second) = (Stub::always(Act::Hang).await, Stub::always(Act::Hang).await);
    let start = Instant::now();
    let failure = pair(&first, &second).run(translate("نص"), within(90)).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(90));
    assert!(failure.reasons.iter().all(|reason| reason.kind == FaultKind::Timeout));
    assert_eq!((first.hits(), second.hits()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn after_the_cool_down_one_probe_goes_ahead_and_the_rest_wait_for_it() {
    let stub = Stub::scripted([status(500), status(500), status(500)], Act::Close).await;
    let road = lone(&stub, "");
    road.run(translate("نص"), within(60)).await.unwrap_err();
    assert_eq!(stub.hits(), 3);

    sleep(Duration::from_secs(6)).await;
    stub.turn_to(after(Duration::from_millis(700), Act::Translate));
    let texts = ["أ", "ب", "ج", "د", "ه"];
    let tasks = texts.map(|text| road.run(translate(text), within(60)));
    for outcome in join_all(tasks).await {
        assert_eq!(who(&outcome), "first", "{outcome:?}");
    }
    let seen = stub.seen();
    assert_eq!(seen.len(), 3 + 5);
    let ahead = seen[4].at - seen[3].at;
    assert!(ahead >= Duration::from_millis(700), "the others left {ahead:?} after the probe");
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_doubles_the_cool_down() {
    let stub = Stub::always(status(500)).await;
    let road = lone(&stub, "");
    road.run(translate("أ"), within(60)).await.unwrap_err();
    sleep(Duration::from_secs(6)).await;
    road.run(translate("ب"), within(60)).await.unwrap_err();
    assert_eq!(stub.hits(), 4, "one probe");
    sleep(Duration::from_secs(6)).await;
    road.run(translate("ج"), within(60)).await.unwrap_err();
    assert_eq!(stub.hits(), 4, "left alone for ten seconds now");
    sleep(Duration::from_secs(5)).await;
    stub.turn_to(Act::Translate);
    road.run(translate("د"), within(60)).await.unwrap();
    assert_eq!(stub.hits(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_used_up_quota_or_a_wrong_key_keeps_a_provider_away() {
    for (fault, away) in [(456, 500), (401, 50)] {
        let (first, second) =
            (Stub::always(status(fault)).await, Stub::always(Act::Translate).await);
        let road = pair(&first, &second);
        for text in ["أ", "ب", "ج"] {
            assert_eq!(who(&road.run(translate(text), within(60)).await), "second");
            sleep(Duration::from_secs(away / 3)).await;
        }
        assert_eq!((first.hits(), second.hits()), (1, 3), "status {fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_is_not_stormed() {
    let (first, second) = (Stub::always(status(503)).await, Stub::always(Act::Translate).await);
    let road = pair(&first, &second);
    let texts: Vec<_> = (0..200).map(|n| format!("نص {n}")).collect();
    let outcomes = join_all(texts.iter().map(|t| road.run(translate(t), within(120)))).await;
    assert!(outcomes.iter().all(|outcome| who(outcome) == "second"));
    assert!(first.hits() <= 16, "{} calls for 200 tasks", first.hits());
    assert_eq!(second.hits(), 200);
}
