//! What a refusal of each status looks like in the document.
//!
//! An endpoint, a gate or a layer only states a status; here it gets its words, its body and its
//! headers, once for each kind of address, as components that the operations point to.

use serde_json::json;
use utoipa::{
    PartialSchema,
    openapi::{
        Components, Content, Header, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type,
        path::{Operation, Parameter, ParameterIn},
    },
};

use crate::server::{dropin::Vendor, problem::Problem};

/// A status with its words and the header that comes with it, where one does.
const REFUSALS: [(u16, &str, Option<&str>); 19] = [
    (400, "The request is malformed; `detail` says where.", None),
    (401, "A key is needed, and none or none that is known came.", Some("WWW-Authenticate")),
    (
        403,
        "The key has not the scope, or the request comes from a page that is not answered.",
        None,
    ),
    (404, "Nothing is here under this name, or it is another desk's.", None),
    (406, "None of the formats that `Accept` takes is on offer.", None),
    (408, "The body did not come in time.", None),
    (409, "The first request with this `Idempotency-Key` is under way.", Some("Retry-After")),
    (410, "The brief was called off before it was made.", None),
    (412, "Somebody else has decided since.", None),
    (413, "The body is larger than is read, or than a limit can ever allow.", None),
    (415, "The content type or encoding is not read.", None),
    (422, "There is no Arabic story in it, or what is asked for cannot be done with it.", None),
    (
        429,
        "A limit is reached; `Retry-After` says when the same request passes.",
        Some("Retry-After"),
    ),
    (431, "The head of the request is larger than is read.", None),
    (456, "DeepL's own: the quota of today is used up.", Some("Retry-After")),
    (500, "A fault of ours; the log has the same `request_id`.", None),
    (502, "No provider could do the work, or an address did not give its article.", None),
    (503, "Too much is waiting, or no provider can work now.", Some("Retry-After")),
    (504, "The work did not end in time.", None),
];

/// Headers of answers, with what they say.
const HEADERS: [(&str, &str, &str); 9] = [
    ("X-Request-Id", "The id of the request: yours, where you sent a plain one.", "9f0c5a54"),
    ("Retry-After", "Seconds after which to ask again.", "1"),
    ("RateLimit", "What is left of the limits, where there are any.", "\"requests\";r=9;t=6"),
    ("RateLimit-Policy", "The limits, where there are any.", "\"requests\";q=10;w=60"),
    ("WWW-Authenticate", "What kind of key is missing (RFC 6750).", "Bearer realm=\"mujaz\""),
    ("Cache-Status", "Whether the brief was kept (RFC 9211).", "mujaz; hit; ttl=3600"),
    ("Location", "Where the answer will be.", "/v1/briefs/0c2f…"),
    ("ETag", "The number of the decision that holds; send it as `If-Match`.", "\"1\""),
    ("X-Mujaz-Findings", "Codes of errors that the checks found.", "number-missing"),
];

/// The statuses that any request may meet: another host or page, a head that is too large, a fault.
const EVERYWHERE: [u16; 3] = [403, 431, 500];

/// States that an operation refuses with these.
pub(super) fn add(operation: &mut Operation, statuses: &[u16]) {
    for status in statuses {
        operation
            .responses
            .responses
            .entry(status.to_string())
            .or_insert_with(|| Response::new("").into());
    }
}

/// States what every address refuses, and what every address with something to read in it does.
pub(super) fn everywhere(operation: &mut Operation) {
    add(operation, &EVERYWHERE);
    let read = |one: &RefOr<Parameter>| match one {
        RefOr::T(one) => matches!(one.parameter_in, ParameterIn::Path | ParameterIn::Query),
        RefOr::Ref(_) => false,
    };
    if operation.parameters.iter().flatten().any(read) {
        add(operation, &[400]);
    }
}

/// Gives the answers of an operation what they have in common.
pub(super) fn dress(path: &str, operation: &mut Operation) {
    let limited = operation.security.is_some();
    let vendor = Vendor::at(path);
    if vendor.is_some() {
        // A wrong key is 403 there.
        operation.responses.responses.remove("401");
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(told) = response else { continue };
        let refused = status.as_str() >= "400" && told.content.is_empty();
        if refused && told.description.is_empty() {
            *response = Ref::from_response_name(name(vendor, status)).into();
            continue;
        }
        if refused {
            fill(told, vendor);
        }
        let common = ["X-Request-Id"]
            .into_iter()
            .chain(["RateLimit", "RateLimit-Policy"].into_iter().filter(|_| limited));
        for header in common {
            told.headers.entry(header.to_owned()).or_insert_with(|| pointer(header));
        }
        // An endpoint names a header; what it says is the same everywhere.
        let known = |name: &&String| HEADERS.iter().any(|(known, ..)| known == name);
        let named: Vec<String> = told.headers.keys().filter(known).cloned().collect();
        told.headers.extend(named.into_iter().map(|name| (name.clone(), pointer(&name))));
    }
}

fn pointer(header: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{header}")))
}

fn name(vendor: Option<Vendor>, status: &str) -> String {
    let prefix = match vendor {
        None => "Problem",
        Some(Vendor::LibreTranslate) => "LibreTranslate",
        Some(Vendor::DeepL) => "DeepL",
    };
    format!("{prefix}{status}")
}

fn fill(response: &mut Response, vendor: Option<Vendor>) {
    let (kind, schema) = match vendor {
        None => ("application/problem+json", "Problem"),
        Some(Vendor::LibreTranslate) => ("application/json", "LibreTranslateError"),
        Some(Vendor::DeepL) => ("application/json", "DeepLError"),
    };
    let content = Content::new(Some(Ref::from_schema_name(schema)));
    response.content.insert(kind.to_owned(), content.into());
}

/// Writes the components that [`dress`] points to.
pub(super) fn declare(components: &mut Components) {
    let mut schemas = Vec::new();
    <Problem as utoipa::ToSchema>::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.schemas.insert("Problem".to_owned(), Problem::schema());
    for (schema, field) in [("LibreTranslateError", "error"), ("DeepLError", "message")] {
        let error = ObjectBuilder::new()
            .property(field, ObjectBuilder::new().schema_type(Type::String))
            .required(field)
            .description(Some("An error as the clients of that service expect it."))
            .examples([json!({ field: "…" })]);
        components.schemas.insert(schema.to_owned(), error.into());
    }
    for (header, about, example) in HEADERS {
        let mut told = Header::default();
        told.description = Some(about.to_owned());
        told.example = Some(example.into());
        components.headers.insert(header.to_owned(), told.into());
    }
    for vendor in [None, Some(Vendor::LibreTranslate), Some(Vendor::DeepL)] {
        for (status, about, header) in REFUSALS {
            let mut refusal = ResponseBuilder::new().description(about).build();
            for header in ["X-Request-Id"].into_iter().chain(header) {
                refusal.headers.insert(header.to_owned(), pointer(header));
            }
            fill(&mut refusal, vendor);
            components.responses.insert(name(vendor, &status.to_string()), refusal.into());
        }
    }
}
