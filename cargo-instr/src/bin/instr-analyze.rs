//! The `instr-analyze` command, installed together with `cargo instr`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    instr_analyze::cli::main("instr-analyze", std::env::args_os().skip(1))
}
