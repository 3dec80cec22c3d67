//! Google Cloud Translation's `POST /language/translate/v2`.
//!
//! The format is always said to be text: left out, Google takes the texts for HTML and answers
//! with entities. Some answers carry entities all the same, so they are undone, once. The key
//! travels in a header, where no proxy writes it down, as it would a query. Google says most of
//! what is wrong with the status 403 and a reason beside it, and a bad key with a 400.

use serde::{Deserialize, Serialize};

use super::{
    Ask, Auth, Capabilities, Decoded, Dialect, Fault, FaultKind, WireAnswer, WireRequest,
    language::is_name, status, translations,
};
use crate::{brief::Task, config::ProviderConfig};

/// Texts of one request.
const TEXTS: usize = 128;
/// What Google advises for one request; it answers the faster for it.
const CHARACTERS: usize = 5000;
/// Bytes of one request.
const REQUEST: usize = 100_000;

/// The dialect.
#[derive(Clone, Debug)]
pub struct Google {
    capabilities: Capabilities,
    auth: Auth,
}

impl Google {
    /// The dialect as configured.
    #[must_use]
    pub fn new(config: &ProviderConfig) -> Self {
        let most = translations::capabilities(TEXTS, CHARACTERS, REQUEST);
        Self {
            capabilities: translations::within(config, most),
            auth: translations::keyed(config, Auth::Header("x-goog-api-key", "")),
        }
    }
}

#[derive(Serialize)]
struct Request<'a> {
    q: Vec<&'a str>,
    source: &'static str,
    target: &'static str,
    format: &'static str,
}

#[derive(Deserialize)]
struct Body {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    translations: Vec<Translation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Translation {
    translated_text: Option<String>,
    model: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Complaint {
    error: Error,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    /// In the old way of telling it.
    errors: Vec<Reason>,
    /// In the new one.
    details: Vec<Reason>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

impl Dialect for Google {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let (texts, _) = translations::texts(ask.task)?;
        let q = texts.iter().map(|text| text.text.as_str()).collect();
        let request = Request { q, source: "ar", target: "en", format: "text" };
        translations::post("/language/translate/v2", &request, self.auth.clone(), REQUEST)
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        if let Some(kind) = reason(answer) {
            return Err(status::refusal_as(kind, answer));
        }
        let body: Body = translations::body(answer)?;
        let translations = body.data.translations;
        let model = translations.first().and_then(|one| one.model.clone());
        let model = model.filter(|name| is_name(name));
        let english = translations.into_iter().map(|one| one.translated_text).collect();
        let english = translations::unescaped(task, english);
        Ok(Decoded { model, ..translations::decoded(task, english, None)? })
    }
}

/// What the first reason that is known means.
fn reason(answer: &WireAnswer) -> Option<FaultKind> {
    let Complaint { error } = translations::complaint(answer);
    error.errors.iter().chain(&error.details).find_map(|one| match one.reason.as_str() {
        "dailyLimitExceeded" | "dailyLimitExceededUnreg" | "limitExceeded" | "quotaExceeded" => {
            Some(FaultKind::Quota)
        }
        "rateLimitExceeded" | "userRateLimitExceeded" | "RATE_LIMIT_EXCEEDED" => {
            Some(FaultKind::Throttled)
        }
        "keyInvalid"
        | "keyExpired"
        | "accessNotConfigured"
        | "ipRefererBlocked"
        | "API_KEY_INVALID"
        | "API_KEY_SERVICE_BLOCKED"
        | "SERVICE_DISABLED"
        | "BILLING_DISABLED" => Some(FaultKind::Unauthorized),
        "backendError" => Some(FaultKind::Unavailable),
        _ => None,
    })
}
