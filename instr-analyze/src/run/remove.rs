//! Removes runs, and nothing else: of their directories, the files that the runtime makes.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;

use instr_format::escape::Printable;
use instr_format::files::{COMMAND_JSON, is_mark, is_of_run};
use rustix::fs::{FlockOperation, flock};

use super::alive::{Life, life};
use super::files::read_process;
use super::find::foreign_owner;
use super::group::Group;

/// What became of a group that was to be removed.
#[derive(Debug)]
pub enum Removal {
    /// It is gone, and this many bytes of the disk are free again.
    Removed(u64),
    /// A process still writes to it, or a command that began it still runs.
    InUse,
    /// It belongs to this user.
    Foreign(u32),
    /// Its runs are gone, but there are files of somebody else's in its directory.
    Rest(u64),
}

/// Removes the runs of a group, and its directory.
///
/// # Errors
/// When a file cannot be removed.
pub fn remove(group: &Group) -> io::Result<Removal> {
    let dirs = || group.runs.iter().chain([&group.dir]);
    if let Some(uid) = dirs().find_map(|dir| foreign_owner(dir)) {
        return Ok(Removal::Foreign(uid));
    }
    let Some(_lock) = lock(&group.dir, FlockOperation::NonBlockingLockExclusive)? else { return Ok(Removal::InUse) };
    if group.runs.iter().any(|run| is_in_use(run)) {
        return Ok(Removal::InUse);
    }
    let (mut freed, mut whole) = (0, true);
    for run in group.runs.iter().filter(|run| **run != group.dir) {
        let (bytes, gone) = remove_known(run, is_of_run)?;
        freed += bytes;
        whole &= gone;
    }
    let is_run = group.runs.contains(&group.dir);
    let is_known = |name: &str| if is_run { is_of_run(name) } else { name == COMMAND_JSON || is_mark(name) };
    // What is of somebody else stays together with what says what it is.
    let (bytes, gone) = if whole { remove_known(&group.dir, is_known)? } else { (0, false) };
    Ok(if gone { Removal::Removed(freed + bytes) } else { Removal::Rest(freed + bytes) })
}

/// Takes hold of a directory as long as the file is open; none if another process has one that excludes this one.
///
/// # Errors
/// When the directory cannot be opened.
pub fn lock(dir: &Path, operation: FlockOperation) -> io::Result<Option<File>> {
    let file = File::open(dir)?;
    match flock(&file, operation) {
        Ok(()) => Ok(Some(file)),
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(None),
        // A file system without locks.
        Err(_) => Ok(Some(file)),
    }
}

/// Whether the process of the run in `dir` may still be there.
pub fn is_in_use(dir: &Path) -> bool {
    let pid = read_process(dir).ok().and_then(|process| process.pid).or_else(|| pid_of_name(dir));
    pid.is_some_and(|pid| life(pid, dir) != Life::Gone)
}

/// `<program>-<pid>-<start time>-<random>`
fn pid_of_name(dir: &Path) -> Option<u64> {
    dir.file_name()?.to_str()?.rsplit('-').nth(2)?.parse().ok()
}

/// How many bytes of the disk a directory takes with all that is in it.
pub fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(io::Result::ok);
    let of_entry = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => on_disk(&metadata),
        Err(_) => 0,
    };
    entries.map(of_entry).sum()
}

fn on_disk(metadata: &fs::Metadata) -> u64 {
    metadata.blocks() * 512
}

/// Removes the files with known names, and the directory if it is empty then.
fn remove_known(dir: &Path, is_known: impl Fn(&str) -> bool) -> io::Result<(u64, bool)> {
    let (mut freed, mut whole) = (0, true);
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() || !entry.file_name().to_str().is_some_and(&is_known) {
            whole = false;
            continue;
        }
        match fs::remove_file(entry.path()) {
            Ok(()) => freed += on_disk(&metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(entry.path(), &error)),
        }
    }
    if whole {
        fs::remove_dir(dir).map_err(|error| at(dir.to_owned(), &error))?;
    }
    Ok((freed, whole))
}

fn at(path: PathBuf, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", Printable(path.as_os_str().as_bytes())))
}
