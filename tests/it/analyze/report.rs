//! `instr-analyze report` on whole runs.

use expect_test::expect;
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};

#[test]
fn a_killed_run_shows_each_thread_in_its_innermost_statement() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let ended = FakeSlot { ended: true, left: true, filtered: 4, ..FakeSlot::inside(PID + 2, b"pump", 3) };
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1), ended]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0]), record(PID, 2, 2, &DEMO[2])]);
    run.log(
        "2.log",
        &[header(PID + 1, 1, 0, b"w"), record(PID + 1, 1, 12, &DEMO[1]), record(PID + 1, 2, 14, &DEMO[2])],
    );
    run.log("3.log", &[header(PID + 2, 1, 0, b"pump"), record(PID + 2, 1, 3, &DEMO[3])]);
    let report = analyzer::run(["report", output.path().to_str().unwrap()]);
    assert_eq!(report.code, 0, "{}", report.stderr);
    expect![[r#"
        demo, process 4500000: no orderly exit was recorded: killed, crashed, or left by _exit or exec
          started 2026-11-22T14:00:00.000000000Z
          files in OUTPUT/demo-1

        thread 4500001 worker: inside demo::work::Job::run at src/work.rs:7:9
          2 records, the newest of the run among them
          source not found; recorded: step(self.n)?;

        thread 4500000 main: inside demo::main at src/main.rs:2:5
          2 records, the last one 12.0 ms before the newest of the run
          source not found; recorded: let total = work(3);

        thread 4500002 pump: ended, last in demo::io::pump at src/io.rs:3:5, 1 record, 4 filtered
    "#]]
    .assert_eq(&report.stdout.replace(output.path().to_str().unwrap(), "OUTPUT"));
}
