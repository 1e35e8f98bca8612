//! The newest steps of threads: a few of the one to blame, and all that were asked for.

use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use serde_json::Value;
use tempfile::TempDir;

/// Main's last five steps are five statements, each once; the worker's newest record is older than them.
fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 3), FakeSlot::inside(PID + 1, b"worker", 1)]);
    let main = [0, 1, 2, 1, 3].into_iter().zip(1..).map(|(site, seq)| record(PID, seq, 10 + seq, &DEMO[site]));
    run.log("1.log", &[vec![header(PID, 1, 0, b"demo")], main.collect()].concat());
    let worker = [0, 1].into_iter().zip(1..).map(|(site, seq)| record(PID + 1, seq, seq, &DEMO[site]));
    run.log("2.log", &[vec![header(PID + 1, 1, 0, b"worker")], worker.collect()].concat());
    (output, run)
}

fn report(output: &TempDir, more: &[&str]) -> String {
    let report = analyzer::run([&["report", output.path().to_str().unwrap()], more].concat());
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    report.stdout
}

/// The steps of each thread that has any, with its title.
fn steps(report: &str) -> Vec<(&str, Vec<&str>)> {
    let of_entry = |entry| {
        let (title, rest) = str::split_once(entry, ':')?;
        let (_, steps) = rest.split_once("\n  its last steps, the newest last")?.1.split_once(":\n")?;
        Some((title, steps.lines().collect()))
    };
    report.split("\n\n").filter_map(of_entry).collect()
}

const JOB: &str = "src/work.rs:7:9  demo::work::Job::run  step(self.n)?;";
const STEP: &str = "src/work.rs:12:5  demo::work::step  n / (n - 3)";
const PUMP: &str = "src/io.rs:3:5  demo::io::pump  read(&mut buffer);";
const MAIN: &str = "src/main.rs:2:5  demo::main  let total = work(3);";

#[test]
fn three_steps_of_the_first_thread_are_shown_and_none_of_the_others() {
    let (output, _run) = run();
    let expected = [format!("      {STEP}"), format!("  > {JOB}"), format!("      {PUMP}")];
    let report = report(&output, &[]);
    let [(title, steps)] = steps(&report).try_into().expect("one thread");
    assert_eq!((title, steps), ("thread main (4500000)", expected.iter().map(String::as_str).collect()));
    assert!(report.contains(", the newest last; > a call begins:\n"), "{report}");
}

#[test]
fn json_has_no_steps_unless_asked() {
    let (output, _run) = run();
    assert!(!report(&output, &["--format", "json"]).contains("\"history\""));
    let asked: Value = serde_json::from_str(&report(&output, &["--format", "json", "--history", "1"])).unwrap();
    let threads = asked["runs"][0]["threads"].as_array().unwrap();
    assert!(threads.iter().all(|thread| thread["history"].as_array().unwrap().len() == 1), "{asked:#}");
}

#[test]
fn history_shows_so_many_steps_of_each_thread() {
    let (output, _run) = run();
    let report = report(&output, &["--history", "4"]);
    let [main, worker] = steps(&report).try_into().expect("two threads");
    let expected = [format!("    {JOB}"), format!("      {STEP}"), format!("  > {JOB}"), format!("      {PUMP}")];
    assert_eq!(main, ("thread main (4500000)", expected.iter().map(String::as_str).collect()));
    let expected = [format!("    {MAIN}"), format!("      {JOB}")];
    assert_eq!(worker, ("thread worker (4500001)", expected.iter().map(String::as_str).collect()));
}

#[test]
fn history_leaves_out_no_thread_however_many_there_are() {
    let (output, run) = run();
    run.last(None, &(0..20).map(|number| FakeSlot::inside(PID + number, b"worker", 1)).collect::<Vec<_>>());
    for tid in PID..PID + 20 {
        run.log(&format!("{tid}.log"), &[header(tid, 1, 0, b"worker"), record(tid, 1, 1, &DEMO[1])]);
    }
    let shown = report(&output, &["--history", "1"]);
    assert_eq!(steps(&shown).len(), 20, "{shown}");
}

#[test]
fn a_loop_with_many_statements_is_cut_and_said_to_be() {
    let (output, run) = run();
    // One loop of fifteen steps, of which no two that follow each other are the same.
    let turn = [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 0, 1, 2];
    let records = turn.repeat(3).into_iter().zip(1..).map(|(site, seq)| record(PID, seq, 10 + seq, &DEMO[site]));
    run.log("1.log", &[vec![header(PID, 1, 0, b"demo")], records.collect()].concat());
    let shown = report(&output, &[]);
    let [(_, lines)] = steps(&shown).try_into().expect("one thread");
    assert_eq!((lines.len(), lines[0]), (13, "    … 4 more lines, which --history 1 shows"), "{shown}");
    let whole = report(&output, &["--history", "1", "--thread", "main"]);
    let [(_, all)] = steps(&whole).try_into().expect("one thread");
    assert_eq!((all.len(), all[0]), (16, "    x3"), "{whole}");
    assert_eq!(lines[1..], all[4..]);
}
