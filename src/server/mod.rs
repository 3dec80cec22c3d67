//! The HTTP face of the gateway: one file for each endpoint, one for each thing that stands before
//! them, problems in `problem`.
//!
//! Endpoints turn a request into an [`Order`](crate::pipeline::Order) and a brief into a response;
//! they hold no rule about articles or providers. Every endpoint's failure is a [`Problem`].
//!
//! # What a request passes
//! ```text
//! listen       a place among the connections; the head in time
//! problem      an id; every refusal below gets its body here
//! dropin       a refusal on a vendor's address gets that vendor's body instead
//! headers      size of the head; what browsers are told with the answer
//! hosts        Host and Origin; CORS where origins are listed
//! ── the routes: health and the unknown end here ──
//! gate         access: whose key, and has it the scope          401, 403
//!              limits: requests and briefs at once              429
//! admission    a place in the queue                             503
//! bodies       encoding, length, room, gunzip, time, nesting    413, 415, 408, 400
//!              limits: characters                               429
//! the endpoint a turn, and work
//! ```
//! The order is the point. Nothing is read of a body before it is known whose it is, that there is
//! a place for it and that it is not too long; nobody without a key takes a place; whoever is refused
//! costs a head of at most 16 KiB. A hit in the cache passes everything that a miss passes, save its
//! turn. `gate` shows how a route is added.

mod access;
mod admission;
mod answers;
mod bodies;
mod briefs;
mod cache;
mod caching;
mod deepl;
mod dropin;
mod dry;
mod feeds;
mod form;
mod gate;
mod headers;
mod health;
mod held;
mod hooks;
mod hosts;
mod jobs;
mod kept;
mod libretranslate;
mod limits;
mod line;
mod listen;
mod live;
mod making;
mod parameters;
mod peer;
pub mod problem;
mod reviews;
mod source;
mod split;
mod succession;
mod superdesk;
mod translate;

use std::{future::Future, ops::Deref, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::{delete, get, post, put},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, cors::CorsLayer};

pub use self::listen::exposed;
use crate::{
    keys::{Identity, Keyring, Scope},
    lane::{Lane, Yard},
    pipeline::Gateway,
    server::{
        admission::Admission, answers::Answers, gate::Gate, limits::Limits, live::Works,
        problem::Problem,
    },
    store::Store,
    webhooks::Webhooks,
};

/// What every endpoint can reach. Cheap to clone: each layer before an endpoint has a clone of its
/// own for each request, so there is one count to raise and not one for each part.
#[derive(Clone)]
pub struct State(Arc<Reach>);

/// What the clones of a [`State`] share.
#[derive(Clone)]
pub struct Reach {
    gateway: Gateway,
    answers: Answers,
    keys: Keyring,
    anonymous: Arc<Identity>,
    limits: Limits,
    admission: Admission,
    store: Store,
    works: Works,
    webhooks: Webhooks,
    lane: Lane,
    yard: Yard,
    /// Puts back what jobs still run; see [`State::close`].
    parking: CancellationToken,
}

impl Deref for State {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.0
    }
}

impl State {
    /// The state of a server over `gateway` that knows no keys: it serves everything to whoever
    /// reaches it, and [`serve`] lets it be reached over loopback alone.
    #[must_use]
    pub fn new(gateway: Gateway) -> Self {
        let config = &gateway.config;
        let store = gateway.store.clone();
        let works = Works::default();
        Self(Arc::new(Reach {
            answers: Answers::new(&gateway),
            keys: Keyring::default(),
            anonymous: Arc::new(Identity::anonymous()),
            limits: Limits::new(gateway.config.limits),
            admission: Admission::new(&gateway.config.server),
            webhooks: Webhooks::new(config, &store),
            lane: Lane::new(store.jobs(), jobs::KIND, config.jobs.workers),
            yard: Yard { tasks: works.tasks.clone(), stopping: CancellationToken::new() },
            works,
            store,
            parking: CancellationToken::new(),
            gateway,
        }))
    }

    /// Begins what goes on without requests: jobs, webhooks, letting go what is old.
    pub fn begin(&self) {
        jobs::begin(self);
    }

    /// Ends it: puts back what jobs still run, so that they are queued when the store is opened the next
    /// time, and closes the store.
    pub async fn close(&self) {
        self.yard.stopping.cancel();
        self.parking.cancel();
        self.yard.tasks.close();
        if tokio::time::timeout(PARKING, self.yard.tasks.wait()).await.is_err() {
            tracing::warn!("stopped with work unfinished");
        }
        self.store.close().await;
    }

