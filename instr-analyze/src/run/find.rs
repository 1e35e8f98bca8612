//! Finds runs: an output directory holds many, a run's directory is one, `latest` is the newest.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use instr_format::escape::Printable;
use instr_format::files::{LAST, RUN_JSON, SITES, is_mark};
use instr_format::names::DEFAULT_OUTPUT_DIR;

use super::files::read_process;
use super::segment::holds_records;

/// Stands for the newest run of the default output directory.
pub const LATEST: &str = "latest";

/// Why no run was found.
#[derive(Debug)]
pub enum NotFound {
    /// An output directory in which nothing has run yet.
    Empty(PathBuf),
    /// Neither a run nor a directory of runs.
    NoRun(PathBuf),
    /// The directory could not be read.
    Unreadable(PathBuf, io::Error),
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotFound::Empty(dir) => {
                write!(
                    f,
                    "no runs in {}; run the instrumented program first, with INSTR_OUTPUT_DIR at that directory",
                    shown(dir)
                )
            }
            NotFound::NoRun(dir) => write!(
                f,
                "{} is not a run and holds none; expected a directory with {RUN_JSON}, {SITES}, {LAST} and thread logs, \
                 or a directory of such ones",
                shown(dir)
            ),
            NotFound::Unreadable(dir, error) => write!(
                f,
                "cannot read {}: {error}; run the instrumented program first, or name its output directory",
                shown(dir)
            ),
        }
    }
}

impl std::error::Error for NotFound {}

fn shown(path: &Path) -> Printable<'_> {
    Printable(path.as_os_str().as_bytes())
}

/// The directories of the runs that `path` names, oldest first.
///
/// # Errors
/// When there is none.
pub fn find(path: &Path) -> Result<Vec<PathBuf>, NotFound> {
    if path.as_os_str() == LATEST {
        let runs = find(&Path::new(".").join(DEFAULT_OUTPUT_DIR))?;
        return Ok(runs.into_iter().next_back().into_iter().collect());
    }
    let unreadable = |error| NotFound::Unreadable(path.to_owned(), error);
    if is_run(path).map_err(unreadable)? {
        return Ok(vec![path.to_owned()]);
    }
    let (mut runs, mut foreign) = (Vec::new(), false);
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_dir && is_run(&entry.path()).unwrap_or(false) {
            runs.push((started(&entry.path()), entry.path()));
        } else if !entry.file_name().to_str().is_some_and(is_mark) {
            foreign |= !is_dir || fs::read_dir(entry.path()).is_ok_and(|mut entries| entries.next().is_some());
        }
    }
    if !runs.is_empty() {
        runs.sort();
        Ok(runs.into_iter().map(|(_, dir)| dir).collect())
    } else if foreign {
        Err(NotFound::NoRun(path.to_owned()))
    } else {
        Err(NotFound::Empty(path.to_owned()))
    }
}

/// `last` alone does not make a run: `/usr/bin` holds one.
fn is_run(dir: &Path) -> io::Result<bool> {
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
