//! What a language model may write, and what becomes of it.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::brief::Detail;

fn text(id: &str) -> Text {
    Text { id: id.into(), text: "نص".into(), sources: id.parse().into_iter().collect() }
}

fn translate() -> Task {
    let texts = vec![text("title"), text("s0.p0"), text("s0.p1")];
    Task::Translate { texts, context: None, terms: vec![] }
}

fn summarize(heading: Option<&str>) -> Task {
    Task::Summarize {
        heading: heading.map(str::to_owned),
        paragraphs: vec![text("s0.p0"), text("s0.p1")],
        context: None,
        terms: vec![],
        detail: Detail::Brief,
    }
}

fn headline() -> Task {
    let at = |id: &str| id.parse::<SourceId>().unwrap();
    let passages = vec![
        Evidence { text: "A.".into(), sources: vec![at("s1.p0"), at("s0.p2")] },
        Evidence { text: "B.".into(), sources: vec![at("s1.p0")] },
    ];
    Task::Headline { title: None, passages, terms: vec![], detail: Detail::Brief }
}

fn said(task: &Task, text: &str) -> Result<Decoded, Fault> {
    decoded(task, Reply { text: text.to_owned(), ..Reply::default() })
}

fn kind(task: &Task, text: &str) -> FaultKind {
    said(task, text).unwrap_err().kind
}

fn english_of(decoded: &Decoded) -> Vec<Option<&str>> {
    match &decoded.answer {
        Answer::Translate { texts } => texts.iter().map(Option::as_deref).collect(),
        other => panic!("{other:?}"),
    }
}

fn translation(pairs: &[(&str, &str)]) -> String {
    let entry = |(id, text): &(&str, &str)| json!({"id": id, "text": text});
    json!({"translations": pairs.iter().map(entry).collect::<Vec<_>>()}).to_string()
}

#[test]
fn texts_stand_in_the_order_of_the_task() {
    let text = translation(&[("s0.p1", "Two."), ("title", "Title"), ("s0.p0", "One.")]);
    let decoded = said(&translate(), &text).unwrap();
    assert_eq!(english_of(&decoded), [Some("Title"), Some("One."), Some("Two.")]);
    assert!(decoded.findings.is_empty());
}

#[test]
fn a_fence_around_the_json_is_taken_off_and_nothing_else() {
    let json = translation(&[("s0.p0", "One.")]);
    for fenced in [format!("```json\n{json}\n```"), format!("\n```\n{json}```\n")] {
        assert!(said(&translate(), &fenced).is_ok(), "{fenced}");
    }
    let others = [
        format!("Here is the translation:\n{json}"),
        format!("{json}\nI hope this helps."),
        format!("Here it is:\n```json\n{json}\n```"),
        format!("```json\n{json}\n```\n```json\n{json}\n```"),
        format!("<think>Let me see.</think>{json}"),
        format!("[{json}]"),
    ];
    for other in others {
        assert_eq!(kind(&translate(), &other), FaultKind::Invalid, "{other}");
    }
}

#[test]
fn what_is_no_answer_has_a_kind_of_its_own() {
    let task = translate();
    let json = translation(&[("s0.p0", "One.")]);
    assert_eq!(kind(&task, " \n"), FaultKind::Garbage);
    assert_eq!(kind(&task, "```\n```"), FaultKind::Garbage);
    assert_eq!(kind(&task, &json[..json.len() - 3]), FaultKind::Truncated);
    assert_eq!(kind(&task, "I’m sorry, but I can’t help with that."), FaultKind::Filtered);
    assert_eq!(kind(&task, "I cannot translate this text."), FaultKind::Filtered);
    assert_eq!(kind(&task, "{\"translations\": \"One.\"}"), FaultKind::Invalid);
    assert_eq!(kind(&task, "{\"translations\": []}"), FaultKind::Invalid);
    assert_eq!(kind(&task, "{}"), FaultKind::Invalid);
    assert_eq!(kind(&task, &translation(&[("s9.p9", "One.")])), FaultKind::Invalid);
}

