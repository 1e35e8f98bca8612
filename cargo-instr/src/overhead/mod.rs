//! `cargo instr bench-overhead`: what instrumentation costs the user's own program.
//!
//! [`build`] has cargo build the program plain and instrumented, and asks it what `cargo run` would start. [`rounds`] runs
//! each kind in turn, [`measure`] is one such run, and [`table`] shows the figures side by side.

use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::arguments::Split;
use crate::failure::Failure;

pub mod build;
pub mod interrupts;
pub mod kind;
pub mod measure;
pub mod options;
pub mod program;
pub mod rounds;
pub mod table;

pub use options::Options;

/// The word that asks for it.
pub const WORD: &str = "bench-overhead";

/// Builds, measures, and prints the table.
///
/// # Errors
/// When the program cannot be measured.
pub fn run(split: Split) -> Result<ExitCode, Failure> {
    let options = Options::of(&split);
    let profile = split.profile();
    let built = match build::build(&split, &options.what) {
        Ok(built) => built,
        Err(build::Stop::ByCargo(code)) => return Ok(code),
        Err(build::Stop::Refused(refusal)) => return refusal.say(),
    };
    let scratch = Scratch::create(&built.home)?;
    let Some(rows) = rounds::measure_all(&built, &options, &scratch.0)? else {
        return Ok(interrupts::exit_code());
    };
    let table = table::Table { program: built.programs.plain.name(), profile, rounds: options.rounds, rows };
    let mut warnings = built.warnings;
    warnings.extend(table.warnings());
    for warning in warnings {
        // Nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "warning: {warning}");
    }
    match write!(io::stdout(), "{table}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure(format!("cannot write: {error}"))),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// A directory for the records, on the disk where those of other commands are. Dropping this removes it.
struct Scratch(PathBuf);

impl Scratch {
    fn create(home: &Path) -> Result<Self, Failure> {
        let directory = home.join(format!("overhead-{}", std::process::id()));
        let made = DirBuilder::new().mode(0o700).create(&directory);
        made.map_err(|error| Failure::on("create", &directory, &error))?;
        Ok(Scratch(directory))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is below `target`.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
