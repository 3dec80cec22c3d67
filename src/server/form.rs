//! An article out of a form: one file, and beside it what JSON would say in fields.
//!
//! The whole form lies in memory, within the bound of a body and a margin for what surrounds it
//! (`bodies`). A field that is not known, or stands twice, is refused: which of two was meant cannot be told. A part's type is its
//! label, or what its file name says; a picture is refused as it is outside a form.

use axum::{
    body::Bytes,
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};

use super::{
    problem::Problem,
    source::{Options, Posted, unread_type},
};
use crate::{
    article::{Source, extract::SourceKind},
    brief::Detail,
};

/// What a form may take beyond its article, in bytes: boundaries, headers and small fields.
pub(super) const MARGIN: usize = 64 * 1024;

pub(super) const BROKEN: &str = "The form is broken; send one file in a field named `file`.";

/// Reads a form as its parts arrive.
pub(super) async fn posted(request: Request, limit: usize) -> Result<Posted, Problem> {
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::malformed(BROKEN))?;
    let mut read = Form { limit, ..Form::default() };
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error, limit))? {
        read.field(field).await?;
    }
    let source = read.source.ok_or_else(|| Problem::malformed(BROKEN))?;
    let source = Source { title: read.title, published: read.published, ..source };
    let options = Options {
        detail: read.detail.unwrap_or_default(),
        confidential: read.confidential.unwrap_or_default(),
        ..Options::default()
    };
    let raw = source.bytes.clone();
    Ok(Posted { source, options, raw, by_itself: false })
}

#[derive(Default)]
struct Form {
    source: Option<Source>,
    title: Option<String>,
    published: Option<String>,
    detail: Option<Detail>,
    confidential: Option<bool>,
    limit: usize,
}

impl Form {
    async fn field(&mut self, field: Field<'_>) -> Result<(), Problem> {
        let name = field.name().unwrap_or_default().to_owned();
        let content_type = content_type(&name, &field)?;
        let bytes = field.bytes().await.map_err(|error| broken(&error, self.limit))?;
        match name.as_str() {
            "file" | "text" | "html" if bytes.len() > self.limit => {
                Err(Problem::too_large(self.limit))
            }
            "file" | "text" | "html" => {
                put(&mut self.source, Source { bytes, content_type, ..Source::default() })
            }
            "title" => put(&mut self.title, text(bytes)?),
            "published" => put(&mut self.published, text(bytes)?),
            "detail" => put(&mut self.detail, detail(&text(bytes)?)?),
            "confidential" => put(&mut self.confidential, confidential(&text(bytes)?)?),
            _ => Err(Problem::malformed(
                "The form has a field that is not known; it takes `file`, `title`, `published`, \
                 `detail` and `confidential`.",
            )),
        }
    }
}

pub(super) fn put<T>(place: &mut Option<T>, value: T) -> Result<(), Problem> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Problem::malformed(
            "The form gives the same thing twice; send one file, and each field once.",
        )),
    }
}

/// The type of an article's part: its field, its label, its file's name, in this order. JSON and
/// unnamed bytes are looked at as they stand, for browsers label files so.
pub(super) fn content_type(name: &str, field: &Field<'_>) -> Result<Option<String>, Problem> {
    match name {
        "html" => return Ok(Some("text/html".to_owned())),
        "file" | "text" => {}
        _ => return Ok(None),
    }
    let label = field.content_type().unwrap_or_default();
    let essence = label.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let vague = matches!(essence.as_str(), "" | "application/octet-stream" | "application/json");
    if vague {
        let named = field.file_name().and_then(SourceKind::content_type_of);
        return Ok(named.map(str::to_owned));
    }
    match SourceKind::reads(&essence) {
        true => Ok(Some(label.to_owned())),
        false => Err(unread_type(&essence)),
    }
}

pub(super) fn broken(error: &MultipartError, limit: usize) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(limit),
        _ => Problem::malformed(BROKEN),
    }
}

pub(super) fn text(bytes: Bytes) -> Result<String, Problem> {
    String::from_utf8(bytes.into()).map_err(|_| Problem::malformed("A form field is not UTF-8."))
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
