//! Published crates with every item of their sources and tests annotated: their own suites give the same results, the
//! compiler says nothing new, and the logs hold what has run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use instr_format::files::{SITES, is_thread_log};
use instr_format::sites::decode_table;
use instr_format::text::decode_record;
use instr_tests::libtest::{Outcome, outcomes};
use instr_tests::package::{Package, runtime_dependency, said, succeed};
use instr_tests::rust_files;

struct Crate {
    name: &'static str,
    version: &'static str,
    edition: &'static str,
    features: &'static [&'static str],
    default: &'static [&'static str],
    /// Tests that would fill the disk with their records. They run instrumented too, but switched off.
    unrecorded: &'static [&'static str],
    /// How many tests the logs hold: all but these, doc tests, and tests that a macro makes, which no annotation reaches.
    recorded: usize,
}

/// Parsing, with tests in files of their own.
#[test]
fn semver() {
    Crate {
        name: "semver",
        version: "1.0.28",
        edition: "2021",
        features: &["serde", "std"],
        default: &["std"],
        // An identifier of 5.6 MB, looked at byte by byte: 3 GB.
        unrecorded: &["test_new"],
        recorded: 33,
    }
    .check();
}

/// Reference counts and unsafe code, with global allocators among the tests.
#[test]
fn bytes() {
    Crate {
        name: "bytes",
        version: "1.12.2",
        edition: "2021",
        features: &["extra-platforms", "serde", "std"],
        default: &["std"],
        // Three nested loops of 256 turns: more than 28 GB. A vector filled byte by byte: 0.5 GB.
        unrecorded: &["advance_bytes_mut_remaining_capacity", "reserve_max_original_capacity_value"],
        recorded: 176,
    }
    .check();
}

/// Unions and generics, with tests inside the library.
#[test]
fn smallvec() {
    let features = &[
        "arbitrary",
        "bincode",
        "const_generics",
        "const_new",
        "drain_filter",
        "drain_keep_rest",
        "impl_bincode",
        "malloc_size_of",
        "may_dangle",
        "serde",
        "specialization",
        "union",
        "unty",
        "write",
    ];
    let default = &["const_generics", "drain_filter", "drain_keep_rest", "union", "write"];
    Crate { name: "smallvec", version: "1.16.6", edition: "2018", features, default, unrecorded: &[], recorded: 63 }
        .check();
}

/// Edition 2015.
#[test]
fn fnv() {
    Crate {
        name: "fnv",
        version: "1.0.7",
        edition: "2015",
        features: &["std"],
        default: &["std"],
        unrecorded: &[],
        recorded: 1,
    }
    .check();
}

impl Crate {
    fn check(&self) {
        let source = self.download();
        let plain = self.package(&source, false);
        let instrumented = self.package(&source, true);
        let mut places = 0;
        for below in ["src", "tests", "lib.rs"] {
            if instrumented.path().join(below).exists() {
                places += instrumented.annotate(below, self.edition);
            }
        }
        for command in [&["check", "--tests"], &["clippy", "--tests"]] {
            let known = plain.build(command).1;
            let new: Vec<_> =
                instrumented.build(command).1.into_iter().filter(|message| !known.contains(message)).collect();
            assert_eq!(new, [""; 0], "{command:?}");
        }
        let output = tempfile::tempdir().expect("a directory");
        let recording = ("INSTR_OUTPUT_DIR", output.path().to_str().expect("a path"));
        let (expected, plain_seconds) = test(&plain, recording, &[]);
        let skips: Vec<_> = self.unrecorded.iter().flat_map(|name| ["--skip", name]).collect();
        let (mut actual, seconds) = test(&instrumented, recording, &skips);
        if !self.unrecorded.is_empty() {
            actual.extend(test(&instrumented, ("INSTR_ENABLE", "off"), self.unrecorded).0);
            actual.sort();
        }
        assert_eq!(actual, expected);
        let runs = Runs::read(output.path());
        let recorded = runs.assert_hold(&actual, self.unrecorded);
        assert_eq!(recorded, self.recorded);
        println!(
            "{:9} {:4} places annotated, {:4} tests plain, {:4} instrumented, {:4} of them in the logs, {:7} records, \
             {:.1} times as long",
            self.name,
            places,
            expected.len(),
            actual.len(),
            recorded,
            runs.records,
            seconds / plain_seconds,
        );
    }

