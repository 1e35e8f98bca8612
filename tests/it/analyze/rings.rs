//! Rings are read as if they were logs.

use std::fs;

use expect_test::expect;
use instr_format::ring::{Clock, VERSION_OF_BLOCKS};
use instr_tests::analyzer;
use instr_tests::fake_ring::{FakeRing, VERSIONS};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, START_NS, record};
use instr_tests::report::without_age;
use serde_json::{Value, json};
use tempfile::TempDir;

fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    (output, run)
}

/// A run of two threads, of which main's ring has wrapped if records have clocks of their own.
fn killed(clock: Clock) -> (TempDir, FakeRun) {
    let (output, run) = run();
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    let mut main = FakeRing::new(PID, b"demo", clock, 16);
    main.put_all((0..4000).map(|n| if n == 3900 { 0 } else { 2 + n % 2 }));
    run.write("1.ring", main.file());
    let mut worker = FakeRing::new(PID + 1, b"worker", clock, 8);
    worker.put(1, 500_000);
    worker.put(2, 700_000);
    run.write("2.ring", worker.file());
    (output, run)
}

fn text(output: &TempDir) -> String {
    let report = analyzer::run([output.path()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    without_age(&report.stdout).replace(output.path().to_str().unwrap(), "OUTPUT")
}

fn threads(output: &TempDir) -> Vec<Value> {
    let report = analyzer::run(["--format", "json", output.path().to_str().unwrap()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    report["runs"][0]["threads"].as_array().unwrap().clone()
}

fn dump(output: &TempDir, more: &[&str]) -> String {
    let dump = analyzer::run([&["dump", output.path().to_str().unwrap()], more].concat());
    assert_eq!((dump.code, dump.stderr.as_str()), (0, ""));
    dump.stdout
}

#[test]
fn coarse_times_are_not_said_to_be_more_than_they_are() {
    expect![[r#"
        demo did not exit normally; the cause is unknown; probably last active: main at src/main.rs:2: let total = work(3);
          process 4500000, started … ago (2026-11-22T14:00:00Z), ran for at least 2.0 ms
          files in OUTPUT/demo-1
          the thread that was active last is most likely the first

        thread main (4500000): inside demo::main at src/main.rs:2:5
          source not found; recorded: let total = work(3);
          4,000 records; last active 2.0 ms after the start, or later
          its last steps, the newest last; > a call begins:
              src/main.rs:2:5  demo::main  let total = work(3);
            x49
            > src/io.rs:3:5  demo::io::pump  read(&mut buffer);
                src/work.rs:12:5  demo::work::step  n / (n - 3)
          > src/io.rs:3:5  demo::io::pump  read(&mut buffer);

        thread worker (4500001): inside demo::work::Job::run at src/work.rs:7:9
          source not found; recorded: step(self.n)?;
          2 records; last active 500.0 µs after the start, or later
    "#]]
    .assert_eq(&text(&killed(Clock::Coarse).0));
}

#[test]
fn a_full_clock_is_that_of_a_log_and_none_says_nothing() {
    let full = text(&killed(Clock::Full).0);
    assert!(full.contains("\n  1,023 records, 2,977 overwritten; active last\n"), "{full}");
    assert!(full.contains("\n  2 records; last active 3.3 ms before the last record of the run\n"), "{full}");
    assert!(full.contains("\n  the thread that was active last is the first\n"), "{full}");
    let off = text(&killed(Clock::Off).0);
    assert!(off.contains("\n  4,000 records\n") && off.contains("\n  2 records\n"), "{off}");
    assert!(off.contains("\n  the threads are in no order: no times were recorded\n"), "{off}");
}

#[test]
fn json_has_the_newest_record_of_the_last_statement() {
    let last = |clock| {
        let threads = threads(&killed(clock).0);
        threads.into_iter().map(|thread| thread["last"].clone()).collect::<Vec<_>>()
    };
    let coarse = last(Clock::Coarse);
    assert_eq!(
        (&coarse[0]["seq"], &coarse[0]["unix_ns"], &coarse[0]["coarse"]),
        (&json!(3901), &json!(START_NS + 2_049_000), &json!(true))
    );
    let full = last(Clock::Full);
    assert_eq!(
        (&full[0]["seq"], &full[0]["unix_ns"], full[0].get("coarse")),
        (&json!(3901), &json!(START_NS + 3_901_000), None)
    );
    let off = last(Clock::Off);
    assert_eq!((&off[1]["seq"], &off[1]["unix_ns"], off[1].get("coarse")), (&json!(1), &Value::Null, None));
}

#[test]
fn what_is_overwritten_is_counted_and_may_be_the_last_statement() {
    let (output, run) = run();
    run.last(None, &[FakeSlot { filtered: 5, ..FakeSlot::inside(PID, b"demo", 0) }]);
    for version in VERSIONS {
        let mut ring = FakeRing::of_version(
            version,
            PID,
            b"demo",
            Clock::Coarse,
            if version == VERSION_OF_BLOCKS { 4 } else { 8 },
        );
        ring.put_all([0].into_iter().chain((0..5000).map(|_| 3)));
        run.write("1.ring", ring.file());
        let thread = &threads(&output)[0];
        // 19 whole blocks of 252 and one of 213; or all of 2048 places.
        let records = if version == VERSION_OF_BLOCKS { 969 } else { 2048 };
        assert_eq!((&thread["records"], &thread["overwritten"]), (&json!(records), &json!(5001 - records)));
        assert_eq!((&thread["filtered"], &thread["dropped"]), (&json!(5), &json!(0)));
        assert_eq!((&thread["last"]["function"], &thread["last"]["seq"]), (&json!("main"), &Value::Null));
    }
    assert!(text(&output).contains("\n  2,048 records, 5 filtered out, 2,953 overwritten\n"), "{}", text(&output));
}

#[test]
fn a_ring_that_was_given_away_is_all_overwritten() {
    let (output, run) = killed(Clock::Coarse);
    let ended = |tid, seq| FakeSlot { ended: true, left: true, seq, ..FakeSlot::inside(tid, b"pump", 3) };
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), ended(PID + 1, 2), ended(PID + 2, 70)]);
    let counts: Vec<_> =
        threads(&output).iter().map(|thread| (thread["records"].clone(), thread["overwritten"].clone())).collect();
    assert_eq!(counts, [(json!(4000), json!(0)), (json!(2), json!(0)), (json!(0), json!(70))]);
}

#[test]
fn records_are_dumped_as_those_of_a_log_are() {
    let (output, run) = run();
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    let mut main = FakeRing::new(PID, b"demo", Clock::Full, 8);
    main.put(0, 10_000_000);
    main.put(3, 40_000_000);
    run.write("1.ring", main.file());
    let mut worker = FakeRing::new(PID + 1, b"worker", Clock::Full, 8);
    worker.put(1, 20_000_000);
    worker.put(2, 30_000_000);
    run.write("2.ring", worker.file());
    let lines = [
        record(PID, 1, 10, &DEMO[0]),
        record(PID + 1, 1, 20, &DEMO[1]),
        record(PID + 1, 2, 30, &DEMO[2]),
        record(PID, 2, 40, &DEMO[3]),
    ];
    assert_eq!(dump(&output, &["--format", "raw"]).as_bytes(), lines.concat());
    assert_eq!(dump(&output, &["--format", "raw", "--include", "work.rs"]).as_bytes(), lines[1..3].concat());
    assert_eq!(dump(&output, &["--format", "raw", "--thread", "main"]).lines().count(), 2);
    expect![[r#"
        2026-11-22T14:00:00.010000000Z  4500000 main      src/main.rs:2:5       demo::main            let total = work(3);
        2026-11-22T14:00:00.020000000Z  4500001 worker    src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
        2026-11-22T14:00:00.030000000Z  4500001 worker    src/work.rs:12:5      demo::work::step      n / (n - 3)
        2026-11-22T14:00:00.040000000Z  4500000 main      src/io.rs:3:5         demo::io::pump        read(&mut buffer);
    "#]]
    .assert_eq(&dump(&output, &[]));
}

#[test]
fn dumped_times_are_the_chunks_or_none() {
    let newest = |clock, format| dump(&killed(clock).0, &["--format", format]).lines().last().unwrap().to_owned();
    let object = |clock| serde_json::from_str::<Value>(&newest(clock, "json")).unwrap();
    let coarse = object(Clock::Coarse);
    assert_eq!(
        (&coarse["seq"], &coarse["elapsed_ns"], &coarse["coarse"]),
        (&json!(4000), &json!(2_049_000), &json!(true))
    );
    // Without times, one thread comes behind the other.
    let off = object(Clock::Off);
    assert_eq!((&off["tid"], &off["seq"], &off["unix_ns"]), (&json!(PID + 1), &json!(2), &Value::Null));
    assert!(newest(Clock::Off, "text").starts_with("-                               4500001 worker"));
    assert!(newest(Clock::Off, "raw").contains(" seq=2 ts=1970-01-01T00:00:00.000000000Z elapsed_ns=0 file="));
}

#[test]
fn a_statement_that_the_table_does_not_have_is_shown_by_its_number() {
    let (output, run) = run();
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let mut ring = FakeRing::of_version(VERSION_OF_BLOCKS, PID, b"demo", Clock::Coarse, 4);
    ring.put_all([0, 4, 4_000_000_000]);
    run.write("1.ring", ring.file());
    let thread = &threads(&output)[0];
    assert_eq!((&thread["records"], &thread["last"]["seq"]), (&json!(3), &json!(1)));
    assert_eq!(thread["damage"][0]["message"], "2 records name statements that are not in the site table");
    let text = dump(&output, &[]);
    assert!(text.ends_with("  statement 4000000000, which is not in the site table\n"), "{text}");
    let raw = dump(&output, &["--format", "raw"]);
    assert!(raw.contains("file=? line=0 col=0 func=? macro=none snippet=statement\\s4,\\swhich\\s"), "{raw}");
    assert_eq!(dump(&output, &["--format", "raw", "--exclude", "nothing"]).lines().count(), 1);
}

#[test]
fn segments_come_before_the_ring_and_each_record_counts_once() {
    // Of blocks or chunks.
    for (version, kib, part) in [(VERSIONS[0], 4, 252), (VERSIONS[1], 32, 2048)] {
        let (output, run) = run();
        run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
        let mut ring = FakeRing::of_version(version, PID, b"demo", Clock::Coarse, kib);
        let mut halves = Vec::new();
        for half in 0..5 {
            ring.put_all((0..2 * part).map(|_| half as u32 % 4));
            halves.push(ring.kept(2 * half..2 * half + 2));
        }
        ring.put_all([1; 100]);
        run.write("1.ring", ring.file());
        // The first half has gone with the first segment.
        run.write("1.2.ring", ring.segment(2, &halves[1..3].concat()));
        run.write("1.3.ring", ring.segment(3, &halves[3..].concat()));
        let thread = &threads(&output)[0];
        let kept = (json!(8 * part + 100), json!(2 * part));
        assert_eq!((&thread["records"], &thread["overwritten"]), (&kept.0, &kept.1), "version {version}");
        let dump = dump(&output, &["--format", "json"]);
        let seqs = dump.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap());
        assert!(seqs.eq(2 * part + 1..=10 * part + 100), "version {version}");
    }
}

#[test]
fn what_is_not_a_ring_is_refused_and_the_rest_is_shown() {
    let (output, run) = killed(Clock::Coarse);
    run.write("3.ring", vec![0; 9000]);
    run.write("4.ring", []);
    assert_eq!(threads(&output).len(), 2);
    let mut ring = fs::read(run.dir.join("2.ring")).unwrap();
    ring[0] ^= 1;
    run.write("2.ring", &ring);
    assert!(
        text(&output).contains("damage: 2.ring: not a ring, or one from another kind of machine"),
        "{}",
        text(&output)
    );
    ring[0] ^= 1;
    ring[8] = 7;
    run.write("2.ring", &ring);
    let report = analyzer::run([output.path()]);
    assert_eq!(report.code, 2);
    assert!(report.stderr.contains("2.ring: version 7, but this instr-analyze reads version 2;"), "{}", report.stderr);
    assert!(report.stdout.contains("main (4500000): inside demo::main") && report.stdout.contains("4,000 records"));
}
