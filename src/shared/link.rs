//! The connection to the server, and the circuit before it.
//!
//! One connection carries the commands of all requests at once. The first command that fails or
//! takes too long opens the circuit; from then on nobody asks, until the keeper has a new connection
//! on which the server has answered. So a server that hangs costs a request one timeout at most.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, ScriptInvocation, aio::MultiplexedConnection,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use crate::{
    clock::{self, Instant},
    config,
    telemetry::names,
};

/// Commands that may be on their way at the same time.
const PIPELINE: usize = 1024;
/// Fewer replicas than before are believed after this time: after a flush they come back one by one.
const SETTLING: Duration = Duration::from_secs(10);

/// The server cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Away;

/// The server as it is known now. Whatever a replica has put there may be gone under another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Names the server's memory: another one after a flush.
    pub(super) epoch: String,
    /// Counts connections.
    pub(super) connection: u64,
}

#[derive(Debug)]
pub(super) struct Link {
    client: Client,
    timeout: Duration,
    connect_timeout: Duration,
    state: Mutex<State>,
    /// Attempts to connect that have ended.
    attempts: watch::Sender<u64>,
    pub(super) tripped: Notify,
}

struct State {
    connection: Option<MultiplexedConnection>,
    standing: Option<Standing>,
    connections: u64,
    trouble: Option<String>,
    replicas: u32,
    counted: Instant,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("standing", &self.standing).finish_non_exhaustive()
    }
}

impl Link {
    /// A link that is not connected, and the server's host and port; `None` where the address is
    /// none.
    pub(super) fn new(url: &SecretString, config: &config::Shared) -> Option<(Self, String)> {
        let client = Client::open(url.expose_secret()).ok()?;
        let parsed = url::Url::parse(url.expose_secret()).ok()?;
        let host = match parsed.host_str() {
            Some(host) => format!("{host}:{}", parsed.port().unwrap_or(6379)),
            None => parsed.path().to_owned(),
        };
        let state = State {
            connection: None,
            standing: None,
            connections: 0,
            trouble: Some("it was not reached yet".to_owned()),
            replicas: 1,
            counted: clock::now(),
        };
        let link = Self {
            client,
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            state: Mutex::new(state),
            attempts: watch::Sender::new(0),
            tripped: Notify::new(),
        };
        Some((link, host))
    }

    /// The server, where it can be asked.
    pub(super) fn standing(&self) -> Option<Standing> {
        self.state().standing.clone()
    }

    /// Why it cannot.
    pub(super) fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// Replicas when they were last counted, this one included.
    pub(super) fn replicas(&self) -> u32 {
        self.state().replicas
    }

    /// Completes when connecting has been tried once.
    pub(super) async fn tried(&self) {
        let mut attempts = self.attempts.subscribe();
        // The sender lives as long as this.
        let _ = attempts.wait_for(|attempts| *attempts > 0).await;
    }

