//! The plainest dialect there could be, for tests of the road: texts in, texts out, as JSON.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};
use mujaz::{
    brief::{Answer, Evidence, Task, Text, Usage},
    dialect::{
        Ask, Auth, Capabilities, Decoded, Dialect, Fault, FaultKind, WireAnswer, WireRequest,
    },
};
use serde_json::{Value, json};

/// The dialect. `auth` says where the key goes.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) auth: Auth,
    pub(crate) summarizes: bool,
    pub(crate) max_texts: usize,
}

impl Default for Plain {
    fn default() -> Self {
        Self { auth: Auth::Bearer, summarizes: true, max_texts: 1000 }
    }
}

impl Dialect for Plain {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            summarizes: self.summarizes,
            max_texts: self.max_texts,
            max_characters: 1_000_000,
            max_bytes: 4_000_000,
            context: false,
            glossary: false,
            structured: false,
            streaming: false,
            repairs: true,
        }
    }

    fn encode(&self, ask: &Ask<'_>) -> Result<WireRequest, Fault> {
        let texts: Vec<&str> = match ask.task {
            Task::Translate { texts, .. } | Task::Summarize { paragraphs: texts, .. } => {
                texts.iter().map(|Text { text, .. }| text.as_str()).collect()
            }
            Task::Headline { passages, .. } => {
                passages.iter().map(|Evidence { text, .. }| text.as_str()).collect()
            }
        };
        let json = HeaderValue::from_static("application/json");
        Ok(WireRequest {
            method: Method::POST,
            path: "/do".to_owned(),
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, json)]),
            body: json!({ "texts": texts, "complaints": ask.complaints }).to_string().into(),
            auth: self.auth.clone(),
            stream: false,
            findings: Vec::new(),
        })
    }

    fn decode(&self, task: &Task, answer: &WireAnswer) -> Result<Decoded, Fault> {
        if !answer.status.is_success() {
            return Err(refusal(answer));
        }
        let garbage = || Fault::new(FaultKind::Garbage, "answered with no answer");
        let wire: Value = serde_json::from_slice(&answer.body).map_err(|_| garbage())?;
        match wire["error"].as_str() {
            Some("filtered") => return Err(Fault::new(FaultKind::Filtered, "declined the text")),
            Some("length") => return Err(Fault::new(FaultKind::Truncated, "stopped too early")),
            _ => {}
        }
        let texts = wire["texts"].as_array().ok_or_else(garbage)?;
        let usage = Usage {
            input_tokens: wire["usage"]["input_tokens"].as_u64().unwrap_or(0),
            output_tokens: wire["usage"]["output_tokens"].as_u64().unwrap_or(0),
            characters: task.characters() as u64,
            ..Usage::default()
        };
        let answer = shaped(task, texts);
        Ok(Decoded { answer, usage, model: Some("plain-1".to_owned()), findings: Vec::new() })
    }
}

fn shaped(task: &Task, texts: &[Value]) -> Answer {
    let text = |text: &Value| text.as_str().map(str::to_owned);
    match task {
        Task::Translate { .. } => Answer::Translate { texts: texts.iter().map(text).collect() },
        Task::Summarize { paragraphs, .. } => {
            let passage = |(text, paragraph): (&Value, &Text)| Evidence {
                text: text.as_str().unwrap_or_default().to_owned(),
                sources: paragraph.sources.clone(),
            };
            Answer::Summarize {
                heading: None,
                passages: texts.iter().zip(paragraphs).map(passage).collect(),
            }
        }
        Task::Headline { .. } => Answer::Headline {
            headline: texts.first().and_then(text).unwrap_or_default(),
            summary: Vec::new(),
        },
    }
}

fn refusal(answer: &WireAnswer) -> Fault {
    let kind = match answer.status.as_u16() {
        429 | 529 => FaultKind::Throttled,
        402 | 456 => FaultKind::Quota,
        401 | 403 => FaultKind::Unauthorized,
        404 => FaultKind::NotFound,
        413 => FaultKind::TooLong,
        400 | 422 => FaultKind::Refused,
        _ => FaultKind::Unavailable,
    };
    let seconds = answer.headers.get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
    let fault = Fault::new(kind, format!("answered with status {}", answer.status.as_u16()));
    Fault { retry_after: seconds.map(Duration::from_secs), ..fault }
}
