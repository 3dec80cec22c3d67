//! Behaviour of pages and fragments.

use super::*;
use crate::article::Marker;

/// Form and text of each block.
fn blocks(html: &str) -> Vec<(Form, String)> {
    extract(html).blocks.into_iter().map(|block| (block.form, block.text)).collect()
}

fn texts(html: &str) -> Vec<String> {
    extract(html).blocks.into_iter().map(|block| block.text).collect()
}

const LEAD: &str = "أعلنت وزارة المياه اليوم أن السدود في المحافظات الشمالية امتلأت بعد أسبوع من \
     الأمطار المتواصلة على الجبال.";

#[test]
fn elements_keep_their_role_and_place() {
    let html = "<h1>سدود  ممتلئة</h1>\n<p>فقرة <b>أولى</b>\nهنا</p><h3>توقعات</h3><ul><li>بند</ul>";
    let expected = [
        (Form::Title, "سدود ممتلئة"),
        (Form::Paragraph, "فقرة أولى هنا"),
        (Form::Heading(Marker::Html), "توقعات"),
        (Form::ListItem, "بند"),
    ];
    assert_eq!(blocks(html), expected.map(|(form, text)| (form, text.to_owned())));
    let extracted = extract(html);
    assert_eq!(extracted.title, None, "the headline is among the blocks");
    assert_eq!(&html[extracted.blocks[3].span.clone()], "بند");
}

#[test]
fn hidden_text_never_comes_out() {
    let hidden = [
        "<p style='display:none'>سر</p>",
        "<p style=\"color:red; DISPLAY : none !important\">سر</p>",
        "<div hidden><p>سر</p></div>",
        "<div aria-hidden=\"true\" style=\"font-size:0\">سر</div>",
        "<span style='opacity:0'>سر</span>",
        "<p class='x sr-only'>سر</p>",
        "<!-- <p>سر</p> -->",
        "<template><p>سر</p></template>",
        "<script>var a='<p>سر</p>';</script>",
        "<style>p:after{content:'سر'}</style>",
        "<noscript>سر</noscript>",
        "<img alt='سر' src='data:text/plain;base64,2LPYsQ=='>",
        "<svg><text>سر</text></svg>",
        "<textarea>سر</textarea><select><option>سر</select><button>سر</button>",
        "<iframe src='data:text/html,سر'>سر</iframe>",
    ];
    for hidden in hidden {
        assert_eq!(texts(&format!("<p>{LEAD}</p>{hidden}<p>ختام</p>")), [LEAD, "ختام"], "{hidden}");
    }
    assert_eq!(texts("<p style='opacity:0.9;font-size:0.9em'>ظاهر</p>"), ["ظاهر"]);
}

#[test]
fn an_unclosed_hidden_paragraph_hides_itself_alone() {
    assert_eq!(texts("<p hidden>سر<p>ظاهر<div><p hidden>سر</div>ظاهر"), ["ظاهر", "ظاهر"]);
    assert_eq!(texts("<html><head><title>ع</title><p>ظاهر"), ["ظاهر"]);
}

#[test]
fn line_breaks_part_lines_and_two_of_them_paragraphs() {
    let html = "<td>سطر أول<br>ثان<br><br>ثالث<br><b>عنوان فرعي</b><br>رابع</td>";
    let extracted = extract(html);
    let seen: Vec<_> = extracted.blocks.iter().map(|b| (b.text.as_str(), b.gap)).collect();
    let expected =
        [("سطر أول", true), ("ثان", false), ("ثالث", true), ("عنوان فرعي", false), ("رابع", false)];
    assert_eq!(seen, expected);
    assert_eq!(extracted.blocks[3].form, Form::Heading(Marker::Html));
}

#[test]
fn a_bold_lead_is_no_subhead() {
    let html = format!("<p><b>{LEAD}</b></p><p><strong>السدود الكبرى</strong></p>");
    let forms: Vec<Form> = blocks(&html).into_iter().map(|(form, _)| form).collect();
    assert_eq!(forms, [Form::Paragraph, Form::Heading(Marker::Html)]);
}

