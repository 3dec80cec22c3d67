//! An article out of a request: the body is read up to its bound, and the content type says how.
//!
//! Text, HTML and the news formats pass on as they arrived; JSON and forms are opened here, and
//! what they say besides the article becomes the order's options. A field that is not known is
//! refused, because a misspelt `confidential` must not be ignored.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::{HeaderMap, header},
};
use serde::Deserialize;

use super::problem::Problem;
use crate::{article::Source, brief::Detail, config::Server};

/// What a request carries.
#[derive(Debug)]
pub(super) struct Posted {
    /// The article.
    pub(super) source: Source,
    /// What else was asked for.
    pub(super) options: Options,
    /// The body as it arrived, for the key of the whole-brief cache.
    pub(super) raw: Bytes,
}

/// What a request asks for beside its article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// How much of the article is wanted.
    pub(super) detail: Detail,
    /// Touch no cache and only confidential providers.
    pub(super) confidential: bool,
}

/// The JSON body of `POST /v1/briefs` and `POST /v1/split`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    text: Option<String>,
    html: Option<String>,
    url: Option<String>,
    title: Option<String>,
    published: Option<String>,
    #[serde(default)]
    detail: Detail,
    #[serde(default)]
    confidential: bool,
}

/// Reads a request's body and opens it by its content type.
pub(super) async fn posted(request: Request, bounds: &Server) -> Result<Posted, Problem> {
    let limit = bounds.max_body_bytes;
    let kind = content_type(request.headers());
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "multipart/form-data" {
        return upload(request, limit).await;
    }
    if declared_length(request.headers()).is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    let raw = axum::body::to_bytes(request.into_body(), limit).await;
    let raw = raw.map_err(|error| unread(&error, limit))?;
    match essence.as_str() {
        "application/json" | "text/json" => json(&raw),
        "application/ninjs+json" | "application/vnd.iptc.ninjs+json" => Ok(plain(raw, &kind)),
        essence if readable(essence) => Ok(plain(raw, &kind)),
        _ => Err(Problem::unsupported_media_type(format!(
            "`{}` is not read; send text/plain, text/html, text/markdown, application/json, \
             multipart/form-data or a news format.",
            essence.chars().filter(|c| c.is_ascii_graphic()).take(80).collect::<String>()
        ))),
    }
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or("text/plain").to_owned()
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn readable(essence: &str) -> bool {
    const READ: [&str; 9] = [
        "",
        "text/plain",
        "text/html",
        "text/markdown",
        "application/xhtml+xml",
        "application/xml",
        "text/xml",
        "application/rss+xml",
        "application/atom+xml",
    ];
    READ.contains(&essence)
}

fn plain(raw: Bytes, content_type: &str) -> Posted {
    let content_type = Some(content_type.to_owned());
    let source = Source { bytes: raw.clone(), content_type, ..Source::default() };
    Posted { source, options: Options::default(), raw }
}

fn json(raw: &Bytes) -> Result<Posted, Problem> {
    let body: Body = serde_json::from_slice(raw).map_err(|error| {
        // serde's message can quote a value of the request, so only its place is told on.
        let what = match error.classify() {
            serde_json::error::Category::Data => "has a wrong, unknown, repeated or missing field",
            _ => "is not valid UTF-8 JSON",
        };
        Problem::malformed(format!(
            "The body {what} at line {}, column {}; it takes `text`, `html` or `url`, and \
             `title`, `published`, `detail`, `confidential`.",
            error.line(),
            error.column()
        ))
    })?;
    let options = Options { detail: body.detail, confidential: body.confidential };
    let (bytes, content_type) = match (body.text, body.html, body.url) {
        (Some(text), None, None) => (text, "text/plain; charset=utf-8"),
        (None, Some(html), None) => (html, "text/html; charset=utf-8"),
        (None, None, Some(_)) => return Err(fetch_is_off()),
        (None, None, None) => {
            return Err(Problem::malformed(
                "The body names no article; give it as `text`, `html` or `url`.",
            ));
        }
        _ => return Err(Problem::malformed("Give one of `text`, `html` and `url`, not several.")),
    };
    let source = Source {
        bytes: bytes.into(),
        content_type: Some(content_type.to_owned()),
        title: body.title,
        published: body.published,
    };
    Ok(Posted { source, options, raw: raw.clone() })
}

fn fetch_is_off() -> Problem {
    Problem::malformed("Fetching by `url` is off here; send the article as `text` or `html`.")
}

async fn upload(request: Request, limit: usize) -> Result<Posted, Problem> {
    let wrong = "The form is broken; send one file in a field named `file`.";
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::malformed(wrong))?;
    let mut options = Options::default();
    let mut source: Option<Source> = None;
    let (mut title, mut published) = (None, None);
    while let Some(mut field) = form.next_field().await.map_err(|_| Problem::malformed(wrong))? {
        let name = field.name().unwrap_or_default().to_owned();
        let content_type = field.content_type().map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| Problem::malformed(wrong))? {
            if bytes.len() + chunk.len() > limit {
                return Err(Problem::too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        match name.as_str() {
            "file" | "text" | "html" => {
                let content_type =
                    if name == "html" { Some("text/html".to_owned()) } else { content_type };
                source = Some(Source { bytes: bytes.into(), content_type, ..Source::default() });
            }
            "title" => title = Some(field_text(bytes)?),
            "published" => published = Some(field_text(bytes)?),
            "detail" => options.detail = detail(&field_text(bytes)?)?,
            "confidential" => options.confidential = confidential(&field_text(bytes)?)?,
            _ => {
                return Err(Problem::malformed(
                    "The form has a field that is not known; it takes `file`, `title`, \
                     `published`, `detail` and `confidential`.",
                ));
            }
        }
    }
    let mut source = source.ok_or_else(|| Problem::malformed(wrong))?;
    (source.title, source.published) = (title, published);
    let raw = source.bytes.clone();
    Ok(Posted { source, options, raw })
}

fn field_text(bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|_| Problem::malformed("A form field is not UTF-8."))
}

/// `headline`, `brief` or `full`.
pub(super) fn detail(text: &str) -> Result<Detail, Problem> {
    match text.trim() {
        "headline" => Ok(Detail::Headline),
        "brief" => Ok(Detail::Brief),
        "full" => Ok(Detail::Full),
        _ => Err(Problem::malformed("`detail` is `headline`, `brief` or `full`.")),
    }
}

fn confidential(text: &str) -> Result<bool, Problem> {
    match text.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Problem::malformed("`confidential` is `true` or `false`.")),
    }
}

fn unread(error: &axum::Error, limit: usize) -> Problem {
    use std::error::Error;
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.to_string().contains("length limit exceeded") {
            return Problem::too_large(limit);
        }
        cause = one.source();
    }
    Problem::malformed("The body broke off before its end; send it again.")
}
