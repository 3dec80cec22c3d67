//! One entry of an RSS, Atom or JSON feed to blocks.
//!
//! The content is taken, and the summary where there is none; both are HTML more often than they
//! say. Feeds that only tease their stories give a short article, which is what they are.

use super::{Extracted, html};

/// Reads the entry with an id or the address of its page, or the first; `None` where the feed
/// cannot be read or has no such entry.
pub(super) fn extract(feed: &str, entry: Option<&str>) -> Option<Extracted> {
    let parsed = feed_rs::parser::parse(feed.as_bytes()).ok()?;
    let language = parsed.language.clone();
    let named = |wanted: &str, found: &feed_rs::model::Entry| {
        found.id == wanted || found.links.iter().any(|link| link.href == wanted)
    };
    let item =
        parsed.entries.into_iter().find(|found| entry.is_none_or(|wanted| named(wanted, found)))?;
    let content = item.content.and_then(|content| content.body);
    let body = content.or_else(|| item.summary.map(|summary| summary.content)).unwrap_or_default();
    let mut blocks = html::fragment(&body);
    for block in &mut blocks {
        block.span = 0..feed.len();
    }
    let title = item.title.map(|title| {
        let lines = html::fragment(&title.content).into_iter().map(|block| block.text);
        lines.collect::<Vec<_>>().join(" ")
    });
    let names: Vec<String> = item
        .authors
        .into_iter()
        .filter_map(|author| author.name)
        .filter(|name| !name.trim().is_empty())
        .collect();
    Some(Extracted {
        blocks,
        title: title.filter(|title| !title.is_empty()),
        byline: Some(names.join("، ")).filter(|names| !names.is_empty()),
        published: item.published.or(item.updated).map(|time| time.to_rfc3339()),
        language,
        ..Extracted::default()
    })
}
