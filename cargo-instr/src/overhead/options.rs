//! The command line of `cargo instr bench-overhead`.

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::arguments::{Split, What, options_of};

/// Measures what instrumentation costs a program: builds it plain, instrumented, and with the statement stack alone; runs each
/// kind in turn; and prints the times side by side
///
/// The program gets no input, and what it prints is thrown away. Records are removed after each run.
#[derive(Debug, Parser)]
#[command(name = "bench-overhead", bin_name = "cargo instr bench-overhead", override_usage = USAGE, after_help = AFTER_HELP)]
pub struct Options {
    /// Run each kind N times, behind one run that is not counted
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rounds: u32,
    /// Stop a run after SECS seconds [default: 20 times what the plain program takes, at least 10 seconds]
    #[arg(long, value_name = "SECS", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// What to instrument.
    #[command(flatten)]
    pub what: What,
}

const USAGE: &str = "cargo instr bench-overhead [OPTIONS] [OPTIONS OF cargo run] [-- ARGUMENTS]";

const AFTER_HELP: &str = "\
All other options are those of `cargo run`: --release, --bin, --example, -p, --features and so on. Without --release, the
program is measured as `cargo run` builds it, without optimisation.

Exit codes: 0; that of cargo if the program does not build; 2 if it cannot be measured; 128 + N if signal N interrupts.";

impl Options {
    /// Ends the process, with a message, when they make no sense.
    pub fn of(split: &Split) -> Self {
        let arguments = [OsString::from("bench-overhead")].into_iter().chain(split.own.clone());
        let matches = Options::command().get_matches_from(arguments);
        Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Our options, as they are written.
    pub fn options() -> Vec<String> {
        options_of(&Options::command())
    }
}
