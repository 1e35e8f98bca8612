//! The `instr-analyze` command.

#![forbid(unsafe_code)]

mod cli;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let outcome = cli::run(&cli::Arguments::parse());
    let Err(failure) = outcome else { return ExitCode::SUCCESS };
    if failure.is_broken_pipe() {
        return ExitCode::SUCCESS;
    }
    // Nobody is left to tell when this fails.
    let _ = writeln!(io::stderr(), "instr-analyze: {failure}");
    failure.exit_code()
}
