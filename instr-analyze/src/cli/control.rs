//! `control`: shows what a running process records, and has it record something else.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use instr_format::control::Order;
use instr_format::escape::Printable;
use instr_format::files::CONTROL;
use instr_format::names;

use super::Failure;
use super::options::{cannot_read, shown};
use crate::model::focus::{BadFocus, Focus};
use crate::run::alive::{Life, life};
use crate::run::files::RunFiles;
use crate::run::find;
use crate::run::orders::{self, Outcome};

/// So long it waits for the process to take an order.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(crate) struct ControlArguments {
    /// The run of a process that still runs: its directory, an output directory or `latest`
    #[arg(value_name = "RUN", default_value = find::LATEST)]
    run: PathBuf,
    #[command(flatten)]
    changes: Changes,
    /// Record nothing from now on; the open statements are kept all the same
    #[arg(long, conflicts_with_all = ["on", "sink"])]
    off: bool,
    /// Record again
    #[arg(long, conflicts_with = "sink")]
    on: bool,
    /// Back to what the process was started with, before the other options
    #[arg(long)]
    reset: bool,
}

/// What the variables of the same names say; an empty value is their default.
#[derive(Debug, Args)]
struct Changes {
    /// Where records go from now on
    #[arg(long, value_enum)]
    sink: Option<Sink>,
    /// Only these threads: comma list of ids or names
    #[arg(long, value_name = "LIST")]
    thread: Option<String>,
    /// Only these files: comma list of globs
    #[arg(long, value_name = "LIST")]
    include: Option<String>,
    /// Not these files
    #[arg(long, value_name = "LIST")]
    exclude: Option<String>,
    /// Only files that this matches
    #[arg(long, value_name = "REGEX")]
    include_regex: Option<String>,
    /// No files that this matches
    #[arg(long, value_name = "REGEX")]
    exclude_regex: Option<String>,
    /// Only these functions: comma list of globs on `module::function`
    #[arg(long, value_name = "LIST")]
    function_include: Option<String>,
    /// Not these functions
    #[arg(long, value_name = "LIST")]
    function_exclude: Option<String>,
    /// Only functions that this matches
    #[arg(long, value_name = "REGEX")]
    function_include_regex: Option<String>,
    /// No functions that this matches
    #[arg(long, value_name = "REGEX")]
    function_exclude_regex: Option<String>,
    /// Only what one of these selectors matches: `name:*`, `file=`, `func=`, `module=`, or a word
    #[arg(long, value_name = "LIST")]
    only: Option<String>,
    /// Of each thread's records, the first and every Nth
    #[arg(long, value_name = "N")]
    rate: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sink {
    /// A text line per statement
    Write,
    /// Each thread's newest statements in a mapped file
    Ring,
    /// The open statements alone
    Stack,
    /// How often each statement is reached; only if the process was started with it
    Count,
}

impl Sink {
    fn word(self) -> &'static str {
        match self {
            Sink::Write => names::SINK_WRITE,
            Sink::Ring => names::SINK_RING,
            Sink::Stack => names::SINK_STACK,
            Sink::Count => names::SINK_COUNT,
        }
    }
}

impl Changes {
    fn each(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let given = [
            (names::SINK, self.sink.map(Sink::word)),
            (names::THREAD, self.thread.as_deref()),
            (names::INCLUDE, self.include.as_deref()),
            (names::EXCLUDE, self.exclude.as_deref()),
            (names::INCLUDE_REGEX, self.include_regex.as_deref()),
            (names::EXCLUDE_REGEX, self.exclude_regex.as_deref()),
            (names::FUNCTION_INCLUDE, self.function_include.as_deref()),
            (names::FUNCTION_EXCLUDE, self.function_exclude.as_deref()),
            (names::FUNCTION_INCLUDE_REGEX, self.function_include_regex.as_deref()),
            (names::FUNCTION_EXCLUDE_REGEX, self.function_exclude_regex.as_deref()),
            (names::ONLY, self.only.as_deref()),
            (names::RATE, self.rate.as_deref()),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

pub(crate) fn run(arguments: &ControlArguments) -> Result<(), Failure> {
    let runs = find::find(&arguments.run)?;
    let [dir] = runs.as_slice() else {
        return Err(Failure::Input(format!("{} holds {} runs; name one", shown(&arguments.run), runs.len())));
    };
    let files = RunFiles::open(dir).map_err(|error| cannot_read(dir, &error))?;
    let started = files.process.focus();
    let given = orders::read(dir).map_err(|error| cannot_read(&dir.join(CONTROL), &error))?;
    let given = given.as_deref().and_then(Order::decode);
    let now = given.map_or_else(|| started.clone(), |order| Focus::read(order.settings));
    let mut focus = if arguments.reset { started.clone() } else { now };
    for (name, value) in arguments.changes.each() {
        focus.set(name, value);
    }
    if arguments.off {
        focus.set(names::SINK, names::SINK_STACK);
    } else if arguments.on {
        focus.set(names::SINK, started.get(names::SINK));
    }
    let mut out = io::stdout().lock();
    let is_order = arguments.reset || arguments.off || arguments.on || arguments.changes.each().next().is_some();
    if is_order {
        if files.pid.is_none_or(|pid| life(pid, dir) != Life::Running) {
            return Err(Failure::Input(format!("the process of {} does not run any more", shown(dir))));
        }
        let outcome = give(&files, &started, &focus)?;
        writeln!(out, "{}", said(outcome)?)?;
    }
    for line in focus.lines().lines() {
        writeln!(out, "{}", Printable(line.as_bytes()))?;
    }
    if focus.lines().is_empty() {
        writeln!(out, "everything is recorded")?;
    }
    Ok(())
}

fn give(files: &RunFiles, started: &Focus, focus: &Focus) -> Result<Outcome, Failure> {
    let bad = |error: BadFocus| Failure::Input(error.to_string());
    if started.get(names::SINK) == names::SINK_STACK {
        let reason = "it was started with `stack`, and its probes look at nothing else";
        return Err(Failure::Input(format!("{} cannot be controlled: {reason}", shown(&files.dir))));
    }
    let sink = match focus.get(names::SINK) {
        "" => files.process.default_sink(),
        word => word,
    };
    if sink == names::SINK_COUNT && started.get(names::SINK) != names::SINK_COUNT {
        let reason = format!("it was not started with {}={}", names::SINK, names::SINK_COUNT);
        return Err(Failure::Input(format!("{} cannot count: {reason}", shown(&files.dir))));
    }
    let sites = focus.decide(&files.sites, files.process.sites).map_err(bad)?;
    let (rate, lines) = (focus.rate().map_err(bad)?, focus.lines());
    let threads = focus.get(names::THREAD);
    let order = Order { number: 0, sink, rate, threads, settings: &lines, sites: &sites };
    orders::give(&files.dir, &order, PATIENCE)
        .map_err(|error| Failure::Input(format!("cannot write to {}: {error}", shown(&files.dir))))
}

fn said(outcome: Outcome) -> Result<String, Failure> {
    match outcome {
        Outcome::Taken(after) => Ok(format!("taken after {} ms", after.as_millis())),
        Outcome::Pending => {
            Ok("not taken yet: no thread has reached a statement; the next one to do so takes it".to_owned())
        }
        Outcome::Refused => Err(Failure::Input("the process cannot read the order".to_owned())),
    }
}
