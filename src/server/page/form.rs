//! `POST /`: the page's form as a browser without script sends it; the answer is the brief as a page.
//!
//! Browsers send every field of a form, empty ones too, so here an empty field is no field. The
//! article is one of text, file and address.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, State as Shared, multipart::Field},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    article::Source,
    server::{
        State, briefs,
        form::{self, BROKEN, broken, content_type},
        gate::Caller,
        hosts,
        problem::Problem,
        session,
        source::{self, Options, Posted},
    },
    telemetry::Seen,
};

/// Refuses a form that does not come from our own page.
pub(super) async fn from_here(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match hosts::is_own_page(&parts) {
        true => next.run(Request::from_parts(parts, body)).await,
        false => session::forged().into_response(),
    }
}

/// The brief of the article in the form.
pub(super) async fn brief(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    request: Request,
) -> Result<Response, Problem> {
    let limit = state.gateway.config.server.max_body_bytes;
    let seen = request.extensions().get::<Seen>().cloned().unwrap_or_default();
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::malformed(BROKEN))?;
    let mut read = Form::default();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error, limit))? {
        read.field(field, limit).await?;
    }
    let posted = read.posted(&state).await?;
    briefs::of_form(state, identity, (posted, seen)).await
}

#[derive(Default)]
struct Form {
    article: Option<Source>,
    url: Option<String>,
    options: Options,
}

impl Form {
    async fn field(&mut self, field: Field<'_>, limit: usize) -> Result<(), Problem> {
        let name = field.name().unwrap_or_default().to_owned();
        // A file's field that was left empty has an empty name and the type of unnamed bytes.
        let left = field.file_name().is_some_and(str::is_empty);
        let content_type = if left { None } else { content_type(&name, &field)? };
        let bytes = field.bytes().await.map_err(|error| broken(&error, limit))?;
        if bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        match name.as_str() {
            "text" | "file" if bytes.len() > limit => Err(Problem::too_large(limit)),
            "text" => {
                let content_type = Some("text/plain; charset=utf-8".to_owned());
                self.take(Source { bytes, content_type, ..Source::default() })
            }
            "file" => self.take(Source { bytes, content_type, ..Source::default() }),
            "url" => form::put(&mut self.url, text(bytes)?),
            "detail" => {
                self.options.detail = form::detail(&text(bytes)?)?;
                Ok(())
            }
            "confidential" => {
                self.options.confidential = true;
                Ok(())
            }
            _ => Err(Problem::malformed("The form has a field that is not known.")),
        }
    }

    fn take(&mut self, source: Source) -> Result<(), Problem> {
        match self.article.replace(source) {
            None => Ok(()),
            Some(_) => Err(several()),
        }
    }

    async fn posted(self, state: &State) -> Result<Posted, Problem> {
        let source = match (self.article, self.url) {
            (Some(_), Some(_)) => return Err(several()),
            (Some(source), None) => source,
            (None, Some(url)) => source::fetched(url.trim(), &state.gateway).await?,
            (None, None) => {
                return Err(Problem::empty("Paste an article, or choose a file, and send again."));
            }
        };
        let raw = source.bytes.clone();
        Ok(Posted { source, options: self.options, raw, by_itself: false })
    }
}

fn several() -> Problem {
    Problem::malformed("The form gives more than one article; give text, a file or an address.")
}

fn text(bytes: Bytes) -> Result<String, Problem> {
    Ok(form::text(bytes)?.trim().to_owned())
}
