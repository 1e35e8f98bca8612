//! Files of another version are named with both versions, and the rest is shown.

use std::fs;

use instr_format::files::SITES;
use instr_format::sites;
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};

/// Replaces the first `from` in a file of a run by `to`, and returns what the analyzer says of it then.
fn with_replaced(file: &str, from: &[u8], to: &[u8]) -> analyzer::Outcome {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0])]);
    run.log("2.log", &[header(PID + 1, 1, 0, b"worker"), record(PID + 1, 1, 2, &DEMO[1])]);
    let mut bytes = fs::read(run.dir.join(file)).unwrap();
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the file holds it");
    bytes.splice(at..at + from.len(), to.iter().copied());
    run.write(file, bytes);
    let report = analyzer::run([output.path()]);
    assert_eq!(report.code, 2, "{report:?}");
    let newest = if file == SITES { sites::VERSION } else { 1 };
    let expected =
        format!("{file}: version 7, but this instr-analyze reads version {newest}; read it with the instr-analyze");
    assert!(report.stderr.starts_with("instr-analyze: ") && report.stderr.contains(&expected), "{}", report.stderr);
    report
}

#[test]
fn a_log_of_another_version_leaves_the_slots_and_the_other_logs() {
    let report = with_replaced("2.log", b"# instr-log v1", b"# instr-log v7");
    assert!(report.stdout.contains("worker (4500001): inside demo::work::Job::run"), "{}", report.stdout);
    assert!(report.stdout.contains("\n  1 record; active last\n"), "{}", report.stdout);
}

#[test]
fn sites_of_another_version_leave_the_records() {
    let report = with_replaced("sites", b"# instr-sites v6", b"# instr-sites v7");
    assert!(report.stdout.contains("demo::work::Job::run at src/work.rs:7:9"), "{}", report.stdout);
}

#[test]
fn a_last_of_another_version_leaves_the_records() {
    let report = with_replaced("last", &1_u32.to_ne_bytes(), &7_u32.to_ne_bytes());
    assert!(report.stdout.contains("demo::work::Job::run at src/work.rs:7:9"), "{}", report.stdout);
}

#[test]
fn a_run_json_of_another_version_leaves_the_rest() {
    let report = with_replaced("run.json", b"\"schema_version\":1", b"\"schema_version\":7");
    assert!(report.stdout.contains("process 4500000"), "{}", report.stdout);
    assert!(report.stdout.contains("worker (4500001): inside demo::work::Job::run"), "{}", report.stdout);
}
