//! `dump --fold` and `report --history`: a million records in a few lines.

use expect_test::expect;
use instr_format::ring::{Clock, VERSION_OF_BLOCKS};
use instr_tests::analyzer;
use instr_tests::fake_ring::FakeRing;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Main calls a job that steps three times, a hundred times over; a worker has a log of two lines.
fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 3), FakeSlot::inside(PID + 1, b"worker", 1)]);
    let mut ring = FakeRing::new(PID, b"demo", Clock::Full, 64);
    ring.put_all([0].into_iter().chain([1, 2, 2, 2].repeat(100)).chain([3]));
    run.write("1.ring", ring.file());
    run.log(
        "2.log",
        &[header(PID + 1, 1, 0, b"worker"), record(PID + 1, 1, 5, &DEMO[1]), record(PID + 1, 2, 6, &DEMO[1])],
    );
    (output, run)
}

fn analyze(output: &TempDir, more: &[&str]) -> String {
    let shown = analyzer::run([more, &[output.path().to_str().unwrap()]].concat());
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    shown.stdout
}

#[test]
fn loops_are_shown_once_with_how_often_they_came() {
    expect![[r#"
        2026-11-22T14:00:00.000001000Z  4500000 main      src/main.rs:2:5       demo::main            let total = work(3);
        x100 until 2026-11-22T14:00:00.000401000Z
          2026-11-22T14:00:00.000002000Z  4500000 main      src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
          x3 until 2026-11-22T14:00:00.000005000Z
            2026-11-22T14:00:00.000003000Z  4500000 main      src/work.rs:12:5      demo::work::step      n / (n - 3)
        2026-11-22T14:00:00.000402000Z  4500000 main      src/io.rs:3:5         demo::io::pump        read(&mut buffer);
        x2 until 2026-11-22T14:00:00.006000000Z
          2026-11-22T14:00:00.005000000Z  4500001 worker    src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
    "#]]
    .assert_eq(&analyze(&run().0, &["dump", "--fold"]));
}

#[test]
fn folded_json_is_one_object_a_part() {
    let dump = analyze(&run().0, &["dump", "--fold", "--format", "json", "--thread", "main"]);
    let parts: Vec<Value> = dump.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let plain = analyze(&run().0, &["dump", "--format", "json", "--thread", "main"]);
    let first: Value = serde_json::from_str(plain.lines().next().unwrap()).unwrap();
    assert_eq!((parts.len(), &parts[0]), (3, &first));
    let Value::Object(found) = &parts[1] else { panic!("{parts:?}") };
    assert_eq!((&found["times"], &found["records"], &found["last_seq"]), (&json!(100), &json!(400), &json!(401)));
    assert_eq!((&found["tid"], &found["thread"]), (&json!(PID), &json!("main")));
    assert_eq!((&found["body"][0]["seq"], &found["body"][1]["times"]), (&json!(2), &json!(3)));
    assert_eq!(found["body"][1]["body"][0]["snippet"], "n / (n - 3)");
}

#[test]
fn what_filters_leave_out_does_not_part_loops() {
    let dump = analyze(&run().0, &["dump", "--fold", "--include", "work.rs", "--thread", "main"]);
    assert!(dump.starts_with("x100 until ") && dump.lines().count() == 4, "{dump}");
}

#[test]
fn nothing_folds_across_records_that_are_missing() {
    let (output, run) = run();
    let mut ring = FakeRing::of_version(VERSION_OF_BLOCKS, PID, b"demo", Clock::Coarse, 4);
    ring.put_all([1; 252 * 4]);
    let kept = ring.kept(0..1);
    ring.put_all([1; 252 * 4]);
    run.write("1.1.ring", ring.segment(1, &kept));
    run.write("1.ring", ring.file());
    let dump = analyze(&output, &["dump", "--fold", "--thread", "main"]);
    let heads: Vec<&str> = dump.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(heads.len(), 3, "{dump}");
    assert!(heads[0].starts_with("x252 ") && heads[2].starts_with("x1,008 "), "{dump}");
    assert_eq!(heads[1], "…                               4500000 main: 756 records overwritten");
}

#[test]
fn raw_lines_do_not_fold() {
    let output = run().0;
    let dump = analyzer::run(["dump", "--fold", "--format", "raw", output.path().to_str().unwrap()]);
    assert_eq!((dump.code, dump.stdout.as_str()), (2, ""));
    assert!(dump.stderr.contains("use --format text or json"), "{}", dump.stderr);
}

#[test]
fn the_report_shows_the_newest_steps_of_each_thread() {
    let (output, _run) = run();
    let report = analyze(&output, &["report", "--history", "2", "--thread", "main"]);
    expect![[r#"
        its last steps, the newest last; > a call begins:
            x100
              src/work.rs:7:9  demo::work::Job::run  step(self.n)?;
                x3  src/work.rs:12:5  demo::work::step  n / (n - 3)
            > src/io.rs:3:5  demo::io::pump  read(&mut buffer);
    "#]]
    .assert_eq(&report[report.find("its last steps").unwrap()..]);
    let json = analyze(&output, &["report", "--history", "2", "--format", "json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let history = &report["runs"][0]["threads"][0]["history"];
    assert_eq!((&history[0]["times"], &history[0]["records"]), (&json!(100), &json!(400)));
    assert_eq!((&history[1]["file"], &history[1]["seq"]), (&json!("src/io.rs"), &json!(402)));
    let without = analyze(&output, &["report", "--format", "json"]);
    assert!(!without.contains("history"), "{without}");
}
