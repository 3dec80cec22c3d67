//! What was told of one brief, as events on the wire, for any number of readers at any place.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use tokio::sync::watch;

/// The events of one brief.
#[derive(Debug)]
pub(in crate::server) struct Log {
    id: String,
    most: usize,
    inner: Mutex<Inner>,
    told: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Inner {
    /// The number of the first event that is still there.
    first: u64,
    events: VecDeque<Bytes>,
    bytes: usize,
    over: bool,
}

/// What a reader finds at its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An event, and the place behind it.
    Event(Bytes, u64),
    /// Nothing yet.
    Nothing,
    /// Nothing, and nothing will come.
    End,
}

impl Log {
    pub(super) fn new(id: &str, most: usize) -> Self {
        let told = watch::Sender::new(());
        Self { id: id.to_owned(), most, inner: Mutex::default(), told }
    }

    /// Tells an event. `data` is JSON in one line.
    pub(super) fn tell(&self, name: &str, data: &str) {
        let mut inner = self.inner();
        if inner.over {
            return;
        }
        let number = inner.first + inner.events.len() as u64;
        let event = Bytes::from(event(&self.id, number, name, data));
        inner.bytes += event.len();
        inner.events.push_back(event);
        // The last event is the brief or the problem: it stays whatever it takes.
        while inner.bytes > self.most && inner.events.len() > 1 {
            if let Some(oldest) = inner.events.pop_front() {
                inner.bytes -= oldest.len();
                inner.first += 1;
            }
        }
        drop(inner);
        self.told.send_replace(());
    }

    /// Nothing more is told.
    pub(in crate::server) fn end(&self) {
        self.inner().over = true;
        self.told.send_replace(());
    }

    /// Sees when something is told.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.told.subscribe()
    }

    /// The event at a place, or the oldest one behind it that is still there.
    pub(super) fn at(&self, place: u64) -> Found {
        let inner = self.inner();
        let skipped = place.saturating_sub(inner.first);
        let event = usize::try_from(skipped).ok().and_then(|skipped| inner.events.get(skipped));
        match event {
            Some(event) => Found::Event(event.clone(), place.max(inner.first) + 1),
            None if inner.over => Found::End,
            None => Found::Nothing,
        }
    }

    /// Bytes of events kept.
    pub(super) fn bytes(&self) -> usize {
        self.inner().bytes + 256
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Nothing below panics while it holds the lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One event on the wire.
pub(super) fn event(id: &str, number: u64, name: &str, data: &str) -> String {
    format!("id: {id}.{number}\nevent: {name}\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_goes_on_from_its_place_and_sees_the_end() {
        let log = Log::new("b", 1000);
        log.tell("plan", "{}");
        let Found::Event(first, next) = log.at(0) else { panic!("told") };
        assert_eq!(first, "id: b.0\nevent: plan\ndata: {}\n\n");
        assert_eq!(log.at(next), Found::Nothing);
        log.tell("brief", "{}");
        log.end();
        let Found::Event(_, next) = log.at(next) else { panic!("told") };
        assert_eq!(log.at(next), Found::End);
        log.tell("late", "{}");
        assert_eq!(log.at(next), Found::End, "the end is the end");
    }

    #[test]
    fn the_oldest_events_go_when_there_are_too_many_and_the_last_one_stays() {
        let log = Log::new("b", 100);
        for number in 0..9 {
            log.tell("section", &format!("{{\"n\":{number}}}"));
        }
        let Found::Event(event, next) = log.at(0) else { panic!("some are there") };
        assert!(next > 5 && event.starts_with(format!("id: b.{}", next - 1).as_bytes()));
        let large = "x".repeat(500);
        log.tell("brief", &large);
        assert!(matches!(log.at(9), Found::Event(event, 10) if event.len() > 500));
    }
}
