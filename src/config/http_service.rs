//! What must hold of `[providers.http]`, the description of a JSON service.
//!
//! The template is filled with sample texts here, so that a body that gives no JSON is told by
//! `mujaz check` and not by a brief that fails at night.

use http::{HeaderName, HeaderValue};

use super::{HttpService, Problem, ProviderConfig};
use crate::dialect::http::{Pointer, Template, is_pointer, meaning, meanings};

/// Headers that carry a key or that the body decides.
const REFUSED: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "host", "content-length", "content-type"];

/// Everything that is wrong, with paths relative to the provider's entry.
pub(super) fn problems(provider: &ProviderConfig) -> Vec<Problem> {
    let Some(service) = &provider.http else { return Vec::new() };
    let mut found = Vec::new();
    found.extend(path(service));
    found.extend(service.headers.iter().filter_map(|(name, value)| header(name, value)));
    found.extend(key(provider, service));
    found.extend(texts(service));
    found.extend(errors(service));
    if !(1..=1000).contains(&service.max_texts) {
        found.push(Problem::new("http.max_texts", "`max_texts` must lie between 1 and 1000"));
    }
    if !(100..=1_000_000).contains(&service.max_characters) {
        let message = "`max_characters` must lie between 100 and 1000000";
        found.push(Problem::new("http.max_characters", message));
    }
    found
}

fn path(service: &HttpService) -> Option<Problem> {
    let fine = service.path.starts_with('/')
        && !service.path.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#');
    let message = "`path` must begin with `/` and hold no space and no `#`";
    (!fine).then(|| Problem::new("http.path", message))
}

/// A header that may hold a key is told at the provider's name: the line that is pointed at is
/// shown.
fn header(name: &str, value: &str) -> Option<Problem> {
    let lower = name.to_ascii_lowercase();
    if REFUSED.contains(&lower.as_str()) || lower.contains("key") || lower.contains("token") {
        let message = format!("the header `{name}` cannot be set here");
        let hint = "a key comes from `api_key_env`, in the header that `key_header` names; the \
                    body's type is always JSON";
        return Some(Problem::new("name", message).hint(hint));
    }
    let fine = name.parse::<HeaderName>().is_ok() && value.parse::<HeaderValue>().is_ok();
    let message = format!("`{name}` is no header that can be sent");
    (!fine).then(|| Problem::new("http.headers", message))
}

fn key(provider: &ProviderConfig, service: &HttpService) -> Vec<Problem> {
    let mut found = Vec::new();
    let named = service.key_header.as_ref();
    if named.is_some_and(|name| name.parse::<HeaderName>().is_err()) {
        found.push(Problem::new("http.key_header", "`key_header` is no header's name"));
    }
    if service.key_prefix.parse::<HeaderValue>().is_err() {
        let message = "`key_prefix` holds what no header can";
        found.push(Problem::new("http.key_prefix", message));
    }
    if provider.api_key_env.is_none() && (named.is_some() || !service.key_prefix.is_empty()) {
        let at = if named.is_some() { "http.key_header" } else { "http.key_prefix" };
        let hint = "`api_key_env` names the environment variable that holds the key";
        found.push(Problem::new(at, "there is no key to send").hint(hint));
    }
    found
}

/// Body and answer, which must agree on whether a call holds several texts.
fn texts(service: &HttpService) -> Vec<Problem> {
    let mut found = Vec::new();
    let many = service.max_texts > 1;
    match Template::new(&service.body) {
        Err(wrong) => {
            let hint = "the body is JSON in which `{{ texts }}` prints the list of texts and \
                        `{{ text }}` the one, quotes included";
            found.push(Problem::new("http.body", format!("`body`: {wrong}")).hint(hint));
        }
        Ok(template) if many && !template.takes_list => {
            let message = "`body` sends one text, and `max_texts` is more than 1";
            found.push(Problem::new("http.body", message).hint("send `texts`"));
        }
        Ok(_) => {}
    }
    match Pointer::new(&service.answer) {
        None => {
            let hint = "as in `/translations/*/text`, where `*` stands for the text's place";
            let message = "`answer` is no JSON pointer with at most one `*`";
            found.push(Problem::new("http.answer", message).hint(hint));
        }
        Some(pointer) if many && !pointer.is_list() => {
            let message = "`answer` points at one text, and `max_texts` is more than 1";
            let hint = "a `*` stands for the text's place, as in `/translations/*/text`";
            found.push(Problem::new("http.answer", message).hint(hint));
        }
        Some(_) => {}
    }
    found
}

fn errors(service: &HttpService) -> Vec<Problem> {
    let mut found = Vec::new();
    if service.error.as_deref().is_some_and(|at| at.is_empty() || !is_pointer(at)) {
        let message = "`error` is no JSON pointer";
        found.push(Problem::new("http.error", message).hint("as in `/error/code`"));
    }
    for name in service.errors.values().filter(|name| meaning(name).is_none()) {
        let message = format!("`{name}` is no meaning of an error");
        let hint = format!("there are {}", meanings());
        found.push(Problem::new("http.errors", message).hint(hint));
    }
    found
}
