//! One crate: downloaded, built and tested plain, then in every mode.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use super::manifest::Manifest;
use super::runs::Runs;
use super::{Crate, TEXT_SINK, versions};
use crate::libtest::{Outcome, outcomes, seconds};
use crate::limits::limit;
use crate::package::{Package, runtime_dependency, said};

/// How an instrumented package is annotated.
struct Mode {
    name: &'static str,
    annotate: fn(&Package, &str, &str) -> usize,
    /// The annotated crate's documentation is the same in each mode, and its tests take most of the time.
    doc_tests: bool,
}

const MODES: [Mode; 2] = [
    Mode { name: "items", annotate: Package::annotate, doc_tests: true },
    Mode { name: "modules", annotate: Package::annotate_modules, doc_tests: false },
];

/// Where what is annotated may be. A build script is not: it depends on other things.
const SOURCES: [&str; 4] = ["src", "lib.rs", "tests", "test"];

/// How long one command may take, in seconds.
const MOST_SECONDS: &str = "300";

/// How long a file may become, and so a thread's log. What is beyond is counted; the statements reach the sink all the same.
pub(super) const MOST_BYTES: u64 = 8 << 20;

/// What came of a crate's tests in one mode.
#[derive(Debug)]
pub struct Row {
    /// The crate.
    pub tested: &'static Crate,
    /// What the attributes were put on.
    pub mode: &'static str,
    /// The sink.
    pub sink: &'static str,
    /// How many attributes there are.
    pub places: usize,
    /// How many tests the plain crate ran.
    pub plain: usize,
    /// How many the instrumented crate ran.
    pub instrumented: usize,
    /// Of how many the logs hold the first statement, where the sink is one that keeps them all.
    pub recorded: Option<usize>,
    /// How long the tests in the code took, plain and instrumented.
    pub seconds: [f64; 2],
    /// What was not the same, and what is wrong with the logs.
    pub differences: Vec<String>,
}

/// What a package's own tests did.
#[derive(Default)]
struct Tested {
    outcomes: Vec<Outcome>,
    succeeded: bool,
    seconds: f64,
}

impl Crate {
    /// Keeps the versions that cargo chooses for what the crate depends on, so that every later run has the same.
    ///
    /// # Panics
    /// When the crate cannot be had.
    pub fn pin(&self) {
        let source = self.download();
        versions::keep(&self.package(&source, &self.manifest(&source), "plain"));
    }

    /// Runs the crate's tests plain and instrumented, in every mode, with one of `SINKS`.
    ///
    /// # Panics
    /// When the plain crate cannot be had or built.
    pub fn check(&'static self, sink: &'static str) -> Vec<Row> {
        let source = self.download();
        let mut manifest = self.manifest(&source);
        let edition = manifest.edition().to_owned();
        let plain = self.package(&source, &manifest, "plain");
        let known =
            self.messages(&plain).unwrap_or_else(|said| panic!("{} does not build: {:#?}", self.name, errors(&said)));
        let output = tempfile::tempdir().expect("a directory");
        let expected = self.test(&plain, output.path(), sink);
        let expected_docs = self.test_documentation(&plain, output.path(), sink);
        assert!(!expected.outcomes.is_empty(), "{} has no tests", self.name);

        let sources = if manifest.is_macro() { &SOURCES[2..] } else { &SOURCES[..] };
        manifest.add_runtime(&runtime_dependency());
        let mut rows = Vec::new();
        let mut annotated_items = 0;
        for mode in MODES {
            let package = self.package(&source, &manifest, mode.name);
            let existing = sources.iter().filter(|below| package.path().join(below).exists());
            let places = existing.map(|below| (mode.annotate)(&package, below, &edition)).sum();
            for (path, _) in self.unannotated {
                fs::copy(source.join(path), package.path().join(path)).expect("the original");
            }
            // Without any inline module it is the same again.
            if places == annotated_items {
                continue;
            }
            annotated_items = places;
            let (new, built) = match self.messages(&package) {
                Ok(messages) => (difference(&messages, &known), true),
                Err(said) => {
                    (errors(&said).into_iter().map(|error| format!("does not build: {error}")).collect(), false)
                }
            };
            let mut row = Row {
                tested: self,
                mode: mode.name,
                sink,
                places,
                plain: 0,
                instrumented: 0,
                recorded: None,
                seconds: [0.0; 2],
                differences: new,
            };
            if built {
                let output = tempfile::tempdir().expect("a directory");
                let actual = self.test(&package, output.path(), sink);
                row.seconds = [expected.seconds, actual.seconds];
                row.compare(&expected, &actual);
                if sink == TEXT_SINK {
                    row.read_logs(&actual.outcomes, output.path());
                }
                if mode.doc_tests {
                    row.compare(&expected_docs, &self.test_documentation(&package, output.path(), sink));
                }
            }
            rows.push(row);
        }
        rows
    }

