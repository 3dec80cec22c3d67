//! How a log line looks, and whose lines are let through.
//!
//! One line an event, on stderr: logfmt (`ts=… level=info msg="listening" address=…`) or JSON. The fields of
//! the spans around an event stand behind its own: the request's id, the trace, the provider.
//!
//! # Whose lines
//! What is logged here says nothing of an article. Libraries know no such rule: an HTML parser logs the text
//! that it reads. So only our own events are let through, whatever `RUST_LOG` asks for, and what comes by the
//! `log` crate is not listened to.

use std::fmt;

use tracing::{Event, Metadata, Subscriber, field::Field, field::Visit};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    registry::LookupSpan,
};

use crate::clock;

/// Whether an event or span comes from this program itself.
pub(super) fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().split("::").next() == Some("mujaz")
}

/// Lines of `key=value`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Logfmt;

impl<S, N> FormatEvent<S, N> for Logfmt
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        write!(writer, "ts={:.3} level={level}", clock::utc())?;
        let mut pairs = Pairs { writer: &mut writer, failed: Ok(()) };
        event.record(&mut pairs);
        pairs.failed?;
        for span in context.event_scope().into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
                && !fields.is_empty()
            {
                write!(writer, " {}", fields.fields.trim())?;
            }
        }
        writeln!(writer)
    }
}

impl<'a> FormatFields<'a> for Logfmt {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'a>, fields: R) -> fmt::Result {
        let mut pairs = Pairs { writer: &mut writer, failed: Ok(()) };
        fields.record(&mut pairs);
        pairs.failed
    }
}

/// Writes fields as pairs.
struct Pairs<'a, 'w> {
    writer: &'a mut Writer<'w>,
    failed: fmt::Result,
}

impl Pairs<'_, '_> {
    fn pair(&mut self, field: &Field, value: &str) {
        let name = if field.name() == "message" { "msg" } else { field.name() };
        if self.failed.is_ok() {
            self.failed = write!(self.writer, " {name}=").and_then(|()| put(self.writer, value));
        }
    }
}

impl Visit for Pairs<'_, '_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.pair(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.pair(field, value);
    }
}

/// A value, in quotes where it needs them; a line stays one line whatever a value holds.
fn put(writer: &mut Writer<'_>, value: &str) -> fmt::Result {
    let plain = |c: char| !c.is_control() && !matches!(c, ' ' | '"' | '=' | '\\');
    if !value.is_empty() && value.chars().all(plain) {
        return writer.write_str(value);
    }
    writer.write_char('"')?;
    for c in value.chars() {
        match c {
            '"' | '\\' => write!(writer, "\\{c}")?,
            '\n' => writer.write_str("\\n")?,
            c if c.is_control() => write!(writer, "\\u{{{:x}}}", u32::from(c))?,
            c => writer.write_char(c)?,
        }
    }
    writer.write_char('"')
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{
        Layer,
        filter::filter_fn,
        fmt::{MakeWriter, layer},
        layer::SubscriberExt,
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn logged(work: impl FnOnce()) -> String {
        let kept = Kept::default();
        let lines = layer().event_format(Logfmt).fmt_fields(Logfmt).with_writer(kept.clone());
        let lines = lines.with_filter(filter_fn(is_ours));
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, work);
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_has_the_fields_of_the_spans_around_it() {
        let log = logged(|| {
            let _request = tracing::info_span!("request", request = "r-1").entered();
            tracing::warn!(provider = "deepl", took_ms = 12, "a call failed");
        });
        assert!(log.starts_with("ts=20") && log.ends_with('\n'), "{log}");
        let (_, rest) = log.split_once(" level=").unwrap();
        assert_eq!(rest, "warn msg=\"a call failed\" provider=deepl took_ms=12 request=r-1\n");
    }

    #[test]
    fn nothing_in_a_value_begins_a_line_or_another_field() {
        let log = logged(|| tracing::info!(id = "a\nts=1 level=error \"x\"\u{7}", "b"));
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(log.contains(r#"id="a\nts=1 level=error \"x\"\u{7}""#), "{log}");
    }

    #[test]
    fn what_libraries_say_of_texts_is_not_shown() {
        let log = logged(|| {
            tracing::error!(target: "html5ever::tokenizer", "read: the story");
            tracing::error!(target: "rmcp", "got: the story");
            tracing::error!(target: "mujaz_other", "no");
            tracing::error!(target: "mujaz::server", "ours");
        });
        assert!(log.contains("ours") && !log.contains("the story"), "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
    }
}
