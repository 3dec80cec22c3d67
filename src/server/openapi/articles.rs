//! The bodies that carry an article, for every endpoint that takes one.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, ContentBuilder, ObjectBuilder, Ref, Required, Type,
        request_body::RequestBodyBuilder,
    },
};

use super::{Routes, each, refusals};
use crate::{article::extract::SourceKind, body::Fields};

/// An article that the document shows.
const EXAMPLE: &str = include_str!("../../../examples/port.txt");

/// Endpoints that take an article in any of its forms.
pub(in crate::server) fn article(mut routes: Routes) -> Routes {
    let mut schemas = vec![("ArticleBody".to_owned(), Fields::schema())];
    Fields::schemas(&mut schemas);
    routes.0.extend(schemas);
    each(routes, |operation| {
        operation.request_body = Some(body().build().into());
        refusals::add(operation, &[422, 502]);
    })
}

fn body() -> RequestBodyBuilder {
    let about = "The article: text in any charset that its label names, a page, Markdown, a news \
                 format, JSON that carries one, or a form with a file.";
    let carried = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("ArticleBody")))
        .example(Some(serde_json::json!({ "text": EXAMPLE })))
        .build();
    let form = Content::new(Some(form()));
    let body = RequestBodyBuilder::new()
        .description(Some(about))
        .required(Some(Required::True))
        .content("application/json", carried)
        .content("multipart/form-data", form);
    SourceKind::READ.into_iter().fold(body, |body, kind| body.content(kind, text(kind)))
}

fn text(kind: &str) -> Content {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let content = ContentBuilder::new().schema(Some(schema));
    match kind {
        "text/plain" => content.example(Some(EXAMPLE.into())).build(),
        _ => content.build(),
    }
}

fn form() -> ObjectBuilder {
    let string =
        |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    ObjectBuilder::new()
        .property("file", string("The article, once."))
        .property("title", string("The headline, where it came apart from the text."))
        .property("published", string("When it was published."))
        .property(
            "detail",
            string("How much to brief.").enum_values(Some(["headline", "brief", "full"])),
        )
        .property("confidential", string("Keep nothing.").enum_values(Some(["true", "false"])))
        .required("file")
}
