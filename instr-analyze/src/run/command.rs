//! `command.json`: what one command of `cargo instr` was asked to do and how it ended, beside the runs of its processes.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use instr_format::files::COMMAND_JSON;
use serde::{Deserialize, Serialize};

use super::alive::Life;
use super::load::Run;
use super::open;
use crate::model::end::{End, EndKind};
use crate::model::shell::quoted;

const COMMAND_MAX: u64 = 1 << 20;
/// What shells and runners add to the number of the signal that ended what they ran.
const SIGNALLED: i32 = 128;

/// One command of `cargo instr`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Command {
    /// Version of the file.
    pub schema_version: u32,
    /// The arguments behind `cargo instr`.
    pub arguments: Vec<String>,
    /// Where it was given.
    pub cwd: PathBuf,
    /// When it began.
    pub start_unix_ns: u64,
    /// The process id of cargo, and of the program that takes its place.
    pub pid: Option<u32>,
    /// The exit status of cargo or of the program, once it has ended.
    pub status: Option<i32>,
    /// The signal that ended it instead.
    pub signal: Option<String>,
    /// The signal by which a person has ended the command.
    pub interrupted_by: Option<String>,
    /// After how many seconds its limit has ended it, if that did.
    pub limited_to_s: Option<u32>,
    /// When it ended.
    pub end_unix_ns: Option<u64>,
    /// How much of the disk its runs took when it had ended.
    pub bytes: Option<u64>,
}

impl Command {
    /// Reads the file in a command's directory.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let json = open::read(&dir.join(COMMAND_JSON), COMMAND_MAX)?;
        serde_json::from_slice(&json).map_err(io::Error::other)
    }

    /// Whether it is known how it ended.
    pub fn has_ended(&self) -> bool {
        self.status.is_some() || self.signal.is_some()
    }

    /// Whether it did what it was asked for.
    pub fn is_success(&self) -> bool {
        self.status == Some(0)
    }

    /// Says of runs of this command that left no record of their end which signal ended them, as far as the command tells, and
    /// that they were there until it ended, or nearly so long.
    pub fn explain<'a>(&self, runs: impl Iterator<Item = &'a mut Run>) {
        let is_unknown =
            |run: &&mut Run| run.life == Life::Gone && matches!(run.end.kind, EndKind::Unknown | EndKind::Killed);
        let mut unknown: Vec<&mut Run> = runs.filter(is_unknown).collect();
        unknown.iter_mut().for_each(|run| run.seen_until_unix_ns = run.seen_until_unix_ns.or(self.end_unix_ns));
        if let Some(seconds) = self.limited_to_s {
            // Those that were looked at when it did.
            let limited = unknown.iter_mut().filter(|run| !run.observed.is_empty());
            limited.for_each(|run| run.end = End::by_limit(seconds));
        }
        unknown.retain(|run| run.end.kind == EndKind::Unknown);
        unknown.sort_by_key(|run| run.process.start_unix_ns);
        let is_cargos = |run: &Run| run.pid.is_some() && run.pid == self.pid.map(u64::from);
        let handed_on = self.status.and_then(|status| signal_name(status - SIGNALLED));
        if let Some(signal) = &self.signal {
            // Before an exec the process has had other runs. What the keyboard sends reaches every process.
            let newest = unknown.iter().rposition(|run| is_cargos(run));
            let index = newest.or_else(|| unknown.len().checked_sub(1).filter(|_| self.interrupted_by.is_some()));
            if let Some(index) = index {
                unknown[index].end = End::by_unrecorded(signal);
            }
        } else if let Some(signal) = handed_on {
            unknown.retain(|run| run.process.parent.is_none());
            // Of several, nobody knows which one.
            if let [run] = unknown.as_mut_slice() {
                run.end = End::by_unrecorded(signal);
            }
        } else if let Some(signal) = &self.interrupted_by {
            // A runner of tests hands it on to every test that runs, and has a status of its own.
            unknown.iter_mut().for_each(|run| run.end = End::by_unrecorded(signal));
        }
    }

    /// The command line.
    pub fn line(&self) -> String {
        let words = ["cargo", "instr"].into_iter().chain(self.arguments.iter().map(String::as_str));
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }
}

/// Says of runs that left no record of their end what the commands tell that they belong to.
pub fn explain(runs: &mut [Run]) {
    let dirs: BTreeSet<PathBuf> = runs.iter().filter_map(|run| run.dir.parent()).map(Path::to_owned).collect();
    for dir in dirs {
        if let Ok(command) = Command::read(&dir) {
            command.explain(runs.iter_mut().filter(|run| run.dir.parent() == Some(&dir)));
        }
    }
}

/// The name of a signal that ends processes.
pub fn signal_name(number: i32) -> Option<&'static str> {
    let names = [
        (libc::SIGHUP, "SIGHUP"),
        (libc::SIGINT, "SIGINT"),
        (libc::SIGQUIT, "SIGQUIT"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGTRAP, "SIGTRAP"),
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGUSR1, "SIGUSR1"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGUSR2, "SIGUSR2"),
        (libc::SIGPIPE, "SIGPIPE"),
        (libc::SIGALRM, "SIGALRM"),
        (libc::SIGTERM, "SIGTERM"),
        (libc::SIGXCPU, "SIGXCPU"),
        (libc::SIGXFSZ, "SIGXFSZ"),
        (libc::SIGSYS, "SIGSYS"),
    ];
    names.into_iter().find(|(of_signal, _)| *of_signal == number).map(|(_, name)| name)
}
