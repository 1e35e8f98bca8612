//! Runs that belong together: those of one command of `cargo instr`, or a single one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use instr_format::files::{COMMAND_JSON, LAST, RUN_JSON, SITES, is_mark};

use super::command::Command;
use super::files::read_process;
use super::segment::holds_records;

/// Runs that belong together.
#[derive(Debug)]
pub struct Group {
    /// The directory of the command, or of the single run.
    pub dir: PathBuf,
    /// The directories of the runs, oldest first.
    pub runs: Vec<PathBuf>,
    /// What the command was, if it is one.
    pub command: Option<Command>,
    /// When the newest run began, or the command if it has none.
    pub newest_ns: u64,
}

impl Group {
    /// When the command or the run began.
    pub fn began_ns(&self) -> u64 {
        self.command.as_ref().map_or(self.newest_ns, |command| command.start_unix_ns)
    }
}

/// What is in a directory that is no run.
#[derive(Debug, Default)]
pub struct Listing {
    /// Runs and commands, oldest first.
    pub groups: Vec<Group>,
    /// Whether there is anything else.
    pub foreign: bool,
}

/// The group that `dir` is, if it is a run or a command's directory.
///
/// # Errors
/// When the directory cannot be read.
pub fn group(dir: &Path) -> io::Result<Option<Group>> {
    if is_run(dir)? {
        let (runs, newest_ns) = (vec![dir.to_owned()], started(dir));
        return Ok(Some(Group { dir: dir.to_owned(), runs, command: None, newest_ns }));
    }
    // A link's own name says nothing.
    let named = dir.canonicalize();
    let is_command = dir.join(COMMAND_JSON).exists() || named.is_ok_and(|dir| begins(&dir).is_some());
    if is_command { command_group(dir).map(Some) } else { Ok(None) }
}

/// The groups in a directory that is none itself.
///
/// # Errors
/// When the directory cannot be read.
pub fn list(dir: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        // A link leads elsewhere, and is not followed.
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            listing.foreign |= !entry.file_name().to_str().is_some_and(is_mark);
            continue;
        }
        match group(&entry.path()) {
            Ok(Some(group)) => listing.groups.push(group),
            _ => listing.foreign |= fs::read_dir(entry.path()).is_ok_and(|mut entries| entries.next().is_some()),
        }
    }
    listing.groups.sort_by(|a, b| (a.newest_ns, &a.dir).cmp(&(b.newest_ns, &b.dir)));
    Ok(listing)
}

fn command_group(dir: &Path) -> io::Result<Group> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_run(&path).unwrap_or(false) {
            runs.push((started(&path), path));
        }
    }
    runs.sort();
    let command = Command::read(dir).ok();
    let of_command = command.as_ref().map(|command| command.start_unix_ns).or_else(|| begins(dir)).unwrap_or(0);
    let newest_ns = runs.last().map_or(of_command, |(started, _)| *started);
    Ok(Group { dir: dir.to_owned(), runs: runs.into_iter().map(|(_, run)| run).collect(), command, newest_ns })
}

/// When a command began, by the name of its directory: `<milliseconds>-<pid>`.
pub fn begins(dir: &Path) -> Option<u64> {
    let (milliseconds, pid) = dir.file_name()?.to_str()?.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(pid) || milliseconds.len() < 12 || !is_number(milliseconds) {
        return None;
    }
    milliseconds.parse::<u64>().ok()?.checked_mul(1_000_000)
}

/// `last` alone does not make a run: `/usr/bin` holds one.
pub(super) fn is_run(dir: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        if name.to_str().is_some_and(|name| name == RUN_JSON || holds_records(name)) {
            return Ok(true);
        }
    }
    Ok(dir.join(SITES).exists() && dir.join(LAST).exists())
}

/// When a run began: as `run.json` says, or else when a file was last added to its directory.
fn started(dir: &Path) -> u64 {
    let changed = || {
        let modified = fs::metadata(dir).and_then(|metadata| metadata.modified()).ok()?;
        u64::try_from(modified.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
    };
    read_process(dir).ok().and_then(|process| process.start_unix_ns).or_else(changed).unwrap_or(0)
}
