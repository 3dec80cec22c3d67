//! Bytes to text: which charset an article is in, and what could not be read.
//!
//! Believed in this order: a byte order mark, the label of the request, the label in the page's
//! own head, the bytes themselves. A label that the bytes contradict outright is not believed:
//! servers label everything latin-1 or UTF-8. What is guessed, repaired or lost becomes a finding,
//! and no bytes at all can fail here. Work is linear in the bytes; detection looks at the first
//! 64 KiB.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1256, X_USER_DEFINED,
};
use memchr::memmem;

use crate::finding::{Code, Finding, Severity};

/// How much of a source is looked at to guess its charset, in bytes.
const SAMPLE: usize = 64 * 1024;
/// How far into a page its charset may be declared, in bytes. HTML asks for the first 1,024;
/// old pages have scripts before it.
const HEAD: usize = 4096;

/// A text out of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without byte order mark; U+FFFD for what was no text.
    pub text: Cow<'a, str>,
    /// Name of the charset it was in, as `UTF-8` or `windows-1256`.
    pub charset: &'static str,
    /// What was guessed, recovered or lost.
    pub findings: Vec<Finding>,
}

/// How a charset was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Said by a mark or a label.
    Labelled,
    /// Seen in the bytes.
    Guessed,
}

/// Reads `bytes` as text; `content_type` is the Content-Type header or its like, with or without
/// a charset.
#[must_use]
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    let (encoding, source, skip) = charset(bytes, content_type);
    let (text, lost) = encoding.decode_without_bom_handling(&bytes[skip..]);
    let mut findings = Vec::new();
    if source == Source::Guessed && encoding != UTF_8 {
        findings.push(Finding::new(
            Code::CharsetGuessed,
            Severity::Info,
            format!("The charset was told from the bytes alone: {}.", encoding.name()),
        ));
    }
    if lost {
        let count = memmem::find_iter(text.as_bytes(), "\u{FFFD}").count();
        findings.push(Finding::new(
            Code::InvalidBytes,
            Severity::Warning,
            format!(
                "Bytes that are no {} text were replaced, in {count} place(s).",
                encoding.name()
            ),
        ));
    }
    let mut decoded = Decoded { text, charset: encoding.name(), findings };
    recover(&mut decoded);
    decoded
}

/// The charset, how it was found, and the bytes of its mark.
fn charset(bytes: &[u8], content_type: Option<&str>) -> (&'static Encoding, Source, usize) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return (encoding, Source::Labelled, mark);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let label = content_type.and_then(label_of).or_else(|| declared(bytes));
    match label.filter(|encoding| believable(encoding, bytes, sample)) {
        Some(encoding) => (encoding, Source::Labelled, 0),
        None => (detect(bytes, sample), Source::Guessed, 0),
    }
}

/// The charset that a content type names.
fn label_of(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| Encoding::for_label(value.as_bytes()))?
    })
}

/// The charset that an HTML or XML head declares.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(HEAD)].to_ascii_lowercase();
    let xml = head.starts_with(b"<?xml");
    let meta = memmem::find(&head, b"<meta").filter(|_| !xml);
    let start = if xml { 0 } else { meta? };
    let key: &[u8] = if xml { b"encoding" } else { b"charset" };
    let after = start + memmem::find(&head[start..], key)? + key.len();
    let rest = head[after..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|b| matches!(b, b'"' | b'\'' | b'>' | b';' | b'?' | b' '))?;
    let encoding = Encoding::for_label(&rest[..end])?;
    // A declaration that can be read as ASCII is not UTF-16, whatever it says; HTML has it so.
    let wide = encoding == UTF_16LE || encoding == UTF_16BE || encoding == X_USER_DEFINED;
    Some(if wide { UTF_8 } else { encoding })
}

/// Whether the bytes can be what a label says they are.
fn believable(encoding: &'static Encoding, bytes: &[u8], sample: &[u8]) -> bool {
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).is_ok() || mostly_utf8(sample);
    }
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return wide(sample).map_or(sample.len() < 16, |seen| seen == encoding);
    }
    // No Arabic in an 8-bit charset happens to be good UTF-8, nor to be mostly accented Latin.
    let utf8 = !sample.is_ascii() && std::str::from_utf8(bytes).is_ok();
    let arabic = encoding == WINDOWS_1252 && Arabic::best(sample).is_some();
    !utf8 && !arabic && (wide(sample).is_none() || encoding.is_ascii_compatible())
}

/// The charset that the bytes themselves show.
fn detect(bytes: &[u8], sample: &[u8]) -> &'static Encoding {
    if let Some(encoding) = wide(sample) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() || mostly_utf8(sample) {
        return UTF_8;
    }
    if let Some(encoding) = Arabic::best(sample) {
        return encoding;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Allow)
}