#[test]
fn no_fault_repeats_what_the_model_wrote() {
    let texts =
        ["{\"translations\": [{\"id\": \"s0.p0\", \"text\": 12345678}]}", "Classified: 12345678"];
    for text in texts {
        let fault = said(&translate(), text).unwrap_err();
        assert!(!fault.to_string().contains("12345678"), "{fault}");
    }
}

#[test]
fn a_text_that_did_not_come_stays_missing_with_a_finding() {
    let decoded = said(&translate(), &translation(&[("s0.p1", "Two."), ("title", " ")])).unwrap();
    assert_eq!(english_of(&decoded), [None, None, Some("Two.")]);
    let codes: Vec<Code> = decoded.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::PassageMissing, Code::PassageMissing]);
    assert_eq!(decoded.findings[1].sources, ["s0.p0".parse().unwrap()]);
}

#[test]
fn a_model_is_named_by_a_name_and_nothing_else() {
    let named = |name: &str| {
        let text = translation(&[("s0.p0", "One.")]);
        let reply = Reply { text, model: Some(name.into()), ..Reply::default() };
        decoded(&translate(), reply).unwrap().model
    };
    let good = "google/gemma-3-4b-it:free";
    assert_eq!(named(good).as_deref(), Some(good));
    for other in ["", "/srv/models/gemma.gguf", "<b>best model</b>", &"m".repeat(101)] {
        assert_eq!(named(other), None, "{other}");
    }
}

#[test]
fn two_different_texts_under_one_id_are_none() {
    let text =
        translation(&[("s0.p0", "One."), ("s0.p0", "Two."), ("s0.p1", "A."), ("s0.p1", "A.")]);
    let decoded = said(&translate(), &text).unwrap();
    assert_eq!(english_of(&decoded), [None, None, Some("A.")]);
    assert!(decoded.findings[1].message.contains("two different"));
    let thrice =
        translation(&[("s0.p0", "One."), ("s0.p0", "Two."), ("s0.p0", "One."), ("title", "T")]);
    assert_eq!(english_of(&said(&translate(), &thrice).unwrap())[1], None);
}

#[test]
fn an_id_that_was_not_sent_is_left_out_with_a_finding() {
    let text =
        translation(&[("s0.p0", "One."), ("s0.p1", "Two."), ("title", "T"), ("s7.p7", "Other.")]);
    let decoded = said(&translate(), &text).unwrap();
    assert_eq!(english_of(&decoded).len(), 3);
    assert_eq!(decoded.findings[0].code, Code::EvidenceUnknown);
    assert_eq!(decoded.findings.len(), 1);
}

#[test]
fn arabic_sent_back_is_no_english_but_a_letter_of_it_is_left_to_the_checks() {
    let text = translation(&[
        ("title", "وصل الوفد إلى بغداد"),
        ("s0.p0", "The term “ش” was used."),
        ("s0.p1", "2025: 350,000"),
    ]);
    let decoded = said(&translate(), &text).unwrap();
    assert_eq!(english_of(&decoded), [None, Some("The term “ش” was used."), Some("2025: 350,000")]);
    assert_eq!(kind(&translate(), &translation(&[("title", "وصل الوفد")])), FaultKind::Invalid);
    let passages =
        json!({"heading": null, "passages": [{"text": "وصل الوفد", "sources": ["s0.p0"]}]});
    assert_eq!(kind(&summarize(None), &passages.to_string()), FaultKind::Invalid);
}

#[test]
fn text_comes_out_on_one_line_without_controls() {
    let text = translation(&[("s0.p0", "  One\n\u{202b}two\u{202c}\t three\u{7}. ")]);
    let decoded = said(&translate(), &text).unwrap();
    assert_eq!(english_of(&decoded)[1], Some("One two three."));
}

fn passages(decoded: &Decoded) -> Vec<Vec<String>> {
    let (Answer::Summarize { passages, .. } | Answer::Headline { summary: passages, .. }) =
        &decoded.answer
    else {
        panic!("{decoded:?}")
    };
    let ids = |passage: &Evidence| passage.sources.iter().map(ToString::to_string).collect();
    passages.iter().map(ids).collect()
}

