//! Which names the gateway answers to, and from which web pages: against DNS rebinding and forged
//! requests.
//!
//! A page that a reporter has open can make the browser send requests to 127.0.0.1, or make its own
//! name point there. The browser then tells the truth in two headers that the page cannot change.
//! `Host` is the page's name: on loopback it must be `localhost`, a loopback address or one of
//! `server.allowed_hosts`. `Origin` is where the page came from: it must be the host itself or one of
//! `server.allowed_origins`. Programs that are no browser send no `Origin`, and none that matters here
//! leaves out `Host`.

use std::net::IpAddr;

use axum::{
    extract::{Request, State as Shared},
    http::{HeaderName, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{State, peer::Ends, problem::Problem};
use crate::config::Server;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a request that names another host or comes from another page.
pub(super) async fn check(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    match allowed(&request, &state.gateway.config.server) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn allowed(request: &Request, server: &Server) -> Result<(), Problem> {
    let ends = request.extensions().get::<Ends>();
    let loopback = ends.is_none_or(|ends| ends.server.ip().to_canonical().is_loopback());
    let headers = request.headers();
    let hosts =
        headers.get_all(header::HOST).iter().map(|value| value.to_str().unwrap_or_default());
    // HTTP/2 has the host in its `:authority`; HTTP/1 may have one in the request line as well.
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let hosts: Vec<&str> = hosts.chain(authority).collect();
    if let Some(wrong) = hosts.iter().find(|host| !answers_to(host, loopback, server)) {
        return Err(Problem::wrong_origin(format!(
            "The gateway does not answer to the host {}; use `localhost`, or list the host in \
             `server.allowed_hosts` in config.toml.",
            shown(wrong)
        )));
    }
    match headers.get(header::ORIGIN) {
        None => Ok(()),
        Some(origin) => from_here(origin.to_str().unwrap_or_default(), &hosts, server),
    }
}

fn from_here(origin: &str, hosts: &[&str], server: &Server) -> Result<(), Problem> {
    let listed = server.allowed_origins.iter().any(|allowed| allowed == origin);
    let same = || hosts.iter().any(|host| is_same(origin, host));
    if listed || same() {
        return Ok(());
    }
    Err(Problem::wrong_origin(format!(
        "The gateway does not answer pages of the origin {}; list it in `server.allowed_origins` in \
         config.toml.",
        shown(origin)
    )))
}

fn answers_to(host: &str, loopback: bool, server: &Server) -> bool {
    if !loopback && server.allowed_hosts.is_empty() {
        return true;
    }
    let name = without_port(host).trim_end_matches('.');
    if server.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)) {
        return true;
    }
    match name.trim_matches(['[', ']']).parse::<IpAddr>() {
        // Rebinding needs a name; beyond loopback an address is how probes come.
        Ok(address) => !loopback || address.to_canonical().is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a request that changes something comes from a page of this gateway: browsers say so in a
/// header that no page can write, and older ones, or those without encryption, name the page's origin.
/// Who says neither is no browser on our page.
pub(super) fn is_own_page(request: &Parts) -> bool {
    let text = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let authority = request.uri.authority().map(|authority| authority.as_str());
    let host = text(header::HOST).or(authority);
    host.zip(text(header::ORIGIN)).is_some_and(|(host, origin)| is_same(origin, host))
}

/// Whether an origin is the host that was asked: the port that a scheme implies may be left out.
fn is_same(origin: &str, host: &str) -> bool {
    let Ok(origin) = url::Url::parse(origin) else { return false };
    let Ok(asked) = url::Url::parse(&format!("{}://{host}", origin.scheme())) else { return false };
    origin.host().is_some()
        && origin.host() == asked.host()
        && origin.port_or_known_default() == asked.port_or_known_default()
}

/// What a client sent, cut and cleaned for an error.
fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(char::is_ascii_graphic).take(80).collect();
    format!("`{clean}`")
}

/// The headers that a page of an allowed origin may read, beside those that every page may: all that an
/// answer may carry for its reader.
pub(super) fn exposed() -> Vec<HeaderName> {
    let own = [
        "cache-status",
        "preference-applied",
        "ratelimit",
        "ratelimit-policy",
        "server-timing",
        "traceparent",
        "x-mujaz-findings",
        "x-request-id",
        "x-trace-id",
    ];
    let own = own.map(HeaderName::from_static);
    [header::ETAG, header::LOCATION, header::RETRY_AFTER].into_iter().chain(own).collect()
}

/// The origins that CORS is answered to; none switches it off.
pub(super) fn origins(server: &Server) -> Vec<header::HeaderValue> {
    server.allowed_origins.iter().filter_map(|origin| origin.parse().ok()).collect()
}

/// The headers that a page of an allowed origin may send: all that an endpoint reads.
pub(super) fn accepted() -> Vec<HeaderName> {
    let own = [
        "idempotency-key",
        "last-event-id",
        "mcp-method",
        "mcp-name",
        "mcp-protocol-version",
        "prefer",
        "traceparent",
        "x-api-key",
        "x-request-id",
    ];
    let own = own.map(HeaderName::from_static);
    let known = [
        header::ACCEPT,
        header::AUTHORIZATION,
        header::CACHE_CONTROL,
        header::CONTENT_TYPE,
        header::IF_MATCH,
    ];
    known.into_iter().chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(server_end: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(axum::body::Body::empty()).unwrap();
        let client = "127.0.0.1:9".parse().unwrap();
        request.extensions_mut().insert(Ends { client, server: server_end.parse().unwrap() });
        request
    }

    fn ok(server_end: &str, headers: &[(&str, &str)], server: &Server) -> bool {
        allowed(&request(server_end, headers), server).is_ok()
    }

    const LOOPBACK: &str = "127.0.0.1:8080";

    #[test]
    fn on_loopback_only_loopback_s_own_names_are_answered() {
        let server = Server::default();
        let host = |host: &str| ok(LOOPBACK, &[("host", host)], &server);
        for name in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "127.9.9.9"] {
            assert!(host(name), "{name}");
        }
        for name in ["evil.example", "localhost.evil.example", "10.0.0.1", "", "localhost:8080x"] {
            assert!(!host(name), "{name}");
        }
        assert!(ok(LOOPBACK, &[], &server), "no browser leaves it out");
        assert!(!ok(LOOPBACK, &[("host", "localhost"), ("host", "evil.example")], &server));
        assert!(!ok("[::ffff:127.0.0.1]:8080", &[("host", "evil.example")], &server));
    }

    #[test]
    fn a_listed_host_is_answered_and_then_no_other_name_even_beyond_loopback() {
        let allowed_hosts = vec!["mujaz.example.org".to_owned()];
        let listed = Server { allowed_hosts, ..Server::default() };
        for end in [LOOPBACK, "192.0.2.1:8080"] {
            assert!(ok(end, &[("host", "Mujaz.example.org:443")], &listed));
            assert!(!ok(end, &[("host", "evil.example")], &listed));
        }
        assert!(ok("192.0.2.1:8080", &[("host", "192.0.2.1:8080")], &listed), "a probe");
        assert!(ok("192.0.2.1:8080", &[("host", "any.example")], &Server::default()));
    }

    #[test]
    fn a_page_may_call_its_own_host_and_no_other_page_may() {
        let server = Server::default();
        let from =
            |origin: &str, host: &str| ok(LOOPBACK, &[("host", host), ("origin", origin)], &server);
        assert!(from("http://localhost:8080", "localhost:8080"));
        assert!(from("http://localhost", "localhost:80"));
        assert!(from("https://localhost", "localhost"));
        for origin in ["http://localhost:3000", "http://evil.example", "null", "", "file://"] {
            assert!(!from(origin, "localhost:8080"), "{origin}");
        }
    }

    #[test]
    fn a_request_is_of_our_own_page_where_the_browser_says_so() {
        let own = |headers: &[(&str, &str)]| {
            let (parts, _) = request(LOOPBACK, headers).into_parts();
            is_own_page(&parts)
        };
        let host = ("host", "localhost:8080");
        assert!(own(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(own(&[host, ("origin", "http://localhost:8080")]));
        for site in ["cross-site", "same-site", "none", ""] {
            let origin = ("origin", "http://localhost:8080");
            assert!(!own(&[host, origin, ("sec-fetch-site", site)]), "{site}");
        }
        assert!(!own(&[host, ("origin", "null")]));
        assert!(!own(&[host]), "a program");
    }

    #[test]
    fn a_listed_origin_may_call_too() {
        let allowed_origins = vec!["https://desk.example".to_owned()];
        let server = Server { allowed_origins, ..Server::default() };
        let from =
            |origin: &str| ok(LOOPBACK, &[("host", "localhost"), ("origin", origin)], &server);
        assert!(from("https://desk.example"));
        assert!(!from("http://desk.example"));
        assert!(!from("https://desk.example.evil"));
    }
}
