//! A web page, or a piece of one, to blocks.
//!
//! `scan` cuts tags from text, `flow` makes the blocks that a reader would see, each with its
//! place in the source. A page with much chrome round its story then goes through dom_smoothie,
//! which says where the story stands; blocks outside are left out, links within are furniture.
//! dom_smoothie sees only a slim copy: shallow, balanced, without scripts, styles, addresses and
//! hidden text, so that no page can exhaust it. Markup that was escaped once too often is
//! unescaped once. Linear in the page but for dom_smoothie, whose input is bounded.

mod flow;
mod scan;
mod story;

use std::borrow::Cow;

use super::Extracted;
use crate::article::{Block, Form, Reason};
use flow::{Page, Shown};
use story::letters;

/// Tags that only a page escaped once too often has in its text.
const ESCAPED: [&str; 6] = ["&lt;p", "&lt;/p", "&lt;br", "&lt;div", "&lt;strong", "&lt;h"];

/// Reads a page or a fragment.
pub(super) fn extract(html: &str) -> Extracted {
    let page = flow::read(html);
    let escaped = ESCAPED.iter().map(|tag| html.matches(tag).count()).sum::<usize>();
    if escaped > 1 && escaped > page.tags {
        return from_unescaped(html);
    }
    from_page(html, page)
}

/// The same for markup that was escaped once more; its places are the whole source.
fn from_unescaped(html: &str) -> Extracted {
    let unescaped = html_escape::decode_html_entities(html);
    let mut extracted = from_page(&unescaped, flow::read(&unescaped));
    for block in &mut extracted.blocks {
        block.span = 0..html.len();
    }
    extracted
}

/// The blocks of a fragment that another format carries, all of it story.
pub(super) fn fragment(html: &str) -> Vec<Block> {
    flow::read(html).shown.into_iter().map(whole).collect()
}

fn from_page(html: &str, page: Page) -> Extracted {
    let meta = |names: &[&str]| names.iter().find_map(|name| page.meta.get(*name)).cloned();
    let published = meta(&[
        "article:published_time",
        "datepublished",
        "og:article:published_time",
        "date",
        "dc.date",
        "parsely-pub-date",
    ]);
    let named = meta(&["og:title", "twitter:title"])
        .or_else(|| page.title.as_deref().map(|title| without_site(title).to_owned()))
        .filter(|title| !title.is_empty());
    let mut extracted = Extracted {
        published: published.or_else(|| page.time.clone()),
        language: page.language.clone().filter(|language| !language.is_empty()),
        ..Extracted::default()
    };
    let told = has_chrome(&page).then(|| story::told(html, &page)).flatten();
    extracted.blocks = match told {
        Some(told) => story::cut(page.shown, &told, named.as_deref()),
        None => page.shown.into_iter().map(whole).collect(),
    };
    promote_headline(&mut extracted.blocks, named.as_deref());
    let shown = extracted.blocks.iter().any(|block| block.form == Form::Title);
    extracted.title = named.filter(|_| !shown);
    extracted
}

/// A block of a page that is all story but for its navigation and the lines that are one link.
fn whole(shown: Shown) -> Block {
    let line = matches!(shown.block.form, Form::Line | Form::Paragraph | Form::ListItem);
    let form = if shown.chrome {
        Form::Furniture(Reason::Navigation)
    } else if line && shown.linked > 0 && shown.linked >= letters(&shown.block.text) {
        Form::Furniture(Reason::RelatedLinks)
    } else {
        shown.block.form
    };
    Block { form, ..shown.block }
}

/// Old pages have no `<h1>`: a heading or bold line that opens the page is its headline.
fn promote_headline(blocks: &mut [Block], named: Option<&str>) {
    if blocks.iter().any(|block| block.form == Form::Title) {
        return;
    }
    let first = blocks.iter_mut().find(|block| !matches!(block.form, Form::Furniture(_)));
    if let Some(first) = first.filter(|first| matches!(first.form, Form::Heading(_)))
        && named.is_none_or(|named| story::key(named) == story::key(&first.text))
    {
        first.form = Form::Title;
    }
}

/// Whether much of a page is links.
fn has_chrome(page: &Page) -> bool {
    let letters: usize = page.shown.iter().map(|shown| letters(&shown.block.text)).sum();
    let linked: usize = page.shown.iter().map(|shown| shown.linked).sum();
    linked * 6 > letters || page.shown.iter().filter(|shown| shown.chrome).count() > 8
}

/// A page title without the site's name after a bar or dash.
fn without_site(title: &str) -> &str {
    let cut = [" | ", " - ", " – ", " — ", " :: "].iter().filter_map(|bar| title.rfind(bar)).max();
    match cut {
        Some(at) if title[..at].split_whitespace().count() >= 3 => title[..at].trim(),
        _ => title.trim(),
    }
}

/// The text as it stands, or with its entities undone where it has any.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    html_escape::decode_html_entities(text)
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
