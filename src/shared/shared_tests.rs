//! Leases, windows and quotas against a real server.

use std::num::{NonZeroU32, NonZeroU64};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, FakeRelativeClock},
    middleware::StateInformationMiddleware,
};

use super::{server::Redis, *};
use crate::{
    clock,
    telemetry::{Seen, Stage, Trace},
};

const PATIENT: Duration = Duration::from_secs(5);

fn patient() -> config::Shared {
    config::Shared {
        timeout: PATIENT,
        connect_timeout: PATIENT,
        lease: Duration::from_secs(1),
        store_text: true,
        ..config::Shared::default()
    }
}

async fn joined(redis: &Redis) -> Shared {
    let shared = Shared::at(&redis.url().into(), None, &patient()).unwrap();
    shared.join().await;
    assert_eq!(shared.state().unwrap().state, "up", "{:?}", shared.state());
    shared
}

async fn lease(shared: &Shared, key: u8) -> Lease {
    match shared.board(&[key; 32], &Seen::default(), std::future::pending()).await {
        Boarding::Leads(lease) => lease,
        other => panic!("it does not lead: {other:?}"),
    }
}

fn keeping<'a>(key: &'a [u8; 32], text: &'a [u8]) -> Keeping<'a> {
    Keeping { key, text, source: None, lifetime: Duration::from_secs(60) }
}

#[tokio::test]
async fn who_follows_gets_what_came_of_the_flight() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    let leading = lease(&one, 1).await;
    let seen = Seen::begin(Trace::begin());
    let following = other.board(&[1; 32], &seen, std::future::pending());
    let landing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        leading.land(b"outcome").await;
    };
    let (boarding, ()) = tokio::join!(following, landing);
    assert!(matches!(boarding, Boarding::Landed(outcome) if outcome == b"outcome"));
    assert!(!seen.took(Stage::Provider).is_zero(), "it waited as for a provider");
    lease(&other, 1).await;
}

#[tokio::test]
async fn a_lease_that_is_given_up_or_lapses_goes_to_one_who_waits() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    drop(lease(&one, 1).await);
    let first = lease(&other, 1).await;
    // Nobody renews it, as if its holder had been stopped.
    let second = lease(&one, 1).await;
    assert!(second.token() > first.token(), "tokens only grow");
    let mut look = redis.look();
    redis::cmd("FLUSHALL").exec(&mut look).unwrap();
    let third = lease(&one, 2).await;
    assert!(third.token() > second.token(), "even after a flush");
}

#[tokio::test]
async fn a_leader_that_was_held_up_puts_nothing_over_a_later_one() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    let (key, stale) = ([7; 32], lease(&one, 7).await);
    let later = lease(&other, 7).await;
    one.keep(keeping(&key, b"stale"), Some(&stale)).await;
    assert_eq!(one.answer(&key).await, None, "another one leads");
    other.keep(keeping(&key, b"later"), Some(&later)).await;
    later.land(b"").await;
    one.keep(keeping(&key, b"stale"), Some(&stale)).await;
    one.keep(keeping(&key, b"without a lease"), None).await;
    assert_eq!(one.answer(&key).await.as_deref(), Some(b"later".as_slice()));
    stale.land(b"stale").await;
}

#[tokio::test]
async fn work_that_goes_on_keeps_its_lease() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    let leading = lease(&one, 1).await;
    let work = leading.during(tokio::time::sleep(Duration::from_millis(2500)));
    let late = tokio::time::sleep(Duration::from_millis(2000));
    let seen = Seen::default();
    let (boarding, ()) = tokio::join!(other.board(&[1; 32], &seen, late), work);
    assert!(matches!(boarding, Boarding::TooLate), "two and a half leases later: {boarding:?}");
    leading.land(b"").await;
}

