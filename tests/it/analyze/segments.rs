//! Logs in segments: of which the oldest are gone, and some are compressed.

use std::fs;
use std::io::Write as _;
use std::ops::RangeInclusive;

use flate2::Compression;
use flate2::write::GzEncoder;
use instr_analyze::model::record::Kept;
use instr_analyze::run::files::RunFiles;
use instr_analyze::run::records::Records;
use instr_tests::analyzer::{self, Outcome};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What is left of main's log: the records from 21 on.
struct Rotated {
    output: TempDir,
    run: FakeRun,
}

impl Rotated {
    /// Main has begun so many records, of which so many were dropped.
    fn new(begun: u64, dropped: u64) -> Self {
        let output = tempfile::tempdir().unwrap();
        let run = FakeRun::new(output.path(), "demo-1");
        let errno = if dropped > 0 { libc::ENOSPC.unsigned_abs() } else { 0 };
        run.last(None, &[FakeSlot { seq: begun, dropped, errno, ..FakeSlot::inside(PID, b"demo", 0) }]);
        Rotated { output, run }
    }

    fn analyze(&self, verb: &[&str]) -> Outcome {
        analyzer::run([verb, &[self.output.path().to_str().unwrap()]].concat())
    }

    fn main(&self) -> Value {
        let report = self.analyze(&["report", "--format", "json"]);
        assert_eq!(report.code, 0, "{}", report.stderr);
        let mut report: Value = serde_json::from_str(&report.stdout).unwrap();
        report["runs"][0]["threads"][0].take()
    }

    fn counts(&self) -> [u64; 3] {
        let main = self.main();
        ["records", "overwritten", "dropped"].map(|key| main[key].as_u64().unwrap())
    }
}

