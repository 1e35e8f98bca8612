//! `instr-analyze dump`: every record once, merged by time.

use std::fs;

use expect_test::expect;
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, START_NS, header, record};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Two threads whose records interleave; the second one's log is rotated, and its clock jumps back once.
fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 10, &DEMO[0]), record(PID, 2, 40, &DEMO[3])]);
    run.log("2.1.log", &[header(PID + 1, 1, 0, b"worker"), record(PID + 1, 1, 20, &DEMO[1])]);
    let later = [header(PID + 1, 1, 1, b"worker"), record(PID + 1, 2, 15, &DEMO[2]), record(PID + 1, 3, 30, &DEMO[1])];
    run.log("2.log", &later);
    (output, run)
}

fn dump(output: &TempDir, more: &[&str]) -> String {
    let dump = analyzer::run([&["dump", output.path().to_str().unwrap()], more].concat());
    assert_eq!((dump.code, dump.stderr.as_str()), (0, ""));
    dump.stdout
}

#[test]
fn text_is_aligned_and_merged_by_time() {
    expect![[r#"
        2026-11-22T14:00:00.010000000Z  4500000 main      src/main.rs:2:5       demo::main            let total = work(3);
        2026-11-22T14:00:00.020000000Z  4500001 worker    src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
        2026-11-22T14:00:00.015000000Z  4500001 worker    src/work.rs:12:5      demo::work::step      n / (n - 3)
        2026-11-22T14:00:00.030000000Z  4500001 worker    src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
        2026-11-22T14:00:00.040000000Z  4500000 main      src/io.rs:3:5         demo::io::pump        read(&mut buffer);
    "#]]
    .assert_eq(&dump(&run().0, &[]));
}

#[test]
fn raw_is_the_lines_as_they_are() {
    let lines = [
        record(PID, 1, 10, &DEMO[0]),
        record(PID + 1, 1, 20, &DEMO[1]),
        record(PID + 1, 2, 15, &DEMO[2]),
        record(PID + 1, 3, 30, &DEMO[1]),
        record(PID, 2, 40, &DEMO[3]),
    ];
    assert_eq!(dump(&run().0, &["--format", "raw"]).as_bytes(), lines.concat());
}

#[test]
fn json_is_one_object_a_line() {
    let dump = dump(&run().0, &["--format", "json", "--thread", "worker"]);
    let objects: Vec<Value> = dump.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 3);
    let expected = json!({
        "pid": PID, "tid": PID + 1, "thread": "worker", "seq": 1, "unix_ns": START_NS + 20_000_000,
        "elapsed_ns": 20_000_000, "file": "src/work.rs", "line": 7, "column": 9, "module": "demo::work",
        "function": "Job::run", "macro": "none", "snippet": "step(self.n)?;",
    });
    assert_eq!(objects[0], expected);
}

#[test]
fn filters_choose_threads_and_files() {
    let output = run().0;
    assert_eq!(dump(&output, &["--thread", "main", "--format", "raw"]).lines().count(), 2);
    assert_eq!(dump(&output, &["--include", "work.rs", "--format", "raw"]).lines().count(), 3);
    assert_eq!(dump(&output, &["--include", "src/*", "--exclude", "*/work.rs", "--format", "raw"]).lines().count(), 2);
}

#[test]
fn several_runs_are_merged_too() {
    let (output, _run) = run();
    let other = FakeRun::new(output.path(), "demo-2");
    other.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 25, &DEMO[3])]);
    let dump = analyzer::run(["dump", "--format", "raw", output.path().to_str().unwrap()]);
    let elapsed: Vec<&str> = dump.stdout.lines().map(|line| line.split_once("elapsed_ns=").unwrap().1).collect();
    let elapsed: Vec<&str> = elapsed.iter().map(|rest| rest.split_once(' ').unwrap().0).collect();
    assert_eq!(elapsed, ["10000000", "20000000", "15000000", "25000000", "30000000", "40000000"]);
}

#[test]
fn damage_is_said_on_stderr_and_does_not_fail() {
    let (output, run) = run();
    let mut log = fs::read(run.dir.join("1.log")).unwrap();
    log.truncate(log.len() - 9);
    run.write("1.log", log);
    let dump = analyzer::run(["dump", output.path().to_str().unwrap()]);
    assert_eq!((dump.code, dump.stdout.lines().count(), dump.stderr.lines().count()), (0, 4, 1));
    assert!(dump.stderr.contains("demo-1: 1.log, bytes ") && dump.stderr.ends_with(": the last line is incomplete\n"));
}

#[test]
fn many_short_threads_need_few_descriptors() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[]);
    for thread in 1..=200 {
        run.log(&format!("{thread}.log"), &[header(thread, 1, 0, b"t"), record(thread, 1, thread, &DEMO[0])]);
    }
    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 16 && exec \"$0\" dump --format raw \"$1\""])
        .args([analyzer::path().as_os_str(), output.path().as_os_str()])
        .output()
        .unwrap();
    let dump = analyzer::outcome(limited);
    assert_eq!((dump.code, dump.stdout.lines().count()), (0, 200), "{}", dump.stderr);
}