/// Sixty calls that all were let through so many seconds ago.
fn sixty(redis: &Redis, seconds: u64) {
    let mut look = redis.look();
    let (now, _): (u64, u64) = redis::cmd("TIME").query(&mut look).unwrap();
    let field = format!("1:{}", now - seconds);
    let name = Names::new("mujaz", None).of("turns", b"p");
    redis::cmd("HSET").arg(name).arg(field).arg(60).exec(&mut look).unwrap();
}

fn turns(shared: &Shared) -> Turns {
    Turns::new(shared, "p", [Some(60), None, None]).unwrap()
}

#[tokio::test]
async fn a_minute_that_is_full_lets_nobody_through_until_its_calls_are_out_of_it() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    sixty(&redis, 30);
    for shared in [&one, &other] {
        let given = turns(shared).reserve([1, 0, 0], Duration::from_secs(20)).await;
        let Given::Full(wait) = given else { panic!("{given:?}") };
        // 62 s after the beginning of their second, of which up to one has passed.
        assert!((30.5..=32.0).contains(&wait.as_secs_f64()), "{wait:?}");
    }
    let given = turns(&one).reserve([1, 0, 0], Duration::from_secs(60)).await;
    let Given::Turn(turn) = given else { panic!("{given:?}") };
    assert!(turn.at > clock::now() + Duration::from_secs(30), "it is reserved for then");
}

