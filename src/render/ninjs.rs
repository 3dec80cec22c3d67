//! The brief as IPTC ninjs, the news item that content systems exchange: 3.1, and 2.2 for those
//! that do not read 3.x yet.
//!
//! Headline and text stand where a content system expects them; the original is an association,
//! since ninjs has no field for what an item was translated from. That a machine wrote it stands
//! three times: for machines (`digitalSourceType`), for readers (`by`) and for the desk
//! (`edNote`, with the findings). Embargo and status pass through; where an embargo names no
//! moment, the item is withheld and `edNote` quotes it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    Label, body,
    body::Body,
    words::{self, clean},
};
use crate::{
    article::{Article, PubStatus, release},
    brief::Brief,
    finding::{Finding, Severity},
};

/// A version of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 3.1: names in camel case.
    V3,
    /// 2.2: names in lower case, and an association has no `rel`.
    V2,
}

/// Most findings that the note to the desk tells; the rest are counted.
const TOLD: usize = 20;

/// The item as one line of JSON without a newline at its end.
#[must_use]
pub fn render(brief: &Brief, label: &Label, version: Version) -> String {
    let item = Value::Object(item(brief, label));
    let item = match version {
        Version::V3 => item,
        Version::V2 => older(item),
    };
    item.to_string()
}

fn item(brief: &Brief, label: &Label) -> Map<String, Value> {
    let mut item = Item::default();
    item.put("uri", urn(&brief.id));
    item.put("type", "text");
    item.put("representationType", "partial");
    item.put("profile", "brief");
    item.put("version", "1");
    for name in ["firstCreated", "versionCreated", "contentCreated"] {
        item.put_some(name, moment(&brief.provenance.created));
    }
    release(brief, &mut item);
    item.put("edNote", note(brief, label));
    item.put("language", brief.language.as_str());
    item.put("headlines", json!([text("main", &brief.headline)]));
    item.put("bodies", bodies(brief));
    let agency = brief.dateline.as_ref().and_then(|dateline| dateline.agency.as_deref());
    item.put_some(
        "infoSources",
        agency.map(|name| json!([{ "name": clean(name), "role": "originator" }])),
    );
    item.put("by", label.byline());
    item.put_some("located", located(brief));
    item.put("associations", json!([original(brief)]));
    item.put("altIds", alternative_ids(brief));
    item.put(
        "standard",
        json!({
            "name": "ninjs",
            "version": "3.1",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
        }),
    );
    item.put("genres", json!([{ "name": "Brief" }]));
    item.put(
        "digitalSourceType",
        json!({
            "name": "Trained algorithmic media",
            "uri": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        }),
    );
    item.0
}

/// Members in the order in which they are put.
#[derive(Default)]
struct Item(Map<String, Value>);

impl Item {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }
}

/// Embargo and status. An embargo that names no moment cannot be written here, so it withholds.
fn release(brief: &Brief, item: &mut Item) {
    let release = &brief.release;
    item.put_some("embargoedUntil", release.embargo().map(|until| until.to_string()));
    let unclear = release.embargo_is_unclear().then_some(PubStatus::Withheld);
    let status = match release.status {
        Some(PubStatus::Usable) | None => unclear.or(release.status),
        held => held,
    };
    item.put_some("pubStatus", status.map(PubStatus::name));
}

fn text(role: &str, value: &str) -> Value {
    json!({ "role": role, "contentType": "text/plain", "value": clean(value) })
}

fn bodies(brief: &Brief) -> Value {
    let both = [("summary", body::summary(brief)), ("main", body::main(brief))];
    let both = both.into_iter().filter_map(|(role, body)| Some((role, body?)));
    both.flat_map(|(role, body)| {
        let Body { plain, xhtml } = body;
        let characters = plain.chars().count();
        let words = plain.split_whitespace().count();
        [("application/xhtml+xml", xhtml), ("text/plain", plain)].map(|(content_type, value)| {
            json!({
                "role": role,
                "contentType": content_type,
                "charCount": characters,
                "wordCount": words,
                "value": value,
            })
        })
    })
    .collect()
}

