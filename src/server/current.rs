//! What requests are served by, exchanged whole under them.
//!
//! A configuration with everything that is made from it (a [`State`] and the router over it) is one
//! face of the server. Each request takes the face of the moment when its head has arrived and keeps
//! it to its end; [`Current::renew`] puts another in its place at once, so that no request ever sees
//! half of one configuration and half of another. What has nothing to do with the configuration, or
//! has not changed with it, is the same in both: kept answers, clients' counts, places and turns,
//! jobs, providers' limits and breakers, a loaded model. An old face goes when its last request has
//! been answered.
//!
//! Jobs and webhooks, which go on without a request, look for the face of the moment whenever they
//! begin something.

use std::{future::Future, io, sync::Arc};

use arc_swap::ArcSwap;
use axum::Router;
use tokio::net::TcpListener;

use super::{State, begin, listen, router};
use crate::{
    config::{Config, fixed},
    pipeline::OpenError,
};

/// The face of the moment. Cheap to clone; all clones show the same.
#[derive(Clone)]
pub struct Current(Arc<ArcSwap<Face>>);

struct Face {
    state: State,
    router: Router,
}

impl Face {
    fn new(state: State) -> Self {
        Self { router: router(state.clone()), state }
    }
}

impl Current {
    /// The server as it starts.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Face::new(state))))
    }

    /// What a request that comes in now is served by.
    pub fn router(&self) -> Router {
        self.0.load().router.clone()
    }

    /// What is begun now is done with.
    #[must_use]
    pub fn state(&self) -> State {
        self.0.load().state.clone()
    }

    /// The configuration of the moment.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.0.load().state.gateway.config)
    }

    /// Serves by another configuration from the next request on. Gives the names of keys that have
    /// changed and keep their old values until a restart. Reads the files that the configuration
    /// names; not for a thread that answers requests.
    ///
    /// # Errors
    /// Where something that the configuration names cannot be used; then nothing has changed.
    pub fn renew(&self, config: Config) -> Result<Vec<&'static str>, OpenError> {
        let old = self.state();
        let mut config = config;
        let fixed = fixed::keep(&old.gateway.config, &mut config);
        let state = old.renewed(old.gateway.renewed(config)?);
        // A model that is new here begins to load; one that was there stays.
        state.gateway.providers.warm();
        self.0.store(Arc::new(Face::new(state)));
        Ok(fixed)
    }

    /// Says to whoever asks `/readyz` that no more requests should be sent here.
    pub fn leave(&self) {
        self.state().leaving.cancel();
    }

    /// Serves until `stop` completes, then finishes the requests in flight.
    ///
    /// # Errors
    /// Where the listener fails, or where strangers could reach it although no key is needed and
    /// `auth.allow_anonymous` is off.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        begin(self);
        let (yard, current) = (self.state().yard.clone(), self.clone());
        let stopping = yard.stopping.clone();
        let stop = async move {
            stop.await;
            current.leave();
            // From now on no job is begun; those that run may finish.
            stopping.cancel();
        };
        listen::serve(listener, self, stop).await?;
        yard.tasks.close();
        yard.tasks.wait().await;
        Ok(())
    }
}
