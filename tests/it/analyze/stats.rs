//! `instr-analyze stats`: what was recorded most, how fast, and what a filter would leave out.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use expect_test::expect;
use instr_format::ring::{Clock, VERSION};
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::fake_ring::{FakeRing, FakeTable, counts_file};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, Site, header, record};
use instr_tests::program::{Scene, run as run_program};
use serde_json::{Value, json};
use tempfile::TempDir;

/// In 4 s, main reaches a statement of its own and a worker, whose log is rotated, others.
fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 0, &DEMO[0])]);
    let of = |seqs: std::ops::Range<u64>| seqs.map(|seq| record(PID + 1, seq, 400 * seq, &DEMO[1 + seq as usize % 2]));
    let first = [header(PID + 1, 1, 0, b"worker")].into_iter().chain(of(1..6));
    let second = [header(PID + 1, 1, 1, b"worker")].into_iter().chain(of(6..11));
    run.log("2.1.log", &first.collect::<Vec<_>>());
    run.log("2.log", &second.collect::<Vec<_>>());
    (output, run)
}

fn stats(output: &Path, more: &[&str]) -> String {
    let stats = analyzer::run([&["stats", output.to_str().unwrap()], more].concat());
    assert_eq!((stats.code, stats.stderr.as_str()), (0, ""));
    stats.stdout
}

fn as_json(output: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&stats(output, &[&["--format", "json"], more].concat())).unwrap()
}

#[test]
fn text_is_aligned_with_the_most_frequent_first() {
    expect![[r#"
        11 records of 2 threads in 1 run
          2 records per second, over 4.0 s
          1.9 kB of logs, 478 bytes per second

        most frequent statements
          5   45.5 %  src/work.rs:7:9   demo::work::Job::run  step(self.n)?;
          5   45.5 %  src/work.rs:12:5  demo::work::step      n / (n - 3)
          … and 1 more

        most frequent functions
          5   45.5 %  demo::work::Job::run  src/work.rs
          5   45.5 %  demo::work::step      src/work.rs
          … and 1 more

        most frequent threads
          10   90.9 %  4500001 worker
           1    9.1 %  4500000 main

        what a filter would leave out
           90.9 % of the records,  91.3 % of the logs  INSTR_EXCLUDE=src/work.rs
           45.5 % of the records,  46.0 % of the logs  INSTR_FUNCTION_EXCLUDE=demo::work::Job::run
           90.9 % of the records,  91.3 % of the logs  INSTR_THREAD=main
    "#]]
    .assert_eq(&stats(run().0.path(), &["--top", "2"]));
}

#[test]
fn json_has_the_same() {
    let stats = as_json(run().0.path(), &["--include", "work.rs", "--top", "1"]);
    assert_eq!((&stats["records"], &stats["recorded_ns"]), (&json!(10), &json!(3_600_000_000_u64)));
    let statement = json!({
        "records": 5, "percent": 50.0, "file": "src/work.rs", "line": 7, "column": 9, "module": "demo::work",
        "function": "Job::run", "macro": "none", "snippet": "step(self.n)?;",
    });
    assert_eq!(stats["statements"], json!([statement]));
    let function =
        json!({ "records": 5, "percent": 50.0, "file": "src/work.rs", "module": "demo::work", "function": "Job::run" });
    assert_eq!(stats["functions"], json!([function]));
    let thread = json!({ "records": 10, "percent": 100.0, "pid": PID, "tid": PID + 1, "name": "worker" });
    assert_eq!(stats["threads"], json!([thread]));
}

#[test]
fn runs_are_added_up() {
    let (output, _run) = run();
    let other = FakeRun::new(output.path(), "demo-2");
    other.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let mut ring = FakeRing::of_version(VERSION, PID, b"demo", Clock::Full, 8);
    ring.put_all([1; 9]);
    other.write(&format!("{PID}.ring"), ring.file());
    FakeRun::new(output.path(), "demo-3").last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let text = stats(output.path(), &["--top", "1"]);
    assert!(text.starts_with("20 records of 3 threads in 2 runs; 1 run without any\n"), "{text}");
    assert!(text.contains("\n  14   70.0 %  src/work.rs:7:9  demo::work::Job::run  step(self.n)?;\n"), "{text}");
    assert!(text.contains("\n  10   50.0 %  4500001 worker  demo (pid 4500000)\n"), "{text}");
}

#[test]
fn what_was_overwritten_counts_for_the_rate_and_for_nothing_else() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let mut ring = FakeRing::of_version(VERSION, PID, b"demo", Clock::Full, 8);
    ring.put_all((0..10_000).map(|n| n % 4));
    run.write(&format!("{PID}.ring"), ring.file());
    let stats = as_json(output.path(), &[]);
    let [records, overwritten] = ["records", "overwritten"].map(|key| stats[key].as_u64().unwrap());
    assert_eq!(records + overwritten, 10_000);
    assert!(overwritten > 0, "{stats}");
    let seconds = stats["recorded_ns"].as_f64().unwrap() / 1e9;
    assert!((stats["records_per_second"].as_f64().unwrap() * seconds - 10_000.0).abs() < 0.1, "{stats}");
    let filtered = as_json(output.path(), &["--include", "io.rs"]);
    assert_eq!((&filtered["records_per_second"], &filtered["bytes"]), (&Value::Null, &Value::Null));
    assert!(filtered["no_rate"].as_str().unwrap().contains("overwritten"), "{filtered}");
}

#[test]
fn records_of_unknown_statements_are_counted_together() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let mut ring = FakeRing::of_version(VERSION, PID, b"demo", Clock::Off, 8);
    ring.put_all([0, 7, 9]);
    run.write(&format!("{PID}.ring"), ring.file());
    let stats = analyzer::run(["stats", output.path().to_str().unwrap()]);
    assert!(
        stats
            .stdout
            .contains("\n  2   66.7 %  ?:0:0            ?           statements which are not in the site table\n"),
        "{stats:?}"
    );
    assert!(stats.stdout.contains("\n  no times were recorded\n"), "{stats:?}");
    assert!(stats.stderr.contains("2 records name statements that are not in the site table"), "{stats:?}");
}

