//! The directory for the runs of one command, and those of earlier commands, of which only the newest are kept.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use instr_analyze::report::number::Bytes;
use instr_analyze::run::command::Command;
use instr_analyze::run::find::foreign_owner;
use instr_analyze::run::group::{self, begins};
use instr_analyze::run::remove::{self, Removal};
use instr_format::files::COMMAND_JSON;
use rustix::fs::FlockOperation;

use crate::failure::Failure;

/// How many commands' runs are kept.
const COMMANDS: usize = 20;
/// How much of the disk they may take.
const BYTES: u64 = 2_000_000_000;
/// How often a directory is made anew that somebody has removed meanwhile.
const ATTEMPTS: usize = 16;

/// The directory of the present command. As long as this is there, nobody removes it.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    _lock: File,
}

impl Store {
    /// Makes a directory in `runs`, in whose order of names later commands stand behind earlier ones.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(runs: &Path) -> Result<Self, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let dir = runs.join(format!("{}-{}", now.as_millis(), std::process::id()));
        let make = || {
            fs::create_dir_all(runs)?;
            for _ in 0..ATTEMPTS {
                match DirBuilder::new().mode(0o700).create(&dir) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                    _ => {}
                }
                match remove::lock(&dir, FlockOperation::LockExclusive) {
                    Ok(Some(lock)) if dir.exists() => return Ok(lock),
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            Err(io::Error::other("it vanishes again and again"))
        };
        let lock = make().map_err(|error| {
            let owner =
                foreign_owner(runs).map(|uid| format!("; {} belongs to another user (uid {uid})", runs.display()));
            Failure(format!("cannot create {}: {error}{}", dir.display(), owner.unwrap_or_default()))
        })?;
        Ok(Store { dir, _lock: lock })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes down what is known of the command by now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, command: &Command) -> Result<(), Failure> {
        let (file, fresh) = (self.dir.join(COMMAND_JSON), self.dir.join(format!(".{COMMAND_JSON}")));
        let text = serde_json::to_string_pretty(command).unwrap_or_default() + "\n";
        let written = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, &file));
        written.map_err(|error| Failure::on("write", &file, &error))
    }

    /// Removes the directory, if nothing has run, and says whether it did.
    pub fn remove_if_empty(&self) -> bool {
        let has_runs = group::group(&self.dir).ok().flatten().is_none_or(|group| !group.runs.is_empty());
        !has_runs && fs::remove_dir_all(&self.dir).is_ok()
    }

    /// Removes the runs of commands that are older than those to keep: so many, or those that fit. Says what it did.
    pub fn remove_older(&self, keep: Option<usize>) -> Option<String> {
        let runs = self.dir.parent()?;
        let (commands, bytes) = keep.map_or((COMMANDS, BYTES), |keep| (keep, u64::MAX));
        let entries = fs::read_dir(runs).ok()?.filter_map(io::Result::ok).map(|entry| entry.path());
        let mut older: Vec<(u64, PathBuf)> =
            entries.filter(|dir| *dir != self.dir).filter_map(|dir| Some((begins(&dir)?, dir))).collect();
        older.sort_unstable();
        let (mut kept, mut taken) = (1, remove::size(&self.dir));
        let (mut removed, mut freed) = (0, 0);
        while let Some((_, dir)) = older.pop() {
            taken = taken.saturating_add(taken_by(&dir));
            if kept < commands && taken <= bytes {
                kept += 1;
                continue;
            }
            // Whatever is older goes too.
            kept = usize::MAX;
            // What cannot be removed now can be by a later command.
            let group = group::group(&dir).ok().flatten();
            let removal = group.and_then(|group| remove::remove(&group).ok());
            if let Some(Removal::Removed(bytes) | Removal::Rest(bytes)) = removal {
                removed += 1;
                freed += bytes;
            }
        }
        let limit = match keep {
            Some(keep) => format!("--keep {keep}"),
            None => format!("the newest {COMMANDS} are kept, at most {}; --keep N changes that", Bytes(BYTES)),
        };
        let plural = if removed == 1 { "" } else { "s" };
        (removed > 0)
            .then(|| format!("removed the runs of {removed} older command{plural}, {} ({limit})", Bytes(freed)))
    }
}

/// How much of the disk the runs of a command take, which it has written down in the end.
fn taken_by(dir: &Path) -> u64 {
    Command::read(dir).ok().and_then(|command| command.bytes).unwrap_or_else(|| remove::size(dir))
}
