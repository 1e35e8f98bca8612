//! What is said when cargo has ended: what had no effect, how whatever died has died, and where the records are.

use std::fs;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use instr_analyze::model::end::EndKind;
use instr_analyze::model::filter::Filter;
use instr_analyze::report::options::Options;
use instr_analyze::report::paint::Paint;
use instr_analyze::report::text;
use instr_analyze::run::command::Command;
use instr_analyze::run::find;
use instr_analyze::run::load::{Run, STEPS, Steps};
use instr_analyze::run::remove::is_in_use;
use instr_format::names::ENABLE;

use crate::words::Kind;

/// More processes than this are only counted.
const SHOWN: usize = 20;
/// How long what was interrupted has to end.
const PATIENCE: Duration = Duration::from_secs(2);
const INTERVAL: Duration = Duration::from_millis(5);
/// What cargo ends with itself: options that it does not have, sources that do not compile.
const OF_CARGO: [i32; 2] = [1, 101];

/// A command that has ended.
#[derive(Debug)]
pub struct Ended<'a> {
    /// What it was and how it ended.
    pub command: &'a Command,
    /// What cargo did.
    pub kind: Kind,
    /// Where its runs are.
    pub output: &'a Path,
    /// The runs that were there before.
    pub earlier: &'a [PathBuf],
    /// Where programs are, if not where one would look for them.
    pub finished: Option<&'a Path>,
    /// What options of ours had no effect, and which of cargo's may have been meant to be ours.
    pub warnings: Vec<String>,
    /// What cargo's options that it does not know may have been meant to be.
    pub suggestions: Vec<String>,
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

impl Ended<'_> {
    /// Says all that is to be said, on standard error.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub fn say(&self) -> io::Result<()> {
        let mut directories = runs(self.output);
        directories.retain(|directory| !self.earlier.contains(directory));
        if self.command.interrupted_by.is_some() || self.command.limited_to_s.is_some() {
            wait_for(&directories);
        }
        let mut out = BufWriter::new(io::stderr().lock());
        self.say_what_had_no_effect(!directories.is_empty(), &mut out)?;
        if !directories.is_empty() && !self.command.is_success() && self.kind != Kind::Builds {
            let runs = load(&directories, &mut out)?;
            self.show(self.select(runs), &mut out)?;
        }
        out.flush()
    }

    fn say_what_had_no_effect(&self, has_runs: bool, out: &mut dyn Write) -> io::Result<()> {
        let (command, runs) = (self.command, self.kind == Kind::Runs);
        let has_built = command.is_success() || command.status.is_none_or(|status| !OF_CARGO.contains(&status));
        // Whoever ends something from outside may have ended cargo itself, while it compiled.
        let is_interrupted = command.interrupted_by.is_some();
        let warnings = self.warnings.iter().filter(|_| (has_built || has_runs) && !is_interrupted);
        warnings.clone().try_for_each(|warning| writeln!(out, "warning: {warning}"))?;
        if runs && has_built && !has_runs && !is_interrupted && warnings.count() == 0 {
            let enable = std::env::var(ENABLE).unwrap_or_default();
            let off = ["0", "false", "off", "no"].contains(&enable.as_str());
            match off {
                true => writeln!(out, "warning: nothing was recorded: {ENABLE}={enable} turns it off")?,
                false => {
                    let reason = "nothing that ran is instrumented, or it could not write to";
                    writeln!(out, "warning: nothing was recorded: {reason} {}", self.output.display())?;
                }
            }
        }
        if !command.is_success() && !has_runs && command.signal.is_none() {
            self.suggestions.iter().try_for_each(|suggestion| writeln!(out, "instr: {suggestion}"))?;
        }
        match self.finished {
            Some(finished) if self.kind == Kind::Builds && command.is_success() => {
                writeln!(out, "instr: what was built is in {}", finished.display())
            }
            _ => Ok(()),
        }
    }

    /// The runs that tell why the command failed: those that died, those of tests that failed, and the one that cargo ran;
    /// then those that ended well, which the report only counts.
    fn select(&self, runs: Vec<Run>) -> (Vec<Run>, usize) {
        let (mut telling, mut others, mut well) = (Vec::new(), Vec::new(), Vec::new());
        for run in runs {
            let is_cargos = run.pid.is_some() && run.pid == self.command.pid.map(u64::from);
            match run.end.kind {
                EndKind::Exit if run.end.code.as_deref() == Some("0") => well.push(run),
                EndKind::Exit if !is_cargos && run.panic_count == 0 => others.push(run),
                _ => telling.push(run),
            }
        }
        if telling.is_empty() {
            telling.extend(others.pop());
        }
        self.command.explain(telling.iter_mut());
        // What only failed is the least telling.
        telling.sort_by_key(|run| run.end.kind == EndKind::Exit);
        let more = telling.len().saturating_sub(SHOWN);
        telling.truncate(SHOWN);
        telling.append(&mut well);
        (telling, more)
    }

    fn show(&self, (runs, more): (Vec<Run>, usize), out: &mut dyn Write) -> io::Result<()> {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let paint = if io::stderr().is_terminal() && !no_color { Paint::colours() } else { Paint::default() };
        writeln!(out)?;
        text::write(&runs, &Options { paint, ..Options::default() }, out)?;
        match more {
            0 => {}
            1 => writeln!(out, "\n1 more process failed; `cargo instr report` shows it")?,
            more => writeln!(out, "\n{more} more processes failed; `cargo instr report` shows them")?,
        }
        writeln!(out, "\ninstr: all records are in {}", self.output.display())
    }
}

/// A signal to all of them ends cargo and what it runs in any order.
fn wait_for(directories: &[PathBuf]) {
    let began = Instant::now();
    while directories.iter().any(|run| is_in_use(run)) && began.elapsed() < PATIENCE {
        thread::sleep(INTERVAL);
    }
}

/// Reads the runs. One that cannot be read takes nothing from the others.
fn load(directories: &[PathBuf], out: &mut dyn Write) -> io::Result<Vec<Run>> {
    let mut runs = Vec::new();
    let Ok(filter) = Filter::new("", "", "") else { return Ok(runs) };
    for directory in directories {
        match Run::load(directory, &filter, Steps::OfSuspects(STEPS)) {
            Ok(run) => runs.push(run),
            Err(error) => writeln!(out, "cargo instr: cannot read {}: {error}", directory.display())?,
        }
    }
    Ok(runs)
}