    /// Runs a script.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Away> {
        let (mut connection, number) = self.connection()?;
        self.bounded(number, script.invoke_async(&mut connection)).await
    }

    /// Runs a command.
    pub(super) async fn query<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, Away> {
        let (mut connection, number) = self.connection()?;
        self.bounded(number, command.query_async(&mut connection)).await
    }

    fn connection(&self) -> Result<(MultiplexedConnection, u64), Away> {
        let state = self.state();
        let connection = state.connection.clone().ok_or(Away)?;
        Ok((connection, state.connections))
    }

    async fn bounded<T>(
        &self,
        number: u64,
        work: impl Future<Output = Result<T, redis::RedisError>>,
    ) -> Result<T, Away> {
        let reason = match timeout(self.timeout, work).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => in_words(&error),
            Err(_) => "it did not answer in time",
        };
        self.trip(number, reason);
        Err(Away)
    }

    /// Opens the circuit, unless there is another connection by now than the one of this number.
    fn trip(&self, number: u64, reason: &str) {
        let mut state = self.state();
        if state.connections != number {
            return;
        }
        if state.connection.take().is_some() || state.trouble.is_none() {
            names::SHARED_LOSSES.counter(&[]).increment(1);
            tracing::warn!(
                reason,
                "what is shared is away; this replica goes on alone with its share of the limits"
            );
        }
        state.standing = None;
        state.trouble = Some(reason.to_owned());
        drop(state);
        names::SHARED_UP.gauge(&[]).set(0.0);
        self.tripped.notify_one();
    }

    /// Connects, for commands and for messages on this channel.
    pub(super) async fn connect(
        &self,
        channel: &str,
    ) -> Result<(MultiplexedConnection, redis::aio::PubSubStream), &'static str> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_pipeline_buffer_size(PIPELINE);
        let connecting = async {
            let commands = self.client.get_multiplexed_async_connection_with_config(&config);
            let commands = commands.await.map_err(|error| in_words(&error))?;
            let messages = self.client.get_async_pubsub().await;
            let (mut sink, messages) = messages.map_err(|error| in_words(&error))?.split();
            sink.subscribe(channel).await.map_err(|error| in_words(&error))?;
            Ok((commands, messages))
        };
        timeout(self.connect_timeout, connecting).await.unwrap_or(Err("it did not answer in time"))
    }

    /// Opens the circuit: messages come no longer.
    pub(super) fn deaf(&self) {
        let number = self.state().connections;
        self.trip(number, "the connection broke");
    }

    /// An attempt to connect has ended, and came to nothing where there is a reason.
    pub(super) fn attempted(&self, failed: Option<&str>) {
        if let Some(reason) = failed {
            let mut state = self.state();
            if state.connections == 0 && *self.attempts.borrow() == 0 {
                tracing::warn!(reason, "what is shared is away; this replica goes on alone");
            }
            state.trouble = Some(reason.to_owned());
            names::SHARED_UP.gauge(&[]).set(0.0);
        }
        self.attempts.send_modify(|attempts| *attempts += 1);
    }

    /// The connection is good for commands; the circuit stays open until [`Link::announced`].
    pub(super) fn connected(&self, connection: MultiplexedConnection) {
        let mut state = self.state();
        state.connections += 1;
        state.connection = Some(connection);
    }

    /// The server has answered: so is its epoch called, and so many replicas there are.
    pub(super) fn announced(&self, epoch: String, replicas: u32) {
        let now = clock::now();
        let mut state = self.state();
        if state.connection.is_none() {
            return;
        }
        if state.trouble.take().is_some() {
            tracing::info!("what is shared is there");
        }
        state.standing = Some(Standing { epoch, connection: state.connections });
        let settled = now.saturating_duration_since(state.counted) > SETTLING;
        if replicas >= state.replicas || settled {
            state.replicas = replicas.max(1);
            state.counted = now;
        }
        names::SHARED_UP.gauge(&[]).set(1.0);
        names::SHARED_REPLICAS.gauge(&[]).set(f64::from(state.replicas));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What went wrong, in words of ours: an error's own may hold the address.
fn in_words(error: &redis::RedisError) -> &'static str {
    use redis::{ErrorKind, ServerErrorKind};
    match error.kind() {
        ErrorKind::AuthenticationFailed => "it refused the password",
        _ if error.code() == Some("NOAUTH") => "it asks for a password",
        ErrorKind::Server(ServerErrorKind::ReadOnly) => "it takes no writes",
        ErrorKind::Server(ServerErrorKind::BusyLoading) => "it is loading its data",
        ErrorKind::Server(ServerErrorKind::NoPerm) => "it does not allow a command",
        ErrorKind::Server(_) | ErrorKind::Extension => "it refused a command",
        _ if error.is_timeout() => "it did not answer in time",
        _ if error.is_io_error() => "the connection was refused or broke",
        _ => "it gave an answer that is none",
    }
}
