//! The command line of mujaz.

fn main() {}
