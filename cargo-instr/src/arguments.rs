//! The command line: what of it is ours, and what is cargo's.

use std::ffi::{OsStr, OsString};

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};
use instr_format::names::{COVERAGE_COUNTS, COVERAGES};

use crate::overhead;
use crate::plan::Recording;
use crate::selection::Selection;
use crate::words;

/// Runs any cargo command with every function of the workspace's own packages instrumented
///
/// Sources and manifests stay as they are. What is built goes to target/instr. A program that runs records what its threads
/// do to target/instr/runs; when the command fails, a report of it is printed. The verbs of instr-analyze show these records.
#[derive(Debug, Parser)]
#[command(name = "cargo-instr", bin_name = "cargo instr", version, after_help = AFTER_HELP)]
#[command(override_usage = USAGE)]
pub struct Arguments {
    /// What to instrument.
    #[command(flatten)]
    pub what: What,
    /// Keep each thread's open statements and no history, at about twice the time of the plain program or less: for production
    #[arg(long)]
    pub stack: bool,
    /// Keep which statements were reached, and how often, also of what is killed, and say at the end how much that is;
    /// `--coverage=flags` does not count
    #[arg(
        long,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = COVERAGE_COUNTS,
        value_parser = COVERAGES,
        conflicts_with = "stack"
    )]
    pub coverage: Option<String>,
    /// Record which edges of the code are reached, in all crates, by the compiler's SanitizerCoverage instead of statements: no history
    /// and no filters; x86_64 only
    #[arg(long, conflicts_with_all = OF_STATEMENTS)]
    pub sancov: bool,
    /// Keep the runs of the newest N commands in target/instr/runs, however large they are [default: the newest 20, at most
    /// 2 GB]
    #[arg(long, value_name = "N")]
    pub keep: Option<usize>,
    /// End everything SECS seconds after the first program has begun to record, and report what each thread does then
    #[arg(long, value_name = "SECS", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
}

/// What to instrument.
#[derive(Debug, Args)]
pub struct What {
    /// Instrument this dependency too; can be given several times
    #[arg(long, value_name = "NAME")]
    pub with_dep: Vec<String>,
    /// Instrument all dependencies too, but for those that run in the compiler
    #[arg(long)]
    pub deps: bool,
    /// Instrument only files whose paths match: comma list of globs; one without wildcards matches anywhere in the path
    /// [default: all files]
    #[arg(long, value_name = "LIST")]
    include_file: Vec<String>,
    /// Leave out files whose paths match; the same patterns [default: none]
    #[arg(long, value_name = "LIST")]
    exclude_file: Vec<String>,
    /// Instrument only functions whose paths match, such as `crate::module::Type::method`; the same patterns [default: all]
    #[arg(long, value_name = "LIST")]
    include_function: Vec<String>,
    /// Leave out functions whose paths match; the same patterns [default: none]
    #[arg(long, value_name = "LIST")]
    exclude_function: Vec<String>,
    /// What to record [default: statement]
    #[arg(long, value_name = "LEVEL", value_enum)]
    level: Option<Level>,
}

/// What makes no sense where statements are not recorded.
const OF_STATEMENTS: [&str; 9] = [
    "stack",
    "coverage",
    "with_dep",
    "deps",
    "include_file",
    "exclude_file",
    "include_function",
    "exclude_function",
    "level",
];

const USAGE: &str = "\
cargo instr <run|test|bench|build|nextest run|...> [OPTIONS] [CARGO OPTIONS] [-- ARGUMENTS]
       cargo instr bench-overhead [OPTIONS] [CARGO OPTIONS] [-- ARGUMENTS]
       cargo instr <report|crash|dump|tail|export|list|clean> [OPTIONS OF instr-analyze]";

const AFTER_HELP: &str = "\
All other options are cargo's: -p, --bin, --release, --features, --manifest-path and so on.

Exit codes: that of cargo or of the program; 128 + N if signal N ended it; 2 if cargo instr itself cannot go on.";

const RECORDING: &str = "\
Records go to target/instr/runs, unless INSTR_OUTPUT_DIR is set. `cargo instr report --help`, and so on for the other verbs,
says what can be done with them.";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    /// Every statement
    Statement,
    /// The beginning of every block
    Block,
    /// The beginning of every function
    Function,
}

impl Arguments {
    /// Ends the process, with a message, when they make no sense.
    pub fn of(split: &Split) -> Self {
        let long = format!("{AFTER_HELP}\n\n{RECORDING}\n\n{}", instr_analyze::cli::variables());
        let command = Arguments::command().after_long_help(long);
        let matches = command.get_matches_from([OsString::from("cargo instr")].into_iter().chain(split.own.clone()));
        Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// What is to be recorded, if they say it.
    pub fn recording(&self) -> Option<Recording> {
        match () {
            () if self.sancov => Some(Recording::Edges),
            () if self.stack => Some(Recording::OpenStatements),
            () if self.coverage.is_some() => Some(Recording::Statements),
            () => None,
        }
    }

    /// What is printed when there is no command.
    pub fn help() -> String {
        Arguments::command().render_help().to_string()
    }

    /// Our options, as they are written.
    pub fn options() -> Vec<String> {
        options_of(&Arguments::command())
    }
}

/// The options of a command line of ours.
pub fn options_of(command: &clap::Command) -> Vec<String> {
    command.get_arguments().filter_map(|option| Some(format!("--{}", option.get_long()?))).collect()
}

impl What {
    /// Which files and functions.
    pub fn selection(&self) -> Selection {
        Selection {
            include_file: self.include_file.join(","),
            exclude_file: self.exclude_file.join(","),
            include_function: self.include_function.join(","),
            exclude_function: self.exclude_function.join(","),
        }
    }

