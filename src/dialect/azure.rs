//! Azure Translator's `POST /translate`, version 3.0.
//!
//! One array of texts in, one array of translations out. A regional resource also names its region
//! in a header. Errors carry a code of six digits whose first three are a status; where the code
//! says more than the status does, the code counts. What was billed stands in a header.

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::{
    Ask, Auth, Capabilities, Decoded, Dialect, Fault, FaultKind, WireAnswer, WireRequest, status,
    translations,
};
use crate::{brief::Task, config::ProviderConfig};

/// Texts of one request.
const TEXTS: usize = 1000;
/// Characters of one request.
const CHARACTERS: usize = 50_000;
/// Azure counts no bytes; these are its characters, at their largest, and the JSON around them.
const REQUEST: usize = 256 * 1024;
const PATH: &str = "/translate?api-version=3.0&from=ar&to=en&textType=plain";
const REGION: HeaderName = HeaderName::from_static("ocp-apim-subscription-region");
const BILLED: HeaderName = HeaderName::from_static("x-metered-usage");

/// The dialect.
#[derive(Clone, Debug)]
pub struct Azure {
    capabilities: Capabilities,
    auth: Auth,
    region: Option<HeaderValue>,
}

impl Azure {
    /// The dialect as configured.
    #[must_use]
    pub fn new(config: &ProviderConfig) -> Self {
        let most = translations::capabilities(TEXTS, CHARACTERS, REQUEST);
        Self {
            capabilities: translations::within(config, most),
            auth: translations::keyed(config, Auth::Header("ocp-apim-subscription-key", "")),
            region: config.region.as_deref().and_then(|region| region.parse().ok()),
        }
    }
}

#[derive(Serialize)]
struct Item<'a> {
    #[serde(rename = "Text")]
    text: &'a str,
}

#[derive(Deserialize)]
struct Translated {
    translations: Vec<Translation>,
}

#[derive(Deserialize)]
struct Translation {
    text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Complaint {
    error: Error,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    code: u32,
}

impl Dialect for Azure {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let (texts, _) = translations::texts(ask.task)?;
        let items: Vec<Item<'_>> = texts.iter().map(|text| Item { text: &text.text }).collect();
        let mut request = translations::post(PATH, &items, self.auth.clone(), REQUEST)?;
        if let Some(region) = &self.region {
            request.headers.insert(REGION, region.clone());
        }
        Ok(request)
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        let Complaint { error } = translations::complaint(answer);
        if let Some(kind) = meaning(error.code) {
            return Err(status::refusal_as(kind, answer));
        }
        let body: Vec<Translated> = translations::body(answer)?;
        let first = |one: Translated| one.translations.into_iter().next()?.text;
        let english = body.into_iter().map(first).collect();
        let billed = answer.headers.get(BILLED).and_then(|value| value.to_str().ok()?.parse().ok());
        translations::decoded(task, english, billed)
    }
}

/// What a code means; `None` for one that says no more than its status.
fn meaning(code: u32) -> Option<FaultKind> {
    match code {
        // A text or the whole request is too long.
        400_050 | 400_077 => Some(FaultKind::TooLong),
        // The free allowance is used up.
        403_001 => Some(FaultKind::Quota),
        // The same families as statuses, for an error that comes with another status.
        401_000..=401_999 | 403_000..=403_999 => Some(FaultKind::Unauthorized),
        429_000..=429_999 => Some(FaultKind::Throttled),
        408_000..=408_999 | 500_000..=599_999 => Some(FaultKind::Unavailable),
        400_000..=499_999 => Some(FaultKind::Refused),
        _ => None,
    }
}
