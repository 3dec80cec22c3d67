//! The page at `/`: what an editor opens. Its files are beside this one and part of the program.
//!
//! `shell` answers the page itself, with who is signed in; `sign_in` begins and ends sessions; `form`
//! makes a brief of the plain form, for browsers without script; `told` says problems as a page. All
//! else is done by the page's own script over the same `/v1` addresses that programs use, with the
//! session's cookie in the place of a key.
//!
//! # What it never does
//! It loads nothing from another host, runs no script and no style that is not one of its own files,
//! and gives a key to no script. The policy says all of it, and that no script may make markup out of
//! text at all: what comes from an article or a provider is shown as text.

mod form;
mod shell;
mod sign_in;
mod told;

use std::{convert::Infallible, sync::LazyLock};

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};

use super::{State, gate::Gate, openapi::unlisted, problem::Problem};
use crate::{keys::Scope, render::html};

/// The policy of the page. Text cannot become script (`trusted-types`), here or by mistake.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      trusted-types 'none'";

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Every file of the page, by its name.
static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    vec![
        File::new("brief.css", CSS, html::STYLE),
        File::new("page.css", CSS, include_str!("page.css")),
        File::new("status.css", CSS, include_str!("status.css")),
        File::new("icon.svg", "image/svg+xml", include_str!("icon.svg")),
        File::new("app.js", SCRIPT, include_str!("app.js")),
        File::new("api.js", SCRIPT, include_str!("api.js")),
        File::new("compose.js", SCRIPT, include_str!("compose.js")),
        File::new("dom.js", SCRIPT, include_str!("dom.js")),
        File::new("evidence.js", SCRIPT, include_str!("evidence.js")),
        File::new("formats.js", SCRIPT, include_str!("formats.js")),
        File::new("reading.js", SCRIPT, include_str!("reading.js")),
        File::new("recent.js", SCRIPT, include_str!("recent.js")),
        File::new("review.js", SCRIPT, include_str!("review.js")),
        File::new("sheet.js", SCRIPT, include_str!("sheet.js")),
        File::new("status.js", SCRIPT, include_str!("status.js")),
        File::new("stream.js", SCRIPT, include_str!("stream.js")),
        File::new("words.js", SCRIPT, include_str!("words.js")),
    ]
});

/// A file with its hash.
struct File {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
    tag: HeaderValue,
}

impl File {
    fn new(name: &'static str, media_type: &'static str, text: &'static str) -> Self {
        Self { name, media_type, text, tag: tag(text) }
    }
}

/// The addresses of the page.
pub(super) fn routes(gate: &Gate, state: &State) -> Router<State> {
    // Whatever refuses here, a person reads it.
    let said = |routes: MethodRouter<State>| {
        let told = from_fn_with_state(state.clone(), told::as_page);
        routes.layer::<_, Infallible>(from_fn(form::from_here)).layer::<_, Infallible>(told)
    };
    let form = said(gate.works(Scope::Brief, unlisted(post(form::brief))).2);
    Router::new()
        .route("/", get(shell::page).merge(form))
        .route("/sign-in", said(gate.opens(unlisted(post(sign_in::sign_in))).2))
        .route("/sign-out", said(post(sign_in::sign_out)))
        .route("/page/{name}", get(file))
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Problem::not_found("The page has no file of this name."))?;
    let mut response = tagged(&headers, &file.tag, || Bytes::from_static(file.text.as_bytes()));
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    // Looked at again each time, which costs a 304, so that a new version is whole at once.
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// The strong entity tag of a text.
fn tag(text: &str) -> HeaderValue {
    let hash = blake3::hash(text.as_bytes()).to_hex();
    HeaderValue::from_str(&format!("\"{}\"", &hash[..32]))
        .unwrap_or(HeaderValue::from_static("\"\""))
}

/// The body under its tag, or 304 where the browser has it.
fn tagged(headers: &HeaderMap, tag: &HeaderValue, body: impl FnOnce() -> Bytes) -> Response {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let own = tag.to_str().unwrap_or_default();
    let same = known.map(|one| one.trim().trim_start_matches("W/")).any(|one| one == own);
    let mut response = match same {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => body().into_response(),
    };
    response.headers_mut().insert(header::ETAG, tag.clone());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_there_and_no_script_makes_markup() {
        let shell = include_str!("shell.html");
        let names = shell.split("\"/page/").skip(1).filter_map(|rest| rest.split('"').next());
        let imports = FILES.iter().filter(|file| file.media_type == SCRIPT).flat_map(|file| {
            let from = file.text.split("from \"./").skip(1);
            from.filter_map(|rest| rest.split('"').next())
        });
        for name in names.chain(imports) {
            assert!(FILES.iter().any(|file| file.name == name), "{name}");
        }
        for file in FILES.iter() {
            for banned in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "localStorage",
                "sessionStorage",
                "http://",
                "https://",
            ] {
                let svg = banned == "http://" && file.text.contains("http://www.w3.org/2000/svg");
                assert!(svg || !file.text.contains(banned), "{}: {banned}", file.name);
            }
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let tag = tag("text");
        let with = |value: &HeaderValue| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, value.clone())]);
            tagged(&headers, &tag, || Bytes::from_static(b"text")).status()
        };
        assert_eq!(with(&tag), StatusCode::NOT_MODIFIED);
        assert_eq!(with(&HeaderValue::from_static("\"other\"")), StatusCode::OK);
    }
}
