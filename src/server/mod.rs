//! The HTTP face of the gateway: one file for each endpoint, one for each thing that stands before
//! them, problems in `problem`.
//!
//! Endpoints turn a request into an [`Order`](crate::pipeline::Order) and a brief into a response;
//! they hold no rule about articles or providers. Every endpoint's failure is a [`Problem`].
//!
//! # What a request passes
//! ```text
//! listen       a place among the connections; the head in time
//! observe      an id, a span, what is measured; every refusal below gets its body here
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
mod audit;
mod bodies;
mod briefs;
mod cache;
mod caching;
mod current;
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
mod list;
mod listen;
mod live;
mod making;
mod mcp;
mod metrics;
mod observe;
mod one_brief;
mod openapi;
mod page;
mod parameters;
mod peer;
pub mod problem;
mod protocol;
mod reviews;
mod session;
mod sharing;
mod source;
mod split;
mod status;
mod story;
mod succession;
mod superdesk;
mod translate;

use std::{future::Future, ops::Deref, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, cors::CorsLayer};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::{
    current::Current,
    listen::{bind, exposed},
    mcp::stdio,
};
use crate::{
    clock::{self, Instant},
    config::Config,
    keys::{Identity, Keyring, Scope},
    lane::{Lane, Yard},
    pipeline::Gateway,
    server::{
        admission::Admission,
        answers::Answers,
        audit::Auditor,
        gate::Gate,
        limits::Limits,
        live::Works,
        observe::Observer,
        openapi::{Document, article},
        problem::Problem,
        session::Sessions,
        sharing::Sharing,
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
    /// No more requests should be sent here: `/readyz` says so.
    leaving: CancellationToken,
    observer: Observer,
    auditor: Auditor,
    sessions: Sessions,
    started: Instant,
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
            auditor: Auditor::new(store.audit(), config.audit.keep_text),
            keys: Keyring::default(),
            anonymous: Arc::new(Identity::anonymous()),
            limits: Limits::new(gateway.config.limits).over(&gateway.shared, longest(config)),
            admission: Admission::new(&gateway.config.server),
            webhooks: Webhooks::new(config, &store),
            lane: Lane::new(store.jobs(), jobs::KIND, config.jobs.workers),
            yard: Yard { tasks: works.tasks.clone(), stopping: CancellationToken::new() },
            works,
            store,
            parking: CancellationToken::new(),
            leaving: CancellationToken::new(),
            observer: Observer::default(),
            sessions: Sessions::default(),
            started: clock::now(),
            gateway,
        }))
    }

    /// The same server under the configuration of another gateway, which was
    /// [renewed](Gateway::renewed) from this one's. A bound that has not changed goes on with what
    /// it has counted.
    fn renewed(&self, gateway: Gateway) -> Self {
        Self(Arc::new(Reach {
            answers: self.answers.renewed(&gateway, &self.gateway.config),
            limits: self.limits.renewed(gateway.config.limits, longest(&gateway.config)),
            admission: self.admission.renewed(&gateway.config.server, &self.gateway.config.server),
            auditor: self.auditor.renewed(gateway.config.audit.keep_text),
            webhooks: self.webhooks.renewed(&gateway.config),
            gateway,
            ..Reach::clone(self)
        }))
    }

    /// With whom a caller shares what is kept.
    fn sharing(&self, identity: &Identity) -> Sharing {
        Sharing::of(self.gateway.config.cache.scope, identity)
    }

    /// Begins what goes on without requests: jobs, webhooks, letting go what is old.
    pub fn begin(&self) {
        let current = Current::new(self.clone());
        begin(&current);
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
        self.auditor.flush().await;
        self.gateway.shared.leave().await;
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

/// How long a request may hold a place among briefs.
fn longest(config: &Config) -> Duration {
    config.server.deadline + PARKING
}

/// Begins what goes on without requests.
fn begin(current: &Current) {
    jobs::begin(current);
    cache::begin(current);
}

/// Every address of the gateway.
pub fn router(state: State) -> Router {
    let observer = state.observer.clone();
    let (routes, document) = endpoints(&state).split_for_parts();
    let routes = routes
        // The page is for people; what it asks for is described.
        .merge(page::routes(&Gate::new(&state), &state))
        .with_state(state.clone())
        .layer(Extension(Document::once(document)))
        // Bodies are bounded by `bodies`.
        .layer(DefaultBodyLimit::disable());
    shared_with_pages(&state, routes)
        .layer(from_fn_with_state(state, hosts::check))
        .layer(CatchPanicLayer::custom(|_panic: Box<dyn std::any::Any + Send>| {
            // Where it happened was told as it happened.
            Problem::internal().into_response()
        }))
        .layer(from_fn(headers::guard))
        .layer(from_fn(dropin::speak))
        .layer(from_fn_with_state(observer, observe::observe))
}

/// Every endpoint behind its gate. `routes!` takes the address and the description that stand above
/// the function; nothing is routed in another way, so the document knows all.
fn endpoints(state: &State) -> OpenApiRouter<State> {
    let gate = Gate::new(state);
    OpenApiRouter::default()
        .routes(gate.works(Scope::Brief, article(routes!(briefs::create))))
        .routes(gate.reads(Scope::Read, routes!(list::list)))
        .routes(gate.reads(Scope::Read, routes!(one_brief::read)))
        .routes(gate.reads(Scope::Brief, routes!(one_brief::forget)))
        .routes(gate.reads(Scope::Read, routes!(story::read)))
        .routes(gate.reads(Scope::Read, routes!(reviews::read)))
        .routes(gate.asks(Scope::Brief, routes!(reviews::decided)))
        .routes(gate.reads(Scope::Read, routes!(reviews::corrections)))
        .routes(gate.works(Scope::Brief, routes!(jobs::batches::create)))
        .routes(gate.reads(Scope::Read, routes!(jobs::batches::read)))
        .routes(gate.reads(Scope::Read, routes!(jobs::list::list)))
        .routes(gate.reads(Scope::Read, routes!(feeds::json)))
        .routes(gate.reads(Scope::Read, routes!(feeds::atom)))
        // Known by their signatures, which only the endpoint can verify.
        .routes(gate.opens(routes!(hooks::superdesk::push)))
        .routes(gate.opens(routes!(hooks::miniflux::push)))
        .routes(gate.reads(Scope::Brief, routes!(cache::forget)))
        .routes(gate.works(Scope::Brief, article(routes!(split::split))))
        .routes(gate.works(Scope::Brief, routes!(mcp::post)))
        .merge(drop_ins(&gate))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(gate.reads(Scope::Read, routes!(status::read)))
        .routes(gate.reads(Scope::Admin, routes!(audit::read)))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::json))
        .routes(routes!(openapi::docs))
}

/// The addresses of translation services, and those of Superdesk's AI widget.
fn drop_ins(gate: &Gate) -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(gate.opens(routes!(libretranslate::translate)))
        .routes(gate.opens(routes!(libretranslate::detect)))
        .routes(routes!(libretranslate::languages))
        .routes(routes!(libretranslate::health))
        .routes(routes!(libretranslate::settings))
        .routes(gate.works(Scope::Translate, routes!(deepl::translate)))
        .routes(gate.reads(Scope::Translate, routes!(deepl::usage)))
        .routes(gate.asks(Scope::Translate, routes!(deepl::languages)))
        .routes(gate.works(Scope::Brief, routes!(superdesk::headlines)))
        .routes(gate.works(Scope::Brief, routes!(superdesk::summary)))
        .routes(gate.works(Scope::Brief, routes!(superdesk::translations)))
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
    Current::new(state).serve(listener, stop).await
}
