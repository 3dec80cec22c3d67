//! How terms are loaded and found.

use std::collections::HashSet;

use super::*;

fn small() -> Glossary {
    let text = r#"
[country]
"إيران" = "Iran"
"العراق" = "Iraq"
[city]
"القاهرة" = "Cairo"
[politics]
"مذكرة تفاهم" = "memorandum of understanding"
[crime]
"المخدرات" = "drugs"
"تهريب المخدرات" = "drug smuggling"
[verb]
"أكد" = "stressed"
"#;
    Glossary::from_toml("small.toml", text).unwrap()
}

fn found(text: &str) -> Vec<(String, String)> {
    let terms = small().terms_in_limited(text, 99);
    terms.into_iter().map(|term| (term.arabic, term.english)).collect()
}

fn english(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(_, english)| english).collect()
}

#[test]
fn hamza_tatweel_and_diacritics_do_not_hide_a_term() {
    assert_eq!(english("زار ايران"), ["Iran"]);
    assert_eq!(english("زار إيـــران"), ["Iran"]);
    assert_eq!(english("زار إِيرَان."), ["Iran"]);
}

#[test]
fn attached_particles_do_not_hide_a_term() {
    assert_eq!(english("وبالمخدرات وإيران وللعراق"), ["drugs", "Iran", "Iraq"]);
    assert_eq!(english("بمذكرة التفاهم"), ["memorandum of understanding"]);
}

#[test]
fn a_term_is_a_whole_word() {
    assert_eq!(english("إيرانيون عراقيون"), Vec::<String>::new());
}

#[test]
fn a_name_with_the_article_needs_it() {
    assert_eq!(english("قوة قاهرة"), Vec::<String>::new());
    assert_eq!(english("في القاهرة"), ["Cairo"]);
}

#[test]
fn the_longest_term_wins() {
    assert_eq!(english("مكافحة تهريب المخدرات"), ["drug smuggling"]);
}

#[test]
fn the_arabic_of_a_term_is_as_typed() {
    assert_eq!(found("في ايران")[0].0, "ايران");
}

#[test]
fn names_are_kept_before_verbs_where_only_some_can_be_sent() {
    let terms = small().terms_in_limited("أكد وزير إيران في العراق", 2);
    let english: Vec<&str> = terms.iter().map(|term| term.english.as_str()).collect();
    assert_eq!(english, ["Iran", "Iraq"]);
}

#[test]
fn a_place_is_named_only_by_its_whole_name() {
    assert_eq!(small().place("القاهرة"), Some("Cairo"));
    assert_eq!(small().place("قرب القاهرة الكبرى"), None);
    assert_eq!(small().place("المخدرات"), None);
}

#[test]
fn a_newsrooms_own_rendering_wins() {
    let own = Glossary::from_toml("own.toml", "[house]\n\"ايران\" = \"the Islamic Republic\"\n");
    let both = small().with_overlay(&own.unwrap()).unwrap();
    assert_eq!(both.terms_in_limited("إيران", 9)[0].english, "the Islamic Republic");
    assert_eq!(both.terms_in_limited("العراق", 9)[0].english, "Iraq");
}

#[test]
fn a_wrong_line_is_named_by_its_place() {
    let wrong = |text| Glossary::from_toml("own.toml", text).unwrap_err().to_string();
    insta::assert_snapshot!(wrong("[country]\n\"إيران\" = \"Iran\"\n\"ايران\" = \"Persia\"\n"));
    insta::assert_snapshot!(wrong("[country]\n\"إيران\" = \"\"\n"));
    insta::assert_snapshot!(wrong("[planet]\n\"المريخ\" = \"Mars\"\n"));
}

#[test]
fn the_built_in_glossary_loads_and_covers_every_kind() {
    let glossary = Glossary::builtin().unwrap();
    assert!(glossary.entries().len() >= 600, "{} entries", glossary.entries().len());
    let kinds: HashSet<Kind> = glossary.entries().iter().map(|entry| entry.kind).collect();
    let missing: Vec<Kind> =
        Kind::ALL.into_iter().filter(|k| *k != Kind::House && !kinds.contains(k)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
