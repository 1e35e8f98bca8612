//! The threads of a report: in which order they come, and which of them share an entry.

use instr_tests::analyzer;
use instr_tests::fake_end::FakePanic;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, header, record};
use tempfile::TempDir;

const WORKERS: u64 = 200;

/// Main, and many workers inside the same statement.
fn crowd() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let workers = (1..=WORKERS).map(|number| FakeSlot::inside(PID + number, b"worker", 1));
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)].into_iter().chain(workers).collect::<Vec<_>>());
    for tid in PID + 1..=PID + WORKERS {
        run.log(&format!("{tid}.log"), &[header(tid, 1, 0, b"worker"), record(tid, 1, tid - PID, &DEMO[1])]);
    }
    (output, run)
}

fn report(output: &TempDir) -> String {
    let report = analyzer::run([output.path()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    report.stdout
}

/// What the entries begin with.
fn titles(report: &str) -> Vec<&str> {
    let is_title = |line: &&str| ["thread ", "test "].iter().any(|word| line.starts_with(word)) || is_many(line);
    report.lines().filter(is_title).collect()
}

fn is_many(line: &str) -> bool {
    line.split_once(" threads (").is_some_and(|(count, _)| count.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn threads_at_the_same_place_are_one_entry() {
    let (output, _run) = crowd();
    let report = report(&output);
    let expected = [
        "200 threads (worker, …): inside demo::work::Job::run at src/work.rs:7:9",
        "thread main (4500000): inside demo::main at src/main.rs:2:5",
    ];
    assert_eq!(titles(&report), expected);
    assert!(report.lines().count() < 40, "{report}");
    assert!(report.contains("\n  200 records; active last\n"), "{report}");
}

#[test]
fn the_one_that_crashed_stays_apart_and_comes_first() {
    let (output, run) = crowd();
    run.crash(PID + 77, 1);
    let report = report(&output);
    let expected = [
        "thread worker (4500077): crashed in demo::work::Job::run at src/work.rs:7:9",
        "199 threads (worker, …): inside demo::work::Job::run at src/work.rs:7:9",
        "thread main (4500000): inside demo::main at src/main.rs:2:5",
    ];
    assert_eq!(titles(&report), expected);
    assert!(report.lines().count() < 40, "{report}");
}

/// Six threads in the order of their ids, of which the one that crashed is in the middle.
#[test]
fn who_crashed_is_first_then_who_panics_then_who_is_at_work() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let slot = |tid, name| FakeSlot::inside(PID + tid, name, 1);
    let slots = [
        FakeSlot { ended: true, left: true, ..slot(0, b"demo") },
        FakeSlot { panicked: Some(2), ended: true, ..slot(1, b"dead") },
        slot(2, b"busy"),
        slot(3, b"guilty"),
        FakeSlot { left: true, ..slot(4, b"outside") },
        FakeSlot { panicked: Some(2), ..slot(5, b"unwinding") },
    ];
    run.last(None, &slots);
    run.crash(PID + 3, 1);
    let [job, step] = ["demo::work::Job::run at src/work.rs:7:9", "demo::work::step at src/work.rs:12:5"];
    let expected = [
        format!("thread guilty (4500003): crashed in {job}"),
        format!("thread unwinding (4500005): panicking in {step}"),
        format!("thread busy (4500002): inside {job}"),
        format!("thread dead (4500001): panicked and ended, last in {step}"),
        format!("thread outside (4500004): outside instrumented code, last in {job}; 0 records"),
        format!("thread main (4500000): ended, last in {job}; 0 records"),
    ];
    assert_eq!(titles(&report(&output)), expected);
}

/// Its slot keeps the statement of the panic until it reaches another one.
#[test]
fn a_thread_whose_panic_was_caught_long_ago_is_neither_first_nor_panicking() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let caught = FakeSlot { panicked: Some(2), left: true, ..FakeSlot::inside(PID, b"demo", 1) };
    run.last(None, &[caught, FakeSlot::inside(PID + 1, b"worker", 1)]);
    run.panics(&[FakePanic { tid: PID, statement: 2, place: ("src/work.rs", 12), message: Some("caught") }]);
    let report = report(&output);
    let first = "demo did not exit normally; the cause is unknown; worker at src/work.rs:7: step(self.n)?;";
    assert_eq!(report.lines().next(), Some(first));
    let expected = [
        "thread worker (4500001): inside demo::work::Job::run at src/work.rs:7:9",
        "thread main (4500000): outside instrumented code since a panic, last in demo::work::step at src/work.rs:12:5; \
         0 records",
    ];
    assert_eq!(titles(&report), expected);
    assert!(!report.contains("panicking"), "{report}");
}

#[test]
fn threads_with_damage_stand_alone() {
    let (output, run) = crowd();
    let mut torn = record(PID + 5, 2, 5, &DEMO[1]);
    torn.truncate(30);
    let log = [header(PID + 5, 1, 0, b"worker"), record(PID + 5, 1, 5, &DEMO[1]), torn];
    run.log(&format!("{}.log", PID + 5), &log);
    let report = report(&output);
    assert!(report.contains("\n199 threads (worker, …): inside "), "{report}");
    let (_, alone) = report.split_once("\nthread worker (4500005): inside ").expect("an entry of its own");
    assert!(alone.split("\n\n").next().unwrap().contains("\n  damage: "), "{report}");
}

#[test]
fn runs_that_ended_well_are_one_line_beside_one_that_did_not() {
    let output = tempfile::tempdir().unwrap();
    for number in 0..5 {
        let run = FakeRun::new(output.path(), &format!("demo-{number}"));
        run.last(Some(0), &[FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 0) }]);
        if number == 3 {
            run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
            run.crash(PID, 0);
        }
    }
    let report = report(&output);
    assert!(report.starts_with("demo died of SIGSEGV in main at src/main.rs:2: "), "{report}");
    assert!(report.ends_with("\n\n4 processes ended normally: demo (4)\n"), "{report}");
    assert_eq!(titles(&report).len(), 1, "{report}");
}

