//! `mujaz serve`: the HTTP API until SIGINT or SIGTERM.

use std::{net::SocketAddr, path::Path};

use clap::Args;
use tokio::net::TcpListener;

use super::Failed;
use crate::{pipeline::Gateway, server};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Address to listen on instead of `server.listen`
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

pub(super) async fn run(config: Option<&Path>, options: Options) -> Result<(), Failed> {
    let config = super::configured(config)?;
    let address = options.listen.unwrap_or(config.server.listen);
    let keys = super::keys(&config, address)?;
    super::ready(&config)?;
    let store = super::store(&config).map_err(Failed::work)?;
    let gateway = Gateway::over(config, store).map_err(Failed::usage)?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failed::work(format!(
            "cannot listen on {address}: {error}\nhint: set `server.listen` or pass --listen"
        ))
    })?;
    let address = listener.local_addr().map_err(Failed::work)?;
    gateway.shared.join().await;
    gateway.providers.warm();
    let drain = gateway.config.server.drain;
    let state = server::State::new(gateway).with_keys(keys);
    eprintln!("mujaz listens on http://{address}");
    tracing::info!(%address, "listening");
    let (stop, stopped) = tokio::sync::watch::channel(());
    let mut asked = stopped.clone();
    let serving = server::serve(listener, state.clone(), async move {
        let _ = asked.changed().await;
    });
    let drained = async move {
        signal().await;
        tracing::info!("stopping: no new requests, finishing those in flight");
        let _ = stop.send(());
        tokio::time::sleep(drain).await;
    };
    let ended = tokio::select! {
        ended = serving => ended.map_err(Failed::work),
        () = drained => {
            tracing::warn!("stopped with requests unfinished");
            Ok(())
        }
    };
    state.close().await;
    ended
}

/// Completes at SIGINT or SIGTERM.
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
