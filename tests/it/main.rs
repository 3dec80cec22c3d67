//! One binary for every test of the whole: it links once, and its parts share one support.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod bounds;
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
mod overload;
mod parts;
mod providers;
mod reading;
mod restart;
mod secrets;
mod several;
mod store;
mod support;
mod tidy;
mod told;
mod wire;
