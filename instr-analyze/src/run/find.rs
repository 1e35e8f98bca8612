//! Finds runs: an output directory holds many, a run's directory is one, `latest` is the newest.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use instr_format::escape::Printable;
use instr_format::files::{LAST, RUN_JSON, SITES};

use super::group::{Group, group, list};
use super::stores::stores;

/// Stands for the newest run: of `./instr-logs`, or all of the newest command in the workspace's `target/instr/runs`.
pub const LATEST: &str = "latest";

/// Why no run was found.
#[derive(Debug)]
pub enum NotFound {
    /// An output directory in which nothing has run yet.
    Empty(PathBuf),
    /// Nothing in any of the places where runs lie that nobody has named.
    Nowhere(Vec<PathBuf>),
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
                    "no runs in {}; run the instrumented program first, with INSTR_OUTPUT_DIR set to that directory",
                    shown(dir)
                )
            }
            NotFound::Nowhere(places) => {
                write!(f, "no runs found: looked in ")?;
                for (index, dir) in places.iter().enumerate() {
                    let state = if dir.exists() { "holds none" } else { "does not exist" };
                    let and = if index == 0 { "" } else { " and " };
                    write!(f, "{and}{} ({state})", shown(dir))?;
                }
                write!(f, "; run an instrumented program here first, or name the directory of a run")
            }
            NotFound::NoRun(dir) => write!(
                f,
                "{} is not a run and holds none; expected a directory with {RUN_JSON}, {SITES}, {LAST} and thread logs, \
                 or a directory of such directories",
                shown(dir)
            ),
            NotFound::Unreadable(dir, error) => {
                write!(f, "cannot read {}: {error}", shown(dir))?;
                match foreign_owner(dir) {
                    Some(uid) => write!(f, "; it belongs to another user (uid {uid})"),
                    None => write!(f, "; name an output directory, the directory of one run, or `{LATEST}`"),
                }
            }
        }
    }
}

impl std::error::Error for NotFound {}

fn shown(path: &Path) -> Printable<'_> {
    Printable(path.as_os_str().as_bytes())
}

/// The user that a file belongs to, if that is somebody else.
pub fn foreign_owner(path: &Path) -> Option<u32> {
    let (Ok(file), Ok(own)) = (fs::symlink_metadata(path), fs::metadata("/proc/self")) else { return None };
    Some(file.uid()).filter(|uid| *uid != own.uid())
}

/// The directories of the runs that `path` names, oldest first.
///
/// # Errors
/// When there is none.
pub fn find(path: &Path) -> Result<Vec<PathBuf>, NotFound> {
    if path.as_os_str() == LATEST {
        return latest().map(|group| group.runs);
    }
    Ok(groups(path)?.into_iter().flat_map(|group| group.runs).collect())
}

/// The runs and commands that `path` names, oldest first, each with at least one run.
///
/// # Errors
/// When there is none.
pub fn groups(path: &Path) -> Result<Vec<Group>, NotFound> {
    let unreadable = |error| NotFound::Unreadable(path.to_owned(), error);
    let (mut groups, foreign) = match group(path).map_err(unreadable)? {
        Some(group) => (vec![group], false),
        None => {
            let listing = list(path).map_err(unreadable)?;
            (listing.groups, listing.foreign)
        }
    };
    groups.retain(|group| !group.runs.is_empty());
    match groups.is_empty() {
        false => Ok(groups),
        true if foreign => Err(NotFound::NoRun(path.to_owned())),
        true => Err(NotFound::Empty(path.to_owned())),
    }
}

/// The newest run or command of the places where runs lie that nobody has named.
///
/// # Errors
/// When there is none.
pub fn latest() -> Result<Group, NotFound> {
    everywhere()?.pop().ok_or_else(|| NotFound::Nowhere(stores()))
}

/// The runs and commands that `paths` name; without any, those [everywhere].
///
/// # Errors
/// When there is none where one of them points.
pub fn named(paths: &[PathBuf]) -> Result<Vec<Group>, NotFound> {
    if paths.is_empty() {
        return everywhere();
    }
    let mut found = Vec::new();
    for path in paths {
        found.extend(if path.as_os_str() == LATEST { vec![latest()?] } else { groups(path)? });
    }
    Ok(found)
}

/// All runs and commands of the places where runs lie that nobody has named, oldest first.
///
/// # Errors
/// When there is none.
pub fn everywhere() -> Result<Vec<Group>, NotFound> {
    let stores = stores();
    let (mut found, mut refused) = (Vec::new(), None);
    for store in &stores {
        match groups(store) {
            Ok(groups) => found.extend(groups),
            Err(NotFound::Unreadable(dir, error)) if error.kind() == io::ErrorKind::PermissionDenied => {
                refused = Some(NotFound::Unreadable(dir, error));
            }
            Err(_) => {}
        }
    }
    found.sort_by_key(|group| group.newest_ns);
    if found.is_empty() { Err(refused.unwrap_or(NotFound::Nowhere(stores))) } else { Ok(found) }
}
