//! Rows 74 and 77: files that claim to be, or are, larger than anything; and more of them than anybody has.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

use instr_format::coverage::encode_header;
use instr_format::files::{COMMAND_JSON, COUNTS, COVERAGE, CRASH_JSON, LAST, PANIC_JSON, RUN_JSON, SITES};
use instr_format::ring::{Clock, VERSION_OF_BLOCKS};
use instr_tests::fake_end::FakePanic;
use instr_tests::fake_ring::{FakeRing, FakeTable, counts_file};
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, Site, header, record, sites_file};
use instr_tests::fake_stack::FakeStack;
use instr_tests::faults::times;
use instr_tests::skip::{counted, skip};

use super::{MEMORY, within};

const VERBS: [&[&str]; 11] = [
    &["report"],
    &["dump"],
    &["dump", "--fold"],
    &["dump", "--tree"],
    &["tail"],
    &["crash"],
    &["symbolize"],
    &["coverage"],
    &["list"],
    &["control"],
    &["export", "--format", "minidump", "--force", "--output", "/dev/null"],
];

/// A run that has every file.
fn whole(output: &Path) -> FakeRun {
    let run = FakeRun::new(output, "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 1)]);
    run.write(COVERAGE, [encode_header(4).as_slice(), &[1, 0, 0, 1]].concat());
    run.write(COUNTS, counts_file(4, &[FakeTable { tid: PID, reuse: 1, before: 0, hits: vec![1, 0, 0, 7] }]));
    run.crash(PID, 2);
    run.panics(&[FakePanic { tid: PID + 1, statement: 1, place: ("src/work.rs", 7), message: Some("no") }]);
    run.write("control", b"instrctl");
    run.write("instr.toml", b"");
    run.write(COMMAND_JSON, b"{}");
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0])]);
    for (name, version) in [("2.ring", 2), ("3.ring", VERSION_OF_BLOCKS)] {
        let mut ring = FakeRing::of_version(version, PID + u64::from(version), b"worker", Clock::Full, 8);
        ring.put(1, 1_000_000);
        let kept = ring.kept(0..1);
        run.write(name, ring.file());
        run.write(&name.replace('.', ".1."), ring.segment(1, &kept));
    }
    run.stacks(&[FakeStack::new(PID, [0, 1])]);
    run
}

#[test]
fn row_74_77_files_of_a_terabyte_that_hold_nothing_take_no_memory() {
    const NAME: &str = "row_74_77_files_of_a_terabyte_that_hold_nothing_take_no_memory";
    let output = tempfile::tempdir().unwrap();
    let names: Vec<_> =
        fs::read_dir(whole(output.path()).dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    for name in names {
        let run = whole(output.path());
        let path = run.dir.join(&name);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        if let Err(error) = file.set_len(1 << 40) {
            return skip(NAME, &format!("no file of a terabyte can be made: {error}"));
        }
        let verbs: &[&[&str]] = if name == "instr.toml" { &[&["check"]] } else { &VERBS };
        for words in verbs {
            let outcome = within(MEMORY, words, if name == "instr.toml" { &path } else { &run.dir });
            let fixed = [RUN_JSON, SITES, LAST, CRASH_JSON, PANIC_JSON].iter().any(|fixed| name == *fixed);
            let said = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(!fixed || words[0] != "report" || said.contains(": larger than"), "{name:?}: {outcome:?}");
        }
        fs::remove_dir_all(&run.dir).unwrap();
    }
}

#[test]
fn row_77_a_log_of_a_terabyte_keeps_what_is_before_its_hole() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let log = [header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0])].concat();
    run.write("1.log", &log);
    OpenOptions::new().append(true).open(run.dir.join("1.log")).unwrap().set_len(1 << 40).unwrap();
    for words in [&["report"][..], &["dump", "--format", "raw"], &["tail", "--format", "raw"]] {
        let outcome = within(MEMORY, words, &run.dir);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(outcome.code == 0 && said.contains("the last line is incomplete"), "{words:?}: {outcome:?}");
        assert!(words[0] == "report" || outcome.stdout.as_bytes() == record(PID, 1, 1, &DEMO[0]), "{outcome:?}");
    }
    // A hole before everything: whose it is cannot be found out.
    let file = OpenOptions::new().write(true).open(run.dir.join("1.log")).unwrap();
    file.set_len(0).unwrap();
    file.write_all_at(&log, 1 << 40).unwrap();
    let outcome = within(MEMORY, &["report"], &run.dir);
    assert!(format!("{outcome:?}").contains("has neither a header line nor a record"), "{outcome:?}");
}

#[test]
fn row_77_many_thousand_threads_take_time_and_memory_as_they_are_many() {
    let threads = times(1_000, 30_000);
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let ids = || (0..threads).map(|thread| PID + thread);
    // Each waits for a lock that the next one holds, or so it looks.
    let locks = ["let a = self.a.lock().unwrap();", "self.b.lock().unwrap().push(1);"]
        .map(|snippet| Site { snippet, ..DEMO[1] });
    run.write(SITES, sites_file(&locks));
    run.last(None, &ids().map(|tid| FakeSlot::inside(tid, b"worker", 1)).collect::<Vec<_>>());
    for tid in ids() {
        run.log(&format!("{tid}.log"), &[header(tid, 1, 0, b"worker"), record(tid, 1, tid - PID, &DEMO[1])]);
        run.write(&format!("{tid}.stack"), FakeStack { sites: 2, ..FakeStack::new(tid, [0, 1]) }.file());
    }
    let (memory, begin) = (MEMORY + threads * 16384, Instant::now());
    let json = within(memory, &["report", "--format", "json"], &run.dir);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["runs"][0]["threads"].as_array().unwrap().len() as u64, threads);
    for words in [&["report"][..], &["crash"], &["list"]] {
        within(memory, words, output.path());
    }
    for words in [&["dump", "--format", "raw"][..], &["tail", "--format", "raw", "--lines", "1000000"]] {
        let outcome = within(memory, words, &run.dir);
        assert_eq!(
            (outcome.code, outcome.stdout.lines().count() as u64),
            (0, threads),
            "{words:?}: {}",
            outcome.stderr
        );
    }
    counted(&format!("{threads} threads read six times in {:.0?}", begin.elapsed()));
}
