//! Windows and turns on paused time.

use proptest::prelude::*;

use super::*;

fn limits(more: &str) -> Limits {
    let config: ProviderConfig =
        toml::from_str(&format!("name = \"p\"\nkind = \"deepl\"\n{more}")).expect("a provider");
    Limits::new(&config, config.max_in_flight, &Shared::alone())
}

fn letters(characters: u64) -> Need {
    Need { tokens: 0, characters }
}

fn soon() -> Instant {
    clock::now() + Duration::from_secs(600)
}

proptest! {
    #[test]
    fn no_window_holds_more_than_its_limit(
        limit in 1_u32..50,
        asked in prop::collection::vec((0_u64..20, 0_u64..20_000), 1..60),
    ) {
        let mut window = Window::new(Some(u64::from(limit)));
        let (start, mut now) = (clock::now(), clock::now());
        let mut given: Vec<(Instant, u64)> = Vec::new();
        for (amount, gap) in asked {
            now += Duration::from_millis(gap);
            let at = window.earliest(now, amount);
            window.log(at, amount);
            prop_assert!(at >= now && given.last().is_none_or(|&(last, _)| last <= at));
            given.push((at, amount));
        }
        for &(from, first) in &given {
            let within = |at: Instant| at >= from && at < from + Duration::from_secs(60);
            let seen: u64 = given.iter().filter(|(at, _)| within(*at)).map(|(_, a)| a).sum();
            let whole = seen.saturating_sub(first) == 0 || seen <= u64::from(limit);
            prop_assert!(whole, "{seen} of {limit} from {:?}", from - start);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn turns_are_given_in_the_order_asked_for() {
    let limits = limits("characters_per_minute = 100");
    let start = clock::now();
    let mut moments = Vec::new();
    for amount in [60, 60, 30] {
        drop(limits.turn(letters(amount), soon()).await.expect("a turn"));
        moments.push(start.elapsed().as_secs());
    }
    assert_eq!(moments, [0, 61, 61], "the small one does not overtake");
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_served_in_time_takes_no_turn() {
    let limits = limits("requests_per_minute = 1");
    drop(limits.turn(letters(1), soon()).await.expect("the first"));
    let latest = clock::now() + Duration::from_secs(60);
    for _ in 0..3 {
        let fault = limits.turn(letters(1), latest).await.expect_err("full");
        assert_eq!(fault.retry_after, Some(WINDOW), "and the next is told no more");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unused_turn_and_an_overestimate_are_given_back() {
    let limits = limits("requests_per_minute = 2\ncharacters_per_minute = 100");
    let start = clock::now();
    limits.turn(letters(100), soon()).await.expect("a turn").unused();
    limits.turn(letters(100), soon()).await.expect("a turn").settle(letters(40));
    drop(limits.turn(letters(60), soon()).await.expect("a turn"));
    assert!(start.elapsed() < Duration::from_secs(1), "both fit one minute");
}

#[tokio::test(start_paused = true)]
async fn more_than_the_whole_limit_waits_for_an_empty_window() {
    let limits = limits("characters_per_minute = 100");
    let start = clock::now();
    drop(limits.turn(letters(10), soon()).await.expect("a turn"));
    drop(limits.turn(letters(500), soon()).await.expect("a turn"));
    assert_eq!(start.elapsed(), WINDOW);
}

#[tokio::test(start_paused = true)]
async fn seats_are_taken_and_given_back() {
    let limits = limits("max_in_flight = 1");
    let seat = limits.turn(letters(1), soon()).await.expect("a seat");
    assert_eq!(limits.busy(1), 1);
    let latest = clock::now() + Duration::from_secs(1);
    limits.turn(letters(1), latest).await.expect_err("no seat within a second");
    drop(seat);
    limits.turn(letters(1), latest).await.expect("a seat");
}
