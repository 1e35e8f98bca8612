//! What is shown when the program has ended.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{SystemTime, UNIX_EPOCH};

use instr_analyze::model::end::{End, EndKind};
use instr_analyze::model::filter::Filter;
use instr_analyze::report::paint::Paint;
use instr_analyze::report::text::{self, Options};
use instr_analyze::run::find;
use instr_analyze::run::load::{Run, STEPS, Steps};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::low_level::signal_name;

use crate::failure::Failure;

/// More deaths than this are only counted.
const SHOWN: usize = 5;
/// With which a panic ends a process, and cargo a test run that failed.
const PANIC: i32 = 101;

/// Signals by which a person ends a program.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// A name for the output directory of a command, such that later ones sort behind earlier ones.
pub fn directory_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}", now.as_millis(), std::process::id())
}

/// The directories of the runs below an output directory, in whose name `%p` and `%e` stand for anything.
pub fn runs(output: &Path) -> Vec<PathBuf> {
    let mut directories = vec![PathBuf::new()];
    for component in output {
        let name = component.to_string_lossy();
        directories = match name.find("%p").into_iter().chain(name.find("%e")).min() {
            None => directories.iter().map(|directory| directory.join(component)).collect(),
            Some(end) => directories.iter().flat_map(|directory| beginning_with(directory, &name[..end])).collect(),
        };
    }
    // In most of them nothing has run.
    directories.iter().filter_map(|directory| find::find(directory).ok()).flatten().collect()
}

fn beginning_with(directory: &Path, beginning: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(io::Result::ok);
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning))
        .map(|entry| entry.path())
        .collect()
}

/// Says where the records are, and how whatever died has died. `earlier`: runs that were there before; `pid`: of cargo and
/// of the program that took its place.
///
/// # Errors
/// When a run cannot be read or standard error cannot be written.
pub fn report(output: &Path, earlier: &[PathBuf], status: ExitStatus, pid: u32) -> Result<(), Failure> {
    let mut directories = runs(output);
    directories.retain(|directory| !earlier.contains(directory));
    // Whoever ends something from outside may have ended cargo itself.
    if directories.is_empty() && status.signal().is_some_and(|signal| !ENDING.contains(&signal)) {
        let message = "instr: nothing was recorded: recording is off, or nothing that ran is instrumented";
        return writeln!(io::stderr(), "\n{message}").map_err(|error| Failure(format!("cannot say so: {error}")));
    }
    // It did not compile, perhaps.
    if status.success() || directories.is_empty() {
        return Ok(());
    }
    let died = status.signal().is_some() || status.code() == Some(PANIC);
    let mut dead = Vec::new();
    for directory in directories.iter().filter(|_| died) {
        let run = load(directory)?;
        let is_program = run.pid == Some(u64::from(pid)) && status.signal().is_some();
        if is_program || matches!(run.end.kind, EndKind::Unknown | EndKind::Killed | EndKind::Panic | EndKind::Signal) {
            dead.push(run);
        }
    }
    // Before an exec the process has had other runs.
    let newest =
        dead.iter_mut().filter(|run| run.pid == Some(u64::from(pid))).max_by_key(|run| run.process.start_unix_ns);
    if let (Some(run), Some(signal)) = (newest, status.signal().and_then(signal_name))
        && run.end.kind == EndKind::Unknown
    {
        run.end = End::by_unrecorded(signal);
    }
    show(&dead, output).map_err(|error| Failure(format!("cannot write the report: {error}")))
}

/// Says where programs are that are not where one would look for them.
///
/// # Errors
/// When standard error cannot be written.
pub fn say_where(finished: &Path) -> Result<(), Failure> {
    let said = writeln!(io::stderr(), "instr: what was built is in {}", finished.display());
    said.map_err(|error| Failure(format!("cannot say where it is: {error}")))
}

fn show(dead: &[Run], output: &Path) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let paint = if stderr.is_terminal() && !no_color { Paint::colours() } else { Paint::default() };
    if !dead.is_empty() {
        writeln!(stderr)?;
    }
    text::write(&dead[..dead.len().min(SHOWN)], &Options { paint, ..Options::default() }, &mut stderr)?;
    if let Some(more) = dead.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        writeln!(stderr, "\n{more} more processes have died")?;
    }
    writeln!(stderr, "\ninstr: all records are in {}", output.display())
}

fn load(directory: &Path) -> Result<Run, Failure> {
    let filter = Filter::new("", "", "").map_err(|error| Failure(error.to_string()))?;
    Run::load(directory, &filter, Steps::OfSuspects(STEPS)).map_err(|error| Failure::on("read", directory, &error))
}
