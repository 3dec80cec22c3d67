//! The only HTTP client: a wire request goes out, a bounded wire answer comes back.
//!
//! It adds the provider's key, joins the address, and bounds time and size. It never reads what a
//! body means and never retries. Whatever goes wrong leaves as a [`Fault`] in our own words: no
//! address, header, body or key is part of it.
//!
//! - Plain http goes to loopback alone, unless the provider's `allow_http` says otherwise.
//! - The system's proxies and certificates are obeyed; loopback is never proxied.
//! - A redirect is followed only to the same scheme, host and port, and only where it keeps method
//!   and body (307, 308); another host would be handed the key.
//! - A model may think for long, a dead machine must not cost the whole timeout: who has said
//!   nothing for a while is asked for a sign of life beside the call, without key or text, and given
//!   up where there is none.
//! - An answer that repeats the key is no answer: nothing of it goes further.
//! - Answers are read chunk by chunk, streams too: dropping the future closes the connection, and
//!   one byte beyond the bound ends the reading.

use std::{error::Error, future::Future, pin::pin, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, StatusCode, header::AUTHORIZATION};
use reqwest::{Client, ClientBuilder, Request, Response, redirect};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{sleep, timeout};
use url::{Host, Url};

use crate::{
    clock,
    dialect::{Auth, Fault, FaultKind, WireAnswer, WireRequest},
};

/// The longest wait for a connection, within the attempt's own bound.
const CONNECT: Duration = Duration::from_secs(10);
/// Redirects followed within one attempt.
const HOPS: usize = 3;

/// Where an attempt goes and how long it may take.
#[derive(Debug)]
pub(crate) struct Destination<'a> {
    /// The service's root.
    pub(crate) base_url: &'a str,
    /// Plain http beyond loopback is allowed.
    pub(crate) allow_http: bool,
    /// The provider's key.
    pub(crate) key: Option<&'a SecretString>,
    /// The longest the whole attempt may take.
    pub(crate) timeout: Duration,
    /// How long it may say nothing and give no sign of life.
    pub(crate) silence: Duration,
}

/// The HTTP client. Connections are kept and used again. Cheap to clone; all clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    outside: Client,
    loopback: Client,
    max_answer_bytes: usize,
}

impl Transport {
    pub(crate) fn new(max_answer_bytes: usize) -> Self {
        Self { outside: client(false), loopback: client(true), max_answer_bytes }
    }

    /// Sends one request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// `Timeout`, `Unreachable`, `TooLarge`; `NotFound` for an address that cannot be right and
    /// `Unauthorized` for a key that no header can carry.
    pub(crate) async fn send(
        &self,
        wire: WireRequest,
        to: &Destination<'_>,
    ) -> Result<WireAnswer, Fault> {
        let url = address(to, &wire.path)?;
        let client = if is_loopback(&url) { &self.loopback } else { &self.outside };
        let watch = Watch { client, root: address(to, "")?, silence: to.silence };
        let request = request(url, wire, to.key)?;
        let exchange = async {
            let answer = watch.over(client.execute(request)).await?.map_err(|e| fault(&e))?;
            let answer = self.read(answer, &watch).await?;
            if repeats(&answer, to.key) { Err(gossip()) } else { Ok(answer) }
        };
        timeout(to.timeout, exchange).await.unwrap_or_else(|_| Err(late(to.timeout)))
    }

    async fn read(&self, mut answer: Response, watch: &Watch<'_>) -> Result<WireAnswer, Fault> {
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        let mut body = BytesMut::new();
        while let Some(chunk) = watch.over(answer.chunk()).await?.map_err(|e| cut(status, &e))? {
            if body.len() + chunk.len() > self.max_answer_bytes {
                return Err(self.too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(WireAnswer { status, headers, body: body.freeze(), received: clock::utc() })
    }

    fn too_large(&self) -> Fault {
        let bound = self.max_answer_bytes;
        Fault::new(FaultKind::TooLarge, format!("answered with more than {bound} bytes"))
    }
}

/// Looks whether a provider that says nothing is still there.
struct Watch<'a> {
    client: &'a Client,
    /// The provider's `base_url`, which is asked without key and text.
    root: Url,
    silence: Duration,
}

impl Watch<'_> {
    /// What the work gives. The sign of life is asked for when four fifths of the time have
    /// passed, and may take the last.
    ///
    /// # Errors
    /// `Timeout` where it says nothing and gives no sign of life either.
    async fn over<T>(&self, work: impl Future<Output = T>) -> Result<T, Fault> {
        let sign = self.silence / 5;
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = sleep(self.silence - sign) => {}
            }
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                alive = self.is_alive(sign) => if !alive { return Err(dead(self.silence)) },
            }
        }
    }

    /// Whether the address answers within this time, whatever it says.
    async fn is_alive(&self, within: Duration) -> bool {
        let question = Request::new(Method::HEAD, self.root.clone());
        match timeout(within, self.client.execute(question)).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => error.is_redirect(),
            Err(_) => false,
        }
    }
}

/// A client that trusts the system's certificates. A system without any still reaches plain http
/// on loopback; everything else fails its handshake.
fn client(loopback: bool) -> Client {
    builder(loopback).build().unwrap_or_else(|_| {
        tracing::warn!("the system has no certificates, so no provider can be reached over https");
        let bare = builder(loopback).tls_certs_only([]).build();
        bare.expect("without the system's certificates, no setting depends on the system")
    })
}

