//! The builds of a program that are compared.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use super::program::{Program, runner_variable};
use crate::arguments::{Split, What};
use crate::instrumentation::Instrumentation;
use crate::plan::Recording;
use crate::workspace::{Refusal, cargo};

/// Where the program with the statement stack alone goes, beside the one with everything.
const STACK: &str = "overhead-stack";

/// The program in each form.
#[derive(Debug)]
pub struct Programs {
    /// As cargo builds it.
    pub plain: Program,
    /// With everything that can be recorded.
    pub everything: Program,
    /// With the statement stack alone.
    pub stack: Program,
}

/// What is there once all is built.
#[derive(Debug)]
pub struct Built {
    /// The programs.
    pub programs: Programs,
    /// Our directory in the workspace's target directory.
    pub home: PathBuf,
    /// What options of ours had no effect.
    pub warnings: Vec<String>,
    /// Says what goes on.
    pub progress: Progress,
}

/// What is said while it takes its time.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    is_quiet: bool,
}

impl Progress {
    /// Says on standard error what takes its time now.
    pub fn say(self, what: &str) {
        if !self.is_quiet {
            // Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "instr: {what}");
        }
    }
}

/// Why nothing was built.
#[derive(Debug)]
pub enum Stop {
    /// Cargo has failed with this exit code, and has said why.
    ByCargo(ExitCode),
    /// There is nothing to build, or we cannot go on.
    Refused(Refusal),
}

impl<R: Into<Refusal>> From<R> for Stop {
    fn from(refusal: R) -> Self {
        Stop::Refused(refusal.into())
    }
}

/// Has cargo build the program that `cargo run` would run.
///
/// # Errors
/// When cargo does not build it.
pub fn build(split: &Split, what: &What) -> Result<Built, Stop> {
    let variable = runner_variable(split)?;
    let progress = Progress { is_quiet: split.has("--quiet") || split.has("-q") };
    let mut split = split.clone();
    split.word = Some("run".to_owned());
    // For a target that only the configuration names.
    let runner = format!("target.'cfg(all())'.runner='/proc/{}/exe {}'", std::process::id(), super::program::TELL);
    split.cargo.extend(["--config".into(), runner.into()]);
    let ask = |command| Program::ask(command, &variable)?.map_err(Stop::ByCargo);

    // Says first what makes no sense.
    let everything = Instrumentation::prepare(split.clone(), what, Some(Recording::Statements))?;
    let mut stack = Instrumentation::prepare(split.clone(), what, Some(Recording::OpenStatements))?;
    stack.places = stack.places.apart(STACK);
    progress.say("building the plain program");
    let mut plain = Command::new(cargo());
    plain.args(split.for_cargo());
    let plain = ask(plain)?;
    progress.say("building it instrumented");
    let instrumented = ask(everything.command(true))?;
    progress.say("building it with the statement stack alone");
    let with_stack = ask(stack.command(true))?;
    let programs = Programs { plain, everything: instrumented, stack: with_stack };
    Ok(Built { programs, progress, warnings: everything.warnings(), home: everything.home })
}
