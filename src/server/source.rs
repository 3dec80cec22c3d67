//! An article out of a request, whose content type says how; its body lies in memory already, within
//! its bounds (`bodies`).
//!
//! Text, HTML and the news formats pass on as they arrived; JSON and forms are opened, an address
//! in them is fetched, and what they say besides the article becomes the order's options. A field
//! that is not known is refused, because a misspelt `confidential` must not be ignored.

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, header},
};

use super::{form, problem::Problem};
use crate::{
    article::{Source, extract::SourceKind},
    body::Body,
    brief::Detail,
    outside::OutsideError,
    pipeline::Gateway,
};

/// What a request carries.
#[derive(Debug)]
pub(super) struct Posted {
    /// The article.
    pub(super) source: Source,
    /// What else was asked for.
    pub(super) options: Options,
    /// The article's bytes as they arrived, for the key of the whole-brief cache.
    pub(super) raw: Bytes,
    /// `raw` is JSON that says all that was asked for, and nobody else is told of the brief.
    pub(super) by_itself: bool,
}

/// What a request asks for beside its article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// How much of the article is wanted.
    pub(super) detail: Detail,
    /// Touch no cache and only confidential providers.
    pub(super) confidential: bool,
    /// Say what it would take, and do nothing.
    pub(super) dry_run: bool,
    /// Who is told when it is done.
    pub(super) webhook: Option<String>,
}

/// The body of a request that brings JSON; any other request is given back.
pub(super) async fn json_of(request: Request) -> Result<Result<Bytes, Request>, Problem> {
    let kind = content_type(request.headers());
    if !matches!(essence(&kind).as_str(), "application/json" | "text/json") {
        return Ok(Err(request));
    }
    let raw = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    raw.map(Ok).map_err(|_| Problem::internal())
}

/// Opens a request's body by its content type.
pub(super) async fn posted(request: Request, gateway: &Gateway) -> Result<Posted, Problem> {
    let kind = content_type(request.headers());
    let essence = essence(&kind);
    if essence == "multipart/form-data" {
        return form::posted(request, gateway.config.server.max_body_bytes).await;
    }
    let raw = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let raw = raw.map_err(|_| Problem::internal())?;
    match essence.as_str() {
        "application/json" | "text/json" => json(raw, gateway).await,
        essence if SourceKind::reads(essence) => Ok(plain(raw, &kind)),
        essence => Err(unread_type(essence)),
    }
}

pub(super) fn unread_type(essence: &str) -> Problem {
    Problem::unsupported_media_type(format!(
        "`{}` is not read; send text/plain, text/html, text/markdown, application/json, \
         multipart/form-data or a news format.",
        essence.chars().filter(|c| c.is_ascii_graphic()).take(80).collect::<String>()
    ))
}

/// A content type without its parameters.
fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or("text/plain").to_owned()
}

fn plain(raw: Bytes, content_type: &str) -> Posted {
    let content_type = Some(content_type.to_owned());
    let source = Source { bytes: raw.clone(), content_type, ..Source::default() };
    Posted { source, options: Options::default(), raw, by_itself: false }
}

/// The article that JSON carries.
///
/// # Errors
/// Where it is no such JSON, or its address does not give an article.
pub(super) async fn json(raw: Bytes, gateway: &Gateway) -> Result<Posted, Problem> {
    let body = Body::open(&raw).map_err(|error| Problem::malformed(error.to_string()))?;
    let Body { carried, title, published, detail, confidential, dry_run, webhook } = body;
    let detail = detail.unwrap_or_default();
    let options = Options { detail, confidential, dry_run, webhook };
    let (source, raw, by_itself) = match carried.source() {
        Ok(source) => (source, raw, options.webhook.is_none()),
        Err(url) => {
            let source = fetched(&url, gateway).await?;
            let raw = source.bytes.clone();
            (source, raw, false)
        }
    };
    Ok(Posted { source: Source { title, published, ..source }, options, raw, by_itself })
}

/// The article at an address.
///
/// # Errors
/// Where it may not be asked or does not give one.
pub(super) async fn fetched(url: &str, gateway: &Gateway) -> Result<Source, Problem> {
    let page = gateway.outside.get(url).await.map_err(unfetched)?;
    Ok(Source { bytes: page.bytes, content_type: Some(page.content_type), ..Source::default() })
}

/// The caller's fault where the address may not be asked, the other server's where it fails.
fn unfetched(error: OutsideError) -> Problem {
    let mut detail = error.to_string();
    if let Some(first) = detail.get(..1) {
        detail.replace_range(..1, &first.to_ascii_uppercase());
    }
    detail.push('.');
    match error {
        OutsideError::Off | OutsideError::Address | OutsideError::NotPublic => {
            Problem::malformed(detail)
        }
        _ => Problem::fetch_failed(detail),
    }
}
