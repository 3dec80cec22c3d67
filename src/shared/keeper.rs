//! The heartbeat: connects, says that this replica is there, hears the others, and connects again.
//!
//! It also says what nobody waits for ([`Saying`]): what a request gives back when it ends. The
//! first pause before connecting again is short and doubles up to five seconds.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt};
use redis::Script;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, sleep},
};

use super::{Inner, forgetting, link::Away, turns};
use crate::clock;

/// How often a replica says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A replica that has said nothing for so long is thought gone.
const GONE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A connection that lasted as long is followed by a short pause again.
const LASTING: Duration = Duration::from_secs(10);

/// Something to say that nobody waits for.
#[derive(Clone, Debug)]
pub(super) enum Saying {
    /// Sums under a name are to be changed by these amounts.
    Adjust(String, Vec<(String, i64)>),
    /// A member leaves the set of this name.
    Leave(String, String),
    /// A flight has no leader any more: its name, its token and its message.
    Abandon(String, String, String),
    /// A message to all replicas, and the name under which it is left for those who come later, with
    /// its milliseconds.
    Tell(String, Option<(String, u64)>),
}

/// Runs until the process stops.
pub(super) async fn keep(inner: Arc<Inner>, mut unsaid: mpsc::Receiver<Saying>) {
    let mut pause = FIRST_PAUSE;
    while !inner.stop.is_cancelled() {
        let began = clock::now();
        let outcome = connected(&inner, &mut unsaid).await;
        if let Err(reason) = outcome {
            inner.link.attempted(Some(reason));
        }
        if began.elapsed() > LASTING {
            pause = FIRST_PAUSE;
        }
        // Several replicas that lost it at the same moment should not come back at the same moment.
        let wait = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
        inner.stop.run_until_cancelled(sleep(wait)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One connection, from its beginning to its end.
async fn connected(inner: &Inner, unsaid: &mut mpsc::Receiver<Saying>) -> Result<(), &'static str> {
    let channel = inner.names.only("news");
    let connecting = inner.stop.run_until_cancelled(inner.link.connect(&channel));
    let Some(connecting) = connecting.await else { return Ok(()) };
    let (commands, mut messages) = connecting?;
    inner.link.connected(commands);
    if announce(inner).await.is_err() {
        return Err("it did not answer in time");
    }
    recall_hints(inner).await;
    // A failure has opened the circuit.
    let _ = forgetting::look_around(inner).await;
    // What was left of an earlier connection's end.
    let _ = inner.link.tripped.notified().now_or_never();
    inner.link.attempted(None);
    if inner.link.standing().is_none() {
        return Ok(());
    }
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = inner.stop.cancelled() => return leave(inner).await,
            () = inner.link.tripped.notified() => return Ok(()),
            message = messages.next() => match message {
                Some(message) => {
                    if let Ok(text) = message.get_payload::<String>() {
                        inner.hear(&text);
                    }
                }
                None => {
                    inner.link.deaf();
                    return Ok(());
                }
            },
            Some(saying) = unsaid.recv() => say(inner, saying).await,
            _ = heartbeat.tick() => beat(inner).await,
        }
    }
}

async fn beat(inner: &Inner) {
    if announce(inner).await.is_ok() && forgetting::look_around(inner).await.is_ok() {
        turns::look_around(inner).await;
    }
}

/// Says that this replica is there, and learns the epoch and how many there are.
pub(super) async fn announce(inner: &Inner) -> Result<(), Away> {
    static SCRIPT: std::sync::LazyLock<Script> =
        std::sync::LazyLock::new(|| Script::new(include_str!("scripts/announce.lua")));
    let mut script = SCRIPT.key(inner.names.only("epoch"));
    script.key(inner.names.only("replicas")).arg(&inner.replica);
    script.arg(GONE.as_millis() as u64).arg(uuid::Uuid::new_v4().simple().to_string());
    let (epoch, replicas): (String, u32) = inner.link.run(&script).await?;
    inner.link.announced(epoch, replicas);
    Ok(())
}

async fn leave(inner: &Inner) -> Result<(), &'static str> {
    let mut command = redis::cmd("ZREM");
    command.arg(inner.names.only("replicas")).arg(&inner.replica);
    // It is thought gone after a while anyway.
    let _ = inner.link.query::<i64>(&command).await;
    Ok(())
}

async fn say(inner: &Inner, saying: Saying) {
    // What fails has opened the circuit; what was not said then is made good by what is merged
    // when the server is back, or lapses there.
    let _ = match saying {
        Saying::Adjust(name, changes) => {
            static SCRIPT: std::sync::LazyLock<Script> =
                std::sync::LazyLock::new(|| Script::new(include_str!("scripts/adjust.lua")));
            let mut script = SCRIPT.key(name);
            for (field, change) in changes {
                script.arg(field).arg(change);
            }
            inner.link.run::<i64>(&script).await
        }
        Saying::Leave(name, member) => {
            inner.link.query(redis::cmd("ZREM").arg(name).arg(member)).await
        }
        Saying::Abandon(name, token, message) => {
            super::flights::land(inner, &name, &token, (&message, None)).await
        }
        Saying::Tell(message, left) => tell(inner, &message, left).await,
    };
}

async fn tell(inner: &Inner, message: &str, left: Option<(String, u64)>) -> Result<i64, Away> {
    if let Some((name, millis)) = left {
        let mut command = redis::cmd("SET");
        command.arg(name).arg(message).arg("PX").arg(millis.max(1));
        inner.link.query::<()>(&command).await?;
    }
    inner.link.query(redis::cmd("PUBLISH").arg(inner.names.only("news")).arg(message)).await
}

/// Hears what was told of providers before this replica came.
async fn recall_hints(inner: &Inner) {
    let names = inner.hints.known(&inner.names);
    if names.is_empty() {
        return;
    }
    let mut command = redis::cmd("MGET");
    command.arg(names);
    let left: Vec<Option<String>> = inner.link.query(&command).await.unwrap_or_default();
    for message in left.into_iter().flatten() {
        inner.hear(&message);
    }
}
