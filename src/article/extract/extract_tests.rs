//! Behaviour of carriers: which is which, and what each gives.

use super::*;
use crate::article::{Form, Marker, Reason};

fn forms(extracted: &Extracted) -> Vec<(Form, &str)> {
    extracted.blocks.iter().map(|block| (block.form, block.text.as_str())).collect()
}

#[test]
fn a_content_type_names_the_carrier() {
    let kind = |content_type| SourceKind::from_content_type(Some(content_type), b"");
    assert_eq!(kind("text/plain; charset=windows-1256"), SourceKind::Text);
    assert_eq!(kind("Text/HTML"), SourceKind::Html);
    assert_eq!(kind("text/markdown"), SourceKind::Markdown);
    assert_eq!(kind("application/ninjs+json"), SourceKind::Ninjs);
    assert_eq!(kind("application/vnd.iptc.g2.newsitem+xml"), SourceKind::NewsMl);
    assert_eq!(kind("application/rss+xml"), SourceKind::Feed);
}

#[test]
fn without_a_content_type_the_first_bytes_show_it() {
    let kind = |bytes: &str| SourceKind::from_content_type(None, bytes.as_bytes());
    assert_eq!(kind("أعلنت الوزارة"), SourceKind::Text);
    assert_eq!(kind("\u{FEFF} <!DOCTYPE html>"), SourceKind::Html);
    assert_eq!(kind("{\"uri\":\"x\"}"), SourceKind::Ninjs);
    assert_eq!(kind("<?xml version='1.0'?><newsItem>"), SourceKind::NewsMl);
    assert_eq!(kind("<?xml version='1.0'?><rss version='2.0'>"), SourceKind::Feed);
    assert_eq!(kind(""), SourceKind::Text);
}

#[test]
fn markdown_keeps_headings_lists_and_breaks() {
    let text = "# السدود تمتلئ\n\nالفقرة الأولى\nسطرها الثاني.\n\n## توقعات\n\n- بند أول\n- بند ثان\n\n\
                **عنوان عريض**\n\n![صورة السد](a.png)\n\nبيت أول  \nبيت ثان\n";
    let extracted = extract(text, SourceKind::Markdown);
    let expected = [
        (Form::Title, "السدود تمتلئ"),
        (Form::Paragraph, "الفقرة الأولى سطرها الثاني."),
        (Form::Heading(Marker::Markdown), "توقعات"),
        (Form::ListItem, "بند أول"),
        (Form::ListItem, "بند ثان"),
        (Form::Heading(Marker::Markdown), "عنوان عريض"),
        (Form::Furniture(Reason::Caption), "صورة السد"),
        (Form::Paragraph, "بيت أول"),
        (Form::Paragraph, "بيت ثان"),
    ];
    assert_eq!(forms(&extracted), expected);
    assert_eq!(&text[extracted.blocks[3].span.clone()], "بند أول");
}

#[test]
fn markdown_reads_the_html_within() {
    let text = "نص\n\n<div style='display:none'>سر</div>\n\n<p>فقرة</p>\n\n| أ | ب |\n|---|---|\n| 1 | 2 |\n";
    let extracted = extract(text, SourceKind::Markdown);
    let texts: Vec<_> = forms(&extracted).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["نص", "فقرة", "أ\tب", "1\t2"]);
}

#[test]
fn ninjs_of_every_version_is_read() {
    let items = [
        r#"{"uri":"u","headline":"السدود","byline":"ليلى","language":"ar","pubstatus":"usable",
            "versioncreated":"2024-01-18T09:00:00Z","embargoed":"2024-01-19T00:00:00Z",
            "body_text":"فقرة","body_xhtml":"<h2>توقعات</h2><p>فقرة</p>"}"#,
        r#"{"uri":"u","headlines":[{"role":"short","value":"س"},{"role":"main","value":"السدود"}],
            "by":"ليلى","language":"ar","pubstatus":"usable","embargoed":"2024-01-19T00:00:00Z",
            "contentcreated":"2024-01-18T09:00:00Z",
            "bodies":[{"role":"main","contenttype":"text/html","value":"<h2>توقعات</h2><p>فقرة</p>"}]}"#,
        r#"{"uri":"u","headlines":[{"value":"السدود"}],"by":"ليلى","language":"ar",
            "pubStatus":"usable","embargoedUntil":"2024-01-19T00:00:00Z",
            "versionCreated":"2024-01-18T09:00:00Z","bodies":[{"contentType":
            "application/xhtml+xml","value":"<h2>توقعات</h2><p>فقرة</p>"}]}"#,
    ];
    for item in items {
        let extracted = extract(item, SourceKind::Ninjs);
        let body = [(Form::Heading(Marker::Html), "توقعات"), (Form::Paragraph, "فقرة")];
        assert_eq!(forms(&extracted), body, "{item}");
        assert_eq!(extracted.title.as_deref(), Some("السدود"));
        assert_eq!(extracted.byline.as_deref(), Some("ليلى"));
        assert_eq!(extracted.published.as_deref(), Some("2024-01-18T09:00:00Z"));
        assert_eq!(extracted.embargoed.as_deref(), Some("2024-01-19T00:00:00Z"));
        assert_eq!(extracted.pub_status.as_deref(), Some("usable"));
        assert_eq!(extracted.language.as_deref(), Some("ar"));
        assert_eq!(extracted.blocks[0].span, 0..item.len());
    }
}

