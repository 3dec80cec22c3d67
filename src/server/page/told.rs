//! Problems of the page's forms, as the page.
//!
//! Every layer refuses with a problem; here it becomes HTML under the problem's own status, with
//! what happened, what to do, and the request's id. Who has no session any more finds the form to sign
//! in.

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    middleware::Next,
    response::Response,
};

use super::shell::{self, Notice, View};
use crate::{
    keys::Scope,
    server::{
        State,
        problem::{self, RequestId},
        session,
    },
};

/// Puts the page in the place of a problem.
pub(super) async fn as_page(
    Shared(state): Shared<State>,
    request: Request,
    next: Next,
) -> Response {
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
    let (parts, body) = request.into_parts();
    let holder = session::holder(&state, &parts);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = problem::take(&mut response) else { return response };
    let unknown = problem.is("unauthorized");
    let notice = match unknown {
        true => Notice {
            title: "Your session has ended".to_owned(),
            detail: "Sign in again; what you had typed is still there when you go back.".to_owned(),
            request_id: None,
        },
        false => Notice { title: problem.title, detail: problem.detail, request_id: id },
    };
    let view = View {
        name: holder.as_ref().map(|identity| identity.name.clone()),
        may: holder.as_ref().is_none_or(|identity| identity.may(Scope::Brief)),
        wrong: None,
        notice: Some(notice),
    };
    let text = shell::fill(&state, &view);
    *response.status_mut() = problem.status;
    *response.body_mut() = Body::from(text);
    response.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
    shell::finish(&mut response);
    response
}
