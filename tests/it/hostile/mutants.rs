//! Thousands of runs, each a real one with some bytes, numbers or files changed, read by every verb.

use std::fs::{self, File};
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use instr_format::files::CRASH_JSON;
use instr_tests::faults::times;
use instr_tests::limits::limit;
use instr_tests::mutants::Packed;
use instr_tests::mutants::verbs::VERBS;
use instr_tests::program::Scene;
use instr_tests::skip::counted;

use super::MEMORY;

/// Runs `mutants` in a directory, with its output in files there that are looked at.
fn mutants(directory: &Path, arguments: &[&str]) -> ExitStatus {
    let scene = Scene::new();
    let mut command = scene.command(Path::new(env!("CARGO_BIN_EXE_mutants")));
    command.arg(directory).arg("--streams").args(arguments).env("MALLOC_ARENA_MAX", "1");
    let stream = |name: &str| File::options().create(true).append(true).open(directory.join(name)).expect("a file");
    command.stdout(stream("stdout")).stderr(stream("stderr"));
    limit(&mut command, libc::RLIMIT_AS, MEMORY);
    command.status().expect("it starts")
}

#[test]
fn row_72_73_74_79_no_mutant_of_a_run_brings_a_verb_down() {
    // Some at a time, as a program that takes long is taken for stuck.
    let (turns, count) = (times(2, 400), 50);
    for turn in 0..turns {
        let directory = tempfile::tempdir().unwrap();
        let from = (turn * count).to_string();
        let status = mutants(directory.path(), &["--from", &from, "--count", &count.to_string()]);
        let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap_or_default();
        assert!(status.success(), "mutant {}: {status}: {}", read("last"), read("stderr"));
        let findings = fs::read_dir(directory.path().join("findings")).unwrap().map(|entry| entry.unwrap().path());
        let texts: String = findings.filter_map(|path| fs::read_to_string(path).ok()).collect();
        assert_eq!(texts, "");
    }
    counted(&format!("{} mutants, {} readings of each", turns * count, VERBS.len()));
}

/// What a fuzzer has found, each once: the file's name says what was wrong.
#[test]
fn row_79_what_fuzzers_have_found_stays_mended() {
    let found = instr_tests::workspace().join("tests/found");
    for entry in fs::read_dir(found).unwrap() {
        let path = entry.unwrap().path();
        let directory = tempfile::tempdir().unwrap();
        let status = mutants(directory.path(), &["--packed", path.to_str().unwrap()]);
        let stderr = fs::read_to_string(directory.path().join("stderr")).unwrap_or_default();
        assert!(status.success(), "{}: {status}: {stderr}", path.display());
    }
}

/// A verb that refuses everything would hide what else it does.
#[test]
fn no_verb_refuses_a_run_that_is_as_it_was_recorded() {
    let directory = tempfile::tempdir().unwrap();
    // With logs, of which nothing is damaged.
    let is_whole = |seed: &Packed| {
        let has = |end: &str| seed.files.iter().any(|(name, _)| name.ends_with(end));
        has(CRASH_JSON) && has(".log")
    };
    let seed = instr_tests::mutants::seeds().into_iter().find(is_whole).unwrap();
    let places = seed.write(&directory.path().join("runs"));
    for verb in VERBS.iter().filter(|verb| verb.has_output()) {
        verb.run(&places, directory.path(), None, Duration::from_secs(600)).unwrap();
        let pages = directory.path().join("pages/index.html");
        let written = if pages.exists() { pages } else { directory.path().join("output") };
        assert!(fs::metadata(&written).unwrap().len() > 0, "{}", verb.words.join(" "));
        let _ = fs::remove_dir_all(directory.path().join("pages"));
    }
}

#[test]
fn a_packed_run_is_the_same_again_when_it_is_unpacked() {
    for seed in instr_tests::mutants::seeds() {
        assert!(Packed::decode(&seed.encode()) == seed);
    }
}
