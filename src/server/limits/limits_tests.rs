//! Limits on paused time: what passes, what waits, and that the wait that is told is the true one.

use std::{
    net::{IpAddr, Ipv4Addr},
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

use axum::http::HeaderMap;

use super::*;

fn n(value: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(value)
}

fn holder(name: &str, limits: config::Limits) -> Identity {
    let key = Some("1a2b3c4d".to_owned());
    Identity { name: name.to_owned(), key, limits, ..Identity::anonymous() }
}

fn limits() -> Limits {
    Limits::new(config::Limits::default())
}

fn ten_a_minute() -> config::Limits {
    config::Limits { requests_per_minute: n(10), ..config::Limits::default() }
}

fn fields(visit: &Visit) -> String {
    let mut headers = HeaderMap::new();
    visit.write(&mut headers);
    let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    format!("{} | {}", text("ratelimit-policy"), text("ratelimit"))
}

#[tokio::test(start_paused = true)]
async fn ten_a_minute_gets_its_ten_and_then_a_wait_that_is_true_to_the_second() {
    let (limits, desk) = (limits(), holder("desk", ten_a_minute()));
    for _ in 0..10 {
        assert!(limits.enter(&desk, None, false).1.is_ok());
    }
    for _ in 0..3 {
        let problem = limits.enter(&desk, None, false).1.unwrap_err();
        let wait = problem.retry_after.unwrap();
        assert_eq!(wait, 6);
        tokio::time::sleep(Duration::from_secs(wait) - Duration::from_millis(1)).await;
        let early = limits.enter(&desk, None, false).1.unwrap_err();
        assert_eq!(early.retry_after, Some(1), "what is left is rounded up");
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(limits.enter(&desk, None, false).1.is_ok(), "after the wait that was told");
    }
}

#[tokio::test(start_paused = true)]
async fn every_answer_says_where_the_most_constrained_quota_stands() {
    let own = config::Limits {
        characters_per_minute: n(1000),
        concurrent_briefs: n(4),
        daily_requests: NonZeroU64::new(500),
        ..ten_a_minute()
    };
    let (limits, desk) = (limits(), holder("desk", own));
    let (first, entered) = limits.enter(&desk, None, true);
    entered.unwrap();
    let mut told = vec![fields(&first)];
    first.characters(&[b'a'; 900]).unwrap();
    told.push(fields(&first));
    let problem = first.characters(&[b'a'; 900]).unwrap_err();
    told.push(fields(&first));
    told.push(problem.detail);
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn one_holder_never_waits_for_another_and_a_name_shares_its_quota() {
    let limits = limits();
    let (desk, other) = (holder("desk", ten_a_minute()), holder("other", ten_a_minute()));
    let successor = Identity { key: Some("5e6f7a8b".to_owned()), ..desk.clone() };
    for _ in 0..10 {
        limits.enter(&desk, None, false).1.unwrap();
    }
    assert!(limits.enter(&successor, None, false).1.is_err(), "a new key is no new quota");
    assert!(limits.enter(&other, None, false).1.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_key_s_own_limit_goes_before_the_general_one() {
    let general = config::Limits { requests_per_minute: n(1), ..config::Limits::default() };
    let limits = Limits::new(general);
    let (favoured, plain) =
        (holder("favoured", ten_a_minute()), holder("plain", config::Limits::default()));
    assert!((0..10).all(|_| limits.enter(&favoured, None, false).1.is_ok()));
    limits.enter(&plain, None, false).1.unwrap();
    assert!(limits.enter(&plain, None, false).1.is_err());
}

#[tokio::test(start_paused = true)]
async fn without_keys_each_address_is_a_client_and_an_ipv6_network_is_one() {
    let limits = Limits::new(config::Limits { requests_per_minute: n(1), ..Default::default() });
    let anonymous = Identity::anonymous();
    let from = |address: &str| limits.enter(&anonymous, Some(address.parse().unwrap()), false).1;
    assert!(from("192.0.2.1").is_ok());
    assert!(from("192.0.2.2").is_ok());
    assert!(from("::ffff:192.0.2.1").is_err(), "the same address in another writing");
    assert!(from("2001:db8::1").is_ok());
    assert!(from("2001:db8::2:1").is_err(), "the same /64");
    assert!(from("2001:db8:0:1::1").is_ok());
}

#[tokio::test(start_paused = true)]
async fn briefs_at_once_are_given_back_when_the_last_of_a_visit_is_gone() {
    let own = config::Limits { concurrent_briefs: n(1), ..config::Limits::default() };
    let (limits, desk) = (limits(), holder("desk", own));
    let (first, entered) = limits.enter(&desk, None, true);
    entered.unwrap();
    assert!(limits.enter(&desk, None, false).1.is_ok(), "reading needs no place");
    let refused = limits.enter(&desk, None, true).1.unwrap_err();
    assert_eq!(refused.policies, ["briefs"]);
    let still = first.clone();
    drop(first);
    assert!(limits.enter(&desk, None, true).1.is_err());
    drop(still);
    assert!(limits.enter(&desk, None, true).1.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_day_s_quota_comes_back_at_midnight() {
    let own = config::Limits {
        daily_requests: NonZeroU64::new(2),
        daily_characters: NonZeroU64::new(100),
        ..config::Limits::default()
    };
    let (limits, desk) = (limits(), holder("desk", own));
    let (visit, _) = limits.enter(&desk, None, true);
    visit.characters("ثمانون حرفا".repeat(8).as_bytes()).unwrap();
    assert!(visit.characters(&[b'a'; 80]).is_err(), "88 of 100 are taken");
    limits.enter(&desk, None, true).1.unwrap();
    let wait = limits.enter(&desk, None, true).1.unwrap_err().retry_after.unwrap();
    assert!((1..=86_400).contains(&wait));
    tokio::time::sleep(Duration::from_secs(wait)).await;
    let (visit, entered) = limits.enter(&desk, None, true);
    entered.unwrap();
    visit.characters(&[b'a'; 100]).unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_can_never_pass_is_not_told_to_wait() {
    let own = config::Limits { characters_per_minute: n(100), ..config::Limits::default() };
    let (visit, _) = limits().enter(&holder("desk", own), None, true);
    let problem = visit.characters(&[b'a'; 101]).unwrap_err();
    assert_eq!((problem.kind.as_str(), problem.retry_after), ("/problems/over-quota", None));
    visit.characters(&[b'a'; 100]).unwrap();
    visit.characters(b"").unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_characters_waits_for_the_next_request_too() {
    let own = config::Limits {
        requests_per_minute: n(1),
        characters_per_minute: n(60),
        ..config::Limits::default()
    };
    let (visit, _) = limits().enter(&holder("desk", own), None, true);
    visit.characters(&[b'a'; 60]).unwrap();
    // One character more is there after a second, the next request after a minute.
    assert_eq!(visit.characters(b"a").unwrap_err().retry_after, Some(60));
}

#[tokio::test(start_paused = true)]
async fn addresses_are_forgotten_and_holders_of_keys_are_not() {
    let limits = Limits::new(ten_a_minute());
    let desk = holder("desk", config::Limits::default());
    for _ in 0..10 {
        limits.enter(&desk, None, false).1.unwrap();
    }
    for bits in 0..70_000 {
        let address = IpAddr::V4(Ipv4Addr::from_bits(bits));
        limits.enter(&Identity::anonymous(), Some(address), false).1.unwrap();
    }
    limits.addresses.run_pending_tasks();
    assert!(limits.addresses.entry_count() <= ADDRESSES);
    assert!(limits.enter(&desk, None, false).1.is_err(), "counts of a key outlive the crowd");
}
