//! Everything that can carry an article, one small file each: tests/articles/NAME.html, .md,
//! .json and .xml beside the snapshot of the blocks that were taken out of it.

use std::fmt::Write;

use mujaz::article::{
    Form,
    decode::decode,
    extract::{Extracted, SourceKind, extract},
};

#[test]
fn each_carrier_gives_its_article() {
    insta::glob!("../articles", "*.{html,md,json,xml}", |path| {
        let bytes = std::fs::read(path).expect("the carrier is a readable file");
        let markdown = path.extension().is_some_and(|extension| extension == "md");
        let content_type = markdown.then_some("text/markdown");
        let decoded = decode(&bytes, content_type);
        let kind = SourceKind::from_content_type(content_type, &bytes);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../articles/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_input_file(path);
        let shown = shown(kind, &extract(&decoded.text, kind));
        settings.bind(|| insta::assert_snapshot!("carrier", shown));
    });
}

/// The fields that are there, then the blocks with their form; a blank line for space above.
fn shown(kind: SourceKind, extracted: &Extracted) -> String {
    let mut out = format!("{kind:?}\n");
    let fields = [
        ("title", &extracted.title),
        ("byline", &extracted.byline),
        ("published", &extracted.published),
        ("status", &extracted.pub_status),
        ("embargoed", &extracted.embargoed),
        ("language", &extracted.language),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            writeln!(out, "{name}: {value}").expect("a string takes text");
        }
    }
    for block in &extracted.blocks {
        let gap = if block.gap { "\n" } else { "" };
        let form = match block.form {
            Form::Paragraph => "¶".to_owned(),
            form => format!("{form:?}"),
        };
        writeln!(out, "{gap}{form} {}", block.text).expect("a string takes text");
    }
    out
}