    /// The crate's sources, from cargo's cache, or from the registry into it.
    fn download(&self) -> PathBuf {
        let package = Package::new(&format!("{}-download", self.name));
        package.write("src/lib.rs", "");
        let (name, version) = (self.name, self.version);
        let head = "[package]\nname = \"download\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
        package.write("Cargo.toml", &format!("{head}\n[dependencies]\n{name} = \"={version}\"\n"));
        let output = package.online_if_needed(&["metadata", "--format-version", "1"]);
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let found = packages.iter().find(|package| package["name"] == name).expect("the crate");
        let manifest = Path::new(found["manifest_path"].as_str().expect("a path"));
        manifest.parent().expect("a directory").to_owned()
    }

    fn manifest(&self, source: &Path) -> Manifest {
        let text = fs::read_to_string(source.join("Cargo.toml")).expect("a manifest");
        let mut manifest = Manifest::new(&text, self.without);
        for (path, _) in self.removed {
            manifest.remove_target(path);
        }
        manifest
    }

    fn package(&self, source: &Path, manifest: &Manifest, kind: &str) -> Package {
        let package = Package::new(&format!("{}-{kind}", self.name));
        copy_all(source, package.path());
        for (path, _) in self.removed {
            fs::remove_file(package.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        package.write("Cargo.toml", &manifest.text());
        versions::pin(&package);
        package.fetch();
        package
    }

    /// What the compiler, clippy and rustdoc say about the package, or why it does not build.
    fn messages(&self, package: &Package) -> Result<Vec<String>, String> {
        let mut messages = Vec::new();
        let json = ["--message-format", "json"];
        for (command, last) in [
            (&["test", "--no-run"][..], &[][..]),
            (&["clippy", "--all-targets"], &["--", "--cap-lints", "warn"]),
            (&["doc", "--no-deps"], &[]),
        ] {
            let mut cargo = self.cargo(package, &[command, self.features, &json].concat());
            let output = run(cargo.args(last));
            if !output.status.success() {
                return Err(said(&output));
            }
            let said = package.own_messages(&output);
            // To a macro, documentation is an attribute like others.
            let said = said.into_iter().map(|message| {
                message
                    .replace("after_doc_comments", "after_outer_attr")
                    .replace("after doc comment", "after outer attribute")
            });
            messages.extend(said.map(|message| format!("{}: {message}", command[0])));
        }
        messages.sort();
        Ok(messages)
    }

    /// Runs the tests in the crate's code, those that are not to be recorded by themselves.
    fn test(&self, package: &Package, output: &Path, sink: &str) -> Tested {
        let (skipped, unrecorded) = (names(self.skipped), names(self.unrecorded));
        let mut skips: Vec<_> = skipped.iter().chain(&unrecorded).flat_map(|test| ["--skip", test]).collect();
        if !skips.is_empty() {
            skips.push("--exact");
        }
        let recording = recording(output, sink);
        let mut tested = self.run_tests(package, "--tests", &recording, &skips);
        if !unrecorded.is_empty() {
            let only = [&["--exact"], &unrecorded[..]].concat();
            tested.add(self.run_tests(package, "--tests", &[("INSTR_ENABLE", "off")], &only));
        }
        tested
    }

    /// Runs the tests in the crate's documentation.
    fn test_documentation(&self, package: &Package, output: &Path, sink: &str) -> Tested {
        let recording = recording(output, sink);
        let skips: Vec<_> = self.skipped.iter().flat_map(|(test, _)| ["--skip", test]).collect();
        self.run_tests(package, "--doc", &recording, &skips)
    }

    fn run_tests(&self, package: &Package, kind: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Tested {
        let mut command = self.cargo(package, &[&["test", "--no-fail-fast", kind], self.features].concat());
        if !arguments.is_empty() {
            command.arg("--").args(arguments);
        }
        command.envs(variables.iter().copied()).env_remove("RUST_BACKTRACE");
        // Each doc test is a program that is linked first.
        let most = if kind == "--doc" { 32 * MOST_BYTES } else { MOST_BYTES };
        limit(&mut command, libc::RLIMIT_FSIZE, most);
        let output = run(&mut command);
        let stdout = String::from_utf8_lossy(&output.stdout);
        Tested { outcomes: outcomes(&stdout), succeeded: output.status.success(), seconds: seconds(&stdout) }
    }

    /// A cargo command that ends, with all that it has started, when its time is over.
    fn cargo(&self, package: &Package, arguments: &[&str]) -> Command {
        let cargo = package.cargo(arguments);
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", MOST_SECONDS]).arg(cargo.get_program()).args(cargo.get_args());
        command.current_dir(package.path());
        for (name, value) in cargo.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}

/// The variables of a run. Of logs the first records stay, until no file may become longer.
fn recording<'a>(output: &'a Path, sink: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut variables = vec![("INSTR_OUTPUT_DIR", output.to_str().expect("a path")), ("INSTR_SINK", sink)];
    if sink == TEXT_SINK {
        variables.extend([("INSTR_MAX_BYTES", "1G"), ("INSTR_MAX_TOTAL_BYTES", "64G")]);
    }
    variables
}

impl Tested {
    fn add(&mut self, other: Tested) {
        self.outcomes.extend(other.outcomes);
        self.outcomes.sort();
        self.succeeded &= other.succeeded;
        self.seconds += other.seconds;
    }
}

impl Row {
    /// Adds tests to the row, and their differences.
    fn compare(&mut self, expected: &Tested, actual: &Tested) {
        self.plain += expected.outcomes.len();
        self.instrumented += actual.outcomes.len();
        for (kind, more) in [
            ("plain", difference(&expected.outcomes, &actual.outcomes)),
            ("instrumented", difference(&actual.outcomes, &expected.outcomes)),
        ] {
            self.differences.extend(more.iter().map(|(test, outcome)| format!("{kind}: {test}: {outcome}")));
        }
        if actual.succeeded != expected.succeeded {
            let (plain, instrumented) = (expected.succeeded, actual.succeeded);
            self.differences.push(format!("cargo test succeeds: plain {plain}, instrumented {instrumented}"));
        }
    }

    /// Looks for the tests in what was recorded.
    fn read_logs(&mut self, tests: &[Outcome], output: &Path) {
        let runs = Runs::read(output);
        let (held, missing) = runs.tests(tests, &names(self.tested.unrecorded));
        self.recorded = Some(held.len());
        self.differences.extend(missing.iter().map(|test| format!("not recorded: {test}")));
        if runs.records == 0 {
            self.differences.push("nothing recorded".to_owned());
        }
        if held.len() != self.tested.recorded {
            self.differences.push(format!("{} tests recorded, not {}", held.len(), self.tested.recorded));
        }
        self.differences.extend(runs.damage);
    }
}

/// The compiler's errors and where they are, out of all that it has said.
fn errors(said: &str) -> Vec<String> {
    let mut lines = said.lines().peekable();
    let mut errors = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with("error") {
            errors.push([line, lines.peek().copied().unwrap_or_default().trim()].join(" "));
        }
    }
    errors
}

fn names(tests: &'static [(&'static str, &'static str)]) -> Vec<&'static str> {
    tests.iter().map(|(name, _)| *name).collect()
}

/// Runs a command and says how long it took, which is how one sees what a slow crate spends its time on.
fn run(command: &mut Command) -> Output {
    let start = Instant::now();
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let package = command.get_current_dir().and_then(Path::file_name).unwrap_or_default();
    let arguments: Vec<_> = command.get_args().skip(3).map(|argument| argument.to_string_lossy()).collect();
    eprintln!("{:6.1} s {}: {}", start.elapsed().as_secs_f64(), package.display(), arguments.join(" "));
    output
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            copy_all(&path, &to.join(name));
        } else if name != "Cargo.toml" && name != "Cargo.lock" && name != ".cargo-ok" {
            fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

/// What the first of two sorted lists has more than the second.
fn difference<T: Ord + Clone>(first: &[T], second: &[T]) -> Vec<T> {
    let mut second = second.iter().peekable();
    let mut more = Vec::new();
    for element in first {
        while second.next_if(|other| *other < element).is_some() {}
        if second.next_if(|other| *other == element).is_none() {
            more.push(element.clone());
        }
    }
    more
}
