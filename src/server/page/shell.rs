//! `GET /`: the page itself, as HTML that knows who is signed in and says what was wrong before.
//!
//! Without a session, where keys are needed, it is the form that asks for one.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    extract::{Query, Request, State as Shared, rejection::QueryRejection},
    http::{HeaderValue, header},
    response::Response,
};
use minijinja::{Environment, UndefinedBehavior, context, syntax::SyntaxConfig, value::Serde};
use serde::{Deserialize, Serialize};

use super::{POLICY, tag, tagged};
use crate::{
    keys::Scope,
    server::{State, session},
};

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the default marks do not clash"));
    let added = environment.add_template("shell.html", include_str!("shell.html"));
    added.expect("the template is part of the program and is tested");
    environment
});

/// What went wrong, for the person who did it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Notice {
    pub(super) title: String,
    pub(super) detail: String,
    /// The request's id, to be told to whoever runs the gateway.
    pub(super) request_id: Option<String>,
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Why the last attempt to sign in failed, as `sign_in` puts it.
    #[serde(default, rename = "sign-in")]
    sign_in: Option<String>,
}

/// The page.
pub(super) async fn page(
    Shared(state): Shared<State>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    let why = asked.ok().and_then(|Query(asked)| asked.sign_in);
    let (parts, _) = request.into_parts();
    let holder = session::holder(&state, &parts);
    let name = holder.as_ref().map(|identity| identity.name.clone());
    let may = holder.as_ref().is_none_or(|identity| identity.may(Scope::Brief));
    let view = View { name, may, wrong: why.as_deref().and_then(wrong), notice: None };
    let text = fill(&state, &view);
    let mut response = tagged(&parts.headers, &tag(&text), || Bytes::from(text));
    finish(&mut response);
    response
}

/// What the page shows.
pub(super) struct View {
    /// Who is signed in.
    pub(super) name: Option<String>,
    /// Whether they may make briefs.
    pub(super) may: bool,
    /// Why signing in failed.
    pub(super) wrong: Option<&'static str>,
    /// What went wrong.
    pub(super) notice: Option<Notice>,
}

/// The page's HTML.
pub(super) fn fill(state: &State, view: &View) -> String {
    let config = &state.gateway.config;
    let keys = state.keys.needed();
    let values = context! {
        sign_in => keys && view.name.is_none(),
        keys => keys,
        name => &view.name,
        may => view.may,
        wrong => view.wrong,
        notice => view.notice.as_ref().map(Serde),
        fetch => config.fetch.enabled,
        version => env!("CARGO_PKG_VERSION"),
    };
    let template = TEMPLATES.get_template("shell.html");
    template.and_then(|template| template.render(values)).expect("the template has its values")
}

/// The headers that the page has beside its tag.
pub(super) fn finish(response: &mut Response) {
    let headers = response.headers_mut();
    let mut set = |name, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::VARY, "cookie");
    // Under `no-referrer` a browser calls the origin of its own form `null`, and it would be refused.
    set(header::REFERRER_POLICY, "same-origin");
}

/// Why a key was not taken, in words for the person who typed it.
fn wrong(why: &str) -> Option<&'static str> {
    Some(match why {
        "empty" => "Type or paste your key first.",
        "foreign" => "That does not look like a key of this gateway: every key begins with “mjz_”.",
        "length" => {
            "The key is cut off or has something added. Please copy it whole and try again."
        }
        "checksum" => "One character of the key seems to be wrong. Please copy it again.",
        "unknown" => {
            "This key is not known here. It may have been replaced; ask whoever runs the gateway for \
             a new one."
        }
        "scope" => {
            "This key is for translation clients and cannot read briefs. Ask for one of the scope \
             “brief” or “read”."
        }
        _ => return None,
    })
}
