//! The page: nothing from outside acts on it, every link leads somewhere, and it needs no other
//! host. How it looks is looked at in a browser; what it says is held by the snapshot.

use std::collections::HashSet;

use super::*;
use crate::render::sample;

/// The values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&*start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn body(page: &str) -> &str {
    page.split_once("<body").unwrap().1
}

fn hostile(text: &str) -> String {
    format!("\"'></style></title><script>{text}</script><img src=x onerror=alert(1)>\u{202E}")
}

#[test]
fn the_page_says_what_an_editor_needs() {
    let page = render(&sample::brief(), &Label::Draft);
    insta::assert_snapshot!(body(&page));
}

#[test]
fn every_link_leads_to_an_anchor_of_the_page_and_anchors_are_unique() {
    for brief in [sample::brief(), Brief { article: None, ..sample::brief() }] {
        let page = render(&brief, &Label::Draft);
        let ids = values(&page, "id");
        let anchors: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), anchors.len(), "{ids:?}");
        let hrefs = values(&page, "href");
        assert!(hrefs.len() > 4);
        for href in hrefs {
            assert!(href.strip_prefix('#').is_some_and(|id| anchors.contains(id)), "{href}");
        }
    }
}

#[test]
fn every_passage_stands_beside_the_paragraphs_it_rests_on() {
    let page = render(&sample::brief(), &Label::Draft);
    let rows: Vec<&str> = page.split("<div class=\"row").skip(1).collect();
    for section in &sample::brief().sections {
        for (index, passage) in section.passages.iter().enumerate() {
            let anchor = format!("id=\"{}.{index}\"", section.id);
            let row = rows.iter().find(|row| row.contains(&anchor)).unwrap();
            for source in &passage.sources {
                assert!(row.contains(&format!("id=\"{source}\"")), "{anchor} beside {source}");
            }
        }
    }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let mut brief = sample::brief();
    brief.id = hostile("id");
    brief.headline = hostile("headline");
    brief.language = hostile("language");
    brief.summary[0].text = hostile("summary");
    brief.sections[1].heading = Some(hostile("heading"));
    brief.sections[1].heading_ar = Some(hostile("heading_ar"));
    brief.findings[0].message = hostile("finding");
    brief.findings[1].passage = Some(hostile("address"));
    brief.provenance.source_sha256 = hostile("hash");
    brief.provenance.created = hostile("created");
    brief.provenance.engines[0].model = Some(hostile("model"));
    brief.release.uri = Some(hostile("uri"));
    brief.release.embargoed_until = Some(hostile("embargo"));
    let mut article = sample::article();
    article.title = Some(hostile("title"));
    article.byline = Some(hostile("byline"));
    article.language = hostile("language");
    article.sections[0].paragraphs[0].text = hostile("paragraph");
    article.sections[0].heading = Some(hostile("section"));
    if let Some(dateline) = &mut brief.dateline {
        dateline.agency = Some(hostile("agency"));
    }
    brief.article = Some(std::sync::Arc::new(article));
    let page = render(&brief, &Label::Approved { by: hostile("editor") });
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202E}'));
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(page.matches("</title>").count(), 1);
    assert!(page.matches("&lt;script&gt;").count() >= 12, "the text itself is shown");
}

#[test]
fn the_page_needs_no_other_host_and_no_script() {
    let page = render(&sample::brief(), &Label::Draft);
    for needs in ["<script", "<link", "<img", "url(", "@import", " src=", " style=", " on"] {
        let found = page.find(needs).map(|at| page[at..].chars().take(40).collect::<String>());
        // The word "on" in a sentence is no attribute.
        let attribute =
            needs != " on" || found.as_ref().is_some_and(|text| text[3..].starts_with("click"));
        assert!(found.is_none() || !attribute, "{found:?}");
    }
}

#[test]
fn the_policy_allows_this_style_and_nothing_else() {
    let page = render(&sample::brief(), &Label::Draft);
    let (_, rest) = page.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    assert!(POLICY.contains(&format!("style-src 'sha256-{hash}'")), "{}", *POLICY);
    assert!(POLICY.starts_with("default-src 'none';"));
    assert!(!POLICY.contains("unsafe"));
}

#[test]
fn headings_descend_one_step_at_a_time() {
    let page = render(&sample::brief(), &Label::Draft);
    let levels: Vec<u8> = page
        .match_indices("<h")
        .filter_map(|(at, _)| page.as_bytes().get(at + 2).filter(|b| b.is_ascii_digit()).copied())
        .collect();
    assert_eq!(levels.first(), Some(&b'1'));
    assert_eq!(levels.iter().filter(|level| **level == b'1').count(), 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn what_the_brief_leaves_out_is_shown() {
    let mut brief = sample::brief();
    brief.sections.clear();
    let page = render(&brief, &Label::Draft);
    assert_eq!(
        page.matches("Not in the brief").count(),
        2,
        "of the two sections with such paragraphs"
    );
    assert_eq!(page.matches("In the summary").count(), 2);
    for paragraph in sample::article().sections.iter().flat_map(|section| &section.paragraphs) {
        assert!(page.contains(&format!("id=\"{}\"", paragraph.id)));
    }
}

#[test]
fn what_only_the_summary_tells_is_not_called_left_out() {
    let page = render(&sample::brief(), &Label::Draft);
    let (before, _) = page.split_once("id=\"s0.p0\"").unwrap();
    assert!(before.ends_with("<div class=\"paragraph para-0 cited\" "), "{before}");
    let (_, row) = before.rsplit_once("<div class=\"row").unwrap();
    assert!(row.contains("<a href=\"#summary.0\">In the summary</a>"), "{row}");
}

#[test]
fn arabic_that_a_finding_quotes_keeps_its_direction() {
    let cut: Vec<(String, bool)> =
        spans("Has “62ر31” (31.62), not “x”.").into_iter().map(|s| (s.text, s.arabic)).collect();
    let cut: Vec<(&str, bool)> =
        cut.iter().map(|(text, arabic)| (text.as_str(), *arabic)).collect();
    assert_eq!(cut, [("Has “", false), ("62ر31", true), ("” (31.62), not “x”.", false)]);
    let page = render(&sample::brief(), &Label::Draft);
    assert_eq!(page.matches("<bdi lang=\"ar\">62ر31</bdi>").count(), 2, "in place and in the list");
}

#[test]
fn what_must_not_be_published_says_so() {
    let mut brief = sample::brief();
    brief.release.embargoed_until = Some("2024-05-07T06:00:00+03:00".to_owned());
    assert!(render(&brief, &Label::Draft).contains("Embargoed until 7 May 2024, 03:00 UTC."));
}

#[test]
fn what_a_person_approved_is_no_draft() {
    let page = render(&sample::brief(), &Label::Approved { by: "Maryam Nasser".to_owned() });
    assert!(!page.contains("<strong>Draft</strong>"));
    assert!(page.contains("approved by Maryam Nasser"));
    assert!(
        page.contains("TrainedAlgorithmicMediaDigitalSource"),
        "a machine wrote it all the same"
    );
}
