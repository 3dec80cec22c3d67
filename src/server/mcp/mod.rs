//! The Model Context Protocol: assistants that ask for briefs, over `POST /mcp` and over stdio.
//!
//! The protocol is rmcp's; `tools` says what an assistant can ask for and answers from the same parts
//! as the other endpoints. Over HTTP every request stands alone: there is no session to keep, so any
//! replica answers, and what stands before other endpoints stands before this one. A request is answered
//! as an event stream, whose comments keep the line alive while a brief is made.
//!
//! What an assistant asks for may go wrong in two ways: a message that is none of the protocol's is
//! refused as every request is; a tool that cannot do its work says so in its result, where the
//! assistant reads it.

mod tools;

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rmcp::transport::{
    StreamableHttpServerConfig, StreamableHttpService,
    streamable_http_server::session::never::NeverSessionManager,
};

use self::tools::Tools;
use super::{State, openapi::shapes::Event, problem::Problem};

/// What `POST /mcp` says of a body that it cannot use.
const NO_MESSAGE: &str = "The body is no message of the Model Context Protocol: one JSON-RPC 2.0 request \
    or notification, with the headers that its version asks for.";

/// A message of the Model Context Protocol.
///
/// Tools: `brief_article`, `split_article`, `translate_text` (for which a key needs the scope
/// `translate` too). The client accepts both `application/json` and `text/event-stream`.
#[utoipa::path(
    post,
    path = "/mcp",
    operation_id = "mcp",
    tag = "assistants",
    params(
        ("Accept" = String, Header, description = "`application/json, text/event-stream`.",
            example = "application/json, text/event-stream"),
        ("MCP-Protocol-Version" = Option<String>, Header, description = "The version agreed on."),
    ),
    request_body(content = serde_json::Value, description = "A JSON-RPC 2.0 message.",
        example = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})),
    responses(
        (status = 200, description = "The response, as one event.",
            content((Event = "text/event-stream"), (serde_json::Value = "application/json"))),
        (status = 202, description = "A notification was taken."),
        (status = 400, description = "The message is malformed.",
            content((Problem = "application/problem+json"), (serde_json::Value = "application/json"))),
        (status = 404, description = "The method is not known.",
            content((Problem = "application/problem+json"), (serde_json::Value = "application/json"))),
        (status = 406),
    )
)]
pub(super) async fn post(Shared(state): Shared<State>, request: Request) -> Response {
    if let Err(problem) = speaks(request.headers()) {
        return problem.into_response();
    }
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_cancellation_token(state.yard.stopping.child_token())
        // `hosts` and `bodies` have done these, as configured.
        .disable_allowed_hosts()
        .with_max_request_body_bytes(usize::MAX);
    let tools = Tools::new(state);
    let answered = StreamableHttpService::new(
        move || Ok(tools.clone()),
        std::sync::Arc::new(NeverSessionManager::default()),
        config,
    );
    let response = answered.handle(request).await.map(Body::new);
    told(response)
}

/// Whether a request is one that the protocol allows, by its head.
fn speaks(headers: &HeaderMap) -> Result<(), Problem> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let accepted = values.collect::<Vec<_>>().join(",").to_ascii_lowercase();
    let accepts = |kind: &str| {
        accepted.split(',').any(|one| one.split(';').next().unwrap_or_default().trim() == kind)
    };
    if !(accepts("application/json") && accepts("text/event-stream")) {
        let detail = "Accept both application/json and text/event-stream.".to_owned();
        return Err(Problem { detail, ..Problem::not_acceptable() });
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match essence.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(Problem::unsupported_media_type("Send application/json.")),
    }
}

/// A refusal of rmcp's in our words, unless it is a message of the protocol.
fn told(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let message = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    match response.status() {
        _ if message => response,
        status if status.is_server_error() => Problem::internal().into_response(),
        StatusCode::NOT_FOUND => Problem::not_found(NO_MESSAGE).into_response(),
        status if status.is_client_error() => Problem::malformed(NO_MESSAGE).into_response(),
        _ => response,
    }
}

/// Answers over stdin and stdout until the client goes away. Nothing else is written to stdout.
///
/// # Errors
/// Where the client does not speak the protocol, or the lines break.
pub async fn stdio(state: State) -> std::io::Result<()> {
    let tools = Tools::new(state);
    let running = rmcp::serve_server(tools, rmcp::transport::stdio()).await;
    let running = match running {
        Ok(running) => running,
        // A client that only looked and left.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        // The error would show the message, which may hold an article.
        Err(_) => {
            return Err(std::io::Error::other(
                "the client did not begin with `initialize`, as the Model Context Protocol does",
            ));
        }
    };
    running.waiting().await.map(drop).map_err(std::io::Error::other)
}
