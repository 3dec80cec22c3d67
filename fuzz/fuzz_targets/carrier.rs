//! Any text in each carrier: web pages, Markdown, news formats, feeds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mujaz_fuzz::{
    article::{
        Hints,
        extract::{SourceKind, extract},
        parse,
    },
    hold,
};

const KINDS: [SourceKind; 6] = [
    SourceKind::Html,
    SourceKind::Markdown,
    SourceKind::Ninjs,
    SourceKind::NewsMl,
    SourceKind::Feed,
    SourceKind::Text,
];

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let extracted = extract(&text, KINDS[usize::from(first) % KINDS.len()]);
    for block in &extracted.blocks {
        assert!(block.span.start <= block.span.end && block.span.end <= text.len());
    }
    hold(&parse(&extracted.blocks, &Hints { title: extracted.title }));
});
