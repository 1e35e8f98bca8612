//! The command line: verbs, common options, exit codes.

mod failure;
mod options;
mod report;

use clap::{Parser, Subcommand};

pub(crate) use failure::Failure;

/// Says what each thread of an instrumented program last reached.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_value_name = "VERB", after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    report: report::ReportArguments,
}

const EXIT_CODES: &str = "\
Without VERB: report.

Exit codes:
  0  done
  1  nothing matched
  2  usage or unreadable input";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show how each run ended and which statement each thread was in
    Report(report::ReportArguments),
}

/// Runs the verb.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.verb {
        Some(Verb::Report(report)) => report::run(report),
        None => report::run(&arguments.report),
    }
}