#[test]
fn sources_are_those_that_were_sent_in_the_order_in_which_they_were() {
    let text = json!({"heading": null, "passages": [
        {"text": "One.", "sources": ["s0.p1", "s0.p0", "s0.p1"]},
        {"text": "Two.", "sources": ["s0.p0", "s5.p0", "none"]},
        {"text": " ", "sources": ["s0.p0"]},
        {"text": "Three.", "sources": []},
    ]});
    let decoded = said(&summarize(None), &text.to_string()).unwrap();
    let expected: [&[&str]; 3] = [&["s0.p0", "s0.p1"], &["s0.p0"], &[]];
    assert_eq!(passages(&decoded), expected);
    assert_eq!(decoded.findings.len(), 1);
    assert!(decoded.findings[0].message.contains("2 ids"), "{:?}", decoded.findings);
    assert_eq!(decoded.findings[0].sources, ["s0.p0".parse().unwrap()]);
}

#[test]
fn a_section_without_any_evidence_is_no_answer() {
    let task = summarize(None);
    let text = |passages| json!({"heading": null, "passages": passages}).to_string();
    assert_eq!(kind(&task, &text(json!([]))), FaultKind::Invalid);
    let unknown = json!([{"text": "One.", "sources": ["s4.p0"]}]);
    assert_eq!(kind(&task, &text(unknown)), FaultKind::Invalid);
    let keyless = json!([{"text": "One."}]);
    assert_eq!(kind(&task, &text(keyless)), FaultKind::Invalid);
}

#[test]
fn a_heading_comes_only_where_the_section_has_one() {
    let text = json!({"heading": "Talks", "passages": [{"text": "One.", "sources": ["s0.p0"]}]});
    for (arabic, english) in [(None, None), (Some("محادثات"), Some("Talks"))] {
        let decoded = said(&summarize(arabic), &text.to_string()).unwrap();
        let Answer::Summarize { heading, .. } = decoded.answer else { panic!() };
        assert_eq!(heading.as_deref(), english);
        assert!(decoded.findings.is_empty());
    }
}

#[test]
fn a_heading_that_did_not_come_is_told() {
    for heading in [json!(null), json!(""), json!("محادثات")] {
        let passages = json!([{"text": "One.", "sources": ["s0.p0"]}]);
        let text = json!({"heading": heading, "passages": passages}).to_string();
        let decoded = said(&summarize(Some("محادثات")), &text).unwrap();
        assert_eq!(decoded.findings[0].code, Code::PassageMissing, "{heading}");
        assert_eq!(decoded.findings[0].sources.len(), 2);
    }
}

#[test]
fn headline_and_summary_rest_on_the_passages_sources() {
    let text = json!({"headline": "Port opens", "summary": [
        {"text": "It opened.", "sources": ["s1.p0", "s0.p2"]},
    ]});
    let decoded = said(&headline(), &text.to_string()).unwrap();
    assert_eq!(passages(&decoded), [["s0.p2", "s1.p0"]]);
    for (head, summary) in [("", json!([{"text": "A.", "sources": ["s1.p0"]}])), ("A", json!([]))] {
        let text = json!({"headline": head, "summary": summary}).to_string();
        assert_eq!(kind(&headline(), &text), FaultKind::Invalid, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_at_all_is_too_much(text in "\\PC{0,80}|[{}\\[\\]\":,`a-z\\\\n ]{0,80}") {
        for task in [translate(), summarize(Some("عنوان")), headline()] {
            let _ = said(&task, &text);
        }
    }

    #[test]
    fn every_answer_has_as_many_texts_as_the_task(
        pairs in proptest::collection::vec(("title|s0.p0|s0.p1|s3.p3", "[A-Za-zأبت ]{0,6}"), 0..8)
    ) {
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        if let Ok(decoded) = said(&translate(), &translation(&pairs)) {
            let english = english_of(&decoded);
            prop_assert_eq!(english.len(), 3);
            let missing = english.iter().filter(|text| text.is_none()).count();
            let told = decoded.findings.iter().filter(|f| f.code == Code::PassageMissing).count();
            prop_assert_eq!(missing, told);
        }
    }
}
