//! `mujaz serve`: the HTTP API until SIGINT or SIGTERM.
//!
//! # How it ends
//! SIGTERM: `/readyz` says 503 for `server.notice`, in which requests are still served, so that whoever
//! sends them looks elsewhere. Then nothing new is accepted, requests and jobs have `server.drain` to
//! finish, jobs that have not are put back, the store is closed, exit 0. SIGINT skips the notice. A
//! second signal ends the process at once with exit 1; the store bears that as it bears a power cut.

use std::{io, net::SocketAddr, path::Path};

use clap::Args;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
    time::sleep,
};

use super::{Failed, reload::Reloader};
use crate::{
    pipeline::Gateway,
    server::{self, Current},
    telemetry::{self, meters},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Address to listen on instead of `server.listen`
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

pub(super) async fn run(named: Option<&Path>, options: Options) -> Result<(), Failed> {
    // Before anything else, so that none is missed.
    let mut signals = Signals::new().map_err(Failed::work)?;
    let hangup = signal(SignalKind::hangup()).map_err(Failed::work)?;
    let config = super::configured(named)?;
    // Before anything that logs or counts.
    let _running = telemetry::start(&config.telemetry).map_err(Failed::usage)?;
    meters::install();
    let address = options.listen.unwrap_or(config.server.listen);
    let keys = super::keys(&config, address)?;
    super::ready(&config)?;
    let store = super::store(&config).map_err(Failed::work)?;
    let gateway = Gateway::over(config.clone(), store).map_err(Failed::usage)?;
    let listener = server::bind(address).map_err(|error| {
        Failed::work(format!(
            "cannot listen on {address}: {error}\nhint: set `server.listen` or pass --listen"
        ))
    })?;
    let address = listener.local_addr().map_err(Failed::work)?;
    gateway.shared.join().await;
    gateway.providers.warm();
    let current = Current::new(server::State::new(gateway).with_keys(keys.clone()));
    eprintln!("mujaz listens on http://{address}");
    tracing::info!(%address, "listening");
    let named = named.map(Path::to_owned);
    let reloader = Reloader { named, address, keys, current: current.clone() };
    let (stop, stopped) = oneshot::channel();
    let serving = current.serve(listener, async {
        // A sender that is gone is a process that ends.
        let _ = stopped.await;
    });
    let ended = tokio::select! {
        ended = serving => Ended::Served(ended),
        () = reloader.run(config, hangup) => Ended::AtOnce,
        ended = end(&mut signals, &current, stop) => ended,
    };
    let ended = match ended {
        Ended::AtOnce => Ended::AtOnce,
        ended => {
            let state = current.state();
            tokio::select! {
                () = state.close() => ended,
                _ = signals.next() => Ended::AtOnce,
            }
        }
    };
    match ended {
        Ended::Served(served) => served.map_err(Failed::work),
        Ended::Late => Ok(()),
        Ended::AtOnce => Err(Failed::work("stopped at once, as a second signal asked")),
    }
}

/// How serving came to its end.
enum Ended {
    /// Everything was answered, or the listener failed.
    Served(io::Result<()>),
    /// The drain was over first.
    Late,
    /// A second signal would not wait for it.
    AtOnce,
}

/// Ends the serving when a signal asks for it; completes where that takes too long.
async fn end(signals: &mut Signals, current: &Current, stop: oneshot::Sender<()>) -> Ended {
    let first = signals.next().await;
    current.leave();
    let server = &current.config().server;
    if first == Asked::Politely {
        tracing::info!("stopping: /readyz says so, requests are still served");
        tokio::select! {
            () = sleep(server.notice) => {}
            _ = signals.next() => return Ended::AtOnce,
        }
    }
    tracing::info!("stopping: no new requests, finishing those in flight");
    let _ = stop.send(());
    tokio::select! {
        () = sleep(server.drain) => {
            tracing::warn!("stopped with requests unfinished");
            Ended::Late
        }
        _ = signals.next() => Ended::AtOnce,
    }
}

/// Who asks the process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// SIGTERM: a supervisor, which has time.
    Politely,
    /// SIGINT: a person at the terminal.
    Here,
}

/// The signals that end the process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Politely,
            _ = self.interrupt.recv() => Asked::Here,
        }
    }
}
