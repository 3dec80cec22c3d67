//! Arabic text as pasted: paragraphs stand in the source in order, normalizing is idempotent, and
//! numbers, dates and sentences are found without a panic and within their text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mujaz_fuzz::{
    article::{Hints, dates, normalize, numerals, read_text, sentences},
    hold,
};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let reading = read_text(&text, &Hints::default());
    hold(&reading);
    let mut end = 0;
    for paragraph in reading.article.sections.iter().flat_map(|section| &section.paragraphs) {
        assert!(paragraph.span.start >= end && paragraph.span.end <= text.len(), "order is kept");
        assert!(text.get(paragraph.span.clone()).is_some(), "a span cuts a letter");
        end = paragraph.span.end;
        for sentence in sentences::sentences(&paragraph.text) {
            assert!(paragraph.text.get(sentence).is_some());
        }
        for number in numerals::find(&paragraph.text) {
            assert!(paragraph.text.get(number.span).is_some());
        }
        for date in dates::find(&paragraph.text, None) {
            assert!(paragraph.text.get(date.span).is_some());
        }
    }
    let once = normalize(&text).text.into_owned();
    assert_eq!(normalize(&once).text, once);
});
