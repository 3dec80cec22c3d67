//! What the road never exceeds and never does: limits, sizes, addresses, confidence.

use std::time::Duration;

use futures_util::future::join_all;
use mujaz::{
    dialect::{Auth, FaultKind},
    provider::{Call, Options, Place, Providers},
};
use tokio::time::Instant;

use crate::support::{
    plain::Plain,
    provider::{Act, Stub, after, status},
    road::{config, lone, pair, place, road, road_with, translate, who, within},
};

async fn run_many(road: &Providers, count: usize, seconds: u64) -> usize {
    let texts: Vec<_> = (0..count).map(|n| format!("نص {n}")).collect();
    let tasks = texts.iter().map(|text| road.run(translate(text), within(seconds)));
    join_all(tasks).await.iter().filter(|outcome| outcome.is_ok()).count()
}

/// The most calls that any 60 s saw.
fn busiest_minute(stub: &Stub) -> usize {
    let at: Vec<Instant> = stub.seen().iter().map(|seen| seen.at).collect();
    let within = |from: &Instant| {
        at.iter().filter(|at| **at >= *from && **at - *from < Duration::from_secs(60)).count()
    };
    at.iter().map(within).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn forty_sections_over_eight_calls_at_once_take_the_ideal_time() {
    let stub = Stub::always(after(Duration::from_millis(300), Act::Translate)).await;
    let (road, start) = (lone(&stub, "max_in_flight = 8"), Instant::now());
    assert_eq!(run_many(&road, 40, 60).await, 40);
    let (took, ideal) = (start.elapsed(), Duration::from_millis(5 * 300));
    assert!(took <= ideal.mul_f64(1.3), "{took:?} for an ideal of {ideal:?}");
    assert_eq!(stub.hits(), 40);
    assert_eq!(stub.connections().0, 8, "connections are used again");
}

#[tokio::test(start_paused = true)]
async fn no_minute_sees_more_calls_than_its_limit() {
    let stub = Stub::always(Act::Translate).await;
    let (road, start) = (lone(&stub, "requests_per_minute = 20"), Instant::now());
    assert_eq!(run_many(&road, 50, 300).await, 50);
    assert_eq!(stub.hits(), 50);
    assert_eq!(busiest_minute(&stub), 20);
    assert!(start.elapsed() < Duration::from_secs(130), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_wait_its_turn_goes_to_the_next_provider() {
    let (first, second) = (Stub::always(Act::Translate).await, Stub::always(Act::Translate).await);
    let limited = place("first", &first, "requests_per_minute = 5");
    let road = road(vec![limited, place("second", &second, "")]);
    let start = Instant::now();
    assert_eq!(run_many(&road, 12, 30).await, 12);
    assert_eq!((first.hits(), second.hits()), (5, 7));
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_wait_and_has_nobody_else_is_told_how_long() {
    let stub = Stub::always(Act::Translate).await;
    let road = lone(&stub, "requests_per_minute = 1");
    road.run(translate("أ"), within(30)).await.unwrap();
    let failure = road.run(translate("ب"), within(30)).await.unwrap_err();
    assert_eq!(failure.reasons[0].kind, FaultKind::Throttled);
    assert_eq!(failure.retry_after.map(|wait| wait.as_secs()), Some(61));
    assert_eq!(stub.hits(), 1);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_reserved_by_estimate_and_settled_by_use() {
    let stub = Stub::always(Act::Translate).await;
    // A call uses 14 tokens. Reserving takes fewer, so only settling keeps to the limit.
    let road = lone(&stub, "tokens_per_minute = 42");
    let start = Instant::now();
    for text in ["أ", "ب", "ج", "د"] {
        road.run(translate(text), within(300)).await.unwrap();
    }
    assert_eq!(stub.hits(), 4);
    assert!(start.elapsed() >= Duration::from_secs(60), "three fit, the fourth waits");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_end_is_cut_at_its_bound() {
    let stub = Stub::always(Act::Endless).await;
    let options = Options { max_answer_bytes: 1 << 20, ..Options::default() };
    let road = road_with(vec![place("first", &stub, "")], options);
    let failure = road.run(translate("نص"), within(60)).await.unwrap_err();
    assert_eq!(failure.reasons[0].kind, FaultKind::TooLarge);
    assert_eq!(stub.hits(), 1);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(stub.connections().1, 0, "it is not read on");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_measured_after_it_is_unpacked() {
    let stub = Stub::always(Act::Bomb).await;
    let failure = lone(&stub, "").run(translate("نص"), within(60)).await.unwrap_err();
    assert_eq!((failure.reasons[0].kind, stub.hits()), (FaultKind::TooLarge, 1));
}

#[tokio::test(start_paused = true)]
async fn a_redirect_elsewhere_is_not_followed() {
    let other = Stub::always(Act::Translate).await;
    for code in [301, 302, 303, 307, 308] {
        let to = format!("{}/do", other.url);
        let stub = Stub::always(Act::Status(code, vec![("location", to)], String::new())).await;
        let failure = lone(&stub, "").run(translate("نص"), within(60)).await.unwrap_err();
        assert_eq!(failure.reasons[0].kind, FaultKind::NotFound);
        assert_eq!((stub.hits(), other.hits()), (1, 0), "the key stays here, {code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_within_the_host_keeps_the_request() {
    let to = vec![("location", "/root/v2/do".to_owned())];
    let stub = Stub::scripted([Act::Status(307, to, String::new())], Act::Translate).await;
    lone(&stub, "").run(translate("نص"), within(60)).await.unwrap();
    let seen = stub.seen();
    assert!(seen[1].head.starts_with("POST /root/v2/do "));
    assert!(seen[1].head.contains("authorization: Bearer sk-OURKEY"));
    assert_eq!(seen[0].body, seen[1].body);
}

#[tokio::test(start_paused = true)]
async fn the_key_goes_where_the_dialect_says() {
    let cases = [
        (Auth::None, ""),
        (Auth::Bearer, "authorization: Bearer sk-OURKEY\r\n"),
        (Auth::Header("x-key", ""), "x-key: sk-OURKEY\r\n"),
        (Auth::NamedHeader("x-mine".into(), "Key ".into()), "x-mine: Key sk-OURKEY\r\n"),
        (Auth::Query("key"), "POST /root/do?key=sk-OURKEY "),
        (Auth::JsonField("api_key"), r#""api_key":"sk-OURKEY""#),
    ];
    for (auth, wanted) in cases {
        let stub = Stub::always(Act::Translate).await;
        let dialect = Box::new(Plain { auth: auth.clone(), ..Plain::default() });
        let key = Some("sk-OURKEY".to_owned().into());
        let road = road(vec![Place::remote(config("first", &stub, ""), dialect, key)]);
        road.run(translate("نص"), within(60)).await.unwrap();
        let seen = format!("{}\r\n{}", stub.seen()[0].head, stub.seen()[0].body);
        assert!(seen.contains(wanted), "{auth:?}: {seen}");
        assert_eq!(seen.matches("sk-OURKEY").count(), usize::from(auth != Auth::None), "{auth:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn plain_http_beyond_loopback_is_refused_unless_allowed() {
    let stub = Stub::always(Act::Translate).await;
    let mut config = config("first", &stub, "");
    config.base_url = Some("http://translate.example.invalid".to_owned());
    let road = road(vec![Place::remote(config, Box::<Plain>::default(), None)]);
    let failure = road.run(translate("نص"), within(60)).await.unwrap_err();
    assert_eq!(failure.reasons[0].kind, FaultKind::NotFound);
    assert!(failure.to_string().contains("allow_http"));
}

#[tokio::test(start_paused = true)]
async fn confidential_text_goes_only_where_it_may() {
    let (open, trusted) = (Stub::always(Act::Translate).await, Stub::always(Act::Translate).await);
    let marked = place("second", &trusted, "confidential = true");
    let road = road(vec![place("first", &open, ""), marked]);
    for _ in 0..2 {
        let call = Call { confidential: true, ..within(60) };
        assert_eq!(who(&road.run(translate("سر"), call).await), "second");
    }
    assert_eq!((open.hits(), trusted.hits()), (0, 2), "and nothing is kept");

    let call = Call { confidential: true, ..within(60) };
    let failure = lone(&open, "").run(translate("سر"), call).await.unwrap_err();
    assert!(failure.to_string().contains("confidential"), "{failure}");
    assert_eq!(open.hits(), 0);
}

#[tokio::test(start_paused = true)]
async fn standing_tells_who_is_left_alone() {
    use mujaz::provider::Health;
    let (first, second) = (Stub::always(status(500)).await, Stub::always(Act::Translate).await);
    let road = pair(&first, &second);
    road.run(translate("نص"), within(60)).await.unwrap();
    let standing = road.standing();
    assert!(matches!(standing[0].health, Health::Shut(FaultKind::Unavailable, _)));
    assert_eq!(standing[1].health, Health::Open);
    assert_eq!((standing[0].totals.faults, standing[1].totals.calls), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_check_calls_each_provider_once_whatever_its_breaker_says() {
    let (first, second) = (Stub::always(status(401)).await, Stub::always(Act::Translate).await);
    let road = pair(&first, &second);
    for calls in 1..3 {
        let checked = road.check(Duration::from_secs(5)).await;
        assert_eq!(checked[0].outcome.as_ref().unwrap_err().kind, FaultKind::Unauthorized);
        assert_eq!(checked[1].outcome, Ok(Some("plain-1".to_owned())));
        assert_eq!((first.hits(), second.hits()), (calls, calls));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unusually_slow_call_gets_a_second_beside_it_only_where_asked() {
    let (usual, slow) = (Duration::from_millis(100), Duration::from_secs(30));
    for (more, calls, took) in [("hedge = true", 2, 200), ("", 1, 30_000)] {
        let first = vec![after(usual, Act::Translate); 20];
        let stub = Stub::scripted(first, after(usual, Act::Translate)).await;
        let road = lone(&stub, more);
        assert_eq!(run_many(&road, 20, 60).await, 20);
        stub.turn_to_once(after(slow, Act::Translate));
        let start = Instant::now();
        road.run(translate("بطيء"), within(60)).await.unwrap();
        assert_eq!((stub.hits() - 20, start.elapsed().as_millis() / 10 * 10), (calls, took));
    }
}

#[tokio::test(start_paused = true)]
async fn a_used_up_budget_is_a_clear_reason_and_no_call_until_tomorrow() {
    let (paid, free) = (Stub::always(Act::Translate).await, Stub::always(Act::Translate).await);
    // A call costs ten tokens of a thousandth of a dollar; the estimate is below that.
    let priced = "usd_per_million_input_tokens = 1000.0";
    let options = Options { daily_usd: Some(0.03), ..Options::default() };
    let road = road_with(vec![place("first", &paid, priced)], options.clone());
    for text in ["أ", "ب", "ج"] {
        let _ = road.run(translate(text), within(60)).await;
    }
    let failure = road.run(translate("د"), within(60)).await.unwrap_err();
    assert_eq!(failure.reasons[0].kind, FaultKind::Quota);
    assert!(failure.to_string().contains("budget.daily_usd"), "{failure}");
    let calls = paid.hits();
    assert!(road.micro_usd_today() <= 30_000, "{}", road.micro_usd_today());
    tokio::time::sleep(failure.retry_after.unwrap()).await;
    road.run(translate("د"), within(60)).await.unwrap();
    assert_eq!(paid.hits(), calls + 1, "tomorrow is another day");

    let both = vec![place("first", &paid, priced), place("second", &free, "")];
    let empty = Options { daily_usd: Some(0.0), ..Options::default() };
    let outcome = road_with(both, empty).run(translate("ه"), within(60)).await;
    assert_eq!((who(&outcome), free.hits()), ("second", 1), "the next provider costs nothing");
}
