//! The command line of mujaz: arguments in, an exit code out; everything else is in the library.

mod allocator;

use std::process::ExitCode;

use clap::Parser;
use mujaz::cli::{self, Arguments};

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