/// Whether broken bytes are rare among good sequences of two bytes or more.
fn mostly_utf8(sample: &[u8]) -> bool {
    let (mut good, mut broken) = (0_usize, 0_usize);
    for chunk in sample.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * broken || broken == 0
}

/// UTF-16 without a mark: one byte of each pair is the Arabic block, Basic Latin or punctuation.
fn wide(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    if pairs < 8 {
        return None;
    }
    let high = |at: usize| {
        let page = |b: u8| matches!(b, 0x00 | 0x06 | 0x20 | 0xFB | 0xFE);
        let pages = sample.chunks_exact(2).filter(|pair| page(pair[at])).count();
        let zero_or_arabic =
            sample.chunks_exact(2).filter(|pair| matches!(pair[at], 0x00 | 0x06)).count();
        pages * 10 >= pairs * 9 && zero_or_arabic * 2 > pairs
    };
    match (high(0), high(1)) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// How Arabic a text looks.
struct Arabic {
    /// Arabic letters.
    letters: usize,
    /// Letters beyond ASCII of other scripts.
    foreign: usize,
    /// Words.
    words: usize,
    /// Words that every Arabic text has: the article, في, من, على, إلى.
    common: usize,
}

impl Arabic {
    /// The Arabic charset of one byte a letter that makes most sense of the bytes, if one does.
    fn best(sample: &[u8]) -> Option<&'static Encoding> {
        let score = |encoding: &'static Encoding| {
            let seen = Self::look(&encoding.decode_without_bom_handling(sample).0);
            (seen.is_plain().then_some(seen.common), encoding)
        };
        let (first, second) = (score(WINDOWS_1256), score(ISO_8859_6));
        // Where neither knows a word, windows-1256 is by far the more used.
        let best = if second.0 > first.0 { second } else { first };
        best.0.map(|_| best.1)
    }

    fn look(text: &str) -> Self {
        let mut seen = Self { letters: 0, foreign: 0, words: 0, common: 0 };
        for c in text.chars() {
            let arabic = matches!(c, '\u{621}'..='\u{652}' | '\u{66E}'..='\u{6D3}');
            seen.letters += usize::from(arabic);
            seen.foreign += usize::from(!arabic && !c.is_ascii() && c.is_alphabetic());
            seen.foreign += usize::from(c == '\u{FFFD}');
        }
        for word in text.split_whitespace() {
            let bare = word.strip_prefix('و').unwrap_or(word);
            let common = matches!(bare, "في" | "من" | "على" | "إلى" | "الى" | "أن" | "عن" | "ان");
            let article = bare.starts_with("ال") && bare.chars().count() > 3;
            seen.words += 1;
            seen.common += usize::from(common || article);
        }
        seen
    }

    /// Arabic, and hardly anything else beyond ASCII.
    fn is_plain(&self) -> bool {
        self.letters > 3 && self.foreign * 10 < self.letters
    }

    /// Arabic with the words that prove it.
    fn is_certain(&self) -> bool {
        self.is_plain() && self.letters >= 40 && self.common * 8 >= self.words
    }
}

/// Reads text again that had been read as latin-1 though it was windows-1256 or UTF-8, if what
/// comes out is certain and whole.
fn recover(decoded: &mut Decoded<'_>) {
    if !looks_garbled(&decoded.text) {
        return;
    }
    let Some(bytes) = latin_bytes(&decoded.text) else { return };
    let utf8 = std::str::from_utf8(&bytes).ok().map(|text| Cow::Owned(text.to_owned()));
    let (text, was) = match utf8 {
        Some(text) => (text, UTF_8),
        None => (WINDOWS_1256.decode_without_bom_handling(&bytes).0, WINDOWS_1256),
    };
    if !Arabic::look(&text).is_certain() {
        return;
    }
    decoded.text = Cow::Owned(text.into_owned());
    decoded.findings.push(Finding::new(
        Code::MojibakeRecovered,
        Severity::Warning,
        format!("The text had been read in a wrong charset and was recovered as {}.", was.name()),
    ));
}

/// No Arabic, most letters accented Latin, and no holes where letters were lost.
fn looks_garbled(text: &str) -> bool {
    let (mut accented, mut plain, mut holes) = (0_usize, 0_usize, 0_usize);
    let mut within = false;
    for c in text.chars() {
        match c {
            '\u{600}'..='\u{6FF}' | '\u{FFFD}' => return false,
            '\u{C0}'..='\u{FF}' => accented += 1,
            c if c.is_ascii_alphabetic() => plain += 1,
            '*' | '?' if within => holes += 1,
            _ => {}
        }
        within = matches!(c, '\u{C0}'..='\u{FF}');
    }
    accented >= 40 && accented > plain && holes * 100 < accented
}

/// The bytes that a text had before it was read as latin-1 or windows-1252.
fn latin_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        match u8::try_from(u32::from(c)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => {
                let (encoded, _, lost) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
                if lost {
                    return None;
                }
                bytes.extend_from_slice(&encoded);
            }
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
