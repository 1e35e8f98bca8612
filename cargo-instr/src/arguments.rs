//! The command line: what of it is ours, and what is cargo's.

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser, ValueEnum};

use crate::selection::Selection;

/// Runs, tests or builds a package with every function of the workspace's own crates instrumented
///
/// Sources and manifests stay as they are. What is built goes to a directory of its own, `instr` below cargo's target
/// directory. A program that runs records to `instr/runs` there, unless INSTR_OUTPUT_DIR says otherwise; when it dies, the
/// report is printed.
#[derive(Debug, Parser)]
#[command(name = "cargo-instr", bin_name = "cargo instr", version, after_help = AFTER_HELP)]
#[command(override_usage = "cargo instr <run|test|build> [OPTIONS] [CARGO OPTIONS] [-- ARGUMENTS]")]
pub struct Arguments {
    /// What cargo is to do
    pub verb: Verb,
    /// Instrument this dependency too; can be given several times
    #[arg(long, value_name = "NAME")]
    pub with_dep: Vec<String>,
    /// Only files whose paths match: comma list of globs; one without wildcards matches anywhere in the path
    #[arg(long, value_name = "LIST")]
    include: Vec<String>,
    /// No files whose paths match; the same patterns
    #[arg(long, value_name = "LIST")]
    exclude: Vec<String>,
    /// Only functions whose paths match (`crate::module::Type::method`); the same patterns
    #[arg(long, value_name = "LIST")]
    function_include: Vec<String>,
    /// No functions whose paths match; the same patterns
    #[arg(long, value_name = "LIST")]
    function_exclude: Vec<String>,
    /// What to record
    #[arg(long, value_name = "LEVEL", value_enum)]
    level: Option<Level>,
}

const AFTER_HELP: &str = "\
All other options are cargo's: -p, --bin, --release, --features, --manifest-path and so on.

Exit codes: that of cargo or of the program; 128 + N if it was killed by signal N; 2 if cargo instr itself cannot go on.";

/// What cargo can be told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verb {
    /// `cargo run`
    #[value(alias = "r")]
    Run,
    /// `cargo test`
    #[value(alias = "t")]
    Test,
    /// `cargo build`
    #[value(alias = "b")]
    Build,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    /// Every statement
    Statement,
    /// The beginning of every block
    Block,
    /// The beginning of every function
    Function,
}

fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Verb {
    /// Cargo's word for it.
    pub fn name(self) -> String {
        name(self)
    }
}

impl Arguments {
    /// Ends the process, with a message, when they make no sense.
    pub fn of(split: &Split) -> Self {
        Arguments::parse_from([OsString::from("cargo instr")].into_iter().chain(split.own.clone()))
    }

    /// Which files and functions.
    pub fn selection(&self) -> Selection {
        Selection {
            include: self.include.join(","),
            exclude: self.exclude.join(","),
            function_include: self.function_include.join(","),
            function_exclude: self.function_exclude.join(","),
        }
    }

    /// The level, as the attribute names it.
    pub fn level(&self) -> Option<String> {
        self.level.map(name)
    }
}

/// The command line in parts.
#[derive(Debug)]
pub struct Split {
    /// What is for us.
    own: Vec<OsString>,
    /// What is for cargo.
    pub cargo: Vec<OsString>,
    /// What is for the program, with the `--` before it.
    pub program: Vec<OsString>,
}

impl Split {
    /// Our options may stand among cargo's.
    pub fn new(mut arguments: Vec<OsString>) -> Self {
        let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
        let program = arguments.split_off(end);
        let (mut own, mut cargo, mut has_verb) = (Vec::new(), Vec::new(), false);
        let command = Arguments::command();
        let options: Vec<String> = command
            .get_arguments()
            .filter_map(|option| option.get_long())
            .map(|option| format!("--{option}"))
            .collect();
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy().into_owned();
            let is = |option: &String| {
                text == *option || text.strip_prefix(option).is_some_and(|rest| rest.starts_with('='))
            };
            let is_for_help = ["-h", "--help", "-V", "--version"].contains(&text.as_str());
            let is_verb = !has_verb && !text.starts_with('-');
            has_verb |= is_verb;
            if options.iter().any(is) || is_for_help || is_verb {
                let takes_next = options.contains(&text) && !is_for_help;
                own.push(argument);
                own.extend(takes_next.then(|| rest.next()).flatten());
            } else {
                cargo.push(argument);
            }
        }
        Split { own, cargo, program }
    }

    /// The values of one of cargo's options, each as often as it is given.
    pub fn values(&self, option: &str) -> Vec<OsString> {
        let mut values = Vec::new();
        let mut rest = self.cargo.iter();
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
        let mut rest = std::mem::take(&mut self.cargo).into_iter();
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy();
            if text == option {
                rest.next();
            } else if !text.strip_prefix(option).is_some_and(|rest| rest.starts_with('=')) {
                self.cargo.push(argument);
            }
        }
        values
    }

    /// Whether one of cargo's options is given that has no value.
    pub fn has(&self, option: &str) -> bool {
        self.cargo.iter().any(|argument| argument == option)
    }
}
