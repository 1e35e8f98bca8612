//! `cargo instr`, installed as by a user, in workspaces that have never heard of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use instr_format::files::{SITES, is_ring, is_thread_log};
use instr_format::sites::decode_table;
use instr_format::text::decode_record;

use crate::package::{build_directory, fetch_workspace, succeed};
use crate::rings::Ring;
use crate::workspace;

/// What cargo, the compiler and a program need of the environment of whoever runs the tests.
const KEPT: [&str; 5] = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

/// A copy of a fixture. Its target directory stays from one test run to the next.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    directory: PathBuf,
}

impl Workspace {
    /// The fixture `tests/cargo_instr/NAME`, or the workspace in it, at a path with a space and a letter beyond ASCII, which
    /// `theme` makes this one test's own.
    ///
    /// # Panics
    /// When it cannot be copied.
    pub fn new(fixture: &str, theme: &str) -> Self {
        let workspace = Workspace::of(&workspace().join("tests/cargo_instr").join(fixture), theme);
        // Drops from the lock file what is not needed.
        succeed(&mut workspace.cargo(&["metadata", "--format-version", "1"]));
        workspace
    }

    /// The same with sources from elsewhere.
    ///
    /// # Panics
    /// When they cannot be copied.
    pub fn of(sources: &Path, theme: &str) -> Self {
        let root = build_directory().join("cargo-instr workspaces é").join(theme);
        copy(sources, &root);
        let inner = root.join("workspace");
        let directory = if inner.exists() { inner } else { root.clone() };
        fetch_workspace();
        write_if_new(&directory.join("Cargo.lock"), &fs::read(workspace().join("Cargo.lock")).expect("a lock file"));
        // Of many test runs, cargo instr would say that it removes some. Another test may be doing the same.
        let _ = fs::remove_dir_all(directory.join("target/instr/runs"));
        Workspace { root, directory }
    }

    /// The directory of its manifest.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.directory.join(path);
        fs::create_dir_all(path.parent().expect("it has a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Downloads what it depends on beyond this workspace's lock file, for every platform.
    ///
    /// # Panics
    /// When it cannot be had.
    pub fn fetch(&self) {
        succeed(self.cargo(&["fetch"]).env_remove("CARGO_NET_OFFLINE"));
    }

    /// `cargo ARGUMENTS`, offline.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").expect("tests run under cargo"));
        command.current_dir(&self.directory).env_clear();
        command.envs(KEPT.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("CARGO_NET_OFFLINE", "true").args(arguments);
        command
    }

    /// `cargo instr ARGUMENTS`.
    ///
    /// # Panics
    /// When it cannot be installed.
    pub fn instr(&self, arguments: &[&str]) -> Command {
        let mut command = self.cargo(&[&["instr"], arguments].concat());
        let path = std::env::var_os("PATH").expect("a path to search");
        let path = [installed().join("bin")].into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(path).expect("no colons"));
        // So that the runtime is compiled once and for all tests.
        command.env("XDG_CACHE_HOME", build_directory().join("cargo-instr-cache"));
        command
    }

    /// A directory for records, which is not there yet.
    ///
    /// # Panics
    /// When an earlier one cannot be removed.
    pub fn output(&self, name: &str) -> PathBuf {
        let output = self.directory.join("target/output").join(name);
        if output.exists() {
            fs::remove_dir_all(&output).expect("an old directory");
        }
        output
    }

    /// The trees of annotated files, of all plans.
    pub fn overlays(&self) -> Vec<PathBuf> {
        let plans = entries(&self.directory.join("target/instr/plans"));
        let overlays = plans.iter().map(|plan| plan.join("overlay")).filter(|overlays| overlays.exists());
        overlays.flat_map(|overlays| entries(&overlays)).collect()
    }

    /// Every file that is there with its content, but for what is below `target`.
    pub fn tree(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.root, &mut files);
        files
    }
}

/// Where the command is installed, as a user does it.
fn installed() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let root = build_directory().join("cargo-instr");
        let mut install = Command::new(std::env::var_os("CARGO").expect("tests run under cargo"));
        install
            .args(["install", "--offline", "--locked", "--debug", "--quiet", "--path", "cargo-instr", "--root"])
            .arg(&root);
        install.arg("--target-dir").arg(build_directory().join("cargo-instr-target"));
        succeed(install.current_dir(workspace()));
        root
    })
}

/// Copies what has changed, so that what was built of the rest stays fresh.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    let mut stale: BTreeSet<PathBuf> = entries(to).into_iter().collect();
    for path in entries(from) {
        let target = to.join(path.file_name().expect("a name"));
        stale.remove(&target);
        if path.is_dir() {
            copy(&path, &target);
        } else {
            write_if_new(&target, &fs::read(&path).expect("a file"));
        }
    }
    for path in stale.iter().filter(|path| !path.ends_with("target") && !path.ends_with("Cargo.lock")) {
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("what an earlier test has left");
    }
}

fn write_if_new(path: &Path, content: &[u8]) {
    if fs::read(path).ok().as_deref() != Some(content) {
        fs::write(path, content).expect("a file");
    }
}

fn collect(directory: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for path in entries(directory) {
        if path.ends_with("target") {
            continue;
        } else if path.is_dir() {
            collect(&path, files);
        } else {
            let content = fs::read(&path).expect("a file");
            files.insert(path, content);
        }
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// The run directories below an output directory.
pub fn runs(output: &Path) -> Vec<PathBuf> {
    let entries = if output.exists() { entries(output) } else { Vec::new() };
    entries.into_iter().filter(|path| path.is_dir()).collect()
}

/// Every function that could have been recorded, and the file it is in.
///
/// # Panics
/// When a table cannot be read.
pub fn functions(output: &Path) -> BTreeSet<(String, String)> {
    let mut functions = BTreeSet::new();
    for run in runs(output) {
        let table = fs::read(run.join(SITES)).expect("a site table");
        let read = decode_table(&table, |_, site, _| {
            let name = [site.module, b"::", site.name].concat();
            functions.insert((text(&name), text(site.file)));
        });
        assert_eq!(read, Ok(()), "{run:?}");
    }
    functions
}

/// Every function that was recorded, as records name it.
///
/// # Panics
/// When a log or a ring cannot be read.
pub fn recorded(output: &Path) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    for (run, file) in runs(output).iter().flat_map(|run| entries(run).into_iter().map(move |file| (run, file))) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_thread_log(name) {
            let log = fs::read(&file).expect("a log");
            let records = log.split(|byte| *byte == b'\n').skip(1).filter_map(decode_record);
            functions.extend(records.map(|record| text(record.site.name)));
        } else if is_ring(name) {
            let names = names(run);
            let ring = Ring::read(&file).expect("a ring");
            functions.extend(ring.records(0).iter().map(|record| names[&record.site].clone()));
        }
    }
    functions
}

/// The function of each statement of a run, by id.
fn names(run: &Path) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let table = fs::read(run.join(SITES)).expect("a site table");
    let read = decode_table(&table, |id, site, _| {
        names.insert(id, text(&[site.module, b"::", site.name].concat()));
    });
    assert_eq!(read, Ok(()), "{run:?}");
    names
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
