//! mujaz (موجز, "brief"): an Arabic news article goes in, a checked English brief comes out.

pub mod article;
pub mod brief;
pub mod clock;
pub mod config;
pub mod dialect;
pub mod finding;
pub mod glossary;
pub mod prompt;
pub mod provider;
