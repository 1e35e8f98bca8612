//! Finds the source of a statement, only below the directories that a trusted run names, and where we are.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::open;
use crate::model::excerpt::{Excerpt, excerpt};
use crate::model::process::Process;
use crate::model::statement::Statement;

const SOURCE_MAX: u64 = 16 << 20;

/// What was found of a statement's source.
#[derive(Debug)]
pub enum Source {
    /// The statement and the lines around it.
    Found(Excerpt),
    /// The file, but without the statement.
    Changed,
    /// No file.
    Missing,
}

/// The directories that sources may lie in: where the program was started, where its executable is, and where we are,
/// each with all directories above it but `/`.
///
/// What the run in `dir` says counts only if nobody else can have written it: else a run that somebody left for root to
/// read would choose the files that root is shown.
pub fn roots(dir: &Path, process: &Process) -> Vec<PathBuf> {
    let trusted = is_ours_alone(dir).then_some(process);
    let cwd = trusted.and_then(|process| process.cwd.as_deref());
    let exe_dir = trusted.and_then(|process| process.exe.as_deref()?.parent());
    let here = std::env::current_dir().ok();
    let mut roots = Vec::new();
    for start in [cwd, exe_dir, here.as_deref()].into_iter().flatten() {
        for root in start.ancestors().filter_map(|root| root.canonicalize().ok()) {
            if root.parent().is_some() && !roots.contains(&root) {
                roots.push(root);
            }
        }
    }
    roots
}

/// Whether a directory belongs to the user that we run as, who owns `/proc/self`, and nobody else may write there.
pub fn is_ours_alone(dir: &Path) -> bool {
    let (Ok(dir), Ok(own)) = (fs::metadata(dir), fs::metadata("/proc/self")) else { return false };
    dir.uid() == own.uid() && dir.mode() & 0o022 == 0
}

/// Looks for a statement in the files below `roots` that its path can mean.
pub fn find(roots: &[PathBuf], statement: &Statement, context: u64) -> Source {
    let mut outcome = Source::Missing;
    for root in roots {
        let Some(source) = read_below(root, &statement.file) else { continue };
        match excerpt(&source, statement.line, statement.column, &statement.snippet, context) {
            Some(excerpt) => return Source::Found(excerpt),
            None => outcome = Source::Changed,
        }
    }
    outcome
}

fn read_below(root: &Path, file: &str) -> Option<String> {
    let path = root.join(file).canonicalize().ok()?;
    if !path.starts_with(root) {
        return None;
    }
    String::from_utf8(open::read(&path, SOURCE_MAX).ok()?).ok()
}
