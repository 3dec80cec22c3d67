//! A log as `text/event-stream`: what was missed, then what comes, a sign of life in between.
//!
//! Each event's id is `<brief id>.<number>`. A client that comes back sends the last one it has as
//! `Last-Event-ID` and is given what it missed; one that has missed nothing of a brief that is done
//! is told with 204 not to come back, as the standard has it.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{sync::watch, time::timeout};
use tokio_util::task::AbortOnDropHandle;

use super::{
    Work,
    log::{Found, event},
};

const MEDIA_TYPE: &str = "text/event-stream";
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");
/// Proxies that gather answers before they pass them on are asked not to.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// Silence after which a comment is sent, so that nobody on the way takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What opens a stream: how long a client waits before it comes back, in milliseconds.
const OPENING: &[u8] = b"retry: 2000\n\n";

/// Whether `Accept` names event streams, and nothing that it likes better by name.
pub(in crate::server) fn asked(accept: Option<&str>) -> bool {
    let ranges = accept.unwrap_or_default().split(',').map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok());
        (name, quality.unwrap_or(1.0))
    });
    let mut wanted = 0.0_f32;
    let mut other = 0.0_f32;
    for (name, quality) in ranges {
        match name.as_str() {
            MEDIA_TYPE => wanted = wanted.max(quality),
            name if name.contains('*') => {}
            _ => other = other.max(quality),
        }
    }
    wanted > 0.0 && wanted >= other
}

/// The place behind the last event of brief `id` that the client has; the first where it has none.
pub(in crate::server) fn since(headers: &HeaderMap, id: &str) -> u64 {
    let last = headers.get(LAST_EVENT).and_then(|value| value.to_str().ok());
    let number = last.and_then(|last| last.strip_prefix(id)?.strip_prefix('.')?.parse().ok());
    number.map_or(0, |number: u64| number.saturating_add(1))
}

/// One connection that watches a work.
pub(in crate::server) struct Watch {
    work: Arc<Work>,
    changes: watch::Receiver<()>,
    place: u64,
    opened: bool,
    /// Ends the making with the connection, where it is nobody else's.
    _own: Option<AbortOnDropHandle<()>>,
}

impl Watch {
    /// Watches from a place on.
    pub(in crate::server) fn new(work: Arc<Work>, place: u64) -> Self {
        let changes = work.log.changes();
        Self { work, changes, place, opened: false, _own: None }
    }

    /// The same, and `making` ends when the connection does.
    pub(in crate::server) fn owning(self, making: AbortOnDropHandle<()>) -> Self {
        Self { _own: Some(making), ..self }
    }

    /// The stream, or 204 where all has been seen.
    pub(in crate::server) fn respond(self) -> Response {
        if self.work.log.at(self.place) == Found::End {
            return StatusCode::NO_CONTENT.into_response();
        }
        let pieces = stream::unfold(self, |mut watch| async move {
            let piece = watch.next().await?;
            Some((Ok::<_, Infallible>(piece), watch))
        });
        streamed(Body::from_stream(pieces))
    }

    async fn next(&mut self) -> Option<Bytes> {
        if !self.opened {
            self.opened = true;
            return Some(Bytes::from_static(OPENING));
        }
        loop {
            self.changes.borrow_and_update();
            match self.work.log.at(self.place) {
                Found::Event(event, next) => {
                    self.place = next;
                    return Some(event);
                }
                Found::End => return None,
                // The sender lives as long as the work, so a change is all that can come.
                Found::Nothing => {
                    if timeout(KEEP_ALIVE, self.changes.changed()).await.is_err() {
                        return Some(Bytes::from_static(b": still at it\n\n"));
                    }
                }
            }
        }
    }
}

/// A stream of these events alone, for what is done already. `data` is JSON in one line.
pub(in crate::server) fn events(id: &str, told: &[(&str, &str)]) -> Response {
    let mut text = String::from_utf8_lossy(OPENING).into_owned();
    for (number, (name, data)) in told.iter().enumerate() {
        text.push_str(&event(id, number as u64, name, data));
    }
    streamed(Body::from(text))
}

fn streamed(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(BUFFERING, HeaderValue::from_static("no"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_given_where_it_is_asked_for_by_name() {
        for accept in [
            "text/event-stream",
            "application/json;q=0.5, Text/Event-Stream",
            "text/event-stream, */*",
        ] {
            assert!(asked(Some(accept)), "{accept}");
        }
        for accept in [
            "*/*",
            "application/json",
            "text/event-stream;q=0",
            "text/*",
            "text/event-stream;q=0.1, application/json",
        ] {
            assert!(!asked(Some(accept)), "{accept}");
        }
        assert!(!asked(None));
    }

    #[test]
    fn a_client_goes_on_behind_the_last_event_that_it_has() {
        let with = |value: &'static str| {
            HeaderMap::from_iter([(LAST_EVENT, HeaderValue::from_static(value))])
        };
        assert_eq!(since(&HeaderMap::new(), "ab"), 0);
        assert_eq!(since(&with("ab.4"), "ab"), 5);
        for other in ["abc.4", "ac.4", "4", "ab.x", "ab.18446744073709551616"] {
            assert_eq!(since(&with(other), "ab"), 0, "{other}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_broken_by_comments_and_the_end_ends_the_stream() {
        let work = Work::private("ab");
        let mut watch = Watch::new(Arc::clone(&work), 0);
        assert_eq!(watch.next().await.unwrap(), OPENING);
        let before = crate::clock::now();
        assert_eq!(watch.next().await.unwrap(), ": still at it\n\n");
        assert_eq!(before.elapsed(), KEEP_ALIVE);
        work.log.tell("plan", "{}");
        assert!(watch.next().await.unwrap().starts_with(b"id: ab.0\n"));
        work.log.end();
        assert_eq!(watch.next().await, None);
    }
}
