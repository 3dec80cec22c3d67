//! The shapes of translation services' JSON, for the document alone.

#![expect(dead_code, reason = "they describe; the endpoints write")]

use serde::Serialize;
use utoipa::ToSchema;

/// One text or several.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::server) enum Texts {
    /// One.
    One(String),
    /// Several; the answer has the same shape.
    Many(Vec<String>),
}

/// What LibreTranslate's `/translate` takes, as JSON or a form.
#[derive(ToSchema)]
#[schema(examples(json!({"q": "تقف السفن خارج الميناء.", "source": "ar", "target": "en"})))]
pub(in crate::server) struct LibreTranslateBody {
    /// The text, or several; markup where `format` is `html`.
    q: Texts,
    /// `ar`, or `auto` to have it found.
    source: String,
    /// `en`.
    target: String,
    /// `text` or `html`.
    format: Option<String>,
    /// Taken; no alternatives are made, so the list in the answer is empty.
    alternatives: Option<u32>,
    /// A key, where one is needed and none is in the headers.
    api_key: Option<String>,
}

/// What LibreTranslate's `/translate` answers.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::server) struct LibreTranslateAnswer {
    /// The English, one for one text, a list for several.
    translated_text: Texts,
    /// The language found, where `source` is `auto`: one or a list.
    #[schema(value_type = Option<serde_json::Value>)]
    detected_language: Option<Language>,
    /// Empty lists, where they are asked for.
    #[schema(value_type = Option<Vec<serde_json::Value>>)]
    alternatives: Option<Vec<String>>,
}

/// What LibreTranslate's `/detect` takes, as JSON or a form.
#[derive(ToSchema)]
#[schema(examples(json!({"q": "تقف السفن خارج الميناء."})))]
pub(in crate::server) struct DetectBody {
    /// The text.
    q: String,
    /// A key, where one is needed and none is in the headers.
    api_key: Option<String>,
}

/// A language that was found.
#[derive(ToSchema)]
pub(in crate::server) struct Language {
    /// The share of the letters that are of its script, 0 to 100.
    confidence: u8,
    /// BCP 47.
    language: String,
}

/// A language that LibreTranslate's clients may ask for.
#[derive(ToSchema)]
pub(in crate::server) struct Offered {
    code: String,
    name: String,
    /// What it can be put into.
    targets: Vec<String>,
}

/// What DeepL's `/v2/translate` takes, as JSON or a form.
#[derive(ToSchema)]
#[schema(examples(json!({"text": ["تقف السفن خارج الميناء."], "source_lang": "AR", "target_lang": "EN-GB"})))]
pub(in crate::server) struct DeepLBody {
    /// The texts, in order.
    text: Texts,
    /// `EN`, `EN-GB` or `EN-US`.
    target_lang: String,
    /// `AR`, or nothing to have it found.
    source_lang: Option<String>,
    /// `html` or `xml`, where the texts are markup.
    tag_handling: Option<String>,
    /// Arabic that helps to understand the texts; it is not translated.
    context: Option<String>,
    /// Tell the characters of each text.
    show_billed_characters: Option<bool>,
}

/// What DeepL's `/v2/translate` answers.
#[derive(ToSchema)]
pub(in crate::server) struct DeepLAnswer {
    /// One for each text, in order.
    translations: Vec<DeepLText>,
}

/// One text of DeepL's answer.
#[derive(ToSchema)]
pub(in crate::server) struct DeepLText {
    detected_source_language: String,
    text: String,
    billed_characters: Option<u64>,
}

/// What DeepL's `/v2/usage` answers.
#[derive(ToSchema)]
pub(in crate::server) struct DeepLUsage {
    /// Characters taken.
    character_count: u64,
    /// Characters allowed; 1,000,000,000,000 where nothing limits them.
    character_limit: u64,
}

/// One language of DeepL's `/v2/languages`.
#[derive(ToSchema)]
pub(in crate::server) struct DeepLLanguage {
    language: String,
    name: String,
    supports_formality: Option<bool>,
}

/// Which languages DeepL's `/v2/languages` is asked for.
#[derive(ToSchema)]
pub(in crate::server) struct DeepLWhich {
    /// `source` or `target`.
    #[schema(rename = "type")]
    which: Option<String>,
}

/// An item as Superdesk has it in hand, bare or as `{"article": …, "language": "en"}`.
#[derive(ToSchema)]
#[schema(examples(json!({"article": {"headline": "الميناء يستقبل سفن الموسم",
    "body_html": "<p>مسقط - أعلنت الوزارة أمس توسعة الميناء، وقال الوزير إن العمل يبدأ هذا العام.</p>"}, "language": "en"})))]
pub(in crate::server) struct SuperdeskItem {
    /// The item, where it does not stand bare.
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    article: Option<String>,
    /// `en`, for a translation.
    language: Option<String>,
    /// Its headline, where it stands bare.
    headline: Option<String>,
    /// Its text, where it stands bare.
    body_html: Option<String>,
}
