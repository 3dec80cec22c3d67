//! Server-sent events out of the joined bytes of an answer.
//!
//! The transport reads a stream as it comes, so that a deadline or a hung-up caller stops it, and
//! hands over what came; nothing here waits. The field rules are those of the WHATWG's HTML
//! standard, but for two: the last event counts even without the empty line that should end it,
//! since vendors leave it out after `[DONE]`, and text is not made UTF-8 here, because JSON that
//! is none must be refused and not mended. Whether a stream came to its end is said by each
//! vendor's own end mark, never by the end of the bytes.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::{Fault, FaultKind, WireAnswer};

/// What ends a stream of chat completions.
const DONE: &[u8] = b"[DONE]";

/// A stream as far as it came.
#[derive(Debug)]
pub(super) struct Stream<T> {
    /// The JSON of each event, in order.
    pub(super) chunks: Vec<T>,
    /// `[DONE]` came.
    pub(super) done: bool,
}

/// Whether an answer is a stream of events: by its content type, or by its first field where the
/// content type says nothing of use.
pub(super) fn is_stream(answer: &WireAnswer) -> bool {
    let kind = answer.headers.get(http::header::CONTENT_TYPE).map_or(&b""[..], |v| v.as_bytes());
    let labelled = b"text/event-stream";
    let opening = answer.body.trim_ascii_start();
    kind.get(..labelled.len()).is_some_and(|start| start.eq_ignore_ascii_case(labelled))
        || [&b"data:"[..], b"event:"].iter().any(|field| opening.starts_with(field))
}

/// The chunks of a stream. What is broken in its last event was cut off with the rest.
///
/// # Errors
/// Garbage, where an event before the last is not the JSON that the vendor streams.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Stream<T>, Fault> {
    let mut stream = Stream { chunks: Vec::new(), done: false };
    let mut events = data(body).into_iter().peekable();
    while let Some(event) = events.next() {
        if *event == *DONE {
            stream.done = true;
            break;
        }
        match serde_json::from_slice(&event) {
            Ok(chunk) => stream.chunks.push(chunk),
            Err(_) if events.peek().is_none() => break,
            Err(_) => {
                return Err(Fault::new(FaultKind::Garbage, "its stream holds what is no JSON"));
            }
        }
    }
    Ok(stream)
}

/// What is said of a stream without its end mark: what came may be any part of the answer.
pub(super) fn cut() -> Fault {
    Fault::new(FaultKind::Unreachable, "its stream was cut before the end")
}

/// The data of each event that has any, in order.
fn data(body: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut found = Vec::new();
    let mut event: Option<Cow<'_, [u8]>> = None;
    for line in lines(body) {
        if line.is_empty() {
            found.extend(event.take());
            continue;
        }
        let Some(value) = value(line) else { continue };
        match &mut event {
            None => event = Some(Cow::Borrowed(value)),
            Some(so_far) => {
                let so_far = so_far.to_mut();
                so_far.push(b'\n');
                so_far.extend_from_slice(value);
            }
        }
    }
    found.extend(event);
    found
}

/// The value of a `data` field; other fields and comments say nothing that is needed.
fn value(line: &[u8]) -> Option<&[u8]> {
    match line.strip_prefix(b"data")? {
        [] => Some(&[]),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

/// Lines that end in CR, LF or both; the bytes after the last end are a line too.
fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(at) = memchr::memchr2(b'\r', b'\n', text) else {
            rest = None;
            return Some(text);
        };
        let both = text[at..].starts_with(b"\r\n");
        rest = Some(&text[at + 1 + usize::from(both)..]);
        Some(&text[..at])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn texts(body: &str) -> Vec<String> {
        data(body.as_bytes()).iter().map(|data| String::from_utf8(data.to_vec()).unwrap()).collect()
    }

    #[test]
    fn events_end_at_an_empty_line_whatever_ends_the_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let body = ["data: one", "", ": a comment", "event: x", "data:two", "data", "", ""];
            assert_eq!(texts(&body.join(end)), ["one", "two\n"], "{end:?}");
        }
    }

    #[test]
    fn other_fields_and_events_without_data_say_nothing() {
        assert_eq!(texts("\u{feff}retry: 3\n\nid: 1\n\ndatabase: x\n\n"), Vec::<String>::new());
        assert_eq!(texts("data:  two spaces\n\n"), [" two spaces"]);
    }

    #[test]
    fn the_last_event_counts_without_its_empty_line() {
        let stream = read::<Value>(b"data: {\"a\":1}\n\ndata: [DONE]").unwrap();
        assert_eq!(stream.chunks, [json!({"a": 1})]);
        assert!(stream.done);
    }

    #[test]
    fn a_cut_event_is_left_out_and_the_stream_is_not_done() {
        let stream = read::<Value>(b"data: {\"a\":1}\n\ndata: {\"a\":").unwrap();
        assert_eq!(stream.chunks.len(), 1);
        assert!(!stream.done);
    }

    #[test]
    fn what_is_no_json_in_mid_stream_is_garbage() {
        let fault = read::<Value>(b"data: <html>\n\ndata: [DONE]\n\n").unwrap_err();
        assert_eq!(fault.kind, FaultKind::Garbage);
        let broken = [&b"data: {\"a\":\""[..], b"\xff\"}\n\ndata: {}\n\n"].concat();
        assert_eq!(read::<Value>(&broken).unwrap_err().kind, FaultKind::Garbage);
    }

    proptest! {
        #[test]
        fn any_text_survives_however_its_lines_are_sent(lines in "([a-z{}:\" ]{0,9}\n){0,6}") {
            let body: String = lines.lines().map(|line| format!("data: {line}\n")).collect();
            let expected: Vec<String> = match lines.is_empty() {
                true => vec![],
                false => vec![lines.trim_end_matches('\n').to_owned()],
            };
            let expected_len = lines.lines().count().saturating_sub(1);
            let found = texts(&format!("{body}\n"));
            prop_assert_eq!(found.len(), expected.len());
            if let Some(found) = found.first() {
                prop_assert_eq!(found.matches('\n').count(), expected_len);
                prop_assert_eq!(found, &lines.lines().collect::<Vec<_>>().join("\n"));
            }
        }

        #[test]
        fn no_bytes_at_all_are_too_much(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<Value>(&body);
        }
    }
}