    /// The level, as the attribute names it.
    pub fn level(&self) -> Option<String> {
        self.level.and_then(|level| Some(level.to_possible_value()?.get_name().to_owned()))
    }
}

/// Those of our options that have no value.
const FLAGS: [&str; 4] = ["--coverage", "--deps", "--stack", "--sancov"];

/// Cargo's options that may stand before its command, with a value in an argument of its own.
const BEFORE_THE_COMMAND: [&str; 4] = ["--config", "--color", "-Z", "-C"];

/// The command line in parts.
#[derive(Debug, Clone)]
pub struct Split {
    /// What is for us.
    pub own: Vec<OsString>,
    /// Options of cargo's before its command.
    pub before: Vec<OsString>,
    /// The command.
    pub word: Option<String>,
    /// What is for cargo behind its command.
    pub cargo: Vec<OsString>,
    /// What is for the program, with the `--` before it.
    pub program: Vec<OsString>,
}

impl Split {
    /// Our options may stand among cargo's.
    pub fn new(mut arguments: Vec<OsString>) -> Self {
        let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
        let program = arguments.split_off(end);
        let mut split = Split { own: Vec::new(), before: Vec::new(), word: None, cargo: Vec::new(), program };
        let mut options = Arguments::options();
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy().into_owned();
            let is = |option: &String| is_option(&text, option);
            if options.iter().any(is) {
                split.own.push(argument);
                let has_value_behind = options.contains(&text) && !FLAGS.contains(&text.as_str());
                split.own.extend(has_value_behind.then(|| rest.next()).flatten());
            } else if split.is_for_our_help(&text) {
                split.own.push(argument);
            } else if split.word.is_some() {
                split.cargo.push(argument);
            } else if text.starts_with('-') {
                split.before.push(argument);
                split.before.extend(BEFORE_THE_COMMAND.contains(&text.as_str()).then(|| rest.next()).flatten());
            } else {
                if text == overhead::WORD {
                    options = overhead::Options::options();
                }
                split.word = Some(text);
            }
        }
        split
    }

    /// Other people's programs have help of their own.
    fn is_for_our_help(&self, text: &str) -> bool {
        match &self.word {
            None => ["-h", "--help", "-V", "--version"].contains(&text),
            Some(word) => (words::compiles(word) || word == overhead::WORD) && ["-h", "--help"].contains(&text),
        }
    }

    /// The values of one of cargo's options, each as often as it is given.
    pub fn values(&self, option: &str) -> Vec<OsString> {
        let mut values = Vec::new();
        let mut rest = self.before.iter().chain(&self.cargo);
        while let Some(argument) = rest.next() {
            if argument == option {
                values.extend(rest.next().cloned());
            } else if let Some(value) = argument.to_str().and_then(|text| text.strip_prefix(option)?.strip_prefix('='))
            {
                values.push(value.into());
            }
        }
        values
    }

    /// The same, and cargo does not get to see them.
    pub fn take(&mut self, option: &str) -> Vec<OsString> {
        let values = self.values(option);
        for arguments in [&mut self.before, &mut self.cargo] {
            let mut rest = std::mem::take(arguments).into_iter();
            while let Some(argument) = rest.next() {
                let text = argument.to_string_lossy();
                if text == option {
                    rest.next();
                } else if !is_option(&text, option) {
                    arguments.push(argument);
                }
            }
        }
        values
    }

    /// Whether one of cargo's options is given that has no value.
    pub fn has(&self, option: &str) -> bool {
        self.before.iter().chain(&self.cargo).any(|argument| argument == option)
    }

    /// Whether cargo optimises what it compiles, as far as the command says it.
    pub fn is_optimised(&self) -> bool {
        let profiles = self.values("--profile");
        let is_debug = |profile: &OsString| profile == "dev" || profile == "test";
        let by_command = self.word.as_deref().is_some_and(|word| word == "bench" || word == "install");
        match profiles.last() {
            Some(profile) => !is_debug(profile),
            None => by_command || self.has("--release") || self.has("-r"),
        }
    }

    /// The profile by which cargo builds what it runs.
    pub fn profile(&self) -> String {
        let named = self.values("--profile").pop().map(|profile| profile.to_string_lossy().into_owned());
        let unnamed = if self.has("--release") || self.has("-r") { "release" } else { "dev" };
        named.unwrap_or_else(|| unnamed.to_owned())
    }

    /// Everything that is not ours, in its order.
    pub fn for_cargo(&self) -> impl Iterator<Item = &OsStr> {
        let word = self.word.as_ref().map(OsStr::new);
        let behind = self.cargo.iter().chain(&self.program).map(OsString::as_os_str);
        self.before.iter().map(OsString::as_os_str).chain(word).chain(behind)
    }
}

/// Whether an argument is this option, or this option with its value.
fn is_option(text: &str, option: &str) -> bool {
    text.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}
