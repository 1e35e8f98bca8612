//! The first line of a report: what ended what, and where in the program's own code.

use std::fs;
use std::path::Path;

use instr_tests::analyzer;
use instr_tests::fake_end::FakePanic;
use instr_tests::fake_run::{DEMO, FakeRun, FakeSlot, PID, START_NS, Site, header, record, sites_file};
use instr_tests::mapped::Mapped;
use serde_json::json;
use tempfile::TempDir;

/// Main is inside its statement, and a worker, which has the newest record, inside the one that calls `step`.
fn run() -> (TempDir, FakeRun) {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(output.path(), "demo-1");
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), FakeSlot::inside(PID + 1, b"worker", 2)]);
    run.log("1.log", &[header(PID, 1, 0, b"demo"), record(PID, 1, 1, &DEMO[0])]);
    let records = [record(PID + 1, 1, 12, &DEMO[1]), record(PID + 1, 2, 14, &DEMO[2])];
    run.log("2.log", &[vec![header(PID + 1, 1, 0, b"worker")], records.to_vec()].concat());
    (output, run)
}

fn report(output: &TempDir) -> String {
    let report = analyzer::run([output.path()]);
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    report.stdout
}

fn head(output: &TempDir, lines: usize) -> Vec<String> {
    report(output).lines().take(lines).map(str::to_owned).collect()
}

#[test]
fn a_signal_is_said_with_its_thread_and_statement_and_what_it_means() {
    let (output, run) = run();
    run.crash(PID + 1, 2);
    let expected = [
        "demo died of SIGSEGV in worker at src/work.rs:12: n / (n - 3)",
        "  address 0x10 is not mapped",
        "  process 4500000",
    ];
    let head = head(&output, 3);
    assert_eq!(head[..2], expected[..2]);
    assert!(head[2].starts_with(expected[2]) && head[2].ends_with(", ran for at least 20.0 ms"), "{head:?}");
}

#[test]
fn a_signal_in_a_thread_without_statements_is_laid_to_no_other() {
    let (output, run) = run();
    run.crash(PID + 9, 2);
    assert_eq!(head(&output, 1), ["demo died of SIGSEGV in a thread that reached no instrumented statement"]);
}

#[test]
fn a_panic_of_main_is_said_with_its_own_place_and_message() {
    let (output, run) = run();
    let main = FakeSlot { panicked: Some(2), left: true, ..FakeSlot::inside(PID, b"demo", 0) };
    run.last(Some(101), &[main, FakeSlot::inside(PID + 1, b"worker", 1)]);
    let panic = FakePanic { tid: PID, statement: 2, place: ("src/sum.rs", 40), message: Some("none is left\nat all") };
    run.panics(&[panic]);
    let expected =
        ["demo panicked in main at src/sum.rs:40: none is left…", "  src/sum.rs:40:9: none is left", "    at all"];
    assert_eq!(head(&output, 3), expected);
    // What is said in full is not said twice.
    run.panics(&[FakePanic { message: Some("none is left"), ..panic }]);
    let [first, second] = head(&output, 2).try_into().expect("two lines");
    assert_eq!(first, "demo panicked in main at src/sum.rs:40: none is left");
    assert!(second.starts_with("  process "), "{second}");
    run.panics(&[FakePanic { message: None, ..panic }]);
    assert_eq!(head(&output, 1), ["demo panicked in main at src/sum.rs:40: a value that is not text"]);
    // Of a panic in a dependency, or of one that nobody has recorded, the statement tells where it was.
    let place = ("/home/u/.cargo/registry/src/index-1/smallvec-0.6.9/lib.rs", 7);
    run.panics(&[FakePanic { place, ..panic }]);
    assert_eq!(head(&output, 1), ["demo panicked in main at src/work.rs:12: n / (n - 3)"]);
    run.panics(&[]);
    assert_eq!(head(&output, 1), ["demo panicked in main at src/work.rs:12: n / (n - 3)"]);
}

#[test]
fn a_run_that_was_killed_says_by_what_and_who_was_active_last() {
    let (output, run) = run();
    let command = json!({"schema_version": 1, "pid": PID, "signal": "SIGTERM"});
    fs::write(output.path().join("command.json"), command.to_string()).unwrap();
    let killed = "demo was killed by SIGTERM; last active: worker at src/work.rs:12: n / (n - 3)";
    assert_eq!(head(&output, 1), [killed]);
    // One thread alone needs no comparison.
    let ended = FakeSlot { ended: true, left: true, ..FakeSlot::inside(PID + 1, b"worker", 2) };
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0), ended]);
    assert_eq!(head(&output, 1), ["demo was killed by SIGTERM; main at src/main.rs:2: let total = work(3);"]);
}

