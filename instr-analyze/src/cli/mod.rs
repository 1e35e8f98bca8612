//! The command line of `instr-analyze`, which `cargo instr` offers too: verbs, common options, exit codes.

mod check;
mod clean;
mod control;
mod coverage;
mod crash;
mod damage;
mod diff;
mod dump;
mod export;
mod failure;
mod list;
mod options;
mod report;
mod stats;
mod symbolize;
mod tail;
mod terminal;
mod variables;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use failure::Failure;
use options::shown;
pub use variables::variables;

/// Shows what the threads of an instrumented program last did; without VERB: report
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_value_name = "VERB")]
#[command(subcommand_help_heading = "Verbs")]
#[command(after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    report: report::ReportArguments,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  nothing matched
  2  usage or unreadable input";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show how each run ended and which statement each thread was in
    #[command(after_help = EXIT_CODES)]
    Report(report::ReportArguments),
    /// Show the signal that ended each run, and how its thread came where it was
    #[command(after_help = EXIT_CODES)]
    Crash(crash::CrashArguments),
    /// Print all records of all threads, merged by time
    #[command(after_help = EXIT_CODES)]
    Dump(dump::DumpArguments),
    /// Print the newest records, then new ones until the run is over
    #[command(after_help = EXIT_CODES)]
    Tail(tail::TailArguments),
    /// Show where two runs part, thread by thread
    #[command(after_help = diff::EXIT_CODES)]
    Diff(diff::DiffArguments),
    /// Show which statements, functions and threads recorded most, and what a filter would leave out
    #[command(after_help = EXIT_CODES)]
    Stats(stats::StatsArguments),
    /// Show which lines, functions and branches runs have reached, also those of processes that were killed
    #[command(after_help = coverage::EXIT_CODES)]
    Coverage(coverage::CoverageArguments),
    /// Write a run in the format of another tool
    #[command(after_help = EXIT_CODES)]
    Export(export::ExportArguments),
    /// Show which functions and places of the source addresses are
    #[command(after_help = EXIT_CODES)]
    Symbolize(symbolize::SymbolizeArguments),
    /// Show what a running process records, and have it record something else
    #[command(after_help = EXIT_CODES)]
    Control(control::ControlArguments),
    /// List the runs: when, how they ended, how much of the disk they take
    #[command(after_help = EXIT_CODES)]
    List(list::ListArguments),
    /// Remove runs, and nothing else; those of processes that still run stay
    #[command(after_help = EXIT_CODES)]
    Clean(clean::CleanArguments),
    /// Show what is set, where, and what cannot be used of it
    #[command(after_help = check::EXIT_CODES)]
    Check(check::CheckArguments),
}

/// Does what the arguments ask for. `name` is how the user has called the command.
pub fn main(name: &'static str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let help = format!("{EXIT_CODES}\n\n{}", variables());
    let command = Arguments::command().name(name).bin_name(name).after_long_help(help);
    let arguments = [OsString::from(name)].into_iter().chain(arguments);
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| Arguments::from_arg_matches(&matches));
    let outcome = match parsed {
        Ok(arguments) => run(&arguments),
        Err(usage) => usage.exit(),
    };
    let Err(failure) = outcome else { return ExitCode::SUCCESS };
    if failure.is_broken_pipe() {
        return ExitCode::SUCCESS;
    }
    if failure.is_told() {
        return failure.exit_code();
    }
    // Nobody is left to tell when this fails.
    let _ = writeln!(io::stderr(), "{name}: {failure}");
    failure.exit_code()
}

/// The names of the verbs.
pub fn verbs() -> Vec<String> {
    Arguments::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.verb {
        Some(Verb::Report(report)) => report::run(report),
        Some(Verb::Crash(crash)) => crash::run(crash),
        Some(Verb::Dump(dump)) => dump::run(dump),
        Some(Verb::Tail(tail)) => tail::run(tail),
        Some(Verb::Diff(diff)) => diff::run(diff),
        Some(Verb::Stats(stats)) => stats::run(stats),
        Some(Verb::Coverage(coverage)) => coverage::run(coverage),
        Some(Verb::Export(export)) => export::run(export),
        Some(Verb::Symbolize(symbolize)) => symbolize::run(symbolize),
        Some(Verb::Control(control)) => control::run(control),
        Some(Verb::List(list)) => list::run(list),
        Some(Verb::Clean(clean)) => clean::run(clean),
        Some(Verb::Check(check)) => check::run(check),
        None => {
            refuse_mistyped_verb(&arguments.report)?;
            report::run(&arguments.report)
        }
    }
}

/// Without a verb, the first word is taken for a run. One that is neither was more likely meant as a verb.
fn refuse_mistyped_verb(report: &report::ReportArguments) -> Result<(), Failure> {
    let Some(word) = report.missing_word() else { return Ok(()) };
    let verbs = verbs().join(", ");
    Err(Failure::Input(format!(
        "no verb and no run is named `{}`; verbs are {verbs}; a run is a directory",
        shown(word)
    )))
}
