//! The breaker on paused time.

use tokio::time::sleep;

use super::*;

fn fault(kind: FaultKind) -> Fault {
    Fault::new(kind, "failed")
}

fn wish(kind: FaultKind, seconds: u64) -> Fault {
    Fault { retry_after: Some(Duration::from_secs(seconds)), ..fault(kind) }
}

fn fail(breaker: &Breaker, fault: &Fault) {
    breaker.admit().expect("let through").failed(fault);
}

async fn seconds(count: u64) {
    sleep(Duration::from_secs(count)).await;
}

fn breaker() -> Breaker {
    Breaker::new(BreakerPolicy::default())
}

#[tokio::test(start_paused = true)]
async fn a_success_between_failures_keeps_it_open() {
    let breaker = breaker();
    for _ in 0..10 {
        fail(&breaker, &fault(FaultKind::Unavailable));
        fail(&breaker, &fault(FaultKind::Timeout));
        breaker.admit().expect("open").succeeded();
    }
    assert_eq!(breaker.health(), Health::Open);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_proves_that_the_provider_is_alive() {
    let breaker = breaker();
    for kind in [FaultKind::Refused, FaultKind::Filtered, FaultKind::TooLong] {
        fail(&breaker, &fault(FaultKind::Unavailable));
        fail(&breaker, &fault(FaultKind::Unavailable));
        fail(&breaker, &fault(kind));
    }
    assert_eq!(breaker.health(), Health::Open);
}

#[tokio::test(start_paused = true)]
async fn only_one_probe_goes_ahead_and_a_dropped_one_gives_its_place_up() {
    let breaker = breaker();
    (0..3).for_each(|_| fail(&breaker, &fault(FaultKind::Unreachable)));
    assert_eq!(breaker.admit().expect_err("shut").retry_after, Some(Duration::from_secs(5)));
    assert_eq!(breaker.opens(), None, "an outage is not waited for");
    seconds(5).await;

    let probe = breaker.admit().expect("a probe");
    assert_eq!(breaker.health(), Health::Probing);
    breaker.admit().expect_err("one probe at a time");
    assert!(breaker.opens().is_some(), "a probe is waited for");
    drop(probe);
    breaker.admit().expect("the next probe").succeeded();
    assert_eq!(breaker.health(), Health::Open);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_wish_never_shortens_a_longer_one() {
    let breaker = breaker();
    let (one, other) = (breaker.admit().expect("open"), breaker.admit().expect("open"));
    one.failed(&wish(FaultKind::Throttled, 60));
    other.failed(&wish(FaultKind::Throttled, 2));
    seconds(59).await;
    breaker.admit().expect_err("shut for a minute");
    seconds(1).await;
    let _all = [breaker.admit().expect("all go"), breaker.admit().expect("all go")];
}

#[tokio::test(start_paused = true)]
async fn throttling_without_a_time_doubles_and_a_wish_beyond_reason_is_bounded() {
    let breaker = breaker();
    for expected in [1, 2, 4] {
        fail(&breaker, &fault(FaultKind::Throttled));
        assert_eq!(breaker.opens(), Some(clock::now() + Duration::from_secs(expected)));
        seconds(expected).await;
    }
    fail(&breaker, &wish(FaultKind::Throttled, u64::MAX));
    assert_eq!(breaker.opens(), Some(clock::now() + BreakerPolicy::default().longest_wish));
}

#[tokio::test(start_paused = true)]
async fn an_outage_with_a_time_is_waited_for_as_told() {
    let breaker = breaker();
    fail(&breaker, &wish(FaultKind::Unavailable, 7));
    assert_eq!(breaker.opens(), Some(clock::now() + Duration::from_secs(7)));
}

#[tokio::test(start_paused = true)]
async fn calls_under_way_when_it_shut_do_not_lengthen_the_cool_down() {
    let breaker = breaker();
    let calls: Vec<_> = (0..10).map(|_| breaker.admit().expect("open")).collect();
    for call in calls {
        call.failed(&fault(FaultKind::Unavailable));
    }
    let Health::Shut(FaultKind::Unavailable, until) = breaker.health() else { panic!("not shut") };
    assert_eq!(until, clock::now() + Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn what_another_replica_found_shuts_it_and_a_probe_of_its_own_opens_it() {
    let breaker = breaker();
    let until = clock::now() + Duration::from_secs(30);
    breaker.heed(Hint::Shut { until, kind: FaultKind::Unavailable, probe: true });
    let sooner = clock::now() + Duration::from_secs(1);
    breaker.heed(Hint::Shut { until: sooner, kind: FaultKind::Unavailable, probe: true });
    assert_eq!(breaker.health(), Health::Shut(FaultKind::Unavailable, until), "never sooner");
    breaker.heed(Hint::Answers);
    let probe = breaker.admit().expect("a probe");
    breaker.admit().expect_err("one at a time: a hint opens nothing");
    probe.succeeded();
    assert_eq!(breaker.health(), Health::Open);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_must_mend_is_tried_again_by_a_probe() {
    for (kind, away) in [(FaultKind::Unauthorized, 60), (FaultKind::Quota, 600)] {
        let breaker = breaker();
        fail(&breaker, &fault(kind));
        seconds(away - 1).await;
        assert_eq!(breaker.admit().expect_err("shut").kind, kind);
        seconds(1).await;
        let _probe = breaker.admit().expect("a probe");
        breaker.admit().expect_err("one at a time");
    }
}