#[test]
fn json_that_is_no_item_is_read_as_text_and_says_so() {
    for json in
        ["{", "{\"uri\":\"u\"}", "[1]", &format!("{}{}", "[".repeat(9999), "]".repeat(9999))]
    {
        let extracted = extract(json, SourceKind::Ninjs);
        assert_eq!(extracted.findings[0].code, Code::SourceUnreadable, "{json:.20}");
    }
}

const G2: &str = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "سر"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<newsItem xml:lang="ar"><itemMeta><versionCreated>2024-01-18T09:00:00Z</versionCreated>
<embargoed>2024-01-19T00:00:00Z</embargoed><pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><headline>السدود &amp; الأمطار</headline><by>ليلى</by></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html><head><title>ع</title></head>
<body><h2>توقعات</h2><p>فقرة &e;&f;</p></body></html></inlineXML></contentSet></newsItem>"#;

#[test]
fn newsml_gives_its_envelope_and_body_and_expands_nothing() {
    let extracted = extract(G2, SourceKind::NewsMl);
    assert_eq!(extracted.title.as_deref(), Some("السدود & الأمطار"));
    assert_eq!(extracted.byline.as_deref(), Some("ليلى"));
    assert_eq!(extracted.pub_status.as_deref(), Some("usable"));
    assert_eq!(extracted.embargoed.as_deref(), Some("2024-01-19T00:00:00Z"));
    assert_eq!(extracted.published.as_deref(), Some("2024-01-18T09:00:00Z"));
    assert_eq!(extracted.language.as_deref(), Some("ar"));
    assert_eq!(extracted.blocks[0].text, "توقعات");
    assert_eq!(extracted.blocks[1].text, "فقرة &e;&f;");
    assert_eq!(&G2[extracted.blocks[0].span.clone()], "توقعات");
}

#[test]
fn nitf_gives_its_headline_and_body() {
    let xml = "<nitf><head><title>ع</title></head><body><body.head><hedline><hl1>السدود</hl1></hedline>\
               <byline>ليلى</byline></body.head><body.content><p>فقرة</p><hl2>توقعات</hl2>\
               <media><media-caption>سد</media-caption></media><p>ختام</p></body.content></body></nitf>";
    let extracted = extract(xml, SourceKind::NewsMl);
    assert_eq!(extracted.title.as_deref(), Some("السدود"));
    assert_eq!(extracted.byline.as_deref(), Some("ليلى"));
    let body = [
        (Form::Paragraph, "فقرة"),
        (Form::Heading(Marker::Html), "توقعات"),
        (Form::Furniture(Reason::Caption), "سد"),
        (Form::Paragraph, "ختام"),
    ];
    assert_eq!(forms(&extracted), body);
}

#[test]
fn broken_xml_gives_what_there_is() {
    for at in (0..G2.len()).filter(|&at| G2.is_char_boundary(at)) {
        let _ = extract(&G2[..at], SourceKind::NewsMl);
    }
}

const RSS: &str = "<rss version='2.0'><channel><title>ق</title><language>ar</language>\
    <item><guid>1</guid><title>السدود</title><author>ليلى</author>\
    <pubDate>Thu, 18 Jan 2024 09:00:00 GMT</pubDate>\
    <description>&lt;p&gt;فقرة&lt;/p&gt;&lt;h3&gt;توقعات&lt;/h3&gt;</description></item>\
    <item><guid>2</guid><title>ثان</title><description>آخر</description></item></channel></rss>";

#[test]
fn a_feed_gives_its_first_entry_or_the_one_that_is_named() {
    let extracted = extract(RSS, SourceKind::Feed);
    let body = [(Form::Paragraph, "فقرة"), (Form::Heading(Marker::Html), "توقعات")];
    assert_eq!(forms(&extracted), body);
    assert_eq!(extracted.title.as_deref(), Some("السدود"));
    assert_eq!(extracted.byline.as_deref(), Some("ليلى"));
    assert_eq!(extracted.published.as_deref(), Some("2024-01-18T09:00:00+00:00"));
    assert_eq!(extract_entry(RSS, Some("2")).unwrap().title.as_deref(), Some("ثان"));
    assert_eq!(extract_entry(RSS, Some("3")), None);
}

#[test]
fn plain_text_is_cut_into_lines() {
    let extracted = extract("سطر\n\nآخر", SourceKind::Text);
    assert_eq!(forms(&extracted), [(Form::Line, "سطر"), (Form::Line, "آخر")]);
    assert_eq!(extracted.findings, []);
}
