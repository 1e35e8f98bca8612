//! Row 76: compressed segments that grow a thousandfold, are cut, or have several members.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use tempfile::TempDir;

use super::{MEMORY, within};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A run whose only file of records is a compressed segment of these bytes.
fn run(segment: &[u8]) -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    run.write("1.1.log.gz", segment);
    (output, run)
}

fn lines(seqs: std::ops::RangeInclusive<u64>) -> Vec<u8> {
    seqs.flat_map(|seq| record(PID, seq, seq, &DEMO[0])).collect()
}

#[test]
fn row_76_what_grows_a_thousandfold_is_read_piece_by_piece() {
    let beginning = [header(PID, 1, 0, b"demo"), lines(1..=3)].concat();
    let zeros = vec![0; 96 << 20];
    let newlines = vec![b'\n'; 8 << 20];
    for (bomb, behind) in [(&zeros, "the last line is incomplete"), (&newlines, "not a record")] {
        let segment = gzip(&[&beginning[..], bomb].concat());
        assert!(segment.len() < bomb.len() / 900, "{}", segment.len());
        let (_output, run) = run(&segment);
        for words in [&["report"][..], &["dump", "--format", "raw"], &["tail"]] {
            let outcome = within(MEMORY, words, &run.dir);
            let said = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(outcome.code == 0 && said.contains(behind), "{words:?}: {outcome:?}");
            assert!(words[0] == "report" || outcome.stdout.lines().count() == 3, "{words:?}: {outcome:?}");
        }
        // Nor is it searched to its end for whose it is.
        let (_output, nobodys) = self::run(&gzip(bomb));
        let outcome = within(MEMORY, &["report"], &nobodys.dir);
        assert!(outcome.stdout.contains("1.1.log.gz: has neither"), "{outcome:?}");
    }
}

#[test]
fn row_76_a_cut_segment_keeps_what_was_compressed_before_the_cut() {
    let beginning = header(PID, 1, 0, b"demo");
    // Of records that differ as much as they can, a part can be read of each part of the file.
    let segment = gzip(&[beginning, lines(1..=2000)].concat());
    let mut before = 0;
    for part in 0..20 {
        let cut = &segment[..segment.len() * part / 20];
        let (_output, run) = run(cut);
        let outcome = within(MEMORY, &["dump", "--format", "raw"], &run.dir);
        let records = outcome.stdout.lines().count();
        assert!(outcome.stdout.as_bytes() == lines(1..=records as u64), "{part}: {}", outcome.stderr);
        assert!(records >= before && (part < 10 || records > 500), "{part}: {records} after {before}");
        assert!(records == 0 || outcome.stderr.contains("damaged gzip file"), "{part}: {}", outcome.stderr);
        before = records;
    }
}

#[test]
fn row_76_all_members_of_a_segment_are_read() {
    let members =
        [[header(PID, 1, 0, b"demo"), lines(1..=40)].concat(), lines(41..=90), lines(91..=100)].map(|m| gzip(&m));
    let (_output, run) = run(&members.concat());
    let dump = analyzer::run(["dump", "--format", "raw", run.dir.to_str().unwrap()]);
    assert_eq!((dump.stdout.as_bytes(), &*dump.stderr), (lines(1..=100).as_slice(), ""));

    run.write("1.1.log.gz", [&members[0], &b"and something else"[..]].concat());
    let dump = analyzer::run(["dump", "--format", "raw", run.dir.to_str().unwrap()]);
    assert_eq!(dump.stdout.as_bytes(), lines(1..=40));
    assert!(dump.stderr.contains("1.1.log.gz: damaged gzip file"), "{}", dump.stderr);
}