#[test]
fn what_is_missing_of_a_run_that_ended_well_is_said_beside_others() {
    let output = tempfile::tempdir().unwrap();
    for number in 0..3 {
        let run = FakeRun::new(output.path(), &format!("demo-{number}"));
        let dropped = if number == 1 { 7 } else { 0 };
        run.last(Some(0), &[FakeSlot { left: true, dropped, ..FakeSlot::inside(PID, b"demo", 0) }]);
    }
    let report = report(&output);
    assert!(report.contains("\n  damage: 7 records could not be written\n"), "{report}");
    assert!(report.ends_with("\n\n2 processes ended normally: demo (2)\n"), "{report}");
}

/// The kernel calls a thread without a name as it calls the process.
#[test]
fn threads_without_a_name_have_their_ids_and_those_with_one_keep_it() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID + 1, b"demo", 0), FakeSlot::inside(PID + 2, b"dem", 1)]);
    let expected = [
        "thread 4500001: inside demo::main at src/main.rs:2:5",
        "thread dem (4500002): inside demo::work::Job::run at src/work.rs:7:9",
    ];
    assert_eq!(titles(&report(&output)), expected);
}

/// As in a program of Python whose extension has long returned.
#[test]
fn a_crash_outside_instrumented_code_is_not_blamed_on_a_statement_that_is_over() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    let left = FakeSlot { left: true, ..FakeSlot::inside(PID, b"demo", 1) };
    run.crash(PID, 1);
    let [job, step] = ["demo::work::Job::run at src/work.rs:7:9", "demo::work::step at src/work.rs:12:5"];
    for (slot, title) in [
        (left, format!("crashed outside instrumented code, last in {job}")),
        (FakeSlot { ended: true, ..left }, format!("crashed outside instrumented code, last in {job}")),
        (
            FakeSlot { panicked: Some(2), ..left },
            format!("crashed outside instrumented code since a panic, last in {step}"),
        ),
    ] {
        run.last(None, &[slot]);
        let report = report(&output);
        let first = report.lines().next().unwrap_or_default();
        assert!(first.starts_with("demo died of SIGSEGV in main, outside instrumented code; last at src/"), "{first}");
        assert_eq!(titles(&report), [format!("thread main (4500000): {title}")]);
        let json = analyzer::run(["--format", "json", output.path().to_str().unwrap()]).stdout;
        assert!(json.contains(r#""reason": "hit by SIGSEGV outside instrumented code""#), "{json}");
    }
}

/// The kernel calls a thread without a name by the file that was started, which can be a link with another name.
#[test]
fn threads_without_a_name_are_known_where_the_program_was_started_by_a_link() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"link", 0), FakeSlot::inside(PID + 1, b"link", 1)]);
    let json = std::fs::read_to_string(run.dir.join("run.json")).unwrap();
    run.write("run.json", json.replace(r#""argv0":"demo""#, r#""argv0":"/usr/bin/link""#));
    let place = "inside demo::work::Job::run at src/work.rs:7:9";
    assert!(titles(&report(&output)).contains(&format!("thread 4500001: {place}").as_str()), "{}", report(&output));
}
