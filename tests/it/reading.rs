//! Every convention and trap of Arabic wire copy, one small article each: tests/articles/NAME.txt
//! beside the snapshot of what was read off it. A new rule comes with a new article.

use mujaz::article::{self, Hints};
use proptest::prelude::Strategy;

#[test]
fn each_article_is_read_as_its_name_says() {
    insta::glob!("../articles", "*.txt", |path| {
        let text = std::fs::read_to_string(path).expect("the article is a readable file");
        let reading = article::read_text(&text, &Hints::default());
        let refusal = reading.refusal().map(|refusal| refusal.to_string());
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../articles/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_input_file(path);
        settings.bind(|| match refusal {
            Some(refusal) => insta::assert_snapshot!("reading", refusal),
            None => insta::assert_json_snapshot!("reading", reading),
        });
    });
}

/// Lines of every kind that the reader tells apart, and stray characters, in any order.
fn source() -> impl Strategy<Value = String> {
    let prose = "(قال الوزير إن الموسم بدأ قبل موعده، وإن المخازن جاهزة لاستقبال المحصول كله هذا العام\\.|\
        أضاف «المدير» أن ـ كلفة الـ24 صومعة زادت في 1436هـ بنسبة 2،5% عن العام الذي سبقه\\.|\
        طهران / 7 حزيران /يونيو/ارنا- أعلن الوزير اليوم أن الحصاد بدأ في الشمال كله\\.|\
        ينتهي السطر هنا قبل أن تكتمل الجملة لأن البريد يقطعه عند هذا الحد)";
    let short = "(\\* مخازن الميناء|كلفة الوقود|متى يبدأ الحصاد؟|- فتح الصوامع|أولاً: السعر|\\*\\*|جدة - واس:|\
        أم سعيد - الطائف|اقرأ أيضا|تعليقك|انتهى \\*\\* 2342|// يتبع //|\\(رويترز\\)|08:46 ص|■ المطالب)";
    let stray = "[ ابةيکیـﻃ\u{64B}\u{200F}\u{A0}\t*•\u{1A}/:().،؟!0-9a-z&;-]{0,24}";
    let line = proptest::prop_oneof![3 => prose, 3 => short, 1 => stray];
    let end = proptest::sample::select(vec!["\n", "\n\n", "\r\n", "\n "]);
    proptest::collection::vec((line, end), 0..24).prop_map(|lines| {
        lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect()
    })
}

/// What is on the page of a text, white space and the dash of Arabic typists aside.
fn shown(text: &str) -> String {
    let text =
        text.lines().map(|line| article::normalize(line).text.into_owned()).collect::<String>();
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{640}').collect()
}

fn paragraphs(reading: &article::Reading) -> Vec<&article::Paragraph> {
    reading.article.sections.iter().flat_map(|section| &section.paragraphs).collect()
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC*") {
        let reading = article::read_text(&text, &Hints::default());
        proptest::prop_assert!(reading.article.sections.iter().all(|section| !section.paragraphs.is_empty()));
    }

    #[test]
    fn every_paragraph_is_found_in_the_source_and_in_its_order(text in source()) {
        let reading = article::read_text(&text, &Hints::default());
        let mut end = 0;
        for paragraph in paragraphs(&reading) {
            proptest::prop_assert!(paragraph.span.start >= end, "{} stands after {end}", paragraph.id);
            proptest::prop_assert_eq!(shown(&text[paragraph.span.clone()]), shown(&paragraph.text));
            end = paragraph.span.end;
        }
    }

    #[test]
    fn reading_normalized_text_changes_nothing(text in source()) {
        let normalized = text
            .split('\n')
            .map(|line| {
                let indent = if line.starts_with([' ', '\t', '\u{A0}']) { " " } else { "" };
                format!("{indent}{}", article::normalize(line).text)
            })
            .collect::<Vec<_>>()
            .join("\n");
        let (first, again) = (article::read_text(&text, &Hints::default()), article::read_text(&normalized, &Hints::default()));
        let json = |reading| serde_json::to_string(&reading).expect("a reading is JSON");
        proptest::prop_assert_eq!(json(first), json(again));
    }
}
