//! `mujaz mcp`: the Model Context Protocol over stdin and stdout, for assistants on this machine.
//!
//! Stdout carries the protocol and nothing else; logs and warnings go to stderr. It ends when the
//! client closes stdin.

use std::path::Path;

use super::Failed;
use crate::{pipeline::Gateway, server};

pub(super) async fn run(config: Option<&Path>) -> Result<(), Failed> {
    let config = super::configured(config)?;
    super::ready(&config)?;
    let store = super::brief::store(&config);
    let gateway = Gateway::over(config, store).map_err(Failed::usage)?;
    gateway.shared.join().await;
    gateway.providers.warm();
    let state = server::State::new(gateway);
    let ended = server::stdio(state.clone()).await;
    state.close().await;
    ended.map_err(Failed::work)
}
