//! The command line of mujaz: arguments in, an exit code out; everything else is in the library.

use std::process::ExitCode;

use clap::Parser;
use mujaz::cli::{self, Arguments};

// Requests allocate and free small things on every core at once; benches/RESULTS.md has the gain.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What jemalloc reads when the process starts: four arenas in all, not four for each processor, so that
/// less lies about; pages that nothing uses go back to the system after a tenth of a second, by a thread
/// of its own.
#[expect(unsafe_code, reason = "the name is jemalloc's, and nothing else has it")]
#[unsafe(export_name = "_rjem_malloc_conf")]
static MALLOC_CONF: &[u8; 69] =
    b"narenas:4,dirty_decay_ms:100,muzzy_decay_ms:0,background_thread:true\0";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no runtime could be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(cli::run(arguments));
    // A generation that is under way stops at its next token and is not waited for.
    runtime.shutdown_background();
    code
}
