//! Rows 68, 69 and 70: numbers at the ends of their words, in every file that has some.

use instr_format::files::COUNTS;
use instr_format::ring::Clock;
use instr_format::ring::flat::CHUNK;
use instr_tests::fake_ring::{FakeRing, FakeTable, counts_file};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record, record_at};
use instr_tests::fake_stack::FakeStack;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{MEMORY, within};

fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    (output, run)
}

fn report(run: &FakeRun) -> Value {
    let report = within(MEMORY, &["report", "--format", "json"], &run.dir);
    assert_eq!(report.code, 0, "{}", report.stderr);
    within(MEMORY, &["report", "--history", "9"], &run.dir);
    within(MEMORY, &["dump", "--fold"], &run.dir);
    within(MEMORY, &["dump", "--tree"], &run.dir);
    serde_json::from_str::<Value>(&report.stdout).unwrap()["runs"][0].take()
}

#[test]
fn row_69_records_are_in_order_up_to_the_last_number() {
    for last in [(1 << 32) + 2, (1 << 63) + 2, u64::MAX] {
        let (_output, run) = run();
        run.last(None, &[FakeSlot { seq: last, ..FakeSlot::inside(PID, b"demo", 0) }]);
        let records: Vec<Vec<u8>> = (last - 4..=last).map(|seq| record(PID, seq, 7, &DEMO[0])).collect();
        run.log("1.log", &[header(PID, 1, u64::MAX, b"demo"), records[..2].concat()]);
        run.log("1.1.log", &[header(PID, 1, u64::MAX - 1, b"demo"), records[2..].concat()]);
        let thread = &report(&run)["threads"][0];
        assert_eq!((&thread["records"], &thread["last"]["seq"]), (&json!(5), &json!(last)), "{thread:#}");
        let dump = within(MEMORY, &["dump", "--format", "raw"], &run.dir);
        assert_eq!(dump.stdout.lines().count(), 5, "{dump:?}");
        let tail = within(MEMORY, &["tail", "--format", "raw"], &run.dir);
        assert_eq!(tail.stdout.lines().count(), 5, "{tail:?}");
    }
}

#[test]
fn row_69_counters_that_are_full_stay_full() {
    let (_output, run) = run();
    let full = |tid| FakeSlot {
        filtered: u64::MAX,
        dropped: u64::MAX,
        seq: u64::MAX,
        errno: u32::MAX,
        reuse: 1,
        ended: tid != PID,
        ..FakeSlot::inside(tid, b"full", 1)
    };
    run.last(None, &[full(PID), full(PID + 1)]);
    let table = |tid| FakeTable { tid, reuse: u32::MAX, before: u64::MAX, hits: vec![u64::MAX; 4] };
    run.write(COUNTS, counts_file(4, &[table(PID), table(PID + 1)]));
    run.stacks(&[FakeStack { left_out: (u64::MAX, u64::MAX), ..FakeStack::new(PID, [0, 1]) }]);
    let threads = &report(&run)["threads"];
    assert_eq!((&threads[0]["filtered"], &threads[0]["dropped"]), (&json!(u64::MAX), &json!(u64::MAX)), "{threads:#}");
    let dump = within(MEMORY, &["dump", "--format", "json"], &run.dir);
    assert!(dump.stdout.contains(&format!("\"hits\":{}", u64::MAX)), "{dump:?}");
    let stats = within(MEMORY, &["stats", "--format", "json"], &run.dir);
    let stats: Value = serde_json::from_str(&stats.stdout).unwrap();
    for of_all in ["filtered", "dropped"] {
        assert_eq!(stats[of_all], json!(u64::MAX), "{of_all}: {stats:#}");
    }
}

#[test]
fn row_69_a_full_counter_of_what_is_missing_stays_full_when_more_is_missing() {
    let (output, run) = run();
    let mut ring = FakeRing::new(PID, b"demo", Clock::Coarse, 64);
    ring.put_all((0..3 * CHUNK as u32 / 4).map(|n| n % 4));
    // The chunk in between is gone.
    run.write("1.1.ring", ring.segment(1, &[ring.kept(0..1), ring.kept(2..3)].concat()));
    run.last(None, &[FakeSlot { dropped: u64::MAX, ..FakeSlot::inside(PID, b"demo", 0) }]);
    let other = FakeRun::new(output.path(), "demo-2");
    other.write("1.1.ring", ring.segment(1, &ring.kept(0..3)));
    let diff = within(MEMORY, &["diff", "--format", "json", other.dir.to_str().unwrap()], &run.dir);
    assert_eq!(diff.code, 1, "{diff:?}");
    let diff: Value = serde_json::from_str(&diff.stdout).unwrap();
    assert_eq!(diff["runs"][0]["threads"][0]["missing"]["b"], json!(u64::MAX), "{diff:#}");
}

#[test]
fn row_68_times_at_both_ends_leave_the_order_of_each_thread() {
    let (_output, run) = run();
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let far = 1_000_000_000_000;
    let times = [(5, far), (0, 0), (far, 1), (1, far), (0, 3)];
    let records = (1..).zip(times).map(|(seq, times)| record_at(PID, seq, times, &DEMO[seq as usize % 4]));
    let records: Vec<Vec<u8>> = records.collect();
    // The latest that words can hold.
    let latest = String::from_utf8(record(PID, 6, 1, &DEMO[0])).unwrap();
    let (before, rest) = latest.split_once("elapsed_ns=").unwrap();
    let latest = format!("{before}elapsed_ns={}{}", u64::MAX, rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    run.log("1.log", &[header(PID, 1, 0, b"demo"), records.concat(), latest.into_bytes()]);
    let thread = &report(&run)["threads"][0];
    assert_eq!((&thread["records"], &thread["last"]["seq"]), (&json!(6), &json!(6)), "{thread:#}");
    let dump = within(MEMORY, &["dump", "--format", "json"], &run.dir);
    let seqs: Vec<u64> =
        dump.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);
}
