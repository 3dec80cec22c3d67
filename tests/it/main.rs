//! One binary for every test of the whole.

mod bounds;
mod failover;
mod failoverbench;
mod flights;
mod support;
