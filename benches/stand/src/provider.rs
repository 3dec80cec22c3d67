//! A stand-in for a LibreTranslate server: the English of the benchmark's own copy, after a delay.
//!
//! Under `/translate` each text is looked up. Under `/fixed/translate` an answer is made once for
//! each length of a body and then repeated, so that the stand-in takes next to nothing of a machine
//! that it shares with what is measured; bodies of the load have one length. `GET /` says how many
//! calls came, and how many texts were not of the copy.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Outcome, argument, copy};

/// What other gateways are given for a chat call.
const CHAT: &str = include_str!("chat.json");

#[derive(Debug, Default)]
struct Provider {
    delay: Duration,
    fixed: Mutex<HashMap<usize, Bytes>>,
    calls: AtomicU64,
    unknown: AtomicU64,
}

/// Serves until it is ended.
pub(crate) async fn serve(arguments: &[&str]) -> Outcome<()> {
    let port: u16 = argument(arguments, 0)?.parse()?;
    let delay = Duration::from_millis(argument(arguments, 1)?.parse()?);
    let provider = Arc::new(Provider { delay, ..Provider::default() });
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let provider = Arc::clone(&provider);
        tokio::spawn(async move {
            let answer = service_fn(|request| answer(Arc::clone(&provider), request));
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            // A client that goes away ends its connection.
            let _ = server.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn answer(
    provider: Arc<Provider>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let fixed = request.uri().path().starts_with("/fixed/");
    let chat = request.uri().path().ends_with("/chat/completions");
    let body = match *request.method() == Method::POST {
        true => {
            provider.calls.fetch_add(1, Relaxed);
            let body = request.into_body().collect().await?.to_bytes();
            if !provider.delay.is_zero() {
                tokio::time::sleep(provider.delay).await;
            }
            match () {
                () if chat => Bytes::from_static(CHAT.as_bytes()),
                () if fixed => provider.fixed(&body),
                () => provider.translate(&body),
            }
        }
        false => {
            let count = |of: &AtomicU64| of.load(Relaxed);
            let told =
                json!({"calls": count(&provider.calls), "unknown": count(&provider.unknown)});
            Bytes::from(told.to_string())
        }
    };
    let mut response = Response::new(Full::new(body));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    Ok(response)
}

impl Provider {
    fn fixed(&self, body: &[u8]) -> Bytes {
        let mut fixed = self.fixed.lock().unwrap_or_else(PoisonError::into_inner);
        fixed.entry(body.len()).or_insert_with(|| self.translate(body)).clone()
    }

    fn translate(&self, body: &[u8]) -> Bytes {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let english = match &asked["q"] {
            Value::Array(texts) => texts.iter().map(|text| self.text(text)).collect(),
            text => self.text(text),
        };
        Bytes::from(json!({ "translatedText": english }).to_string())
    }

    fn text(&self, text: &Value) -> Value {
        let lines = text.as_str().unwrap_or_default().lines();
        let english = lines.map(|line| {
            copy::english(line).unwrap_or_else(|| {
                self.unknown.fetch_add(1, Relaxed);
                "This line is not of the copy.".to_owned()
            })
        });
        english.collect::<Vec<_>>().join("\n").into()
    }
}
