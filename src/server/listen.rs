//! Connections: accepted within their number, served over HTTP/1.1 and HTTP/2, ended when idle, slow or
//! told to stop. A connection keeps the bounds that it began with; each of its requests is answered
//! by what is [`Current`] then.
//!
//! Every wait for a client has a bound: `header_timeout` for the head of its next request (hyper keeps
//! it within a request's head, [`Activity`] before the first byte, between requests and on HTTP/2),
//! `body_timeout` for a body (`bodies`), `write_timeout` for taking in an answer (`line`). A server
//! that nobody needs a key for is reached over loopback alone, unless the operator says otherwise.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{
            AtomicU64, AtomicUsize,
            Ordering::{AcqRel, Acquire, Release},
        },
    },
    time::Duration,
};

use axum::{Router, body::Body, response::Response};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use super::{Current, headers, held::hold, line::Line, peer::Ends, protocol::Protocol};
use crate::{
    clock,
    config::{Auth, Server},
    telemetry::names,
};

/// Bytes of a request's head at which hyper refuses by itself.
const HEAD_BYTES: usize = 64 << 10;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// How long a connection that was told to end may stay without moving.
const FAREWELL: Duration = Duration::from_secs(3);
/// Connections that may wait to be accepted, if the system allows as many (`net.core.somaxconn`).
const WAITING: u32 = 4096;
/// How long accepting rests when the system is out of descriptors.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_secs(1);

/// Listens on an address. The system's usual 128 connections that wait to be accepted are fewer than a
/// newsroom's tools open at once, and those beyond them are reset.
///
/// # Errors
/// Where the address is taken, is not this machine's, or may not be listened on.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that is started again need not wait for the connections of the last one to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// The sentence that refuses to serve strangers, where that is so.
#[must_use]
pub fn exposed(address: SocketAddr, keys: bool, auth: &Auth) -> Option<String> {
    let private = address.ip().to_canonical().is_loopback();
    if private || keys || auth.allow_anonymous {
        return None;
    }
    Some(format!(
        "{address} can be reached from other machines, and no key has been made: make one with \
         `mujaz key new --name NAME --scope brief`, or set `auth.allow_anonymous = true` to serve \
         everybody"
    ))
}

/// Serves until `stop` completes, then finishes the requests in flight.
///
/// # Errors
/// Where the listener fails, or the server would be open to strangers.
pub(super) async fn serve(
    listener: TcpListener,
    current: &Current,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let state = current.state();
    let config = &state.gateway.config;
    if let Some(sentence) = exposed(listener.local_addr()?, state.keys.needed(), &config.auth) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, sentence));
    }
    let open = TaskTracker::new();
    let stopping = CancellationToken::new();
    // Dropping this future, too, tells the connections to end.
    let _told = stopping.clone().drop_guard();
    let places = Arc::new(Semaphore::new(config.server.max_connections));
    let mut stop = pin!(stop);
    let connections = names::CONNECTIONS.gauge(&[]);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, client, place)) = accepted else { continue };
        let connection = Connection {
            bounds: Bounds::of(&current.state().gateway.config.server),
            current: current.clone(),
            stopping: stopping.clone(),
        };
        connections.increment(1);
        let connections = connections.clone();
        open.spawn(async move {
            connection.serve(stream, client).await;
            connections.decrement(1);
            drop(place);
        });
    }
    drop(listener);
    stopping.cancel();
    open.close();
    open.wait().await;
    Ok(())
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, client)) => Some((stream, client, place)),
        Err(error) => {
            use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
            // A client that left before it was accepted is nobody's concern.
            if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
                tracing::error!("no connection can be accepted: {error}");
                sleep(OUT_OF_DESCRIPTORS).await;
            }
            None
        }
    }
}

/// How long a client is waited for.
#[derive(Clone, Copy)]
struct Bounds {
    header_timeout: Duration,
    write_timeout: Duration,
}

impl Bounds {
    fn of(server: &Server) -> Self {
        let Server { header_timeout, write_timeout, .. } = *server;
        Self { header_timeout, write_timeout }
    }
}

/// What one connection needs.
struct Connection {
    current: Current,
    bounds: Bounds,
    stopping: CancellationToken,
}

