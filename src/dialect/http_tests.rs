//! Pointers and codes of described services, where a cassette would say little.

use serde_json::json;

use super::*;

fn all(pointer: &str, json: &Json) -> Option<Vec<Option<String>>> {
    Pointer::new(pointer)?.all(json)
}

fn some(texts: &[&str]) -> Option<Vec<Option<String>>> {
    Some(texts.iter().map(|text| Some((*text).to_owned())).collect())
}

#[test]
fn a_star_stands_for_the_place_of_a_text() {
    let json = json!({"a": [{"b": "one"}, {"b": "two"}], "c": ["one", "two"], "d": "one"});
    assert_eq!(all("/a/*/b", &json), some(&["one", "two"]));
    assert_eq!(all("/c/*", &json), some(&["one", "two"]));
    assert_eq!(all("/d", &json), some(&["one"]));
    assert_eq!(all("/*", &json!(["one"])), some(&["one"]));
    assert_eq!(all("/*/b", &json["a"]), some(&["one", "two"]));
    assert_eq!(all("", &json!("one")), some(&["one"]));
    assert_eq!(all("/a/*/z", &json), Some(vec![None, None]));
    assert_eq!(all("/z", &json), None);
    assert_eq!(all("/d/*", &json), None);
}

#[test]
fn a_list_of_one_is_one_text() {
    assert_eq!(all("/a", &json!({"a": ["one"]})), some(&["one"]));
    assert_eq!(all("/a", &json!({"a": ["one", "two"]})), None);
}

#[test]
fn what_is_no_pointer_is_refused() {
    for wrong in ["a", "a/*", "/a/*/b/*", "/a*/b", "/a/*b", "*"] {
        assert_eq!(Pointer::new(wrong), None, "{wrong}");
    }
}

#[test]
fn a_code_that_says_that_all_is_well_is_none() {
    for fine in
        [json!(null), json!(false), json!(0), json!(200), json!("200"), json!(""), json!("0")]
    {
        assert_eq!(code(&fine), None, "{fine}");
    }
    assert_eq!(code(&json!(429)).as_deref(), Some("429"));
    assert_eq!(code(&json!(" Quota ")).as_deref(), Some("Quota"));
    assert_eq!(code(&json!({"type": 1})).as_deref(), Some(""));
    assert_eq!(code(&json!(true)).as_deref(), Some(""));
}

#[test]
fn article_text_cannot_break_out_of_the_body() {
    let evil = "\", \"target\": \"fr\", \"x\": \"{{ source }}\u{2028}\\";
    for body in [
        "{\"q\": {{ text }}, \"target\": \"en\"}",
        "{\"q\": {{ text|tojson }}, \"target\": \"en\"}",
    ] {
        let filled = Template::new(body).unwrap().fill(&[evil], None).unwrap();
        assert_eq!(filled, json!({"q": evil, "target": "en"}));
    }
}

#[test]
fn a_service_takes_context_where_its_body_prints_it() {
    let takes = |body: &str| Template::new(body).unwrap().context;
    assert!(takes("{\"q\": {{ texts }}, \"title\": {{ context }}}"));
    assert!(!takes("{\"q\": {{ texts }}}"));
}
