//! Everything that cargo can run by name, and the verbs that are ours.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use instr_format::names::VARIABLES;
use instr_tests::cargo_instr::{Workspace, recorded, runs};
use instr_tests::package::{said, succeed};
use instr_tests::skip::skip;

/// Puts a script into a directory of its own in front of the command's `PATH`.
fn with_script(command: &mut Command, directory: &Path, name: &str, script: &str) {
    fs::create_dir_all(directory).expect("a directory");
    let file = directory.join(name);
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("a script");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = [directory.to_owned()].into_iter().chain(search_path(command));
    let path = std::env::join_paths(path).expect("no colons");
    command.env("PATH", path);
}

fn search_path(command: &Command) -> Vec<PathBuf> {
    let path = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value).expect("a path");
    std::env::split_paths(path).collect()
}

#[test]
fn one_install_gives_both_commands() {
    let pair = Workspace::new("pair", "both commands");
    let bin = search_path(&pair.instr(&[])).remove(0);
    let version = succeed(Command::new(bin.join("instr-analyze")).arg("--version"));
    assert!(said(&version).starts_with("instr-analyze "), "{}", said(&version));
    let version = succeed(Command::new(bin.join("cargo-instr")).arg("--version"));
    assert!(said(&version).starts_with("cargo-instr "), "{}", said(&version));
}

#[test]
fn the_help_of_both_names_variables_sinks_and_defaults() {
    let pair = Workspace::new("pair", "help");
    let analyze = instr_tests::analyzer::run(["--help"]);
    let instr = said(&succeed(&mut pair.instr(&["--help"])));
    for help in [&analyze.stdout, &instr] {
        // Lines are wrapped.
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for variable in VARIABLES {
            let expected = format!("{} {} [default: {}]", variable.name, variable.meaning, variable.default);
            assert!(words.contains(&expected), "{expected} is not in\n{help}");
        }
    }
    for default in ["[default: all files]", "[default: statement]", "[default: the newest 20, at most 2 GB]"] {
        assert!(instr.contains(default), "{instr}");
    }
}

/// What the options before and behind cargo's command do is the same.
#[test]
fn cargos_options_before_its_command() {
    let pair = Workspace::new("pair", "before the command");
    let output = pair.output("before");
    let arguments = ["--config", "build.jobs=1", "--color", "never", "-q", "run", "-p", "two"];
    let ended = succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(said(&ended), "two false\n");
    assert!(recorded(&output).contains("two::main"));
}

#[test]
fn benches() {
    let pair = Workspace::new("pair", "benches");
    pair.write("two/benches/speed.rs", "fn main() {\n    println!(\"fast\");\n}\n");
    let manifest = fs::read_to_string(pair.path().join("two/Cargo.toml")).expect("a manifest");
    pair.write("two/Cargo.toml", &format!("{manifest}\n[[bench]]\nname = \"speed\"\nharness = false\n"));
    let output = pair.output("benches");
    let ended = succeed(pair.instr(&["bench", "-q", "-p", "two", "--bench", "speed"]).env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "fast\n", "{}", said(&ended));
    assert!(recorded(&output).contains("speed::main"));
}

#[test]
fn an_alias_of_the_users() {
    let pair = Workspace::new("pair", "alias");
    pair.write(
        ".cargo/config.toml",
        "[alias]\ngo = [\"again\", \"--\", \"a b\"]\nagain = \"run -q -p one --bin another\"\n",
    );
    let output = pair.output("alias");
    let ended = succeed(pair.instr(&["go"]).env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "another [\"a b\"]\n", "{}", said(&ended));
    assert!(recorded(&output).contains("another::main"), "{}", said(&ended));
}

/// A program `cargo-NAME` gets its arguments as they are, and what it has cargo build is instrumented.
#[test]
fn a_program_of_somebody_elses() {
    let pair = Workspace::new("pair", "program");
    let (output, bin) = (pair.output("program"), pair.output("bin"));
    let mut command = pair.instr(&["thing", "-p", "two", "--level", "function", "--odd-option"]);
    with_script(&mut command, &bin, "cargo-thing", "echo \"$@\"\nexec cargo run -q -p two");
    let ended = succeed(command.env("INSTR_OUTPUT_DIR", &output));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "thing -p two --odd-option\ntwo false\n", "{}", said(&ended));
    assert!(recorded(&output).contains("two::main"), "{}", said(&ended));
    // Without a workspace there is nothing to instrument, and it runs.
    let nowhere = tempfile::tempdir().expect("a directory");
    let mut command = pair.instr(&["thing"]);
    with_script(command.current_dir(nowhere.path()), &bin, "cargo-thing", "echo fine\nexit 7");
    let ended = command.output().expect("cargo runs");
    assert_eq!((ended.status.code(), said(&ended).as_str()), (Some(7), "fine\n"));
}

