//! A JSON translation service that configuration alone describes (`kind = "http"`).
//!
//! `[providers.http]` says what is posted, as a template, and where the English and the error code
//! stand in the answer, as JSON pointers; `errors` says what codes and statuses mean. So the next
//! vendor needs a config block and no code: `ModernMT`, SYSTRAN, NLLB-serve and OPUS-MT are spoken to
//! in this way.
//!
//! # Why article text cannot break out
//! Every value that a template prints is written as JSON, quotes included, whether the template
//! says `|tojson` or not; only `source` and `target`, which are ours, are printed bare. What was
//! printed must then be JSON, which is tried with sample texts when configuration is read.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, HeaderName, HeaderValue};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, context};
use serde_json::Value as Json;

use super::{
    Ask, Auth, Capabilities, Decoded, Dialect, Fault, FaultKind, WireAnswer, WireRequest, status,
    translations,
};
use crate::{brief::Task, config::ProviderConfig};

/// What the text of one request may be written as, in bytes a character: `\u0000` is the longest.
const BYTES_A_CHARACTER: usize = 6;
/// And what the template may put around it.
const AROUND: usize = 64 * 1024;

/// What `errors` may say, by the names that configuration uses.
const MEANINGS: [FaultKind; 8] = [
    FaultKind::Throttled,
    FaultKind::Quota,
    FaultKind::Unauthorized,
    FaultKind::NotFound,
    FaultKind::Refused,
    FaultKind::TooLong,
    FaultKind::Filtered,
    FaultKind::Unavailable,
];

/// The dialect.
#[derive(Debug)]
pub struct Http {
    capabilities: Capabilities,
    auth: Auth,
    path: String,
    headers: HeaderMap,
    body: Template,
    answer: Pointer,
    error: Option<String>,
    errors: BTreeMap<String, FaultKind>,
}

impl Http {
    /// The dialect as configured; `None` without a `[providers.http]` that
    /// [`ProviderConfig::problems`] finds right.
    #[must_use]
    pub fn new(config: &ProviderConfig) -> Option<Self> {
        let service = config.http.as_ref()?;
        let body = Template::new(&service.body).ok()?;
        let bytes = service.max_characters.saturating_mul(BYTES_A_CHARACTER) + AROUND;
        let most = translations::capabilities(service.max_texts, service.max_characters, bytes);
        let header = service.key_header.clone().unwrap_or_else(|| "authorization".to_owned());
        let auth = Auth::NamedHeader(header, service.key_prefix.clone());
        let headers = service.headers.iter().map(|(name, value)| {
            Some((name.parse::<HeaderName>().ok()?, value.parse::<HeaderValue>().ok()?))
        });
        let errors = service.errors.iter().map(|(code, name)| Some((code.clone(), meaning(name)?)));
        Some(Self {
            capabilities: Capabilities { context: body.context, ..most },
            auth: translations::keyed(config, auth),
            path: service.path.clone(),
            headers: headers.collect::<Option<_>>()?,
            body,
            answer: Pointer::new(&service.answer)?,
            error: service.error.clone(),
            errors: errors.collect::<Option<_>>()?,
        })
    }

    /// What the service's own code or its status means, where configuration says so; a code that it
    /// does not know is a refusal, but for one that says that all is well.
    fn refusal(&self, answer: &WireAnswer, json: Option<&Json>) -> Option<Fault> {
        let code = self.error.as_deref().zip(json).and_then(|(at, json)| code(json.pointer(at)?));
        let told = code.as_ref().and_then(|code| self.errors.get(code));
        let by_status = || self.errors.get(answer.status.as_str());
        if let Some(kind) = told.or_else(by_status) {
            return Some(status::refusal_as(*kind, answer));
        }
        if !answer.status.is_success() {
            return Some(status::refusal(answer));
        }
        code.map(|_| status::refusal_as(FaultKind::Refused, answer))
    }
}

impl Dialect for Http {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let (texts, title) = translations::texts(ask.task)?;
        let texts: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
        let body = self.body.fill(&texts, title).map_err(|_| {
            Fault::new(FaultKind::Refused, "the body that is configured for it gives no JSON")
        })?;
        let most = self.capabilities.max_bytes;
        let mut request = translations::post(&self.path, &body, self.auth.clone(), most)?;
        request.headers.extend(self.headers.clone());
        Ok(request)
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        let json = serde_json::from_slice::<Json>(&answer.body).ok();
        if let Some(fault) = self.refusal(answer, json.as_ref()) {
            return Err(fault);
        }
        let json: Json = translations::body(answer)?;
        let english = self.answer.all(&json).ok_or_else(|| {
            Fault::new(FaultKind::Garbage, "its answer holds nothing where the English should be")
        })?;
        translations::decoded(task, translations::unescaped(task, english), None)
    }
}

