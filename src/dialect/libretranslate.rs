//! LibreTranslate's `POST /translate`, and servers that speak like it (LTEngine, translateLocally
//! bridges).
//!
//! One text travels as a string, several as a list: servers that take no list are configured with
//! `max_texts = 1`. Errors are one sentence in the language of the caller, with no code, so English
//! is asked for and a few words of it are looked for; none of them is told further. How much a
//! server takes is its operator's choice, which the defaults here only guess.

use http::{HeaderValue, header::ACCEPT_LANGUAGE};
use serde::{Deserialize, Serialize};

use super::{
    Ask, Auth, Capabilities, Decoded, Dialect, Fault, FaultKind, WireAnswer, WireRequest, status,
    translations,
};
use crate::{brief::Task, config::ProviderConfig};

/// Texts of one request, unless configured: enough to save round trips.
const TEXTS: usize = 50;
/// Characters of one request, unless configured: what small servers translate within a minute.
const CHARACTERS: usize = 5000;
/// Far above what those can take.
const REQUEST: usize = 4 << 20;

/// The dialect.
#[derive(Clone, Debug)]
pub struct LibreTranslate {
    capabilities: Capabilities,
    auth: Auth,
}

impl LibreTranslate {
    /// The dialect as configured.
    #[must_use]
    pub fn new(config: &ProviderConfig) -> Self {
        let texts = config.max_texts.unwrap_or(TEXTS);
        let characters = config.max_characters.unwrap_or(CHARACTERS);
        Self {
            capabilities: translations::capabilities(texts, characters, REQUEST),
            auth: translations::keyed(config, Auth::JsonField("api_key")),
        }
    }
}

#[derive(Serialize)]
struct Request<'a> {
    q: OneOrMore<&'a str>,
    source: &'static str,
    target: &'static str,
    format: &'static str,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    translated_text: OneOrMore<Option<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Complaint {
    error: Option<String>,
}

impl Dialect for LibreTranslate {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let (texts, _) = translations::texts(ask.task)?;
        let q = match texts {
            [one] => OneOrMore::One(one.text.as_str()),
            more => OneOrMore::More(more.iter().map(|text| text.text.as_str()).collect()),
        };
        let request = Request { q, source: "ar", target: "en", format: "text" };
        let mut request = translations::post("/translate", &request, self.auth.clone(), REQUEST)?;
        request.headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        Ok(request)
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        let Complaint { error } = translations::complaint(answer);
        if let Some(kind) = error.and_then(|error| meaning(&error, answer)) {
            return Err(status::refusal_as(kind, answer));
        }
        let body: Body = translations::body(answer)?;
        let english = match body.translated_text {
            OneOrMore::One(text) => vec![text],
            OneOrMore::More(texts) => texts,
        };
        translations::decoded(task, translations::unescaped(task, english), None)
    }
}

/// What an error's sentence means, where it says more than its status does.
fn meaning(sentence: &str, answer: &WireAnswer) -> Option<FaultKind> {
    let sentence = sentence.to_ascii_lowercase();
    let says = |words: &str| sentence.contains(words);
    match answer.status.as_u16() {
        200..=299 | 400 if says("api key") => Some(FaultKind::Unauthorized),
        200..=299 | 400 if says("limit") => Some(FaultKind::TooLong),
        200..=299 if says("slowdown") => Some(FaultKind::Throttled),
        200..=299 => Some(FaultKind::Refused),
        _ => None,
    }
}
