//! What a vendor's stand-in answers: the vendor's own JSON around English made from what was asked.
//!
//! The English repeats the figures of the Arabic, so that it can be told apart and is not found
//! wanting for the sake of the stand-in.

use serde_json::{Value, json};

/// English for known sentences; the checks find nothing wrong with it.
const KNOWN: [(&str, &str); 5] = [
    ("الميناء يستقبل", "Port receives ships of the season"),
    (
        "استقبل ميناء المدينة",
        "The city's port received ships loaded with wheat and barley from several countries last \
         season.",
    ),
    ("راي الادارة", "The management's view"),
    ("مستمر في الارصفة", "The port's management said that work was continuing on all of the quays."),
    ("تقف", "Ships wait outside the port for their turn."),
];

/// An English sentence for an Arabic one.
pub(crate) fn english(arabic: &str) -> String {
    if let Some((_, known)) = KNOWN.iter().find(|(words, _)| arabic.contains(words)) {
        return (*known).to_owned();
    }
    let figures: Vec<&str> =
        arabic.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    format!("The report says {} in this place.", figures.join(" and "))
}

fn each(texts: &Value) -> Vec<String> {
    let texts = texts.as_array().cloned().unwrap_or_default();
    texts.iter().map(|text| english(text.as_str().unwrap_or_default())).collect()
}

/// `LibreTranslate`'s answer to this request.
pub(crate) fn libre(request: &str) -> String {
    let request: Value = serde_json::from_str(request).unwrap();
    let english = match request["q"].as_str() {
        Some(one) => json!(english(one)),
        None => json!(each(&request["q"])),
    };
    json!({ "translatedText": english }).to_string()
}

/// DeepL's answer to this request.
pub(crate) fn deepl(request: &str) -> String {
    let request: Value = serde_json::from_str(request).unwrap();
    let one = |text: String| json!({"detected_source_language": "AR", "text": text});
    let translations: Vec<Value> = each(&request["text"]).into_iter().map(one).collect();
    json!({ "translations": translations }).to_string()
}

/// What a language model answers to this chat, done well.
pub(crate) fn told(request: &str) -> Value {
    let request: Value = serde_json::from_str(request).unwrap();
    let messages = request["messages"].as_array().cloned().unwrap_or_default();
    let asked = messages.last().and_then(|turn| turn["content"].as_str()).unwrap_or_default();
    let data = asked.split("<data>").nth(1).and_then(|rest| rest.split("</data>").next());
    let data: Value = serde_json::from_str(data.unwrap_or("{}").trim()).unwrap();
    let list = |name: &str| data[name].as_array().cloned().unwrap_or_default();
    let text = |one: &Value| english(one["text"].as_str().unwrap_or_default());
    if data.get("texts").is_some() {
        let one = |one: &Value| json!({"id": one["id"], "text": text(one)});
        return json!({"translations": list("texts").iter().map(one).collect::<Vec<_>>()});
    }
    if data.get("paragraphs").is_some() {
        let one = |one: &Value| json!({"text": text(one), "sources": [one["id"]]});
        let passages: Vec<_> = list("paragraphs").iter().map(one).collect();
        return json!({"heading": data["heading"].as_str().map(english), "passages": passages});
    }
    let first = list("passages").first().cloned().unwrap_or_default();
    let headline = english(data["title"].as_str().unwrap_or_default());
    json!({"headline": headline, "summary": [{"text": first["text"], "sources": first["sources"]}]})
}

/// A chat completion that says this; its content type, and its body as a stream where the request
/// asks for one.
pub(crate) fn completion(request: &str, says: &str) -> (&'static str, String) {
    let request: Value = serde_json::from_str(request).unwrap_or_default();
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 20});
    if request["stream"] != true {
        let message = json!({"role": "assistant", "content": says});
        let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
        let whole = json!({"model": "stand-in", "choices": [choice], "usage": usage});
        return ("application/json", whole.to_string());
    }
    let half = says.char_indices().nth(says.chars().count() / 2).map_or(0, |(at, _)| at);
    let piece = |content: &str, ending: Value| {
        let choice = json!({"index": 0, "delta": {"content": content}, "finish_reason": ending});
        format!("data: {}\n\n", json!({"model": "stand-in", "choices": [choice]}))
    };
    let last = format!("data: {}\n\n", json!({"choices": [], "usage": usage}));
    let pieces =
        [piece(&says[..half], Value::Null), piece(&says[half..], json!("stop")), last].concat();
    ("text/event-stream", pieces + "data: [DONE]\n\n")
}