#[test]
fn markup_that_was_escaped_once_more_is_read() {
    let html = "&lt;p&gt;تمهيد.&lt;/p&gt;&lt;p dir=&quot;rtl&quot;&gt;&lt;strong&gt;السدود&lt;/strong&gt;&lt;/p&gt;\n\
                &lt;p&gt;امتلأت &amp;amp; فاضت.&lt;/p&gt;";
    assert_eq!(texts(html), ["تمهيد.", "السدود", "امتلأت & فاضت."]);
    assert_eq!(extract(html).blocks[0].span, 0..html.len());
}

#[test]
fn short_cells_share_a_line_and_long_ones_are_columns() {
    let html = "<table><tr><td>عدن</td><td>12</td></tr><tr><td>تعز<td>7</table>";
    assert_eq!(texts(html), ["عدن\t12", "تعز\t7"]);
    let layout = format!("<table><tr><td>{LEAD}</td><td>جانب</td></tr></table>");
    assert_eq!(texts(&layout), [LEAD, "جانب"]);
}

#[test]
fn captions_and_navigation_are_furniture() {
    let html = format!(
        "<nav>الرئيسية</nav><p>{LEAD}</p><figure><img><figcaption>سد</figcaption></figure>"
    );
    let forms: Vec<Form> = blocks(&html).into_iter().map(|(form, _)| form).collect();
    let furniture = [Reason::Navigation, Reason::Caption].map(Form::Furniture);
    assert_eq!(forms, [furniture[0], Form::Paragraph, furniture[1]]);
}

#[test]
fn the_story_is_found_on_a_page_full_of_links() {
    let links: String =
        (0..40).map(|n| format!("<li><a href='/{n}'>خبر آخر رقم {n}</a></li>")).collect();
    let story: String = (0..5).map(|n| format!("<p>{n} {LEAD}</p>")).collect();
    let html = format!(
        "<html lang=ar><head><title>السدود تمتلئ بعد الأمطار | صحيفة</title>\
         <meta property='article:published_time' content='2024-01-18T09:00:00Z'></head><body>\
         <div class=menu><ul>{links}</ul></div><h1>السدود تمتلئ بعد الأمطار</h1>\
         <div class=article>{story}<h2>توقعات الأسبوع</h2>{story}</div>\
         <div class=related><ul>{links}</ul></div></body></html>"
    );
    let extracted = extract(&html);
    assert_eq!(extracted.blocks[0].form, Form::Title);
    assert_eq!(extracted.published.as_deref(), Some("2024-01-18T09:00:00Z"));
    assert_eq!(extracted.language.as_deref(), Some("ar"));
    assert_eq!(extracted.blocks.len(), 12);
    assert_eq!(extracted.blocks[6].form, Form::Heading(Marker::Html));
}

#[test]
fn nesting_and_attributes_without_end_are_read_in_bounded_work() {
    let deep = format!("{}<p>{LEAD}</p>{}", "<div>".repeat(30_000), "</div>".repeat(30_000));
    assert_eq!(texts(&deep), [LEAD]);
    let links = format!("{}<a href=x>{LEAD}{}", "<a><b><i>".repeat(20_000), "</q>".repeat(20_000));
    assert_eq!(texts(&links).len(), 1);
    let attributes: String = (0..30_000).map(|n| format!(" a{n}='{n}'")).collect();
    assert_eq!(texts(&format!("<p{attributes}>{LEAD}</p>")), [LEAD]);
    for unclosed in ["<a \"", "<!--", "</", "<script>", "<![CDATA[", "<p style='"] {
        let _ = extract(&unclosed.repeat(20_000));
    }
}

#[test]
fn a_page_without_a_headline_is_called_by_its_title() {
    let html = format!("<title>السدود تمتلئ اليوم | صحيفة</title><p>{LEAD}</p>");
    assert_eq!(extract(&html).title.as_deref(), Some("السدود تمتلئ اليوم"));
}

#[test]
fn a_site_name_is_taken_off_the_page_title() {
    assert_eq!(without_site("السدود تمتلئ بعد الأمطار | صحيفة"), "السدود تمتلئ بعد الأمطار");
    assert_eq!(without_site("عاجل - صحيفة"), "عاجل - صحيفة");
}