#[tokio::test]
async fn what_was_taken_together_still_counts_when_the_server_is_gone_and_when_it_is_flushed() {
    let Some(mut redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    let (mine, theirs) = (turns(&one), turns(&other));
    for _ in 0..60 {
        assert!(matches!(mine.reserve([1, 0, 0], Duration::ZERO).await, Given::Turn(_)));
    }
    // The other one learns of it by asking, or with its next heartbeat.
    assert!(matches!(theirs.reserve([1, 0, 0], Duration::ZERO).await, Given::Full(_)));
    let taken: u64 = theirs.seen(2).iter().map(|(_, amounts)| amounts[0]).sum();
    assert_eq!(taken, 60, "all that both took");
    redis::cmd("FLUSHALL").exec(&mut redis.look()).unwrap();
    let after = theirs.reserve([1, 0, 0], Duration::ZERO).await;
    assert!(matches!(after, Given::Full(_)), "flushed: {after:?}");
    redis.stop();
    assert_eq!(theirs.reserve([1, 0, 0], Duration::ZERO).await, Given::Away);
    theirs.note(clock::now(), [5, 0, 0]);
    redis.restart();
    while other.state().unwrap().state != "up" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(matches!(theirs.reserve([1, 0, 0], Duration::ZERO).await, Given::Full(_)));
    let taken: u64 = theirs.seen(1).iter().map(|(_, amounts)| amounts[0]).sum();
    assert_eq!(taken, 65, "with what was taken meanwhile");
}

#[tokio::test]
async fn a_bound_on_spending_holds_for_both_and_survives_a_flush() {
    let Some(mut redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    while one.state().unwrap().replicas != 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (mine, theirs) = (Sums::new(&one), Sums::new(&other));
    let date = jiff::civil::date(2026, 1, 18);
    let claim = |amount| vec![Claim { sum: "money".to_owned(), bound: Some(100), amount }];
    mine.at_least(date, "money", 40);
    assert_eq!(mine.claim(date, &claim(30)).await, Claimed::Held);
    assert_eq!(theirs.claim(date, &claim(31)).await, Claimed::Over(0));
    redis::cmd("FLUSHALL").exec(&mut redis.look()).unwrap();
    assert_eq!(mine.claim(date, &claim(31)).await, Claimed::Over(0), "after a flush");
    assert_eq!(theirs.claim(date, &claim(20)).await, Claimed::Held);
    redis.stop();
    // 90 are known to be spent; what one of two takes alone counts for both.
    assert_eq!(theirs.claim(date, &claim(0)).await, Claimed::Away);
    assert_eq!(other.shares(), 2);
    assert_eq!(theirs.claim(date, &claim(6)).await, Claimed::Over(0));
    assert_eq!(theirs.claim(date, &claim(5)).await, Claimed::Away);
    assert_eq!(theirs.claim(date, &claim(1)).await, Claimed::Over(0), "the share is used up");
    redis.restart();
    while other.state().unwrap().state != "up" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(theirs.claim(date, &claim(6)).await, Claimed::Over(0), "95 are spent");
    assert_eq!(theirs.claim(date, &claim(5)).await, Claimed::Held);
}

#[tokio::test]
async fn quotas_are_counted_as_governor_counts_them() {
    let Some(redis) = Redis::start() else { return };
    let shared = joined(&redis).await;
    for (per_minute, seed) in [(1, 1), (7, 2), (10, 3), (60, 4), (999, 5)] {
        let limit = NonZeroU32::new(per_minute).unwrap();
        let time = FakeRelativeClock::default();
        let governor = RateLimiter::direct_with_clock(Quota::per_minute(limit), time.clone())
            .with_middleware::<StateInformationMiddleware>();
        let limits = config::Limits { requests_per_minute: Some(limit), ..Default::default() };
        let mut random = fastrand::Rng::with_seed(seed);
        let (client, mut micros) = (per_minute.to_be_bytes(), 1_790_000_000_000_000_u64);
        for _ in 0..200 {
            let pass = random.u64(0..90_000_000 / u64::from(per_minute));
            micros += pass;
            time.advance(Duration::from_micros(pass));
            let entry = Entry::Request(None);
            let entered = shared.enter_at(&client, &limits, entry, Some(micros)).await.unwrap();
            match (governor.check(), entered) {
                (Ok(state), Entered::May { requests, .. }) => {
                    assert_eq!(requests, Some(u64::from(state.remaining_burst_capacity())));
                }
                (Err(until), Entered::Over(name, wait)) => {
                    let (wait, true_wait) = (wait.unwrap(), until.wait_time_from(time.now()));
                    assert_eq!(name, "requests");
                    assert!(wait.abs_diff(true_wait) <= Duration::from_micros(1), "{wait:?}");
                }
                (governor, entered) => panic!("{per_minute}: {governor:?} {entered:?}"),
            }
        }
    }
}

#[tokio::test]
async fn characters_and_days_are_counted_for_all_and_places_are_given_back() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (joined(&redis).await, joined(&redis).await);
    let limits = config::Limits {
        characters_per_minute: NonZeroU32::new(100),
        concurrent_briefs: NonZeroU32::new(1),
        daily_requests: NonZeroU64::new(3),
        daily_characters: NonZeroU64::new(150),
        ..config::Limits::default()
    };
    let enter = async |shared: &Shared, entry| shared.enter(b"desk", &limits, entry).await.unwrap();
    let over = |entered: Entered| match entered {
        Entered::Over(name, wait) => (name, wait.is_some()),
        may => panic!("{may:?}"),
    };
    let brief = Entry::Request(Some(Duration::from_secs(60)));
    let first = enter(&one, brief).await;
    assert!(matches!(&first, Entered::May { briefs: Some(0), daily_requests: Some(2), .. }));
    assert_eq!(over(enter(&other, brief).await), ("briefs".to_owned(), true));
    drop(first);
    let again = loop {
        match enter(&other, brief).await {
            Entered::Over(..) => tokio::time::sleep(Duration::from_millis(10)).await,
            may => break may,
        }
    };
    assert!(matches!(&again, Entered::May { daily_requests: Some(1), .. }), "{again:?}");
    enter(&one, Entry::Request(None)).await;
    assert_eq!(over(enter(&other, Entry::Request(None)).await).0, "daily-requests");
    let may = enter(&one, Entry::Characters(90)).await;
    assert!(matches!(may, Entered::May { characters: Some(10), today: 90, .. }), "{may:?}");
    assert_eq!(over(enter(&other, Entry::Characters(20)).await), ("characters".to_owned(), true));
    assert_eq!(over(enter(&other, Entry::Characters(101)).await).0, "daily-characters");
}
