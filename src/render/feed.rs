//! Recent briefs as a feed: JSON Feed 1.1 and Atom.
//!
//! What must not be shown yet is not in a feed: a brief of a story that is withheld, withdrawn or
//! under embargo at the time of asking is left out, since a feed reader keeps what it has once
//! read. Every entry says in its author and its tags that a machine wrote it.

use jiff::Timestamp;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::{Label, body, ninjs, template, words};
use crate::brief::Brief;

/// Media type of JSON Feed.
pub const JSON_FEED: &str = "application/feed+json";
/// Media type of Atom.
pub const ATOM: &str = "application/atom+xml; charset=utf-8";

/// What a feed says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel<'a> {
    /// Its name as readers show it.
    pub title: &'a str,
    /// Where the gateway is reached from outside, such as `https://briefs.example/`; addresses of
    /// briefs are relative to it.
    pub home: &'a Url,
    /// The feed's own address.
    pub address: &'a Url,
    /// Now; decides which embargoes still hold.
    pub now: Timestamp,
}

/// One brief of a feed with its label.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The brief.
    pub brief: &'a Brief,
    /// What is said of who wrote it.
    pub label: &'a Label,
}

/// What both formats tell of a brief.
#[derive(Serialize)]
struct Shown {
    id: String,
    address: String,
    title: String,
    summary: String,
    xhtml: Option<String>,
    created: String,
    author: String,
    tags: Vec<String>,
    #[serde(skip)]
    findings: String,
    #[serde(skip)]
    label: String,
}

/// The briefs that may be shown, in the order given, as JSON Feed 1.1.
#[must_use]
pub fn json_feed(channel: &Channel<'_>, entries: &[Entry<'_>]) -> String {
    let items = shown(channel, entries).map(|entry| {
        json!({
            "id": entry.id,
            "url": entry.address,
            "title": entry.title,
            "summary": entry.summary,
            "content_html": entry.xhtml.unwrap_or_default(),
            "date_published": entry.created,
            "authors": [{ "name": entry.author }],
            "language": "en",
            "tags": entry.tags,
            "_mujaz": { "label": entry.label, "findings": entry.findings },
        })
    });
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home.as_str(),
        "feed_url": channel.address.as_str(),
        "language": "en",
        "items": items.collect::<Vec<_>>(),
    })
    .to_string()
}

/// The briefs that may be shown, in the order given, as Atom (RFC 4287).
#[must_use]
pub fn atom(channel: &Channel<'_>, entries: &[Entry<'_>]) -> String {
    let entries: Vec<Shown> = shown(channel, entries).collect();
    let newest = entries.iter().map(|entry| entry.created.as_str()).max();
    let values = minijinja::context! {
        id => channel.address.as_str(),
        title => channel.title,
        updated => newest.map_or_else(|| channel.now.to_string(), str::to_owned),
        address => channel.address.as_str(),
        entries => Serde(&entries),
    };
    template::fill("atom.xml", values)
}

fn shown<'a>(
    channel: &'a Channel<'_>,
    entries: &'a [Entry<'_>],
) -> impl Iterator<Item = Shown> + 'a {
    let open = entries.iter().filter(|entry| !entry.brief.release.is_held(channel.now));
    open.map(|entry| show(channel, entry))
}

fn show(channel: &Channel<'_>, entry: &Entry<'_>) -> Shown {
    let Entry { brief, label } = entry;
    let address = channel.home.join(&format!("v1/briefs/{}", brief.id));
    let summary = brief.summary.iter().map(|passage| words::clean(&passage.text));
    let agency = brief.dateline.as_ref().and_then(|dateline| dateline.agency.clone());
    let kind = if label.is_draft() { "machine-draft" } else { "approved" };
    Shown {
        id: ninjs::urn(&brief.id),
        address: address.map_or_else(|_| channel.home.to_string(), String::from),
        title: words::clean(&brief.headline).into_owned(),
        summary: summary.collect::<Vec<_>>().join(" "),
        xhtml: body::main(brief).map(|body| body.xhtml),
        created: ninjs::moment(&brief.provenance.created)
            .unwrap_or_else(|| channel.now.to_string()),
        author: label.byline(),
        tags: std::iter::once(kind.to_owned()).chain(agency).collect(),
        findings: words::tally(&brief.findings),
        label: label.sentence(&brief.provenance),
    }
}

#[cfg(test)]
mod tests {
    use feed_rs::{model::Feed, parser};

    use super::*;
    use crate::render::sample;

    const NOW: &str = "2024-05-06T12:00:00Z";

    fn feeds(briefs: &[Brief]) -> [Feed; 2] {
        let home: Url = "https://briefs.example/desk/".parse().unwrap();
        let address = home.join("feed").unwrap();
        let channel = Channel {
            title: "Briefs & more",
            home: &home,
            address: &address,
            now: NOW.parse().unwrap(),
        };
        let entries: Vec<Entry<'_>> =
            briefs.iter().map(|brief| Entry { brief, label: &Label::Draft }).collect();
        [atom(&channel, &entries), json_feed(&channel, &entries)].map(|text| {
            parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
        })
    }

    #[test]
    fn a_feed_reader_reads_both_alike() {
        for feed in feeds(&[sample::brief()]) {
            assert_eq!(feed.title.unwrap().content, "Briefs & more");
            let [entry] = feed.entries.as_slice() else { panic!("one entry") };
            assert_eq!(entry.id, "urn:uuid:6f0c1b7e-8d3a-4c52-b1e9-7a44d20f9e31");
            assert_eq!(entry.title.as_ref().unwrap().content, sample::brief().headline);
            let link = "https://briefs.example/desk/v1/briefs/6f0c1b7e8d3a4c52b1e97a44d20f9e31";
            assert!(entry.links.iter().any(|one| one.href == link), "{:?}", entry.links);
            assert_eq!(entry.authors[0].name.as_deref().unwrap(), "mujaz (machine draft)");
            assert!(entry.categories.iter().any(|one| one.term == "machine-draft"));
            assert_eq!(entry.published.unwrap().timestamp(), 1_710_252_207);
            let body = entry.content.as_ref().unwrap().body.as_ref().unwrap();
            assert!(body.contains("<h2>New jobs</h2>"), "{body}");
            assert!(entry.summary.as_ref().unwrap().content.starts_with("Oman has begun"));
        }
    }

    #[test]
    fn an_empty_feed_is_a_feed() {
        for feed in feeds(&[]) {
            assert!(feed.entries.is_empty());
        }
    }

    #[test]
    fn text_from_outside_is_text() {
        let mut brief = sample::brief();
        brief.headline = "<b>A & B</b> ]]> \u{0}\u{FFFF}\u{202E}".to_owned();
        brief.summary[0].text = "</summary><script/>".to_owned();
        for feed in feeds(&[brief]) {
            let title = &feed.entries[0].title.as_ref().unwrap().content;
            assert!(title.contains("A & B"), "{title}");
            assert!(feed.entries[0].summary.as_ref().unwrap().content.contains("<script/>"));
        }
    }

    #[test]
    fn what_is_under_embargo_or_withheld_is_not_shown() {
        let mut later = sample::brief();
        later.release.embargoed_until = Some("2024-05-07T06:00:00+03:00".to_owned());
        let mut earlier = sample::brief();
        earlier.release.embargoed_until = Some("2024-05-06T06:00:00+03:00".to_owned());
        let mut withheld = sample::brief();
        withheld.release.status = crate::article::PubStatus::named("withheld");
        for feed in feeds(&[later, earlier, withheld]) {
            assert_eq!(feed.entries.len(), 1, "the embargo that is over");
        }
    }
}
