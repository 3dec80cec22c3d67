//! Names to addresses, checked: what a name leads to is looked at before anything connects.
//!
//! The checked addresses are the very ones that the client then connects to, since it has no
//! other way to learn any; so a name that answers differently a second time gains nothing. One
//! address out of bounds refuses the whole name.

use std::{net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::public::{Reach, reach};

/// Whoever turns a name into addresses: the system, or a test.
pub(super) type LookUp =
    Arc<dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// The system's own resolver.
pub(super) fn system() -> LookUp {
    Arc::new(|name| {
        Box::pin(async move {
            // The port is put in by the client.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.collect())
        })
    })
}

/// A name or address that must not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not a public one")]
pub(super) struct NotPublic;

/// Whether an address may be asked.
pub(super) fn check(address: std::net::IpAddr, allow_private: bool) -> Result<(), NotPublic> {
    match reach(address) {
        Reach::Public => Ok(()),
        Reach::Private if allow_private => Ok(()),
        Reach::Private | Reach::Never => Err(NotPublic),
    }
}

/// A resolver that gives out checked addresses only.
pub(super) struct Checked {
    pub(super) look_up: LookUp,
    pub(super) allow_private: bool,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.look_up)(name.as_str().to_owned());
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = found.await?;
            for address in &found {
                check(address.ip(), allow_private)?;
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
