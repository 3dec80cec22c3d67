//! HTTP to addresses that somebody else chose: pages named by a caller, webhooks.
//!
//! Such an address may be a trap for the network that mujaz stands in. So only http and https are
//! spoken, and only to public addresses: a number in the URL is checked as it stands, a name after
//! it is looked up, and the connection goes to the checked address and nowhere else. Redirects are
//! followed by hand and each one is checked anew. No proxy is used, because a proxy would look the
//! name up again, unchecked. Size, time and redirects have bounds from `[fetch]`; bytes are counted
//! once unpacked, so that a small answer cannot unfold into a large one.
//!
//! This is the second of the two doors for outbound HTTP: `provider::transport` is the one to the
//! addresses that the operator configured. No cookie, credential or referrer leaves here, and no
//! error tells a caller what a private address answered.

mod public;
mod resolve;

#[cfg(test)]
mod outside_tests;

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use reqwest::{Client, Response, redirect::Policy};
use url::{Host, Url};

use crate::config::Fetch;
use resolve::{Checked, LookUp, NotPublic};

/// Longest address, in bytes; browsers and servers stop near it.
const LONGEST_URL: usize = 8_192;
const USER_AGENT: &str = concat!("mujaz/", env!("CARGO_PKG_VERSION"));
/// What is asked for, in the order of how well it is read.
const ACCEPT: &str = "text/html, application/xhtml+xml, application/ninjs+json;q=0.9, \
    application/xml;q=0.8, text/plain;q=0.7, application/json;q=0.6";

/// A page as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its bytes, unpacked.
    pub bytes: Bytes,
    /// Its content type as labelled, always one that is read.
    pub content_type: String,
    /// Where it was found, after redirects.
    pub url: Url,
}

/// What a webhook's receiver answered; a redirect is an answer and is not followed.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

/// Why nothing was brought. The words are safe to tell a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutsideError {
    /// Fetching is off.
    #[error(
        "fetching an address is off; set `enabled = true` under [fetch] in config.toml, or give \
         the article itself"
    )]
    Off,
    /// No absolute http or https URL, or one with a user name in it, or one too long.
    #[error("the address must be an absolute http or https URL without a user name")]
    Address,
    /// Not a public address.
    #[error("the address does not lead to a public host; `fetch.allow_private` lets it")]
    NotPublic,
    /// No connection, or one that broke.
    #[error("the address could not be reached")]
    Unreachable,
    /// Longer than the time allowed.
    #[error("the address did not answer within `fetch.timeout`")]
    TimedOut,
    /// More redirects than are followed.
    #[error("the address redirects more often than `fetch.max_redirects` allows")]
    Redirects,
    /// More bytes than are taken.
    #[error("the page is larger than `fetch.max_bytes`")]
    TooLarge,
    /// The page is not there.
    #[error("the address answered with status {0}")]
    Status(u16),
    /// A picture, a film, a PDF.
    #[error("the address answers with no text, HTML, XML or JSON")]
    ContentType,
    /// The client cannot start: the system has no usable certificates.
    #[error("no HTTP client could be set up on this machine")]
    Client,
}

/// The door. Cheap to clone; the client behind it is made at its first use.
#[derive(Clone)]
pub struct Outside {
    bounds: Fetch,
    look_up: LookUp,
    client: Arc<OnceLock<Option<Client>>>,
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

impl Outside {
    /// A door with the bounds of `[fetch]`; pages are brought only where that is enabled.
    #[must_use]
    pub fn new(bounds: &Fetch) -> Self {
        Self::with_look_up(bounds, resolve::system())
    }

    fn with_look_up(bounds: &Fetch, look_up: LookUp) -> Self {
        Self { bounds: bounds.clone(), look_up, client: Arc::default() }
    }

    /// Brings a page.
    ///
    /// # Errors
    /// Where the address is none that may be asked, or what it answers is beyond the bounds.
    pub async fn get(&self, address: &str) -> Result<Page, OutsideError> {
        if !self.bounds.enabled {
            return Err(OutsideError::Off);
        }
        let url = self.accepted(address)?;
        within(self.bounds.timeout, self.follow(url)).await
    }

