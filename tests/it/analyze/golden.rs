//! Runs of each version of rings and counts, kept as files: they must stay readable.

use std::fs;
use std::path::Path;

use expect_test::expect;
use instr_format::ring::{BLOCK_SIZE, Clock};
use instr_format::{counts, ring};
use instr_tests::fake_ring::{FakeRing, FakeTable, counts_file};
use instr_tests::fake_run::{FakeRun, FakeSlot, PID};
use instr_tests::{analyzer, workspace};

const NAMES: [&str; 2] = ["ring-v1", "counts-v1"];

/// Writes the runs as the newest encoders do.
fn write(output: &Path) {
    let run = FakeRun::new(output, "ring-v1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    let mut main = FakeRing::new(PID, b"demo", Clock::Coarse, 4);
    main.put_all([0].into_iter().chain([1, 2, 2, 2].repeat(200)));
    let half = main.blocks()[..2 * BLOCK_SIZE].to_vec();
    main.put_all([3; 500]);
    run.write(&format!("{PID}.1.ring"), main.segment(1, &half));
    run.write(&format!("{PID}.ring"), main.file());
    let mut worker = FakeRing::new(PID + 1, b"worker", Clock::Full, 2);
    worker.put_all([1, 2]);
    run.write(&format!("{}.ring", PID + 1), worker.file());

    let run = FakeRun::new(output, "counts-v1");
    let ended = FakeSlot { ended: true, left: true, seq: 12, ..FakeSlot::inside(PID + 1, b"worker", 1) };
    run.last(Some(0), &[FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 0) }, ended]);
    let table = |tid, hits: [u64; 4]| FakeTable { tid, reuse: 1, before: 0, hits: hits.to_vec() };
    run.write("counts", counts_file(4, &[table(PID, [1, 0, 0, 41_321]), table(PID + 1, [0, 4, 8, 0])]));
}

fn files(run: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(run).expect("a run").map(|entry| entry.expect("an entry"));
    let read = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    let mut files: Vec<_> = entries.map(read).collect();
    files.sort();
    files
}

/// Of an older version, the files stay and this test goes.
#[test]
fn the_golden_runs_are_what_is_written_today() {
    assert_eq!((ring::VERSION, counts::VERSION), (1, 1), "keep the golden runs and make new ones");
    let golden = workspace().join("tests/golden");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        write(&golden);
    }
    let written = tempfile::tempdir().unwrap();
    write(written.path());
    for name in NAMES {
        let equal = files(&written.path().join(name)) == files(&golden.join(name));
        assert!(equal, "{name} differs; UPDATE_EXPECT=1 writes it anew");
    }
}

fn shown(arguments: &[&str], name: &str) -> String {
    let run = workspace().join("tests/golden").join(name);
    let shown = analyzer::run([arguments, &[run.to_str().unwrap()]].concat());
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    shown.stdout.replace(workspace().to_str().unwrap(), "WORKSPACE")
}

#[test]
fn version_1_of_rings_is_readable() {
    expect![[r#"
        demo, process 4500000: no orderly exit was recorded: killed, crashed, or left by _exit or exec
          started 2026-11-22T14:00:00.000000000Z
          files in WORKSPACE/tests/golden/ring-v1
          which thread ended it was not recorded; the one that was active last most likely comes first

        thread 4500000 main: inside demo::main at src/main.rs:2:5
          1301 records, the last one at or after 2026-11-22T14:00:00.001261000Z
          source not found; recorded: let total = work(3);

        thread 4500001 worker: inside demo::work::Job::run at src/work.rs:7:9
          2 records, the last one 1.2 ms before the newest of the run
          source not found; recorded: step(self.n)?;
    "#]]
    .assert_eq(&shown(&["report"], "ring-v1"));
    expect![[r#"
        2026-11-22T14:00:00.000001000Z  4500000 main      src/main.rs:2:5       demo::main            let total = work(3);
        x200 until 2026-11-22T14:00:00.000757000Z or later
          2026-11-22T14:00:00.000001000Z  4500000 main      src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
          x3 until 2026-11-22T14:00:00.000001000Z or later
            2026-11-22T14:00:00.000001000Z  4500000 main      src/work.rs:12:5      demo::work::step      n / (n - 3)
        x500 until 2026-11-22T14:00:00.001261000Z or later
          2026-11-22T14:00:00.000757000Z  4500000 main      src/io.rs:3:5         demo::io::pump        read(&mut buffer);
        2026-11-22T14:00:00.000001000Z  4500001 worker    src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
        2026-11-22T14:00:00.000002000Z  4500001 worker    src/work.rs:12:5      demo::work::step      n / (n - 3)
    "#]]
    .assert_eq(&shown(&["dump", "--fold"], "ring-v1"));
}

#[test]
fn version_1_of_counts_is_readable() {
    expect![[r#"
        demo, process 4500000: exited with status 0
          started 2026-11-22T14:00:00.000000000Z
          files in WORKSPACE/tests/golden/counts-v1

        thread 4500000 main: left, last in demo::main at src/main.rs:2:5, 41322 records
        thread 4500001 worker: ended, last in demo::work::Job::run at src/work.rs:7:9, 12 records
    "#]]
    .assert_eq(&shown(&["report"], "counts-v1"));
    expect![[r#"
        41,321  src/io.rs:3:5         demo::io::pump        read(&mut buffer);
             8  src/work.rs:12:5      demo::work::step      n / (n - 3)
             4  src/work.rs:7:9       demo::work::Job::run  step(self.n)?;
             1  src/main.rs:2:5       demo::main            let total = work(3);
    "#]]
    .assert_eq(&shown(&["dump"], "counts-v1"));
}
