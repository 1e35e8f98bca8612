//! Cargo's run with this program as its wrapper.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use instr_analyze::run::clock::now_unix_ns;
use instr_analyze::run::command::{Command as Record, signal_name};
use instr_analyze::run::remove::size;
use instr_format::names::{self, OUTPUT_DIR, SCHEMA_VERSION};

use crate::after;
use crate::arguments::{Arguments, Split};
use crate::child;
use crate::coverage;
use crate::failure::Failure;
use crate::instrumentation::{Instrumentation, absolute};
use crate::limit::Limit;
use crate::overhead;
use crate::stack_room;
use crate::store::Store;
use crate::suggestions;
use crate::words::{self, Kind, Meaning};
use crate::workspace::{Refusal, cargo};

/// Does what the command line asks for. `arguments` are those behind `cargo instr`.
///
/// # Errors
/// When cargo could not be run as asked.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    let split = Split::new(arguments.clone());
    let meaning =
        split.word.as_deref().map(|word| words::meaning(word, split.cargo.first().and_then(|next| next.to_str())));
    if meaning == Some(Meaning::Verb) {
        return Ok(instr_analyze::cli::main("cargo instr", arguments));
    }
    if meaning == Some(Meaning::Overhead) {
        return overhead::run(split);
    }
    let own = Arguments::of(&split);
    match meaning {
        Some(Meaning::Own(kind)) => instrumented(&arguments, &split, &own, kind, true),
        Some(Meaning::Other(kind)) => instrumented(&arguments, &split, &own, kind, false),
        Some(Meaning::Plain) => plain(&split),
        Some(Meaning::Unknown) => unknown(&split),
        Some(Meaning::Verb | Meaning::Overhead) | None => {
            // Nobody is left to tell when this fails.
            let _ = write!(io::stderr(), "{}", Arguments::help());
            Ok(ExitCode::from(2))
        }
    }
}

/// Runs cargo as if we were not there.
fn plain(split: &Split) -> Result<ExitCode, Failure> {
    if let Some(option) = split.own.first() {
        let word = split.word.as_deref().unwrap_or_default();
        let option = option.to_string_lossy();
        // Nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "instr: `cargo {word}` is not instrumented: {option} has no effect");
    }
    become_cargo(split)
}

/// Has cargo say that it does not know the command.
fn unknown(split: &Split) -> Result<ExitCode, Failure> {
    let word = split.word.as_deref().unwrap_or_default();
    if let Some(verb) = suggestions::of_verb(word) {
        // Nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "instr: did you mean `cargo instr {verb}`?");
    }
    become_cargo(split)
}

fn become_cargo(split: &Split) -> Result<ExitCode, Failure> {
    let error = Command::new(cargo()).args(split.for_cargo()).exec();
    Err(Failure::on("run", Path::new("cargo"), &error))
}

/// Runs cargo with everything instrumented that it compiles. `takes_options`: those of cargo's.
fn instrumented(
    given: &[OsString],
    split: &Split,
    own: &Arguments,
    kind: Kind,
    takes_options: bool,
) -> Result<ExitCode, Failure> {
    let instrumentation = match Instrumentation::prepare(split.clone(), &own.what, own.recording()) {
        // It may need none.
        Err(Refusal::OfCargo(_)) if !takes_options => return plain(split),
        Err(refusal) => return refusal.say(),
        Ok(instrumentation) => instrumentation,
    };

    if let Some(left_out) = &instrumentation.left_out {
        // Nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "instr: {left_out}");
    }

    let named = env::var_os(OUTPUT_DIR).filter(|directory| !directory.is_empty()).map(absolute);
    let store = if named.is_none() { Some(Store::create(&instrumentation.home.join("runs"))?) } else { None };
    let output = named.or_else(|| Some(store.as_ref()?.dir().to_owned())).unwrap_or_default();
    let coverage = coverage::asked(own.coverage.as_deref(), &instrumentation.config)?;
    let mut command = instrumentation.command(takes_options);
    if let Some(coverage) = &coverage {
        command.env(names::COVERAGE, coverage);
    }
    command.env(OUTPUT_DIR, &output);
    let _room = stack_room::raise(&mut command);
    let earlier = if store.is_some() { Vec::new() } else { after::runs(&output) };
    let limit = own.limit.map(|seconds| Limit {
        time: Duration::from_secs(seconds.into()),
        output: output.clone(),
        earlier: earlier.clone(),
    });
    let mut record = record(given);
    // What cannot be written down now takes nothing from the program.
    let keep = |record: &Record| drop(store.as_ref().map(|store| store.write(record)));
    let ended = child::wait(command, limit, |pid| {
        record.pid = Some(pid);
        keep(&record);
    })?;
    record.status = ended.status.code();
    record.signal = ended.status.signal().map(signal);
    record.interrupted_by = ended.interrupted_by.map(signal);
    record.limited_to_s = own.limit.filter(|_| ended.is_limited);
    record.end_unix_ns = Some(now_unix_ns());
    let said = after::Ended {
        command: &record,
        kind: if split.has("--no-run") { Kind::Builds } else { kind },
        output: &output,
        earlier: &earlier,
        finished: instrumentation.unexpected_place(),
        warnings: instrumentation.warnings(),
        suggestions: suggestions::of_options(split),
    }
    .say();
    if let Err(error) = said {
        // The exit code is the program's all the same; nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "cargo instr: cannot write the report: {error}");
    }
    if coverage::is_kept(coverage.as_deref()) {
        let mut ran = after::runs(&output);
        ran.retain(|run| !earlier.contains(run));
        let _ = coverage::say(&ran, &mut io::stderr());
    }
    if let Some(store) = &store {
        record.bytes = Some(size(&output));
        keep(&record);
        store.remove_if_empty();
        if let Some(removed) = store.remove_older(own.keep.or_else(|| instrumentation.config.number("keep"))) {
            let _ = writeln!(io::stderr(), "instr: {removed}");
        }
    }
    Ok(child::exit_code(ended.status))
}

fn record(arguments: &[OsString]) -> Record {
    Record {
        schema_version: SCHEMA_VERSION,
        arguments: arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect(),
        cwd: env::current_dir().unwrap_or_default(),
        start_unix_ns: now_unix_ns(),
        ..Record::default()
    }
}

/// A signal's name.
pub(crate) fn signal(number: i32) -> String {
    signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned)
}