#[test]
fn counts_have_no_times_and_cannot_be_split_by_thread() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    let table = |tid, hits: [u64; 4]| FakeTable { tid, reuse: 1, before: 0, hits: hits.to_vec() };
    run.write("counts", counts_file(4, &[table(PID, [1, 41_322, 0, 7]), table(PID + 1, [0, 30, 0, 3])]));
    let text = stats(output.path(), &[]);
    assert!(text.starts_with("41,363 records of 2 threads in 1 run\n  no times were recorded\n\n"), "{text}");
    assert!(text.contains("\n  41,330   99.9 %  4500000 main\n"), "{text}");
    let filtered = stats(output.path(), &["--include", "io.rs"]);
    assert!(filtered.starts_with("10 records in 1 run\n"), "{filtered}");
    assert!(!filtered.contains("most frequent threads"), "{filtered}");
    let refused = analyzer::run(["stats", "--thread", "main", output.path().to_str().unwrap()]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("leave out --thread"), "{refused:?}");
}

#[test]
fn nothing_that_matches_is_an_exit_code_of_1_and_no_output() {
    let (output, _run) = run();
    let path = output.path().to_str().unwrap();
    for more in [["--include", "nowhere.rs"], ["--thread", "nobody"]] {
        let stats = analyzer::run([&["stats", path], &more[..]].concat());
        assert_eq!((stats.code, stats.stdout.as_str()), (1, ""));
        assert_eq!(stats.stderr, "instr-analyze: no record matches\n");
    }
    let scene = Scene::new();
    run_program(scene.command(&program("closures", INSTRUMENTED)).env("INSTR_SINK", "stack"));
    let stats = analyzer::run(["stats", scene.output().to_str().unwrap()]);
    let expected = "instr-analyze: nothing was counted: INSTR_SINK=stack keeps open statements alone\n";
    assert_eq!((stats.code, stats.stdout.as_str(), stats.stderr.as_str()), (1, "", expected));
}

