//! IPTC ninjs to blocks: 1.x, 2.x, 3.x and what Superdesk sends under that name.
//!
//! The versions differ in case and in whether headlines and bodies are one value or lists with
//! roles; a name is therefore looked for without case. A body in XHTML is preferred to plain text,
//! since it keeps its subheads.

use serde_json::{Map, Value};

use super::{Extracted, html};
use crate::article::{Block, text_blocks};

/// Reads an item; `None` where it is no JSON object or has neither body nor headline.
pub(super) fn extract(json: &str) -> Option<Extracted> {
    let value: Value = serde_json::from_str(json).ok()?;
    let item = value.as_object()?;
    let mut blocks = body(item);
    for block in &mut blocks {
        block.span = 0..json.len();
    }
    let title = text(item, "headline").or_else(|| listed(item, "headlines")).map(plain);
    if blocks.is_empty() && title.is_none() {
        return None;
    }
    let first = |names: &[&str]| names.iter().find_map(|name| text(item, name));
    Some(Extracted {
        blocks,
        title: title.or_else(|| text(item, "title").map(plain)),
        uri: first(&["uri", "guid"]),
        byline: first(&["byline", "by"]).map(plain),
        published: first(&["contentcreated", "versioncreated", "firstcreated"]),
        pub_status: first(&["pubstatus"]).map(|status| status.to_ascii_lowercase()),
        embargoed: first(&["embargoeduntil", "embargoed"]),
        language: first(&["language"]),
        findings: Vec::new(),
    })
}

/// A member by its name in lower case.
fn member<'a>(item: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    item.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text(item: &Map<String, Value>, name: &str) -> Option<String> {
    let text = member(item, name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The main value of a list with roles.
fn listed(item: &Map<String, Value>, name: &str) -> Option<String> {
    main(item, name).and_then(|entry| text(entry, "value"))
}

/// The entry of a list whose role is main, else the first.
fn main<'a>(item: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    let entries: Vec<_> =
        member(item, name)?.as_array()?.iter().filter_map(Value::as_object).collect();
    let is_main = |entry: &&&Map<String, Value>| {
        text(entry, "role").is_some_and(|role| role.to_ascii_lowercase().contains("main"))
    };
    entries.iter().find(is_main).or(entries.first()).copied()
}

fn body(item: &Map<String, Value>) -> Vec<Block> {
    if let Some(body) = main(item, "bodies") {
        let marked_up = text(body, "contenttype").is_some_and(|kind| kind.contains("html"));
        return match text(body, "value") {
            Some(value) if marked_up => html::fragment(&value),
            Some(value) => text_blocks(&value),
            None => Vec::new(),
        };
    }
    for name in ["body_xhtml", "body_html"] {
        if let Some(value) = text(item, name) {
            return html::fragment(&value);
        }
    }
    text(item, "body_text").map(|value| text_blocks(&value)).unwrap_or_default()
}

/// A headline or name without the markup that some systems leave in it.
fn plain(text: String) -> String {
    if !text.contains(['<', '&']) {
        return text;
    }
    let blocks = html::fragment(&text);
    blocks.into_iter().map(|block| block.text).collect::<Vec<_>>().join(" ")
}
