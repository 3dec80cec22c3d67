//! The reader alone, as mujaz compiles it, without server, providers and model: so that a fuzzing
//! build takes minutes and instruments nothing that is not fuzzed.

#![allow(dead_code, reason = "a part of the modules serves checks that are not here")]

#[path = "../../src/article/mod.rs"]
pub mod article;
#[path = "../../src/finding.rs"]
pub mod finding;

use article::{Reading, Source};

/// Content types that the first byte of an input chooses from; the last one stands for none.
pub const TYPES: [&str; 16] = [
    "text/plain",
    "text/plain; charset=utf-8",
    "text/plain; charset=windows-1256",
    "text/plain; charset=iso-8859-6",
    "text/plain; charset=utf-16le",
    "text/plain; charset=latin1",
    "text/html",
    "text/html; charset=windows-1256",
    "text/markdown",
    "application/ninjs+json",
    "application/nitf+xml",
    "application/vnd.iptc.g2.newsitem+xml",
    "application/rss+xml",
    "application/feed+json",
    "application/xml",
    "",
];

/// Reads bytes under a content type, and holds what comes out to what is promised of it.
pub fn read(bytes: &[u8], content_type: Option<&str>) -> Reading {
    let source = Source {
        bytes: bytes::Bytes::copy_from_slice(bytes),
        content_type: content_type.map(str::to_owned),
        ..Source::default()
    };
    let reading = article::read(&source);
    hold(&reading);
    reading
}

/// What is promised of every reading.
pub fn hold(reading: &Reading) {
    let sections = &reading.article.sections;
    assert!(sections.len() <= 201, "{} sections", sections.len());
    for (section, at) in sections.iter().zip(0..) {
        assert_eq!(section.id, format!("s{at}"));
        for (paragraph, i) in section.paragraphs.iter().zip(0..) {
            assert_eq!((paragraph.id.section, paragraph.id.paragraph), (at, i));
            assert!(!paragraph.text.trim().is_empty(), "an empty paragraph");
            assert!(paragraph.text.chars().all(|c| c == '\t' || !c.is_control()));
        }
    }
    assert!(serde_json::to_string(reading).is_ok());
    // The refusal must be sayable too.
    let _ = reading.refusal().map(|refusal| refusal.to_string());
}
