//! DeepL's `POST /v2/translate`.
//!
//! Takes 50 texts in a request of 128 KiB, source and target language always named: the list of
//! languages that DeepL publishes left Arabic out for long, so it is never asked. The texts of one
//! request know nothing of each other; what `context` holds is seen by all and not billed, so it
//! carries the title and the texts themselves. Terms cannot be sent with a request, only ids of
//! glossaries kept at DeepL.
//!
//! Keys that end in `:fx` belong to another host, which a dialect cannot know, since it never sees
//! the key: such a provider sets `base_url = "https://api-free.deepl.com"`.

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    Ask, Auth, Capabilities, Decoded, Dialect, Fault, FaultKind, WireAnswer, WireRequest,
    translations,
};
use crate::{
    brief::{Task, Text},
    config::ProviderConfig,
};

/// Bytes of one request.
const REQUEST: usize = 128 * 1024;
/// At three bytes each they fill a request but for 11 KiB, which the context and JSON may take.
const CHARACTERS: usize = 40_000;
/// Characters of context, of at most four bytes each.
const CONTEXT: usize = 2000;

/// The dialect.
#[derive(Clone, Debug)]
pub struct DeepL {
    capabilities: Capabilities,
    auth: Auth,
    target: String,
    glossaries: Vec<String>,
}

impl DeepL {
    /// The dialect as configured.
    #[must_use]
    pub fn new(config: &ProviderConfig) -> Self {
        let most =
            Capabilities { context: true, ..translations::capabilities(50, CHARACTERS, REQUEST) };
        Self {
            capabilities: translations::within(config, most),
            auth: translations::keyed(config, Auth::Header("authorization", "DeepL-Auth-Key ")),
            target: config.target_lang.clone().unwrap_or_else(|| "EN-US".to_owned()),
            glossaries: config.glossary_ids.clone(),
        }
    }
}

#[derive(Serialize)]
struct Request<'a> {
    text: Vec<&'a str>,
    source_lang: &'static str,
    target_lang: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    context: String,
    preserve_formatting: bool,
    show_billed_characters: bool,
    /// The field for one glossary is understood by every server that speaks like DeepL.
    #[serde(skip_serializing_if = "Option::is_none")]
    glossary_id: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    glossary_ids: &'a [String],
}

#[derive(Deserialize)]
struct Body {
    translations: Vec<Translation>,
}

#[derive(Deserialize)]
struct Translation {
    text: Option<String>,
    billed_characters: Option<u64>,
}

impl Dialect for DeepL {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let (texts, title) = translations::texts(ask.task)?;
        let (glossary_id, glossary_ids) = match self.glossaries.as_slice() {
            [one] => (Some(one.as_str()), [].as_slice()),
            more => (None, more),
        };
        let request = Request {
            text: texts.iter().map(|text| text.text.as_str()).collect(),
            source_lang: "AR",
            target_lang: &self.target,
            context: context(title, texts),
            preserve_formatting: true,
            show_billed_characters: true,
            glossary_id,
            glossary_ids,
        };
        translations::post("/v2/translate", &request, self.auth.clone(), REQUEST)
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        if answer.status == StatusCode::NOT_FOUND && !self.glossaries.is_empty() {
            let detail = "it does not know the glossaries that are configured (status 404)";
            return Err(Fault::new(FaultKind::NotFound, detail));
        }
        let body: Body = translations::body(answer)?;
        let billed = body.translations.iter().map(|one| one.billed_characters).sum();
        let english = body.translations.into_iter().map(|one| one.text).collect();
        translations::decoded(task, english, billed)
    }
}

/// The title, then the texts where there is more than one, as far as there is room.
fn context(title: Option<&str>, texts: &[Text]) -> String {
    let siblings = if texts.len() > 1 { texts } else { &[] };
    let siblings = siblings.iter().map(|text| text.text.as_str());
    let lines: Vec<&str> =
        title.into_iter().chain(siblings.filter(|text| Some(*text) != title)).collect();
    lines.join("\n").chars().take(CONTEXT).collect()
}
