//! The JSON Schema of the answer to a task, for models that can be held to one.
//!
//! Kept to what every vendor's strict mode takes: objects with all properties required and no
//! others, arrays, strings, enumerations and null.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::source_name;
use crate::brief::Task;

/// Ids in one enumeration, at most. Vendors compile a schema into a grammar and refuse one that
/// grows too large; answers are held to the ids that were sent in any case.
const ENUMERATED: usize = 100;

/// The schema of the JSON that answers a task. Up to 100 ids are enumerated: no other can come
/// back from a model that is held to it.
#[must_use]
pub fn schema(task: &Task) -> Value {
    match task {
        Task::Translate { texts, .. } => {
            let ids: Vec<&str> = texts.iter().map(|text| text.id.as_str()).collect();
            let entry = object(&json!({"id": one_of(&ids), "text": {"type": "string"}}));
            object(&json!({"translations": list(&entry)}))
        }
        Task::Summarize { heading, paragraphs, .. } => {
            let ids: Vec<String> = paragraphs.iter().map(source_name).collect();
            let heading_type = if heading.is_some() { "string" } else { "null" };
            object(&json!({"heading": {"type": heading_type}, "passages": evidence(&ids)}))
        }
        Task::Headline { passages, .. } => {
            let sources = passages.iter().flat_map(|passage| &passage.sources);
            let ids: BTreeSet<_> = sources.collect();
            let ids: Vec<String> = ids.into_iter().map(ToString::to_string).collect();
            object(&json!({"headline": {"type": "string"}, "summary": evidence(&ids)}))
        }
    }
}

/// A list of passages that rest on some of `ids`.
fn evidence(ids: &[String]) -> Value {
    list(&object(&json!({"text": {"type": "string"}, "sources": list(&one_of(ids))})))
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

/// A string out of `ids`; any string where there are none, since an empty enumeration is refused,
/// or too many.
fn one_of<S: AsRef<str>>(ids: &[S]) -> Value {
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    match ids.len() {
        1..=ENUMERATED => json!({"type": "string", "enum": ids}),
        _ => json!({"type": "string"}),
    }
}

/// An object with these properties, all of them and no others.
fn object(properties: &Value) -> Value {
    let names = properties.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
    json!({
        "type": "object",
        "properties": properties,
        "required": names.unwrap_or_default(),
        "additionalProperties": false,
    })
}
