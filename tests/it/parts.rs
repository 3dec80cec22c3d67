//! Tasks that are more than a provider takes at once, answers that are none, and work that nobody
//! waits for any more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use mujaz::{
    brief::{Answer, Answered, Engine, Task, Usage},
    config::{Kind, ProviderConfig},
    dialect::{Capabilities, Fault, FaultKind},
    provider::{Embedded, How, Place, Progress},
};
use tokio::time::{sleep, timeout};

use crate::support::{
    plain::Plain,
    provider::{Act, Stub, body, status},
    road::{config, english, lone, pair, road, translate, translate_in, within},
};

fn texts(answer: &Answer) -> Vec<&str> {
    match answer {
        Answer::Translate { texts } => texts.iter().map(|t| t.as_deref().unwrap()).collect(),
        other => unreachable!("no translation: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn more_texts_than_one_call_takes_go_in_several_and_come_back_in_order() {
    let stub = Stub::always(Act::Translate).await;
    let dialect = Box::new(Plain { max_texts: 2, ..Plain::default() });
    let road = road(vec![Place::remote(config("first", &stub, ""), dialect, None)]);
    let task = translate_in(3, &["أ", "ب", "ج", "د", "ه"]);
    let done = road.run(task, within(60)).await.unwrap();
    assert_eq!(texts(&done.answered.answer), ["en: أ", "en: ب", "en: ج", "en: د", "en: ه"]);
    assert_eq!((stub.hits(), done.answered.usage.calls), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_the_provider_finds_too_long_goes_on_in_parts() {
    let stub = Stub::scripted([status(413)], Act::Translate).await;
    let long = "وصل الوفد الزائر الى العاصمة صباح اليوم. بدأ الاجتماع الاول بعد الظهر في المقر. انتهى اللقاء الثاني مساء اليوم.";
    let done = lone(&stub, "").run(translate(long), within(60)).await.unwrap();
    assert_eq!(english(&done).matches("en: ").count(), 3, "{}", english(&done));
    assert_eq!(english(&done).replace("en: ", ""), long, "nothing is lost");
    assert_eq!((stub.hits(), done.answered.usage.calls), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn an_answer_cut_at_its_length_goes_on_in_halves_too() {
    let cut = body("application/json", r#"{"error":"length"}"#);
    let stub = Stub::scripted([cut], Act::Translate).await;
    let texts: Vec<String> = (0..8).map(|n| format!("نص طويل رقم {n}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let done = lone(&stub, "").run(translate_in(0, &texts), within(60)).await.unwrap();
    let Answer::Translate { texts: english } = &done.answered.answer else { unreachable!() };
    assert_eq!((english.len(), stub.hits()), (8, 3));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_none_is_asked_for_once_more_with_what_was_wrong() {
    let wrong = body("application/json", r#"{"texts":["one","two"]}"#);
    let stub = Stub::scripted([wrong.clone()], Act::Translate).await;
    lone(&stub, "").run(translate("نص"), within(60)).await.unwrap();
    let seen = stub.seen();
    assert!(seen[0].body.contains(r#""complaints":[]"#), "{}", seen[0].body);
    assert!(seen[1].body.contains("another number of texts"), "{}", seen[1].body);

    let stub = Stub::always(wrong).await;
    let failure = lone(&stub, "").run(translate("نص"), within(60)).await.unwrap_err();
    assert_eq!((failure.reasons[0].kind, stub.hits()), (FaultKind::Invalid, 2), "once, not more");
}

/// A model inside the process that takes a minute and counts what it begins and ends.
#[derive(Debug, Default)]
struct Slow {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Embedded for Slow {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            summarizes: false,
            max_texts: 100,
            max_characters: 10_000,
            max_bytes: usize::MAX,
            context: false,
            glossary: false,
            structured: false,
            streaming: false,
            repairs: false,
        }
    }

    fn warm(&self) {}

    fn state(&self) -> (&'static str, Option<String>) {
        ("ready", None)
    }

    #[cfg(feature = "local")]
    fn prepare(
        &self,
        _: mujaz::provider::local::Progress,
    ) -> BoxFuture<'_, Result<std::path::PathBuf, mujaz::provider::local::LocalError>> {
        Box::pin(async { Ok(std::path::PathBuf::new()) })
    }

    fn run<'a>(
        &'a self,
        task: &'a Task,
        _: Option<&'a str>,
        _: Option<Progress>,
    ) -> BoxFuture<'a, Result<Answered, Fault>> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            sleep(Duration::from_secs(60)).await;
            self.ended.fetch_add(1, Ordering::SeqCst);
            let Task::Translate { texts, .. } = task else { unreachable!("it only translates") };
            let texts = texts.iter().map(|text| Some(format!("en: {}", text.text))).collect();
            Ok(Answered {
                answer: Answer::Translate { texts },
                engine: Engine { provider: "slow".into(), model: None },
                usage: Usage::default(),
                findings: Vec::new(),
            })
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_model_inside_stops_when_nobody_waits_and_begins_anew_for_who_comes_then() {
    let model = Arc::new(Slow::default());
    let place = Place::embedded(ProviderConfig::new("first", Kind::Local), model.clone());
    let road = road(vec![place]);
    let run = || road.run(translate("نص"), within(600));
    let soon = Duration::from_secs(5);
    let (one, other) = tokio::join!(timeout(soon, run()), timeout(2 * soon, run()));
    assert!(one.is_err() && other.is_err());
    sleep(Duration::from_secs(120)).await;
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    assert_eq!((count(&model.begun), count(&model.ended)), (1, 0), "it stopped with the last");

    let done = run().await.unwrap();
    assert_eq!((english(&done), done.how), ("en: نص", How::Called));
    assert_eq!((count(&model.begun), count(&model.ended)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn texts_left_out_are_asked_for_once_more_then_of_the_next_provider() {
    let gap = body("application/json", r#"{"texts":["one",null]}"#);
    let task = || translate_in(0, &["أ", "ب"]);

    let stub = Stub::scripted([gap.clone()], Act::Translate).await;
    let done = lone(&stub, "").run(task(), within(60)).await.unwrap();
    assert_eq!(texts(&done.answered.answer), ["en: أ", "en: ب"]);
    assert!(stub.seen()[1].body.contains("no English for some"), "{}", stub.seen()[1].body);

    let (first, second) = (Stub::always(gap.clone()).await, Stub::always(Act::Translate).await);
    let done = pair(&first, &second).run(task(), within(60)).await.unwrap();
    assert_eq!(done.answered.engine.provider, "second");
    assert_eq!((first.hits(), second.hits()), (2, 1));

    let lonely = Stub::always(gap).await;
    let road = lone(&lonely, "");
    let done = road.run(task(), within(60)).await.unwrap();
    let Answer::Translate { texts } = &done.answered.answer else { unreachable!() };
    assert_eq!(texts, &[Some("one".to_owned()), None], "what there is serves");
    road.run(task(), within(60)).await.unwrap();
    assert_eq!(lonely.hits(), 4, "and is not kept");
}