#[test]
fn damage_is_said_on_stderr_and_does_not_fail() {
    let (output, run) = run();
    run.write("1.log", [header(PID, 1, 0, b"demo"), record(PID, 1, 0, &DEMO[0]), b"pid=".to_vec()].concat());
    let stats = analyzer::run(["stats", output.path().to_str().unwrap()]);
    assert_eq!(stats.code, 0);
    assert!(stats.stderr.contains("the last line is incomplete"), "{stats:?}");
}

/// Names that a shell, a pattern and a terminal would take for something else.
#[test]
fn advice_can_be_pasted() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let odd = Site { file: "src/it's [a], \u{1b}[31m.rs", ..DEMO[1] };
    let records = [record(PID, 1, 1, &odd), record(PID, 2, 2, &odd), record(PID, 3, 3, &DEMO[0])];
    run.log("1.log", &[&[header(PID, 1, 0, b"demo")], &records[..]].concat());
    let text = stats(output.path(), &[]);
    let line = text.lines().find(|line| line.contains("INSTR_EXCLUDE=")).unwrap();
    let assignment = &line[line.find("INSTR_EXCLUDE=").unwrap()..];
    let shell =
        Command::new("sh").args(["-c", &format!("{assignment}\nprintf %s \"$INSTR_EXCLUDE\"")]).output().unwrap();
    let value = String::from_utf8(shell.stdout).unwrap();
    let filtered = as_json(output.path(), &["--include", &value]);
    assert_eq!(filtered["records"], 2, "{assignment}");
}

/// What the advice says happens when the program runs again.
#[test]
fn advice_is_followed_by_real_programs() {
    let scene = Scene::new();
    let at = |name: &str, variable: Option<(&str, &str)>| {
        let output = scene.path().join(name);
        let mut command = scene.command(&program("worker-pool", INSTRUMENTED));
        run_program(command.env("INSTR_OUTPUT_DIR", &output).envs(variable));
        as_json(&output, &["--top", "1000"])
    };
    let before = at("before", None);
    let savings = before["savings"].as_array().unwrap();
    assert_eq!(savings.len(), 2, "{before}");
    for saving in savings {
        let [variable, value] = ["variable", "value"].map(|key| saving[key].as_str().unwrap());
        let after = at(variable, Some((variable, value)));
        assert!(after["filtered"].as_u64().unwrap() > 0, "{after}");
        let functions = |stats: &Value| -> BTreeSet<String> {
            let functions = stats["functions"].as_array().unwrap().iter();
            functions.map(|row| format!("{}::{}", row["module"], row["function"]).replace('"', "")).collect()
        };
        let threads = |stats: &Value| -> BTreeSet<String> {
            let threads = stats["threads"].as_array().unwrap().iter();
            threads.map(|row| row["name"].as_str().unwrap().to_owned()).collect()
        };
        if variable == "INSTR_THREAD" {
            let kept: BTreeSet<String> = value.split(',').map(str::to_owned).collect();
            assert!(threads(&after).is_subset(&kept), "{after}");
        } else {
            assert!(functions(&before).contains(value) && !functions(&after).contains(value), "{after}");
        }
    }
}

#[test]
fn every_sink_has_the_same_statements() {
    let counted = ["write", "ring", "count"].map(|sink| {
        let scene = Scene::new();
        run_program(scene.command(&program("closures", INSTRUMENTED)).env("INSTR_SINK", sink));
        let stats = as_json(&scene.output(), &["--top", "1000"]);
        ["records", "statements", "functions"].map(|key| stats[key].clone())
    });
    assert!(counted[0][0].as_u64().unwrap() > 10, "{counted:?}");
    assert_eq!(counted[0], counted[1]);
    assert_eq!(counted[1], counted[2]);
}
