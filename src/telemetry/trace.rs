//! W3C Trace Context: which trace a request belongs to, read from `traceparent` and passed on in it.
//!
//! A request without one begins a trace of its own. What is passed on names the trace and our own
//! span, and nothing of the request. `tracestate` is vendors' and goes no further.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header, in and out.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    trace: u128,
    span: u64,
    flags: u8,
}

impl Trace {
    /// A trace of its own.
    #[must_use]
    pub fn begin() -> Self {
        Self { trace: fastrand::u128(1..), span: fastrand::u64(1..), flags: 1 }
    }

    /// The place that a request names; `None` where it names none, or one that is malformed.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let value = values.next()?.to_str().ok()?;
        if values.next().is_some() { None } else { Self::parse(value) }
    }

    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.trim().split('-');
        let version = lower_hex(parts.next()?, 2)?;
        let trace = lower_hex(parts.next()?, 32)?;
        let span = u64::try_from(lower_hex(parts.next()?, 16)?).ok()?;
        let flags = u8::try_from(lower_hex(parts.next()?, 2)?).ok()?;
        // Later versions may add parts; this one has four.
        let known = version == 0 && parts.next().is_none() || (1..0xff).contains(&version);
        (known && trace != 0 && span != 0).then_some(Self { trace, span, flags: flags & 1 })
    }

    /// A new place in the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self { span: fastrand::u64(1..), ..self }
    }

    /// The same trace at this place, where another system counts places.
    #[must_use]
    pub fn at(trace: u128, span: u64, sampled: bool) -> Self {
        Self { trace, span, flags: u8::from(sampled) }
    }

    /// The trace's id.
    #[must_use]
    pub fn id(self) -> u128 {
        self.trace
    }

    /// The id of the span.
    #[must_use]
    pub fn span(self) -> u64 {
        self.span
    }

    /// Whether whoever came before records it.
    #[must_use]
    pub fn sampled(self) -> bool {
        self.flags & 1 == 1
    }

    /// As the header has it.
    #[must_use]
    pub fn header(self) -> Option<HeaderValue> {
        let Self { trace, span, flags } = self;
        HeaderValue::try_from(format!("00-{trace:032x}-{span:016x}-{flags:02x}")).ok()
    }
}

fn lower_hex(text: &str, length: usize) -> Option<u128> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if text.len() == length && plain { u128::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_goes_on_under_its_id_with_a_span_of_its_own() {
        let given = Trace::parse(GIVEN).unwrap();
        assert_eq!(given.header().unwrap(), GIVEN);
        let child = given.child();
        assert_eq!((child.id(), child.sampled()), (given.id(), true));
        assert_ne!(child.span(), given.span());
    }

    #[test]
    fn what_is_malformed_is_no_trace() {
        let zero = "0".repeat(32);
        for wrong in [
            String::new(),
            GIVEN.to_uppercase(),
            format!("{GIVEN}-00"),
            GIVEN.replace("4bf9", "4bf"),
            GIVEN.replace("00f067aa0ba902b7", "0000000000000000"),
            GIVEN.replace("4bf92f3577b34da6a3ce929d0e0e4736", &zero),
            GIVEN.replacen("00", "ff", 1),
            GIVEN.replacen("4b", "+b", 1),
        ] {
            assert_eq!(Trace::parse(&wrong), None, "{wrong}");
        }
        let later = GIVEN.replacen("00", "01", 1) + "-more";
        assert!(Trace::parse(&later).is_some(), "a later version may have more");
    }

    #[test]
    fn two_headers_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(TRACEPARENT, HeaderValue::from_static(GIVEN));
        assert!(Trace::of(&headers).is_some());
        headers.append(TRACEPARENT, HeaderValue::from_static(GIVEN));
        assert!(Trace::of(&headers).is_none());
    }
}
