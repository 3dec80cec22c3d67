//! One binary for every test of the whole: it links once, and its parts share one support.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod audit;
mod bounds;
mod canary;
mod carriers;
mod cassettes;
mod command;
mod config;
mod doors;
mod dropin;
mod eval;
mod failover;
mod failoverbench;
mod fetch;
mod flights;
mod garbage;
mod hooks;
mod hostile;
mod http;
mod injection;
mod jobs;
mod keeping;
mod keys;
mod language;
mod live;
mod mcp;
mod mending;
mod online;
mod openapi;
#[cfg(feature = "otel")]
mod otel;
mod overload;
mod page;
mod paid;
mod parts;
mod providers;
mod reading;
mod reload;
mod replicas;
mod restart;
mod reviewed;
mod secrets;
mod seen;
mod several;
mod shared;
mod sharing;
mod stopping;
mod store;
mod support;
mod tidy;
mod told;
mod unopened;
mod wire;