#[test]
fn an_unknown_end_is_not_guessed() {
    let (output, run) = run();
    let unknown = "demo did not exit normally; the cause is unknown; ";
    let active = format!("{unknown}last active: worker at src/work.rs:12: n / (n - 3)");
    assert_eq!(head(&output, 1), [active]);
    // A process with its id may be the run's own, as far as can be told without `last`.
    fs::remove_file(run.dir.join("last")).unwrap();
    run.json(std::process::id().into(), START_NS, Path::new("/nowhere"), &[]);
    assert!(head(&output, 1)[0].starts_with("demo has not exited, as far as is known"), "{}", head(&output, 1)[0]);
}

#[test]
fn an_exit_has_its_status_and_the_statement_that_asked_for_it() {
    let (output, run) = run();
    let main = FakeSlot::inside(PID, b"demo", 0);
    let in_main = "demo exited with status 1; main at src/main.rs:2: let total = work(3);";
    let cases = [(0, false, "demo ended normally"), (1, false, in_main), (1, true, "demo exited with status 1")];
    for (status, left, expected) in cases {
        run.last(Some(status), &[FakeSlot { left, ..main }]);
        assert_eq!(head(&output, 1), [expected]);
    }
}

#[test]
fn a_run_that_goes_on_is_said_to() {
    let (output, run) = run();
    run.json(std::process::id().into(), START_NS, Path::new("/nowhere"), &[]);
    let _mapped = Mapped::new(&run.dir.join("last"));
    assert_eq!(head(&output, 1), ["demo is running; last active: worker at src/work.rs:12: n / (n - 3)"]);
}

/// It is not the one that was active last.
#[test]
fn who_was_panicking_is_named_before_who_was_active_last() {
    let (output, run) = run();
    let main = FakeSlot { panicked: Some(0), ..FakeSlot::inside(PID, b"demo", 0) };
    run.last(None, &[main, FakeSlot::inside(PID + 1, b"worker", 2)]);
    let report = report(&output);
    let first = "demo did not exit normally; the cause is unknown; panicking: main at src/main.rs:2: ";
    assert!(report.starts_with(first) && !report.contains("active last is"), "{report}");
}

/// A dependency's file, as the compiler was given it where the program was built.
const FILE: &str = "/home/u/.cargo/registry/src/index-1/smallvec-0.6.9/lib.rs";
const GROW: Site = Site { file: FILE, line: 2, col: 5, module: "smallvec", name: "grow", snippet: "shift(len);" };

#[test]
fn a_crash_in_a_dependency_is_led_back_to_the_programs_own_code() {
    let (output, run) = run();
    run.write("sites", sites_file(&[DEMO[0], DEMO[1], DEMO[2], GROW]));
    run.crash(PID, 3);
    run.last(None, &[FakeSlot::inside(PID, b"demo", 3)]);
    let records = [record(PID, 1, 1, &DEMO[0]), record(PID, 2, 2, &GROW), record(PID, 3, 3, &GROW)];
    run.log("1.log", &[vec![header(PID, 1, 0, b"demo")], records.to_vec()].concat());
    let first = "demo died of SIGSEGV in main at src/main.rs:2: let total = work(3); (in smallvec-0.6.9/lib.rs:2)";
    assert_eq!(head(&output, 1), [first]);
    let report = report(&output);
    let title = "\nthread main (4500000): crashed in smallvec::grow at smallvec-0.6.9/lib.rs:2:5\n";
    assert!(report.contains(title) && !report.contains("/home/u"), "{report}");
    let own = "\n  the newest statement of the program's own: demo::main at src/main.rs:2:5\n";
    assert!(report.contains(own), "{report}");
}

#[test]
fn the_source_of_a_dependency_is_found_in_the_readers_own_registry() {
    let (output, run) = run();
    run.write("sites", sites_file(&[GROW]));
    run.last(None, &[FakeSlot::inside(PID, b"demo", 0)]);
    let home = tempfile::tempdir().unwrap();
    let shown = || {
        let mut command = analyzer::command([output.path()]);
        analyzer::outcome(command.env("CARGO_HOME", home.path()).output().unwrap()).stdout
    };
    assert!(shown().contains("\n  source not found; recorded: shift(len);\n"), "{}", shown());
    let sources = home.path().join("registry/src/another-index-2/smallvec-0.6.9");
    fs::create_dir_all(&sources).unwrap();
    fs::write(sources.join("lib.rs"), "fn grow(len: usize) {\n    shift(len);\n}\n").unwrap();
    assert!(shown().contains("\n  >     2 |     shift(len);\n"), "{}", shown());
}
