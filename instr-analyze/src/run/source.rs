//! Finds the source of a statement: where the program was built or started, where we are, and in the caches of cargo and rustup.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::open;
use crate::model::excerpt::{Excerpt, around, excerpt, moved};
use crate::model::process::Process;
use crate::model::source_path::{in_registry, in_toolchain};
use crate::model::statement::Statement;

const SOURCE_MAX: u64 = 16 << 20;

/// What was found of a statement's source.
#[derive(Debug)]
pub enum Source {
    /// The statement and the lines around it.
    Found(Excerpt),
    /// The statement on another line, the only one where it is now.
    Moved(Excerpt, u64),
    /// The file, but without the statement.
    Changed,
    /// No file.
    Missing,
}

/// Where the sources of a run may lie.
///
/// What a run says of directories counts only if nobody else can have written it: else a run that somebody left for root to
/// read would choose the files that root is shown.
#[derive(Debug)]
pub struct Roots {
    /// Where the program was started, where its executable is, and where we are, each with all directories above it but `/`.
    directories: Vec<PathBuf>,
    /// Where cargo has checked out dependencies from git for the user who reads.
    checkouts: Vec<PathBuf>,
    /// Where cargo has unpacked the registry's crates for that user, a directory per registry.
    registries: Vec<PathBuf>,
    /// The sources of the standard library in the toolchains of that user.
    toolchains: Vec<PathBuf>,
}

impl Roots {
    /// For the run in `dir`.
    pub fn new(dir: &Path, process: &Process) -> Self {
        let of_run = Some(process).filter(|_| is_ours_alone(dir));
        let cwd = of_run.and_then(|process| process.cwd.as_deref());
        let exe_dir = of_run.and_then(|process| process.exe.as_deref()?.parent());
        let here = env::current_dir().ok();
        let mut directories = Vec::new();
        for start in [cwd, exe_dir, here.as_deref()].into_iter().flatten() {
            for root in start.ancestors().filter_map(|root| root.canonicalize().ok()) {
                if root.parent().is_some() && !directories.contains(&root) {
                    directories.push(root);
                }
            }
        }
        let cargo = home("CARGO_HOME", ".cargo");
        let registries = entries(cargo.as_ref().map(|home| home.join("registry/src")));
        let checkouts = entries(cargo.map(|home| home.join("git/checkouts")));
        let toolchains = entries(home("RUSTUP_HOME", ".rustup").map(|home| home.join("toolchains")));
        let toolchains = toolchains.into_iter().map(|toolchain| toolchain.join("lib/rustlib/src/rust")).collect();
        Roots { directories, checkouts, registries, toolchains }
    }

    /// The files that the path can mean, each below a directory that it may not leave.
    fn candidates<'a>(&'a self, file: &'a str) -> impl Iterator<Item = (&'a Path, &'a Path)> {
        let below = |roots: &'a [PathBuf], path: Option<&'a str>| {
            path.into_iter().flat_map(|path| roots.iter().map(move |root| (root.as_path(), Path::new(path))))
        };
        below(&self.directories, Some(file))
            .chain(below(&self.checkouts, Some(file)))
            .chain(below(&self.registries, in_registry(file)))
            .chain(below(&self.toolchains, in_toolchain(file)))
    }

    /// The first of them that can be read: where it is, and what it says.
    pub fn first(&self, file: &str) -> Option<(PathBuf, String)> {
        self.candidates(file).find_map(|(root, path)| Some((root.join(path), read_below(root, path)?)))
    }

    /// What they say.
    pub(super) fn sources<'a>(&'a self, file: &'a str) -> impl Iterator<Item = String> + 'a {
        self.candidates(file).filter_map(|(root, path)| read_below(root, path))
    }
}

/// The directory that a variable names, or else the one in the user's home.
fn home(variable: &str, in_home: &str) -> Option<PathBuf> {
    let given = env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    given.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(in_home)))
}

fn entries(directory: Option<PathBuf>) -> Vec<PathBuf> {
    let entries = directory.and_then(|directory| fs::read_dir(directory).ok()).into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.path().canonicalize().ok()).collect()
}

/// Whether a directory belongs to the user that we run as, who owns `/proc/self`, and nobody else may write there.
pub fn is_ours_alone(dir: &Path) -> bool {
    let (Ok(dir), Ok(own)) = (fs::metadata(dir), fs::metadata("/proc/self")) else { return false };
    dir.uid() == own.uid() && dir.mode() & 0o022 == 0
}

/// Looks for a statement in the files that its path can mean.
pub fn find(roots: &Roots, statement: &Statement, context: u64) -> Source {
    let mut outcome = Source::Missing;
    for source in roots.sources(&statement.file) {
        if let Some(excerpt) = excerpt(&source, (statement.line, statement.column), &statement.snippet, context) {
            return Source::Found(excerpt);
        }
        let moved = moved(&source, &statement.snippet).and_then(|place| {
            let excerpt = excerpt(&source, place, &statement.snippet, context)?;
            Some(Source::Moved(excerpt, place.0))
        });
        outcome = match (moved, outcome) {
            (_, moved @ Source::Moved(..)) => moved,
            (Some(moved), _) => moved,
            (None, _) => Source::Changed,
        };
    }
    outcome
}

impl Roots {
    /// A line of a file as it is now, with `context` lines before and behind it.
    pub fn around(&self, file: &str, line: u64, context: u64) -> Option<Excerpt> {
        self.sources(file).find_map(|source| around(&source, line, context))
    }
}

/// Source files that are looked at again and again.
#[derive(Debug)]
pub struct Texts {
    roots: Roots,
    known: HashMap<String, Option<String>>,
}

/// So many of them are kept.
const TEXTS_MAX: usize = 32;

impl Texts {
    /// Of files that lie there.
    pub fn new(roots: Roots) -> Self {
        Texts { roots, known: HashMap::new() }
    }

    /// A line of a file as it is now, with `context` lines before and behind it.
    pub fn around(&mut self, file: &str, line: u64, context: u64) -> Option<Excerpt> {
        if self.known.len() >= TEXTS_MAX && !self.known.contains_key(file) {
            self.known.clear();
        }
        let roots = &self.roots;
        let text = self.known.entry(file.to_owned()).or_insert_with(|| roots.sources(file).next());
        around(text.as_deref()?, line, context)
    }
}

fn read_below(root: &Path, file: &Path) -> Option<String> {
    let path = root.join(file).canonicalize().ok()?;
    if !path.starts_with(root) {
        return None;
    }
    String::from_utf8(open::read(&path, SOURCE_MAX).ok()?).ok()
}
