//! Providers, tasks and calls for tests of the road.

use std::time::Duration;

use mujaz::{
    article::SourceId,
    brief::{Answer, Task, Text},
    config::ProviderConfig,
    provider::{Call, Done, Failure, Options, Place, Providers, Routes},
};
use tokio::time::Instant;

use super::{plain::Plain, provider::Stub};

/// The configuration of a provider at this stub, with more lines of TOML.
pub(crate) fn config(name: &str, stub: &Stub, more: &str) -> ProviderConfig {
    let url = &stub.url;
    toml::from_str(&format!("name = \"{name}\"\nkind = \"http\"\nbase_url = \"{url}\"\n{more}"))
        .unwrap()
}

/// A place at this stub.
pub(crate) fn place(name: &str, stub: &Stub, more: &str) -> Place {
    let key = Some("sk-OURKEY".to_owned().into());
    Place::remote(config(name, stub, more), Box::<Plain>::default(), key)
}

/// These places, tried in order for every kind of task.
pub(crate) fn road(places: Vec<Place>) -> Providers {
    road_with(places, Options::default())
}

/// The same with options.
pub(crate) fn road_with(places: Vec<Place>, options: Options) -> Providers {
    let names: Vec<_> = ["first", "second", "third"].map(str::to_owned).into_iter().collect();
    Providers::new(places, Routes { translate: names.clone(), summarize: names }, options)
}

/// A road over `first` and `second`.
pub(crate) fn pair(first: &Stub, second: &Stub) -> Providers {
    road(vec![place("first", first, ""), place("second", second, "")])
}

/// A road over `first` alone.
pub(crate) fn lone(stub: &Stub, more: &str) -> Providers {
    road(vec![place("first", stub, more)])
}

/// A task to translate these texts, found in this section.
pub(crate) fn translate_in(section: u32, texts: &[&str]) -> Task {
    let text = |(n, text): (usize, &&str)| {
        let source = SourceId { section, paragraph: u32::try_from(n).unwrap() };
        Text { id: source.to_string(), text: (*text).to_owned(), sources: vec![source] }
    };
    let texts = texts.iter().enumerate().map(text).collect();
    Task::Translate { texts, context: None, terms: Vec::new() }
}

/// A task to translate one text.
pub(crate) fn translate(text: &str) -> Task {
    translate_in(0, &[text])
}

/// A call that may take this long.
pub(crate) fn within(seconds: u64) -> Call {
    Call::until(Instant::now() + Duration::from_secs(seconds))
}

/// The English of the first text.
pub(crate) fn english(done: &Done) -> &str {
    match &done.answered.answer {
        Answer::Translate { texts } => texts[0].as_deref().unwrap(),
        other => panic!("no translation: {other:?}"),
    }
}

/// Who answered.
pub(crate) fn who(outcome: &Result<Done, Failure>) -> &str {
    outcome.as_ref().map_or("nobody", |done| &done.answered.engine.provider)
}
