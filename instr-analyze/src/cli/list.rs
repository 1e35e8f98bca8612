//! `list`: which runs there are, how they ended and how much of the disk they take; newest first.

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;
use instr_format::escape::Printable;
use instr_format::names::SCHEMA_VERSION;
use rustix::fs::FlockOperation;
use serde_json::json;

use super::Failure;
use super::options::{Format, shown};
use crate::model::duration::Ago;
use crate::model::end::{End, EndKind};
use crate::report::number::Bytes;
use crate::report::object;
use crate::run::alive::{Life, life};
use crate::run::clock::now_unix_ns;
use crate::run::command::Command;
use crate::run::files::RunFiles;
use crate::run::find;
use crate::run::group::Group;
use crate::run::remove;

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Output directories, or directories of one command or of one run [default: ./instr-logs and target/instr/runs of the
    /// workspace around]
    #[arg(value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// How to write the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A line of the list.
struct Line {
    group: Group,
    what: String,
    kind: EndKind,
    code: Option<String>,
    signal: Option<String>,
    bytes: u64,
}

pub(crate) fn run(arguments: &ListArguments) -> Result<(), Failure> {
    let mut groups = find::named(&arguments.runs)?;
    groups.sort_by_key(|group| std::cmp::Reverse(group.newest_ns));
    let lines: Vec<Line> = groups.into_iter().map(Line::new).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Json => {
            let entries: Vec<_> = lines.iter().map(Line::json).collect();
            let list = json!({ "schema_version": SCHEMA_VERSION, "entries": entries });
            object::write_pretty(&list, &mut out)?;
        }
        Format::Text => {
            let cells: Vec<[String; 4]> = lines.iter().map(Line::cells).collect();
            let width = |column: usize| cells.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
            let widths = [width(0), width(1), width(2)];
            for [when, end, size, what] in &cells {
                let [first, second, third] = widths;
                writeln!(out, "{when:<first$}  {end:<second$}  {size:>third$}  {what}")?;
            }
        }
    }
    Ok(out.flush()?)
}

impl Line {
    fn new(group: Group) -> Self {
        let bytes = remove::size(&group.dir);
        let (what, (kind, code, signal)) = match (&group.command, group.runs.as_slice()) {
            (Some(command), _) => (command.line(), of_command(command, &group)),
            (None, [run]) => of_run(run),
            // Of an earlier version of cargo instr.
            (None, _) => ("cargo instr".to_owned(), (EndKind::Unknown, None, None)),
        };
        Line { group, what, kind, code, signal, bytes }
    }

    fn cells(&self) -> [String; 4] {
        let end = match (self.kind, &self.code, &self.signal) {
            (EndKind::Running, ..) => "still running".to_owned(),
            (EndKind::Exit, Some(code), _) => format!("exit {code}"),
            (EndKind::Panic, ..) => "panicked".to_owned(),
            (EndKind::Signal | EndKind::Killed, _, Some(signal)) => signal.clone(),
            _ => "unknown end".to_owned(),
        };
        let runs = match self.group.runs.len() {
            1 => String::new(),
            runs => format!(" ({runs} runs)"),
        };
        let what = format!("{}{runs}  {}", Printable(self.what.as_bytes()), shown(&self.group.dir));
        let age = Ago(now_unix_ns().saturating_sub(self.group.began_ns())).to_string();
        [age, Printable(end.as_bytes()).to_string(), Bytes(self.bytes).to_string(), what]
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "dir": shown(&self.group.dir),
            "start_unix_ns": self.group.began_ns(),
            "command": self.group.command.as_ref().map(|command| &command.arguments),
            "what": self.what,
            "runs": self.group.runs.len(),
            "bytes": self.bytes,
            "end": { "kind": self.kind, "code": self.code, "signal": self.signal },
        })
    }
}

type Ending = (EndKind, Option<String>, Option<String>);

fn of_command(command: &Command, group: &Group) -> Ending {
    let is_held = || matches!(remove::lock(&group.dir, FlockOperation::NonBlockingLockExclusive), Ok(None));
    match (command.status, &command.signal) {
        (Some(status), _) => (EndKind::Exit, Some(status.to_string()), None),
        (None, Some(signal)) => (EndKind::Signal, None, Some(signal.clone())),
        (None, None) if is_held() => (EndKind::Running, None, None),
        (None, None) => (EndKind::Unknown, None, None),
    }
}

fn of_run(dir: &std::path::Path) -> (String, Ending) {
    let name = || dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(files) = RunFiles::open(dir) else { return (name(), (EndKind::Unknown, None, None)) };
    let is_running = files.pid.is_some_and(|pid| life(pid, dir) == Life::Running);
    let end = End::new(is_running, (files.last.as_ref(), &files.sites), files.crash.as_ref(), &files.panics, files.pid);
    let exe = files.process.exe.as_deref().and_then(|exe| exe.file_name());
    (exe.map_or_else(name, |exe| exe.to_string_lossy().into_owned()), (end.kind, end.code, end.signal))
}
