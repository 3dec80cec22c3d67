//! Who pays, who shares, and what is kept.

use std::time::Duration;

use futures_util::future::join_all;
use mujaz::{
    finding::Code,
    provider::{CachePolicy, Call, How},
};
use tokio::time::{Instant, sleep};

use crate::support::{
    provider::{Act, Stub, after, body, status},
    road::{english, lone, pair, translate, translate_in, who, within},
};

fn slow() -> Act {
    after(Duration::from_millis(200), Act::Translate)
}

#[tokio::test(start_paused = true)]
async fn a_thousand_equal_tasks_at_once_make_one_call() {
    let stub = Stub::always(slow()).await;
    let road = lone(&stub, "");
    let outcomes = join_all((0..1000).map(|_| road.run(translate("نص"), within(60)))).await;
    assert_eq!(stub.hits(), 1);
    let done: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    assert!(done.iter().all(|done| english(done) == "en: نص"));
    assert_eq!(done.iter().filter(|done| done.how == How::Called).count(), 1, "one pays");
    assert_eq!(done.iter().map(|done| done.answered.usage.calls).sum::<u64>(), 1);
    assert_eq!(road.flights(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_leader_who_hangs_up_wastes_nothing() {
    let stub = Stub::always(slow()).await;
    let road = lone(&stub, "");
    let leader = road.run(translate("نص"), within(60));
    let _ = tokio::time::timeout(Duration::from_millis(50), leader).await.unwrap_err();
    let follower = road.run(translate("نص"), within(60)).await.unwrap();
    assert_eq!(follower.how, How::Joined);

    let alone = road.run(translate("آخر"), within(60));
    let _ = tokio::time::timeout(Duration::from_millis(50), alone).await.unwrap_err();
    road.drain().await;
    let later = road.run(translate("آخر"), within(60)).await.unwrap();
    assert_eq!((later.how, stub.hits()), (How::Cached, 2), "it was kept with nobody waiting");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_too() {
    let stub = Stub::always(after(Duration::from_millis(200), status(400))).await;
    let road = lone(&stub, "");
    let outcomes = join_all((0..100).map(|_| road.run(translate("نص"), within(60)))).await;
    assert!(outcomes.iter().all(|outcome| outcome == &outcomes[0] && outcome.is_err()));
    assert_eq!(stub.hits(), 1);
}

#[tokio::test(start_paused = true)]
async fn different_tasks_do_not_wait_for_each_other() {
    let stub = Stub::scripted([Act::Hang], Act::Translate).await;
    let (road, start) = (lone(&stub, ""), Instant::now());
    let stuck = road.run(translate("نص"), within(60));
    let quick = async {
        sleep(Duration::from_millis(10)).await;
        road.run(translate("آخر"), within(60)).await.unwrap();
        start.elapsed()
    };
    let quick = tokio::select! { _ = stuck => panic!("it hangs"), took = quick => took };
    assert!(quick < Duration::from_millis(50), "took {quick:?}");
}

#[tokio::test(start_paused = true)]
async fn who_joins_with_more_time_gets_it() {
    let stub = Stub::always(after(Duration::from_secs(20), Act::Translate)).await;
    let road = lone(&stub, "");
    let (hurried, patient) =
        tokio::join!(road.run(translate("نص"), within(5)), road.run(translate("نص"), within(50)));
    assert_eq!(hurried.unwrap_err().reasons.len(), 1, "told by its own deadline");
    assert_eq!((who(&patient), stub.hits()), ("first", 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_serves_while_it_is_fresh_and_then_is_paid_for_again() {
    let stub = Stub::always(Act::Translate).await;
    let road = lone(&stub, "");
    let how = async || road.run(translate("نص"), within(60)).await.unwrap().how;
    let day = Duration::from_secs(24 * 3600);
    assert_eq!((how().await, how().await), (How::Called, How::Cached));
    sleep(29 * day).await;
    assert_eq!((how().await, stub.hits()), (How::Cached, 1));
    sleep(2 * day).await;
    assert_eq!((how().await, stub.hits()), (How::Called, 2));
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_serves_when_everyone_is_down_and_says_so() {
    let stub = Stub::always(Act::Translate).await;
    let road = lone(&stub, "");
    road.run(translate("نص"), within(60)).await.unwrap();
    sleep(Duration::from_secs(31 * 24 * 3600)).await;
    stub.turn_to(status(503));
    let done = road.run(translate("نص"), within(60)).await.unwrap();
    assert_eq!((done.how, english(&done)), (How::Stale, "en: نص"));
    assert_eq!(done.answered.findings[0].code, Code::Stale);
    road.run(translate("آخر"), within(60)).await.unwrap_err();
    let fresh_only = Call { cache: CachePolicy::NoCache, ..within(60) };
    road.run(translate("نص"), fresh_only).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_under_the_provider_that_gave_it() {
    let (first, second) = (Stub::always(status(500)).await, Stub::always(Act::Translate).await);
    let road = pair(&first, &second);
    assert_eq!(who(&road.run(translate("نص"), within(60)).await), "second");
    first.turn_to(Act::Translate);
    sleep(Duration::from_secs(60)).await;
    let again = road.run(translate("نص"), within(60)).await.unwrap();
    assert_eq!((again.how, again.answered.engine.provider.as_str()), (How::Cached, "second"));
    assert_eq!((first.hits(), second.hits()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_section_that_moved_within_its_story_is_not_paid_for_again() {
    let stub = Stub::always(Act::Translate).await;
    let road = lone(&stub, "");
    road.run(translate_in(1, &["أ", "ب"]), within(60)).await.unwrap();
    road.run(translate_in(2, &["أ", "ب"]), within(60)).await.unwrap();
    assert_eq!(stub.hits(), 1);
    road.run(translate_in(1, &["أ", "ت"]), within(60)).await.unwrap();
    assert_eq!(stub.hits(), 2, "another text is another task");
}

#[tokio::test(start_paused = true)]
async fn scopes_do_not_share() {
    let stub = Stub::always(Act::Translate).await;
    let road = lone(&stub, "");
    for (scope, how) in [("a", How::Called), ("b", How::Called), ("a", How::Cached)] {
        let call = Call { scope: scope.to_owned(), ..within(60) };
        assert_eq!(road.run(translate("نص"), call).await.unwrap().how, how, "{scope}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_callers_cache_wishes_are_obeyed() {
    let stub = Stub::always(Act::Translate).await;
    let road = lone(&stub, "");
    let run =
        async |cache| road.run(translate("نص"), Call { cache, ..within(60) }).await.unwrap().how;
    assert_eq!(run(CachePolicy::NoStore).await, How::Called);
    assert_eq!(run(CachePolicy::Use).await, How::Called, "nothing had been stored");
    assert_eq!(run(CachePolicy::NoCache).await, How::Called);
    sleep(Duration::from_secs(100)).await;
    assert_eq!(run(CachePolicy::MaxAge(Duration::from_secs(101))).await, How::Cached);
    assert_eq!(run(CachePolicy::MaxAge(Duration::from_secs(60))).await, How::Called);
    assert_eq!(run(CachePolicy::MaxAge(Duration::from_secs(60))).await, How::Cached);
    assert_eq!(stub.hits(), 4);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_may_be_kept_hanging_up_closes_the_connection() {
    let stub = Stub::always(Act::Hang).await;
    let road = lone(&stub, "confidential = true");
    for call in [
        Call { cache: CachePolicy::NoStore, ..within(60) },
        Call { confidential: true, ..within(60) },
    ] {
        let run = road.run(translate("نص"), call);
        let _ = tokio::time::timeout(Duration::from_secs(1), run).await.unwrap_err();
        sleep(Duration::from_millis(10)).await;
        assert_eq!(stub.connections().1, 0, "nobody is paid for what nobody may have");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_something_missing_serves_but_is_not_kept() {
    let stub = Stub::always(body("application/json", r#"{"texts":["one",null]}"#)).await;
    let road = lone(&stub, "");
    for _ in 0..2 {
        let done = road.run(translate_in(0, &["أ", "ب"]), within(60)).await.unwrap();
        assert_eq!((english(&done), done.how), ("one", How::Called));
    }
    assert_eq!(stub.hits(), 4, "each time it is asked once more for what it left out");
}