    /// The crate's sources, from cargo's cache, or from the registry into it.
    fn download(&self) -> PathBuf {
        let package = Package::new(&format!("{}-download", self.name));
        package.write("src/lib.rs", "");
        let (name, version) = (self.name, self.version);
        package.write("Cargo.toml", &format!("{}[dependencies]\n{name} = \"={version}\"\n", self.manifest("download")));
        let metadata = ["metadata", "--format-version", "1"];
        let output = package.cargo(&metadata).output().expect("cargo runs");
        let output = if output.status.success() { output } else { succeed(&mut package.cargo_online(&metadata)) };
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let found = packages.iter().find(|package| package["name"] == name).expect("the crate");
        let manifest = Path::new(found["manifest_path"].as_str().expect("a path"));
        manifest.parent().expect("a directory").to_owned()
    }

    /// Clippy finds in some tests what it would stop at.
    fn manifest(&self, name: &str) -> String {
        format!(
            "[package]\nname = {name:?}\nversion = {:?}\nedition = {:?}\nautobenches = false\nautoexamples = false\n\n\
             [workspace]\n\n[lints.clippy]\ncorrectness = \"warn\"\n\n",
            self.version, self.edition,
        )
    }

    fn package(&self, source: &Path, instrumented: bool) -> Package {
        let kind = if instrumented { "instrumented" } else { "plain" };
        let package = Package::new(&format!("{}-{kind}", self.name));
        for file in rust_files(source) {
            let path = file.strip_prefix(source).ok().and_then(|path| path.to_str()).expect("a path below it");
            package.copy(&file, path);
        }
        let mut manifest = self.manifest(self.name) + "[features]\n";
        for feature in self.features {
            manifest += &format!("{feature} = []\n");
        }
        manifest += &format!("default = {:?}\n\n", self.default);
        if source.join("lib.rs").exists() {
            manifest += "[lib]\npath = \"lib.rs\"\n\n";
        }
        if instrumented {
            manifest += &format!("[dependencies]\ninstr-runtime = {}\n", runtime_dependency());
        }
        package.write("Cargo.toml", &manifest);
        package
    }
}

/// Runs the tests and returns their outcomes and how many seconds they took, once they were built.
fn test(package: &Package, variable: (&str, &str), arguments: &[&str]) -> (Vec<Outcome>, f64) {
    succeed(&mut package.cargo(&["test", "--no-run"]));
    let mut command = package.cargo(&["test", "--no-fail-fast"]);
    let start = Instant::now();
    let output = command.arg("--").args(arguments).env(variable.0, variable.1).output().expect("cargo runs");
    let outcomes = outcomes(&String::from_utf8_lossy(&output.stdout));
    assert!(!outcomes.is_empty(), "{}", said(&output));
    (outcomes, start.elapsed().as_secs_f64())
}

/// What the suite has left behind.
struct Runs {
    /// The line of the first statement of each function, by the function's path within its crate.
    first_lines: BTreeMap<String, u64>,
    /// Every statement that was recorded: path of the function, and line.
    recorded: BTreeSet<(String, u64)>,
    records: usize,
}

impl Runs {
    fn read(output: &Path) -> Self {
        let mut runs = Runs { first_lines: BTreeMap::new(), recorded: BTreeSet::new(), records: 0 };
        for run in fs::read_dir(output).expect("runs") {
            let run = run.expect("an entry").path();
            let table = fs::read(run.join(SITES)).expect("a site table");
            let read = decode_table(&table, |_, site, _| {
                let path = [site.module, b"::", site.name].concat();
                runs.first_lines.entry(path_in_crate(&path)).or_insert(site.line);
            });
            assert_eq!(read, Ok(()), "{run:?}");
            for entry in fs::read_dir(&run).expect("files") {
                let entry = entry.expect("an entry");
                if entry.file_name().to_str().is_some_and(is_thread_log) {
                    runs.read_log(&fs::read(entry.path()).expect("a log"));
                }
            }
        }
        runs
    }

    fn read_log(&mut self, log: &[u8]) {
        let lines = log.strip_suffix(b"\n").expect("whole lines").split(|byte| *byte == b'\n');
        for line in lines.skip(1) {
            let record = decode_record(line).unwrap_or_else(|| panic!("{}", line.escape_ascii()));
            self.recorded.insert((path_in_crate(record.site.name), record.site.line));
            self.records += 1;
        }
    }

    /// Checks that the first statement of every test that has one was recorded, and returns how many have.
    fn assert_hold(&self, tests: &[Outcome], unrecorded: &[&str]) -> usize {
        let ran = tests.iter().filter(|(name, outcome)| outcome == "ok" && !unrecorded.contains(&name.as_str()));
        let with_statements = ran.filter_map(|(name, _)| Some((name.clone(), *self.first_lines.get(name)?)));
        let (held, missing): (Vec<_>, Vec<_>) = with_statements.partition(|test| self.recorded.contains(test));
        assert_eq!(missing, [], "not recorded");
        held.len()
    }
}

fn path_in_crate(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path);
    path.split_once("::").map_or_else(|| path.to_string(), |(_, path)| path.to_owned())
}
