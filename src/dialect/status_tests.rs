//! Every status and every way to ask for a wait.

use bytes::Bytes;
use http::HeaderName;
use proptest::prelude::*;

use super::*;

/// 2026-02-03T04:05:06Z
fn received() -> Timestamp {
    "2026-02-03T04:05:06Z".parse().unwrap()
}

fn answer(status: u16, headers: &[(&str, &str)]) -> WireAnswer {
    let headers = headers.iter().map(|(name, value)| {
        (HeaderName::try_from(*name).unwrap(), http::HeaderValue::try_from(*value).unwrap())
    });
    let body = Bytes::from_static(b"{\"error\":\"the key sk-123 is wrong\"}");
    WireAnswer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: headers.collect(),
        body,
        received: received(),
    }
}

fn wait_of(status: u16, headers: &[(&str, &str)]) -> Option<Duration> {
    refusal(&answer(status, headers)).retry_after
}

fn told(name: &str, value: &str) -> Option<Duration> {
    wait_of(429, &[(name, value)])
}

const fn s(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

const fn ms(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

#[test]
fn each_status_means_the_same_for_every_vendor() {
    let statuses = [
        200, 204, 301, 307, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 422, 425, 429,
        451, 456, 500, 501, 502, 503, 504, 520, 529, 999,
    ];
    let told: Vec<String> = statuses
        .iter()
        .map(|status| {
            let fault = refusal(&answer(*status, &[]));
            format!("{status} {}: {fault}", fault.kind.name())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_dialect_that_knows_better_keeps_the_wait_and_the_status() {
    let fault = refusal_as(FaultKind::Throttled, &answer(403, &[("retry-after", "7")]));
    assert_eq!((fault.kind, fault.retry_after), (FaultKind::Throttled, s(7)));
    assert_eq!(fault.detail, "it asks for fewer calls (status 403)");
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    assert_eq!(told("retry-after", "1"), s(1));
    assert_eq!(told("retry-after", " 3600 "), s(3600));
    assert_eq!(told("retry-after", "1.5"), ms(1500));
    assert_eq!(told("retry-after", "Tue, 03 Feb 2026 04:06:06 GMT"), s(60));
    assert_eq!(told("retry-after", "Tuesday, 03-Feb-26 04:06:06 GMT"), s(60));
    assert_eq!(told("retry-after", "Tue Feb  3 04:06:06 2026"), s(60));
}

#[test]
fn retry_after_holds_for_every_status() {
    assert_eq!(wait_of(503, &[("retry-after", "9")]), s(9));
    assert_eq!(wait_of(500, &[("retry-after-ms", "90")]), ms(90));
}

#[test]
fn milliseconds_are_read_as_such() {
    assert_eq!(told("retry-after-ms", "250"), ms(250));
    assert_eq!(told("x-ms-retry-after-ms", "1250"), ms(1250));
}

#[test]
fn a_window_resets_after_seconds_or_at_an_epoch() {
    let now = received().as_second();
    assert_eq!(told("x-ratelimit-reset", "12"), s(12));
    assert_eq!(told("x-ratelimit-reset", &(now + 42).to_string()), s(42));
    assert_eq!(told("x-ratelimit-reset", &((now + 42) * 1000 + 500).to_string()), ms(42_500));
    assert_eq!(told("x-rate-limit-reset", &(now + 5).to_string()), s(5));
    assert_eq!(told("ratelimit-reset", "30"), s(30));
}

#[test]
fn a_window_resets_after_a_written_duration() {
    assert_eq!(told("x-ratelimit-reset-tokens", "6m0s"), s(360));
    assert_eq!(told("x-ratelimit-reset-requests", "1s"), s(1));
    assert_eq!(told("x-ratelimit-reset-requests", "250ms"), ms(250));
    assert_eq!(told("x-ratelimit-reset-requests", "2m59.56s"), ms(179_560));
    assert_eq!(told("x-ratelimit-reset-requests", "1h0m1s"), s(3601));
}

#[test]
fn a_window_resets_at_a_moment() {
    assert_eq!(told("anthropic-ratelimit-requests-reset", "2026-02-03T04:05:36Z"), s(30));
    assert_eq!(told("anthropic-ratelimit-tokens-reset", "2026-02-03T05:05:36+01:00"), s(30));
}

#[test]
fn the_longest_wait_that_applies_is_taken() {
    let headers = [
        ("retry-after-ms", "500"),
        ("retry-after", "2"),
        ("x-ratelimit-reset-requests", "1s"),
        ("x-ratelimit-reset-tokens", "20s"),
    ];
    assert_eq!(wait_of(429, &headers), s(20));
}

#[test]
fn a_window_of_which_something_remains_does_not_apply() {
    let headers = [
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "1s"),
        ("x-ratelimit-remaining-tokens", "149000"),
        ("x-ratelimit-reset-tokens", "6m0s"),
        ("anthropic-ratelimit-tokens-remaining", "5"),
        ("anthropic-ratelimit-tokens-reset", "2026-02-03T05:05:06Z"),
    ];
    assert_eq!(wait_of(429, &headers), s(1));
}

#[test]
fn windows_count_only_where_calls_were_too_many() {
    assert_eq!(wait_of(500, &[("x-ratelimit-reset", "60")]), None);
    assert_eq!(wait_of(401, &[("ratelimit-reset", "60")]), None);
    assert_eq!(wait_of(456, &[("ratelimit-reset", "60")]), s(60));
}

#[test]
fn what_is_past_means_no_wait() {
    assert_eq!(told("retry-after", "-5"), s(0));
    assert_eq!(told("retry-after", "0"), s(0));
    assert_eq!(told("retry-after", "Tue, 03 Feb 2026 04:00:00 GMT"), s(0));
    assert_eq!(told("x-ratelimit-reset", "1100000000"), s(0));
    assert_eq!(told("anthropic-ratelimit-requests-reset", "2020-01-01T00:00:00Z"), s(0));
    assert_eq!(told("x-ratelimit-reset-requests", "-6m"), s(0));
}

#[test]
fn what_nobody_means_is_no_wait() {
    for absurd in ["soon", "", "NaN", "inf", "1e300", "99999999", "999999999999999999999"] {
        assert_eq!(told("retry-after", absurd), None, "{absurd}");
    }
    assert_eq!(told("x-ratelimit-reset", "9999-01-01T00:00:00Z"), None);
    assert_eq!(told("retry-after-ms", "1e18"), None);
}

#[test]
fn a_value_that_is_no_text_is_passed_over() {
    let mut answer = answer(429, &[("retry-after", "3")]);
    let value = http::HeaderValue::from_bytes(&[0xff]).unwrap();
    answer.headers.append("retry-after", value);
    assert_eq!(refusal(&answer).retry_after, s(3));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_status_and_header_is_read_within_bounds_and_told_in_our_words(
        status in 100u16..1000,
        value in "[ -~]{0,24}",
        name in prop::sample::select(vec!["retry-after", "retry-after-ms", "x-ratelimit-reset"]),
    ) {
        let answer = answer(status, &[(name, &value)]);
        let fault = refusal(&answer);
        prop_assert!(fault.retry_after.is_none_or(|wait| wait <= LONGEST));
        prop_assert!(!fault.detail.contains("sk-123"));
    }
}