fn segment(number: u64, seqs: RangeInclusive<u64>) -> Vec<u8> {
    let lines = seqs.flat_map(|seq| record(PID, seq, seq, &DEMO[0]));
    header(PID, 1, number, b"demo").into_iter().chain(lines).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_was_rotated_away_is_counted_and_said() {
    let rotated = Rotated::new(30, 0);
    rotated.run.write("1.3.log.gz", gzip(&segment(2, 21..=25)));
    rotated.run.write("1.log", segment(3, 26..=30));
    assert_eq!(rotated.counts(), [10, 20, 0]);
    assert_eq!(rotated.main()["damage"], json!([]));
    let report = rotated.analyze(&["report"]);
    assert!(report.stdout.contains("\n  10 records, 20 rotated away\n"), "{}", report.stdout);
    let dump = rotated.analyze(&["dump", "--format", "raw"]);
    let lines: Vec<u8> = (21..=30).flat_map(|seq| record(PID, seq, seq, &DEMO[0])).collect();
    assert_eq!((dump.stdout.as_bytes(), dump.stderr.as_str()), (lines.as_slice(), ""));
    let tail = rotated.analyze(&["tail", "--format", "raw", "--lines", "100"]);
    assert_eq!(tail.stdout.as_bytes(), lines.as_slice());
}

#[test]
fn dropped_records_were_not_rotated_away() {
    // 22 and 23 are among those that were dropped.
    for (begun, dropped, expected) in [(30, 2, [8, 20, 2]), (30, 5, [8, 17, 5]), (33, 5, [8, 20, 5])] {
        let rotated = Rotated::new(begun, dropped);
        let (mut log, rest) = (segment(2, 21..=21), segment(2, 24..=30));
        log.extend(rest.split_inclusive(|byte| *byte == b'\n').skip(1).flatten());
        rotated.run.write("1.3.log", log);
        assert_eq!(rotated.counts(), expected, "{begun} begun, {dropped} dropped");
    }
    // One that was being written when the process was killed is none of these.
    let rotated = Rotated::new(31, 0);
    rotated.run.write("1.3.log", segment(2, 21..=30));
    assert_eq!(rotated.counts(), [10, 20, 0]);
}

#[test]
fn of_a_thread_that_has_ended_all_may_have_been_rotated_away() {
    let rotated = Rotated::new(0, 0);
    let ended = FakeSlot { ended: true, left: true, ..FakeSlot::inside(PID, b"demo", 0) };
    rotated.run.last(None, &[FakeSlot { seq: 30, dropped: 3, ..ended }]);
    assert_eq!(rotated.counts(), [0, 27, 3]);
}

#[test]
fn a_segment_that_is_there_in_both_forms_is_read_once() {
    let rotated = Rotated::new(30, 0);
    rotated.run.write("1.3.log", segment(2, 21..=25));
    rotated.run.write("1.3.log.gz", gzip(&segment(2, 21..=25)));
    rotated.run.write("1.log", segment(3, 26..=30));
    // What was being compressed next.
    rotated.run.write("log.gz.part", &gzip(&segment(3, 26..=30))[..30]);
    assert_eq!(rotated.counts(), [10, 20, 0]);
    assert_eq!(rotated.analyze(&["dump", "--format", "raw"]).stdout.lines().count(), 10);
    assert_eq!(rotated.analyze(&["tail", "--format", "raw", "--lines", "100"]).stdout.lines().count(), 10);
    let cleaned = rotated.analyze(&["clean"]);
    assert!(cleaned.stdout.starts_with("removed 1 run, "), "{cleaned:?}");
    assert!(!rotated.run.dir.exists());
}

#[test]
fn a_segment_that_is_renamed_and_compressed_after_it_was_found_is_still_read() {
    let rotated = Rotated::new(20, 0);
    let [now, first, second] = ["", ".1", ".2"].map(|number| format!("{PID}{number}.log"));
    let path = |name: &str| rotated.run.dir.join(name);
    rotated.run.write(&first, segment(0, 1..=5));
    rotated.run.write(&now, segment(1, 6..=10));
    let files = RunFiles::open(&rotated.run.dir).unwrap();
    let seqs = || {
        let (mut records, mut record, mut seqs) = (Records::new(&files.threads[0].segments), None, Vec::new());
        while records.advance(&mut record, &mut |damage| panic!("{damage:?}")) {
            seqs.extend(record.as_ref().map(Kept::seq));
        }
        seqs
    };
    fs::rename(path(&now), path(&second)).unwrap();
    assert_eq!(seqs(), Vec::from_iter(1..=10), "for a moment there is none by that name");
    rotated.run.write(&now, segment(2, 11..=15));
    assert_eq!(seqs(), Vec::from_iter(1..=10));
    for (name, number, seqs) in [(&first, 0, 1..=5), (&second, 1, 6..=10)] {
        rotated.run.write(&format!("{name}.gz"), gzip(&segment(number, seqs)));
        fs::remove_file(path(name)).unwrap();
    }
    assert_eq!(seqs(), Vec::from_iter(1..=10));
    fs::remove_file(path(&format!("{first}.gz"))).unwrap();
    assert_eq!(seqs(), Vec::from_iter(6..=10));
}

#[test]
fn what_is_left_of_a_damaged_compressed_segment_is_read_and_the_damage_is_said() {
    let whole = gzip(&segment(2, 21..=1020));
    for (what, bytes) in [
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("overwritten", [&whole[..whole.len() / 2], &[0xff; 64], &whole[whole.len() / 2 + 64..]].concat()),
        ("no gzip", b"\x1f\x8bnothing".to_vec()),
        ("empty", Vec::new()),
    ] {
        let rotated = Rotated::new(1030, 0);
        rotated.run.write("1.3.log.gz", bytes);
        rotated.run.write("1.log", segment(3, 1021..=1030));
        let report = rotated.analyze(&["report"]);
        assert_eq!(report.code, 0, "{what}: {}", report.stderr);
        if what != "empty" {
            assert!(report.stdout.contains("damage: 1.3.log.gz: "), "{what}: {}", report.stdout);
        }
        let [records, _, _] = rotated.counts();
        let least = if ["cut", "overwritten"].contains(&what) { 100 } else { 10 };
        assert!(records >= least, "{what}: {records} records");
        assert!(rotated.analyze(&["dump", "--format", "raw"]).stdout.lines().count() as u64 == records, "{what}");
    }
}
