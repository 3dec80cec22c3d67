//! `GET /openapi.json`: what the gateway takes and answers, as OpenAPI 3.1; `GET /docs`: the same as a
//! page.
//!
//! The document is made of the router, so there is no route that it does not know. An endpoint says
//! its address, parameters and answers above its function (`#[utoipa::path]`); `gate` adds what it asks
//! for and refuses ([`keyed`], [`bodies`]); [`article`] adds the bodies that carry an article; and
//! [`Document::of`] what all answers have in common. A refusal is stated by its status alone, such as
//! `(status = 404)`: its words, body and headers are written in `refusals`, problem+json or, on the
//! addresses of a translation service, what that service says.
//!
//! `shapes` describes JSON that endpoints write without a type of its own. Nothing here answers for an
//! endpoint or decides anything about a request.

mod articles;
mod page;
mod refusals;
pub(super) mod shapes;
pub(super) mod vendors;

use std::{collections::HashSet, sync::OnceLock};

use axum::{
    Extension,
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use utoipa::openapi::{
    Components, Info, OpenApi, PathItem, Paths, RefOr,
    path::Operation,
    security::SecurityRequirement,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    tag::TagBuilder,
};
use utoipa_axum::router::UtoipaMethodRouter;

pub(super) use self::articles::article;
use super::State;
use crate::keys::Scope;

/// Endpoints with their description.
pub(super) type Routes = UtoipaMethodRouter<State>;

/// What the gateway's parts are called, and what each is for.
const TAGS: [(&str, &str); 8] = [
    ("briefs", "An Arabic article goes in, a checked English brief comes out."),
    ("jobs", "Many articles, and briefs that are made later."),
    ("reviews", "What people decided about briefs."),
    ("feeds", "The newest briefs, for readers of feeds."),
    ("hooks", "Systems that push articles."),
    ("drop-in", "The endpoints of LibreTranslate, DeepL and Superdesk's AI widget."),
    ("assistants", "The Model Context Protocol."),
    ("gateway", "The gateway itself."),
];

const ABOUT: &str = "An Arabic news article goes in, a checked English brief comes out. Every passage \
    names the source paragraphs it rests on; what failed a check is a finding, never left out. Errors \
    are `application/problem+json` (RFC 9457) with a stable `type`; on the addresses of LibreTranslate \
    and DeepL they are what those services answer. A key is needed as soon as one was made with \
    `mujaz key new`. Every `GET` is answered to `HEAD` too.";

/// The whole document, rendered once. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Document {
    json: Bytes,
    page: Bytes,
}

impl Document {
    /// The document of every router of this process: they differ in nothing that it tells.
    pub(super) fn once(api: OpenApi) -> Self {
        static DOCUMENT: OnceLock<Document> = OnceLock::new();
        DOCUMENT.get_or_init(|| Self::of(api)).clone()
    }

    /// Completes what the router knows.
    fn of(mut api: OpenApi) -> Self {
        api.info = Info::new("mujaz", env!("CARGO_PKG_VERSION"));
        api.info.description = Some(ABOUT.to_owned());
        let tag = |(name, about): (&str, &str)| {
            TagBuilder::new().name(name).description(Some(about)).build()
        };
        api.tags = Some(TAGS.into_iter().map(tag).collect());
        let components = api.components.get_or_insert_with(Components::new);
        components.security_schemes.extend(schemes());
        refusals::declare(components);
        let mut names = HashSet::new();
        for (path, item) in &mut api.paths.paths {
            for (method, operation) in operations(item) {
                if method == "Get" {
                    // DeepL's endpoints take some bodies with both methods; with this one none means a thing.
                    operation.request_body = None;
                }
                refusals::everywhere(operation);
                refusals::dress(path, operation);
                one_name(operation, method, &mut names);
            }
        }
        let json = serde_json::to_value(&api).unwrap_or_default();
        let page = page::render(&json);
        Self { json: Bytes::from(json.to_string()), page: Bytes::from(page) }
    }
}

/// An operation that answers to two methods has a name for each.
fn one_name(operation: &mut Operation, method: &str, names: &mut HashSet<String>) {
    let Some(name) = &mut operation.operation_id else { return };
    if !names.insert(name.clone()) {
        name.push_str(method);
        names.insert(name.clone());
    }
}

/// The operations of one address by the names of their methods.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [("Get", get), ("Put", put), ("Post", post), ("Delete", delete), ("Patch", patch)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Endpoints that are for people and stand in no document.
pub(super) fn unlisted(routes: MethodRouter<State>) -> Routes {
    (Vec::new(), Paths::default(), routes)
}

/// Changes every operation of some endpoints.
fn each(mut routes: Routes, change: impl Fn(&mut Operation)) -> Routes {
    for item in routes.1.paths.values_mut() {
        operations(item).for_each(|(_, operation)| change(operation));
    }
    routes
}

fn schemes() -> [(String, RefOr<SecurityScheme>); 2] {
    let about = "A key that `mujaz key new` made; DeepL's `DeepL-Auth-Key` is taken as well.";
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("mjz_…")
        .description(Some(about));
    let header = ApiKeyValue::with_description("X-API-Key", "The same key.");
    [
        ("bearer".to_owned(), SecurityScheme::Http(bearer.build()).into()),
        ("header".to_owned(), SecurityScheme::ApiKey(ApiKey::Header(header)).into()),
    ]
}

/// Endpoints that ask for a key with this scope where there are keys, and are limited.
pub(super) fn keyed(scope: Scope, routes: Routes) -> Routes {
    each(routes, |operation| {
        let none: [&str; 0] = [];
        operation.security = Some(vec![
            SecurityRequirement::new("bearer", none),
            SecurityRequirement::new("header", none),
            SecurityRequirement::default(),
        ]);
        let needs = format!("Where there are keys, one with the scope `{scope}` is needed.");
        let about = operation.description.take().filter(|about| !about.is_empty());
        operation.description =
            Some(about.map_or(needs.clone(), |about| format!("{about}\n\n{needs}")));
        refusals::add(operation, &[401, 403, 429]);
    })
}

/// Endpoints whose body is read within its bounds once there is a place for the request.
pub(super) fn bodies(routes: Routes) -> Routes {
    each(routes, |operation| refusals::add(operation, &[400, 408, 413, 415, 503]))
}

/// This description, as OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "gateway",
    responses((status = 200, body = serde_json::Value, description = "The document."))
)]
pub(super) async fn json(Extension(document): Extension<Document>) -> Response {
    answer("application/json", document.json)
}

/// This description as a page.
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "docs",
    tag = "gateway",
    responses((status = 200, body = String, content_type = "text/html", description = "The page."))
)]
pub(super) async fn docs(Extension(document): Extension<Document>) -> Response {
    let mut response = answer("text/html; charset=utf-8", document.page);
    if let Ok(policy) = HeaderValue::from_str(&page::POLICY) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A brief that the document shows.
pub(super) fn example() -> serde_json::Value {
    serde_json::from_str(include_str!("example.json")).unwrap_or_default()
}

fn answer(kind: &'static str, body: Bytes) -> Response {
    let kept = "public, max-age=300";
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)];
    (headers.map(|(name, value)| (name, HeaderValue::from_static(value))), body).into_response()
}
