//! The `cargo-instr` command, and the compiler's wrapper under another name.

#![forbid(unsafe_code)]

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_instr::overhead::program::{TELL, tell};
use cargo_instr::plan::{WORKSPACE_WRAPPER, WRAPPER};
use cargo_instr::{command, wrapper};

fn main() -> ExitCode {
    let mut arguments = env::args_os();
    let name = PathBuf::from(arguments.next().unwrap_or_default());
    let arguments: Vec<OsString> = arguments.collect();
    let outcome = match name.parent() {
        Some(home) if is_wrapper(&name) => wrapper::run(home, &arguments),
        _ if arguments.first().is_some_and(|first| first == TELL) => tell(&arguments[1..]),
        _ => command::run(behind_cargo(arguments)),
    };
    outcome.unwrap_or_else(|failure| {
        // Nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "cargo instr: {failure}");
        ExitCode::from(2)
    })
}

fn is_wrapper(program: &Path) -> bool {
    program.file_name().is_some_and(|name| name == WRAPPER || name == WORKSPACE_WRAPPER)
}

/// Cargo calls `cargo-instr instr …`.
fn behind_cargo(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.first().is_some_and(|first| Path::new(first) == Path::new("instr")) {
        arguments.remove(0);
    }
    arguments
}