    /// The same state with the keys of a state folder.
    #[must_use]
    pub fn with_keys(self, keys: Keyring) -> Self {
        Self(Arc::new(Reach { keys, ..Reach::clone(&self) }))
    }
}

/// How long what is put back may take.
const PARKING: Duration = Duration::from_secs(5);

/// Every address of the gateway.
pub fn router(state: State) -> Router {
    let gate = Gate::new(&state);
    let one_brief = gate
        .reads(Scope::Read, get(briefs::read))
        .merge(gate.reads(Scope::Brief, delete(briefs::forget)));
    let review = gate
        .reads(Scope::Read, get(reviews::read))
        .merge(gate.works(Scope::Brief, put(reviews::decided)));
    let routes = Router::new()
        .route("/v1/briefs", gate.works(Scope::Brief, post(briefs::create)))
        .route("/v1/briefs/{id}", one_brief)
        .route("/v1/briefs/{id}/review", review)
        .route("/v1/reviews/corrections", gate.reads(Scope::Read, get(reviews::corrections)))
        .route("/v1/batches", gate.works(Scope::Brief, post(jobs::batches::create)))
        .route("/v1/batches/{id}", gate.reads(Scope::Read, get(jobs::batches::read)))
        .route("/v1/jobs", gate.reads(Scope::Read, get(jobs::list::list)))
        .route("/v1/feed.json", gate.reads(Scope::Read, get(feeds::json)))
        .route("/v1/feed.atom", gate.reads(Scope::Read, get(feeds::atom)))
        // Known by their signatures, which only the endpoint can verify.
        .route("/v1/hooks/superdesk", gate.opens(post(hooks::superdesk)))
        .route("/v1/hooks/miniflux", gate.opens(post(hooks::miniflux)))
        .route("/v1/cache/{source_sha256}", gate.reads(Scope::Brief, delete(cache::forget)))
        .route("/v1/split", gate.works(Scope::Brief, post(split::split)))
        .merge(drop_ins(&gate))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(state.clone())
        // Bodies are bounded by `bodies`.
        .layer(DefaultBodyLimit::disable());
    shared_with_pages(&state, routes)
        .layer(from_fn_with_state(state, hosts::check))
        .layer(CatchPanicLayer::custom(|_panic: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request panicked");
            Problem::internal().into_response()
        }))
        .layer(from_fn(headers::guard))
        .layer(from_fn(dropin::speak))
        .layer(from_fn(problem::finish))
}

/// The addresses of translation services, and those of Superdesk's AI widget.
fn drop_ins(gate: &Gate) -> Router<State> {
    let usage = get(deepl::usage).post(deepl::usage);
    let languages = get(deepl::languages).post(deepl::languages);
    let superdesk = |name: &str| format!("/v1/superdesk/{name}");
    Router::new()
        .route("/translate", gate.opens(post(libretranslate::translate)))
        .route("/detect", gate.opens(post(libretranslate::detect)))
        .route("/languages", get(libretranslate::languages))
        .route("/health", get(libretranslate::health))
        .route("/frontend/settings", get(libretranslate::settings))
        .route("/v2/translate", gate.works(Scope::Translate, post(deepl::translate)))
        .route("/v2/usage", gate.reads(Scope::Translate, usage))
        .route("/v2/languages", gate.asks(Scope::Translate, languages))
        .route(&superdesk("headlines"), gate.works(Scope::Brief, post(superdesk::headlines)))
        .route(&superdesk("summary"), gate.works(Scope::Brief, post(superdesk::summary)))
        .route(&superdesk("translations"), gate.works(Scope::Brief, post(superdesk::translations)))
}

/// CORS for the pages of `server.allowed_origins`; nothing where there are none.
fn shared_with_pages(state: &State, routes: Router) -> Router {
    let origins = hosts::origins(&state.gateway.config.server);
    if origins.is_empty() {
        return routes;
    }
    let cors = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(hosts::accepted())
        .expose_headers(hosts::exposed());
    routes.layer(cors)
}

/// Serves until `stop` completes, then finishes the requests in flight.
///
/// # Errors
/// Where the listener fails, or where strangers could reach it although no key is needed and
/// `auth.allow_anonymous` is off.
pub async fn serve(
    listener: TcpListener,
    state: State,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    state.begin();
    let stopping = state.yard.stopping.clone();
    let stop = async move {
        stop.await;
        // From now on no job is begun; those that run may finish.
        stopping.cancel();
    };
    listen::serve(listener, router(state.clone()), &state, stop).await?;
    state.yard.tasks.close();
    state.yard.tasks.wait().await;
    Ok(())
}
