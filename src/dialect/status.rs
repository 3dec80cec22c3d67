//! What a status that is no success means, and how long the vendor asks to be left alone.
//!
//! Every dialect falls back on [`refusal`] for what it does not know better, so that a status
//! means the same everywhere. The words are ours; of the answer only the status number is told.
//!
//! # The wait
//! Vendors say it in many ways, and the longest that applies is taken. `retry-after` (seconds or
//! a date), `retry-after-ms` and its like hold for every status. The `…ratelimit…reset…` headers
//! describe windows; they stand on good answers too, so a window counts only where calls were too
//! many, and not where the vendor says that something remains of it. Values may be seconds, an
//! epoch in seconds or milliseconds, `6m0s`, RFC 3339 or an HTTP date. What is past means no
//! wait; what is longer than [`LONGEST`] is no wait that anybody meant and is passed over.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::{Fault, FaultKind, WireAnswer};

/// A quota may last for the rest of a month; nothing means longer.
const LONGEST: Duration = Duration::from_secs(32 * 24 * 3600);

/// The fault that a refusing answer stands for, by its status alone.
pub(crate) fn refusal(answer: &WireAnswer) -> Fault {
    refusal_as(kind(answer.status), answer)
}

/// The same for a dialect that knows from the vendor's own code what the refusal means.
pub(crate) fn refusal_as(kind: FaultKind, answer: &WireAnswer) -> Fault {
    let detail = format!("{} (status {})", words(kind), answer.status.as_u16());
    Fault { retry_after: wait(kind, answer), ..Fault::new(kind, detail) }
}

/// What a status means. Those of vendors: DeepL's 456 and 529, Anthropic's 529.
fn kind(status: StatusCode) -> FaultKind {
    match status.as_u16() {
        401 | 403 | 407 => FaultKind::Unauthorized,
        402 | 456 => FaultKind::Quota,
        // A redirect is not followed: the configured address is not the vendor's.
        300..=399 | 404 | 410 => FaultKind::NotFound,
        413 => FaultKind::TooLong,
        429 | 529 => FaultKind::Throttled,
        501 | 505 => FaultKind::Refused,
        // The vendor waited for us, or two calls met: neither is about this request.
        408 | 409 | 425 | 500..=599 => FaultKind::Unavailable,
        400..=499 => FaultKind::Refused,
        _ => FaultKind::Garbage,
    }
}

fn words(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Throttled => "it asks for fewer calls",
        FaultKind::Quota => "its quota is used up",
        FaultKind::Unauthorized => "it does not accept the key",
        FaultKind::NotFound => "it knows no such address or model",
        FaultKind::Refused => "it refused the request",
        FaultKind::TooLong => "the text is too long for it",
        FaultKind::Filtered => "its filter stopped the text",
        FaultKind::Unavailable => "it failed",
        FaultKind::Unreachable => "it cannot be reached",
        FaultKind::Timeout => "it did not answer in time",
        FaultKind::Garbage => "its answer cannot be read",
        FaultKind::Truncated => "its answer stops early",
        FaultKind::Invalid => "its answer is not what was asked for",
        FaultKind::TooLarge => "its answer is larger than is read",
        FaultKind::Cancelled => "the call was given up",
    }
}

/// The longest wait that applies; `None` where the vendor names none.
fn wait(kind: FaultKind, answer: &WireAnswer) -> Option<Duration> {
    let told = told(answer);
    let windows = match kind {
        FaultKind::Throttled | FaultKind::Quota => windows(answer),
        _ => None,
    };
    told.max(windows)
}

/// What the vendor says outright.
fn told(answer: &WireAnswer) -> Option<Duration> {
    let WireAnswer { headers, received, .. } = answer;
    let millis = ["retry-after-ms", "x-ms-retry-after-ms"]
        .into_iter()
        .flat_map(|name| values(headers, name))
        .filter_map(|text| seconds(text.parse::<f64>().ok()? / 1000.0));
    let plain = values(headers, "retry-after").filter_map(|text| span(text, *received));
    millis.chain(plain).max()
}

/// The longest of the windows of which nothing remains, or of which that is not said.
fn windows(answer: &WireAnswer) -> Option<Duration> {
    let WireAnswer { headers, received, .. } = answer;
    let resets = headers.keys().map(http::HeaderName::as_str).filter(|name| {
        (name.contains("ratelimit") || name.contains("rate-limit")) && name.contains("reset")
    });
    resets
        .filter(|name| !remains(headers, &name.replace("reset", "remaining")))
        .flat_map(|name| values(headers, name))
        .filter_map(|text| span(text, *received))
        .max()
}

fn remains(headers: &HeaderMap, name: &str) -> bool {
    values(headers, name).filter_map(|text| text.parse::<f64>().ok()).any(|left| left > 0.0)
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok()).map(str::trim)
}

/// A span in any writing: `30`, an epoch, `6m0s`, RFC 3339, an HTTP date.
fn span(text: &str, received: Timestamp) -> Option<Duration> {
    /// A number of seconds above this is a moment: nobody means thirty years.
    const EPOCH: f64 = 1e9;
    /// And above this it counts milliseconds.
    const EPOCH_MILLIS: f64 = 1e12;
    if let Ok(number) = text.parse::<f64>() {
        #[expect(clippy::cast_precision_loss, reason = "a wait needs no more than milliseconds")]
        let now = received.as_millisecond() as f64 / 1000.0;
        return match number {
            _ if number >= EPOCH_MILLIS => seconds(number / 1000.0 - now),
            _ if number >= EPOCH => seconds(number - now),
            _ => seconds(number),
        };
    }
    if let Ok(length) = text.parse::<SignedDuration>() {
        return seconds(length.as_secs_f64());
    }
    let date = || Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok();
    let moment = text.parse::<Timestamp>().ok().or_else(date)?;
    seconds(moment.duration_since(received).as_secs_f64())
}

/// A number of seconds as a wait: nothing for what is past, `None` for what nobody means.
fn seconds(number: f64) -> Option<Duration> {
    let wait = Duration::try_from_secs_f64(number.max(0.0)).ok()?;
    (!number.is_nan() && wait <= LONGEST).then_some(wait)
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
