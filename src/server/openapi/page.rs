//! `GET /docs`: the document as a page, written here from its JSON.
//!
//! The page is whole in itself, as a brief's page is: no script, no image, no other host; its one style
//! block is named by its hash in the `Content-Security-Policy` ([`POLICY`]). It works without a mouse and
//! prints. Every value is escaped; what the document sets in backticks is set as code.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use minijinja::{Environment, Value as Shown, value::Serde};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::render::html;

/// The style of the page: that of a brief's, and what a reference needs beside it.
static STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}\n{}", html::STYLE, include_str!("page.css")));

/// The `Content-Security-Policy` of the page.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_str()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

/// Methods in the order in which an address is read.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Everything that the template shows.
#[derive(Serialize)]
struct Page {
    version: String,
    about: String,
    tags: Vec<Tag>,
    shapes: Vec<Shape>,
}

/// The operations of one part of the gateway.
#[derive(Serialize)]
struct Tag {
    name: String,
    about: String,
    operations: Vec<Operation>,
}

#[derive(Serialize)]
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    about: Vec<String>,
    parameters: Vec<Field>,
    bodies: Vec<Content>,
    answers: Vec<Answer>,
}

/// A parameter, or a field of a shape.
#[derive(Serialize)]
struct Field {
    name: String,
    place: String,
    kind: String,
    required: bool,
    about: String,
}

#[derive(Serialize)]
struct Content {
    media_type: String,
    kind: String,
    example: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    status: String,
    about: String,
    headers: Vec<String>,
    bodies: Vec<Content>,
}

/// A shape that bodies have.
#[derive(Serialize)]
struct Shape {
    name: String,
    about: String,
    fields: Vec<Field>,
    values: Vec<Field>,
}

/// The page.
pub(super) fn render(document: &Value) -> String {
    let page = Page {
        version: text(document, "/info/version"),
        about: text(document, "/info/description"),
        tags: list(document, "/tags").iter().map(|tag| part(document, tag)).collect(),
        shapes: map(document, "/components/schemas").map(|(name, one)| shape(name, one)).collect(),
    };
    let values = minijinja::context! { style => &*STYLE, page => Serde(page) };
    let mut environment = Environment::new();
    environment.add_filter("marked", marked);
    let template = environment.template_from_named_str("page.html", include_str!("page.html"));
    template.and_then(|template| template.render(values)).unwrap_or_else(|error| {
        tracing::error!(%error, "the page of the document could not be written");
        String::new()
    })
}

/// Text with what stands in backticks set as code, escaped.
fn marked(text: &str) -> Shown {
    let mut out = String::new();
    for (n, piece) in text.split('`').enumerate() {
        let piece = html_escape::encode_text(piece);
        match n % 2 {
            0 => out.push_str(&piece),
            _ => out.push_str(&format!("<code>{piece}</code>")),
        }
    }
    Shown::from_safe_string(out)
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn map<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// What a reference points to, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|target| document.pointer(target.get(1..)?));
    target.unwrap_or(value)
}

fn part(document: &Value, tag: &Value) -> Tag {
    let name = text(tag, "/name");
    let mut operations = Vec::new();
    for (path, item) in map(document, "/paths") {
        for method in METHODS {
            let one = &item[method];
            if list(one, "/tags").iter().any(|tag| tag == name.as_str()) {
                operations.push(operation(document, (path, method), one));
            }
        }
    }
    Tag { about: text(tag, "/description"), name, operations }
}

fn operation(document: &Value, (path, method): (&str, &str), one: &Value) -> Operation {
    let about = text(one, "/description");
    let parameters = list(one, "/parameters").iter().map(|one| Field {
        name: text(one, "/name"),
        place: text(one, "/in"),
        kind: kind(&one["schema"]),
        required: one["required"] == true,
        about: text(one, "/description"),
    });
    let answers = map(one, "/responses").map(|(status, told)| {
        let told = resolved(document, told);
        let headers = map(told, "/headers").map(|(name, _)| name.clone());
        Answer {
            status: status.clone(),
            about: text(told, "/description"),
            headers: headers.collect(),
            bodies: contents(&told["content"]),
        }
    });
    Operation {
        id: text(one, "/operationId"),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(one, "/summary"),
        about: about.split("\n\n").filter(|one| !one.is_empty()).map(str::to_owned).collect(),
        parameters: parameters.collect(),
        bodies: contents(&one["requestBody"]["content"]),
        answers: answers.collect(),
    }
}

fn contents(content: &Value) -> Vec<Content> {
    let contents = map(content, "").map(|(media_type, one)| Content {
        media_type: media_type.clone(),
        kind: kind(&one["schema"]),
        example: match &one["example"] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            value => serde_json::to_string_pretty(value).ok(),
        },
    });
    contents.collect()
}

fn shape(name: &str, schema: &Value) -> Shape {
    // A shape that is put together has its fields in its parts.
    let parts: Vec<&Value> = std::iter::once(schema).chain(list(schema, "/allOf")).collect();
    let fields = parts.iter().flat_map(|part| {
        let required = list(part, "/required");
        map(part, "/properties").map(move |(name, field)| Field {
            name: name.clone(),
            place: String::new(),
            kind: kind(field),
            required: required.iter().any(|one| one == name.as_str()),
            about: text(field, "/description"),
        })
    });
    let values = list(schema, "/enum").iter().map(|value| Field {
        name: value.as_str().unwrap_or_default().to_owned(),
        place: String::new(),
        kind: String::new(),
        required: false,
        about: String::new(),
    });
    Shape {
        name: name.to_owned(),
        about: text(schema, "/description"),
        fields: fields.collect(),
        values: values.collect(),
    }
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        return target.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for several in ["/oneOf", "/anyOf", "/allOf"] {
        let all = list(schema, several);
        if !all.is_empty() {
            let words: Vec<String> = all.iter().map(kind).collect();
            return words.join(" or ");
        }
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec!["any JSON"],
    };
    let word = |name: &&str| match *name {
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("map of {}", kind(&schema["additionalProperties"]))
        }
        name => name.to_owned(),
    };
    names.iter().map(word).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_said_in_a_few_words() {
        let said = |schema: Value| kind(&schema);
        assert_eq!(said(json!({ "$ref": "#/components/schemas/Brief" })), "Brief");
        assert_eq!(said(json!({ "type": ["string", "null"] })), "string or null");
        assert_eq!(
            said(json!({ "type": "array", "items": { "type": "string" } })),
            "list of string"
        );
        let either = json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/x/Dateline" }] });
        assert_eq!(said(either), "null or Dateline");
        assert_eq!(said(json!({})), "any JSON");
    }

    #[test]
    fn what_the_document_says_is_text_on_the_page() {
        assert_eq!(marked("<b> `a<b`").to_string(), "&lt;b&gt; <code>a&lt;b</code>");
        let document = json!({
            "info": { "version": "1", "description": "<script>" },
            "tags": [{ "name": "briefs", "description": "" }],
            "paths": { "/v1/<x>": { "get": { "tags": ["briefs"], "summary": "<img>" } } },
        });
        let page = render(&document);
        assert!(page.contains("v1&#x2f;&lt;x&gt;") && page.contains("&lt;img&gt;"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    }
}
