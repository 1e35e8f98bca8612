//! Packages that the tests write and build, as a user's workspace of its own beside this one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

use crate::{rust_files, workspace};
use cargo_instr::annotate::{ATTRIBUTE, ATTRIBUTE_2015, Style, annotate_in_style};

/// A package in a directory of its own.
#[derive(Debug)]
pub struct Package {
    directory: PathBuf,
}

impl Package {
    /// An empty package, in place of the one that an earlier run of the test has left.
    ///
    /// # Panics
    /// When its directory cannot be written.
    pub fn new(name: &str) -> Self {
        let directory = build_directory().join("packages").join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory).expect("an old package");
        }
        fs::create_dir_all(&directory).expect("a new directory");
        fetch_workspace();
        fs::copy(workspace().join("Cargo.lock"), directory.join("Cargo.lock")).expect("a lock file");
        Package { directory }
    }

    /// The package's directory.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.directory.join(path);
        fs::create_dir_all(path.parent().expect("below the package")).expect("a directory");
        fs::write(path, text).expect("a new file");
    }

    /// Copies a file.
    ///
    /// # Panics
    /// When it cannot be read or written.
    pub fn copy(&self, from: &Path, to: &str) {
        self.write(to, &fs::read_to_string(from).expect("a text"));
    }

    /// Annotates a source, or all below a directory, and returns the number of places.
    ///
    /// # Panics
    /// When one of them is not Rust.
    pub fn annotate(&self, below: &str, edition: &str) -> usize {
        self.annotate_with("", below, edition)
    }

    /// The same with arguments for the attribute.
    ///
    /// # Panics
    /// When one of them is not Rust.
    pub fn annotate_with(&self, arguments: &str, below: &str, edition: &str) -> usize {
        self.annotate_in_style(&Style::new(&attribute(edition, arguments)), below)
    }

    /// Puts the attribute on whole inline modules where it can be.
    ///
    /// # Panics
    /// When one of the sources is not Rust.
    pub fn annotate_modules(&self, below: &str, edition: &str) -> usize {
        self.annotate_in_style(&Style { whole_modules: true, ..Style::new(&attribute(edition, "")) }, below)
    }

    fn annotate_in_style(&self, style: &Style<'_>, below: &str) -> usize {
        let mut places = 0;
        for file in rust_files(&self.directory.join(below)) {
            let source = fs::read_to_string(&file).expect("a source file");
            let annotated = annotate_in_style(&source, style).unwrap_or_else(|error| panic!("{file:?}: {error}"));
            places += annotated.places;
            fs::write(&file, annotated.text).expect("the same file");
        }
        places
    }

    /// A cargo command, offline, whose output is the same in every environment.
    ///
    /// # Panics
    /// When the tests do not run under cargo.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.cargo_online(arguments);
        command.arg("--offline");
        command
    }

    /// The same, but it may download what is not there yet.
    ///
    /// # Panics
    /// When the tests do not run under cargo.
    pub fn cargo_online(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").expect("tests run under cargo"));
        command.args(arguments).current_dir(&self.directory);
        command.env("CARGO_TARGET_DIR", build_directory().join("packages-target"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("INSTR_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Downloads what the package depends on beyond this workspace's lock file, for every platform, unless it is there.
    ///
    /// # Panics
    /// When it cannot be had.
    pub fn fetch(&self) {
        self.online_if_needed(&["fetch"]);
    }

    /// A cargo command, offline, and once more with a network when something has to be downloaded for it.
    ///
    /// # Panics
    /// When it does not succeed.
    pub fn online_if_needed(&self, arguments: &[&str]) -> Output {
        let output = self.cargo(arguments).output().expect("cargo runs");
        if output.status.success() { output } else { succeed(&mut self.cargo_online(arguments)) }
    }

    /// Builds and returns the executables by name, and the compiler's messages on this package.
    ///
    /// # Panics
    /// When it does not build.
    pub fn build(&self, command: &[&str]) -> (BTreeMap<String, PathBuf>, Vec<String>) {
        let output = succeed(&mut self.cargo(&[command, &["--message-format", "json"]].concat()));
        let mut executables = BTreeMap::new();
        for line in json_lines(&output) {
            if let (Some(name), Some(path)) = (line["target"]["name"].as_str(), line["executable"].as_str()) {
                executables.insert(name.to_owned(), PathBuf::from(path));
            }
        }
        (executables, self.own_messages(&output))
    }

    /// The compiler's messages on this package, whether it builds or not.
    ///
    /// # Panics
    /// When cargo does not run.
    pub fn messages(&self, command: &[&str]) -> Vec<String> {
        let mut command = self.cargo(&[command, &["--message-format", "json"]].concat());
        self.own_messages(&command.output().expect("cargo runs"))
    }

    /// The compiler's messages on this package among what a command with JSON messages has printed.
    pub fn own_messages(&self, output: &Output) -> Vec<String> {
        let mut messages = Vec::new();
        for line in json_lines(output) {
            let is_own =
                line["manifest_path"].as_str().is_some_and(|path| Path::new(path).starts_with(&self.directory));
            if is_own && line["reason"] == "compiler-message" {
                messages.push(message(&line["message"]));
            }
        }
        messages.sort();
        messages
    }
}

/// As `cargo instr` puts it: nobody marks the signal handlers, so nobody is warned of them.
fn attribute(edition: &str, arguments: &str) -> String {
    let attribute = if edition == "2015" { ATTRIBUTE_2015 } else { ATTRIBUTE };
    attribute.replace(']', &format!("(by_tool, {arguments})]"))
}

/// What cargo says with `--message-format json`.
pub fn json_lines(output: &Output) -> impl Iterator<Item = Value> + use<'_> {
    output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// A compiler's message without the source text that it shows.
fn message(message: &Value) -> String {
    let span = message["spans"].as_array().and_then(|spans| spans.iter().find(|span| span["is_primary"] == true));
    let place = span.map(|span| {
        let [line, column, last_line, last_column] =
            ["line_start", "column_start", "line_end", "column_end"].map(|name| &span[name]);
        format!("{}:{line}:{column} to {last_line}:{last_column}", span["file_name"])
    });
    format!("{} {} {} {}", place.unwrap_or_default(), message["level"], message["code"]["code"], message["message"])
}

/// Downloads, once for all tests of a process, every crate in this workspace's lock file. `cargo test` has downloaded what
/// this platform builds, and `cargo --offline` wants those of all platforms.
///
/// # Panics
/// When one cannot be had.
pub fn fetch_workspace() {
    static FETCHED: OnceLock<Result<(), String>> = OnceLock::new();
    let fetched = FETCHED.get_or_init(|| {
        let mut cargo = Command::new(std::env::var_os("CARGO").expect("tests run under cargo"));
        let output = cargo.args(["fetch", "--locked"]).current_dir(workspace()).output().expect("cargo runs");
        if output.status.success() { Ok(()) } else { Err(said(&output)) }
    });
    fetched.as_ref().unwrap_or_else(|said| panic!("cargo fetch --locked\n{said}"));
}

/// Where the sources of a published crate are: in cargo's cache, or from the registry into it.
///
/// # Panics
/// When it is in neither.
pub fn download(name: &str, version: &str) -> PathBuf {
    let package = Package::new(&format!("{name}-download"));
    package.write("src/lib.rs", "");
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"{name}-download\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{name} = \"={version}\"\n"
        ),
    );
    let output = package.online_if_needed(&["metadata", "--format-version", "1"]);
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    // Cargo downloads what is no library too, and leaves it out.
    let Some(found) = packages.iter().find(|package| package["name"] == name) else { return unpacked(name, version) };
    let manifest = Path::new(found["manifest_path"].as_str().expect("a path"));
    manifest.parent().expect("a directory").to_owned()
}

fn unpacked(name: &str, version: &str) -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| Path::new(&std::env::var_os("HOME").expect("a home")).join(".cargo"));
    let registries = fs::read_dir(home.join("registry/src")).expect("what cargo has downloaded");
    let mut crates = registries.map(|entry| entry.expect("an entry").path().join(format!("{name}-{version}")));
    crates.find(|path| path.exists()).expect("the crate")
}

