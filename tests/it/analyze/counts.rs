//! Runs that count: how many statements each thread reached, and how often each statement was.

use std::fs;

use expect_test::expect;
use instr_analyze::model::counts::Counts;
use instr_format::counts::{HEADER_SIZE, TableHead};
use instr_tests::analyzer;
use instr_tests::fake_ring::{FakeTable, counts_file};
use instr_tests::fake_run::{FakeRun, FakeSlot, PID};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Main has a table; a worker has one that an ended thread had before; a third one has been given to nobody.
fn tables() -> [FakeTable; 3] {
    let table = |tid, before, hits: [u64; 4]| FakeTable { tid, reuse: 1, before, hits: hits.to_vec() };
    [table(PID, 0, [1, 41_322, 0, 7]), table(PID + 1, 25, [0, 30, 0, 3]), table(0, 0, [0; 4])]
}

fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let ended = FakeSlot { ended: true, left: true, seq: 25, ..FakeSlot::inside(PID + 2, b"pump", 3) };
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1), ended]);
    run.write("counts", counts_file(4, &tables()));
    (output, run)
}

fn analyze(output: &TempDir, more: &[&str]) -> analyzer::Outcome {
    analyzer::run([more, &[output.path().to_str().unwrap()]].concat())
}

fn records(output: &TempDir) -> Vec<Value> {
    let report = analyze(output, &["report", "--format", "json"]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let threads = report["runs"][0]["threads"].as_array().unwrap();
    assert!(threads.iter().all(|thread| thread["overwritten"] == 0 && thread["last"]["seq"] == Value::Null));
    threads.iter().map(|thread| thread["records"].clone()).collect()
}

#[test]
fn threads_have_what_they_counted_themselves() {
    let (output, _run) = run();
    assert_eq!(records(&output), [json!(41_330), json!(8), json!(25)]);
    let report = analyze(&output, &[]).stdout;
    assert!(report.contains("thread worker (4500001): inside demo::work::Job::run at src/work.rs:7:9\n  source not found; recorded: step(self.n)?;\n  8 records\n"), "{report}");
}

#[test]
fn dump_shows_how_often_each_statement_was_reached() {
    let (output, _run) = run();
    expect![[r#"
        41,352  src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
            10  src/io.rs:3:5         demo::io::pump        read(&mut buffer);
             1  src/main.rs:2:5       demo::main            let total = work(3);
    "#]]
    .assert_eq(&analyze(&output, &["dump"]).stdout);
    let dump = analyze(&output, &["dump", "--format", "json", "--include", "io.rs"]);
    let expected = json!({
        "pid": PID, "hits": 10, "file": "src/io.rs", "line": 3, "column": 5, "module": "demo::io", "function": "pump",
        "macro": "none", "snippet": "read(&mut buffer);",
    });
    assert_eq!(serde_json::from_str::<Value>(&dump.stdout).unwrap(), expected);
}

#[test]
fn what_counts_cannot_say_is_refused() {
    let (output, _run) = run();
    for (arguments, code, why) in [
        (&["dump", "--format", "raw"][..], 2, "use --format text or json"),
        (&["dump", "--thread", "main"], 2, "leave out --thread"),
        (&["tail"], 1, "`dump` shows the counts"),
    ] {
        let outcome = analyze(&output, arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""));
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    }
}

#[test]
fn counts_of_another_version_or_of_too_many_statements_leave_the_slots() {
    let (output, run) = run();
    let whole = fs::read(run.dir.join("counts")).unwrap();
    for (at, byte, code, why) in [
        (8, 7, 2, "counts: version 7, but this instr-analyze reads version 1"),
        (0, 7, 0, "counts: not a file of counts, or one from another kind of machine"),
        (22, 7, 0, "counts: not a file of counts, or one from another kind of machine"),
    ] {
        let mut file = whole.clone();
        file[at] = byte;
        run.write("counts", file);
        let report = analyze(&output, &[]);
        assert_eq!(report.code, code, "{report:?}");
        assert!([report.stdout.as_str(), &report.stderr].concat().contains(why), "{report:?}");
        assert!(report.stdout.contains("main (4500000): inside demo::main"), "{report:?}");
    }
    let mut file = whole;
    file[16..24].copy_from_slice(&(1_u64 << 40).to_ne_bytes());
    file[24..32].copy_from_slice(&(1_u64 << 60).to_ne_bytes());
    run.write("counts", file);
    let report = analyze(&output, &[]).stdout;
    assert!(report.contains("counts of 1099511627776 statements, more than a program can have"), "{report}");
}

#[test]
fn every_cut_keeps_the_tables_before_it() {
    let (output, run) = run();
    let whole = fs::read(run.dir.join("counts")).unwrap();
    let head = size_of::<TableHead>();
    for cut in [0, 7, 31, 32, HEADER_SIZE, HEADER_SIZE + 1, HEADER_SIZE + head + 9, HEADER_SIZE + 4096 + head + 16] {
        run.write("counts", &whole[..cut]);
        let report = analyze(&output, &["report"]);
        assert_eq!(report.code, 0, "cut at {cut}: {}", report.stderr);
        let main = if cut > HEADER_SIZE + 4096 { "41,330 records" } else { " record" };
        assert!(report.stdout.contains(main), "cut at {cut}: {}", report.stdout);
        let is_said = report.stdout.contains("damage: counts");
        assert_eq!(is_said, ![0, 32, HEADER_SIZE].contains(&cut), "cut at {cut}: {}", report.stdout);
    }
}

proptest! {
    #[test]
    fn sums_are_those_of_all_tables(hits in vec(vec(0_u64..1 << 40, 5), 1..6)) {
        let mut counts = Counts::new(5);
        let tables: Vec<FakeTable> =
            hits.iter().zip(1..).map(|(hits, tid)| FakeTable { tid, reuse: 1, before: 0, hits: hits.clone() }).collect();
        for table in counts_file(5, &tables)[HEADER_SIZE..].chunks(4096) {
            counts.add(table);
        }
        let sums: Vec<u64> = (0..5).map(|site| hits.iter().map(|table| table[site]).sum()).collect();
        prop_assert_eq!(&counts.hits, &sums);
        for (tid, hits) in (1..).zip(&hits) {
            prop_assert_eq!(counts.of_thread(tid, 1), Some(hits.iter().sum()));
        }
        prop_assert!(counts.by_hits().is_sorted_by(|a, b| a.1 >= b.1));
    }

    #[test]
    fn any_bytes_are_survived(table in vec(any::<u8>(), 0..300)) {
        let mut counts = Counts::new(9);
        counts.add(&table);
        prop_assert!(counts.threads.len() <= 1);
    }
}