#[test]
fn what_builds_nothing_just_runs() {
    let pair = Workspace::new("pair", "builds nothing");
    let target = pair.path().join("target/instr");
    if target.exists() {
        fs::remove_dir_all(&target).expect("an old directory");
    }
    for arguments in
        [&["tree", "-p", "two"][..], &["metadata", "--no-deps", "--format-version", "1"], &["pkgid", "-p", "two"]]
    {
        let plain = succeed(&mut pair.cargo(arguments));
        let instrumented = succeed(&mut pair.instr(arguments));
        assert_eq!(String::from_utf8_lossy(&instrumented.stdout), String::from_utf8_lossy(&plain.stdout));
    }
    assert!(!target.exists());
    let told = succeed(&mut pair.instr(&["tree", "-p", "two", "--level", "block"]));
    assert!(
        said(&told).starts_with("instr: `cargo tree` is not instrumented: --level has no effect\n"),
        "{}",
        said(&told)
    );
}

/// `report` is also cargo's, which needs a second word for it.
#[test]
fn the_verbs_are_the_analyzers() {
    let pair = Workspace::new("pair", "verbs");
    let output = pair.output("verbs");
    succeed(pair.instr(&["run", "-q", "-p", "two"]).env("INSTR_OUTPUT_DIR", &output));
    let output = output.to_str().expect("UTF-8");
    let report = succeed(&mut pair.instr(&["report", output, "--format", "json"]));
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).expect("JSON");
    assert_eq!(report["runs"].as_array().map(Vec::len), Some(1));
    let dump = succeed(&mut pair.instr(&["dump", output, "--include", "main.rs"]));
    assert!(said(&dump).contains("two::main"), "{}", said(&dump));
    let refused = pair.instr(&["tail", output, "--format", "xml"]).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(2));
    let crash = pair.instr(&["crash", output]).output().expect("it runs");
    assert_eq!(crash.status.code(), Some(1));
    assert!(said(&crash).starts_with("cargo instr: no crash was recorded"), "{}", said(&crash));
    let cargos = pair.instr(&["report", "future-incompatibilities"]).output().expect("it runs");
    assert!(said(&cargos).contains("no reports are currently available"), "{}", said(&cargos));
}

/// Each test is a process, and so a run, of its own.
#[test]
fn nextest() {
    let pair = Workspace::new("pair", "nextest");
    if !pair.cargo(&["nextest", "--version"]).output().is_ok_and(|output| output.status.success()) {
        return skip("cargo_instr::commands::nextest", "cargo-nextest is not installed");
    }
    pair.write("two/src/main.rs", "fn main() {}\n\n#[test]\nfn passes() {\n    let two = 1 + 1;\n    assert_eq!(two, 2);\n}\n\n#[test]\nfn fails() {\n    let two = 1 + 1;\n    assert_eq!(two, 3);\n}\n");
    let output = pair.output("nextest");
    let arguments = ["nextest", "run", "-p", "two", "--no-fail-fast", "--level", "statement"];
    let ended = pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(100), "{}", said(&ended));
    let mut of_tests: BTreeMap<&str, usize> = BTreeMap::new();
    for run in runs(&output) {
        let functions = recorded_in(&run);
        for test in ["two::passes", "two::fails"] {
            *of_tests.entry(test).or_default() += usize::from(functions.iter().any(|function| function == test));
        }
    }
    assert_eq!(of_tests, BTreeMap::from([("two::fails", 1), ("two::passes", 1)]), "{}", said(&ended));
}

fn recorded_in(run: &Path) -> Vec<String> {
    let dump = instr_tests::analyzer::run(["dump".as_ref(), run.as_os_str(), "--format=json".as_ref()]);
    let records = dump.stdout.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    records.map(|record| format!("{}::{}", text(&record["module"]), text(&record["function"]))).collect()
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}
