//! What stands before an endpoint, named where its route is written.
//!
//! ```text
//! .routes(gate.works(Scope::Brief, routes!(briefs::create)))
//! .routes(gate.reads(Scope::Read, routes!(one_brief::read)))
//! .routes(routes!(health::alive))
//! ```
//!
//! [`Gate::reads`] lets through who has the scope and is within its limits. [`Gate::works`] adds a
//! place in the queue and a body that was read within its bounds. An endpoint whose clients put the
//! key into the body stands behind [`Gate::opens`], which only admits and reads, and calls
//! [`enter`] itself with the key that it found. Each gate also tells the OpenAPI document what it asks
//! for and with which statuses it refuses. A route without a gate is open to everybody: health, and what is public.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State as Shared},
    http::request::Parts,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower_http::decompression::RequestDecompressionLayer;
use utoipa_axum::router::UtoipaMethodRouterExt;

use super::{
    State, access, admission, bodies,
    held::hold,
    limits::Visit,
    openapi::{self, Routes},
    peer,
    problem::Problem,
};
use crate::{
    keys::{Identity, Scope},
    telemetry::Seen,
};

/// Puts the layers before endpoints. Cheap to clone.
#[derive(Clone)]
pub(super) struct Gate {
    state: State,
}

/// What a gate asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// What the key must allow.
    pub(super) scope: Scope,
    /// Whether the request counts among the briefs at once.
    pub(super) working: bool,
}

impl Gate {
    pub(super) fn new(state: &State) -> Self {
        Self { state: state.clone() }
    }

    /// For endpoints that take no body and answer from what is there.
    pub(super) fn reads(&self, scope: Scope, routes: Routes) -> Routes {
        self.entrance(Asked { scope, working: false }, routes)
    }

    /// For endpoints that take a body and do work.
    pub(super) fn works(&self, scope: Scope, routes: Routes) -> Routes {
        self.entrance(Asked { scope, working: true }, self.opens(routes))
    }

    /// For endpoints that take a small body and answer from what is there.
    pub(super) fn asks(&self, scope: Scope, routes: Routes) -> Routes {
        self.entrance(Asked { scope, working: false }, self.opens(routes))
    }

    /// For endpoints that find the key in the body: admission and a bounded body alone.
    pub(super) fn opens(&self, routes: Routes) -> Routes {
        let state = || self.state.clone();
        let routes = openapi::bodies(routes);
        let read = routes.layer::<_, Infallible>(from_fn_with_state(state(), bodies::read));
        read.layer((
            from_fn_with_state(state(), admission::admit),
            from_fn_with_state(state(), bodies::bound),
            RequestDecompressionLayer::new(),
        ))
    }

    fn entrance(&self, asked: Asked, routes: Routes) -> Routes {
        let routes = openapi::keyed(asked.scope, routes);
        routes.layer(from_fn_with_state((self.state.clone(), asked), entrance))
    }
}

async fn entrance(
    Shared((state, asked)): Shared<(State, Asked)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match enter(&state, &parts, None, asked).await {
        Ok(entered) => {
            parts.extensions.insert(entered.caller.clone());
            parts.extensions.insert(entered.visit.clone());
            let response = next.run(Request::from_parts(parts, body)).await;
            entered.leave(response)
        }
        Err(refusal) => refusal,
    }
}

/// Lets a request in, or says why not: whose it is, whether that may be, and whether it is within its
/// limits. `in_body` is a key that the endpoint found in the body.
///
/// # Errors
/// The answer that refuses it.
pub(super) async fn enter(
    state: &State,
    parts: &Parts,
    in_body: Option<&str>,
    asked: Asked,
) -> Result<Entered, Response> {
    let identity = access::identify(state, parts, in_body);
    let identity = identity.and_then(|one| access::permit(&one, asked.scope).map(|()| one));
    let identity = identity.map_err(IntoResponse::into_response)?;
    let address = peer::address(parts, &state.gateway.config.server);
    let (visit, entered) = state.limits.admit(&identity, address, asked.working).await;
    let entered = entered.map(|()| Entered { caller: Caller(identity), visit: visit.clone() });
    entered.map_err(|problem| {
        let mut response = problem.into_response();
        visit.write(response.headers_mut());
        response
    })
}

/// A request that was let in.
#[derive(Debug)]
pub(super) struct Entered {
    /// Whose it is.
    pub(super) caller: Caller,
    /// What it takes from its client's quotas.
    pub(super) visit: Visit,
}

impl Entered {
    /// The answer with the limits' headers; what the request holds is given back when it has gone
    /// out.
    pub(super) fn leave(self, mut response: Response) -> Response {
        self.visit.write(response.headers_mut());
        hold(response, self.visit)
    }
}

/// Who makes the request; an extractor for every endpoint behind a gate.
#[derive(Clone, Debug)]
pub(super) struct Caller(pub(super) Arc<Identity>);

impl FromRequestParts<State> for Seen {
    type Rejection = Infallible;

    /// What is measured of the request; nothing where nobody observes it.
    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl FromRequestParts<State> for Caller {
    type Rejection = Problem;

    /// Behind a gate there is always one; an endpoint that asks for it without a gate is our fault.
    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}