/// The kind that a name in `errors` stands for.
#[must_use]
pub(crate) fn meaning(name: &str) -> Option<FaultKind> {
    MEANINGS.into_iter().find(|kind| kind.name() == name)
}

/// The names that `errors` may use, for a hint.
#[must_use]
pub(crate) fn meanings() -> String {
    MEANINGS.map(FaultKind::name).join(", ")
}

/// The code at the place of errors; `None` where it says that there is none.
fn code(found: &Json) -> Option<String> {
    match found {
        Json::String(text) => Some(text.trim().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(false) => None,
        Json::Bool(true) | Json::Array(_) | Json::Object(_) => Some(String::new()),
    }
    .filter(|code| !fine(code, found))
}

/// Zero, a good status, and a text that says nothing are no errors.
fn fine(code: &str, found: &Json) -> bool {
    let good = code.parse::<u16>().is_ok_and(|code| code == 0 || (200..300).contains(&code));
    good || (found.is_string() && code.is_empty())
}

/// A JSON pointer in which one `*` stands for the place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    before: String,
    after: Option<String>,
}

impl Pointer {
    /// `None` where the text is no pointer or has more than one `*`.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if !is_pointer(text) {
            return None;
        }
        let mut parts = text.splitn(2, "/*");
        let before = parts.next()?.to_owned();
        let after = parts.next().map(str::to_owned);
        let whole_part =
            after.as_deref().is_none_or(|rest| rest.is_empty() || rest.starts_with('/'));
        let one = after.as_deref().is_none_or(|rest| !rest.contains('*')) && !before.contains('*');
        (whole_part && one).then_some(Self { before, after })
    }

    /// Whether it can point at several texts.
    pub(crate) fn is_list(&self) -> bool {
        self.after.is_some()
    }

    /// What stands there, one for each text. `None` where nothing does.
    fn all(&self, json: &Json) -> Option<Vec<Option<String>>> {
        let found = json.pointer(&self.before)?;
        let Some(after) = &self.after else {
            return Some(vec![Some(string(found)?)]);
        };
        let items = found.as_array()?;
        Some(items.iter().map(|item| item.pointer(after).and_then(string)).collect())
    }
}

/// A text, also as the only one of a list.
fn string(found: &Json) -> Option<String> {
    match found {
        Json::String(text) => Some(text.clone()),
        Json::Array(items) => match items.as_slice() {
            [Json::String(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// RFC 6901: nothing, or parts that each open with a slash.
pub(crate) fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

/// A request body as a template.
#[derive(Debug)]
pub(crate) struct Template {
    environment: Environment<'static>,
    source: String,
    /// The template prints the context.
    context: bool,
    /// It prints the whole list of texts.
    pub(crate) takes_list: bool,
}

impl Template {
    /// The template, once it gave JSON for sample texts.
    ///
    /// # Errors
    /// One clause on what is wrong with it.
    pub(crate) fn new(source: &str) -> Result<Self, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let uses = names(&environment, source).map_err(|error| said(&error))?;
        let template = Self {
            environment,
            source: source.to_owned(),
            context: uses.contains("context"),
            takes_list: uses.contains("texts"),
        };
        if !template.takes_list && !uses.contains("text") {
            return Err("it sends neither `text` nor `texts`".to_owned());
        }
        for context in [None, Some("عنوان \"الخبر\"")] {
            template.fill(&["نص \"أول\"\n", "نص ثان"], context)?;
        }
        Ok(template)
    }

    /// The body for some texts.
    fn fill(&self, texts: &[&str], context: Option<&str>) -> Result<Json, String> {
        let values = context! {
            texts => texts.iter().copied().collect::<Value>(),
            text => texts.first().copied(),
            context,
            source => Value::from_safe_string("ar".to_owned()),
            target => Value::from_safe_string("en".to_owned()),
        };
        // The name's ending is what makes every value come out as JSON.
        let filled = self
            .environment
            .render_named_str("body.json", &self.source, values)
            .map_err(|error| said(&error))?;
        serde_json::from_str(&filled).map_err(|error| {
            let line = error.line();
            format!("line {line} of what it prints is no JSON; values bring their own quotes")
        })
    }
}

fn names(
    environment: &Environment<'_>,
    source: &str,
) -> Result<BTreeSet<String>, minijinja::Error> {
    let template = environment.template_from_named_str("body.json", source)?;
    Ok(template.undeclared_variables(false).into_iter().collect())
}

/// What the template engine says, without the values that it printed.
fn said(error: &minijinja::Error) -> String {
    let line = error.line().unwrap_or(1);
    match (error.kind(), error.detail()) {
        (ErrorKind::UndefinedError, _) => format!(
            "line {line} uses a value that there is not; there are `texts`, `text`, `context`, \
             `source` and `target`"
        ),
        (_, Some(detail)) => format!("line {line}: {detail}"),
        (kind, None) => format!("line {line}: {kind}"),
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
