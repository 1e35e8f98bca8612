//! Row 75: what lies at the place of a file is no regular file, or leads out of the run.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use instr_format::coverage::encode_header;
use instr_format::files::{COMMAND_JSON, COUNTS, COVERAGE, CRASH_JSON, LAST, PANIC_JSON, RUN_JSON, SITES};
use instr_format::ring::Clock;
use instr_tests::fake_end::FakePanic;
use instr_tests::fake_ring::{FakeRing, FakeTable, counts_file};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use instr_tests::fake_stack::FakeStack;
use tempfile::TempDir;

use super::{MEMORY, within};

const SECRET: &str = "the secret";
const VERBS: [&[&str]; 11] = [
    &["report"],
    &["report", "--format", "json"],
    &["dump"],
    &["dump", "--tree"],
    &["tail"],
    &["crash"],
    &["symbolize"],
    &["coverage"],
    &["list"],
    &["list", "--format", "json"],
    &["control"],
];

/// A command's directory with a run that has every file, and a directory beside it with what must not be read.
struct Place {
    home: TempDir,
    run: FakeRun,
}

impl Place {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let run = FakeRun::new(&home.path().join("1795356000000-7"), "demo-1");
        fs::create_dir(home.path().join("outside")).unwrap();
        let slots = [FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)];
        run.last(None, &slots);
        run.write(COVERAGE, [encode_header(4).as_slice(), &[1, 0, 0, 1]].concat());
        run.write(COUNTS, counts_file(4, &[FakeTable { tid: PID, reuse: 1, before: 0, hits: vec![1, 0, 0, 7] }]));
        run.crash(PID, 2);
        run.panics(&[FakePanic { tid: PID + 1, statement: 1, place: ("src/work.rs", 7), message: Some("no") }]);
        run.write("control", b"instrctl");
        run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0])]);
        run.write("1.2.log.gz", b"\x1f\x8b");
        let mut ring = FakeRing::new(PID + 1, b"worker", Clock::Full, 8);
        ring.put(1, 1_000_000);
        run.write("2.ring", ring.file());
        run.stacks(&[FakeStack::new(PID, [0, 1])]);
        let command = r#"{"schema_version":1,"arguments":["run"],"start_unix_ns":5,"pid":7,"status":3}"#;
        fs::write(home.path().join("1795356000000-7").join(COMMAND_JSON), command).unwrap();
        Place { home, run }
    }

    /// Every file, by its path.
    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(&self.run.dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.push(self.command().join(COMMAND_JSON));
        files.sort();
        files
    }

    fn command(&self) -> PathBuf {
        self.home.path().join("1795356000000-7")
    }
}

/// Puts something in the place of a file.
type Plant = fn(&Path, outside: &Path);

const PLANTS: [(&str, Plant); 6] = [
    ("a link to the file elsewhere", |path, outside| {
        let elsewhere = outside.join("elsewhere");
        fs::rename(path, &elsewhere).unwrap();
        symlink(elsewhere, path).unwrap();
    }),
    ("a link to a secret", |path, outside| {
        fs::write(outside.join("secret"), SECRET.repeat(400)).unwrap();
        fs::remove_file(path).unwrap();
        symlink("../../outside/secret", path).unwrap();
    }),
    ("a link to what never ends", |path, _| {
        fs::remove_file(path).unwrap();
        symlink("/dev/zero", path).unwrap();
    }),
    ("a link to itself", |path, _| {
        fs::remove_file(path).unwrap();
        symlink(path.file_name().unwrap(), path).unwrap();
    }),
    ("a pipe", |path, _| {
        fs::remove_file(path).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }),
    ("a directory", |path, _| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    }),
];

#[test]
fn row_75_of_the_names_of_a_run_regular_files_alone_are_read() {
    let known = Place::new().files();
    assert_eq!(known.len(), 13, "{known:?}");
    for (index, (what, plant)) in (0..known.len()).flat_map(|index| PLANTS.iter().map(move |plant| (index, plant))) {
        let place = Place::new();
        let path = &place.files()[index];
        plant(path, &place.home.path().join("outside"));
        let name = path.file_name().unwrap().to_str().unwrap();
        for words in VERBS {
            let outcome = within(MEMORY, words, &place.command());
            assert!(!format!("{outcome:?}").contains(SECRET), "{name} is {what}: {words:?}: {outcome:?}");
            // A command that cannot be read is none, and its runs are told as they are.
            let is_read = match name {
                COMMAND_JSON => false,
                "control" => words[0] == "control",
                COVERAGE => words[0] == "coverage",
                _ => words[0] == "report",
            };
            let told = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(!is_read || (outcome.code == 2 && told.contains(name)), "{name} is {what}: {words:?}: {outcome:?}");
        }
    }
    let names = [
        RUN_JSON,
        SITES,
        LAST,
        COUNTS,
        COVERAGE,
        CRASH_JSON,
        PANIC_JSON,
        COMMAND_JSON,
        "control",
        "1.log",
        "1.2.log.gz",
        "2.ring",
    ];
    assert!(names.iter().all(|name| known.iter().any(|path| path.ends_with(name))), "{known:?}");
}

#[test]
fn row_75_links_in_an_output_directory_are_not_followed() {
    let place = Place::new();
    let output = place.home.path().join("logs");
    let run = FakeRun::new(&output, "demo-2");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 3)]);
    symlink(&place.run.dir, output.join("demo-1")).unwrap();
    symlink("/proc", output.join("demo-3")).unwrap();
    symlink(".", output.join("demo-4")).unwrap();
    let list = within(MEMORY, &["list"], &output);
    assert_eq!((list.code, list.stdout.lines().count()), (0, 1), "{list:?}");
    let clean = within(MEMORY, &["clean"], &output);
    assert_eq!(clean.code, 0, "{clean:?}");
    assert!(!run.dir.exists() && place.run.dir.join("1.log").exists());
}

#[test]
fn row_75_a_configuration_file_is_a_regular_one() {
    let home = tempfile::tempdir().unwrap();
    for (what, plant) in &PLANTS[2..] {
        let path = home.path().join("instr.toml");
        fs::write(&path, "").unwrap();
        plant(&path, home.path());
        let check = within(MEMORY, &["check"], &path);
        assert!(check.code == 2 && check.stderr.contains("cannot read"), "{what}: {check:?}");
        fs::remove_dir(&path).or_else(|_| fs::remove_file(&path)).unwrap();
    }
}
