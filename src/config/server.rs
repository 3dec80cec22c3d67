//! `[server]` and `[auth]`: where to listen, whom to trust, and the bounds of what comes in.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Problem, duration};

/// `[server]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// From the first byte of a request to the last byte of its brief, 1 s to 1 h.
    #[serde(with = "duration")]
    pub deadline: Duration,
    /// The largest article, in bytes as it arrives and after decompression, 1 KiB to 64 MiB.
    pub max_body_bytes: usize,
    /// Briefs made at the same time, 1 to 4096.
    pub max_briefs: usize,
    /// Requests that may wait for their turn beyond those; more are refused at once.
    pub queue: usize,
    /// Connections held at the same time, 1 to 65536; more wait to be accepted.
    pub max_connections: usize,
    /// From a connection's start or its last answer to the end of the next request's head, 1 s to
    /// 1 h.
    #[serde(with = "duration")]
    pub header_timeout: Duration,
    /// From a request's head to the last byte of its body, 1 s to 1 h.
    #[serde(with = "duration")]
    pub body_timeout: Duration,
    /// How long a client may take in nothing of its answer, 1 s to 1 h.
    #[serde(with = "duration")]
    pub write_timeout: Duration,
    /// Names under which browsers may reach the gateway besides `localhost`.
    pub allowed_hosts: Vec<String>,
    /// Web origins whose pages may call the gateway (CORS); none by default.
    pub allowed_origins: Vec<String>,
    /// Networks of reverse proxies whose word about a client's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which those proxies give that address.
    pub client_header: ClientHeader,
    /// How long `/readyz` says at shutdown that the server stops while it still accepts requests, up
    /// to 1 h.
    #[serde(with = "duration")]
    pub notice: Duration,
    /// How long running briefs may take to finish at shutdown.
    #[serde(with = "duration")]
    pub drain: Duration,
    /// Where the gateway is reached from outside, for links in feeds and webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<Url>,
    /// Where state is kept; `$XDG_STATE_HOME/mujaz` when unset.
    pub state_dir: Option<PathBuf>,
}

/// The header in which a reverse proxy tells a client's address. One alone is read, because a proxy
/// writes one and passes the other on as the client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            deadline: Duration::from_secs(600),
            max_body_bytes: 4 << 20,
            max_briefs: 32,
            queue: 1024,
            max_connections: 4096,
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            client_header: ClientHeader::default(),
            notice: Duration::from_secs(1),
            drain: Duration::from_secs(30),
            public_url: None,
            state_dir: None,
        }
    }
}

/// `[auth]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Serve beyond loopback although there is no key, everything to everybody.
    pub allow_anonymous: bool,
}

/// What cannot be in `[server]`.
pub(super) fn problems(server: &Server) -> Vec<Problem> {
    let mut found = Vec::new();
    let hour = Duration::from_secs(3600);
    let waits = [
        ("deadline", server.deadline),
        ("header_timeout", server.header_timeout),
        ("body_timeout", server.body_timeout),
        ("write_timeout", server.write_timeout),
    ];
    for (key, wait) in waits {
        if !(Duration::from_secs(1)..=hour).contains(&wait) {
            let message = format!("`{key}` must lie between 1s and 1h");
            found.push(Problem::new(format!("server.{key}"), message));
        }
    }
    found.extend(bounds(server));
    if server.drain > hour {
        found.push(Problem::new("server.drain", "`drain` must be at most 1h"));
    }
    if server.notice > hour {
        found.push(Problem::new("server.notice", "`notice` must be at most 1h"));
    }
    found.extend(names(server));
    found
}

fn bounds(server: &Server) -> Vec<Problem> {
    let mut found = Vec::new();
    if !(1024..=64 << 20).contains(&server.max_body_bytes) {
        let message = "`max_body_bytes` must lie between 1024 and 67108864 (64 MiB)";
        found.push(Problem::new("server.max_body_bytes", message));
    }
    if !(1..=4096).contains(&server.max_briefs) {
        let message = "`max_briefs` must lie between 1 and 4096";
        found.push(Problem::new("server.max_briefs", message));
    }
    if server.queue > 1 << 20 {
        found.push(Problem::new("server.queue", "`queue` must be at most 1048576"));
    }
    if !(1..=65536).contains(&server.max_connections) {
        let message = "`max_connections` must lie between 1 and 65536";
        found.push(Problem::new("server.max_connections", message));
    }
    found
}

fn names(server: &Server) -> Vec<Problem> {
    let mut found = Vec::new();
    for (index, host) in server.allowed_hosts.iter().enumerate() {
        if host.is_empty() || host.contains(['/', ':', '*', ' ']) {
            let problem = Problem::new(
                format!("server.allowed_hosts.{index}"),
                "a host is a name without scheme, port or path",
            );
            found.push(problem.hint("write `mujaz.example.org`"));
        }
    }
    for (index, origin) in server.allowed_origins.iter().enumerate() {
        // An origin is what is left of an address without path, as browsers write it.
        let url = url::Url::parse(origin).ok().filter(|url| url.host().is_some());
        if url.is_none_or(|url| url.origin().ascii_serialization() != *origin) {
            let problem = Problem::new(
                format!("server.allowed_origins.{index}"),
                "an origin is scheme, host and port alone, in lower case",
            );
            found.push(problem.hint("write `https://desk.example.org`"));
        }
    }
    found
}
