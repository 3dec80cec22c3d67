//! How many requests are worked on, and how many may wait: decided before a body is read.
//!
//! Three counts, each bounded by configuration:
//! - *places*, `max_briefs + queue`: a request beyond them gets 503 at once, with its body unread.
//! - *room* for bodies in memory: a request waits for as much as its body may take before the first
//!   byte is read. It is enough for `max_briefs` bodies of half the allowed size; ordinary articles
//!   are a hundredth of that, so a queue full of them holds their bodies and finds answers in the
//!   cache while others are being made.
//! - *turns*, `max_briefs`: a brief that is not in the cache waits for one of these.
//!
//! A place and its room are held until the answer has gone out. Health is outside all of it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use axum::{
    extract::{Request, State as Shared},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{State, held::hold, problem::Problem};
use crate::config::Server;

/// Bytes that one permit of room stands for.
const GRAIN: usize = 1024;

/// Places, room and turns. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    places: Arc<Semaphore>,
    room: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    reading: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most: (usize, usize),
}

/// How full it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fullness {
    /// Requests that were let in.
    pub(super) places_taken: usize,
    /// Requests that may be let in.
    pub(super) places: usize,
    /// Briefs that wait for their turn.
    pub(super) waiting: usize,
    /// Briefs being made.
    pub(super) turns_taken: usize,
    /// Briefs that may be made at once.
    pub(super) turns: usize,
}

impl Admission {
    pub(super) fn new(server: &Server) -> Self {
        let room = (server.max_briefs * server.max_body_bytes / 2).max(server.max_body_bytes);
        // Reading is pure computation: more at once than there are cores only takes memory.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            places: Arc::new(Semaphore::new(server.max_briefs + server.queue)),
            room: Arc::new(Semaphore::new(room.div_ceil(GRAIN))),
            turns: Arc::new(Semaphore::new(server.max_briefs)),
            reading: Arc::new(Semaphore::new(cores)),
            waiting: Arc::default(),
            most: (server.max_briefs + server.queue, server.max_briefs),
        }
    }

    /// The same under other bounds. Where they have changed, what is in flight ends within the old
    /// ones and new requests count within the new.
    pub(super) fn renewed(&self, server: &Server, before: &Server) -> Self {
        let bounds = |one: &Server| (one.max_briefs, one.queue, one.max_body_bytes);
        if bounds(server) == bounds(before) { self.clone() } else { Self::new(server) }
    }

    /// The turn of a brief, before the deadline.
    ///
    /// # Errors
    /// Where it does not come.
    pub(super) async fn turn(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(turn);
        }
        let _waiting = Waiting::new(&self.waiting);
        before(deadline, &self.turns, 1).await
    }

    /// How full it is.
    pub(super) fn standing(&self) -> Fullness {
        let (places, turns) = self.most;
        Fullness {
            places_taken: places.saturating_sub(self.places.available_permits()),
            places,
            waiting: self.waiting.load(Relaxed),
            turns_taken: turns.saturating_sub(self.turns.available_permits()),
            turns,
        }
    }

    /// A core to read an article on, before the deadline.
    ///
    /// # Errors
    /// Where none becomes free.
    pub(super) async fn reader(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Problem> {
        before(deadline, &self.reading, 1).await
    }

    /// Room for a request's body, before the deadline.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) async fn room(
        &self,
        headers: &HeaderMap,
        server: &Server,
        deadline: Instant,
    ) -> Result<OwnedSemaphorePermit, Problem> {
        // Without a length, or compressed, it may come to as much as is allowed.
        let plain = !headers.contains_key(header::CONTENT_ENCODING);
        let length = declared_length(headers).filter(|_| plain).unwrap_or(server.max_body_bytes);
        let grains = length.min(server.max_body_bytes).div_ceil(GRAIN);
        before(deadline, &self.room, u32::try_from(grains).unwrap_or(u32::MAX)).await
    }
}

/// Counts one who waits.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// The length that a request says its body has.
pub(super) fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Refuses a request that there is no place for; its body stays unread.
pub(super) async fn admit(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    match Arc::clone(&state.admission.places).try_acquire_owned() {
        Ok(place) => hold(next.run(request).await, place),
        Err(_) => Problem::overloaded().into_response(),
    }
}

async fn before(
    deadline: Instant,
    semaphore: &Arc<Semaphore>,
    permits: u32,
) -> Result<OwnedSemaphorePermit, Problem> {
    let permit = Arc::clone(semaphore).acquire_many_owned(permits);
    let permit = tokio::time::timeout_at(deadline, permit).await;
    permit.map_err(|_| Problem::overloaded())?.map_err(|_| Problem::internal())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::HeaderValue;

    use super::*;
    use crate::clock;

    fn server() -> Server {
        Server { max_briefs: 2, max_body_bytes: 100 << 10, ..Server::default() }
    }

    fn length(bytes: usize) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from(bytes))])
    }

    #[tokio::test(start_paused = true)]
    async fn small_bodies_find_room_while_large_ones_wait() {
        let (server, soon) = (server(), clock::now() + Duration::from_secs(1));
        let admission = Admission::new(&server);
        let room = |bytes| {
            let (admission, server) = (admission.clone(), server.clone());
            async move { admission.room(&length(bytes), &server, soon).await }
        };
        let large = room(95 << 10).await.unwrap();
        let small = room(4 << 10).await.unwrap();
        assert!(room(4 << 10).await.is_err(), "100 KiB in all");
        drop((large, small));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_of_unknown_size_takes_all_the_room_it_may_need() {
        let (server, soon) = (server(), clock::now() + Duration::from_secs(1));
        let admission = Admission::new(&server);
        let _all = admission.room(&HeaderMap::new(), &server, soon).await.unwrap();
        assert!(admission.room(&length(1), &server, soon).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_does_not_come_before_the_deadline_is_an_overload() {
        let (server, soon) = (server(), clock::now() + Duration::from_secs(1));
        let admission = Admission::new(&server);
        let _one = admission.turn(soon).await.unwrap();
        let _two = admission.turn(soon).await.unwrap();
        assert_eq!(admission.turn(soon).await.unwrap_err(), Problem::overloaded());
    }
}
