//! mujaz (موجز, "brief"): an Arabic news article goes in, a checked English brief comes out.
//!
//! The flow, from [`pipeline::Gateway::brief`]:
//!
//! ```text
//! request → article   decode → extract → normalize → parse        pure
//!         → brief     plan                                        pure
//!         → provider  each task: cache, flight, route, attempt    I/O
//!         → brief     assemble → check                            pure
//!         → render    JSON, Markdown, HTML, ninjs, feeds          pure
//! ```
//!
//! ARCHITECTURE.md has the map of modules and the invariants between them.

pub mod article;
pub mod body;
pub mod brief;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dialect;
mod digest;
pub mod eval;
pub mod finding;
pub mod glossary;
pub mod keys;
mod lane;
pub mod outside;
pub mod pipeline;
pub mod prompt;
pub mod provider;
pub mod render;
pub mod server;
pub mod shared;
pub mod store;
pub mod telemetry;
mod webhooks;
