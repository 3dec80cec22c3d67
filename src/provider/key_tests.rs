//! Keys: what tells tasks apart, and what must not stand in them.

use std::{collections::HashSet, sync::Arc};

use futures_util::future::BoxFuture;

use super::*;
use crate::{
    brief::{Answered, Detail},
    dialect::{Capabilities, Fault},
    prompt::Prompts,
    provider::place::{Embedded, Progress},
};

#[derive(Debug)]
struct Nobody;

impl Embedded for Nobody {
    fn capabilities(&self) -> Capabilities {
        unreachable!("keys ask nothing")
    }

    fn warm(&self) {}

    fn state(&self) -> (&'static str, Option<String>) {
        unreachable!("keys ask nothing")
    }

    #[cfg(feature = "local")]
    fn prepare(
        &self,
        _: crate::provider::local::Progress,
    ) -> BoxFuture<'_, Result<std::path::PathBuf, crate::provider::local::LocalError>> {
        unreachable!("keys ask nothing")
    }

    fn run<'a>(
        &'a self,
        _: &'a Task,
        _: Option<&'a str>,
        _: Option<Progress>,
    ) -> BoxFuture<'a, Result<Answered, Fault>> {
        unreachable!("keys ask nothing")
    }
}

fn place(more: &str) -> Place {
    let config = toml::from_str(&format!("kind = \"local\"\n{more}")).expect("a provider");
    Place::embedded(config, Arc::new(Nobody))
}

fn text(id: &str, text: &str) -> Text {
    Text { id: id.into(), text: text.into(), sources: vec!["s0.p0".parse().expect("an id")] }
}

fn translate(texts: &[Text], context: Option<&str>, terms: &[(&str, &str)]) -> Task {
    let term =
        |&(arabic, english): &(&str, &str)| Term { arabic: arabic.into(), english: english.into() };
    Task::Translate {
        texts: texts.to_vec(),
        context: context.map(str::to_owned),
        terms: terms.iter().map(term).collect(),
    }
}

fn summarize(detail: Detail, heading: Option<&str>) -> Task {
    Task::Summarize {
        heading: heading.map(str::to_owned),
        paragraphs: vec![text("s0.p0", "أ")],
        context: None,
        terms: Vec::new(),
        detail,
    }
}

#[test]
fn every_part_of_a_task_tells_it_apart() {
    let one = text("s0.p0", "أ");
    let tasks = [
        translate(std::slice::from_ref(&one), None, &[]),
        translate(&[text("s0.p0", "ب")], None, &[]),
        translate(&[text("title", "أ")], None, &[]),
        translate(&[one.clone(), one.clone()], None, &[]),
        translate(std::slice::from_ref(&one), Some(""), &[]),
        translate(std::slice::from_ref(&one), Some("none"), &[]),
        translate(std::slice::from_ref(&one), None, &[("أب", "ت")]),
        translate(std::slice::from_ref(&one), None, &[("أ", "بت")]),
        translate(&[one], None, &[("أب", "ت"), ("أب", "ت")]),
        summarize(Detail::Brief, None),
        summarize(Detail::Full, None),
        summarize(Detail::Brief, Some("ع")),
    ];
    let keys: HashSet<_> = tasks.iter().map(|task| of_task(task, "").key()).collect();
    assert_eq!(keys.len(), tasks.len());
    assert_ne!(of_task(&tasks[0], "").key(), of_task(&tasks[0], "desk").key());
}

#[test]
fn a_providers_answers_are_told_apart_by_what_shapes_them_alone() {
    let task = of_task(&summarize(Detail::Brief, None), "");
    let key = |place: &Place| of_place(&task, place, None).key();
    let plain = place("name = \"a\"");
    let others = [
        place("name = \"b\""),
        place("name = \"a\"\nmodel = \"m\""),
        place("name = \"a\"\nbase_url = \"http://127.0.0.1:1\""),
        place("name = \"a\"\nsha256 = \"00\""),
        place("name = \"a\"").prompted_by(&Prompts::builtin()),
    ];
    assert!(others.iter().all(|other| key(other) != key(&plain)));
    let limited = place("name = \"a\"\nrequests_per_minute = 3\ntimeout = \"5s\"\nattempts = 9");
    assert_eq!(key(&limited), key(&plain), "a limit changes no answer");
}

#[test]
fn no_field_can_run_into_the_next() {
    let one = Readable::default().with("a", "1").with("b", "2");
    let other = Readable::default().with("a", "1\nb 1 2");
    assert_ne!(one.0, other.0);
}

#[test]
fn a_keys_text_is_readable_and_holds_nothing_of_the_article() {
    let secret = translate(&[text("s0.p0", "نص سري")], Some("عنوان سري"), &[("سر", "secret")]);
    let readable = of_place(&of_task(&secret, "desk-1"), &place("name = \"local\""), None).0;
    assert!(!readable.contains('س') && !readable.contains("secret"), "{readable}");
    insta::assert_snapshot!(readable.lines().take(4).collect::<Vec<_>>().join("\n"), @r"
    version 1 1
    scope 6 desk-1
    task 9 translate
    context 64 add6d99dd4d877b36c861cb188b4de12c1969e03ce95b3f89d1873c10668c2cf
    ");
}
