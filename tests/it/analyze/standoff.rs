//! Threads that each hold a lock and wait for another are told only where nothing speaks against a deadlock: made-up runs.

use instr_format::files::SITES;
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, Site, header, record, sites_file};
use instr_tests::fake_stack::FakeStack;
use instr_tests::report::Report;

const fn site(line: u64, name: &'static str, snippet: &'static str) -> Site {
    Site { file: "src/main.rs", line, col: 5, module: "demo", name, snippet }
}

const PROGRAM: [Site; 7] = [
    site(2, "transfer", "let from = from.lock().unwrap();"),
    site(3, "transfer", "let to = to.lock().unwrap();"),
    site(12, "main", "step();"),
    site(13, "main", "payer.join().unwrap();"),
    site(22, "keep", "let log = log.lock().unwrap();"),
    site(23, "keep", "step();"),
    site(32, "rest", "thread::park();"),
];
const WANTS: u32 = 1;
const RUNS: u32 = 2;
const JOINS: u32 = 3;
const HOLDS: u32 = 5;
const PARKS: u32 = 6;

/// Whether a deadlock is told of two threads that wait since 10 ms after the start, where a third one is in this statement, since so
/// many milliseconds after it.
fn is_told(third: u32, ms: u64) -> bool {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.write(SITES, sites_file(&PROGRAM));
    let threads = [(PID, third, ms), (PID + 1, WANTS, 9), (PID + 2, WANTS, 10)];
    run.last(None, &threads.map(|(tid, id, _)| FakeSlot::inside(tid, b"demo", id)));
    let stack = |(tid, id, _)| FakeStack { sites: PROGRAM.len() as u32, ..FakeStack::new(tid, [id]) };
    run.stacks(&threads.map(stack));
    for (tid, id, ms) in threads {
        run.log(&format!("{tid}.log"), &[header(tid, 1, 0, b"demo"), record(tid, 1, ms, &PROGRAM[id as usize])]);
    }
    let report = Report::of(&run.dir);
    let is_locked = |tid: u64| {
        let thread = report.threads().iter().find(|thread| thread["tid"] == tid).expect("it is there");
        let activity = &thread["activity"];
        assert!(tid == PID || activity["waits_for"]["lock"] == "to", "{thread:#}");
        activity["waits_for"]["is_deadlock"] == true
    };
    let told = [PID + 1, PID + 2].map(is_locked);
    assert_eq!(told[0], told[1], "{report:?}");
    assert!(!is_locked(PID));
    told[0]
}

#[test]
fn a_deadlock_is_told_if_the_process_was_there_for_long_enough() {
    assert!(is_told(RUNS, 2_000));
}

#[test]
fn threads_that_may_just_have_begun_to_wait_are_in_no_deadlock() {
    assert!(!is_told(RUNS, 11));
    assert!(!is_told(RUNS, 1));
}

#[test]
fn a_deadlock_is_told_if_all_others_wait_too() {
    for third in [JOINS, PARKS] {
        assert!(is_told(third, 11));
        assert!(is_told(third, 1));
    }
}

#[test]
fn another_thread_may_hold_what_they_wait_for() {
    assert!(!is_told(HOLDS, 2_000));
}