/// What the desk must know: whether it may be published, who wrote it, what to check.
fn note(brief: &Brief, label: &Label) -> String {
    let mut lines = words::held(&brief.release);
    lines.push(label.sentence(&brief.provenance));
    let sorted = words::worst_first(&brief.findings).into_iter();
    let grave: Vec<&Finding> = sorted.filter(|one| one.severity > Severity::Info).collect();
    lines.extend(grave.iter().take(TOLD).map(|finding| {
        let at = finding.passage.as_ref().map(|at| format!(" in {at}")).unwrap_or_default();
        format!("{}{at}: {}", words::severity(finding.severity), clean(&finding.message))
    }));
    if grave.len() > TOLD {
        lines.push(format!("And {} more.", grave.len() - TOLD));
    }
    lines.join("\n")
}

fn located(brief: &Brief) -> Option<&str> {
    let dateline = brief.dateline.as_ref()?;
    dateline.place.as_deref().or(dateline.place_ar.as_deref())
}

/// The article that the brief was made from: what identifies it, not its text.
fn original(brief: &Brief) -> Value {
    let article = brief.article.as_deref();
    let mut item = Item::default();
    item.put("name", "original");
    item.put("rel", "translatedFrom");
    item.put("uri", source_uri(brief));
    item.put("type", "text");
    item.put("representationType", "partial");
    item.put_some("contentCreated", brief.release.published.as_deref().and_then(moment));
    item.put("language", article.map_or("ar", |article| article.language.as_str()));
    let title = article.and_then(|article: &Article| article.title.as_deref());
    item.put_some("headlines", title.map(|title| json!([text("main", title)])));
    let byline = article.and_then(|article| article.byline.as_deref());
    item.put_some("by", byline.map(|byline| clean(byline).into_owned()));
    let dateline = brief.dateline.as_ref();
    item.put_some(
        "located",
        dateline.and_then(|one| one.place_ar.as_deref().or(one.place.as_deref())),
    );
    Value::Object(item.0)
}

/// The article's own identifier where it has one that is a URI, else the name of its bytes
/// (RFC 6920).
fn source_uri(brief: &Brief) -> String {
    let own = brief.release.uri.as_deref().filter(|uri| Url::parse(uri).is_ok());
    own.map_or_else(|| named_by_hash(&brief.provenance.source_sha256), str::to_owned)
}

fn named_by_hash(hex: &str) -> String {
    let digit = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map_while(digit).collect();
    format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn alternative_ids(brief: &Brief) -> Value {
    let ids = [
        ("brief", Some(brief.id.as_str())),
        ("source_sha256", Some(brief.provenance.source_sha256.as_str())),
        ("translated_from", brief.release.uri.as_deref()),
    ];
    let ids =
        ids.into_iter().filter_map(|(role, value)| Some(json!({ "role": role, "value": value? })));
    ids.collect()
}

/// The id of a brief as a URI.
pub(super) fn urn(id: &str) -> String {
    let id = uuid::Uuid::parse_str(id).map_or_else(|_| id.to_owned(), |id| id.to_string());
    format!("urn:uuid:{id}")
}

/// A time as RFC 3339 in UTC; `None` where the text names no moment.
pub(super) fn moment(text: &str) -> Option<String> {
    release::instant(text).map(|at| at.to_string())
}

/// The same item as 2.2 names it.
fn older(item: Value) -> Value {
    match item {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| name != "rel")
            .map(|(name, value)| match name.as_str() {
                "embargoedUntil" => ("embargoed".to_owned(), value),
                "standard" => (
                    name,
                    json!({
                        "name": "ninjs",
                        "version": "2.2",
                        "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_2.2.json#",
                    }),
                ),
                _ => (name.to_ascii_lowercase(), older(value)),
            })
            .collect(),
        Value::Array(values) => values.into_iter().map(older).collect(),
        value => value,
    }
}

#[cfg(test)]
#[path = "ninjs_tests.rs"]
mod tests;
