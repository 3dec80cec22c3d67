//! What happens to English that fails its checks: written again, replaced, or marked.

use std::sync::Arc;

use mujaz::{
    article::Source,
    brief::{Brief, Detail},
    config::Config,
    finding::{Code, Severity},
    pipeline::{Gateway, Listener, Order},
};
use serde_json::json;

use crate::support::{
    provider::{Act, Stub, body},
    road::{place, road, within},
};

const ARTICLE: &str = "الميناء يستقبل سفن الموسم\n\nاستقبل ميناء المدينة خلال الموسم الماضي 1300 سفينة \
                       محملة بالقمح والشعير من دول عدة، وقال مدير الميناء ان العمل مستمر في الارصفة كلها.\n";
const RIGHT: &str = "The city's port received 1,300 ships loaded with wheat and barley from several \
                     countries last season, and the port's director said work continued.";
const WRONG: &str = "The city's port received 300 ships loaded with wheat and barley from several \
                     countries last season, and the port's director said work continued.";

fn says(text: &str) -> Act {
    body("application/json", &json!({ "texts": [text] }).to_string())
}

/// A brief by a language model that says these things in turn, and the calls that it took.
async fn brief(said: &[&str]) -> (Brief, Stub) {
    let stub = Stub::scripted(said.iter().map(|text| says(text)), says(WRONG)).await;
    let mut config = Config::default();
    config.tasks.summarize = vec!["first".to_owned()];
    let mut gateway = Gateway::open(Config::default()).unwrap();
    gateway.providers = road(vec![place("first", &stub, "")]);
    gateway.config = Arc::new(config);
    let source = Source {
        bytes: ARTICLE.into(),
        content_type: Some("text/plain; charset=utf-8".to_owned()),
        ..Source::default()
    };
    let order = Order { source, detail: Detail::Brief, call: within(60) };
    let silent: Listener = Arc::new(|_| ());
    (gateway.brief(&order, &silent).await.unwrap(), stub)
}

fn codes(brief: &Brief, severity: Severity) -> Vec<Code> {
    brief.findings.iter().filter(|f| f.severity == severity).map(|f| f.code).collect()
}

#[tokio::test(start_paused = true)]
async fn a_wrong_number_is_told_to_the_model_and_its_second_answer_stands() {
    let (brief, stub) = brief(&[WRONG, "Port receives ships of the season", RIGHT]).await;
    assert_eq!(brief.sections[0].passages[0].text, RIGHT);
    assert_eq!(codes(&brief, Severity::Error), []);
    assert_eq!((stub.hits(), brief.usage.provider_calls), (3, 3), "both answers are billed");
    let told = &stub.seen()[2].body;
    assert!(told.contains("complaints") && told.contains("1300"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn what_fails_twice_gives_way_to_the_translation_of_its_source() {
    let said = [WRONG, "Port receives ships of the season", WRONG, RIGHT];
    let (brief, stub) = brief(&said).await;
    assert_eq!(brief.sections[0].passages[0].text, RIGHT);
    assert_eq!(codes(&brief, Severity::Error), []);
    assert!(codes(&brief, Severity::Warning).contains(&Code::PassageReplaced));
    assert_eq!((stub.hits(), brief.usage.provider_calls), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn what_nothing_mends_is_marked() {
    let (brief, stub) = brief(&[WRONG, "Port receives ships of the season"]).await;
    assert_eq!(brief.sections[0].passages[0].text, WRONG, "it stands as it was written");
    let errors = codes(&brief, Severity::Error);
    assert!(errors.contains(&Code::NumberUnsupported), "{errors:?}");
    assert!(errors.contains(&Code::PassageUnmended), "{errors:?}");
    assert_eq!(stub.hits(), 4, "twice from the model, once in translation, and no more");
}

#[tokio::test(start_paused = true)]
async fn what_passes_its_checks_is_asked_for_once() {
    let (brief, stub) = brief(&[RIGHT, "Port receives ships of the season"]).await;
    assert_eq!(codes(&brief, Severity::Error), []);
    assert_eq!(stub.hits(), 2);
}
