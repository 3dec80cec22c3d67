//! A gateway over its router, with stand-in providers and without a socket.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use mujaz::{config::Config, pipeline::Gateway, server, store::Store};
use serde_json::Value;
use tower::ServiceExt;

use super::{
    provider::Stub,
    road::{place, road},
};

/// A gateway whose only provider is a stub.
pub(crate) struct Served {
    router: Router,
    state: server::State,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Got {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The events of a stream, each with id, name and data.
    pub(crate) fn events(&self) -> Vec<(String, String, Value)> {
        let field = |event: &str, name: &str| {
            let line = event.lines().find_map(|line| line.strip_prefix(name));
            line.map(str::to_owned)
        };
        let told = self.text.split("\n\n").filter_map(|event| {
            let data = serde_json::from_str(&field(event, "data: ")?).unwrap();
            Some((field(event, "id: ")?, field(event, "event: ")?, data))
        });
        told.collect()
    }
}

impl Served {
    /// A gateway at this stub, configured so.
    pub(crate) fn at(stub: &Stub, configure: impl FnOnce(&mut Config)) -> Self {
        Self::with(stub, "", configure)
    }

    /// The same, and unpublished stories may be sent to the stub.
    pub(crate) fn at_trusted(stub: &Stub, configure: impl FnOnce(&mut Config)) -> Self {
        Self::with(stub, "confidential = true", configure)
    }

    fn with(stub: &Stub, more: &str, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.tasks.translate = vec!["first".to_owned()];
        configure(&mut config);
        let mut gateway = Gateway::open(Config::default()).unwrap();
        gateway.providers = road(vec![place("first", stub, more)]);
        gateway.config = config.into();
        let state = server::State::new(gateway);
        Self { router: server::router(state.clone()), state }
    }

    /// The same over a store of the test's own.
    pub(crate) fn over(stub: &Stub, store: Store) -> Self {
        Self::over_with(stub, store, |_| ())
    }

    /// The same, configured so.
    pub(crate) fn over_with(
        stub: &Stub,
        store: Store,
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config::default();
        config.tasks.translate = vec!["first".to_owned()];
        configure(&mut config);
        let mut gateway = Gateway::over(Config::default(), store).unwrap();
        gateway.providers = road(vec![place("first", stub, "")]);
        gateway.config = config.into();
        let state = server::State::new(gateway);
        Self { router: server::router(state.clone()), state }
    }

    /// Ends what goes on without requests, and closes the store.
    pub(crate) async fn close(self) {
        self.state.close().await;
    }

    /// Begins to work off jobs.
    pub(crate) fn begin(&self) {
        self.state.begin();
    }

    /// Sends a request and reads the answer whole.
    pub(crate) async fn send(&self, request: Request<Body>) -> Got {
        let response = self.open(request).await;
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 4 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Got { status: head.status, headers: head.headers, text }
    }

    /// Sends a request and leaves the answer's body to the caller.
    pub(crate) async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Posts JSON with these headers.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Got {
        self.send(post(path, headers, body)).await
    }

    /// Decides about the brief of this id.
    pub(crate) async fn decide(&self, id: &str, decision: &Value) -> Got {
        let mut request = post(&format!("/v1/briefs/{id}/review"), &[], decision);
        *request.method_mut() = Method::PUT;
        self.send(request).await
    }

    /// Gets with these headers.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Deletes.
    pub(crate) async fn delete(&self, path: &str) -> Got {
        self.send(Request::delete(path).body(Body::empty()).unwrap()).await
    }

    /// Gets until the answer has this status, for as long as a test may take.
    pub(crate) async fn until(&self, path: &str, status: StatusCode) -> Got {
        loop {
            let got = self.get(path, &[]).await;
            if got.status == status {
                return got;
            }
            assert_eq!(got.status, StatusCode::ACCEPTED, "{}", got.text);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// A request that posts JSON.
pub(crate) fn post(path: &str, headers: &[(&str, &str)], body: &Value) -> Request<Body> {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

/// A story of two sections; those with another number are other stories.
pub(crate) fn article(number: usize) -> String {
    format!(
        "الميناء يستقبل {number} سفينة في الموسم\n\nاستقبل ميناء المدينة خلال الموسم الماضي {number} \
         سفينة محملة بالقمح والشعير من دول عدة، وقال مدير الميناء ان العمل مستمر في الارصفة كلها.\n\n\
         * توسعة الرصيف {number}\n\nاضاف المدير ان الادارة ستبدأ توسعة الرصيف رقم {number} في العام القادم \
         لاستقبال سفن اكبر حجما من السفن التي تصل اليوم الى الميناء.\n"
    )
}
