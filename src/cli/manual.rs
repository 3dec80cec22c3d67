//! `mujaz completions` and `mujaz man`: what shells and manuals want to know of the command line, from
//! the same definition that reads it.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Failed};

#[derive(Debug, Args)]
pub(super) struct Manual {
    /// Write a page for mujaz and one for each command into this folder
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

/// Prints a shell's completions.
pub(super) fn completions(shell: Shell) -> Result<(), Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "mujaz", &mut script);
    super::print(&String::from_utf8_lossy(&script))
}

/// Prints the manual page, or writes all of them.
pub(super) fn man(options: &Manual) -> Result<(), Failed> {
    match &options.output_dir {
        Some(folder) => write(folder),
        None => {
            let mut page = Vec::new();
            let written = clap_mangen::Man::new(Arguments::command()).render(&mut page);
            written.map_err(Failed::work)?;
            super::print(&String::from_utf8_lossy(&page))
        }
    }
}

fn write(folder: &Path) -> Result<(), Failed> {
    let cannot = |error| Failed::work(format!("cannot write to {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(cannot)
}