    /// Sends a body once; the caller decides about another try.
    ///
    /// # Errors
    /// Where the address is none that may be asked, or does not answer in time.
    pub async fn post(
        &self,
        address: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Reply, OutsideError> {
        let url = self.accepted(address)?;
        let request = self.client()?.post(url).headers(headers).body(body).send();
        let sent = async { request.await.map_err(|error| refused(&error)) };
        let response = within(self.bounds.timeout, sent).await?;
        Ok(Reply { status: response.status(), headers: response.headers().clone() })
    }

    /// Whether an address may be asked, as far as it shows before any look-up.
    ///
    /// # Errors
    /// Where it is no URL of the web, or names an address that is not public.
    pub fn check(&self, address: &str) -> Result<(), OutsideError> {
        self.accepted(address).map(drop)
    }

    fn accepted(&self, address: &str) -> Result<Url, OutsideError> {
        if address.len() > LONGEST_URL {
            return Err(OutsideError::Address);
        }
        let url = Url::parse(address.trim()).map_err(|_| OutsideError::Address)?;
        self.accept(&url)?;
        Ok(url)
    }

    /// Checks a URL's scheme and, where its host is a number in any notation, that number.
    fn accept(&self, url: &Url) -> Result<(), OutsideError> {
        let plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !plain {
            return Err(OutsideError::Address);
        }
        let address = match url.host().ok_or(OutsideError::Address)? {
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
            Host::Domain(_) => return Ok(()),
        };
        let checked = resolve::check(address, self.bounds.allow_private);
        checked.map_err(|NotPublic| OutsideError::NotPublic)
    }

    async fn follow(&self, mut url: Url) -> Result<Page, OutsideError> {
        for _ in 0..=self.bounds.max_redirects {
            let request = self.client()?.get(url.clone()).header(header::ACCEPT, ACCEPT);
            let response = request.send().await.map_err(|error| refused(&error))?;
            if !is_redirect(response.status()) {
                return self.page(url, response).await;
            }
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
            let next = to.and_then(|to| url.join(to).ok()).ok_or(OutsideError::Unreachable)?;
            self.accept(&next)?;
            url = next;
        }
        Err(OutsideError::Redirects)
    }

    async fn page(&self, url: Url, mut response: Response) -> Result<Page, OutsideError> {
        if !response.status().is_success() {
            return Err(OutsideError::Status(response.status().as_u16()));
        }
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !is_read(content_type) {
            return Err(OutsideError::ContentType);
        }
        let content_type = content_type.to_owned();
        let most = self.bounds.max_bytes;
        if response.content_length().is_some_and(|length| length > most as u64) {
            return Err(OutsideError::TooLarge);
        }
        let mut bytes = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| refused(&error))? {
            if bytes.len() + chunk.len() > most {
                return Err(OutsideError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Page { bytes: bytes.freeze(), content_type, url })
    }

    fn client(&self) -> Result<&Client, OutsideError> {
        self.client.get_or_init(|| self.open()).as_ref().ok_or(OutsideError::Client)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the second door: addresses chosen by others, with checks that providers' need not"
    )]
    fn open(&self) -> Option<Client> {
        let checked =
            Checked { look_up: self.look_up.clone(), allow_private: self.bounds.allow_private };
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            .referer(false)
            .redirect(Policy::none())
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(checked));
        client.build().ok()
    }
}

async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, OutsideError>>,
) -> Result<T, OutsideError> {
    tokio::time::timeout(time, work).await.unwrap_or(Err(OutsideError::TimedOut))
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether a content type is one that an article comes in. A page without one is not guessed at.
fn is_read(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    match kind {
        "text" => matches!(subtype, "html" | "plain" | "xml" | "markdown"),
        "application" => {
            matches!(subtype, "xml" | "json")
                || subtype.ends_with("+xml")
                || subtype.ends_with("+json")
        }
        _ => false,
    }
}

/// What went wrong, without the words of the network: they name addresses.
fn refused(error: &reqwest::Error) -> OutsideError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<NotPublic>() {
            return OutsideError::NotPublic;
        }
        cause = one.source();
    }
    OutsideError::Unreachable
}
