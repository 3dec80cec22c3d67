//! What the dialects of translation services share: texts out, English back, one for one.
//!
//! Such a service has no instructions to follow, so little can go wrong with its answer: it is no
//! JSON of the known shape, it holds another number of texts, or a text of it is no English. A
//! single text without English is `None` with a finding; an answer without any is a fault, so that
//! the next provider is asked.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Auth, Capabilities, Decoded, Fault, FaultKind, WireAnswer, WireRequest, status};
use crate::{
    brief::{Answer, Task, Text, Usage},
    config::ProviderConfig,
    finding::{Code, Finding, Severity},
};

/// What a service that only translates can be asked for.
pub(super) fn capabilities(texts: usize, characters: usize, bytes: usize) -> Capabilities {
    Capabilities {
        summarizes: false,
        max_texts: texts,
        max_characters: characters,
        max_bytes: bytes,
        context: false,
        glossary: false,
        structured: false,
        streaming: false,
        repairs: false,
    }
}

/// The same within what the operator allows: a plan may take less than the vendor does.
pub(super) fn within(config: &ProviderConfig, most: Capabilities) -> Capabilities {
    Capabilities {
        max_texts: config.max_texts.map_or(most.max_texts, |own| own.min(most.max_texts)),
        max_characters: config
            .max_characters
            .map_or(most.max_characters, |own| own.min(most.max_characters)),
        ..most
    }
}

/// `auth` where a key is configured.
pub(super) fn keyed(config: &ProviderConfig, auth: Auth) -> Auth {
    if config.api_key_env.is_some() { auth } else { Auth::None }
}

/// The texts of a translation and their context.
pub(super) fn texts(task: &Task) -> Result<(&[Text], Option<&str>), Fault> {
    match task {
        Task::Translate { texts, context, terms: _ } => Ok((texts, context.as_deref())),
        Task::Summarize { .. } | Task::Headline { .. } => {
            Err(Fault::new(FaultKind::Refused, "it translates and does nothing else"))
        }
    }
}

/// A JSON body to be posted, unless it is larger than `most` bytes.
pub(super) fn post(
    path: &str,
    body: &impl Serialize,
    auth: Auth,
    most: usize,
) -> Result<WireRequest, Fault> {
    let unwritten = |_| Fault::new(FaultKind::Refused, "the request cannot be written as JSON");
    let body = serde_json::to_vec(body).map_err(unwritten)?;
    if body.len() > most {
        return Err(Fault::new(FaultKind::TooLong, "the text is too long for it"));
    }
    let json = HeaderValue::from_static("application/json");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, json.clone()), (ACCEPT, json)]);
    Ok(WireRequest {
        method: Method::POST,
        path: path.to_owned(),
        headers,
        body: Bytes::from(body),
        auth,
        stream: false,
        findings: Vec::new(),
    })
}

/// The body of a good answer.
pub(super) fn body<T: DeserializeOwned>(answer: &WireAnswer) -> Result<T, Fault> {
    if !answer.status.is_success() {
        return Err(status::refusal(answer));
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        let detail = if error.is_data() {
            "its answer is JSON of a shape that is not known"
        } else {
            "its answer is not JSON"
        };
        Fault::new(FaultKind::Garbage, detail)
    })
}

/// What a body says about an error, whatever the status: nothing where it cannot be read.
pub(super) fn complaint<T: DeserializeOwned + Default>(answer: &WireAnswer) -> T {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// The English of each text, in order. `billed` is the vendor's own count of characters.
pub(super) fn decoded(
    task: &Task,
    english: Vec<Option<String>>,
    billed: Option<u64>,
) -> Result<Decoded, Fault> {
    let (texts, _) = texts(task)?;
    if english.len() != texts.len() {
        return Err(wrong_number(texts.len(), english.len()));
    }
    let pairs = texts.iter().zip(english);
    let english: Vec<_> = pairs.map(|(text, english)| usable(&text.text, english)).collect();
    if !texts.is_empty() && english.iter().all(Option::is_none) {
        return Err(Fault::new(FaultKind::Invalid, "its answer holds no English"));
    }
    let findings = texts.iter().zip(&english).filter_map(missing).collect();
    let characters = billed.unwrap_or(task.characters() as u64);
    let usage = Usage { characters, ..Usage::default() };
    Ok(Decoded { answer: Answer::Translate { texts: english }, usage, model: None, findings })
}

fn wrong_number(asked: usize, came: usize) -> Fault {
    if came == 0 {
        return Fault::new(FaultKind::Garbage, "its answer is empty");
    }
    let detail = format!("its answer has another number of texts ({came}) than it got ({asked})");
    Fault::new(FaultKind::Invalid, detail)
}

/// English that says something: not empty, not the Arabic again, not just an emoji (which
/// `LibreTranslate` gives to a key that it does not like).
fn usable(arabic: &str, english: Option<String>) -> Option<String> {
    let english = english?;
    let says = |c: char| c.is_ascii_alphanumeric();
    let speaks = english.contains(says) || !arabic.contains(char::is_alphanumeric);
    let echo = english == arabic && arabic.contains(|c: char| c.is_alphabetic() && !c.is_ascii());
    let trimmed = english.trim();
    (speaks && !echo && !trimmed.is_empty()).then(|| trimmed.to_owned())
}

fn missing((text, english): (&Text, &Option<String>)) -> Option<Finding> {
    english.is_none().then(|| {
        let message = "The provider gave no usable English for this text.";
        Finding::new(Code::PassageMissing, Severity::Error, message)
            .at_sources(text.sources.iter().copied())
    })
}

/// HTML entities made characters again, once, for vendors that escape plain text. What the Arabic
/// itself holds as an entity was sent as such and stays.
pub(super) fn unescaped(task: &Task, english: Vec<Option<String>>) -> Vec<Option<String>> {
    let Ok((texts, _)) = texts(task) else { return english };
    let arabic = texts.iter().map(|text| text.text.as_str()).chain(std::iter::repeat(""));
    let one = |(english, arabic): (Option<String>, &str)| {
        let english = english?;
        if html_escape::decode_html_entities(arabic) != arabic {
            return Some(english);
        }
        Some(html_escape::decode_html_entities(&english).into_owned())
    };
    english.into_iter().zip(arabic).map(one).collect()
}