impl Connection {
    async fn serve(self, stream: TcpStream, client: SocketAddr) {
        let Ok(server) = stream.local_addr() else { return };
        // Answers leave at once; a failure only makes them later.
        let _ = stream.set_nodelay(true);
        let protocol = tokio::select! {
            biased;
            protocol = Protocol::of(&stream) => protocol,
            () = self.stopping.cancelled() => return,
            () = sleep(self.bounds.header_timeout) => return,
        };
        let Ok(protocol) = protocol else { return };
        let ends = Ends { client, server };
        let activity = Arc::new(Activity::default());
        let service = service_fn(|request: Request<Incoming>| {
            let busy = activity.begin();
            answer(self.current.router(), request, ends, busy)
        });
        let line = Line::new(stream, self.bounds.write_timeout, Arc::clone(&activity));
        let builder = protocol.only(self.builder());
        let mut connection = pin!(builder.serve_connection(TokioIo::new(line), service));
        let mut told = false;
        loop {
            let patience = if told { FAREWELL } else { self.bounds.header_timeout };
            tokio::select! {
                // Errors are the client's: it went away, or sent what is no HTTP.
                _ = connection.as_mut() => return,
                () = self.stopping.cancelled(), if !told => {}
                () = activity.idle_for(patience) => {
                    if told {
                        return;
                    }
                }
            }
            told = true;
            connection.as_mut().graceful_shutdown();
        }
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let patience = self.bounds.header_timeout;
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .max_buf_size(HEAD_BYTES);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(headers::MAX_BYTES as u32 + 1024)
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(patience)
            .keep_alive_timeout(patience);
        builder
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    ends: Ends,
    busy: Busy,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ends);
    let response = router.oneshot(request).await?;
    Ok(hold(response, busy))
}

/// How busy a connection is: requests that are being answered, and when anything last moved.
/// Requests only write it down; whoever waits looks again when the wait could be over, so that a
/// request wakes nobody and sets no timer.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    requests: AtomicUsize,
    /// Nanoseconds from the beginning to the last move.
    moved: AtomicU64,
}

impl Default for Activity {
    fn default() -> Self {
        Self { began: clock::now(), requests: AtomicUsize::new(0), moved: AtomicU64::new(0) }
    }
}

impl Activity {
    /// Something has moved.
    pub(super) fn touch(&self) {
        let nanoseconds = clock::now().duration_since(self.began).as_nanos();
        self.moved.store(u64::try_from(nanoseconds).unwrap_or(u64::MAX), Release);
    }

    fn begin(self: &Arc<Self>) -> Busy {
        self.requests.fetch_add(1, AcqRel);
        Busy(Arc::clone(self))
    }

    /// Completes when no request was in hand and nothing moved for so long.
    async fn idle_for(&self, wait: Duration) {
        let from = clock::now();
        let mut over = from + wait;
        loop {
            sleep_until(over).await;
            if self.requests.load(Acquire) > 0 {
                // It cannot be over before the request has ended and the wait has passed again.
                over = clock::now() + wait;
                continue;
            }
            let moved = self.began + Duration::from_nanos(self.moved.load(Acquire));
            over = moved.max(from) + wait;
            if over <= clock::now() {
                return;
            }
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        // The move is known before the request has ended: whoever sees none in hand sees it too.
        self.0.touch();
        self.0.requests.fetch_sub(1, AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_served_only_where_the_operator_says_so() {
        let [loopback, mapped, any, lan] =
            ["127.0.0.1:80", "[::ffff:127.0.0.1]:80", "0.0.0.0:80", "[2001:db8::1]:80"]
                .map(|address| address.parse().unwrap());
        let (closed, open) = (Auth::default(), Auth { allow_anonymous: true });
        for address in [loopback, mapped] {
            assert_eq!(exposed(address, false, &closed), None);
        }
        for address in [any, lan] {
            assert!(exposed(address, false, &closed).is_some());
            assert_eq!(exposed(address, true, &closed), None);
            assert_eq!(exposed(address, false, &open), None);
        }
        insta::assert_snapshot!(exposed(any, false, &closed).unwrap());
    }

    #[tokio::test]
    async fn hundreds_can_come_before_the_first_is_accepted() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let clients = (0..400).map(|_| TcpStream::connect(address));
        let clients = futures_util::future::try_join_all(clients);
        let clients = tokio::time::timeout(Duration::from_secs(20), clients).await;
        assert_eq!(clients.expect("nobody is left outside").unwrap().len(), 400);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_idle_only_when_nothing_moves() {
        let activity = Arc::new(Activity::default());
        let begun = clock::now();
        let busy = activity.begin();
        let idle = activity.idle_for(Duration::from_secs(10));
        let moves = async {
            sleep(Duration::from_secs(25)).await;
            drop(busy);
            sleep(Duration::from_secs(9)).await;
            activity.touch();
            std::future::pending::<()>().await;
        };
        tokio::select! { () = idle => {}, () = moves => {} }
        assert_eq!(clock::now().duration_since(begun), Duration::from_secs(44));
    }
}