/// Messages without those on braces: where a probe stands beside the only expression of a block, they are needed.
pub fn without_braces(mut messages: Vec<String>) -> Vec<String> {
    messages.retain(|message| !message.contains("unused_braces"));
    messages
}

/// Runs a command that has to succeed.
///
/// # Panics
/// When it does not.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", said(&output));
    output
}

/// What a command has printed, the compiler's rendered messages included.
pub fn said(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match serde_json::from_str::<Value>(line) {
            Ok(json) => text.push_str(json["message"]["rendered"].as_str().unwrap_or_default()),
            Err(_) => text.extend([line, "\n"]),
        }
    }
    text
}

/// What a manifest says of the runtime, switched on.
pub fn runtime_dependency() -> String {
    runtime(Feature::Enabled)
}

/// The feature of the runtime that a program is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// None: compiled out.
    Off,
    /// The statement stack alone.
    Stack,
    /// Everything.
    Enabled,
}

/// What a manifest says of the runtime.
pub fn runtime(feature: Feature) -> String {
    let features = match feature {
        Feature::Off => "",
        Feature::Stack => ", features = [\"stack\"]",
        Feature::Enabled => ", features = [\"enabled\"]",
    };
    format!("{{ path = {:?}{features} }}", workspace().join("instr-runtime"))
}

/// Beside what this program itself was built to: cargo marks the root of that when it makes it. Otherwise it is above the
/// profile's directory, where `deps` is.
pub(crate) fn build_directory() -> PathBuf {
    let program = std::env::current_exe().expect("a path");
    let root = program.ancestors().find(|directory| directory.join("CACHEDIR.TAG").exists());
    root.or(program.ancestors().nth(3)).expect("a target directory").join("it")
}