fn builder(loopback: bool) -> ClientBuilder {
    #[expect(clippy::disallowed_methods, reason = "this is the door for outbound HTTP")]
    let builder = Client::builder()
        .user_agent(concat!("mujaz/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(redirect::Policy::custom(same_origin));
    if loopback { builder.no_proxy() } else { builder }
}

fn same_origin(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let keeps_body =
        matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let previous = attempt.previous();
    let same = previous.last().is_some_and(|from| from.origin() == attempt.url().origin());
    if keeps_body && same && previous.len() <= HOPS {
        attempt.follow()
    } else {
        attempt.error("redirected elsewhere")
    }
}

/// The provider's address with the request's path and query.
fn address(to: &Destination<'_>, path: &str) -> Result<Url, Fault> {
    let wrong = |detail| Fault::new(FaultKind::NotFound, detail);
    let base = to.base_url.trim_end_matches('/');
    let url =
        Url::parse(&format!("{base}{path}")).map_err(|_| wrong("its `base_url` is no address"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if to.allow_http || is_loopback(&url) => Ok(url),
        "http" => Err(wrong("plain http beyond loopback needs `allow_http = true`")),
        _ => Err(wrong("its `base_url` is neither https nor http")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn request(mut url: Url, wire: WireRequest, key: Option<&SecretString>) -> Result<Request, Fault> {
    let WireRequest { method, path: _, mut headers, mut body, auth, stream: _, findings: _ } = wire;
    if let Some(key) = key.map(ExposeSecret::expose_secret) {
        match auth {
            Auth::None => {}
            Auth::Bearer => {
                headers.insert(AUTHORIZATION, secret(&format!("Bearer {key}"))?);
            }
            Auth::Header(name, prefix) => {
                headers.insert(header_name(name)?, secret(&format!("{prefix}{key}"))?);
            }
            Auth::NamedHeader(name, prefix) => {
                headers.insert(header_name(&name)?, secret(&format!("{prefix}{key}"))?);
            }
            Auth::JsonField(name) => body = with_field(&body, name, key)?,
            Auth::Query(name) => {
                url.query_pairs_mut().append_pair(name, key);
            }
        }
    }
    let mut request = Request::new(method, url);
    *request.headers_mut() = headers;
    *request.body_mut() = Some(body.into());
    Ok(request)
}

fn header_name(name: &str) -> Result<HeaderName, Fault> {
    let wrong = |_| Fault::new(FaultKind::Unauthorized, "the key's header has no valid name");
    HeaderName::try_from(name).map_err(wrong)
}

/// A header value that no debug output shows.
fn secret(value: &str) -> Result<HeaderValue, Fault> {
    let wrong = |_| Fault::new(FaultKind::Unauthorized, "its key holds what no header can carry");
    let mut value = HeaderValue::try_from(value).map_err(wrong)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A JSON object with one more field.
fn with_field(body: &[u8], name: &str, key: &str) -> Result<Bytes, Fault> {
    let wrong = |_| Fault::new(FaultKind::Refused, "the key has no place in this request");
    let mut fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(body).map_err(wrong)?;
    fields.insert(name.to_owned(), key.into());
    serde_json::to_vec(&fields).map(Bytes::from).map_err(wrong)
}

/// Whether a success says the provider's key. A short one, such as servers at home are given, may
/// stand in any text.
fn repeats(answer: &WireAnswer, key: Option<&SecretString>) -> bool {
    const SHORT: usize = 12;
    let key = key.map(ExposeSecret::expose_secret).filter(|key| key.len() >= SHORT);
    let says = |key: &str| memchr::memmem::find(&answer.body, key.as_bytes()).is_some();
    answer.status.is_success() && key.is_some_and(says)
}

fn gossip() -> Fault {
    Fault::new(FaultKind::Garbage, "its answer repeats the key that it was sent")
}

fn late(timeout: Duration) -> Fault {
    let shown = crate::config::duration::show(timeout);
    Fault::new(FaultKind::Timeout, format!("did not answer within {shown}"))
}

fn dead(silence: Duration) -> Fault {
    let shown = crate::config::duration::show(silence);
    Fault::new(FaultKind::Timeout, format!("said nothing for {shown} and gave no sign of life"))
}

/// What kept the answer from beginning.
fn fault(error: &reqwest::Error) -> Fault {
    let (kind, detail) = if error.is_redirect() {
        (FaultKind::NotFound, "redirected elsewhere, which is not followed")
    } else if error.is_dns() {
        (FaultKind::Unreachable, "its name has no address")
    } else if error.is_timeout() {
        (FaultKind::Unreachable, "could not be connected to in time")
    } else if error.is_connect() {
        (FaultKind::Unreachable, "could not be connected to")
    } else if error.is_builder() {
        (FaultKind::Refused, "the request could not be built")
    } else {
        (FaultKind::Unreachable, "closed the connection")
    };
    Fault::new(kind, detail)
}

/// What kept the answer from ending. A success that cannot be unpacked is garbage, whereas an
/// error status says enough without its body.
fn cut(status: StatusCode, error: &reqwest::Error) -> Fault {
    if status.is_success() && is_unpacking(error) {
        Fault::new(FaultKind::Garbage, "answered with what cannot be read")
    } else {
        Fault::new(FaultKind::Unreachable, "closed the connection in mid-answer")
    }
}

/// Whether the cause lies in a compression that is none, rather than in the connection.
fn is_unpacking(error: &reqwest::Error) -> bool {
    use std::io::{self, ErrorKind};
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return matches!(io.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput);
        }
        cause = inner.source();
    }
    false
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
