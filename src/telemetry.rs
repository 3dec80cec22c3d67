//! Logs: where they go and what they may hold.
//!
//! Logs go to stderr as one line an event, filtered by `RUST_LOG` (default `warn` on the command
//! line). No text of an article, a prompt, an answer or a key is ever a field.

use tracing_subscriber::EnvFilter;

/// Starts logging to stderr. A second call changes nothing.
pub fn start() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,mujaz=info"));
    // rmcp logs whole messages, which hold articles.
    let filter = match "rmcp=off".parse() {
        Ok(silent) => filter.add_directive(silent),
        Err(_) => filter,
    };
    let _already = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
}
