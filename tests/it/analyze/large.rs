//! What the report of a run with large logs says of them.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;

use instr_tests::analyzer;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use tempfile::TempDir;

/// Bytes of records of the file that has most; those of another file have a third of that.
const MOST: usize = 3 << 20;

/// A run of two threads whose logs have so many bytes: a few records, and what the disk has not been given.
fn run(bytes: u64) -> TempDir {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(Some(0), &[FakeSlot::inside(PID, b"demo", 2), FakeSlot::inside(PID + 1, b"pump", 3)]);
    let of = |tid, site: usize, bytes| {
        let mut log = header(tid, 1, 0, b"demo");
        let mut seq = 0;
        while log.len() < bytes {
            seq += 1;
            log.extend(record(tid, seq, seq, &DEMO[site]));
        }
        log
    };
    run.write("1.log", of(PID, 2, MOST));
    run.write("2.log", of(PID + 1, 3, MOST / 3));
    let used = [1, 2].map(|log| File::open(run.dir.join(format!("{log}.log"))).unwrap().metadata().unwrap().len());
    // A cut last line, as long as it takes.
    let log = OpenOptions::new().write(true).open(run.dir.join("2.log")).unwrap();
    log.write_at(b"p", bytes - used[0] - 1).unwrap();
    output
}

fn report(output: &TempDir) -> String {
    let report = analyzer::run([output.path()]);
    assert_eq!(report.code, 0, "{}", report.stderr);
    report.stdout
}

#[test]
fn logs_of_more_than_100_mb_are_said_to_be_large_and_what_would_have_helped() {
    let report = report(&run((100 << 20) + 1));
    let expected = "  the logs of INSTR_SINK=write take 104.8 MB\n    \
                    INSTR_SINK=ring would keep the newest statements in 1.0 MB for each of its 2 threads\n    \
                    INSTR_EXCLUDE=src/work.rs would leave out 3 % of the logs\n";
    assert!(report.contains(expected), "{report}");
}

#[test]
fn of_smaller_logs_nothing_is_said() {
    let report = report(&run(99 << 20));
    assert!(!report.contains("INSTR_"), "{report}");
}
