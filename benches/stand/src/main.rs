//! What `scripts/bench` sets beside the gateway: a provider that stands in for a vendor, a floor to
//! compare with, and a load to put on both.
//!
//! ```text
//! stand provider PORT DELAY_MS            LibreTranslate's `POST /translate`, answered from a table
//! stand floor PORT plain|cache UPSTREAM   the least gateway that axum, reqwest and serde_json make
//! stand load URL OPTIONS…                 requests whose bodies all differ, or are all the same
//! stand idle ADDRESS COUNT                connections that are kept open and say nothing
//! stand print SHAPE SECTIONS              one body, for other load generators
//! ```
//!
//! Loopback only. Nothing of it is part of the product.

#![expect(
    clippy::disallowed_methods,
    reason = "clocks, clients and tasks of a benchmark, which the product's doors do not concern"
)]

mod copy;
mod floor;
mod idle;
mod load;
mod provider;

use std::error::Error;

use tokio::runtime::Builder;

/// Whatever goes wrong ends the program.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "stand provider|floor|load|idle|print …";

// The floor and the gateway share an allocator, so that their difference is not that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().ok_or(USAGE)?;
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match command.as_str() {
        // One thread each, so that what stands beside the gateway takes little of the machine.
        "provider" => single()?.block_on(provider::serve(&rest)),
        "load" => single()?.block_on(load::run(&rest)),
        "idle" => single()?.block_on(idle::hold(&rest)),
        "floor" => Builder::new_multi_thread().enable_all().build()?.block_on(floor::serve(&rest)),
        "print" => {
            print!("{}", copy::body(&rest)?.text());
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

fn single() -> std::io::Result<tokio::runtime::Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// The argument at this place.
fn argument<'a>(arguments: &[&'a str], at: usize) -> Outcome<&'a str> {
    Ok(arguments.get(at).copied().ok_or(USAGE)?)
}
